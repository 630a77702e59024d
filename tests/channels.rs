//! Teams, channels, posts, who may post where, and who hears of it over the WebSocket.
#![allow(clippy::unwrap_used)]

mod support;
use std::net::TcpStream;
use std::time::Duration;

use support::*;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// A team with one channel of each kind that the admin is in.
struct World<'m> {
    mm: &'m Mattermost,
    team: String,
    public: String,
    private: String,
}

fn world(mm: &Mattermost) -> World<'_> {
    let admin = mm.admin();
    let team = admin
        .post(
            "/teams",
            json!({"name": "core", "display_name": "Core", "type": "O"}),
        )
        .created()
        .text("id");
    let channel = |name: &str, kind: &str| {
        let body = json!({"team_id": team, "name": name, "display_name": name, "type": kind});
        admin.post("/channels", body).created().text("id")
    };
    let (public, private) = (channel("public", "O"), channel("private", "P"));
    World {
        mm,
        team,
        public,
        private,
    }
}

impl World<'_> {
    fn join_team(&self, user: &Caller) {
        self.mm
            .admin()
            .post(
                &format!("/teams/{}/members", self.team),
                json!({"team_id": self.team, "user_id": user.id}),
            )
            .created();
    }

    fn join(&self, channel: &str, user: &Caller) {
        self.mm
            .admin()
            .post(
                &format!("/channels/{channel}/members"),
                json!({"user_id": user.id}),
            )
            .created();
    }
}

fn post(caller: &Caller, channel: &str) -> Answer {
    caller.post("/posts", json!({"channel_id": channel, "message": "hello"}))
}

#[test]
fn a_role_taken_away_holds_on_the_next_request_and_gives_no_right_to_read() {
    let mm = server();
    let world = world(&mm);
    let poster = mm.user("poster").with_role("system_post_all");
    let made = post(&poster, &world.private).created();
    poster
        .get(&format!("/posts/{}", made.text("id")))
        .forbidden();
    mm.admin()
        .put(
            &format!("/users/{}/roles", poster.id),
            json!({"roles": "system_user"}),
        )
        .acknowledged();
    post(&poster, &world.private).forbidden();
    post(&mm.admin(), "aaaaaaaaaaaaaaaaaaaaaaaaaa").forbidden();
}

#[test]
fn posts_are_made_read_changed_and_deleted() {
    let mm = server();
    let world = world(&mm);
    let author = mm.user("author");
    world.join_team(&author);
    world.join(&world.public, &author);
    let body = json!({"channel_id": world.public, "message": "first", "pending_post_id": "mine:1", "user_id": "x", "root_id": null, "props": {"a": 1}});
    let first = author.post("/posts", body.clone()).created();
    assert_eq!(
        (first["user_id"].as_str(), &first["props"]),
        (Some(author.id.as_str()), &json!({"a": 1}))
    );
    assert_eq!(author.post("/posts", body).created()["id"], first["id"]);
    let reply = author
        .post(
            "/posts",
            json!({"channel_id": world.public, "message": "second", "root_id": first["id"]}),
        )
        .created();
    let path = format!("/posts/{}", first.text("id"));
    assert_eq!(author.get(&path).ok()["reply_count"], 1);
    assert_eq!(
        author.get(&format!("{path}/thread")).ok()["order"],
        json!([first["id"], reply["id"]])
    );
    author
        .post(
            "/posts",
            json!({"channel_id": world.public, "message": "x", "root_id": "nothing"}),
        )
        .refused(400, "api.post.create_post.root_id.app_error");
    let long = |length: usize| {
        author.post(
            "/posts",
            json!({"channel_id": world.public, "message": "x".repeat(length)}),
        )
    };
    long(16_383).created();
    long(16_384).refused(400, "model.post.is_valid.msg.app_error");
    let list = author
        .get(&format!("/channels/{}/posts?per_page=2", world.public))
        .ok();
    assert_eq!(
        (
            list["order"].as_array().unwrap().len(),
            &list["order"][1],
            &list["prev_post_id"]
        ),
        (2, &reply["id"], &first["id"])
    );
    assert!(
        author
            .put(&format!("{path}/patch"), json!({"message": "changed"}))
            .ok()["edit_at"]
            .as_i64()
            .unwrap()
            > 0
    );
    let other = mm.user("other");
    other
        .put(&format!("{path}/patch"), json!({"message": "mine"}))
        .forbidden();
    other.delete(&path).forbidden();
    author.delete(&path).acknowledged();
    author.get(&path).refused(404, "app.post.get.app_error");
    author.delete(&path).forbidden();
    mm.admin()
        .delete(&format!("/channels/{}", world.public))
        .acknowledged();
    post(&author, &world.public).refused(400, "api.post.create_post.can_not_post_to_deleted.error");
}

