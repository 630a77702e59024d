//! Personal access tokens: made, used, listed, disabled, enabled, revoked, switched off.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

/// An id that nobody has.
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

#[test]
fn a_token_is_made_used_disabled_enabled_and_revoked() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci
        .post("/users/me/tokens", json!({"description": "nightly"}))
        .ok();
    let token = ci.with_token(&made.text("token"));
    assert_eq!(token.get("/users/me").ok().text("username"), "ci");
    let id = json!({"token_id": made.text("id")});
    let sessions = || ci.get("/users/me/sessions").ok().as_array().unwrap().len();
    assert_eq!(sessions(), 2);
    ci.post("/users/tokens/disable", id.clone()).acknowledged();
    assert_eq!(sessions(), 1);
    token.get("/users/me").expired();
    ci.post("/users/tokens/enable", id.clone()).acknowledged();
    token.get("/users/me").ok();
    ci.post("/users/tokens/revoke", id).acknowledged();
    token.get("/users/me").expired();
    assert_eq!(ci.get("/users/me/tokens").ok(), json!([]));
}

#[test]
fn the_secret_is_in_the_answer_to_create_and_nowhere_else() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci
        .post("/users/me/tokens", json!({"description": " kept as sent "}))
        .ok();
    let shown = json!({"id": made["id"], "user_id": ci.id, "description": " kept as sent ", "is_active": true, "expires_at": 0});
    assert_ne!(made["id"], made["token"]);
    assert_eq!(
        ci.get(&format!("/users/tokens/{}", made.text("id"))).ok(),
        shown
    );
    assert_eq!(ci.get("/users/me/tokens").ok(), json!([shown]));
    assert_eq!(mm.admin().get("/users/tokens").ok(), json!([shown]));
    assert_eq!(
        mm.admin()
            .post("/users/tokens/search", json!({"term": "ci"}))
            .ok(),
        json!([shown])
    );
}

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
        .refused(404, "app.user.missing_account.const");
    ci.post("/users/me/tokens", one())
        .refused(501, "app.user_access_token.disabled");
}

#[test]
fn a_description_has_at_most_255_bytes() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let make =
        |description: &str| ci.post("/users/me/tokens", json!({ "description": description }));
    make(&"é".repeat(127)).ok();
    for bad in ["é".repeat(128), "x".repeat(256), "a\0b".into()] {
        make(&bad).refused(
            400,
            "model.user_access_token.is_valid.description.app_error",
        );
    }
    assert_eq!(ci.get("/users/me/tokens").ok().as_array().unwrap().len(), 1);
}

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
}

#[test]
fn search_is_by_the_beginning_of_a_token_id_a_user_id_or_a_username() {
    let mm = server();
    let (ci, other) = (mm.user("ci_bot"), mm.user("other"));
    let (mine, theirs) = (ci.token("deploy"), other.token("ci_bot"));
    let found = |term: &str| {
        mm.admin()
            .post("/users/tokens/search", json!({ "term": term }))
            .ok()
            .each("id")
    };
    for term in [&mine.id, &mine.id[..9], &ci.id, &ci.id[..9], "ci_bot", "ci"] {
        assert_eq!(found(term), std::slice::from_ref(&mine.id), "{term}");
    }
    for term in ["%", "_i_bot", "deploy", &mine.secret, &theirs.secret] {
        assert!(found(term).is_empty(), "{term}");
    }
    mm.admin()
        .post("/users/tokens/search", json!({"term": ""}))
        .refused_body("term");
    mm.admin()
        .send_text("POST", "/users/tokens/search", "{")
        .refused_body("user_access_token_search");
    ci.post("/users/tokens/search", json!({"term": "x"}))
        .forbidden();
    ci.get("/users/tokens").forbidden();
}

#[test]
fn an_unknown_token_is_404_but_403_for_those_who_may_not_ask() {
    let mm = server();
    let (plain, ci) = (mm.user("plain"), mm.user("ci").with_role(TOKEN_ROLE));
    let unknown = "app.user_access_token.get_by_user.app_error";
    for action in ["revoke", "disable", "enable"] {
        let path = format!("/users/tokens/{action}");
        for body in [
            json!({"token_id": NOBODY}),
            json!({"token_id": ""}),
            json!({}),
            json!({"token_id": "x"}),
            json!([]),
        ] {
            ci.post(&path, body).refused(404, unknown);
        }
        ci.send_text("POST", &path, "{").refused(404, unknown);
        plain.post(&path, json!({"token_id": NOBODY})).forbidden();
    }
    ci.get(&format!("/users/tokens/{NOBODY}"))
        .refused(404, unknown);
    ci.get("/users/tokens/short").refused_url("token_id");
    plain.get(&format!("/users/tokens/{NOBODY}")).forbidden();
}

#[test]
fn somebody_elses_token_is_out_of_reach() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = mm.admin().token("of the admin");
    ci.get(&format!("/users/tokens/{}", token.id)).forbidden();
    ci.get(&format!("/users/{}/tokens", mm.admin().id))
        .forbidden();
    for action in ["revoke", "disable", "enable"] {
        ci.post(
            &format!("/users/tokens/{action}"),
            json!({"token_id": token.id}),
        )
        .forbidden();
    }
    mm.admin().with_token(&token.secret).get("/users/me").ok();
}

