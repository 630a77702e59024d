//! The WebSocket: connecting, saying who it is, requests and their replies, staying connected. Who hears what is `events.rs`,
//! how a connection ends is `endings.rs`.

use std::time::Duration;

use crate::support::socket::{End, Socket, challenge, frame};
use crate::support::*;
use tungstenite::Message;

fn ping(seq: i64) -> Value {
    json!({"seq": seq, "action": "ping"})
}

/// wire websocket: 1. no credential on the upgrade
/// wire websocket: **`hello` comes first, the reply second**
/// wire websocket: `hello`
/// wire websocket: `server_version` is the same text
#[test]
fn a_challenge_is_answered_by_hello_and_then_the_reply() {
    let mm = server();
    let ci = mm.user("ci");
    for secret in [ci.credential.clone().unwrap(), ci.token("x").secret] {
        let mut socket = mm.socket();
        assert_eq!(socket.upgrade.status(), 101);
        socket.say(&challenge(&secret));
        let hello = socket.hear();
        let version = mm.anonymous().get("/system/ping");
        let version = version.header("x-version-id").unwrap();
        let connection = hello["data"].text("connection_id");
        assert_eq!(connection.len(), 26);
        assert_eq!(
            hello,
            json!({
                "event": "hello", "seq": 0,
                "data": {"connection_id": connection, "server_version": version},
                "broadcast": {"omit_users": null, "user_id": ci.id, "channel_id": "", "team_id": ""},
            })
        );
        assert_eq!(socket.hear(), json!({"status": "OK", "seq_reply": 1}));
    }
}

/// wire websocket: 2. `Authorization: Bearer TOKEN` on the upgrade
/// wire websocket: 3. cookie `MMAUTHTOKEN=TOKEN` on the upgrade
/// wire websocket: 4. 2 or 3, then a challenge as well
#[test]
fn a_credential_on_the_upgrade_is_enough_and_a_challenge_after_it_says_nothing() {
    let mm = server();
    let ci = mm.user("ci");
    for secret in [ci.credential.clone().unwrap(), ci.token("x").secret] {
        let bearer = ("Authorization", format!("Bearer {secret}"));
        let cookie = ("Cookie", format!("MMAUTHTOKEN={secret}"));
        for (name, value) in [bearer, cookie] {
            let mut socket = mm.socket_with("", &[(name, &value)]);
            assert_eq!(socket.hear()["event"], "hello");
            for secret in [&secret, "wrong"] {
                socket.say(&challenge(secret));
            }
            let (reply, events) = socket.ask_and_hear(&ping(2));
            assert_eq!(reply["seq_reply"], 2);
            assert!(events.iter().all(|event| event["event"] != "hello"));
        }
    }
}

/// A browser adds it for any page that connects.
#[test]
fn a_cookie_of_a_page_that_only_a_star_allows_is_none() {
    let mm = server();
    let (admin, ci) = (mm.admin(), mm.user("ci"));
    let cookie = format!("MMAUTHTOKEN={}", admin.credential.unwrap());
    let said_to_be = |origin: &str| {
        let mut socket = mm.socket_with("", &[("Cookie", &cookie), ("Origin", origin)]);
        socket.say(&ci.challenge());
        socket.hear()["broadcast"].text("user_id")
    };
    mm.set("ServiceSettings", "AllowCorsFrom", "* http://named.example");
    assert_eq!(said_to_be("http://page.example"), ci.id);
    assert_eq!(said_to_be("http://named.example"), admin.id);
    assert_eq!(said_to_be(&format!("http://{}", mm.address())), admin.id);
}

/// A wrong credential on the upgrade is as good as none.
#[test]
fn a_wrong_credential_on_the_upgrade_leaves_it_to_the_challenge() {
    let mm = server();
    let ci = mm.user("ci");
    let token = ci.token("x");
    for (name, value) in [
        ("Authorization", "Bearer wrong".to_owned()),
        ("Authorization", format!("Bearer {}", token.id)),
        ("Cookie", "MMAUTHTOKEN=wrong".to_owned()),
    ] {
        let mut socket = mm.socket_with("", &[(name, &value)]);
        assert_eq!(socket.upgrade.status(), 101);
        socket.say(&ci.challenge());
        assert_eq!(socket.hear()["event"], "hello");
    }
}