#[test]
fn several_are_added_to_a_channel_or_none_of_them() {
    let mm = server();
    let world = world(&mm);
    let (alice, bob, stranger) = (mm.user("alice"), mm.user("bob"), mm.user("stranger"));
    world.join_team(&alice);
    world.join_team(&bob);
    let path = format!("/channels/{}/members", world.private);
    let add = |ids: Value| mm.admin().post(&path, json!({ "user_ids": ids }));
    add(json!([alice.id, stranger.id])).refused(404, "app.team.get_member.missing.app_error");
    for bad in [json!([]), json!([7]), json!(["x"]), json!([alice.id, "x"])] {
        add(bad).refused_body("user_ids");
    }
    assert_eq!(mm.admin().get(&path).ok().as_array().unwrap().len(), 1);
    let added = add(json!([alice.id, bob.id])).created();
    assert_eq!(added.each("user_id"), [alice.id.as_str(), &bob.id]);
    assert_eq!(mm.admin().get(&path).ok().as_array().unwrap().len(), 3);
}

type Socket = WebSocket<TcpStream>;

fn connect(mm: &Mattermost, secret: Option<&str>) -> Socket {
    let stream = TcpStream::connect(mm.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut request = format!("ws://{}/api/v4/websocket", mm.address())
        .into_client_request()
        .unwrap();
    if let Some(secret) = secret {
        request
            .headers_mut()
            .insert("Authorization", format!("Bearer {secret}").parse().unwrap());
    }
    tungstenite::client(request, stream).unwrap().0
}

fn say(socket: &mut Socket, value: Value) {
    socket.send(Message::text(value.to_string())).unwrap();
}

/// The next text; `None` when the connection ended without a close frame.
fn hear(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(text.as_str()).unwrap()),
            Ok(_) => {}
            Err(error) => {
                assert!(
                    !matches!(&error, tungstenite::Error::Io(error) if error.kind() == std::io::ErrorKind::WouldBlock),
                    "nothing was heard"
                );
                return None;
            }
        }
    }
}

/// The next reply; events may come before it.
fn hear_reply(socket: &mut Socket) -> Value {
    loop {
        let heard = hear(socket).unwrap();
        if heard.get("status").is_some() {
            return heard;
        }
    }
}

/// The next event of the name.
fn hear_of(socket: &mut Socket, name: &str) -> Value {
    loop {
        let heard = hear(socket).unwrap_or_else(|| panic!("the connection ended before {name}"));
        if heard["event"] == name {
            return heard;
        }
    }
}

fn challenge(secret: &str) -> Value {
    json!({"seq": 1, "action": "authentication_challenge", "data": {"token": secret}})
}

#[test]
fn a_challenge_is_answered_by_hello_and_then_the_reply() {
    let mm = server();
    let ci = mm.user("ci");
    let mut socket = connect(&mm, None);
    say(&mut socket, json!({"seq": 1, "action": "ping"}));
    say(&mut socket, challenge(&ci.token("x").secret));
    let hello = hear(&mut socket).unwrap();
    assert_eq!(
        (
            hello["event"].as_str(),
            hello["seq"].as_i64(),
            hello["broadcast"]["user_id"].as_str()
        ),
        (Some("hello"), Some(0), Some(ci.id.as_str()))
    );
    assert_eq!(
        hear_reply(&mut socket),
        json!({"status": "OK", "seq_reply": 1})
    );
    for (request, id) in [
        (
            json!({"seq": 2, "action": "nonsense"}),
            "api.web_socket_router.bad_action.app_error",
        ),
        (
            json!({"seq": 3}),
            "api.web_socket_router.no_action.app_error",
        ),
        (
            json!({"seq": 4, "action": "user_typing", "data": {}}),
            "api.websocket_handler.invalid_param.app_error",
        ),
    ] {
        say(&mut socket, request);
        assert_eq!(hear_reply(&mut socket)["error"]["id"], id);
    }
    say(&mut socket, json!({"seq": 5, "action": "ping"}));
    assert_eq!(hear_reply(&mut socket)["data"]["text"], "pong");
}

