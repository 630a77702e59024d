//! Sessions: what a list of them shows, who revokes them, and what that ends.

use crate::support::*;

/// An id that nobody has.
const NOBODY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

const DAY: i64 = 86_400_000;

/// The newest session of the caller.
fn newest(caller: &Caller) -> Value {
    caller.sessions().ok()[0].clone()
}

/// wire sessions-and-audits: `token`
/// wire sessions-and-audits: `expires_at`
/// wire sessions-and-audits: `props`
/// wire sessions-and-audits: `device_id`
#[test]
fn a_login_and_a_token_each_have_a_session_that_shows_no_secret() {
    let mm = server();
    mm.user("alice");
    mm.clock().advance(std::time::Duration::from_millis(1));
    let body = json!({"login_id": "alice", "password": PASSWORD, "device_id": "phone"});
    let answer = mm.anonymous().post("/users/login", body);
    assert!(answer.ok().get("token").is_none());
    let alice = mm
        .login("alice")
        .with_token(answer.header("token").unwrap());
    let login = newest(
        &mm.login("alice")
            .with_token(answer.header("token").unwrap()),
    );
    let props = |session: &Value| {
        let props = session["props"].as_object().unwrap();
        assert!(props.values().all(Value::is_string));
        props.keys().cloned().collect::<Vec<_>>()
    };
    let of_login = [
        "browser",
        "csrf",
        "isMobile",
        "isOAuthUser",
        "isSaml",
        "is_guest",
        "os",
        "platform",
    ];
    assert_eq!(props(&login), of_login);
    mm.clock().advance(std::time::Duration::from_millis(1));
    let token = alice.token("x");
    let by_token = newest(&alice.with_token(&token.secret));
    assert_eq!(
        props(&by_token),
        ["is_guest", "type", "user_access_token_id"]
    );
    assert_eq!(by_token["props"]["type"], "UserAccessToken");
    assert_eq!(by_token["props"]["user_access_token_id"], token.id);
    let sessions = alice.sessions().ok();
    let on_phone = |session: &&Value| session["device_id"] == "phone";
    let phones = sessions.as_array().unwrap().iter().filter(on_phone);
    assert_eq!(phones.count(), 1);
    for session in sessions.as_array().unwrap() {
        assert_eq!(session["token"], "");
        let is_token = session["props"].get("type").is_some();
        let days = if is_token { 36_500 } else { 180 };
        let length =
            session["expires_at"].as_i64().unwrap() - session["create_at"].as_i64().unwrap();
        assert_eq!(length, days * DAY);
    }
}

/// wire sessions-and-audits: `props`
/// wire sessions-and-audits: `roles`
/// wire sessions-and-audits: `team_members`
#[test]
fn a_session_shows_the_current_roles_and_teams_of_its_owner() {
    let mm = server();
    let alice = mm.user("alice");
    assert_eq!(newest(&alice)["roles"], "system_user");
    assert_eq!(newest(&alice)["team_members"], json!([]));
    let alice = alice.with_role(TOKEN_ROLE);
    let team = mm.admin().create_team("core").created().text("id");
    let member = mm.admin().add_to_team(&team, &alice).created();
    let session = newest(&alice);
    assert_eq!(session["roles"], format!("system_user {TOKEN_ROLE}"));
    assert_eq!(session["team_members"], json!([member]));
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let bot = mm.admin().create_bot("ci").created();
    let token = json!({"description": "x"});
    let path = format!("/users/{}/tokens", bot.text("user_id"));
    let token = mm.admin().post(&path, token).ok().text("token");
    let session = newest(&mm.anonymous().with_token(&token));
    assert_eq!(session["props"]["is_bot"], "true");
}

#[test]
fn a_session_has_the_recorded_members_and_shows_no_secret() {
    let mm = fresh();
    let session = newest(&mm.user("alice"));
    let members: Vec<&String> = session.as_object().unwrap().keys().collect();
    let recorded = [
        "create_at",
        "device_id",
        "expired_notify",
        "expires_at",
        "id",
        "is_oauth",
        "last_activity_at",
        "local",
        "props",
        "roles",
        "team_members",
        "token",
        "user_id",
    ];
    assert_eq!(members, recorded);
    assert_eq!(session["token"], "");
    assert_eq!(session["props"]["csrf"], "");
}

