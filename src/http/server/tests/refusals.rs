//! What is refused is refused whole: nothing after it is run, and the client sees why.

use super::*;

#[test]
fn what_follows_a_refused_request_is_never_run() {
    let test = server(|_| {});
    let next = last("/smuggled");
    let rows = [
        (post("Content-Length: 100000000000000000\r\n", &next), 413),
        (post("Content-Length: 18446744073709551615\r\n", &next), 413),
        (post("Content-Length: 1001\r\n", &next), 413),
        (
            post(
                "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                &format!("0\r\n\r\n{next}"),
            ),
            400,
        ),
        (
            post("Content-Length: 0\r\nContent-Length: 0\r\n", &next),
            400,
        ),
        (
            post("Content-Length: 0\r\nContent-Length: 60\r\n", &next),
            400,
        ),
        (post("Content-Length: -1\r\n", &next), 400),
        (post("Transfer-Encoding: gzip\r\n", &next), 400),
        (
            post("Transfer-Encoding: chunked\r\n", &format!("0\n\n{next}")),
            400,
        ),
        (
            post(
                "Transfer-Encoding: chunked\r\n",
                &format!("3e9\r\n{}{next}", "a".repeat(900)),
            ),
            413,
        ),
        (post("Expect: magic\r\n", &next), 417),
        (format!("GET / HTTP/2.0\r\nHost: h\r\n\r\n{next}"), 505),
        (format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{next}"), 505),
        (format!("GET /\r\n{next}"), 400),
        (format!("GET / HTTP/1.1\nHost: h\n\n{next}"), 400),
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n{next}"),
            400,
        ),
        (format!("GET / HTTP/1.1\r\n\r\n{next}"), 400),
        (format!("GET /% HTTP/1.1\r\nHost: h\r\n\r\n{next}"), 400),
    ];
    let limit_1000 = rows.iter().filter(|(text, _)| !text.contains("3e9"));
    for (text, expected) in limit_1000 {
        let answer = test.send(text);
        assert_eq!(status(&answer), *expected, "{text:?}: {answer:?}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{text:?}: {answer:?}");
        assert!(answer.contains("Connection: close"), "{answer:?}");
    }
    assert_eq!(test.calls(), Vec::<String>::new());
    test.stop();
}

#[test]
fn a_refusal_is_seen_even_while_the_client_still_sends() {
    let test = server(|_| {});
    let head = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(1 << 20));
    assert_eq!(status(&test.send(head)), 431);
    assert_eq!(
        status(&test.send(format!("GET /{}", "a".repeat(1 << 20)))),
        414
    );
    assert_eq!(
        status(&test.send(post("Content-Length: 4000000\r\n", &"b".repeat(4_000_000)))),
        413
    );
    assert_eq!(
        status(&test.send(post(
            "Transfer-Encoding: chunked\r\n",
            &"3e8\r\n".repeat(400_000)
        ))),
        400
    );
    test.stop();
}

#[test]
fn answers_cannot_be_split() {
    let test = server(|_| {});
    let answer = test.send(last("/header?v=a%0d%0aSet-Cookie:%20evil=1"));
    assert_eq!(status(&answer), 500);
    assert!(!answer.contains("evil"), "{answer}");
    test.stop();
}

#[test]
fn a_panic_costs_one_answer() {
    let test = server(|limits| limits.workers = 1);
    let mut client = test.connect();
    client.send(get("/panic"));
    assert_eq!(client.answer().0, "HTTP/1.1 500 Internal Server Error");
    assert_eq!(client.get("/after"), "/after|");
    client.send(get("/admit-panic"));
    assert_eq!(status(&client.rest()), 500);
    assert_eq!(test.connect().get("/lives"), "/lives|");
    test.stop();
}

#[test]
fn a_large_body_is_read_only_of_whom_the_application_lets_send_it() {
    let test = server(|limits| limits.unasked_bytes = 100);
    let next = last("/smuggled");
    let (few, many) = ("b".repeat(100), "b".repeat(101));
    let chunked = |body: &str| format!("{:x}\r\n{body}\r\n", body.len());
    for request in [
        // Of the first two nothing of the body is here.
        guarded("Content-Length: 101\r\n", ""),
        guarded("Content-Length: 101\r\nExpect: 100-continue\r\n", ""),
        guarded("Content-Length: 101\r\n", &(many.clone() + &next)),
        guarded("Transfer-Encoding: chunked\r\n", &chunked(&many)),
        guarded(
            "Transfer-Encoding: chunked\r\n",
            &(chunked(&few) + &chunked("b") + "0\r\n\r\n" + &next),
        ),
    ] {
        let answer = test.send(&request);
        assert_eq!(status(&answer), 401, "{request:?}: {answer:?}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{answer:?}");
        assert!(answer.contains("Connection: close"), "{answer:?}");
    }
    assert_eq!(test.calls(), Vec::<String>::new());
    let mut client = test.connect();
    for (lines, body) in [
        ("Content-Length: 100\r\n", &few),
        ("X-Client: 192.0.2.7\r\nContent-Length: 101\r\n", &many),
    ] {
        client.send(guarded(lines, body));
        assert_eq!(client.answer().1, format!("/guarded|{body}"));
    }
    let whole = chunked(&many) + "0\r\n\r\n";
    let lines = "X-Client: 192.0.2.7\r\nTransfer-Encoding: chunked\r\n";
    client.send(guarded(lines, &whole));
    assert_eq!(client.answer().1, format!("/guarded|{many}"));
    test.stop();
}
