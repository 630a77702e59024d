//! What whoever runs a server sees of it: metrics, and the log as JSON.

use crate::support::connection::Connection;
use crate::support::process::{Process, serve};
use crate::support::*;

/// Starts a server with its metrics; gives their address, too.
fn with_metrics(folder: &std::path::Path, arguments: &[&str]) -> (Process, String) {
    let arguments = [
        &["--metrics", "127.0.0.1:0", "--enable-user-access-tokens"],
        arguments,
    ]
    .concat();
    let mut process = serve(folder, &arguments, &[]);
    let line = process.next_line();
    let (_, address) = line.split_once("metrics are on http://").unwrap();
    let (address, _) = address.split_once("/metrics").unwrap();
    (process.with_admin(), address.to_owned())
}

/// The page, held to the format: HELP and TYPE before each name, and a number behind each line.
fn metrics(address: &str) -> String {
    let answer = client::send(address, &Request::new("GET", "/metrics"));
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let (text, mut name) = (answer.text(), String::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["#", "HELP", named, ..] => named.clone_into(&mut name),
            ["#", "TYPE", named, kind] => {
                assert!(
                    named == name && ["counter", "gauge", "histogram"].contains(&kind),
                    "{line}"
                );
            }
            [series, value] => {
                assert!(
                    series.starts_with(&name) && value.parse::<f64>().is_ok(),
                    "{line}"
                );
            }
            _ => panic!("{line}"),
        }
    }
    text
}

fn value(page: &str, series: &str) -> f64 {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in {page}"))
        .parse()
        .unwrap()
}

#[test]
fn no_page_reads_the_metrics_by_a_name_that_leads_here() {
    let folder = new_folder();
    let (_process, address) = with_metrics(&folder, &[]);
    let ask = |host| {
        let request = Request::new("GET", "/metrics").header("Host", host);
        client::send(&address, &request)
    };
    assert_eq!(ask("localhost").status, 200);
    let refused = ask("evil.example");
    assert_eq!(refused.status, 421);
    assert!(!refused.text().contains("patmost_"), "{}", refused.text());
    drop(std::fs::remove_dir_all(folder));
}

/// Series after 8 requests and something that was no request, with their values.
#[rustfmt::skip]
const SERIES: &[(&str, f64)] = &[
    ("patmost_requests_total{method=\"POST\",route=\"/users/{user_id}/tokens\",status=\"200\"}", 2.0),
    ("patmost_requests_total{method=\"POST\",route=\"/users/tokens/disable\",status=\"200\"}", 1.0),
    ("patmost_requests_total{method=\"GET\",route=\"/users/{user_id}\",status=\"401\"}", 1.0),
    ("patmost_requests_total{method=\"GET\",route=\"/users/{user_id}\",status=\"200\"}", 1.0),
    ("patmost_requests_total{method=\"-\",route=\"-\",status=\"400\"}", 1.0),
    ("patmost_requests_total{method=\"-\",route=\"-\",status=\"501\"}", 1.0),
    // All but the one that was no request.
    ("patmost_request_seconds_count", 8.0),
    ("patmost_request_seconds_bucket{le=\"+Inf\"}", 8.0),
    ("patmost_tokens{state=\"active\"}", 1.0),
    ("patmost_tokens{state=\"disabled\"}", 1.0),
    ("patmost_tokens{state=\"expired\"}", 0.0),
    ("patmost_connections_accepted_total", 8.0 + 1.0),
    ("patmost_connections_gave_way_total", 0.0),
    ("patmost_websockets", 0.0),
    ("patmost_password_permits", 2.0),
    ("patmost_password_permits_used", 0.0),
    ("patmost_password_waiting", 0.0),
    ("patmost_password_waiting_limit", 256.0),
];