/// wire websocket: Clients may send the next action before the reply
/// wire websocket: The first `seq` of a client need not be 1
/// wire websocket: Additional members are ignored
#[test]
fn requests_around_the_challenge_are_answered() {
    let mm = server();
    let ci = mm.user("ci");
    let mut socket = mm.socket();
    socket.say(&ci.challenge());
    socket.say(&ping(2));
    assert_eq!(socket.hear()["event"], "hello");
    assert_eq!(socket.hear(), json!({"status": "OK", "seq_reply": 1}));
    assert_eq!(socket.ask(&ping(3))["seq_reply"], 2);
    let mut again = mm.socket();
    let mut challenge = ci.challenge();
    challenge["seq"] = 2.into();
    challenge["id"] = 1.into();
    challenge["data"]["more"] = json!({});
    assert_eq!(
        again.ask(&challenge),
        json!({"status": "OK", "seq_reply": 2})
    );
}

/// In the same segment as the upgrade, before it was answered.
#[test]
fn frames_right_behind_the_upgrade_are_not_lost() {
    let mm = server();
    let mut sent = b"GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".to_vec();
    sent.extend(frame(0x81, mm.admin().challenge().to_string().as_bytes()));
    sent.extend(frame(0x88, &1000u16.to_be_bytes()));
    let answer = client::raw(&mm.address(), &sent);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(answer.contains(r#""event":"hello""#), "{answer}");
    assert!(
        answer.contains(r#"{"seq_reply":1,"status":"OK"}"#),
        "{answer}"
    );
}

/// wire websocket: Query parameters on the path are accepted
/// wire websocket: reconnecting
#[test]
fn a_client_that_comes_back_gets_a_new_connection() {
    let mm = server();
    let admin = mm.admin();
    let connect = |query: &str| {
        let mut socket = mm.socket_with(query, &[]);
        socket.say(&admin.challenge());
        let hello = socket.hear();
        assert_eq!(
            (&hello["event"], &hello["seq"]),
            (&json!("hello"), &json!(0))
        );
        hello["data"].text("connection_id")
    };
    let first = connect("?connection_id=&sequence_number=0");
    let again = format!(
        "?connection_id={first}&sequence_number=7&posted_ack=true&disconnect_err_code=1006"
    );
    assert_ne!(connect(&again), first);
}

/// It never compresses.
#[test]
fn an_extension_that_is_offered_is_not_taken() {
    let mm = server();
    let offer = "permessage-deflate; client_max_window_bits";
    let socket = mm.socket_with("", &[("Sec-WebSocket-Extensions", offer)]);
    let headers = socket.upgrade.headers();
    assert!(headers.get("sec-websocket-extensions").is_none());
    assert_eq!(headers["upgrade"], "websocket");
    assert_eq!(headers["connection"], "Upgrade");
}

/// wire websocket: `Origin` that is not the server's own host
#[test]
fn only_an_upgrade_from_here_is_one() {
    let mm = server();
    let upgrade = |origin: &str| {
        let request = Request::new("GET", "/api/v4/websocket")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
        let request = match origin {
            "" => request,
            origin => request.header("Origin", origin),
        };
        mm.send(&request)
    };
    let refused = |answer: &Answer, status: u16, word: &str| {
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, Some("text/plain; charset=utf-8"))
        );
        let text = answer.text();
        let (first, json) = text.split_once('\n').unwrap();
        let json: Value = serde_json::from_str(json).unwrap();
        assert_eq!(
            (first, json["id"].as_str(), json["status_code"].as_u64()),
            (
                word,
                Some("api.web_socket.connect.upgrade.app_error"),
                Some(status.into())
            )
        );
    };
    refused(&mm.anonymous().get("/websocket"), 400, "Bad Request");
    // The client of the tests asks for the connection to be closed, which is no upgrade.
    refused(&upgrade(""), 400, "Bad Request");
    for foreign in [
        "http://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://localhost:1",
    ] {
        refused(&upgrade(foreign), 403, "Forbidden");
    }
    let here = format!("http://{}", mm.address());
    mm.socket_with("", &[("Origin", &here)]);
    mm.set("ServiceSettings", "AllowCorsFrom", "http://page.example");
    mm.socket_with("", &[("Origin", "http://page.example")]);
    // The letters of the host are the same, those of the scheme are not.
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    let encrypted = ("X-Forwarded-Proto", "https");
    let secure = here.replace("http://", "https://");
    mm.socket_with("", &[("Origin", &secure), encrypted]);
    let request = Request::new("GET", "/api/v4/websocket").header("Origin", "http://localhost");
    let request = request.header(encrypted.0, encrypted.1);
    refused(&mm.send(&request), 403, "Forbidden");
}

/// wire websocket: Wrong token in the challenge
#[test]
fn a_bad_challenge_ends_the_connection() {
    let mm = server();
    let ci = mm.user("ci");
    let (disabled, deactivated) = (ci.token("x"), mm.user("gone"));
    mm.admin().disable(&disabled).acknowledged();
    mm.admin()
        .delete(&format!("/users/{}", deactivated.id))
        .acknowledged();
    let wrong = [
        challenge("wrong"),
        challenge(""),
        challenge(&ci.token("y").id),
        challenge(&disabled.secret),
        deactivated.challenge(),
        json!({"seq": 1, "action": "authentication_challenge", "data": {"token": 7}}),
        json!({"seq": 1, "action": "authentication_challenge"}),
    ];
    for challenge in wrong {
        let mut socket = mm.socket();
        socket.say(&challenge);
        assert_eq!(socket.ends(), End::Code(1008), "{challenge}");
    }
}

/// wire websocket: No valid challenge within 5 s
#[test]
fn a_stranger_is_not_answered_and_has_five_seconds() {
    let mm = server();
    let mut socket = mm.socket();
    for request in [
        ping(1),
        json!({"seq": 2}),
        json!({"action": "ping"}),
        json!({"seq": 0, "action": "authentication_challenge", "data": {"token": "x"}}),
    ] {
        socket.say(&request);
    }
    mm.clock().pass(Duration::from_millis(4900));
    // Its own answer shows that it is still there, and that there was none before.
    socket.send(Message::Ping("here".into()));
    assert_eq!(socket.read().unwrap(), Message::Pong("here".into()));
    mm.clock().pass(Duration::from_millis(100));
    assert_eq!(socket.ends(), End::Code(1008));
    let mut in_time = mm.socket();
    mm.clock().pass(Duration::from_millis(4900));
    assert_eq!(in_time.ask(&mm.admin().challenge())["status"], "OK");
    mm.clock().pass(Duration::from_secs(5));
    in_time.events();
}

/// wire websocket: `ping`
/// wire websocket: action `ping`
#[test]
fn the_reply_to_ping_is_pong() {
    let mm = server();
    let mut socket = mm.admin().listen();
    let now = mm.clock().now();
    assert_eq!(
        socket.ask(&ping(2)),
        json!({"status": "OK", "seq_reply": 2, "data": {"text": "pong", "version": "11.10.0", "server_time": now, "node_id": ""}})
    );
    // Neither the order nor a repetition matters.
    assert_eq!(socket.ask(&ping(2))["seq_reply"], 2);
    assert_eq!(socket.ask(&ping(1))["seq_reply"], 1);
}

/// wire websocket: any other
/// wire websocket: none
/// wire websocket: `seq` 0 or absent
#[test]
fn a_request_that_is_none_is_refused_and_the_connection_stays() {
    let mm = server();
    let mut socket = mm.admin().listen();
    let mut refused = |request: Value, status: u16, id: &str| {
        let reply = socket.ask(&request);
        let message = reply["error"].text("message");
        assert!(!message.is_empty());
        let error =
            json!({"id": id, "message": message, "detailed_error": "", "status_code": status});
        let mut expected = json!({"status": "FAIL", "error": error});
        if let Some(seq) = request["seq"].as_i64().filter(|seq| *seq != 0) {
            expected["seq_reply"] = seq.into();
        }
        assert_eq!(reply, expected);
    };
    let no_action = "api.web_socket_router.no_action.app_error";
    let bad_seq = "api.web_socket_router.bad_seq.app_error";
    let bad_action = "api.web_socket_router.bad_action.app_error";
    for action in ["nonsense", "presence", "PING", "hello"] {
        refused(json!({"seq": 3, "action": action}), 500, bad_action);
    }
    for request in [
        json!({"seq": 4}),
        json!({"seq": 4, "action": ""}),
        json!({"seq": 4, "action": null}),
        json!({}),
    ] {
        refused(request, 400, no_action);
    }
    for request in [
        json!({"seq": 0, "action": "ping"}),
        json!({"action": "ping"}),
        json!({"seq": null, "action": "ping", "data": null}),
        json!({"seq": -1, "action": "ping"}),
    ] {
        refused(request, 400, bad_seq);
    }
}

/// wire websocket: `get_statuses`
/// wire websocket: `get_statuses_by_ids` `{"user_ids":[..]}`
/// wire websocket: `user_update_active_status` `{"user_is_active":bool}`
#[test]
fn statuses_are_asked_for_over_the_connection() {
    let mm = server();
    let team = mm.team("core");
    let [alice, bob] = ["alice", "bob"].map(|name| mm.member(name, &team));
    let (mut asks, mut hers) = (mm.admin().listen(), alice.listen());
    let dnd = json!({"user_id": bob.id, "status": "dnd"});
    bob.put(&format!("/users/{}/status", bob.id), dnd).ok();
    let (admin_id, alice_id, bob_id) = (&mm.admin().id, alice.id.as_str(), bob.id.as_str());
    let by_ids = json!({"user_ids": [alice_id, bob_id, "aaaaaaaaaaaaaaaaaaaaaaaaaa", 7]});
    let all = of(&mut asks, "get_statuses", &Value::Null);
    let everybody = json!({alice_id: "online", bob_id: "dnd", admin_id: "online"});
    assert_eq!(all, everybody);
    let two = of(&mut asks, "get_statuses_by_ids", &by_ids);
    assert_eq!(two, json!({alice_id: "online", bob_id: "dnd"}));
    // Whoever is there and does nothing is away.
    for _ in 0..6 {
        mm.clock().pass(Duration::from_secs(51));
        for socket in [&mut asks, &mut hers] {
            socket.send_frame(0x8a, b"");
            socket.events();
        }
    }
    for (active, status) in [(false, "away"), (true, "online")] {
        let active = json!({ "user_is_active": active });
        let reply = of(&mut asks, "user_update_active_status", &active);
        assert_eq!(reply, Value::Null);
        let all = of(&mut asks, "get_statuses", &json!({}));
        assert_eq!(
            all,
            json!({alice_id: "away", bob_id: "dnd", admin_id: status})
        );
    }
    hers.closes();
    let two = of(&mut asks, "get_statuses_by_ids", &by_ids);
    assert_eq!(two, json!({alice_id: "offline", bob_id: "dnd"}));
    for (action, name) in [
        ("get_statuses_by_ids", "user_ids"),
        ("user_update_active_status", "user_is_active"),
    ] {
        let refused = asks.ask(&json!({"seq": 2, "action": action, "data": {name: 7}}));
        let id = &refused["error"]["id"];
        assert_eq!(id, "api.websocket_handler.invalid_param.app_error");
    }
}

/// The data of the reply to an action.
fn of(socket: &mut Socket, action: &str, data: &Value) -> Value {
    let reply = socket.ask(&json!({"seq": 2, "action": action, "data": data}));
    assert_eq!(
        (&reply["status"], &reply["seq_reply"]),
        (&json!("OK"), &json!(2))
    );
    reply["data"].clone()
}

/// wire websocket: `user_typing` `{"channel_id","parent_id"}`
/// wire websocket: `typing`
#[test]
fn typing_is_heard_in_the_channel_but_not_by_the_typist() {
    let mm = server();
    let team = mm.team("core");
    let [alice, bob, outside] = ["alice", "bob", "outside"].map(|name| mm.member(name, &team));
    let channel = team.channel("private", "P", &[&alice, &bob]);
    let (mut types, mut also, mut hears, mut does_not) = (
        alice.listen(),
        alice.listen(),
        bob.listen(),
        outside.listen(),
    );
    let mut typing =
        |data: Value| types.ask(&json!({"seq": 4, "action": "user_typing", "data": data}));
    assert_eq!(
        typing(json!({"channel_id": channel, "parent_id": "p"})),
        json!({"status": "OK", "seq_reply": 4})
    );
    let heard = hears.only("typing");
    assert_eq!(
        heard["data"],
        json!({"parent_id": "p", "user_id": alice.id})
    );
    assert_eq!(
        heard["broadcast"],
        json!({"omit_users": {alice.id.as_str(): true}, "user_id": "", "channel_id": channel, "team_id": ""})
    );
    typing(json!({ "channel_id": channel }));
    assert_eq!(hears.only("typing")["data"]["parent_id"], "");
    let strange = team.channel("strange", "P", &[]);
    for bad in [
        json!({}),
        json!({"channel_id": "x"}),
        json!({"channel_id": 7}),
        json!({"channel_id": "aaaaaaaaaaaaaaaaaaaaaaaaaa"}),
        json!({ "channel_id": strange }),
    ] {
        let error = typing(bad)["error"].clone();
        assert_eq!(
            (error["id"].as_str(), error["status_code"].as_u64()),
            (
                Some("api.websocket_handler.invalid_param.app_error"),
                Some(400)
            )
        );
    }
    for socket in [&mut also, &mut does_not, &mut types, &mut hears] {
        assert!(!socket.names().contains(&"typing".to_owned()));
    }
}

/// wire websocket: server
#[test]
fn the_server_pings_each_minute_and_waits_100_seconds_for_a_pong() {
    let mm = server();
    let mut socket = mm.admin().listen();
    // It answers pings when it reads.
    for _ in 0..3 {
        mm.clock().pass(Duration::from_secs(60));
        assert_eq!(socket.read().unwrap(), Message::Ping("".into()));
        socket.events();
    }
    // Requests are no pongs.
    let mut silent = mm.admin().listen();
    mm.clock().pass(Duration::from_secs(99));
    silent.send_frame(0x81, ping(2).to_string().as_bytes());
    mm.clock().pass(Duration::from_secs(1));
    assert_eq!(silent.end().0, End::Silent);
}

/// wire websocket: unasked-for **pong** frames
/// wire websocket: protocol pings of clients
#[test]
fn a_clients_ping_comes_back_and_its_pong_counts() {
    let mm = server();
    let mut socket = mm.admin().listen();
    mm.clock().pass(Duration::from_secs(90));
    socket.send_frame(0x8a, b"");
    socket.send_frame(0x89, b"beat");
    let beat = std::iter::from_fn(|| Some(socket.read().unwrap()));
    let pong = Message::Pong("beat".into());
    assert!(beat.take(2).any(|message| message == pong));
    mm.clock().pass(Duration::from_secs(90));
    socket.events();
}

/// A binary frame is read as text is; a message may come in pieces, with pings in between.
#[test]
fn a_message_is_read_however_it_is_framed() {
    let mm = server();
    let mut socket = mm.admin().listen();
    socket.send(Message::binary(ping(7).to_string().into_bytes()));
    assert_eq!(socket.hear()["seq_reply"], 7);
    let text = json!({"seq": 8, "action": "ping", "data": {"x": "\u{e4}"}}).to_string();
    let (start, rest) = text.as_bytes().split_at(text.find('\u{e4}').unwrap() + 1);
    socket.send_frame(0x01, start);
    socket.send_frame(0x89, b"between");
    assert_eq!(socket.read().unwrap(), Message::Pong("between".into()));
    socket.send_frame(0x00, b"");
    socket.send_frame(0x80, rest);
    assert_eq!(socket.hear()["seq_reply"], 8);
    // A byte at a time.
    for byte in frame(0x81, ping(9).to_string().as_bytes()) {
        socket.send_bytes(&[byte]).unwrap();
    }
    assert_eq!(socket.hear()["seq_reply"], 9);
    let full = |size: usize| {
        let around = json!({"seq": 5, "action": "ping", "data": {"x": ""}}).to_string();
        let filled = "x".repeat(size - around.len());
        json!({"seq": 5, "action": "ping", "data": {"x": filled}}).to_string()
    };
    socket.send_frame(0x81, full(8192).as_bytes());
    assert_eq!(socket.hear()["seq_reply"], 5);
    socket.send_frame(0x81, full(8193).as_bytes());
    assert_eq!(socket.ends(), End::Code(1009));
}

#[test]
fn the_path_may_end_with_a_slash() {
    let mm = server();
    let upgrade = Request::new("GET", "/api/v4/websocket/")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "short");
    // It is the same endpoint, which looks at the key.
    assert_eq!(mm.send(&upgrade).status, 400);
}
