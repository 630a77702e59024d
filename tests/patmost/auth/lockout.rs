//! Guessing passwords: what locks an account, what of it goes on, and what lifts the lock.

use std::time::Duration;

use crate::support::*;

const WRONG: &str = "api.user.login.invalid_credentials_email_username";
const LOCKED: &str = "api.user.check_user_login_attempts.too_many.app_error";

/// A server where the third wrong password locks.
fn strict() -> Mattermost {
    let mm = fresh();
    mm.set("ServiceSettings", "MaximumLoginAttempts", 3);
    mm
}

fn login(mm: &Mattermost, password: &str) -> Answer {
    mm.log_in("alice", password)
}

fn guess(mm: &Mattermost, times: usize) {
    for _ in 0..times {
        login(mm, "Wrong-Horse-1").refused(401, WRONG);
    }
}

#[test]
fn lockout_threshold_is_configurable_and_resets_on_success() {
    let mm = strict();
    mm.user("alice");
    guess(&mm, 2);
    login(&mm, PASSWORD).ok();
    guess(&mm, 3);
    for password in ["Wrong-Horse-1", PASSWORD] {
        login(&mm, password).refused_saying(
            401,
            LOCKED,
            "Your account is locked because of too many failed password attempts. Please reset your password.",
        );
    }
    mm.set("ServiceSettings", "MaximumLoginAttempts", 4);
    login(&mm, PASSWORD).ok();
}

#[test]
fn lockout_affects_one_user_and_keeps_sessions() {
    let mm = strict();
    let (alice, _) = (mm.user("alice"), mm.user("bob"));
    guess(&mm, 3);
    mm.login("bob").me().ok();
    alice.me().ok();
    let mm = mm.restarted();
    login(&mm, PASSWORD).refused(401, LOCKED);
    mm.set("ServiceSettings", "MaximumLoginAttempts", 3);
    login(&mm, PASSWORD).refused(401, LOCKED);
}

#[test]
fn a_signed_in_user_cannot_guess_on_either() {
    let mm = strict();
    let alice = mm.user("alice");
    let change = |current: &str| alice.change_password(current, "Another-Horse-2");
    let move_to = |password: &str| {
        let body = json!({"email": "new@example.com", "password": password});
        alice.patch_me(body)
    };
    change("Wrong-Horse-1").refused(400, "api.user.update_password.incorrect.app_error");
    move_to("Wrong-Horse-1").refused(401, "api.user.check_user_password.invalid.app_error");
    move_to(PASSWORD).ok();
    change("Wrong-Horse-1").refused(400, "api.user.update_password.incorrect.app_error");
    guess(&mm, 2);
    change(PASSWORD).refused(401, LOCKED);
    alice
        .patch_me(json!({"email": "alice@example.com", "password": PASSWORD}))
        .refused(401, LOCKED);
    login(&mm, PASSWORD).refused(401, LOCKED);
}

#[test]
fn a_lock_is_lifted_by_a_new_password_another_service_or_a_reset() {
    let mm = strict();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = |rest: &str| format!("/users/{}/{rest}", alice.id);
    guess(&mm, 3);
    let new = json!({ "new_password": PASSWORD });
    mm.admin()
        .put(&path("password"), new.clone())
        .acknowledged();
    login(&mm, PASSWORD).ok();
    guess(&mm, 3);
    let reset =
        |by: &Caller, id: &str| by.post(&format!("/users/{id}/reset_failed_attempts"), json!({}));
    reset(&bob, &alice.id).forbidden();
    reset(&alice, &alice.id).forbidden();
    login(&mm, PASSWORD).refused(401, LOCKED);
    reset(&mm.admin(), &alice.id).acknowledged();
    login(&mm, PASSWORD).ok();
    reset(&mm.admin(), "aaaaaaaaaaaaaaaaaaaaaaaaaa").refused(404, "app.user.missing_account.const");
    guess(&mm, 3);
    let saml = json!({"auth_service": "saml", "auth_data": "a"});
    mm.admin().put(&path("auth"), saml).ok();
    reset(&mm.admin(), &alice.id).refused(
        400,
        "api.user.reset_password_failed_attempts.ldap_and_email_only.app_error",
    );
    mm.admin().put(&path("password"), new).acknowledged();
    login(&mm, PASSWORD).ok();
}

#[test]
fn guessing_by_many_at_once_gets_no_more_guesses() {
    let mm = strict();
    mm.user("alice");
    let address = mm.address();
    let statuses: Vec<(u16, String)> = std::thread::scope(|scope| {
        let one = || {
            let body = json!({"login_id": "alice", "password": "Wrong-Horse-1"}).to_string();
            let request = Request::new("POST", "/api/v4/users/login").body(body);
            let answer = client::send(&address, &request);
            (answer.status, answer.json().text("id"))
        };
        let guesses: Vec<_> = (0..12).map(|_| scope.spawn(one)).collect();
        guesses
            .into_iter()
            .map(|guess| guess.join().unwrap())
            .collect()
    });
    let looked_at = statuses.iter().filter(|(_, id)| id == WRONG).count();
    let refused = statuses.iter().filter(|(_, id)| id == LOCKED).count();
    assert_eq!((looked_at, refused), (3, 9));
}

