//! Tokens that may do less than their owner, and only from some addresses.

use crate::support::socket::End;
use crate::support::*;

const SCOPE: &str = "api.context.token_scope.app_error";
const PERMISSIONS: &str = "api.context.permissions.app_error";

/// A token of the caller with these members, made by themselves.
fn limited<'m>(by: &Caller<'m>, limits: Value) -> Caller<'m> {
    let mut body = json!({"description": "limited"});
    body.as_object_mut()
        .unwrap()
        .extend(limits.as_object().unwrap().clone());
    let path = format!("/users/{}/tokens", by.id);
    by.with_token(&by.post(&path, body).ok().text("token"))
}

fn lacks(answer: &Answer, scope: &str) {
    let body = answer.refused(403, SCOPE);
    let message = body["message"].as_str().unwrap();
    assert!(
        message.ends_with(&format!("the scope {scope}.")),
        "{message}"
    );
}

#[test]
fn a_token_that_reads_changes_nothing() {
    let mm = server();
    let admin = mm.admin();
    let channel = mm.team("core").default_channel("town-square");
    let reader = limited(&admin, json!({"scopes": ["read"]}));
    reader.me().ok();
    reader.config().ok();
    reader.post("/users/ids", json!([admin.id])).ok();
    reader.post("/users/search", json!({"term": "ad"})).ok();
    reader.get(&format!("/channels/{channel}/posts")).ok();
    reader
        .listen()
        .ask(&json!({"action": "get_statuses", "seq": 1}));
    lacks(&reader.post_message(&channel, "x"), "full");
    lacks(&reader.patch_me(json!({"nickname": "x"})), "full");
    lacks(&reader.create_token("x"), "full");
    lacks(&reader.patch_config(json!({})), "full");
    lacks(&reader.post("/users/logout", json!({})), "full");
    // What needs no login needs no scope; but this one says who it is.
    reader.get("/system/ping").ok();
}

#[test]
fn a_token_with_permissions_uses_those_and_no_others() {
    let mm = server();
    let team = mm.team("core");
    let ci = mm.member("ci", &team).with_role(TOKEN_ROLE);
    let channel = team.default_channel("town-square");
    let poster = limited(&ci, json!({"scopes": ["create_post", "manage_system"]}));
    poster.post_message(&channel, "hello").created();
    poster.me().ok();
    lacks(
        &poster.get(&format!("/channels/{channel}/posts")),
        "read_channel",
    );
    lacks(&poster.patch_me(json!({"nickname": "x"})), "full");
    lacks(&poster.create_token("x"), "create_user_access_token");
    // A scope gives nothing that the owner has not.
    poster.config().refused(403, PERMISSIONS);
    // Who may listen reads every channel of the account.
    let mut socket = mm.socket();
    socket.say(&poster.challenge());
    assert_eq!(socket.ends(), End::Code(1008));
    let bearer = format!("Bearer {}", poster.credential.as_deref().unwrap());
    let mut unknown = mm.socket_with("", &[("Authorization", &bearer)]);
    unknown.say(&json!({"action": "get_statuses", "seq": 1}));
    let (_, events) = unknown.ask_and_hear(&ci.challenge());
    assert_eq!(events[0]["event"], "hello");
    let both = limited(&ci, json!({"scopes": ["read", "create_post"]}));
    both.post_message(&channel, "hello").created();
    both.get(&format!("/channels/{channel}/posts")).ok();
    let full = limited(&ci, json!({"scopes": ["full"]}));
    full.patch_me(json!({"nickname": "x"})).ok();
}

#[test]
fn a_limited_token_makes_none_that_may_more() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let from = ["127.0.0.0/8", "10.0.0.0/8"];
    let limits =
        json!({"scopes": ["create_user_access_token", "create_post"], "allowed_from": from});
    let maker = limited(&ci, limits);
    let path = format!("/users/{}/tokens", ci.id);
    let make = |scopes: Value, networks: Value| {
        let body = json!({"description": "x", "scopes": scopes, "allowed_from": networks});
        maker.post(&path, body)
    };
    make(json!(["create_post"]), json!(["127.0.0.1", "10.1.0.0/16"])).ok();
    lacks(&make(json!(["create_post", "read"]), json!(from)), "read");
    lacks(&make(json!(null), json!(from)), "full");
    lacks(&make(json!(["create_post"]), json!(null)), "allowed_from");
    lacks(
        &make(json!(["create_post"]), json!(["0.0.0.0/0"])),
        "allowed_from",
    );
    let wide = ci.token("wide");
    lacks(&maker.rotate(&wide), "full");
    let own = maker.get("/users/tokens/self").ok();
    let widen = json!({"token_id": own["id"], "scopes": ["full"]});
    lacks(&maker.post("/users/tokens/rotate", widen), "full");
    let keep = json!({"token_id": "self"});
    let rotated = maker.post("/users/tokens/rotate", keep).ok();
    assert_eq!(
        rotated["scopes"],
        json!(["create_user_access_token", "create_post"])
    );
    assert_eq!(rotated["allowed_from"], json!(from));
}

