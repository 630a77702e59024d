//! Personal access tokens: made, used, listed, disabled, enabled, revoked, switched off.

use crate::support::*;

/// An id that nobody has.
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Fails unless the answer is that of a token that nobody has.
#[track_caller]
fn is_unknown(answer: &Answer) {
    answer.refused_saying(
        404,
        "app.user_access_token.get_by_user.app_error",
        "Unable to get the personal access tokens by user.",
    );
}

/// wire tokens: `POST /users/tokens/revoke`
/// wire tokens: `POST /users/tokens/disable`
/// wire tokens: `POST /users/tokens/enable`
/// wire tokens: `is_active`
/// wire tokens: created
/// wire tokens: disable
/// wire tokens: enable
/// wire tokens: revoke
#[test]
fn a_token_is_made_used_disabled_enabled_and_revoked() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let nightly = ci.create_token("nightly").new_token();
    let by_token = ci.with_token(&nightly.secret);
    let sessions = || ci.sessions().ok().each("id");
    assert_eq!(sessions().len(), 1);
    assert_eq!(by_token.me().ok().text("username"), "ci");
    let before = sessions();
    assert_eq!(before.len(), 2);
    for _ in ["at first", "again"] {
        ci.disable(&nightly).acknowledged();
        assert_eq!(sessions().len(), 1);
        by_token.me().expired();
        assert_eq!(ci.tokens().ok()[0]["is_active"], false);
    }
    for _ in ["at first", "again"] {
        ci.enable(&nightly).acknowledged();
        by_token.me().ok();
        assert_eq!(ci.tokens().ok()[0]["is_active"], true);
    }
    assert_eq!(sessions().len(), 2);
    assert_ne!(sessions(), before);
    ci.revoke(&nightly).acknowledged();
    by_token.me().expired();
    assert_eq!(sessions().len(), 1);
    assert_eq!(ci.tokens().ok(), json!([]));
    assert_eq!(mm.admin().search_tokens(&nightly.id).ok(), json!([]));
    is_unknown(&ci.read_token(&nightly));
    is_unknown(&ci.revoke(&nightly));
}

/// wire tokens: `POST /users/{user_id}/tokens`
#[test]
fn a_secret_and_an_owner_that_a_client_sends_are_ignored() {
    let mm = server();
    let (ci, other) = (mm.user("ci").with_role(TOKEN_ROLE), mm.user("other"));
    let own = "x".repeat(26);
    let body = json!({"description": "x", "id": own, "token": own, "user_id": other.id, "is_active": false});
    for path in ["me", &ci.id] {
        let made = ci.post(&format!("/users/{path}/tokens"), body.clone());
        assert_eq!(made.status, 200);
        let made = made.ok();
        for secret in [made.text("id"), made.text("token")] {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(secret.len() == 26 && secret.bytes().all(plain) && secret != own);
        }
        assert_eq!(made["user_id"], ci.id);
        assert_eq!(made["is_active"], true);
        ci.with_token(&made.text("token")).me().ok();
    }
}

/// wire tokens: `id`
/// wire tokens: `token`
/// wire tokens: `user_id`
/// wire tokens: `description`
/// wire tokens: `is_active`
/// wire tokens: `expires_at`
/// wire tokens: `GET /users/tokens/{token_id}`
#[test]
fn the_secret_is_in_the_answer_to_create_and_nowhere_else() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci.create_token(" kept as sent ").ok();
    let shown = json!({"id": made["id"], "user_id": ci.id, "description": " kept as sent ", "is_active": true, "expires_at": 0});
    assert_ne!(made["id"], made["token"]);
    assert_eq!(ci.read_token(&made).ok(), shown);
    assert_eq!(ci.tokens().ok(), json!([shown]));
    assert_eq!(mm.admin().get("/users/tokens").ok(), json!([shown]));
    assert_eq!(mm.admin().search_tokens("ci").ok(), json!([shown]));
}

/// wire tokens: no description, empty, null, not a string
/// wire tokens: malformed JSON, empty body, null
/// wire tokens: `user_id` in the path is no id / not known
/// wire tokens: switched off, owner no bot
/// wire tokens: create for a person
#[test]
fn create_refuses_in_the_order_of_the_real_server() {
    let mm = fresh();
    let (plain, ci) = (mm.user("plain"), mm.user("ci").with_role(TOKEN_ROLE));
    let one = || json!({"description": "x"});
    plain
        .post("/users/short/tokens", json!({}))
        .refused_url("user_id");
    for body in ["", "null", "[]", "{", "7"] {
        plain
            .send_text("POST", "/users/me/tokens", body)
            .refused_body("user_access_token");
    }
    for body in [
        json!({}),
        json!({"description": ""}),
        json!({"description": null}),
        json!({"description": 7}),
    ] {
        plain
            .post("/users/me/tokens", body)
            .refused_body("description");
    }
    plain.post("/users/me/tokens", one()).forbidden();
    ci.post(&format!("/users/{}/tokens", plain.id), one())
        .forbidden();
    mm.admin()
        .post(&format!("/users/{NOBODY}/tokens"), one())
        .refused_saying(
            404,
            "app.user.missing_account.const",
            "Unable to find the user.",
        );
    ci.post("/users/me/tokens", one()).refused_saying(
        501,
        "app.user_access_token.disabled",
        "Personal access tokens are disabled on this server. Please contact your system administrator for details.",
    );
}

/// wire tokens: `description`
/// wire tokens: description above 255 bytes
/// wire tokens: a NUL character in the description
#[test]
fn a_description_has_at_most_255_bytes() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let make = |description: &str| ci.create_token(description);
    make(&"é".repeat(127)).ok();
    for bad in ["é".repeat(128), "x".repeat(256), "a\0b".into()] {
        make(&bad).refused_saying(
            400,
            "model.user_access_token.is_valid.description.app_error",
            "Invalid description, must be 255 or less characters.",
        );
    }
    assert_eq!(ci.tokens().ok().as_array().unwrap().len(), 1);
}