const FROM_EVERYWHERE: &str = "api.user.login.too_fast.app_error";

/// A server behind a proxy, where the third wrong password locks.
fn strict_behind_a_proxy() -> Mattermost {
    let mm = strict();
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    mm.user("alice");
    mm
}

/// Logs in as alice from an address.
fn login_from(mm: &Mattermost, address: &str, password: &str) -> Answer {
    let body = json!({"login_id": "alice", "password": password}).to_string();
    let request = Request::new("POST", "/api/v4/users/login");
    mm.send(&request.header("X-Forwarded-For", address).body(body))
}

fn guess_from(mm: &Mattermost, address: &str, times: usize) {
    for _ in 0..times {
        login_from(mm, address, "Wrong-Horse-1").refused(401, WRONG);
    }
}

#[test]
fn lock_holds_for_the_network_that_guessed_and_for_no_other() {
    let mm = strict_behind_a_proxy();
    guess_from(&mm, "192.0.2.1", 3);
    login_from(&mm, "192.0.2.1", PASSWORD).refused(401, LOCKED);
    login_from(&mm, "192.0.2.2", PASSWORD).ok();
    // A right password elsewhere does not help the guesser.
    login_from(&mm, "192.0.2.1", PASSWORD).refused(401, LOCKED);
    guess_from(&mm, "2001:db8::1", 2);
    guess_from(&mm, "2001:db8::ffff", 1);
    login_from(&mm, "2001:db8::2", PASSWORD).refused(401, LOCKED);
    login_from(&mm, "2001:db8:0:1::2", PASSWORD).ok();
}

#[test]
fn lock_ends_by_itself_also_over_a_restart() {
    let mm = strict_behind_a_proxy();
    guess_from(&mm, "192.0.2.1", 3);
    mm.clock().advance(Duration::from_secs(14 * 60 + 59));
    let mm = mm.restarted();
    login_from(&mm, "192.0.2.1", PASSWORD).refused(401, LOCKED);
    mm.clock().advance(Duration::from_secs(2));
    guess_from(&mm, "192.0.2.1", 2);
    login_from(&mm, "192.0.2.1", PASSWORD).ok();
    mm.clean_up();
    guess_from(&mm, "192.0.2.1", 3);
    login_from(&mm, "192.0.2.1", PASSWORD).refused(401, LOCKED);
    mm.set("PatmostSettings", "LoginLockMinutes", 0);
    login_from(&mm, "192.0.2.2", PASSWORD).refused(401, LOCKED);
}

#[test]
fn guessing_from_everywhere_slows_logins_down_and_locks_nobody_out() {
    let mm = strict_behind_a_proxy();
    for number in 0..10 {
        guess_from(&mm, &format!("192.0.2.{number}"), 3);
    }
    login_from(&mm, "198.51.100.1", PASSWORD).refused(401, FROM_EVERYWHERE);
    mm.clock().advance(Duration::from_secs(1));
    guess_from(&mm, "198.51.100.2", 1);
    login_from(&mm, "198.51.100.1", PASSWORD).refused(401, FROM_EVERYWHERE);
    mm.clock().advance(Duration::from_secs(1));
    login_from(&mm, "198.51.100.1", PASSWORD).ok();
}

#[test]
fn operator_lifts_locks_and_sets_passwords() {
    let mm = strict_behind_a_proxy();
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    let session = mm.login("alice");
    let token = session.token("ci");
    guess_from(&mm, "192.0.2.1", 3);
    command(&mm, &["user", "unlock", "alice"], "");
    login_from(&mm, "192.0.2.1", PASSWORD).ok();
    let new = "Another-Horse-2";
    let done = command(&mm, &["user", "password", "alice", "--password-stdin"], new);
    assert!(done.contains("ended its sessions"), "{done}");
    session.get("/users/me").expired();
    session.with_token(&token.secret).get("/users/me").ok();
    login_from(&mm, "192.0.2.1", new).ok();
    let made = command(&mm, &["user", "password", "alice", "--quiet"], "");
    login_from(&mm, "192.0.2.1", made.trim()).ok();
}

/// Runs a command on the data of the server; what it prints.
fn command(mm: &Mattermost, arguments: &[&str], input: &str) -> String {
    let data = mm.data().display().to_string();
    let arguments = [arguments, &["--data", &data]].concat();
    let output = process::patmost_reading(&arguments, &[], input);
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}
