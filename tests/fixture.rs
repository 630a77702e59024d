//! A fixture as the tests of another program use it: in their process, over HTTP.
#![allow(clippy::unwrap_used)]

mod support;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use patmost::fixture::{Fault, Fixture, State};
use support::*;

const SEED: &str = include_str!("../examples/seed.json");

fn send(address: &str, method: &str, path: &str, secret: &str, body: Value) -> Answer {
    let mut request = Request::new(method, path);
    if !secret.is_empty() {
        request = request.header("Authorization", &format!("Bearer {secret}"));
    }
    if !body.is_null() {
        request = request.body(body.to_string());
    }
    client::send(address, &request)
}

/// The ways into a fixture that tests need.
trait Over {
    fn at(&self) -> String;
    fn admins(&self) -> String;

    /// Of the API, as the admin.
    fn api(&self, method: &str, path: &str, body: Value) -> Answer {
        self.api_as(&self.admins(), method, path, body)
    }

    fn api_as(&self, secret: &str, method: &str, path: &str, body: Value) -> Answer {
        send(&self.at(), method, &format!("/api/v4{path}"), secret, body)
    }

    fn me(&self, secret: &str) -> Answer {
        self.api_as(secret, "GET", "/users/me", Value::Null)
    }

    /// Of the fixture itself.
    fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        send(&self.at(), method, &format!("/fixture{path}"), "", body)
    }
}

impl Over for Fixture {
    fn at(&self) -> String {
        self.address().to_string()
    }

    fn admins(&self) -> String {
        self.admin().token.clone()
    }
}

fn start() -> Fixture {
    Fixture::start().unwrap()
}

fn seeded() -> Fixture {
    Fixture::builder().seed(SEED).unwrap().start().unwrap()
}

fn account(username: &str) -> Value {
    json!({"username": username, "email": format!("{username}@example.com"), "password": PASSWORD})
}

#[test]
fn an_admin_is_ready_and_tokens_are_on() {
    let mm = start();
    let admin = mm.admin().clone();
    let me = mm.me(&admin.token).ok();
    assert_eq!(
        (me.text("id"), me.text("roles")),
        (admin.id, "system_admin system_user".into())
    );
    let login = json!({"login_id": admin.username, "password": admin.password});
    mm.api_as("", "POST", "/users/login", login).ok();
    mm.api(
        "POST",
        "/users/me/tokens",
        json!({"description": "one more"}),
    )
    .ok();
}

#[test]
fn a_reset_goes_back_to_the_seed_in_everything() {
    let mm = seeded();
    let site = |mm: &Fixture| {
        mm.api("GET", "/config", Value::Null).ok()["TeamSettings"]["SiteName"].clone()
    };
    let before = site(&mm);
    mm.api("POST", "/users", account("eve")).created();
    mm.api(
        "PUT",
        "/config/patch",
        json!({"TeamSettings": {"SiteName": "Changed"}}),
    )
    .ok();
    assert_eq!(site(&mm), "Changed");
    let wrong = json!({"login_id": "ada", "password": "Wrong-Horse-1"});
    for _ in 0..10 {
        mm.api_as("", "POST", "/users/login", wrong.clone());
    }
    let right = json!({"login_id": "ada", "password": PASSWORD});
    mm.api_as("", "POST", "/users/login", right.clone())
        .refused(401, "api.user.check_user_login_attempts.too_many.app_error");
    mm.ask("PUT", "/clock", json!({"now": 1000, "freeze": true}))
        .ok();
    mm.ask(
        "PUT",
        "/faults",
        json!([{"status": 500, "path": "/api/v4/roles"}]),
    )
    .ok();

    mm.ask("POST", "/reset", Value::Null).acknowledged();

    assert_eq!(mm.ask("GET", "/faults", Value::Null).ok(), json!([]));
    assert_eq!(mm.ask("GET", "/requests", Value::Null).ok(), json!([]));
    let clock = mm.ask("GET", "/clock", Value::Null).ok();
    assert!(clock["now"].as_i64().unwrap() > 1_700_000_000_000 && clock["frozen"] == false);
    mm.api("GET", "/users/username/eve", Value::Null)
        .refused(404, "app.user.get_by_username.app_error");
    assert_eq!(site(&mm), before);
    mm.api_as("", "POST", "/users/login", right).ok();
    // What is changed after it is a change as before it: the same revision of the settings, other values.
    mm.api(
        "PUT",
        "/config/patch",
        json!({"TeamSettings": {"SiteName": "Again"}}),
    )
    .ok();
    assert_eq!(site(&mm), "Again");
}

