//! Accounts: made, read, changed, deactivated; who sees what.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

#[test]
fn the_first_account_is_system_admin_and_sign_up_is_closed_behind_it() {
    let mm = empty(&[]);
    let first = mm.anonymous().post("/users", mm.account("first")).created();
    assert_eq!(first["roles"], "system_admin system_user");
    mm.anonymous()
        .post("/users", mm.account("second"))
        .refused(403, "api.user.create_user.no_open_server");
    let admin = mm.login("first");
    assert_eq!(
        admin.post("/users", mm.account("second")).created()["roles"],
        "system_user"
    );
    mm.login("second")
        .post("/users", mm.account("third"))
        .refused(403, "api.user.create_user.no_open_server");
}

#[test]
fn sign_up_follows_its_settings() {
    let mm = fresh();
    mm.set("TeamSettings", "EnableOpenServer", true);
    let body = json!({"username": "Eve", "email": "Eve@Example.com", "password": PASSWORD, "roles": "system_admin", "auth_service": "ldap"});
    let eve = mm.anonymous().post("/users", body).created();
    assert_eq!(
        (
            eve["username"].as_str(),
            eve["email"].as_str(),
            eve["roles"].as_str(),
            eve["auth_service"].as_str()
        ),
        (
            Some("eve"),
            Some("eve@example.com"),
            Some("system_user"),
            Some("")
        )
    );
    mm.set("TeamSettings", "EnableUserCreation", false);
    mm.anonymous()
        .post("/users", mm.account("mallory"))
        .refused(501, "api.user.create_user.signup_email_disabled.app_error");
    mm.admin().post("/users", mm.account("trent")).created();
}

#[test]
fn an_account_is_as_recorded() {
    let mm = fresh();
    let made = mm.admin().post("/users", mm.account("alice")).created();
    let recorded: Value = serde_json::from_str(include_str!("snapshots/wire/user.json")).unwrap();
    let members = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(members(&made), members(&recorded));
    assert_eq!(made["notify_props"], recorded["notify_props"]);
    assert_eq!(made["timezone"], recorded["timezone"]);
    assert_eq!(mm.login("alice").get("/users/me").ok(), made);
}

#[test]
fn each_field_has_its_rule_and_its_refusal() {
    let mm = fresh();
    let try_with = |name: &str, value: Value| {
        let mut account = mm.account("alice");
        account[name] = value;
        mm.admin().post("/users", account)
    };
    let long = |length: usize| Value::from("x".repeat(length));
    let weak = "api.user.check_user_password.invalid.app_error";
    for (name, value, id) in [
        ("password", json!("short"), weak),
        ("password", json!(format!("Aa-1{}", "x".repeat(69))), weak),
        ("password", Value::Null, weak),
        ("id", json!(NOBODY), "app.user.save.existing.app_error"),
        (
            "username",
            json!("a b"),
            "model.user.is_valid.username.app_error",
        ),
        (
            "username",
            json!("system"),
            "model.user.is_valid.username.app_error",
        ),
        (
            "username",
            long(65),
            "model.user.is_valid.username.app_error",
        ),
        (
            "email",
            json!("nothing"),
            "model.user.is_valid.email.app_error",
        ),
        ("email", Value::Null, "model.user.is_valid.email.app_error"),
        (
            "nickname",
            long(65),
            "model.user.is_valid.nickname.app_error",
        ),
        (
            "position",
            long(129),
            "model.user.is_valid.position.app_error",
        ),
        (
            "first_name",
            long(65),
            "model.user.is_valid.first_name.app_error",
        ),
        (
            "last_name",
            long(65),
            "model.user.is_valid.last_name.app_error",
        ),
        (
            "username",
            json!("ADMIN"),
            "app.user.save.username_exists.app_error",
        ),
        (
            "email",
            json!("Admin@Example.com"),
            "app.user.save.email_exists.app_error",
        ),
    ] {
        try_with(name, value).refused(400, id);
    }
    for body in ["", "null", "[]", "{"] {
        mm.admin()
            .send_text("POST", "/users", body)
            .refused_body("user");
    }
    assert_eq!(
        try_with("username", Value::Null)
            .created()
            .text("username")
            .len(),
        26
    );
}

