//! A secret that a client sends in the wrong place is kept nowhere, in whatever encoding it comes.

use proptest::test_runner::{Config, TestRunner};

use crate::support::*;

/// Encodes some letters of the secret, some of them twice or three times.
fn encoded(secret: &str, depths: &[u8]) -> String {
    let letters = secret.bytes().zip(depths.iter().cycle());
    letters
        .map(|(letter, depth)| match depth {
            0 => char::from(letter).to_string(),
            depth => format!("%{}{letter:02x}", "25".repeat(usize::from(depth - 1))),
        })
        .collect()
}

/// The places where an id or a name belongs.
const PLACES: [(&str, &str, &str); 9] = [
    ("POST", "/users/{}/sessions/revoke/all", "{}"),
    (
        "PUT",
        "/users/{}/auth",
        r#"{"auth_service": "ldap", "auth_data": "a"}"#,
    ),
    (
        "PUT",
        "/users/{}/password",
        r#"{"new_password": "Another-Horse-2"}"#,
    ),
    ("POST", "/users/{}/tokens", r#"{"description": "x"}"#),
    ("DELETE", "/users/{}", "{}"),
    ("GET", "/users/me?x={}", ""),
    (
        "POST",
        "/users/login",
        r#"{"login_id": "{}", "password": "x"}"#,
    ),
    ("POST", "/users/login", r#"{"id": "{}", "password": "x"}"#),
    ("POST", "/users/tokens/revoke", r#"{"token_id": "{}"}"#),
];

#[test]
fn secret_in_any_place_and_encoding_is_in_no_file_log_or_list() {
    let mm = server();
    let admin = mm.admin();
    let secret = admin.token("hidden").secret;
    let bearer = format!("Bearer {}", admin.credential.clone().unwrap());
    let send = |place: usize, hidden: &str| {
        let (method, target, body) = PLACES[place];
        let target = format!("/api/v4{}", target.replace("{}", hidden));
        let request = Request::new(method, &target).header("Authorization", &bearer);
        let request = match body {
            "" => request,
            body => request.body(body.replace("{}", hidden)),
        };
        client::send(&mm.address(), &request);
    };
    // What every place is certain to be asked with.
    for place in 0..PLACES.len() {
        for depths in [&[0][..], &[1], &[1, 0, 0]] {
            send(place, &encoded(&secret, depths));
        }
    }
    let depths = proptest::collection::vec(0..4u8, 1..26);
    let cases = (0..PLACES.len(), depths, ("[a-z0-9]{0,3}", "[a-z0-9]{0,3}"));
    let mut runner = TestRunner::new(Config::with_cases(24));
    runner
        .run(&cases, |(place, depths, (before, after))| {
            let hidden = encoded(&secret, &depths);
            send(place, &format!("{before}{hidden}{after}"));
            Ok(())
        })
        .unwrap();
    // What was queued is written before this change is.
    mm.set("TeamSettings", "SiteName", "later");
    let audits = admin.get("/audits?per_page=200").ok().to_string();
    let logs = admin.get("/logs").ok().to_string();
    assert!(!audits.contains(&secret), "the audit has it");
    assert!(!logs.contains(&secret), "the log has it");
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_patmost"))
        .args(["check", "--data"])
        .arg(mm.data())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn secret_that_has_ended_is_not_in_the_audit_of_what_was_refused() {
    let mm = server();
    let admin = mm.admin();
    let token = admin.token("ended");
    admin.revoke(&token).acknowledged();
    let bob = mm.user("bob");
    let ask = |id: &str| {
        let path = format!("/users/{id}/password");
        let body = json!({"current_password": PASSWORD, "new_password": "Another-Horse-2"});
        assert_eq!(bob.put(&path, body).status, 403);
    };
    ask(&token.secret);
    ask(&encoded(&token.secret, &[1, 0]));
    ask(&admin.id);
    // What was queued is written before this change is.
    mm.set("TeamSettings", "SiteName", "later");
    let audits = admin.get("/audits?per_page=200").ok().to_string();
    assert!(
        !audits.contains(&token.secret) && !audits.contains('%'),
        "{audits}"
    );
    let shortened = format!("/users/{}~", &token.secret[..2]);
    // Two rows each: attempted, and failed.
    assert_eq!(audits.matches(&shortened).count(), 4, "{audits}");
    assert!(audits.contains(&format!("/users/{}/password", admin.id)));
}

#[test]
fn check_finds_a_secret_behind_an_encoding() {
    let mm = server();
    let secret = mm.admin().token("hidden").secret;
    let encoded = encoded(&secret, &[0, 1, 2]);
    mm.sql(&format!(
        "UPDATE audits SET action = '/api/v4/users/{encoded}' WHERE number = 1"
    ));
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_patmost"))
        .args(["check", "--data"])
        .arg(mm.data())
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    let said = String::from_utf8_lossy(&checked.stderr).into_owned()
        + &String::from_utf8_lossy(&checked.stdout);
    assert!(said.contains("has the secret of token"), "{said}");
}