#[test]
fn metrics_count_requests_tokens_and_connections() {
    let folder = new_folder();
    let (process, address) = with_metrics(&folder, &[]);
    let admin = process.login();
    let make = || {
        let made = process.send(
            "POST",
            "/users/me/tokens",
            &admin,
            json!({"description": "do-not-show"}),
        );
        made.ok()
    };
    let (_active, disabled) = (make(), make());
    process
        .send(
            "POST",
            "/users/tokens/disable",
            &admin,
            json!({"token_id": disabled.text("id")}),
        )
        .acknowledged();
    process
        .send("GET", "/users/me", "nobody", json!({}))
        .expired();
    process.send("GET", "/jobs/secret-in-a-path", &admin, json!({}));
    client::raw(&process.address, b"GET /\r\n\r\n");
    let mut idle = Connection::to(&process.address).unwrap();
    idle.ask("GET", "/users/me", &admin, "").unwrap().ok();

    let page = metrics(&address);
    for (series, expected) in SERIES {
        assert_eq!(value(&page, series), *expected, "{series}");
    }
    assert!(value(&page, "patmost_connections") >= 1.0);
    assert!(value(&page, "patmost_changes_total") >= 5.0);
    assert!(value(&page, "patmost_commit_seconds_count") >= 5.0);
    assert!(value(&page, "patmost_commit_seconds_sum") > 0.0);
    for hidden in [
        admin.as_str(),
        "do-not-show",
        "secret-in-a-path",
        "admin",
        &disabled.text("id"),
    ] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    process.signal("TERM");
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn metrics_have_an_address_of_their_own_and_nothing_else_is_there() {
    let folder = new_folder();
    let (process, address) = with_metrics(&folder, &[]);
    for (at, path) in [
        (&address, "/"),
        (&address, "/api/v4/system/ping"),
        (&process.address, "/metrics"),
    ] {
        assert_eq!(
            client::send(at, &Request::new("GET", path)).status,
            404,
            "{path}"
        );
    }
    assert_eq!(
        client::send(&address, &Request::new("POST", "/metrics")).status,
        404
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_log_is_json_when_asked_for() {
    let folder = new_folder();
    let arguments = [
        "--log-format",
        "json",
        "--trusted-proxy",
        "127.0.0.1",
        "--trusted-proxy",
        "10.0.0.0/8",
    ];
    let process = serve(&folder, &arguments, &[]).with_admin();
    let admin = process.login();
    let request = Request::new("GET", "/api/v4/users/me")
        .header("Authorization", &format!("Bearer {admin}"))
        .header("X-Forwarded-For", "203.0.113.7");
    let answer = client::send(&process.address, &request);
    let user_id = answer.ok().text("id");
    client::raw(&process.address, b"GET /\r\n\r\n");
    process.signal("TERM");
    let first: Value = serde_json::from_str(&process.first_line).unwrap();
    assert!(first.text("msg").contains("listens on http://"), "{first}");
    let lines: Vec<Value> = process
        .ends_with(0)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |name: &str, value: &str| lines.iter().find(|line| line[name] == value).unwrap();
    let line = of("request_id", answer.header("x-request-id").unwrap());
    for (name, expected) in [
        ("level", json!("info")),
        ("method", json!("GET")),
        ("route", json!("/users/{user_id}")),
        ("status", json!(200)),
        ("address", json!("203.0.113.7")),
        ("credential", json!("session")),
        ("user_id", json!(user_id)),
    ] {
        assert_eq!(line[name], expected, "{line}");
    }
    assert!(
        line["ms"].as_f64().unwrap() > 0.0 && line.get("msg").is_none(),
        "{line}"
    );
    let refused = of("error", "api.request.malformed.app_error");
    assert_eq!(
        refused["reason"],
        "The request line does not have three parts."
    );
    assert!(lines.iter().all(|line| !line.to_string().contains(&admin)));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn flags_that_mean_nothing_are_refused() {
    for flags in [
        ["--log-format", "xml"],
        ["--trusted-proxy", "localhost"],
        ["--metrics", "nowhere"],
    ] {
        let folder = new_folder();
        let refused = serve(&folder, &flags, &[]);
        assert!(
            refused.first_line.contains(flags[1]),
            "{}",
            refused.first_line
        );
        refused.ends_with(if flags[0] == "--metrics" { 1 } else { 2 });
        std::fs::remove_dir_all(folder).unwrap();
    }
}
