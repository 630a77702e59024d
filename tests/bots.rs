//! Bots, and what is said of everybody's doings: audits and the log.
#![allow(clippy::unwrap_used)]

mod support;
use support::*;

const MISSING: &str = "store.sql_bot.get.missing.app_error";

fn with_bots() -> Mattermost {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    mm
}

#[test]
fn a_bot_is_made_read_changed_and_given_away() {
    let mm = with_bots();
    let (admin, plain) = (mm.admin(), mm.user("plain"));
    plain.post("/bots", json!({"username": "x"})).forbidden();
    admin.send_text("POST", "/bots", "{").refused_body("bot");
    admin
        .post("/bots", json!({}))
        .refused(400, "model.user.is_valid.email.app_error");
    admin
        .post("/bots", json!({"username": "plain"}))
        .refused(400, "app.user.save.username_exists.app_error");
    let bot = admin
        .post(
            "/bots",
            json!({"username": "ci", "display_name": "CI", "description": "builds"}),
        )
        .created();
    let members: Vec<&String> = bot.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "create_at",
            "delete_at",
            "description",
            "display_name",
            "owner_id",
            "update_at",
            "user_id",
            "username"
        ]
    );
    let path = format!("/bots/{}", bot.text("user_id"));
    assert_eq!(admin.get(&path).ok(), bot);
    plain.get(&path).refused(404, MISSING);
    plain
        .put(&path, json!({"display_name": "x"}))
        .refused(404, MISSING);
    plain.get("/bots").forbidden();
    admin
        .get(&format!("/bots/{}", plain.id))
        .refused(404, MISSING);
    admin.get("/bots/short").refused_url("bot_user_id");
    let user = plain.get(&format!("/users/{}", bot.text("user_id"))).ok();
    assert_eq!(
        (
            user["is_bot"].as_bool(),
            user["bot_description"].as_str(),
            user["email"].as_str(),
            user["first_name"].as_str()
        ),
        (Some(true), Some("builds"), Some("ci@localhost"), Some("CI"))
    );
    assert_eq!(
        admin.put(&path, json!({"username": "ci2"})).ok()["username"],
        "ci2"
    );
    assert_eq!(
        admin
            .post(&format!("{path}/assign/{}", plain.id), json!({}))
            .ok()["owner_id"],
        plain.id.as_str()
    );
    admin.post(&format!("{path}/disable"), json!({})).ok();
    admin.get(&path).refused(404, MISSING);
    admin.get(&format!("{path}?include_deleted=true")).ok();
    assert_eq!(admin.get("/bots").ok(), json!([]));
    assert_eq!(
        admin
            .get("/bots?include_deleted=true")
            .ok()
            .each("username"),
        ["ci2"]
    );
    assert_eq!(
        admin.post(&format!("{path}/enable"), json!({})).ok()["delete_at"],
        0
    );
    mm.set("ServiceSettings", "EnableBotAccountCreation", false);
    admin
        .post("/bots", json!({"username": "y"}))
        .refused(403, "api.bot.create_disabled");
}

/// wire tokens: create for a bot
/// wire tokens: use of a bot's token
#[test]
fn a_bots_token_works_while_those_of_people_are_off() {
    let mm = with_bots();
    let bot = mm
        .admin()
        .post("/bots", json!({"username": "ci"}))
        .created();
    let id = bot.text("user_id");
    let made = mm
        .admin()
        .post(&format!("/users/{id}/tokens"), json!({"description": "x"}))
        .ok();
    let by_bot = mm.anonymous().with_token(&made.text("token"));
    assert_eq!(by_bot.get("/users/me").ok()["is_bot"], true);
    assert_eq!(
        by_bot.get("/users/me/sessions").ok()[0]["props"]["is_bot"],
        "true"
    );
    mm.admin()
        .post("/users/tokens/disable", json!({"token_id": made["id"]}))
        .acknowledged();
    by_bot.get("/users/me").expired();
    mm.admin()
        .post("/users/tokens/enable", json!({"token_id": made["id"]}))
        .acknowledged();
    mm.admin()
        .put(
            &format!("/users/{id}/roles"),
            json!({"roles": "system_user system_admin"}),
        )
        .acknowledged();
    by_bot
        .post("/bots", json!({"username": "child"}))
        .forbidden();
    mm.admin()
        .post(&format!("/bots/{id}/disable"), json!({}))
        .ok();
    by_bot.get("/users/me").expired();
    let login = json!({"id": id, "password": PASSWORD});
    mm.admin()
        .post(&format!("/bots/{id}/enable"), json!({}))
        .ok();
    mm.anonymous()
        .post("/users/login", login)
        .refused(401, "api.user.login.bot_login_forbidden.app_error");
}

#[test]
fn bots_follow_their_owner_as_the_setting_says() {
    let mm = with_bots();
    let owner = mm.user("owner").with_role("system_admin");
    let make = |name: &str| {
        let id = owner
            .post("/bots", json!({ "username": name }))
            .created()
            .text("user_id");
        mm.anonymous().with_token(
            &mm.admin()
                .post(&format!("/users/{id}/tokens"), json!({"description": "x"}))
                .ok()
                .text("token"),
        )
    };
    let bot = make("one");
    let active = |active: bool| {
        mm.admin()
            .put(
                &format!("/users/{}/active", owner.id),
                json!({ "active": active }),
            )
            .acknowledged()
    };
    mm.set(
        "ServiceSettings",
        "DisableBotsWhenOwnerIsDeactivated",
        false,
    );
    active(false);
    bot.get("/users/me").ok();
    active(true);
    mm.set("ServiceSettings", "DisableBotsWhenOwnerIsDeactivated", true);
    active(false);
    bot.get("/users/me").expired();
    active(true);
    bot.get("/users/me").expired();
    assert_eq!(
        mm.admin().get("/bots?include_deleted=true").ok()[0]["username"],
        "one"
    );
}

#[test]
fn a_person_becomes_a_bot() {
    let mm = server();
    let alice = mm.user("alice");
    let token = alice.with_token(&alice.token("x").secret);
    alice
        .post(&format!("/users/{}/convert_to_bot", alice.id), json!({}))
        .forbidden();
    assert_eq!(
        mm.admin()
            .post(&format!("/users/{}/convert_to_bot", alice.id), json!({}))
            .ok()["owner_id"],
        alice.id.as_str()
    );
    alice.get("/users/me").expired();
    mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    token.get("/users/me").ok();
}

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

#[test]
fn the_last_lines_of_the_log_are_for_admins() {
    let mm = server();
    let token = mm.user("ci").token("x");
    mm.anonymous()
        .with_token(&token.id)
        .get("/users/me")
        .expired();
    let lines = mm.admin().get("/logs").ok();
    let line = lines
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|line| serde_json::from_str::<Value>(line.as_str().unwrap()).unwrap())
        .find(|line| line.text("msg").contains(&token.id));
    assert_eq!(line.unwrap()["level"], "info");
    assert_eq!(
        mm.admin()
            .get("/logs?logs_per_page=2")
            .ok()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    mm.login("ci").get("/logs").forbidden();
    let posted = mm
        .login("ci")
        .post("/logs", json!({"level": "ERROR", "message": token.secret}))
        .ok();
    assert!(
        posted
            .text("message")
            .starts_with("Client Logs API Endpoint Message: ")
    );
    mm.anonymous()
        .post("/logs", json!({"message": "x"}))
        .forbidden();
}