#[test]
fn a_bearer_on_the_upgrade_is_enough_and_a_bad_challenge_ends_it() {
    let mm = server();
    let secret = mm.user("ci").token("x").secret;
    assert_eq!(
        hear(&mut connect(&mm, Some(&secret))).unwrap()["event"],
        "hello"
    );
    let mut socket = connect(&mm, Some("bad"));
    say(&mut socket, challenge("bad"));
    assert_eq!(hear(&mut socket), None);
    let mut socket = connect(&mm, None);
    socket.send(Message::text("no json")).unwrap();
    assert_eq!(hear(&mut socket), None);
}

#[test]
fn what_is_posted_is_heard_by_the_members_of_the_channel_only() {
    let mm = server();
    let world = world(&mm);
    let (inside, outside) = (mm.user("inside"), mm.user("outside"));
    world.join_team(&inside);
    world.join_team(&outside);
    world.join(&world.private, &inside);
    let [mut hears, mut does_not] =
        [&inside, &outside].map(|user| connect(&mm, user.credential.as_deref()));
    hear_of(&mut hears, "status_change");
    hear_of(&mut does_not, "status_change");
    let made = mm
        .admin()
        .post(
            "/posts",
            json!({"channel_id": world.private, "message": "hi @inside"}),
        )
        .created();
    let heard = hear_of(&mut hears, "posted");
    let inner: Value = serde_json::from_str(heard["data"]["post"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&inner["id"], heard["data"]["sender_name"].as_str()),
        (&made["id"], Some("@admin"))
    );
    assert_eq!(heard["data"]["mentions"], format!("[\"{}\"]", inside.id));
    assert_eq!(heard["seq"], 2);
    // The first thing that the other hears is what was posted where he is.
    mm.admin()
        .post(
            &format!("/channels/{}/members", world.public),
            json!({"user_id": outside.id}),
        )
        .created();
    assert_eq!(hear(&mut does_not).unwrap()["event"], "user_added");
}

#[test]
fn whoever_loses_the_credential_loses_the_connection() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let end = |secret: &str, how: &dyn Fn()| {
        let mut socket = connect(&mm, Some(secret));
        hear_of(&mut socket, "status_change");
        how();
        while hear(&mut socket).is_some() {}
    };
    let token = ci.token("x");
    end(&token.secret, &|| {
        ci.post("/users/tokens/disable", json!({"token_id": token.id}))
            .acknowledged()
    });
    let other = mm.login("ci");
    end(other.credential.as_deref().unwrap(), &|| {
        other.post("/users/logout", json!({})).acknowledged()
    });
    let token = ci.token("y");
    end(&token.secret, &|| {
        mm.set("ServiceSettings", "EnableUserAccessTokens", false)
    });
    end(ci.credential.as_deref().unwrap(), &|| {
        mm.admin()
            .put(
                &format!("/users/{}/active", ci.id),
                json!({"active": false}),
            )
            .acknowledged()
    });
}

#[test]
fn a_message_that_is_too_long_is_1009() {
    let mm = server();
    let mut socket = connect(&mm, mm.admin().credential.as_deref());
    hear_of(&mut socket, "status_change");
    say(&mut socket, json!({"seq": 1, "action": "x".repeat(9000)}));
    assert_eq!(close_code(&mut socket), 1009);
}

#[test]
fn only_an_upgrade_from_here_is_one() {
    let mm = server();
    let plain = mm.anonymous().get("/websocket");
    assert_eq!(
        (plain.status, plain.header("content-type")),
        (400, Some("text/plain; charset=utf-8"))
    );
    let foreign =
        mm.send(&Request::new("GET", "/api/v4/websocket").header("Origin", "http://evil.example"));
    assert!(
        foreign.status == 403 && foreign.text().starts_with("Forbidden\n{"),
        "{}",
        foreign.text()
    );
}

/// What the server closes with.
fn close_code(socket: &mut Socket) -> u16 {
    loop {
        if let Message::Close(frame) = socket.read().unwrap() {
            return frame.unwrap().code.into();
        }
    }
}