/// wire sessions-and-audits: somebody else's, not allowed
/// wire sessions-and-audits: no `session_id`
/// wire sessions-and-audits: unknown `session_id`
/// wire sessions-and-audits: the session of another user than in the path
#[test]
fn sessions_of_others_are_neither_listed_nor_revoked() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let session = newest(&alice);
    bob.sessions_of(&alice).forbidden();
    let path = format!("/users/{}/sessions/revoke", alice.id);
    bob.post(&path, json!({"session_id": session["id"]}))
        .forbidden();
    bob.revoke_all_sessions(&alice).forbidden();
    bob.revoke_session(&session).refused_url("user_id");
    bob.post("/users/me/sessions/revoke", json!({}))
        .refused_body("session_id");
    let unknown = "We encountered an error finding the session.";
    bob.revoke_session(NOBODY)
        .refused_saying(400, "app.session.get.app_error", unknown);
    bob.post("/users/sessions/revoke/all", json!({}))
        .forbidden();
    assert_eq!(mm.admin().sessions_of(NOBODY).ok(), json!([]));
    bob.sessions_of(NOBODY).forbidden();
    alice.me().ok();
}

/// wire sessions-and-audits: `GET /users/{id}/sessions`
/// wire sessions-and-audits: `POST /users/{id}/sessions/revoke`
/// wire sessions-and-audits: `POST /users/{id}/sessions/revoke/all`
/// wire sessions-and-audits: `POST /users/sessions/revoke/all`
/// wire sessions-and-audits: Revoking holds on the next request
#[test]
fn a_revoked_session_is_refused_on_the_next_request() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}/sessions/revoke", alice.id);
    let session = json!({"session_id": newest(&alice)["id"]});
    mm.admin().post(&path, session).acknowledged();
    alice.me().expired();
    let (here, there) = (mm.login("alice"), mm.login("alice"));
    mm.admin().revoke_all_sessions(&alice).acknowledged();
    here.me().expired();
    there.me().expired();
    assert_eq!(mm.admin().sessions_of(&alice).ok(), json!([]));
    let alice = mm.login("alice");
    alice.revoke_session(newest(&alice)).acknowledged();
    alice.me().expired();
    mm.admin()
        .post("/users/sessions/revoke/all", json!({}))
        .acknowledged();
    bob.me().expired();
    mm.admin().me().expired();
}

/// wire sessions-and-audits: `session_id` may also be the session's **secret**
/// wire sessions-and-audits: Revoking a token's session does not end the token
/// wire sessions-and-audits: A token's session does not exist before its first use
#[test]
fn a_session_is_revoked_by_its_secret_too_and_a_token_lives_on() {
    let mm = server();
    let (alice, other) = (mm.user("alice"), mm.user("other"));
    let revoke = |by: &Caller, secret: &str| by.revoke_session(secret);
    let second = mm.login("alice");
    let secret = second.credential.clone().unwrap();
    revoke(&other, &secret).refused_url("user_id");
    revoke(&alice, &secret).acknowledged();
    second.me().expired();
    let token = alice.token("x");
    let sessions = || alice.sessions().ok().each("id");
    assert_eq!(sessions().len(), 1);
    revoke(&alice, &token.secret).refused(400, "app.session.get.app_error");
    let by_token = alice.with_token(&token.secret);
    by_token.me().ok();
    let opened = sessions();
    assert_eq!(opened.len(), 2);
    revoke(&alice, &token.secret).acknowledged();
    assert_eq!(sessions().len(), 1);
    by_token.me().ok();
    assert_eq!(sessions().len(), 2);
    assert_ne!(sessions(), opened);
}

#[test]
fn the_session_used_last_comes_first_and_there_are_never_more_than_500() {
    let mm = fresh();
    let (first, second) = (mm.user("alice"), mm.login("alice"));
    let before = newest(&second)["id"].clone();
    mm.advance_days(1);
    // A change waits for what was noted before it.
    first.patch_me(json!({"nickname": "x"})).ok();
    assert_ne!(newest(&first)["id"], before);
    for _ in 0..500 {
        mm.login("alice");
    }
    let alice = mm.login("alice");
    let all = alice.sessions().ok();
    assert_eq!(all.as_array().unwrap().len(), 500);
    first.me().expired();
    second.me().expired();
}

#[test]
fn a_login_says_later_which_device_it_is_on() {
    let mm = server();
    mm.user("alice");
    mm.set("ServiceSettings", "SessionLengthWebInDays", 1);
    mm.set("ServiceSettings", "SessionLengthMobileInDays", 30);
    let (first, second) = (mm.login("alice"), mm.login("alice"));
    let device =
        |caller: &Caller, id: &str| caller.put("/users/sessions/device", json!({"device_id": id}));
    device(&first, "apple:1").acknowledged();
    device(&second, "apple:1").acknowledged();
    // There is one login on a device.
    first.me().expired();
    let sessions = second.sessions().ok();
    let on_device = |session: &&Value| session.text("device_id") == "apple:1";
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.iter().filter(on_device).count(), 1);
    mm.advance_days(20);
    second.me().ok();
    device(&second, "").refused_body("device_id");
    device(&second, &"a".repeat(513)).refused(400, "api.user.login.device_id.app_error");
}