/// The answers of every endpoint that lists or counts something, at one moment of a frozen clock.
fn picture(mm: &Fixture, at: i64) -> Vec<(String, Value)> {
    mm.ask("PUT", "/clock", json!({"now": at, "freeze": true}))
        .ok();
    let paths = endpoints().into_iter().filter_map(|(method, path)| {
        // The log has the lines of all servers of this process.
        let shown = method == "GET" && !path.contains('{') && path != "/logs";
        shown.then_some(path)
    });
    let mut seen = Vec::new();
    for path in paths.chain(["/users/me/status".into(), "/users/me/sessions".into()]) {
        let answer = mm.api("GET", &path, Value::Null);
        seen.push((
            path,
            json!([answer.status, String::from_utf8(answer.body).unwrap()]),
        ));
    }
    for path in ["/requests", "/faults", "/clock"] {
        let answer = mm.ask("GET", path, Value::Null);
        seen.push((
            format!("/fixture{path}"),
            String::from_utf8(answer.body).unwrap().into(),
        ));
    }
    seen
}

#[test]
fn a_reset_leaves_nothing_of_before_that_a_test_can_see() {
    capture_log();
    let mm = Fixture::builder().deterministic("reset").start().unwrap();
    let at = mm.ask("GET", "/clock", Value::Null).ok()["now"]
        .as_i64()
        .unwrap();
    mm.reset().unwrap();
    let before = picture(&mm, at + 60_000);
    let token = mm.ask("POST", "/tokens", Value::Null).created();
    let used = token["token"].as_str().unwrap();
    mm.me(used).ok();
    mm.api_as(used, "GET", "/audits", Value::Null);
    mm.api("POST", "/users", account("eve")).created();
    let away = json!({"user_id": mm.admin().id, "status": "away"});
    mm.api("PUT", "/users/me/status", away).ok();
    let logged = |mm: &Fixture| {
        let id = token["id"].as_str().unwrap();
        let lines = mm.api("GET", "/logs", Value::Null).body;
        String::from_utf8(lines).unwrap().contains(id)
    };
    assert!(logged(&mm));

    mm.reset().unwrap();

    assert!(!logged(&mm));
    mm.reset().unwrap();
    for (before, after) in before.iter().zip(picture(&mm, at + 60_000)) {
        assert_eq!(*before, after);
    }
}

#[test]
fn a_reset_forgets_who_called_too_often() {
    let builder = Fixture::builder()
        .setting("RateLimitSettings.Enable", "true")
        .unwrap();
    let mm = builder
        .setting("RateLimitSettings.MaxBurst", "3")
        .unwrap()
        .start()
        .unwrap();
    let mut statuses: Vec<u16> = (0..4).map(|_| mm.me(&mm.admins()).status).collect();
    mm.reset().unwrap();
    statuses.push(mm.me(&mm.admins()).status);
    assert_eq!(statuses, [200, 200, 200, 429, 200]);
}

#[test]
fn a_reset_closes_websockets() {
    let mm = start();
    let mut socket = TcpStream::connect(mm.address()).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    write!(
        socket,
        "GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {}\r\n\r\n",
        mm.admins()
    )
    .unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("\"hello\"") {
        let mut some = [0; 1024];
        let size = socket.read(&mut some).unwrap();
        assert!(size > 0, "{}", String::from_utf8_lossy(&heard));
        heard.extend(&some[..size]);
    }
    mm.reset().unwrap();
    socket.read_to_end(&mut heard).unwrap();
}

