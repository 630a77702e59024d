//! The last lines of the log, for admins.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

#[test]
fn the_last_lines_of_the_log_are_for_admins() {
    let mm = server();
    let token = mm.user("ci").token("x");
    mm.anonymous()
        .with_token(&token.id)
        .get("/users/me")
        .expired();
    let lines = mm.admin().get("/logs").ok();
    let line = lines
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|line| serde_json::from_str::<Value>(line.as_str().unwrap()).unwrap())
        .find(|line| line.text("msg").contains(&token.id));
    assert_eq!(line.unwrap()["level"], "info");
    assert_eq!(
        mm.admin()
            .get("/logs?logs_per_page=2")
            .ok()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    mm.login("ci").get("/logs").forbidden();
    let posted = mm
        .login("ci")
        .post("/logs", json!({"level": "ERROR", "message": token.secret}))
        .ok();
    assert!(
        posted
            .text("message")
            .starts_with("Client Logs API Endpoint Message: ")
    );
    mm.anonymous()
        .post("/logs", json!({"message": "x"}))
        .forbidden();
}
