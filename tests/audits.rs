//! Who did what: the rows of the audit, and who may read them.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

#[test]
fn audits_tell_who_did_what_and_no_secret() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci
        .post("/users/me/tokens", json!({"description": "x"}))
        .ok();
    let id = made.text("id");
    ci.post("/users/tokens/revoke", json!({"token_id": made["token"]}))
        .refused(404, "app.user_access_token.get_by_user.app_error");
    mm.anonymous().post(
        "/users/login",
        json!({"login_id": made["token"], "password": "wrong"}),
    );
    mm.anonymous()
        .with_token(&made.text("token"))
        .get(&format!("/users/{}/tokens", made.text("token")))
        .forbidden();
    mm.admin()
        .post("/users/tokens/disable", json!({"token_id": id}))
        .acknowledged();
    ci.with_token(&made.text("token"))
        .get("/users/me")
        .expired();
    // What was queued is written by now: the writer takes one thing after the other.
    mm.admin()
        .put(
            &format!("/users/{}/roles", ci.id),
            json!({"roles": "system_user"}),
        )
        .acknowledged();
    let rows = mm.admin().get("/audits?per_page=200").ok();
    let members: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "action",
            "create_at",
            "extra_info",
            "id",
            "ip_address",
            "session_id",
            "user_id"
        ]
    );
    let has = |user: &str, action: &str, extra: &str| {
        rows.as_array().unwrap().iter().any(|row| {
            row["user_id"] == user && row["action"] == action && row["extra_info"] == extra
        })
    };
    let admin = mm.admin().id;
    assert!(has(
        &ci.id,
        "/api/v4/users/me/tokens",
        &format!("success - token_id={id}")
    ));
    assert!(has(&ci.id, "/api/v4/users/me/tokens", ""));
    assert!(has(&ci.id, "/api/v4/users/tokens/revoke", ""));
    assert!(has(
        &admin,
        "/api/v4/users/tokens/disable",
        &format!("success - token_id={id}")
    ));
    assert!(has(
        &ci.id,
        "/api/v4/users/me",
        &format!("refused - token_id={id} reason=token_disabled")
    ));
    assert!(has(
        "",
        "/api/v4/users/login",
        "attempt - login_id=[secret]"
    ));
    assert!(has(
        "",
        "/api/v4/users/login",
        "failure - login_id=[secret]"
    ));
    assert!(has(
        &ci.id,
        "/api/v4/users/login",
        &format!("success session_user={}", ci.id)
    ));
    assert!(has(
        &admin,
        &format!("/api/v4/users/{}/roles", ci.id),
        &format!("user={} roles=system_user", ci.id)
    ));
    assert!(!rows.to_string().contains(&made.text("token")));
    assert!(
        ci.get("/users/me/audits")
            .ok()
            .each("user_id")
            .iter()
            .all(|user| *user == ci.id)
    );
    ci.get("/audits").forbidden();
    ci.get(&format!("/users/{admin}/audits")).forbidden();
}
