//! Tokens that end, the limit on their lifetime, and rotation.

use crate::support::*;

const DAY: i64 = 86_400_000;
const NAME: &str = "app.user_access_token.expires_at";

fn make(caller: &Caller, expires_at: impl Into<Value>) -> Answer {
    caller.post(
        "/users/me/tokens",
        json!({"description": "x", "expires_at": expires_at.into()}),
    )
}

/// wire tokens: `expires_at`
/// wire tokens: session length
#[test]
fn a_token_ends_at_its_time_and_its_session_with_it() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let end = mm.clock().now() + 2 * DAY;
    let made = make(&ci, end).ok();
    assert_eq!(
        (
            made["expires_at"].as_i64(),
            ci.tokens().ok()[0]["expires_at"].as_i64()
        ),
        (Some(end), Some(end))
    );
    let token = ci.with_token(&made.text("token"));
    assert_eq!(token.sessions().ok()[0]["expires_at"], end);
    mm.clock()
        .advance(std::time::Duration::from_millis(2 * 86_400_000 - 1));
    token.me().ok();
    mm.clock().advance(std::time::Duration::from_millis(1));
    let refused = token.me();
    refused.expired();
    let line = mm.log_of(&refused);
    assert!(
        line.contains("credential=token_expired") && line.contains(&made.text("id")),
        "{line}"
    );
}

#[test]
fn an_end_in_the_past_or_of_the_wrong_type_is_refused() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    for past in [mm.clock().now(), 1, -1] {
        make(&ci, past).refused(400, &format!("{NAME}_in_past.app_error"));
    }
    make(&ci, "soon").refused_body("user_access_token");
    make(&ci, Value::Null).ok();
    assert_eq!(make(&ci, 0).ok()["expires_at"], 0);
}

#[test]
fn a_limit_binds_new_tokens_of_people_and_no_others() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let old = ci.with_token(&make(&ci, 0).ok().text("token"));
    mm.admin().get("/users/tokens/non_compliant/count").ok();
    assert_eq!(
        mm.admin().get("/users/tokens/non_compliant/count").ok(),
        json!({"count": 0})
    );
    mm.admin()
        .post("/users/tokens/non_compliant/revoke", json!({}))
        .refused(
            400,
            "app.user_access_token.revoke_non_compliant.no_policy.app_error",
        );
    mm.admin().patch_config(json!({"ServiceSettings": {"MaximumPersonalAccessTokenLifetimeDays": 30, "EnableBotAccountCreation": true}})).ok();
    make(&ci, 0).refused(400, &format!("{NAME}_required.app_error"));
    let latest = mm.clock().now() + 30 * DAY;
    make(&ci, latest + 1).refused(400, &format!("{NAME}_too_far.app_error"));
    let kept = ci.with_token(&make(&ci, latest).ok().text("token"));
    let bot = mm.admin().create_bot("bot").created().text("user_id");
    let bots = mm
        .admin()
        .post(&format!("/users/{bot}/tokens"), json!({"description": "x"}))
        .ok();
    old.me().ok();
    assert_eq!(
        mm.admin().get("/config/client?format=old").ok()["MaximumPersonalAccessTokenLifetimeDays"],
        "30"
    );
    assert_eq!(
        mm.admin().get("/users/tokens/non_compliant/count").ok(),
        json!({"count": 1})
    );
    ci.post("/users/tokens/non_compliant/revoke", json!({}))
        .forbidden();
    assert_eq!(
        mm.admin()
            .post("/users/tokens/non_compliant/revoke", json!({}))
            .ok(),
        json!({"count": 1})
    );
    old.me().expired();
    kept.me().ok();
    mm.anonymous().with_token(&bots.text("token")).me().ok();
}

#[test]
fn a_rotated_token_has_a_new_secret_and_the_old_one_is_dead() {
    let mm = server();
    let (ci, plain) = (mm.user("ci").with_role(TOKEN_ROLE), mm.user("plain"));
    let made = make(&ci, mm.clock().now() + DAY).ok();
    let (id, old) = (
        json!({"token_id": made["id"]}),
        ci.with_token(&made.text("token")),
    );
    old.me().ok();
    ci.send_text("POST", "/users/tokens/rotate", "{")
        .refused_body("rotate_user_access_token");
    ci.post("/users/tokens/rotate", json!({}))
        .refused_body("token_id");
    plain.post("/users/tokens/rotate", id.clone()).forbidden();
    plain
        .clone()
        .with_role(TOKEN_ROLE)
        .post("/users/tokens/rotate", id.clone())
        .forbidden();
    ci.post(
        "/users/tokens/rotate",
        json!({"token_id": "aaaaaaaaaaaaaaaaaaaaaaaaaa"}),
    )
    .refused(404, "app.user_access_token.get_by_user.app_error");
    let rotated = ci.post("/users/tokens/rotate", id.clone()).ok();
    assert_eq!(
        (
            &rotated["id"],
            &rotated["description"],
            rotated["expires_at"].as_i64()
        ),
        (&made["id"], &made["description"], Some(0))
    );
    old.me().expired();
    ci.with_token(&rotated.text("token")).me().ok();
    ci.post("/users/tokens/disable", id.clone()).acknowledged();
    ci.post("/users/tokens/rotate", id.clone()).refused(
        400,
        "api.user.rotate_user_access_token.disabled_token.app_error",
    );
    ci.post("/users/tokens/enable", id.clone()).acknowledged();
    mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    ci.post("/users/tokens/rotate", id)
        .refused(501, "app.user_access_token.disabled");
}

#[test]
fn what_expired_long_ago_is_deleted_with_an_audit_row() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    mm.set("ServiceSettings", "SessionIdleTimeoutInMinutes", 0);
    let id = make(&ci, mm.clock().now() + DAY).ok().text("id");
    mm.advance_days(30);
    mm.clean_up();
    assert_eq!(ci.tokens().ok().each("id"), std::slice::from_ref(&id));
    mm.advance_days(2);
    mm.clean_up();
    assert_eq!(ci.tokens().ok(), json!([]));
    let rows = mm.admin().get("/audits").ok().each("extra_info");
    assert!(rows.contains(&format!("success - token_id={id}")));
}