#[test]
fn the_clock_can_be_set_moved_and_stopped() {
    let mm = start();
    let noon = 1_893_499_200_000_i64;
    let clock = mm
        .ask("PUT", "/clock", json!({"now": noon, "freeze": true}))
        .ok();
    assert_eq!(clock, json!({"now": noon, "frozen": true}));
    let ends = json!({"description": "an hour", "expires_at": noon + 3_600_000});
    let token = mm.api("POST", "/users/me/tokens", ends).ok().text("token");
    mm.ask("PUT", "/clock", json!({"advance_ms": 3_599_999}))
        .ok();
    mm.me(&token).ok();
    let clock = mm.ask("PUT", "/clock", json!({"advance_ms": 1})).ok();
    assert_eq!(clock["now"], noon + 3_600_000);
    mm.me(&token).expired();
    mm.ask("PUT", "/clock", json!({"freeze": false})).ok();
    let begun = Instant::now();
    while mm.clock().now() == noon + 3_600_000 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it stands still");
    }
    for bad in [
        json!({"now": "noon"}),
        json!({"now": -1}),
        json!({"advance_ms": i64::MAX}),
        json!({"then": 1}),
    ] {
        mm.ask("PUT", "/clock", bad)
            .refused(400, "fixture.bad_request.app_error");
    }
}

#[test]
fn a_fault_meets_exactly_what_it_names() {
    let mm = start();
    let (met, spared) = (
        mm.token(State::Active).unwrap(),
        mm.token(State::Active).unwrap(),
    );
    let fault = json!([{
        "method": "GET", "path": "/api/v4/users/{user_id}", "token_id": met.id, "times": 2,
        "status": 429, "id": "api.too_often.app_error", "message": "Too often.", "retry_after": 7,
    }]);
    mm.ask("PUT", "/faults", fault).ok();
    mm.me(&spared.token).ok();
    mm.api_as(&met.token, "GET", "/users/me/teams", Value::Null)
        .ok();
    mm.api_as(&met.token, "PUT", "/users/me", json!({}))
        .refused(400, "api.context.invalid_body_param.app_error");
    for _ in 0..2 {
        let answer = mm.me(&met.token);
        answer.refused(429, "api.too_often.app_error");
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert!(answer.header("x-version-id").is_some());
    }
    mm.me(&met.token).ok();
    assert_eq!(mm.ask("GET", "/faults", Value::Null).ok()[0]["met"], 2);
}

#[test]
fn a_fault_with_a_status_or_a_drop_does_nothing_else() {
    let mm = start();
    mm.set_faults(vec![
        Fault {
            method: Some("POST".into()),
            status: Some(500),
            times: Some(1),
            ..Fault::default()
        },
        Fault {
            method: Some("POST".into()),
            drop: true,
            times: Some(1),
            ..Fault::default()
        },
    ])
    .unwrap();
    mm.api("POST", "/users", account("eve"))
        .refused(500, "fixture.fault.app_error");
    let request = format!(
        "POST /api/v4/users HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nAuthorization: Bearer {}\r\n\r\n{{}}",
        mm.admins()
    );
    assert_eq!(client::raw(&mm.at(), request.as_bytes()), b"");
    mm.api("GET", "/users/username/eve", Value::Null)
        .refused(404, "app.user.get_by_username.app_error");
    mm.api("POST", "/users", account("eve")).created();
    let statuses: Vec<_> = mm
        .requests()
        .iter()
        .map(|call| (call.status, call.fault))
        .collect();
    assert_eq!(
        statuses,
        [(500, true), (0, true), (404, false), (201, false)]
    );
}

