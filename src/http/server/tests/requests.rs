//! What is asked is answered: order, bodies, versions, `Expect`.

use super::*;

#[test]
fn requests_of_one_connection_are_answered_in_order() {
    let test = server(|limits| limits.in_a_row = 2);
    let paths: Vec<String> = (0..50)
        .map(|n| format!("/{}{n}", if n % 7 == 0 { "slow" } else { "" }))
        .collect();
    let mut client = test.connect();
    client.send(paths.iter().map(|path| get(path)).collect::<String>());
    for path in &paths {
        assert_eq!(client.answer().1, format!("{path}|"));
    }
    assert_eq!(test.calls(), paths);
    test.stop();
}

#[test]
fn bodies_arrive_whole_however_they_are_sent() {
    let test = server(|_| {});
    let chunked = post(
        "Transfer-Encoding: chunked\r\n",
        "3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: v\r\n\r\n",
    );
    let length = post("Content-Length: 5\r\n", "abcde");
    let mut client = test.connect();
    for text in [&chunked, &length] {
        for cut in [1, 20, text.len() - 3, text.len() - 1] {
            client.send(&text[..cut]);
            client.send(&text[cut..]);
            assert_eq!(client.answer().1, "/post|abcde");
        }
    }
    for byte in chunked.bytes() {
        client.send([byte]);
    }
    assert_eq!(client.answer().1, "/post|abcde");
    client.send(post("", "") + &get("/next"));
    assert_eq!(
        (client.answer().1, client.answer().1),
        ("/post|".into(), "/next|".into())
    );
    test.stop();
}

#[test]
fn leave_to_continue_is_given_only_for_a_body_that_is_taken() {
    let test = server(|_| {});
    let mut client = test.connect();
    client.send(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
    assert_eq!(client.answer().0, "HTTP/1.1 100 Continue");
    client.send("ab");
    assert_eq!(client.answer().1, "/post|ab");
    client.send(post("Expect: 100-continue\r\nContent-Length: 2000\r\n", ""));
    assert_eq!(status(&client.rest()), 413);
    test.stop();
}

#[test]
fn versions_methods_and_close() {
    let test = server(|_| {});
    let old = test.send("GET /old HTTP/1.0\r\n\r\n");
    assert!(
        old.starts_with("HTTP/1.0 200 OK\r\n")
            && old.contains("Connection: close\r\n")
            && old.ends_with("/old|"),
        "{old}"
    );
    let head = test.send("HEAD /h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(
        head.contains("Content-Length: 3\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let closed = test.send(get("/close") + &get("/after"));
    assert!(
        closed.matches("HTTP/1.1").count() == 1 && closed.contains("Connection: close"),
        "{closed}"
    );
    let bad_after_head = test.send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\nGET /\r\n");
    assert!(bad_after_head.ends_with("refused"), "{bad_after_head}");
    assert!(!test.calls().contains(&"/after".to_owned()));
    let mut half = test.connect();
    half.send(get("/half"));
    half.0.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(half.rest().ends_with("/half|"));
    test.stop();
}
