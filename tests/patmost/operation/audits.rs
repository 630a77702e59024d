//! Who did what: the rows of the audit, and who may read them.

use std::time::Duration;

use crate::support::*;

/// Whether a list of rows has one of this user, action and free text.
fn has(rows: &Value, user: &str, path: &str, extra: &str) -> bool {
    let action = format!("/api/v4{path}");
    rows.as_array()
        .unwrap()
        .iter()
        .any(|row| row["user_id"] == user && row["action"] == action && row["extra_info"] == extra)
}

/// wire sessions-and-audits: `user_id`
/// wire sessions-and-audits: `action`
/// wire sessions-and-audits: `extra_info`
#[test]
fn audit_rows_name_the_user_the_action_and_its_object() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let (admin, token) = (mm.admin(), ci.create_token("x").new_token());
    admin.disable(&token).acknowledged();
    ci.with_token(&token.secret).me().expired();
    // What was queued is written by now: the writer takes one thing after the other.
    admin.set_roles(&ci, "system_user").acknowledged();
    let rows = admin.get("/audits?per_page=200").ok();
    let members: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "action",
            "create_at",
            "extra_info",
            "id",
            "ip_address",
            "session_id",
            "user_id"
        ]
    );
    let success = format!("success - token_id={}", token.id);
    assert!(has(&rows, &ci.id, "/users/me/tokens", &success));
    assert!(has(&rows, &ci.id, "/users/me/tokens", ""));
    assert!(has(&rows, &admin.id, "/users/tokens/disable", &success));
    let refused = format!("refused - token_id={} reason=token_disabled", token.id);
    assert!(has(&rows, &ci.id, "/users/me", &refused));
    let login = format!("success session_user={}", ci.id);
    assert!(has(&rows, &ci.id, "/users/login", &login));
    let roles = format!("/users/{}/roles", ci.id);
    let given = format!("user={} roles=system_user", ci.id);
    assert!(has(&rows, &admin.id, &roles, &given));
}

#[test]
fn a_secret_sent_in_place_of_an_id_is_in_no_audit_row() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.create_token("x").new_token();
    ci.revoke(&token.secret)
        .refused(404, "app.user_access_token.get_by_user.app_error");
    mm.log_in(&token.secret, "wrong");
    ci.with_token(&token.secret)
        .get(&format!("/users/{}/tokens", token.secret))
        .forbidden();
    // What was queued is written by now: the writer takes one thing after the other.
    mm.admin().set_roles(&ci, "system_user").acknowledged();
    let rows = mm.admin().get("/audits?per_page=200").ok();
    assert!(has(&rows, &ci.id, "/users/tokens/revoke", ""));
    for outcome in ["attempt", "failure"] {
        let extra = format!("{outcome} - login_id=[secret]");
        assert!(has(&rows, "", "/users/login", &extra), "{outcome}");
    }
    assert!(!rows.to_string().contains(&token.secret));
}

#[test]
fn users_read_their_own_audit_rows_and_admins_all() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    ci.create_token("x").ok();
    mm.admin().set_roles(&ci, "system_user").acknowledged();
    let own = ci.audits().ok().each("user_id");
    assert!(own.iter().all(|user| *user == ci.id) && !own.is_empty());
    let all = mm.admin().get("/audits").ok().each("user_id");
    assert!(all.iter().any(|user| *user != ci.id));
    ci.get("/audits").forbidden();
    ci.get(&format!("/users/{}/audits", mm.admin().id))
        .forbidden();
}

/// What was noted of a path: who acted and the free text, oldest first.
fn rows(mm: &Mattermost, path: &str) -> Vec<(String, String)> {
    // What was queued is written before this change is.
    mm.set("TeamSettings", "SiteName", mm.clock().now().to_string());
    let all = mm.admin().get("/audits?per_page=200").ok();
    let of_path = |row: &&Value| row["action"] == format!("/api/v4{path}");
    let row = |row: &Value| (row.text("user_id"), row.text("extra_info"));
    let rows = all.as_array().unwrap().iter().rev();
    rows.filter(of_path).map(row).collect()
}

/// The rows of one who acted.
fn of(user: &Caller, texts: &[&str]) -> Vec<(String, String)> {
    let row = |text: &&str| (user.id.clone(), (*text).to_owned());
    texts.iter().map(row).collect()
}

/// wire sessions-and-audits: token create, revoke, disable, enable
#[test]
fn a_token_leaves_an_attempt_and_a_success_for_each_change() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let id = ci.create_token("x").ok().text("id");
    let success = format!("success - token_id={id}");
    assert_eq!(rows(&mm, "/users/me/tokens"), of(&ci, &["", &success]));
    for change in ["disable", "enable", "revoke"] {
        let path = format!("/users/tokens/{change}");
        ci.post(&path, json!({"token_id": id})).acknowledged();
        assert_eq!(rows(&mm, &path), of(&ci, &["", &success]));
        let unknown = json!({"token_id": "unknown"});
        assert_eq!(ci.post(&path, unknown).status, 404);
        assert_eq!(rows(&mm, &path), of(&ci, &["", &success, ""]));
    }
}

