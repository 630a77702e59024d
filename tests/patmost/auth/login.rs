//! Logging in and out, and the sessions that come of it.

use crate::support::*;

const WRONG: &str = "api.user.login.invalid_credentials_email_username";

fn attempt(mm: &Mattermost, body: Value) -> Answer {
    mm.anonymous().post("/users/login", body)
}

/// wire errors-and-auth: `login_id` | username or e-mail
/// wire errors-and-auth: `id` | or the user id
/// wire errors-and-auth: `token` | one-time code
/// wire errors-and-auth: `Token` | successful login
#[test]
fn a_user_logs_in_by_username_address_or_id_in_any_case() {
    let mm = fresh();
    let alice = mm.user("alice");
    for name in ["alice", "ALICE", "Alice@Example.com"] {
        attempt(
            &mm,
            json!({"login_id": name, "password": PASSWORD, "token": null}),
        )
        .ok();
    }
    let answer = attempt(
        &mm,
        json!({"id": alice.id, "login_id": "nobody", "password": PASSWORD}),
    );
    assert_eq!(answer.ok()["id"], alice.id.as_str());
    assert!(answer.headers("set-cookie").is_empty());
    let secret = answer.header("token").unwrap().to_owned();
    assert_eq!(alice.with_token(&secret).me().ok(), answer.ok());
}

/// wire errors-and-auth: wrong password, unknown user
#[test]
fn a_wrong_password_and_no_account_look_the_same() {
    let mm = fresh();
    mm.user("alice");
    let without_id = |answer: Answer| {
        let mut body = answer.refused(401, WRONG);
        body["request_id"].take();
        (
            body,
            answer
                .headers
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>(),
        )
    };
    let wrong = without_id(attempt(
        &mm,
        json!({"login_id": "alice", "password": "Wrong-Horse-1"}),
    ));
    assert_eq!(
        without_id(attempt(
            &mm,
            json!({"login_id": "nobody", "password": "Wrong-Horse-1"})
        )),
        wrong
    );
    assert_eq!(
        without_id(attempt(&mm, json!({"id": "nobody", "password": PASSWORD}))),
        wrong
    );
    assert_eq!(
        without_id(attempt(&mm, json!({"password": PASSWORD}))),
        wrong
    );
    let sentence = "Enter a valid email or username and/or password.";
    assert_eq!(wrong.0["message"], sentence);
    let bob = mm.user("bob");
    let elsewhere = json!({"auth_service": "ldap", "auth_data": "1"});
    let path = format!("/users/{}/auth", bob.id);
    mm.admin().put(&path, elsewhere).ok();
    let by_password = json!({"login_id": "bob", "password": PASSWORD});
    assert_eq!(without_id(attempt(&mm, by_password)), wrong);
    assert!(!wrong.1.contains(&"token".to_owned()));
}

/// wire errors-and-auth: bot account | 401
#[test]
fn a_bot_does_not_log_in() {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    mm.admin().create_bot("ci-bot").created();
    let refused = attempt(&mm, json!({"login_id": "ci-bot", "password": PASSWORD}));
    let refused = refused.refused(401, "api.user.login.bot_login_forbidden.app_error");
    assert_eq!(refused["message"], "Bot login is forbidden.");
}

/// wire errors-and-auth: `password` |
/// wire errors-and-auth: empty or missing password
#[test]
fn a_login_without_a_password_is_refused_as_blank() {
    let mm = fresh();
    for body in [
        "",
        "{",
        "null",
        "[]",
        r#"{"login_id":"admin"}"#,
        r#"{"login_id":"admin","password":""}"#,
        r#"{"login_id":"admin","password":7}"#,
    ] {
        mm.anonymous()
            .send_text("POST", "/users/login", body)
            .refused(400, "api.user.login.blank_pwd.app_error");
    }
    let blank = attempt(&mm, json!({"login_id": "admin"})).json();
    assert_eq!(blank["message"], "Password field must not be blank");
}

/// wire errors-and-auth: more than `ServiceSettings.MaximumLoginAttempts`
/// wire errors-and-auth: The 10 wrong attempts themselves
/// wire config-and-system: `ServiceSettings.MaximumLoginAttempts`
#[test]
fn a_login_by_an_unknown_id_has_no_user_in_the_audit() {
    let mm = fresh();
    let of_nobody = json!({"id": "no id*".repeat(1000), "password": PASSWORD});
    attempt(&mm, of_nobody).refused(401, "api.user.login.invalid_credentials_email_username");
    // The description of an audit row is held against this answer, too.
    let newest = &mm.admin().get("/audits").ok()[0];
    assert_eq!(newest["user_id"], "");
    assert!(newest.text("extra_info").starts_with("failure"), "{newest}");
}

