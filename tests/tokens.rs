//! Personal access tokens: made, used, listed, disabled, enabled, revoked, switched off.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

#[test]
fn a_token_is_made_used_disabled_enabled_and_revoked() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci
        .post("/users/me/tokens", json!({"description": "nightly"}))
        .ok();
    let token = ci.with_token(&made.text("token"));
    assert_eq!(token.get("/users/me").ok().text("username"), "ci");
    let id = json!({"token_id": made.text("id")});
    ci.post("/users/tokens/disable", id.clone()).acknowledged();
    token.get("/users/me").expired();
    ci.post("/users/tokens/enable", id.clone()).acknowledged();
    token.get("/users/me").ok();
    ci.post("/users/tokens/revoke", id).acknowledged();
    token.get("/users/me").expired();
    assert_eq!(ci.get("/users/me/tokens").ok(), json!([]));
}
