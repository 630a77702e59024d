//! How a WebSocket ends: by the client's leave, by what no client may send, by falling behind, and with its credential,
//! whoever ended that.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::socket::{End, Socket, frame};
use crate::support::*;
use tungstenite::Message;

/// A reader whose credential ends must be gone by then; it is promised within a second.
const SOON: Duration = Duration::from_secs(3);

/// The connection ends soon after that was done; the close frame says that it was for the credential.
#[track_caller]
fn ends_with(socket: Socket, end: impl FnOnce()) {
    end();
    let ended = Instant::now();
    assert_eq!(socket.end().0, End::Code(1008));
    assert!(ended.elapsed() < SOON, "{:?}", ended.elapsed());
}

/// Runs a command in a process of its own, on the data of the running server.
fn command(mm: &Mattermost, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command.args(arguments).arg("--data").arg(mm.data());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// wire websocket: token disabled or revoked
#[test]
fn a_token_that_ends_ends_its_connections_whoever_ended_it() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let ends = |how: &dyn Fn(&Token)| {
        let token = ci.token("x");
        let other = ci.token("another");
        let mut stays = ci.with_token(&other.secret).listen();
        ends_with(ci.with_token(&token.secret).listen(), || how(&token));
        stays.events();
    };
    ends(&|token| ci.disable(token).acknowledged());
    ends(&|token| ci.revoke(token).acknowledged());
    ends(&|token| drop(ci.rotate(token).ok()));
    ends(&|token| command(&mm, &["token", "revoke", &token.id]));
    ends(&|token| command(&mm, &["token", "disable", &token.id]));
    ends(&|token| {
        let sessions = ci.sessions().ok();
        let is_of = |session: &&Value| session["props"]["user_access_token_id"] == token.id;
        let session = sessions.as_array().unwrap().iter().find(is_of);
        ci.revoke_session(session.unwrap()).acknowledged();
    });
    ends(&|token| {
        let by_token = ci.with_token(&token.secret);
        by_token.log_out().acknowledged();
    });
}

#[test]
fn a_connection_does_not_come_back_with_its_token() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("x");
    let by_token = ci.with_token(&token.secret);
    let body = json!({"token_id": token.id});
    ends_with(by_token.listen(), || {
        for path in ["/users/tokens/disable", "/users/tokens/enable"] {
            ci.post(path, body.clone()).acknowledged();
        }
        // Used at once, so that it has a session again.
        by_token.me().ok();
    });
    by_token.listen().events();
}

#[test]
fn a_session_that_ends_ends_its_connections() {
    let mm = server();
    let admin = mm.admin();
    mm.user("ci");
    let ends = |how: &dyn Fn(&Caller)| {
        let session = mm.login("ci");
        ends_with(session.listen(), || how(&session));
    };
    let all = |id: &str| format!("/users/{id}/sessions/revoke/all");
    ends(&|ci| ci.log_out().acknowledged());
    ends(&|ci| admin.post(&all(&ci.id), json!({})).acknowledged());
    ends(&|_| {
        let everybodys = "/users/sessions/revoke/all";
        admin.post(everybodys, json!({})).acknowledged();
        mm.sign_in_admin();
    });
}

#[test]
fn time_ends_a_credential_and_its_connections() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let at = mm.clock().now() + 60_000;
    let body = json!({"description": "x", "expires_at": at});
    let token = ci.post("/users/me/tokens", body).ok().text("token");
    let mut socket = ci.with_token(&token).listen();
    mm.clock().advance(Duration::from_millis(59_999));
    socket.events();
    ends_with(socket, || mm.clock().advance(Duration::from_millis(1)));
    mm.set("ServiceSettings", "SessionLengthWebInDays", 1);
    let session = mm.login("ci");
    mm.clock().advance(Duration::from_secs(86_400 - 50));
    let mut socket = session.listen();
    socket.events();
    ends_with(socket, || mm.clock().advance(Duration::from_secs(50)));
}

#[test]
fn the_switch_ends_the_connections_of_tokens_but_not_those_of_bots_and_sessions() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let ci = mm.user("ci");
    let bot = mm.bot("bot");
    let by_bot = bot.with_token(&bot.token("x").secret);
    let mut stay = [ci.listen(), by_bot.listen()];
    ends_with(ci.with_token(&ci.token("x").secret).listen(), || {
        mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    });
    stay.iter_mut().for_each(|socket| drop(socket.events()));
}