#[test]
fn a_binary_frame_is_read_as_text_is_and_bad_utf8_is_1007() {
    let mm = server();
    let mut socket = connect(&mm, mm.admin().credential.as_deref());
    let ping = json!({"seq": 7, "action": "ping"}).to_string();
    socket.send(Message::binary(ping.into_bytes())).unwrap();
    assert_eq!(hear_reply(&mut socket)["seq_reply"], 7);
    // A text frame, final, masked with zeros, of the one byte 0xff.
    let frame = [0x81, 0x81, 0, 0, 0, 0, 0xff];
    std::io::Write::write_all(socket.get_mut(), &frame).unwrap();
    assert_eq!(close_code(&mut socket), 1007);
}

#[test]
fn a_frame_that_is_not_masked_is_1002() {
    let mm = server();
    let mut socket = connect(&mm, mm.admin().credential.as_deref());
    hear_of(&mut socket, "status_change");
    std::io::Write::write_all(socket.get_mut(), &[0x81, 0x02, b'{', b'}']).unwrap();
    assert_eq!(close_code(&mut socket), 1002);
}

#[test]
fn a_clients_ping_comes_back_and_its_close_is_answered_with_the_same_code() {
    let mm = server();
    let mut socket = connect(&mm, mm.admin().credential.as_deref());
    hear_of(&mut socket, "status_change");
    socket.send(Message::Pong(Vec::new().into())).unwrap();
    socket.send(Message::Ping(b"beat".to_vec().into())).unwrap();
    assert_eq!(
        socket.read().unwrap(),
        Message::Pong(b"beat".to_vec().into())
    );
    // A close frame, masked with zeros, of the code 1000.
    std::io::Write::write_all(socket.get_mut(), &[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]).unwrap();
    assert_eq!(close_code(&mut socket), 1000);
}

#[test]
fn every_action_has_its_reply() {
    let mm = server();
    let (world, alice) = (world(&mm), mm.user("alice"));
    world.join_team(&alice);
    world.join(&world.public, &alice);
    let mut types = connect(&mm, mm.admin().credential.as_deref());
    let mut hears = connect(&mm, alice.credential.as_deref());
    hear_of(&mut hears, "status_change");
    let mut ask = |request: Value| {
        say(&mut types, request);
        hear_reply(&mut types)
    };
    let statuses = ask(json!({"seq": 1, "action": "get_statuses"}))["data"].clone();
    assert_eq!(statuses[&alice.id], "online");
    let of = json!({"seq": 2, "action": "get_statuses_by_ids", "data": {"user_ids": [alice.id]}});
    assert_eq!(ask(of)["data"], json!({ alice.id.as_str(): "online" }));
    let active =
        json!({"seq": 3, "action": "user_update_active_status", "data": {"user_is_active": true}});
    assert_eq!(ask(active), json!({"status": "OK", "seq_reply": 3}));
    for seq in [json!(0), json!("1"), Value::Null] {
        let refused = ask(json!({"seq": seq, "action": "ping"}));
        assert_eq!(
            refused["error"]["id"],
            "api.web_socket_router.bad_seq.app_error"
        );
        assert!(refused.get("seq_reply").is_none(), "{refused}");
    }
    let typing = json!({"channel_id": world.public, "parent_id": ""});
    assert_eq!(
        ask(json!({"seq": 4, "action": "user_typing", "data": typing}))["status"],
        "OK"
    );
    let heard = hear_of(&mut hears, "typing");
    assert_eq!(
        heard["data"],
        json!({"parent_id": "", "user_id": mm.admin().id})
    );
    assert_eq!(
        heard["broadcast"]["omit_users"],
        json!({ mm.admin().id.as_str(): true })
    );
}

#[test]
fn a_slow_reader_is_dropped_and_the_others_hear_everything() {
    const POSTS: usize = 1000;
    let mm = server();
    let (world, alice, slow) = (world(&mm), mm.user("alice"), mm.user("slow"));
    for user in [&alice, &slow] {
        world.join_team(user);
        world.join(&world.private, user);
    }
    let mut does_not_read = connect(&mm, slow.credential.as_deref());
    let mut reads = connect(&mm, alice.credential.as_deref());
    let message = "x".repeat(16_000);
    std::thread::scope(|scope| {
        let heard = scope.spawn(|| (0..POSTS).for_each(|_| drop(hear_of(&mut reads, "posted"))));
        for _ in 0..POSTS {
            let post = json!({"channel_id": world.private, "message": message});
            mm.admin().post("/posts", post).created();
        }
        heard.join().unwrap();
    });
    // What was on its way still arrives, and then nothing more.
    let heard = std::iter::from_fn(|| hear(&mut does_not_read)).count();
    assert!(heard < POSTS, "{heard}");
}