#[test]
fn accounts_are_read_by_id_name_and_address() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    for path in [
        bob.id.as_str(),
        "username/bob",
        "email/bob@example.com",
        "email/BOB@example.com",
    ] {
        let seen = alice.get(&format!("/users/{path}")).ok();
        assert_eq!(seen["id"], bob.id.as_str());
        assert!(seen.get("notify_props").is_none() && seen.get("last_password_update").is_none());
    }
    alice
        .get(&format!("/users/{NOBODY}"))
        .refused(404, "app.user.missing_account.const");
    alice
        .get("/users/username/nobody")
        .refused(404, "app.user.get_by_username.app_error");
    alice
        .get("/users/email/nobody@example.com")
        .refused(404, "app.user.missing_account.const");
    alice.get("/users/login").refused_url("user_id");
    alice.get("/users/email/nothing").refused_url("email");
    alice.get("/users/username/Bob").refused_body("username");
    mm.anonymous().get(&format!("/users/{}", bob.id)).expired();
}

#[test]
fn privacy_settings_hide_from_others_but_not_from_admins() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    alice
        .put(
            "/users/me/patch",
            json!({"first_name": "Alice", "last_name": "L"}),
        )
        .ok();
    mm.set("PrivacySettings", "ShowEmailAddress", false);
    mm.set("PrivacySettings", "ShowFullName", false);
    let path = format!("/users/{}", alice.id);
    let shown = |caller: &Caller| {
        let user = caller.get(&path).ok();
        (
            user.text("email"),
            user.text("first_name"),
            user.text("last_name"),
        )
    };
    assert_eq!(shown(&bob), (String::new(), String::new(), String::new()));
    assert_eq!(shown(&mm.admin()), shown(&alice));
    bob.get("/users/email/alice@example.com")
        .refused(403, "api.user.get_user_by_email.permissions.app_error");
    mm.admin().get("/users/email/alice@example.com").ok();
}

#[test]
fn an_unchanged_account_is_304_and_a_changed_one_is_not() {
    let mm = fresh();
    let alice = mm.user("alice");
    let etag = alice.get("/users/me").header("etag").unwrap().to_owned();
    let again = || {
        mm.send(
            &alice
                .request("GET", "/users/me")
                .header("If-None-Match", &etag),
        )
    };
    assert_eq!((again().status, again().body.len()), (304, 0));
    mm.clock().advance(std::time::Duration::from_millis(5));
    alice.put("/users/me/patch", json!({"nickname": "Al"})).ok();
    assert_eq!(again().ok()["nickname"], "Al");
    assert_eq!(
        mm.send(
            &alice
                .request("GET", "/users/me")
                .header("If-None-Match", "")
        )
        .status,
        200
    );
}

#[test]
fn the_list_is_by_username_in_pages() {
    let mm = fresh();
    let names = ["dora", "bert", "carl"];
    names.iter().for_each(|name| drop(mm.user(name)));
    let list = |query: &str| {
        mm.admin()
            .get(&format!("/users?{query}"))
            .ok()
            .each("username")
    };
    assert_eq!(list(""), ["admin", "bert", "carl", "dora"]);
    assert_eq!(
        [list("per_page=3"), list("per_page=3&page=1")].concat(),
        list("")
    );
    assert!(list("page=99").is_empty() && list("per_page=0").is_empty());
    let carl = mm.login("carl");
    mm.admin()
        .put(
            &format!("/users/{}/active", carl.id),
            json!({"active": false}),
        )
        .acknowledged();
    assert_eq!(
        (list("active=true"), list("inactive=true")),
        (
            vec!["admin".into(), "bert".into(), "dora".into()],
            vec!["carl".into()]
        )
    );
    assert_eq!(list("role=system_admin"), ["admin"]);
    mm.admin()
        .get("/users?active=true&inactive=true")
        .refused_url("inactive");
    mm.admin().get("/users?sort=nonsense").refused_url("sort");
}

