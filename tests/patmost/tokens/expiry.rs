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
    let bot = mm.bot("bot");
    let by_bot = bot.with_token(&bot.token("x").secret);
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
    by_bot.me().ok();
}

#[test]
fn a_rotated_token_has_a_new_secret_and_the_old_one_is_dead() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let answer = make(&ci, mm.clock().now() + DAY);
    let (made, token) = (answer.ok(), answer.new_token());
    let old = ci.with_token(&token.secret);
    old.me().ok();
    let rotated = ci.rotate(&token).ok();
    assert_eq!(rotated["id"], made["id"]);
    assert_eq!(rotated["description"], made["description"]);
    assert_eq!(rotated["expires_at"], 0);
    old.me().expired();
    ci.with_token(&rotated.text("token")).me().ok();
}

#[test]
fn a_token_is_rotated_only_by_its_manager_while_it_and_tokens_are_on() {
    let mm = server();
    let (ci, plain) = (mm.user("ci").with_role(TOKEN_ROLE), mm.user("plain"));
    let token = ci.token("x");
    ci.send_text("POST", "/users/tokens/rotate", "{")
        .refused_body("rotate_user_access_token");
    ci.post("/users/tokens/rotate", json!({}))
        .refused_body("token_id");
    plain.rotate(&token).forbidden();
    plain.with_role(TOKEN_ROLE).rotate(&token).forbidden();
    ci.rotate("aaaaaaaaaaaaaaaaaaaaaaaaaa")
        .refused(404, "app.user_access_token.get_by_user.app_error");
    ci.disable(&token).acknowledged();
    ci.rotate(&token).refused(
        400,
        "api.user.rotate_user_access_token.disabled_token.app_error",
    );
    ci.enable(&token).acknowledged();
    mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    ci.rotate(&token)
        .refused(501, "app.user_access_token.disabled");
    ci.with_token(&token.secret).me().expired();
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    ci.with_token(&token.secret).me().ok();
}

#[test]
fn a_token_expired_for_long_is_deleted_with_an_audit_row() {
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