#[test]
fn a_delay_holds_the_answer_and_no_thread() {
    let mm = start();
    let delay = Duration::from_millis(600);
    mm.ask(
        "PUT",
        "/faults",
        json!([{"path": "/api/v4/users/stats", "delay_ms": 600}]),
    )
    .ok();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        // More than there are threads, by far: one after another on them they would take many seconds.
        let waiting: Vec<_> = (0..120)
            .map(|_| scope.spawn(|| mm.api("GET", "/users/stats", Value::Null).ok()))
            .collect();
        while mm.requests().len() < 120 {
            mm.me(&mm.admins()).ok();
        }
        assert!(
            begun.elapsed() < delay * 4,
            "the others waited, too: {:?}",
            begun.elapsed()
        );
        waiting
            .into_iter()
            .for_each(|one| drop(one.join().unwrap()));
    });
    let took = begun.elapsed();
    assert!(took >= delay && took < delay * 6, "{took:?}");
}

#[test]
fn a_fault_that_is_not_possible_is_refused_and_the_others_stay() {
    let mm = start();
    mm.ask("PUT", "/faults", json!([{"status": 503, "times": 1}]))
        .ok();
    for bad in [
        json!([{}]),
        json!([{"status": 200}]),
        json!([{"status": 500, "drop": true}]),
        json!([{"delay_ms": 30_001}]),
        json!([{"status": 500, "times": 0}]),
        json!([{"id": "x", "drop": true}]),
        json!([{"status": 500, "path": "users"}]),
        json!([{"status": 500, "chance": 0.5}]),
        json!({"status": 500}),
    ] {
        mm.ask("PUT", "/faults", bad)
            .refused(400, "fixture.bad_request.app_error");
    }
    assert_eq!(
        mm.ask("GET", "/faults", Value::Null)
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn what_was_called_is_told_without_a_secret() {
    let mm = seeded();
    let secret = mm.token(State::Active).unwrap().token;
    let login = json!({"login_id": "ada", "password": PASSWORD, "token": "123456"});
    let session = mm
        .api_as("", "POST", "/users/login", login)
        .header("token")
        .unwrap()
        .to_owned();
    mm.api_as(
        &session,
        "PUT",
        "/users/me/password",
        json!({"current_password": PASSWORD, "new_password": "Another-Horse-1"}),
    );
    mm.api(
        "GET",
        &format!("/users/tokens/{secret}?access_token={secret}&q={secret}"),
        Value::Null,
    );
    mm.api(
        "POST",
        "/users/tokens/search",
        json!({"term": secret, "all": [secret]}),
    );
    let cookie =
        Request::new("GET", "/api/v4/users/me").header("Cookie", &format!("MMAUTHTOKEN={secret}"));
    client::send(&mm.at(), &cookie.header("X-Token", &secret));
    send(
        &mm.at(),
        "POST",
        "/api/v4/logs",
        &secret,
        json!(format!("a {secret} in a text")),
    );
    let answer = mm.ask("GET", "/requests", Value::Null);
    let text = answer.text();
    for hidden in [&secret, &session, &mm.admins(), PASSWORD, "Another-Horse-1"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let calls = answer.ok();
    assert_eq!(
        calls.each("method"),
        ["POST", "PUT", "GET", "POST", "GET", "POST"]
    );
    assert_eq!(
        calls[0]["body"],
        json!({"login_id": "ada", "password": "[secret]", "token": "[secret]"})
    );
    assert_eq!(calls[2]["path"], "/api/v4/users/tokens/[secret]");
    assert_eq!(calls[2]["headers"]["authorization"], "Bearer [secret]");
    assert_eq!(
        (&calls[2]["status"], calls[2].text("user_id")),
        (&json!(404), mm.admin().id.clone())
    );
    assert_eq!(calls[5]["body"], "a [secret] in a text");
    assert!(calls.each("request_id").iter().all(|id| id.len() == 26));
}

#[test]
fn the_next_request_is_waited_for() {
    let mm = start();
    let next = |query: &str| {
        mm.ask("GET", &format!("/requests/next?{query}"), Value::Null)
            .ok()
    };
    assert_eq!(next("timeout_ms=1"), Value::Null);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| next("timeout_ms=20000&method=POST&path=/api/v4/users/*"));
        mm.me(&mm.admins()).ok();
        mm.api("POST", "/users/search", json!({"term": "a"})).ok();
        assert_eq!(waiting.join().unwrap()["body"], json!({"term": "a"}));
    });
    mm.api("GET", "/roles", Value::Null).ok();
    assert_eq!(next("timeout_ms=20000")["path"], "/api/v4/roles");
    assert_eq!(next("timeout_ms=1"), Value::Null);
    mm.ask("GET", "/requests/next?timeout_ms=30001", Value::Null)
        .refused(400, "fixture.bad_request.app_error");
    let all = mm.ask("GET", "/requests?after=1", Value::Null).ok();
    assert_eq!(all.each("method"), ["POST", "GET"]);
}

