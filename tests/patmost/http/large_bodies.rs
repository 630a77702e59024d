//! Bodies of more than 16 KiB: the server reads them of those who are signed in, and of nobody else.

use crate::support::*;

/// What is answered to a head that announces a large body, of which nothing is sent.
fn answer_to_head(mm: &Mattermost, method: &str, path: &str, secret: &str) -> Answer {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nContent-Length: 16385\r\n\r\n"
    );
    let answer = Answer::parse(&client::raw(&mm.address(), head.as_bytes()));
    assert_eq!(answer.header("connection"), Some("close"));
    answer
}

#[test]
fn a_credential_is_looked_at_before_a_large_body_is_read() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("x");
    ci.disable(&token).acknowledged();
    for secret in ["", "wrong", &token.secret, &token.id] {
        let answer = answer_to_head(&mm, "POST", "/api/v4/users/ids", secret);
        answer.refused(401, "api.context.session_expired.app_error");
        let line = mm.log_of(&answer);
        assert!(line.contains(" route=/users/ids status=401 "), "{line}");
    }
    // Written after the answer, and before the next change.
    mm.admin().token("another");
    let audits = mm.admin().get("/audits?per_page=200").ok().to_string();
    let refused = format!("refused - token_id={} reason=token_disabled", token.id);
    assert!(audits.contains(&refused), "{audits}");

    let padded = format!("[{}\"{}\"]", " ".repeat(100_000), ci.id);
    let found = mm.admin().send_text("POST", "/users/ids", &padded);
    assert_eq!(found.ok()[0]["id"], ci.id);
}

#[test]
fn where_no_credential_is_needed_a_stranger_s_body_is_small() {
    let mm = server();
    let login = |secret| answer_to_head(&mm, "POST", "/api/v4/users/login", secret);
    for secret in ["", "wrong"] {
        login(secret).refused(413, "api.context.request_body_too_large.app_error");
    }
    let padded = |size: usize| {
        let login = json!({"login_id": "admin", "password": PASSWORD}).to_string();
        format!("{login}{}", " ".repeat(size - login.len()))
    };
    let anonymous = mm.anonymous();
    anonymous
        .send_text("POST", "/users/login", &padded(16_384))
        .ok();
    let large = padded(16_385);
    anonymous
        .send_text("POST", "/users/login", &large)
        .refused(413, "api.context.request_body_too_large.app_error");
    mm.admin().send_text("POST", "/users/login", &large).ok();
}

#[test]
fn nobody_s_large_body_is_read_for_a_path_that_does_not_exist() {
    let mm = server();
    let secret = mm.admin().credential.unwrap();
    let answer = answer_to_head(&mm, "POST", "/api/v4/nope", &secret);
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["id"], "api.context.404.app_error");
}

#[test]
fn large_bodies_that_are_turned_away_count_against_the_rate_limit() {
    let mm = server();
    mm.admin()
        .patch_config(json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 12}}))
        .ok();
    let turned_away = || answer_to_head(&mm, "POST", "/api/v4/users/ids", "wrong").status;
    assert_eq!(
        [turned_away(), turned_away(), turned_away()],
        [401, 401, 429]
    );
}