#[test]
fn ten_wrong_passwords_lock_the_account_until_it_gets_a_new_one() {
    let mm = fresh();
    let alice = mm.user("alice");
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    let by_token = alice.with_token(&alice.token("x").secret);
    let (wrong, right) = (
        json!({"login_id": "alice", "password": "Wrong-Horse-1"}),
        json!({"login_id": "alice", "password": PASSWORD}),
    );
    for _ in 0..9 {
        attempt(&mm, wrong.clone()).refused(401, WRONG);
    }
    attempt(&mm, right.clone()).ok();
    for _ in 0..10 {
        attempt(&mm, wrong.clone()).refused(401, WRONG);
    }
    let locked = "api.user.check_user_login_attempts.too_many.app_error";
    let told = attempt(&mm, wrong).refused(401, locked);
    assert_eq!(
        told["message"],
        "Your account is locked because of too many failed password attempts. Please reset your password."
    );
    attempt(&mm, right.clone()).refused(401, locked);
    alice.me().ok();
    by_token.me().ok();
    mm.admin().reset_password(&alice, PASSWORD).acknowledged();
    attempt(&mm, right).ok();
}

/// wire errors-and-auth: deactivated (told also
#[test]
fn a_deactivated_user_cannot_log_in_and_is_told_so() {
    let mm = fresh();
    let alice = mm.user("alice");
    mm.admin().deactivate(&alice).acknowledged();
    for password in [PASSWORD, "wrong"] {
        attempt(&mm, json!({"login_id": "alice", "password": password}))
            .refused(401, "api.user.login.inactive.app_error");
    }
    let told = attempt(&mm, json!({"login_id": "alice", "password": PASSWORD})).json();
    assert_eq!(
        told["message"],
        "Login failed because your account has been deactivated.  Please contact an administrator."
    );
}

/// wire errors-and-auth: The id says `_email_username`
#[test]
fn ways_to_log_in_can_be_switched_off() {
    let mm = fresh();
    mm.set("EmailSettings", "EnableSignInWithUsername", false);
    attempt(&mm, json!({"login_id": "admin", "password": PASSWORD}))
        .refused(401, "api.user.login.invalid_credentials_email");
    attempt(
        &mm,
        json!({"login_id": "admin@example.com", "password": PASSWORD}),
    )
    .ok();
    mm.set("EmailSettings", "EnableSignInWithUsername", true);
    mm.set("EmailSettings", "EnableSignInWithEmail", false);
    attempt(
        &mm,
        json!({"login_id": "admin@example.com", "password": PASSWORD}),
    )
    .refused(401, "api.user.login.invalid_credentials_username");
    attempt(&mm, json!({"login_id": "admin", "password": PASSWORD})).ok();
}

#[test]
fn browsers_get_cookies_when_they_ask_for_them() {
    let mm = fresh();
    let body = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let answer = mm.send(
        &Request::new("POST", "/api/v4/users/login")
            .header("X-Requested-With", "XMLHttpRequest")
            .body(body),
    );
    let cookies = answer.headers("set-cookie");
    let names: Vec<&str> = cookies
        .iter()
        .map(|line| line.split('=').next().unwrap())
        .collect();
    assert_eq!(names, ["MMAUTHTOKEN", "MMUSERID", "MMCSRF"]);
    assert!(
        cookies
            .iter()
            .all(|line| line.contains("Path=/") && line.contains("Max-Age=15552000"))
    );
    let scripts_may_not: Vec<bool> = cookies
        .iter()
        .map(|line| line.contains("HttpOnly"))
        .collect();
    assert_eq!(scripts_may_not, [true, false, false]);
}

#[test]
fn a_login_ends_with_its_length() {
    let mm = fresh();
    let alice = mm.user("alice");
    mm.set("ServiceSettings", "SessionIdleTimeoutInMinutes", 0);
    mm.advance_days(179);
    alice.me().ok();
    mm.advance_days(1);
    alice.me().expired();
}

#[test]
fn a_login_unused_for_too_long_ends() {
    let mm = fresh();
    let alice = mm.user("alice");
    mm.advance_days(31);
    alice.me().expired();
    assert!(mm.log_of(&alice.me()).contains("credential=session_idle"));
}

/// wire errors-and-auth: `device_id` | optional
#[test]
fn a_device_has_one_session() {
    let mm = fresh();
    mm.user("alice");
    let on = |device: &str| {
        mm.login("alice").with_token(
            attempt(
                &mm,
                json!({"login_id": "alice", "password": PASSWORD, "device_id": device}),
            )
            .header("token")
            .unwrap(),
        )
    };
    let (first, other) = (on("phone"), on("tablet"));
    let second = on("phone");
    first.me().expired();
    other.me().ok();
    second.me().ok();
}

#[test]
fn a_logout_ends_its_own_session_and_always_succeeds() {
    let mm = fresh();
    let (one, two) = (mm.user("alice"), mm.login("alice"));
    one.log_out().acknowledged();
    one.me().expired();
    two.me().ok();
    let again = one.send_text("POST", "/users/logout", "");
    again.acknowledged();
    assert_eq!(
        again.headers("set-cookie"),
        [
            CLEARED_COOKIE,
            "MMUSERID=; Path=/; Max-Age=0",
            "MMCSRF=; Path=/; Max-Age=0"
        ]
    );
}