#[test]
fn few_wait_at_once_and_they_do_not_hold_up_the_end() {
    let mm = start();
    let address = mm.at();
    let next = move |timeout: u32| {
        let path = format!("/fixture/requests/next?timeout_ms={timeout}");
        send(&address, "GET", &path, "", Value::Null)
    };
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let next = next.clone();
            // While it is looked whether all wait, there may be no place.
            std::thread::spawn(move || {
                let waited = || Some(next(30_000)).filter(|answer| answer.status == 200);
                std::iter::repeat_with(waited).flatten().next().unwrap()
            })
        })
        .collect();
    // Refused once all four have their places.
    while next(1).status == 200 {}
    next(1).refused(503, "api.context.busy.app_error");
    let begun = Instant::now();
    drop(mm);
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    for one in waiting {
        assert_eq!(one.join().unwrap().ok(), Value::Null);
    }
}

#[test]
fn a_token_in_every_state() {
    let mm = start();
    let make = |state: &str| mm.ask("POST", "/tokens", json!({"state": state})).created();
    let active = make("active");
    let me = mm.me(&active.text("token")).ok();
    assert_eq!(me["id"], active["owner"]["id"]);
    let login =
        json!({"login_id": active["owner"]["username"], "password": active["owner"]["password"]});
    mm.api_as("", "POST", "/users/login", login).ok();
    for (state, reason) in [
        ("expired", "token_expired"),
        ("disabled", "token_disabled"),
        ("owner_deactivated", "user_deactivated"),
        ("rotated", "unknown"),
    ] {
        let made = make(state);
        mm.me(&made.text("token")).expired();
        // A refusal is noted without holding anybody up, and before whatever is written next.
        mm.token(State::Active).unwrap();
        let path = format!("/users/{}/audits", made["owner"]["id"].as_str().unwrap());
        let audits = mm.api("GET", &path, Value::Null).ok().to_string();
        assert_eq!(
            audits.contains(&format!("reason={reason}")),
            reason != "unknown",
            "{state}: {audits}"
        );
        if state == "rotated" {
            mm.me(&made.text("new_token")).ok();
        }
    }
    mm.ask("POST", "/tokens", json!({"state": "lost"}))
        .refused(400, "fixture.bad_request.app_error");
    assert_eq!(
        mm.ask("POST", "/tokens", Value::Null).created()["state"],
        "active"
    );
}

#[test]
fn worlds_do_not_know_of_each_other() {
    let mm = seeded();
    let world = mm.ask("POST", "/worlds", Value::Null).created();
    let (at, secret) = (
        world.text("url").replace("http://", ""),
        world["admin"].text("token"),
    );
    send(
        &at,
        "GET",
        "/api/v4/users/username/ada",
        &secret,
        Value::Null,
    )
    .ok();
    send(&at, "POST", "/api/v4/users", &secret, account("eve")).created();
    mm.api("GET", "/users/username/eve", Value::Null)
        .refused(404, "app.user.get_by_username.app_error");
    send(
        &at,
        "PUT",
        "/fixture/clock",
        "",
        json!({"now": 5, "freeze": true}),
    )
    .ok();
    assert!(mm.clock().now() > 1_700_000_000_000);
    send(&at, "POST", "/fixture/worlds", "", Value::Null)
        .refused(400, "fixture.bad_request.app_error");
    let own = json!({"seed": {"users": [{"username": "only"}]}});
    let other = mm.ask("POST", "/worlds", own).created();
    let there = other.text("url").replace("http://", "");
    let secret = other["admin"].text("token");
    send(
        &there,
        "GET",
        "/api/v4/users/username/only",
        &secret,
        Value::Null,
    )
    .ok();
    send(
        &there,
        "GET",
        "/api/v4/users/username/ada",
        &secret,
        Value::Null,
    )
    .refused(404, "app.user.get_by_username.app_error");
    mm.ask("POST", "/worlds", json!({"seed": {"users": [{}]}}))
        .refused(400, "fixture.bad_request.app_error");

    assert_eq!(
        mm.ask("GET", "/worlds", Value::Null).ok().each("id"),
        [world.text("id"), other.text("id")]
    );
    let path = format!("/worlds/{}", world.text("id"));
    mm.ask("DELETE", &path, Value::Null).acknowledged();
    assert!(TcpStream::connect(&at).is_err(), "the world still listens");
    mm.ask("DELETE", &path, Value::Null)
        .refused(404, "fixture.world.app_error");
    drop(mm);
    assert!(
        TcpStream::connect(&there).is_err(),
        "a world outlives its fixture"
    );
}