#[test]
fn roles_are_given_by_those_who_may_and_hold_at_once() {
    let mm = fresh();
    let alice = mm.user("alice");
    let path = format!("/users/{}/roles", alice.id);
    let put = |caller: &Caller, roles: &str| caller.put(&path, json!({ "roles": roles }));
    put(&alice, "system_user system_admin").forbidden();
    put(&alice, "no-role").refused_body("roles");
    put(&mm.admin(), "system_admin").refused_body("roles");
    put(&mm.admin(), "system_user no_role")
        .refused(400, "app.role.check_roles_exist.role_not_found");
    put(&mm.admin(), "system_user system_manager")
        .refused(400, "api.user.update_user_roles.license.app_error");
    mm.admin()
        .put(
            &format!("/users/{NOBODY}/roles"),
            json!({"roles": "system_user"}),
        )
        .refused(400, "app.user.missing_account.const");
    alice.get("/config").forbidden();
    put(&mm.admin(), "system_user  system_admin").acknowledged();
    assert_eq!(
        alice.get("/config").ok()["TeamSettings"]["SiteName"],
        "patmost"
    );
    put(&mm.admin(), "").acknowledged();
    assert_eq!(alice.get("/users/me").ok()["roles"], "");
}

#[test]
fn one_is_deactivated_by_admins_or_by_oneself_where_that_is_on() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let put = |caller: &Caller, of: &Caller, body: Value| {
        caller.put(&format!("/users/{}/active", of.id), body)
    };
    for body in [json!({}), json!({"active": "no"}), json!({"active": null})] {
        put(&mm.admin(), &bob, body).refused_body("active");
    }
    put(&alice, &bob, json!({"active": false}))
        .refused(403, "api.user.update_active.permissions.app_error");
    put(&alice, &alice, json!({"active": true}))
        .refused(403, "api.user.update_active.permissions.app_error");
    put(&alice, &alice, json!({"active": false}))
        .refused(401, "api.user.update_active.not_enable.app_error");
    mm.set("TeamSettings", "EnableUserDeactivation", true);
    put(&alice, &alice, json!({"active": false})).acknowledged();
    alice.get("/users/me").expired();
    let seen = bob.get(&format!("/users/{}", alice.id)).ok();
    assert!(seen["delete_at"].as_i64().unwrap() > 0);
    mm.admin()
        .put(&format!("/users/{NOBODY}/active"), json!({"active": false}))
        .refused(404, "app.user.missing_account.const");
}

#[test]
fn a_password_is_changed_with_the_old_one_or_by_an_admin() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let put =
        |caller: &Caller, body: Value| caller.put(&format!("/users/{}/password", alice.id), body);
    put(&bob, json!({"new_password": "Another-Horse-2"}))
        .refused(403, "api.user.update_password.context.app_error");
    put(&alice, json!({"new_password": "Another-Horse-2"})).refused_body("current_password");
    put(
        &alice,
        json!({"current_password": "wrong", "new_password": "Another-Horse-2"}),
    )
    .refused(400, "api.user.update_password.incorrect.app_error");
    let weak = "model.user.is_valid.pwd_lowercase_uppercase_number_symbol.app_error";
    put(
        &alice,
        json!({"current_password": PASSWORD, "new_password": "short"}),
    )
    .refused(400, weak);
    put(
        &alice,
        json!({"current_password": PASSWORD, "new_password": "Another-Horse-2"}),
    )
    .acknowledged();
    let login = |password: &str| {
        mm.anonymous()
            .post(
                "/users/login",
                json!({"login_id": "alice", "password": password}),
            )
            .status
    };
    assert_eq!((login(PASSWORD), login("Another-Horse-2")), (401, 200));
    alice.get("/users/me").ok();
    put(&mm.admin(), json!({"new_password": PASSWORD})).acknowledged();
    assert_eq!(login(PASSWORD), 200);
}