#[test]
fn a_plain_user_may_use_a_token_but_not_manage_it() {
    let mm = server();
    let plain = mm.user("plain");
    let token = plain.token("made by the admin");
    let by_token = plain.with_token(&token.secret);
    assert_eq!(by_token.get("/users/me").ok().text("username"), "plain");
    by_token.get("/users/me/tokens").forbidden();
    by_token
        .post("/users/tokens/revoke", json!({"token_id": token.id}))
        .forbidden();
}

#[test]
fn a_token_manages_tokens_as_its_owner_does() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let first = ci.token("first");
    let by_first = ci.with_token(&first.secret);
    let second = by_first
        .post("/users/me/tokens", json!({"description": "second"}))
        .ok();
    by_first
        .post("/users/tokens/revoke", json!({"token_id": first.id}))
        .acknowledged();
    by_first.get("/users/me").expired();
    ci.with_token(&second.text("token")).get("/users/me").ok();
}

#[test]
fn the_first_use_opens_one_session_that_the_session_length_does_not_bind() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("x");
    let by_token = ci.with_token(&token.secret);
    let of_token = |caller: &Caller| {
        let sessions = caller.get("/users/me/sessions").ok();
        sessions
            .as_array()
            .unwrap()
            .iter()
            .filter(|session| session["props"]["user_access_token_id"] == token.id.as_str())
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(of_token(&ci).is_empty());
    by_token.get("/users/me").ok();
    let session = of_token(&by_token).pop().unwrap();
    assert_eq!(session["props"]["type"], "UserAccessToken");
    assert_eq!(
        session["expires_at"].as_i64().unwrap() - session["create_at"].as_i64().unwrap(),
        36_500 * 86_400_000
    );
    mm.advance_days(1000);
    by_token.get("/users/me").ok();
    ci.get("/users/me").expired();
    assert_eq!(of_token(&by_token).len(), 1);
}

#[test]
fn what_ends_a_session_does_not_end_the_token() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.with_token(&ci.token("x").secret);
    let id = token.get("/users/me/sessions").ok()[0].text("id");
    ci.post("/users/me/sessions/revoke", json!({ "session_id": id }))
        .acknowledged();
    let next = token.get("/users/me/sessions").ok()[0].text("id");
    assert_ne!(next, id);
    token.post("/users/logout", json!({})).acknowledged();
    token
        .post("/users/me/sessions/revoke/all", json!({}))
        .acknowledged();
    token.get("/users/me").ok();
    ci.get("/users/me").expired();
}

#[test]
fn passwords_locks_and_roles_leave_a_token_working_as_its_owner() {
    let mm = server();
    let ci = mm.user("ci");
    let token = ci.with_token(&ci.token("x").secret);
    mm.admin()
        .put(
            &format!("/users/{}/password", ci.id),
            json!({"new_password": "Another-Horse-2"}),
        )
        .acknowledged();
    for _ in 0..12 {
        mm.anonymous().post(
            "/users/login",
            json!({"login_id": "ci", "password": "wrong"}),
        );
    }
    token.get("/users/me").ok();
    token.get("/users/tokens").forbidden();
    mm.admin()
        .put(
            &format!("/users/{}/roles", ci.id),
            json!({"roles": "system_user system_admin"}),
        )
        .acknowledged();
    token.get("/users/tokens").ok();
    mm.admin()
        .put(
            &format!("/users/{}/roles", ci.id),
            json!({"roles": "system_user"}),
        )
        .acknowledged();
    token.get("/users/tokens").forbidden();
}

#[test]
fn a_deactivated_owners_tokens_are_refused_and_work_again_when_he_is_back() {
    let mm = server();
    let ci = mm.user("ci");
    let (token, disabled) = (ci.token("x"), ci.token("y"));
    let active = |active: bool| {
        mm.admin()
            .put(
                &format!("/users/{}/active", ci.id),
                json!({ "active": active }),
            )
            .acknowledged()
    };
    mm.admin()
        .post("/users/tokens/disable", json!({"token_id": disabled.id}))
        .acknowledged();
    let by_token = ci.with_token(&token.secret);
    by_token.get("/users/me").ok();
    active(false);
    by_token.get("/users/me").expired();
    ci.get("/users/me").expired();
    let late = ci.token("made while deactivated");
    ci.with_token(&late.secret).get("/users/me").expired();
    assert_eq!(
        mm.admin().get(&format!("/users/tokens/{}", token.id)).ok()["is_active"],
        true
    );
    active(true);
    by_token.get("/users/me").ok();
    ci.with_token(&late.secret).get("/users/me").ok();
    ci.with_token(&disabled.secret).get("/users/me").expired();
    ci.get("/users/me").expired();
}

#[test]
fn switched_off_they_are_refused_but_can_be_managed() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("x");
    let by_token = ci.with_token(&token.secret);
    by_token.get("/users/me").ok();
    mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    by_token.get("/users/me").expired();
    ci.post("/users/me/tokens", json!({"description": "y"}))
        .refused(501, "app.user_access_token.disabled");
    assert_eq!(
        ci.get("/users/me/tokens").ok().each("id"),
        std::slice::from_ref(&token.id)
    );
    mm.admin()
        .post("/users/tokens/search", json!({"term": "ci"}))
        .ok();
    ci.post("/users/tokens/disable", json!({"token_id": token.id}))
        .acknowledged();
    ci.post("/users/tokens/enable", json!({"token_id": token.id}))
        .acknowledged();
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    by_token.get("/users/me").ok();
}