/// Ids and secrets of the same calls.
fn drawn(mm: &Fixture, looks: usize) -> Vec<String> {
    for _ in 0..looks {
        mm.me(&mm.admins()).ok();
        mm.me("wrong").expired();
    }
    let user = mm
        .api("POST", "/users", account("eve"))
        .created()
        .text("id");
    let token = mm
        .api(
            "POST",
            &format!("/users/{user}/tokens"),
            json!({"description": "d"}),
        )
        .ok();
    let team = json!({"name": "new", "display_name": "New", "type": "O"});
    let team = mm.api("POST", "/teams", team).created().text("id");
    let login = json!({"login_id": "eve", "password": PASSWORD});
    let session = mm.api_as("", "POST", "/users/login", login);
    vec![
        mm.admins(),
        mm.admin().id.clone(),
        user,
        token.text("id"),
        token.text("token"),
        team,
        session.header("token").unwrap().into(),
    ]
}

#[test]
fn the_same_calls_give_the_same_ids_and_secrets() {
    let begun = |text: &str| {
        Fixture::builder()
            .seed(SEED)
            .unwrap()
            .deterministic(text)
            .start()
            .unwrap()
    };
    let (one, two, other) = (begun("a"), begun("a"), begun("b"));
    let first = drawn(&one, 0);
    // Who looks more often, or is refused, changes nothing of what is made.
    assert_eq!(first, drawn(&two, 3));
    one.reset().unwrap();
    assert_eq!(first, drawn(&one, 1));
    let others = drawn(&other, 0);
    assert!(first.iter().all(|text| !others.contains(text)));
    assert_eq!(
        first.iter().collect::<std::collections::HashSet<_>>().len(),
        first.len()
    );
    assert_ne!(drawn(&start(), 0), drawn(&start(), 0));
}

#[test]
fn a_seed_is_there_from_the_beginning() {
    let mm = seeded();
    let ci = mm.me("abcdefghijklmnopqrstuvwxyz").ok();
    assert_eq!(ci.text("username"), "ci");
    mm.api_as(
        "",
        "POST",
        "/users/login",
        json!({"login_id": "ada", "password": PASSWORD}),
    )
    .ok();
    let bot = mm.api("GET", "/users/username/greeter", Value::Null).ok();
    assert_eq!(bot["is_bot"], true);
    let path = "/teams/name/team/channels/name/talk";
    let channel = mm
        .api_as("abcdefghijklmnopqrstuvwxyz", "GET", path, Value::Null)
        .ok()
        .text("id");
    let members = mm
        .api("GET", &format!("/channels/{channel}/members"), Value::Null)
        .ok();
    assert!(members.each("user_id").contains(&bot.text("id")));
    let posts = mm
        .api("GET", &format!("/channels/{channel}/posts"), Value::Null)
        .ok();
    let said: Vec<&Value> = posts["posts"]
        .as_object()
        .unwrap()
        .values()
        .filter(|post| post["type"] == "")
        .collect();
    let of = |message: &str| said.iter().find(|post| post["message"] == message).unwrap();
    assert_eq!(of("Hello, greeter")["root_id"], "");
    assert_eq!(of("Hello, ci")["root_id"], of("Hello, greeter")["id"]);
    assert_eq!(
        mm.api("GET", "/config", Value::Null).ok()["ServiceSettings"]["EnableBotAccountCreation"],
        true
    );
    let refused = mm.api("GET", "/users/tokens", Value::Null).ok();
    let states: Vec<bool> = refused
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token["is_active"].as_bool().unwrap())
        .collect();
    assert!(states.contains(&false), "the disabled one: {refused}");
}