#[test]
fn a_token_is_refused_from_elsewhere() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let here = limited(
        &ci,
        json!({"allowed_from": ["203.0.113.7", "127.0.0.1/32", "2001:db8::/32"]}),
    );
    here.me().ok();
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    let from = |address: &str| {
        let request = here.request("GET", "/users/me");
        mm.send(&request.header("X-Forwarded-For", address))
    };
    for address in ["203.0.113.7", "2001:db8:1::1", "::ffff:203.0.113.7"] {
        from(address).ok();
    }
    for address in ["203.0.113.8", "2001:db9::1"] {
        let refused = from(address);
        refused.expired();
        assert!(
            mm.log_of(&refused)
                .contains("credential=address_not_allowed")
        );
    }
}

#[test]
fn limits_that_are_none_are_refused_by_name() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let path = format!("/users/{}/tokens", ci.id);
    let token = ci.token("t");
    let many: Vec<String> = (0..65).map(|number| format!("10.0.0.{number}")).collect();
    for (name, value) in [
        ("scopes", json!([])),
        ("scopes", json!(["nonsense"])),
        ("scopes", json!(["full", "read"])),
        ("scopes", json!("read")),
        ("scopes", json!([1])),
        ("allowed_from", json!(["10.0.0.0/33"])),
        ("allowed_from", json!(["10.0.0.0/8", "10.1.0.0/16"])),
        ("allowed_from", json!(["10.1.0.0/16", "10.0.0.0/8"])),
        ("allowed_from", json!(["10.0.0.1 10.0.0.2"])),
        ("allowed_from", json!([""])),
        ("allowed_from", json!("10.0.0.1")),
        ("allowed_from", json!(many)),
    ] {
        let mut body = json!({"description": "x", "token_id": token.id});
        body[name] = value;
        ci.post(&path, body.clone()).refused_body(name);
        ci.post("/users/tokens/rotate", body).refused_body(name);
    }
    assert_eq!(ci.tokens().ok().as_array().unwrap().len(), 1);
}

#[test]
fn a_token_without_limits_looks_as_in_mattermost() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("t");
    let shown = ci.read_token(&token).ok();
    for member in ["scopes", "allowed_from", "previous_secret_until"] {
        assert!(shown.get(member).is_none(), "{shown}");
    }
    limited(
        &ci,
        json!({"scopes": ["read"], "allowed_from": ["10.0.0.1"]}),
    );
    let list = ci.tokens().ok();
    let shown = list
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["description"] == "limited")
        .unwrap();
    assert_eq!(shown["scopes"], json!(["read"]));
    assert_eq!(shown["allowed_from"], json!(["10.0.0.1"]));
}

/// The requests with a body that only read.
const READING: [&str; 12] = [
    "POST /users/ids",
    "POST /users/usernames",
    "POST /users/search",
    "POST /users/status/ids",
    "POST /users/tokens/search",
    "POST /roles/names",
    "POST /teams/search",
    "POST /teams/{team_id}/channels/search",
    "POST /teams/{team_id}/posts/search",
    "POST /channels/search",
    "POST /emoji/names",
    "POST /emoji/search",
];

#[test]
fn a_token_that_reads_is_refused_by_every_endpoint_that_changes_something() {
    let mm = server();
    let admin = mm.admin();
    let reader = limited(&admin, json!({"scopes": ["read"]}));
    let (mut refused, mut let_in) = (0, Vec::new());
    for (method, path) in endpoints() {
        let parts = path.split('/').map(|part| match part.strip_prefix('{') {
            Some(_) => &*admin.id,
            None => part,
        });
        let filled = parts.collect::<Vec<_>>().join("/");
        let answer = reader.send_text(&method, &filled, "{}");
        let is_refused = answer.status == 403 && answer.json()["id"] == SCOPE;
        refused += i32::from(is_refused);
        if method != "GET" && !is_refused {
            let_in.push(format!("{method} {path}"));
        } else {
            assert!(method == "GET" || is_refused);
            assert!(!(method == "GET" && is_refused), "{path}");
        }
    }
    let_in.sort();
    let mut reading = READING.map(str::to_owned).to_vec();
    reading.sort();
    assert_eq!(let_in, reading);
    assert!(refused > 60, "{refused}");
}