/// wire websocket: user deactivated
#[test]
fn a_deactivated_account_hears_of_it_and_nothing_more() {
    let mm = server();
    let (ci, admin) = (mm.user("ci"), mm.admin());
    let by_token = ci.with_token(&ci.token("x").secret);
    let sockets = [ci.listen(), by_token.listen()];
    admin.deactivate(&ci).acknowledged();
    for socket in sockets {
        let (end, events) = socket.end();
        let name = |event: &Value| event.text("event");
        let told: Vec<String> = events.iter().map(name).collect();
        assert_eq!(
            (end, told.join(" ").as_str()),
            (
                End::Code(1008),
                "status_change user_updated user_activation_status_change"
            )
        );
    }
    // Active again at once: what listened before does not go on.
    admin.activate(&ci).acknowledged();
    ends_with(by_token.listen(), || {
        admin.deactivate(&ci).acknowledged();
        admin.activate(&ci).acknowledged();
        by_token.me().ok();
    });
    ends_with(by_token.listen(), || {
        command(&mm, &["user", "deactivate", "ci"])
    });
}

#[test]
fn a_server_that_stops_does_not_wait_for_listeners() {
    let mm = server();
    let sockets = [mm.admin().listen(), mm.socket()];
    // Fails when it does not stop in time.
    drop(mm);
    for socket in sockets {
        assert_eq!(socket.ends(), End::Silent);
    }
}