/// wire tokens: `GET /users/{user_id}/tokens?page&per_page`
/// wire tokens: `GET /users/tokens?page&per_page`
#[test]
fn lists_are_paged_and_an_unknown_users_is_empty() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let ids: Vec<String> = (0..5).map(|n| ci.token(&n.to_string()).id).collect();
    let page = |query: &str| ci.get(&format!("/users/me/tokens?{query}")).ok().each("id");
    let mut all = page("");
    all.sort();
    let mut made = ids.clone();
    made.sort();
    assert_eq!(all, made);
    assert_eq!(
        [
            page("per_page=2"),
            page("per_page=2&page=1"),
            page("per_page=2&page=2")
        ]
        .concat(),
        page("per_page=9999")
    );
    assert_eq!(page("page=-1&per_page=x"), page(""));
    assert!(page("per_page=0").is_empty() && page("page=9223372036854775807").is_empty());
    assert_eq!(
        mm.admin().get(&format!("/users/{NOBODY}/tokens")).ok(),
        json!([])
    );
    mm.user("other").token("of another");
    let everybodys = |query: &str| {
        let listed = mm.admin().get(&format!("/users/tokens?{query}")).ok();
        assert!(
            listed
                .as_array()
                .unwrap()
                .iter()
                .all(|token| token.get("token").is_none())
        );
        listed.each("id")
    };
    assert_eq!(everybodys("").len(), 6);
    assert_eq!(
        [everybodys("per_page=4"), everybodys("per_page=4&page=1")].concat(),
        everybodys("")
    );
    ci.get("/users/tokens").forbidden();
    mm.login("other").tokens().forbidden();
}

/// wire tokens: `POST /users/tokens/search`
/// wire tokens: no search term
#[test]
fn search_is_by_the_beginning_of_a_token_id_a_user_id_or_a_username() {
    let mm = server();
    let (ci, other) = (mm.user("ci_bot"), mm.user("other"));
    let (mine, theirs) = (ci.token("deploy"), other.token("ci_bot"));
    let found = |term: &str| mm.admin().search_tokens(term).ok().each("id");
    for term in [&mine.id, &mine.id[..9], &ci.id, &ci.id[..9], "ci_bot", "ci"] {
        assert_eq!(found(term), std::slice::from_ref(&mine.id), "{term}");
    }
    for term in ["%", "_i_bot", "deploy", &mine.secret, &theirs.secret] {
        assert!(found(term).is_empty(), "{term}");
    }
    ci.token("second");
    let paged = mm
        .admin()
        .post("/users/tokens/search?per_page=1", json!({"term": "ci_bot"}));
    assert_eq!(paged.ok().as_array().unwrap().len(), 2);
    mm.admin().search_tokens("").refused_body("term");
    mm.admin()
        .send_text("POST", "/users/tokens/search", "{")
        .refused_body("user_access_token_search");
    ci.search_tokens("x").forbidden();
    ci.get("/users/tokens").forbidden();
}

/// wire tokens: token not known: read, revoke, disable, enable
/// wire tokens: revoke, disable, enable with an empty, missing
/// wire tokens: `token_id` in the path is no id
#[test]
fn an_unknown_token_is_404_but_403_for_those_who_may_not_ask() {
    let mm = server();
    let (plain, ci) = (mm.user("plain"), mm.user("ci").with_role(TOKEN_ROLE));
    for action in ["revoke", "disable", "enable"] {
        let path = format!("/users/tokens/{action}");
        for body in [
            json!({"token_id": NOBODY}),
            json!({"token_id": ""}),
            json!({}),
            json!({"token_id": "x"}),
            json!([]),
        ] {
            is_unknown(&ci.post(&path, body));
        }
        is_unknown(&ci.send_text("POST", &path, "{"));
        plain.change_token(action, NOBODY).forbidden();
    }
    is_unknown(&ci.read_token(NOBODY));
    ci.get("/users/tokens/short").refused_url("token_id");
    plain.read_token(NOBODY).forbidden();
}

/// wire tokens: `POST /users/tokens/revoke`
/// wire tokens: `POST /users/tokens/disable`
/// wire tokens: `POST /users/tokens/enable`
/// wire tokens: `GET /users/tokens/{token_id}`
/// wire tokens: `GET /users/{user_id}/tokens?page&per_page`
#[test]
fn a_token_of_another_user_is_out_of_reach() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = mm.admin().token("of the admin");
    ci.read_token(&token).forbidden();
    ci.get(&format!("/users/{}/tokens", mm.admin().id))
        .forbidden();
    for action in ["revoke", "disable", "enable"] {
        ci.change_token(action, &token).forbidden();
    }
    mm.admin().with_token(&token.secret).me().ok();
}

#[test]
fn a_plain_user_may_use_a_token_but_not_manage_it() {
    let mm = server();
    let plain = mm.user("plain");
    let token = plain.token("made by the admin");
    let by_token = plain.with_token(&token.secret);
    assert_eq!(by_token.me().ok().text("username"), "plain");
    by_token.tokens().forbidden();
    by_token.revoke(&token).forbidden();
}

#[test]
fn a_token_manages_tokens_as_its_owner_does() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let first = ci.token("first");
    let by_first = ci.with_token(&first.secret);
    let second = by_first.create_token("second").ok();
    by_first.revoke(&first).acknowledged();
    by_first.me().expired();
    ci.with_token(&second.text("token")).me().ok();
}