#[test]
fn a_seed_that_cannot_be_applied_names_the_line() {
    for (seed, error) in [
        (
            "{\n\"users\": [{\"username\": \"x!\"}]}",
            "seed: line 2: Username must begin",
        ),
        (
            "{\"tokens\": [\n\n{\"user\": \"nobody\", \"description\": \"d\"}]}",
            "seed: line 3: there is no account \"nobody\"",
        ),
        (
            "{\"channels\": [\n{\"team\": \"t\", \"name\": \"c\"}]}",
            "seed: line 2: there is no team \"t\"",
        ),
        (
            "{\"settings\":\n{\"ServiceSettings\": {\"MaximumLoginAttempts\": 0}}}",
            "seed: line 2: Invalid maximum login",
        ),
        (
            "{\"users\": [{\"username\": \"ann\",\n\"roles\": \"system_user unknown\"}]}",
            "seed: line 1: The provided role",
        ),
        (
            "{\"roles\": [\n{\"name\": \"system_user\", \"permissions\": [\"manage_system\"]}]}",
            "seed: line 2: Your license",
        ),
    ] {
        let refused = Fixture::builder().seed(seed).unwrap().start().unwrap_err();
        assert!(refused.starts_with(error), "{refused}");
    }
    assert!(
        Fixture::builder()
            .seed("[")
            .unwrap_err()
            .starts_with("line 1: ")
    );
}

#[test]
fn the_paths_of_a_fixture_are_for_this_machine_and_for_fixtures() {
    let mm = start();
    let asked = |name: &str, value: &str| {
        let bytes = format!(
            "POST /fixture/reset HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n",
            if name == "Host" { value } else { "localhost" },
            if name == "Host" {
                String::new()
            } else {
                format!("{name}: {value}\r\n")
            }
        );
        Answer::parse(&client::raw(&mm.at(), bytes.as_bytes()))
    };
    asked("Host", "evil.example.com").refused(403, "fixture.elsewhere.app_error");
    asked("Origin", "http://evil.example.com").refused(403, "fixture.elsewhere.app_error");
    asked("Sec-Fetch-Site", "cross-site").refused(403, "fixture.elsewhere.app_error");
    asked("Host", "127.0.0.1").acknowledged();
    let unknown = mm.ask("GET", "/unknown", Value::Null);
    assert_eq!(
        (unknown.status, unknown.json()["id"].clone()),
        (404, json!("api.context.404.app_error"))
    );

    let production = server();
    for (method, path) in [
        ("POST", "/fixture/reset"),
        ("PUT", "/fixture/clock"),
        ("GET", "/fixture/requests"),
    ] {
        let answer = production.send(&Request::new(method, path));
        assert_eq!(
            (answer.status, answer.json()["id"].clone()),
            (404, json!("api.context.404.app_error"))
        );
    }
}

#[test]
fn a_hundred_fixtures_run_beside_each_other() {
    let fixtures: Vec<Fixture> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..100).map(|_| scope.spawn(start)).collect();
        starting
            .into_iter()
            .map(|one| one.join().unwrap())
            .collect()
    });
    let urls: std::collections::HashSet<&str> = fixtures.iter().map(Fixture::url).collect();
    assert_eq!(urls.len(), 100);
    for (index, mm) in fixtures.iter().enumerate() {
        mm.me(&mm.admins()).ok();
        mm.me(&fixtures[(index + 1) % 100].admins()).expired();
    }
}
