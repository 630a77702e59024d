//! Secrets that are replaced and stay good for a while, and what a token knows of itself.

use crate::support::*;

const ROTATE: &str = "/users/tokens/rotate";
const SECOND: std::time::Duration = std::time::Duration::from_secs(1);

fn usage(ci: &Caller, id: &str) -> Value {
    let list = ci
        .get(&format!("/users/{}/tokens?include_usage=true", ci.id))
        .ok();
    let mut rows = list.as_array().unwrap().iter();
    rows.find(|row| row["id"] == id).unwrap().clone()
}

#[test]
fn the_old_secret_is_good_until_the_end_of_grace() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("t");
    let old = ci.with_token(&token.secret);
    old.me().ok();
    let session = || old.sessions().ok()[0]["id"].clone();
    let before = session();
    let rotation = json!({"token_id": token.id, "grace_seconds": 3600});
    let new = ci.with_token(&ci.post(ROTATE, rotation.clone()).ok().text("token"));
    new.me().ok();
    mm.clock().advance(SECOND * 1800);
    old.me().ok();
    assert_eq!(session(), before);
    // It was used, so it is not yet safe to end it; exact to a minute.
    mm.admin().token("another");
    let row = usage(&ci, &token.id);
    let until = row["previous_secret_until"].as_i64().unwrap();
    assert!(row["previous_secret_last_used_at"].as_i64().unwrap() > until - 3_600_000);
    ci.post(ROTATE, rotation.clone())
        .refused(409, "api.user.rotate_user_access_token.grace.app_error");
    mm.clock().advance(SECOND * 1801);
    let refused = old.me();
    refused.expired();
    let log = mm.log_of(&refused);
    assert!(
        log.contains("credential=rotated_away") && log.contains(&token.id),
        "{log}"
    );
    new.me().ok();
    ci.post(ROTATE, rotation).ok();
    new.me().ok();
}

#[test]
fn grace_can_be_ended_and_without_it_a_secret_dies_at_once() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("t");
    let old = ci.with_token(&token.secret);
    let rotation = json!({"token_id": token.id, "grace_seconds": 604_800});
    let second = ci.with_token(&ci.post(ROTATE, rotation).ok().text("token"));
    old.me().ok();
    ci.post("/users/tokens/end_grace", json!({"token_id": token.id}))
        .acknowledged();
    let refused = old.me();
    refused.expired();
    assert!(mm.log_of(&refused).contains("credential=rotated_away"));
    let third = second
        .post(ROTATE, json!({"token_id": "self"}))
        .ok()
        .text("token");
    let refused = second.me();
    refused.expired();
    assert!(mm.log_of(&refused).contains("credential=rotated_away"));
    // Only the last one before is known; what was before that is nobody's.
    let refused = old.me();
    refused.expired();
    assert!(mm.log_of(&refused).contains("credential=unknown"));
    let third = ci.with_token(&third);
    third
        .post("/users/tokens/revoke", json!({"token_id": "self"}))
        .acknowledged();
    third.me().expired();
    let refused = second.me();
    assert!(mm.log_of(&refused).contains("credential=unknown"));
}

#[test]
fn a_disabled_token_has_no_good_secret_in_grace_either() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("t");
    let old = ci.with_token(&token.secret);
    ci.post(ROTATE, json!({"token_id": token.id, "grace_seconds": 60}))
        .ok();
    ci.disable(&token).acknowledged();
    old.me().expired();
    ci.enable(&token).acknowledged();
    old.me().ok();
}

#[test]
fn grace_has_a_bound_and_self_needs_a_token() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let token = ci.token("t");
    for seconds in [json!(-1), json!(604_801), json!("60"), json!(1.5)] {
        let body = json!({"token_id": token.id, "grace_seconds": seconds});
        ci.post(ROTATE, body).refused(
            400,
            "api.user.rotate_user_access_token.grace_seconds.app_error",
        );
    }
    const NO_TOKEN: &str = "api.user.user_access_token.self.app_error";
    for path in ["rotate", "revoke", "disable", "enable", "end_grace"] {
        ci.post(
            &format!("/users/tokens/{path}"),
            json!({"token_id": "self"}),
        )
        .refused(400, NO_TOKEN);
    }
    ci.get("/users/tokens/self").refused(400, NO_TOKEN);
}

#[test]
fn a_token_knows_itself_without_a_permission() {
    let mm = server();
    let plain = mm.user("plain");
    let path = format!("/users/{}/tokens", plain.id);
    let end = mm.clock().now() + 90_000;
    let body =
        json!({"description": "nightly", "expires_at": end, "scopes": ["read", "create_post"]});
    let made = mm.admin().post(&path, body).ok();
    let token = plain.with_token(&made.text("token"));
    let answer = token.get("/users/tokens/self");
    let own = answer.ok();
    for (member, value) in [
        ("id", made["id"].clone()),
        ("description", json!("nightly")),
        ("user_id", json!(plain.id)),
        ("username", json!("plain")),
        ("scopes", json!(["read", "create_post"])),
        ("allowed_from", json!([])),
        ("expires_at", json!(end)),
        ("seconds_left", json!(90)),
    ] {
        assert_eq!(own[member], value, "{member}");
    }
    assert!(own.get("token").is_none() && own["permissions"].is_array());
    // Every answer says when the token ends, refusals too; those to a token without an end do not.
    let end = end.to_string();
    for answer in [answer, token.me(), token.config()] {
        assert_eq!(answer.header("x-token-expires-at"), Some(&*end));
    }
    let endless = plain.with_token(&plain.token("endless").secret);
    assert_eq!(
        endless.get("/users/tokens/self").ok()["seconds_left"],
        Value::Null
    );
    for answer in [endless.me(), plain.me()] {
        assert_eq!(answer.header("x-token-expires-at"), None);
    }
}