/// wire sessions-and-audits: login
#[test]
fn a_login_leaves_who_was_meant_and_then_who_it_was() {
    let mm = fresh();
    let alice = mm.user("alice");
    let before = rows(&mm, "/users/login").len();
    let login = |body: Value| {
        // Failed logins of a minute are one row.
        mm.clock().advance(Duration::from_secs(61));
        mm.anonymous().post("/users/login", body)
    };
    login(json!({"login_id": "Alice", "password": PASSWORD})).ok();
    assert_eq!(
        login(json!({"login_id": "alice", "password": "wrong"})).status,
        401
    );
    assert_eq!(
        login(json!({"login_id": "nobody", "password": "wrong"})).status,
        401
    );
    assert_eq!(login(json!({"login_id": "alice"})).status, 400);
    assert_eq!(
        login(json!({"id": alice.id, "password": "wrong"})).status,
        401
    );
    let nobody = mm.anonymous();
    let success = format!("success session_user={}", alice.id);
    let expected = [
        of(&nobody, &["attempt - login_id=Alice"]),
        of(&alice, &["authenticated", &success]),
        of(
            &nobody,
            &["attempt - login_id=alice", "failure - login_id=alice"],
        ),
        of(
            &nobody,
            &[
                "attempt - login_id=no~6382b3",
                "failure - login_id=no~6382b3",
            ],
        ),
        of(
            &nobody,
            &["attempt - login_id=alice", "failure - login_id=alice"],
        ),
        of(&alice, &["attempt - login_id=", "failure - login_id="]),
    ];
    assert_eq!(rows(&mm, "/users/login")[before..], expected.concat());
}

/// wire sessions-and-audits: roles
/// wire sessions-and-audits: active
/// wire sessions-and-audits: auth
/// wire sessions-and-audits: password
/// wire sessions-and-audits: patch, sessions revoke, role patch, logout
/// wire sessions-and-audits: channel create, member add
#[test]
fn each_change_leaves_its_words() {
    let mm = server();
    let (admin, alice, bob) = (mm.admin(), mm.user("alice"), mm.user("bob"));
    let id = &alice.id;
    let user = |rest: &str| format!("/users/{id}/{rest}");
    let put = |path: &str, body: Value| admin.put(path, body).ok();
    put(
        &user("roles"),
        json!({"roles": "system_user  system_post_all"}),
    );
    let roles = format!("user={id} roles=system_user system_post_all");
    assert_eq!(rows(&mm, &user("roles")), of(&admin, &[&roles]));
    for active in [false, true] {
        put(&user("active"), json!({ "active": active }));
    }
    let words = [false, true].map(|active| format!("user_id={id} active={active}"));
    let words = words.each_ref().map(String::as_str);
    assert_eq!(rows(&mm, &user("active")), of(&admin, &words));
    put(
        &user("auth"),
        json!({"auth_service": "ldap", "auth_data": "a"}),
    );
    let words = format!("updated user {id} auth to service=ldap");
    assert_eq!(rows(&mm, &user("auth")), of(&admin, &[&words]));
    put(&user("password"), json!({"new_password": PASSWORD}));
    bob.put(&user("password"), json!({"new_password": PASSWORD}));
    let attempts = [
        of(&admin, &["attempted", "completed"]),
        of(&bob, &["attempted", "failed"]),
    ];
    assert_eq!(rows(&mm, &user("password")), attempts.concat());
    let role = bob.get("/roles/name/system_user").ok();
    let patch = format!("/roles/{}/patch", role.text("id"));
    put(&patch, json!({"permissions": role["permissions"]}));
    assert_eq!(rows(&mm, &patch), of(&admin, &[""]));
    bob.patch_me(json!({"nickname": "B"})).ok();
    assert_eq!(rows(&mm, "/users/me/patch"), of(&bob, &[""]));
    let session = json!({"session_id": mm.login("bob").sessions().ok()[0]["id"]});
    bob.post("/users/me/sessions/revoke", session)
        .acknowledged();
    assert_eq!(rows(&mm, "/users/me/sessions/revoke"), of(&bob, &[""]));
    bob.log_out().acknowledged();
    assert_eq!(rows(&mm, "/users/logout"), of(&bob, &[""]));
    let team = admin.create_team("core").created().text("id");
    admin.add_to_team(&team, &bob).created();
    let channel = admin
        .create_channel(&team, "news", "O")
        .created()
        .text("id");
    assert_eq!(rows(&mm, "/channels"), of(&admin, &["name=news"]));
    let path = format!("/channels/{channel}/members");
    admin.post(&path, json!({"user_id": bob.id})).created();
    let words = format!("name=news user_id={}", bob.id);
    assert_eq!(rows(&mm, &path), of(&admin, &[&words]));
}

