//! Every operation of the rule table x every kind of caller x every kind of target, as one text that can be read.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

/// Operation, method, path and body. `{target}` is the account, `{token}` a token of it, `{session}` a session of it.
const OPERATIONS: &[(&str, &str, &str, &str)] = &[
    ("list tokens", "GET", "/users/{target}/tokens", ""),
    ("read a token", "GET", "/users/tokens/{token}", ""),
    (
        "create a token",
        "POST",
        "/users/{target}/tokens",
        r#"{"description":"x"}"#,
    ),
    (
        "disable a token",
        "POST",
        "/users/tokens/disable",
        r#"{"token_id":"{token}"}"#,
    ),
    (
        "enable a token",
        "POST",
        "/users/tokens/enable",
        r#"{"token_id":"{token}"}"#,
    ),
    (
        "rotate a token",
        "POST",
        "/users/tokens/rotate",
        r#"{"token_id":"{token}"}"#,
    ),
    (
        "revoke a token",
        "POST",
        "/users/tokens/revoke",
        r#"{"token_id":"{token}"}"#,
    ),
    ("list all tokens", "GET", "/users/tokens", ""),
    (
        "search tokens",
        "POST",
        "/users/tokens/search",
        r#"{"term":"x"}"#,
    ),
    (
        "count tokens over the limit",
        "GET",
        "/users/tokens/non_compliant/count",
        "",
    ),
    (
        "revoke tokens over the limit",
        "POST",
        "/users/tokens/non_compliant/revoke",
        "",
    ),
    ("list sessions", "GET", "/users/{target}/sessions", ""),
    (
        "revoke a session",
        "POST",
        "/users/{target}/sessions/revoke",
        r#"{"session_id":"{session}"}"#,
    ),
    ("list audits", "GET", "/users/{target}/audits", ""),
    ("list all audits", "GET", "/audits", ""),
    ("read the log", "GET", "/logs", ""),
    (
        "patch an account",
        "PUT",
        "/users/{target}/patch",
        r#"{"nickname":"x"}"#,
    ),
    (
        "set a password",
        "PUT",
        "/users/{target}/password",
        r#"{"current_password":"Correct-Horse-1","new_password":"Correct-Horse-1"}"#,
    ),
    (
        "give roles",
        "PUT",
        "/users/{target}/roles",
        r#"{"roles":"no_such_role"}"#,
    ),
    (
        "reactivate an account",
        "PUT",
        "/users/{target}/active",
        r#"{"active":true}"#,
    ),
    (
        "set another login service",
        "PUT",
        "/users/{target}/auth",
        "{}",
    ),
    ("read preferences", "GET", "/users/{target}/preferences", ""),
    ("list roles", "GET", "/roles", ""),
    ("create a bot", "POST", "/bots", r#"{"username":"x"}"#),
    ("list bots", "GET", "/bots", ""),
    ("read the configuration", "GET", "/config", ""),
    ("change the configuration", "PUT", "/config/patch", "{}"),
    ("see the dashboard", "GET", "/system/dashboard", ""),
    (
        "count accounts of a kind",
        "GET",
        "/users/stats/filtered",
        "",
    ),
    ("invalidate caches", "POST", "/caches/invalidate", ""),
];

#[test]
fn who_may_do_what_is_as_written_down() {
    let mm = server();
    let admin2 = mm.user("admin2").with_role("system_admin");
    let callers = [
        ("nobody", mm.anonymous()),
        ("plain", mm.user("plain")),
        ("token role", mm.user("maker").with_role(TOKEN_ROLE)),
        ("admin", mm.admin()),
    ];
    let other = mm.user("other");
    let mut text =
        String::from("operation | caller | target | through a session | through a token\n");
    for (operation, method, path, body) in OPERATIONS {
        let about_accounts = path.contains('{') || body.contains("{t");
        for (kind, caller) in &callers {
            let own = if caller.id.is_empty() { &other } else { caller };
            let targets = [("oneself", own), ("another", &other), ("an admin", &admin2)];
            for (of, target) in targets.into_iter().take(if about_accounts { 3 } else { 1 }) {
                if caller.id.is_empty() && of == "oneself" && about_accounts {
                    continue;
                }
                let through = |caller: &Caller| {
                    let token = target.token("x");
                    let session =
                        mm.login(&target.username).get("/users/me/sessions").ok()[0].text("id");
                    let fill = |text: &str| {
                        text.replace("{target}", &target.id)
                            .replace("{token}", &token.id)
                            .replace("{session}", &session)
                    };
                    let answer = caller.send_text(method, &fill(path), &fill(body));
                    let id = if answer.status < 300 {
                        String::new()
                    } else {
                        format!(" {}", answer.json().text("id"))
                    };
                    format!("{}{id}", answer.status)
                };
                let by_session = through(caller);
                let by_token = if caller.id.is_empty() {
                    "-".to_owned()
                } else {
                    through(&caller.with_token(&caller.token("way in").secret))
                };
                let of = if about_accounts { of } else { "-" };
                text += &format!("{operation} | {kind} | {of} | {by_session} | {by_token}\n");
            }
        }
    }
    snapshot("permission_matrix.txt", &text);
}
