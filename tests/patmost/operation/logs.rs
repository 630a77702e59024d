//! The last lines of the log, for admins.

use crate::support::*;

#[test]
fn the_last_lines_of_the_log_are_for_admins() {
    let mm = server();
    let token = mm.user("ci").token("x");
    mm.anonymous().with_token(&token.id).me().expired();
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

/// The messages of the last lines, as `GET /logs` tells them.
fn messages(mm: &Mattermost, query: &str) -> Vec<String> {
    let lines = mm.admin().get(&format!("/logs{query}")).ok();
    let message = |line: &Value| {
        let line: Value = serde_json::from_str(line.as_str().unwrap()).unwrap();
        line.text("msg")
    };
    lines.as_array().unwrap().iter().map(message).collect()
}

#[test]
fn a_clients_message_is_one_line_of_the_log_without_secrets_and_comes_back() {
    let mm = fresh();
    let alice = mm.user("alice");
    let secret = alice.credential.clone().unwrap();
    let message = format!("broken\n{secret}\u{1b}[31m {}", "x".repeat(500));
    let sent = json!({"level": "ERROR", "message": message, "stack": "s"});
    let back = alice.post("/logs", sent).ok();
    assert_eq!(
        (&back["level"], &back["stack"]),
        (&json!("ERROR"), &json!("s"))
    );
    let text = back.text("message");
    assert_eq!(
        text.chars().count(),
        "Client Logs API Endpoint Message: ".len() + 400
    );
    let own = format!("user_id={} message=", alice.id);
    let logged: Vec<String> = messages(&mm, "")
        .into_iter()
        .filter(|line| line.contains(&own))
        .collect();
    assert_eq!(logged.len(), 1);
    assert!(
        logged[0].contains("[secret]")
            && !logged[0].contains('\n')
            && !logged[0].contains('\u{1b}')
    );
    for body in ["", "[]", "{", r#"{"message":7}"#] {
        let empty = alice.send_text("POST", "/logs", body).ok();
        assert_eq!(empty["message"], "Client Logs API Endpoint Message: ");
    }
    mm.anonymous()
        .post("/logs", json!({"message": "x"}))
        .forbidden();
    mm.set("ServiceSettings", "EnableDeveloper", true);
    mm.anonymous().post("/logs", json!({"message": "x"})).ok();
}

#[test]
fn pages_of_the_log_are_bounded() {
    let mm = fresh();
    for _ in 0..5 {
        mm.anonymous().get("/system/ping").ok();
    }
    assert_eq!(messages(&mm, "?logs_per_page=3").len(), 3);
    assert!(messages(&mm, "?logs_per_page=0").is_empty());
    assert!(messages(&mm, "?page=99999999").is_empty());
    for query in [
        "",
        "?logs_per_page=-1",
        "?logs_per_page=x",
        "?logs_per_page=99999999999999999999",
        "?page=-1",
    ] {
        let count = messages(&mm, query).len();
        assert!((5..=10_000).contains(&count), "{query}: {count}");
    }
    mm.user("plain").get("/logs").forbidden();
    mm.anonymous().get("/logs").expired();
}