/// wire sessions-and-audits: `session_id` | the session that acted
/// wire sessions-and-audits: `action`
#[test]
fn a_row_leads_to_the_token_that_acted_by_its_session() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("deploy");
    let by_token = ci.with_token(&token.secret);
    by_token.patch_me(json!({"nickname": "CI"})).ok();
    let row = ci.audits().ok()[0].clone();
    assert_eq!(row["action"], "/api/v4/users/me/patch");
    assert_eq!(row["ip_address"], "127.0.0.1");
    let sessions = ci.sessions().ok();
    let acted = |session: &&Value| session["id"] == row["session_id"];
    let session = sessions.as_array().unwrap().iter().find(acted).unwrap();
    assert_eq!(session["props"]["user_access_token_id"], token.id);
}

#[test]
fn rows_come_newest_first_in_pages_to_their_owner_and_to_admins() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    for nickname in ["a", "b", "c", "d", "e"] {
        mm.clock().advance(std::time::Duration::from_millis(1));
        alice.patch_me(json!({ "nickname": nickname })).ok();
    }
    let own = format!("/users/{}/audits", alice.id);
    for path in ["/audits", &own] {
        let list = |query: &str| mm.admin().get(&format!("{path}?{query}")).ok();
        let all = list("");
        let times: Vec<i64> = all
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["create_at"].as_i64().unwrap())
            .collect();
        assert!(times.len() > 5 && times.is_sorted_by(|newer, older| newer >= older));
        let pages = [list("per_page=3"), list("per_page=3&page=1")];
        let ids: Vec<String> = pages.iter().flat_map(|page| page.each("id")).collect();
        assert_eq!(ids, all.each("id")[..6]);
        assert_eq!(list("per_page=0"), json!([]));
        assert_eq!(list("page=99"), json!([]));
        assert_eq!(list("page=-1&per_page=x"), all);
        bob.get(path).forbidden();
    }
    assert!(
        alice
            .audits()
            .ok()
            .each("user_id")
            .iter()
            .all(|id| *id == alice.id)
    );
    alice.get("/users/short/audits").refused_url("user_id");
    assert_eq!(
        mm.admin()
            .get("/users/aaaaaaaaaaaaaaaaaaaaaaaaaa/audits")
            .ok(),
        json!([])
    );
}

/// The rows of logins that failed.
fn failures(mm: &Mattermost) -> Vec<String> {
    let words = rows(mm, "/users/login").into_iter().map(|(_, words)| words);
    words.filter(|words| words.starts_with("failure")).collect()
}

#[test]
fn failed_logins_of_an_address_or_a_name_are_one_row_a_minute() {
    let mm = fresh();
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    mm.user("alice");
    let fail = |address: &str, name: &str| {
        let body = json!({"login_id": name, "password": "Wrong-Horse-1"}).to_string();
        let request = Request::new("POST", "/api/v4/users/login").body(body);
        mm.send(&request.header("X-Forwarded-For", address));
    };
    let before = failures(&mm).len();
    for name in ["alice", "bob", "carol"] {
        fail("192.0.2.1", name);
    }
    fail("192.0.2.2", "alice");
    fail("192.0.2.3", "dora");
    mm.clock().advance(Duration::from_secs(61));
    fail("192.0.2.1", "alice");
    assert_eq!(
        failures(&mm)[before..],
        [
            "failure - login_id=alice count=4",
            "failure - login_id=do~69db31",
            "failure - login_id=alice",
        ]
    );
}

#[test]
fn name_that_nobody_has_is_not_kept_and_its_row_has_a_bound() {
    let mm = fresh();
    let typed = "Correct-Horse-Battery-1".repeat(200);
    mm.anonymous()
        .post("/users/login", json!({"login_id": typed, "password": ""}))
        .refused(400, "api.user.login.blank_pwd.app_error");
    let rows = failures(&mm);
    let row = rows.last().unwrap();
    assert!(
        row.starts_with("failure - login_id=Co~") && row.len() < 40,
        "{row}"
    );
}

#[test]
fn rows_are_kept_as_long_and_as_many_as_the_settings_say() {
    let mm = fresh();
    let all = || mm.admin().get("/audits?per_page=200").ok();
    let count = || all().as_array().unwrap().len();
    for number in 0..6 {
        mm.user(&format!("user{number}"));
    }
    assert!(count() > 20);
    mm.set("PatmostSettings", "AuditMaximumRows", 20);
    mm.clean_up();
    assert_eq!(count(), 20);
    mm.set("PatmostSettings", "AuditMaximumRows", 0);
    mm.set("PatmostSettings", "AuditRetentionDays", 3);
    mm.advance_days(4);
    mm.sign_in_admin();
    mm.clean_up();
    let oldest = all().as_array().unwrap().last().unwrap().clone();
    assert_eq!(oldest["extra_info"], "attempt - login_id=admin");
}
