//! Bad input through the front door: every refusal has its status and five fields, what follows it is never run, and the
//! server goes on.
#![allow(clippy::unwrap_used)]

mod support;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::*;

/// Cases of each property.
const CASES: u32 = 1500;

#[test]
fn what_is_not_http_is_refused_and_what_follows_is_never_run() {
    let mm = fresh();
    let secret = mm.admin().credential.unwrap();
    let get = "GET /api/v4/system/ping HTTP/1.1\r\nHost: h\r\n";
    let post = "POST /api/v4/users/login HTTP/1.1\r\nHost: h\r\n";
    let long = "x".repeat(20_000);
    let table: Vec<(String, u16)> = vec![
        (
            format!("{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
        ),
        (
            format!("{post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
            400,
        ),
        (format!("{post}Content-Length: -1\r\n\r\n"), 400),
        (format!("{post}Content-Length: +2\r\n\r\n{{}}"), 400),
        (
            format!("{post}Content-Length: 100000000000000000\r\n\r\n"),
            413,
        ),
        (
            format!("{post}Content-Length: 18446744073709551615\r\n\r\n"),
            413,
        ),
        (format!("{post}Content-Length: 300001\r\n\r\n"), 413),
        (format!("{post}Transfer-Encoding: gzip\r\n\r\n"), 400),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
            400,
        ),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
            400,
        ),
        (format!("{get}Bad Name: x\r\n\r\n"), 400),
        (format!("{get}X: a\r\n folded\r\n\r\n"), 400),
        (format!("{get}X: a\0b\r\n\r\n"), 400),
        (format!("{get}Host: again\r\n\r\n"), 400),
        ("GET / HTTP/1.1\r\n\r\n".into(), 400),
        ("GET /\r\nHost: h\r\n\r\n".into(), 400),
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n".into(), 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), 505),
        ("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        ("GET /a\x01b HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        (
            format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", &long[..9000]),
            414,
        ),
        (format!("{get}X: {long}\r\n\r\n"), 431),
        (format!("{get}{}\r\n", "X: y\r\n".repeat(70)), 431),
        (format!("{get}Expect: magic\r\n\r\n"), 417),
    ];
    for (bytes, status) in table {
        // Smuggled behind the refused one: a change that would be seen.
        let behind = format!(
            "PUT /api/v4/users/me/patch HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {secret}\r\nContent-Length: 20\r\n\r\n{{\"nickname\":\"owned\"}}"
        );
        let bytes = [bytes.as_bytes(), behind.as_bytes()].concat();
        let answers = client::raw(&mm.address(), &bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        let answer = Answer::parse(&answers);
        assert_eq!(answer.status, status, "{shown}");
        assert_eq!(answer.header("connection"), Some("close"), "{shown}");
        assert_eq!(answer.json()["status_code"], status, "{shown}");
        assert_eq!(answer.json().as_object().unwrap().len(), 5, "{shown}");
        assert_eq!(
            answers
                .windows(15)
                .filter(|part| *part == b"Server: patmost")
                .count(),
            1,
            "{shown}"
        );
    }
    assert_eq!(mm.admin().get("/users/me").ok()["nickname"], "");
}

#[test]
fn bodies_arrive_chunked_and_pipelined_requests_are_answered_in_order() {
    let mm = fresh();
    let chunked = "POST /api/v4/users/login HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n";
    let second = "GET /api/v4/system/ping HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let answers = client::raw(&mm.address(), format!("{chunked}{second}").as_bytes());
    let text = String::from_utf8(answers).unwrap();
    let statuses: Vec<&str> = text
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(statuses, ["400", "200"]);
}

#[test]
fn random_bytes_never_stop_the_server() {
    let mm = fresh();
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "[A-Z]{1,8} /[ -~]{0,60} HTTP/1.1\r\nHost: h\r\n([A-Za-z-]{1,9}: [ -~]{0,30}\r\n){0,6}\r\n[ -~]{0,40}".prop_map(String::into_bytes),
    ];
    check(&bytes, |bytes| {
        let answer = client::raw_and_shut(&mm.address(), &bytes);
        prop_assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."));
        prop_assert!(
            !answer.starts_with(b"HTTP/1.1 500"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        Ok(())
    });
    mm.admin().get("/users/me").ok();
}

#[test]
fn no_text_is_a_credential() {
    let mm = server();
    let value = prop_oneof![
        "[ -~]{0,60}",
        "[Bb]eare[rR] [ -~]{0,40}",
        "Bearer [a-z0-9]{26}",
        "token [a-z0-9]{26}"
    ];
    check(&(value, "[!#-+.-:<-~]{0,40}"), |(value, cookie)| {
        for (name, value) in [
            ("Authorization", value.clone()),
            ("Cookie", format!("MMAUTHTOKEN={cookie}")),
            ("Cookie", value),
        ] {
            let answer = mm.send(&Request::new("GET", "/api/v4/users/me").header(name, &value));
            prop_assert_eq!(
                (answer.status, answer.json()["status_code"].as_i64()),
                (401, Some(401))
            );
        }
        Ok(())
    });
}

/// Any JSON, not too deep.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let name = prop_oneof![".{0,5}", "(username|email|password|token_id|roles|active|description|expires_at|term|ServiceSettings|user_id|message|channel_id|permissions|login_id)"];
        prop_oneof![proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from), proptest::collection::vec((name, inner), 0..6).prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into())]
    })
}

#[test]
fn any_body_on_any_route_is_answered_and_never_by_a_5xx() {
    let mm = server();
    // Everything that takes a body and does not end the session that asks.
    let routes: Vec<(&str, String)> = endpoints()
        .into_iter()
        .filter(|(method, path)| {
            ["POST", "PUT"].contains(&method.as_str())
                && !path.contains("logout")
                && !path.contains("sessions/revoke")
        })
        .map(|(method, path)| (if method == "PUT" { "PUT" } else { "POST" }, path))
        .collect();
    assert!(routes.len() > 40);
    let id = mm.user("target").id;
    let truncated = (json_value(), any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(value, at, whole)| {
            let text = value.to_string();
            if whole {
                text
            } else {
                text.chars().take(at.index(text.len().max(1))).collect()
            }
        },
    );
    check(
        &(truncated, any::<prop::sample::Index>()),
        |(body, which)| {
            let (method, path) = which.get(&routes);
            let path: String = path
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        id.as_str()
                    } else {
                        part
                    }
                })
                .collect::<Vec<_>>()
                .join("/");
            let answer = mm.admin().send_text(method, &path, &body);
            prop_assert!(
                answer.status < 500 || answer.status == 501,
                "{method} {path} {body}: {}",
                answer.text()
            );
            if answer.status >= 400 {
                prop_assert_eq!(answer.json().as_object().unwrap().len(), 5);
            }
            Ok(())
        },
    );
    mm.admin().get("/users/me").ok();
}

/// Runs a property over many cases; a failure shows the smallest input that fails.
fn check<S: Strategy>(strategy: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(strategy, property)
        .unwrap_or_else(|error| panic!("{error}"));
}