#[test]
fn a_close_is_answered_with_its_code() {
    let mm = server();
    for (payload, end) in [
        (&1000u16.to_be_bytes()[..], End::Code(1000)),
        (b"\x0f\xa1more", End::Code(4001)),
        (b"", End::Empty),
        // Codes that may not be sent, and half a code.
        (&1005u16.to_be_bytes(), End::Code(1002)),
        (&999u16.to_be_bytes(), End::Code(1002)),
        (b"\x03", End::Code(1002)),
    ] {
        for mut socket in [mm.admin().listen(), mm.socket()] {
            socket.send_frame(0x88, payload);
            // What comes behind it is not read.
            socket.send_frame(0x81, br#"{"seq":1,"action":"ping"}"#);
            assert_eq!(socket.ends(), end, "{payload:?}");
        }
    }
}

#[test]
fn messages_that_are_no_request_end_the_connection() {
    let mm = server();
    let nested = "[".repeat(4000);
    for text in [
        "no json",
        "",
        "7",
        "[]",
        r#"[1,"ping"]"#,
        "{",
        r#"{"seq":"1","action":"ping"}"#,
        r#"{"seq":1.5,"action":"ping"}"#,
        r#"{"seq":99999999999999999999,"action":"ping"}"#,
        r#"{"seq":1,"action":7}"#,
        r#"{"seq":1,"action":"ping","data":"x"}"#,
        &format!(r#"{{"seq":1,"action":"ping","data":{nested}"#),
    ] {
        for mut socket in [mm.admin().listen(), mm.socket()] {
            socket.send(Message::text(text));
            assert_eq!(socket.ends(), End::Code(1003), "{text}");
        }
    }
}

/// Frames, by name, that end the connection with a code.
struct Breach {
    code: u16,
    frames: Vec<(&'static str, Vec<u8>)>,
}

#[test]
fn frames_that_break_the_protocol_end_with_its_code() {
    let mm = server();
    let long = "x".repeat(8193);
    let huge = [&[0x81, 0xff][..], &(1u64 << 62).to_be_bytes(), &[0; 4]].concat();
    let half = &[b'x'; 5000];
    let pieces = |first: u8, text: &[u8], then: u8, rest: &[u8]| {
        [frame(first, text), frame(then, rest)].concat()
    };
    let table = [
        Breach {
            code: 1009,
            frames: vec![
                ("too long", frame(0x81, long.as_bytes())),
                ("too long as binary", frame(0x82, long.as_bytes())),
                ("announced as huge", huge),
                ("too long in pieces", pieces(0x01, half, 0x80, half)),
            ],
        },
        Breach {
            code: 1007,
            frames: vec![
                ("not UTF-8", frame(0x81, b"\xff")),
                ("half a letter", frame(0x81, b"{\xc3")),
                ("half a letter in pieces", pieces(0x01, b"\xc3", 0x80, b"")),
            ],
        },
        Breach {
            code: 1002,
            frames: vec![
                ("not masked", vec![0x81, 0x02, b'{', b'}']),
                ("compressed", frame(0xc1, b"{}")),
                ("of an unknown kind", frame(0x83, b"{}")),
                ("a control frame of an unknown kind", frame(0x8b, b"{}")),
                ("a ping in pieces", frame(0x09, b"beat")),
                ("a ping too long", frame(0x89, &[b'x'; 126])),
                ("the rest of nothing", frame(0x80, b"{}")),
                ("a message within another", pieces(0x01, b"{", 0x81, b"}")),
            ],
        },
    ];
    for Breach { code, frames } in table {
        for (name, bytes) in frames {
            for mut socket in [mm.admin().listen(), mm.socket()] {
                socket.send_bytes(&bytes).unwrap();
                assert_eq!(socket.ends(), End::Code(code), "{name}");
            }
        }
    }
    mm.admin().listen().events();
}

#[test]
fn a_flood_is_answered_as_fast_as_it_is_read_and_holds_up_nobody() {
    let mm = server();
    let mut floods = mm.admin().listen();
    for seq in 1..=2000 {
        floods.say(&json!({"seq": seq, "action": "ping"}));
        floods.send_frame(0x89, b"beat");
    }
    for seq in 1..=2000 {
        assert_eq!(floods.hear()["seq_reply"], seq);
    }
    // Who does not read what he asks for is not read any more either: what he sends stays with him.
    let mut deaf = mm.admin().listen();
    deaf.do_not_wait();
    let pings = frame(0x89, &[b'x'; 125]).repeat(1000);
    let sent = (0..1000)
        .take_while(|_| deaf.send_bytes(&pings).is_ok())
        .count();
    assert!(
        sent < 1000,
        "all of {} MB was read",
        (pings.len() * sent) >> 20
    );
    assert_eq!(
        floods.ask(&json!({"seq": 1, "action": "ping"}))["seq_reply"],
        1
    );
}

#[test]
fn a_thousand_strangers_have_their_five_seconds() {
    let mm = server();
    let strangers: Vec<Socket> = (0..1000).map(|_| mm.socket()).collect();
    let mut listens = mm.admin().listen();
    mm.clock().pass(Duration::from_secs(5));
    for stranger in strangers {
        assert_eq!(stranger.ends(), End::Code(1008));
    }
    listens.events();
}

#[test]
fn a_slow_reader_is_dropped_and_the_others_hear_everything() {
    const POSTS: usize = 150;
    let mm = server();
    let team = mm.team("core");
    let [alice, slow] = ["alice", "slow"].map(|name| mm.member(name, &team));
    let channel = team.channel("private", "P", &[&alice, &slow]);
    let (mut reads, mut does_not) = (alice.listen(), slow.listen());
    does_not.holds_little();
    // 64 kB each: together twice what may wait for a reader.
    let message = "\u{1f980}".repeat(16_000);
    std::thread::scope(|scope| {
        let posts = move || (0..POSTS).filter(|_| hears_posted(&mut reads)).count();
        let heard = scope.spawn(posts);
        for _ in 0..POSTS {
            mm.admin().says(&channel, &message);
        }
        assert_eq!(heard.join().unwrap(), POSTS);
    });
    // What was on its way still arrives, without a hole, and then nothing more.
    let (end, events) = does_not.end();
    assert_eq!(end, End::Silent);
    assert!(events.len() < POSTS, "{}", events.len());
}

fn hears_posted(socket: &mut Socket) -> bool {
    while socket.hear()["event"] != "posted" {}
    true
}

#[test]
fn one_connection_more_than_an_account_may_have_takes_the_place_of_its_oldest() {
    let mm = server();
    mm.set("PatmostSettings", "MaximumWebSocketsPerUser", 2);
    let (ci, other) = (mm.user("ci"), mm.user("other"));
    let mut of_other = other.listen();
    let (first, second) = (ci.listen(), ci.listen());
    // However the account says who it is.
    let mut third = mm.socket();
    third.say(&ci.challenge());
    assert_eq!(third.hear()["event"], "hello");
    assert_eq!(third.hear()["status"], "OK");
    assert_eq!(first.end().0, End::Code(1008));
    let fourth = ci.listen();
    assert_eq!(second.end().0, End::Code(1008));
    third.events();
    of_other.events();

    mm.set("PatmostSettings", "MaximumWebSocketsPerUser", 0);
    let mut all = vec![third, fourth];
    all.extend((0..3).map(|_| ci.listen()));
    for socket in &mut all {
        socket.events();
    }
}