#[test]
fn accounts_are_patched_updated_found_and_deleted() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}/patch", alice.id);
    bob.put(&path, json!({"nickname": "x"})).forbidden();
    alice
        .put(&path, json!({"email": "new@example.com"}))
        .refused_body("password");
    alice
        .put(
            &path,
            json!({"email": "new@example.com", "password": "wrong"}),
        )
        .refused(401, "api.user.check_user_password.invalid.app_error");
    alice
        .put(
            &path,
            json!({"email": "new@example.com", "password": PASSWORD, "roles": "system_admin"}),
        )
        .ok();
    mm.admin()
        .put(&format!("/users/{NOBODY}/patch"), json!({}))
        .refused_body("user_id");
    let mut whole = alice.get("/users/me").ok();
    whole["first_name"] = "Alice".into();
    assert_eq!(
        alice
            .put(&format!("/users/{}", alice.id), whole.clone())
            .ok()["first_name"],
        "Alice"
    );
    alice
        .put(&format!("/users/{}", bob.id), whole)
        .refused_body("user_id");
    let found = |body: Value| bob.post("/users/search", body).ok().each("username");
    assert_eq!(found(json!({"term": "ALI"})), ["alice"]);
    assert_eq!(found(json!({"term": "new@"})), ["alice"]);
    assert!(found(json!({"term": "%"})).is_empty());
    bob.post("/users/search", json!({"term": ""}))
        .refused_body("term");
    bob.post("/users/search", json!({"term": "a", "limit": 1001}))
        .refused_body("limit");
    assert_eq!(
        bob.post("/users/ids", json!([alice.id, NOBODY]))
            .ok()
            .each("username"),
        ["alice"]
    );
    assert_eq!(
        bob.post("/users/usernames", json!(["bob", "nobody"]))
            .ok()
            .each("username"),
        ["bob"]
    );
    bob.post("/users/ids", json!([])).refused_body("user_ids");
    assert_eq!(
        bob.get("/users/stats").ok(),
        json!({"total_users_count": 3})
    );
    alice
        .delete(&format!("/users/{}", alice.id))
        .refused(401, "api.user.update_active.not_enable.app_error");
    bob.delete(&format!("/users/{}", alice.id)).forbidden();
    mm.admin()
        .delete(&format!("/users/{}?permanent=true", alice.id))
        .refused(401, "api.user.delete_user.not_enabled.app_error");
    mm.admin()
        .delete(&format!("/users/{}", alice.id))
        .acknowledged();
    assert!(found(json!({"term": "alice"})).is_empty());
    assert_eq!(
        found(json!({"term": "alice", "allow_inactive": true})),
        ["alice"]
    );
}

#[test]
fn another_login_service_takes_the_password_away_and_leaves_the_tokens() {
    let mm = server();
    let alice = mm.user("alice");
    let token = alice.with_token(&alice.token("x").secret);
    let path = format!("/users/{}/auth", alice.id);
    alice
        .put(&path, json!({"auth_service": "ldap", "auth_data": "a"}))
        .forbidden();
    mm.admin()
        .put(&path, json!({"auth_service": "ldap"}))
        .refused(400, "api.user.update_user_auth.invalid_request");
    assert_eq!(
        mm.admin()
            .put(&path, json!({"auth_service": "ldap", "auth_data": "a"}))
            .ok(),
        json!({"auth_service": "ldap", "auth_data": "a"})
    );
    let login = || {
        mm.anonymous().post(
            "/users/login",
            json!({"login_id": "alice", "password": PASSWORD}),
        )
    };
    login().refused(401, "api.user.login.invalid_credentials_email_username");
    token.get("/users/me").ok();
    alice.get("/users/me").ok();
    mm.admin()
        .put(
            &format!("/users/{}/password", alice.id),
            json!({"new_password": PASSWORD}),
        )
        .acknowledged();
    assert_eq!(login().ok()["auth_service"], "");
}

#[test]
fn a_list_leaves_out_the_members_of_a_team_or_a_channel() {
    let mm = server();
    let (inside, outside) = (mm.user("inside"), mm.user("outside"));
    let team = json!({"name": "core", "display_name": "Core", "type": "O"});
    let team = mm.admin().post("/teams", team).created().text("id");
    let member = json!({"team_id": team, "user_id": inside.id});
    mm.admin()
        .post(&format!("/teams/{team}/members"), member)
        .created();
    let square = format!("/teams/{team}/channels/name/town-square");
    let square = mm.admin().get(&square).ok().text("id");
    for query in [format!("not_in_team={team}"), "without_team=true".into()] {
        let listed = mm.admin().get(&format!("/users?{query}")).ok();
        assert_eq!(listed.each("username"), ["outside"], "{query}");
    }
    // Of the team, everybody is in this channel; without a team the question is none.
    let all_inside = format!("/users?in_team={team}&not_in_channel={square}");
    assert_eq!(mm.admin().get(&all_inside).ok(), json!([]));
    mm.admin()
        .get(&format!("/users?not_in_channel={square}"))
        .refused_url("team_id");
    outside
        .get(&format!("/users?not_in_team={team}"))
        .forbidden();
    outside
        .get(&format!("/users?in_channel={square}"))
        .forbidden();
    outside.get("/users?without_team=true").forbidden();
}
