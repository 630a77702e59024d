//! Bad input through the front door: every refusal has its status and five fields, what follows it is never run, and the
//! server goes on.
#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
#[path = "hostile/crowd.rs"]
mod crowd;
mod support;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::*;

/// Cases of each property.
const CASES: u32 = 1500;

/// How a row begins: with a good request up to its further header lines, or with nothing.
const GET: &str = "GET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n";
const POST: &str = "POST /api/v4/users/login HTTP/1.1\r\nHost: localhost\r\n";
const RAW: &str = "";

/// A request that is refused, in two parts, and the status of its only answer.
struct Refused {
    begin: &'static str,
    rest: &'static str,
    status: u16,
}

const fn refused(begin: &'static str, rest: &'static str, status: u16) -> Refused {
    Refused {
        begin,
        rest,
        status,
    }
}

/// Requests that are taken, in two parts, and the status of each answer.
struct Taken {
    begin: &'static str,
    rest: &'static str,
    statuses: &'static [u16],
}

const fn taken(begin: &'static str, rest: &'static str, statuses: &'static [u16]) -> Taken {
    Taken {
        begin,
        rest,
        statuses,
    }
}

/// What is refused.
#[rustfmt::skip]
const REFUSED: &[Refused] = &[
    // Two ways to find the end of the body.
    refused(POST, "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    refused(POST, "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    refused(POST, "Content-Length: 2, 2\r\n\r\n{}", 400),
    // Lengths that are no plain number, or too large.
    refused(POST, "Content-Length: -1\r\n\r\n", 400),
    refused(POST, "Content-Length: +2\r\n\r\n{}", 400),
    refused(POST, "Content-Length: 0x2\r\n\r\n{}", 400),
    refused(POST, "Content-Length:\r\n\r\n{}", 400),
    refused(POST, "Content-Length: 300001\r\n\r\n", 413),
    refused(POST, "Content-Length: 100000000000000000\r\n\r\n", 413),
    refused(POST, "Content-Length: 18446744073709551615\r\n\r\n", 413),
    refused(POST, "Content-Length: 99999999999999999999999999\r\n\r\n", 413),
    // Codings.
    refused(POST, "Transfer-Encoding: gzip\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: identity\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding:\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    refused(RAW, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    // Chunks.
    refused(POST, "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n 2\r\n{}\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n000000002\r\n{}\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n493e1\r\n", 413),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n2;x=\0\r\n{}\r\n0\r\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: a\n\r\n", 400),
    refused(POST, "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n: a\r\n\r\n", 400),
    // Lines.
    refused(RAW, "GET / HTTP/1.1\nHost: h\n\n", 400),
    refused(GET, "X: a\n\r\n", 400),
    refused(GET, "X: a\rb: c\r\n\r\n", 400),
    refused(GET, "X: a\r\n folded\r\n\r\n", 400),
    refused(GET, "X: a\r\n\tfolded\r\n\r\n", 400),
    refused(GET, " folded at once\r\n\r\n", 400),
    refused(GET, "X: a\0b\r\n\r\n", 400),
    refused(GET, "X: a\x01b\r\n\r\n", 400),
    refused(GET, "X: a\x7fb\r\n\r\n", 400),
    refused(GET, "X\0: a\r\n\r\n", 400),
    refused(GET, "X : a\r\n\r\n", 400),
    refused(GET, "Bad Name: x\r\n\r\n", 400),
    refused(GET, ": x\r\n\r\n", 400),
    refused(GET, "no colon\r\n\r\n", 400),
    // Where the body ends and whose server it is are said in ASCII.
    refused(POST, "Transfer-Encoding: chunked\u{a0}\r\n\r\n0\r\n\r\n", 400),
    refused(POST, "Content-Length: 2\u{a0}\r\n\r\n{}", 400),
    refused(POST, "Content-Length: \u{662}\r\n\r\n{}", 400),
    refused(RAW, "GET / HTTP/1.1\r\nHost: h\u{fc}\r\n\r\n", 400),
    refused(GET, "Expect: 100-continue\u{a0}\r\n\r\n", 417),
    // Hosts.
    refused(RAW, "GET / HTTP/1.1\r\n\r\n", 400),
    refused(GET, "Host: again\r\n\r\n", 400),
    refused(RAW, "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    refused(RAW, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    refused(RAW, "GET / HTTP/1.1\r\nHost: user@h\r\n\r\n", 400),
    // Request lines.
    refused(RAW, "GET /\r\n", 400),
    refused(RAW, "GET /\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET\t/\tHTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, " GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    // Targets.
    refused(RAW, "GET /a\x01b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET /a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET /%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET /a#b HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET api HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "CONNECT h:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET ftp://h/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET http:///api HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET http://user@h/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    // Versions, and what is no HTTP at all: HTTP/0.9 stands above, as the first of the request lines.
    refused(RAW, "GET / http/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET / HTTP/1.10\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET / ICY/1.1\r\nHost: localhost\r\n\r\n", 400),
    refused(RAW, "GET / HTTP/0.9\r\nHost: localhost\r\n\r\n", 505),
    refused(RAW, "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 505),
    refused(RAW, "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
    refused(RAW, "GET / HTTP/2\r\nHost: localhost\r\n\r\n", 505),
    refused(RAW, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    refused(RAW, "\x16\x03\x01\x02\0\x01\0\x01\u{fc}", 400),
    // Expectations.
    refused(GET, "Expect: magic\r\n\r\n", 417),
    refused(GET, "Expect: 100-continue, magic\r\n\r\n", 417),
];

/// What is taken.
#[rustfmt::skip]
const TAKEN: &[Taken] = &[
    taken(GET, "\r\n", &[200]),
    // One empty line before a request is overlooked (RFC 9112, 2.2).
    taken(RAW, "\r\nGET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n", &[200]),
    // The absolute form, and the host in it.
    taken(RAW, "GET http://127.0.0.1:1/api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n", &[200]),
    taken(RAW, "GET HTTPS://[::1]/api/v4/system/ping?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n", &[200]),
    // Bodies: none, by length, by chunks with extensions and trailers; a second request behind each.
    taken(GET, "\r\nGET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n", &[200, 200]),
    taken(GET, "Content-Length: 000002\r\n\r\n{}GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", &[200, 404]),
    taken(POST, "\r\nGET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n", &[400, 200]),
    taken(POST, "Transfer-Encoding: Chunked\r\n\r\n1\r\n{\r\n001;x=\"y\"\r\n}\r\n0\r\nContent-Length: 9\r\n\r\nGET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n", &[400, 200]),
    // Leave to go on is given to who waits for it, and not to who already sends.
    taken(POST, "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n{}GET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n", &[400, 200]),
    taken(GET, "Expect: 100-continue\r\n\r\n", &[200]),
    taken(GET, "X:\r\nY:\t a\tb \r\n\r\n", &[200]),
    taken(GET, "X: \u{fc}\r\nConnection: close\u{a0}\r\n\r\n", &[200]),
];

/// A change that would be seen, as the last request of its connection.
fn change(secret: &str, nickname: &str) -> String {
    let body = json!({ "nickname": nickname }).to_string();
    format!(
        "PUT /api/v4/users/me/patch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The status of each answer, in order.
fn statuses(answers: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answers);
    text.split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|answer| answer[..3].parse().ok())
        .collect()
}

#[test]
fn bytes_that_are_not_http_are_refused_and_nothing_behind_them_is_run() {
    let mm = fresh();
    let behind = change(&mm.admin().credential.unwrap(), "owned");
    let long = "x".repeat(1 << 20);
    let too_much = [
        (
            format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", &long[..9000]),
            414,
        ),
        (format!("GET /{long}"), 414),
        (format!("{long} / HTTP/1.1\r\n"), 414),
        (format!("{GET}X: {}\r\n\r\n", &long[..20_000]), 431),
        (format!("{GET}X: {long}\r\n\r\n"), 431),
        (format!("{GET}{}\r\n", "X: y\r\n".repeat(70)), 431),
        (format!("{GET}{}\r\n", "X: y\r\n".repeat(200_000)), 431),
        (
            format!("{POST}Transfer-Encoding: chunked\r\n\r\n1;{long}\r\n"),
            400,
        ),
        (
            format!("{POST}Transfer-Encoding: chunked\r\n\r\n0\r\nX: {long}\r\n\r\n"),
            400,
        ),
    ];
    let rows = REFUSED
        .iter()
        .map(|row| (format!("{}{}", row.begin, row.rest), row.status));
    for (row, status) in rows.chain(too_much) {
        let answers = client::raw(&mm.address(), format!("{row}{behind}").as_bytes());
        let shown = &row[..row.len().min(150)];
        assert_eq!(statuses(&answers), [status], "{shown:?}");
        let answer = Answer::parse(&answers);
        assert_eq!(answer.header("connection"), Some("close"), "{shown:?}");
        assert_eq!(answer.json()["status_code"], status, "{shown:?}");
        assert_eq!(answer.json().as_object().unwrap().len(), 5, "{shown:?}");
    }
    assert_eq!(mm.admin().get("/users/me").ok()["nickname"], "");
}

#[test]
fn accepted_requests_are_answered_in_order_and_those_behind_them_are_run() {
    let mm = fresh();
    for (number, row) in TAKEN.iter().enumerate() {
        let Taken {
            begin,
            rest,
            statuses: expected,
        } = row;
        let name = format!("row {number}");
        let behind = change(&mm.admin().credential.unwrap(), &name);
        let answers = client::raw(&mm.address(), format!("{begin}{rest}{behind}").as_bytes());
        assert_eq!(
            statuses(&answers),
            [expected, &[200][..]].concat(),
            "{rest:?}"
        );
        assert_eq!(mm.admin().get("/users/me").ok()["nickname"], name.as_str());
    }
}

/// A row of the tables above with some bytes taken out, put in, doubled or changed.
fn nearly_a_row() -> impl Strategy<Value = Vec<u8>> {
    let refused = REFUSED
        .iter()
        .map(|row| format!("{}{}", row.begin, row.rest));
    let taken = TAKEN.iter().map(|row| format!("{}{}", row.begin, row.rest));
    let rows: Vec<String> = refused.chain(taken).collect();
    let change = (
        any::<Index>(),
        0..4,
        prop_oneof![any::<u8>(), prop::sample::select(&b"\r\n \t:;0,\0\x7f"[..])],
    );
    (
        prop::sample::select(rows),
        proptest::collection::vec(change, 0..6),
    )
        .prop_map(|(row, changes)| {
            let mut bytes = row.into_bytes();
            for (at, how, byte) in changes {
                let at = at.index(bytes.len());
                match how {
                    0 if bytes.len() > 1 => drop(bytes.remove(at)),
                    1 => bytes.insert(at, byte),
                    2 => bytes.insert(at, bytes[at]),
                    _ => bytes[at] = byte,
                }
            }
            bytes
        })
}

#[test]
fn random_bytes_never_stop_the_server() {
    let mm = fresh();
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "[A-Z]{1,8} /[ -~]{0,60} HTTP/1.1\r\nHost: localhost\r\n([A-Za-z-]{1,9}: [ -~]{0,30}\r\n){0,6}\r\n[ -~]{0,40}".prop_map(String::into_bytes),
        nearly_a_row(),
    ];
    let behind = change(&mm.admin().credential.unwrap(), "owned");
    check(&bytes, |bytes| {
        // Whatever is refused ends its connection: what stands behind it is run only when all before it was taken.
        let answer = client::raw_and_shut(&mm.address(), &[&bytes[..], behind.as_bytes()].concat());
        prop_assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."));
        let statuses = statuses(&answer);
        prop_assert!(
            !statuses.contains(&500),
            "{}",
            String::from_utf8_lossy(&answer)
        );
        let closing = statuses
            .iter()
            .position(|status| [408, 413, 414, 417, 431, 505].contains(status));
        prop_assert!(
            closing.is_none_or(|at| at + 1 == statuses.len()),
            "{statuses:?}"
        );
        Ok(())
    });
    mm.admin().get("/users/me").ok();
}

/// Frames of a WebSocket, as clients send them and as they do not.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let action = "\\{\"seq\":-?[0-9]{1,3},\"action\":\"(ping|get_statuses|get_statuses_by_ids|user_typing|authentication_challenge|)\",\"data\":(\\{\\}|null|\\[\\]|\\{\"(user_ids|channel_id|token)\":(\"[a-z]{0,30}\"|1|\\[1\\])\\})\\}";
    let payload = prop_oneof![
        action.prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..140),
        (0..20_000_usize).prop_map(|size| vec![b'x'; size]),
    ];
    let first = prop_oneof![
        prop::sample::select(&[0x81_u8, 0x82, 0x01, 0x80, 0x88, 0x89, 0x8a][..]),
        any::<u8>()
    ];
    let frame = (
        first,
        any::<bool>(),
        any::<[u8; 4]>(),
        payload,
        any::<u64>(),
        0..8,
    )
        .prop_map(|(first, masked, key, mut payload, length, form)| {
            let mut bytes = vec![first];
            let mask = u8::from(masked) << 7;
            match (form, payload.len()) {
                // A length that is a lie.
                (0, _) => {
                    bytes.push(mask | 127);
                    bytes.extend(length.to_be_bytes());
                }
                (_, size @ 0..126) => bytes.push(mask | size as u8),
                (_, size) => {
                    bytes.push(mask | 126);
                    bytes.extend((size as u16).to_be_bytes());
                }
            }
            if masked {
                bytes.extend(key);
                payload
                    .iter_mut()
                    .zip(key.iter().cycle())
                    .for_each(|(byte, key)| *byte ^= key);
            }
            bytes.extend(payload);
            bytes
        });
    proptest::collection::vec(frame, 0..6).prop_map(|frames| frames.concat())
}

#[test]
fn no_frame_stops_the_server() {
    let mm = fresh();
    let secret = mm.admin().credential.unwrap();
    check(&(frames(), any::<bool>()), |(frames, known)| {
        let who = if known {
            format!("Authorization: Bearer {secret}\r\n")
        } else {
            String::new()
        };
        let open = format!(
            "GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\n{who}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        let answer = client::raw_and_shut(&mm.address(), &[open.as_bytes(), &frames].concat());
        prop_assert!(answer.starts_with(b"HTTP/1.1 101 "));
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
        // It does what it says: searches are answered with 503 from then on.
        .filter(|(_, path)| path != "/server_busy")
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

/// Panics on the server's threads, which a client sees as no more than an answer or an end.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            if ["http", "http-slow", "writer"].contains(&thread.name().unwrap_or_default()) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
    });
}

/// Runs a property over many cases, and over those that failed once; a failure shows the smallest input that fails.
fn check<S: Strategy>(strategy: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    count_panics();
    let config = Config {
        cases: CASES,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/regressions/hostile.txt",
        ))),
        ..Config::default()
    };
    TestRunner::new(config)
        .run(strategy, |value| {
            property(value)?;
            prop_assert_eq!(PANICS.load(Ordering::SeqCst), 0, "the server panicked");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
