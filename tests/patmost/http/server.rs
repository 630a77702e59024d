//! Routes, settings and the server itself.

use crate::support::*;

/// wire errors-and-auth: unknown path, also without
/// wire errors-and-auth: known path, wrong method
/// wire errors-and-auth: trailing slash
/// wire errors-and-auth: another API version
/// wire errors-and-auth: `HEAD`, `OPTIONS`
#[test]
fn an_unknown_path_is_404_in_its_own_form() {
    let mm = fresh();
    for (method, path) in [
        ("GET", "/api/v4/nope"),
        ("GET", "/api/v4/users/"),
        ("PATCH", "/api/v4/users"),
        ("HEAD", "/api/v4/nope"),
        ("OPTIONS", "/api/v4/users/me"),
        ("GET", "/api/v3/users/me"),
        ("GET", "/api/v4/users/a-b"),
        ("GET", "/users"),
        ("GET", "/console/"),
        ("POST", "/"),
    ] {
        let answer = mm.send(&Request::new(method, path));
        assert_eq!(
            (answer.status, answer.header("x-request-id")),
            (404, None),
            "{method} {path}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
        if method != "HEAD" {
            let body = answer.json();
            assert_eq!(body["id"], "api.context.404.app_error");
            assert!(body.get("request_id").is_none() && body.text("detailed_error").contains(path));
        }
    }
}

/// Monitors ask with HEAD; RFC 9110 9.3.2: it is GET without the body.
#[test]
fn head_is_answered_as_get_without_the_body() {
    let mm = fresh();
    let admin = mm.admin();
    for path in [
        "/system/ping",
        "/config/client?format=old",
        "/users/me",
        "/users/tokens",
    ] {
        let (get, head) = (
            mm.send(&admin.request("GET", path)),
            mm.send(&admin.request("HEAD", path)),
        );
        let of = |answer: &Answer| {
            let type_ = answer.header("content-type").map(str::to_owned);
            (answer.status, type_)
        };
        assert_eq!(of(&head), of(&get), "{path}");
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
    }
    let stranger = mm.send(&Request::new("HEAD", "/api/v4/users/me"));
    assert_eq!(stranger.status, 401);
}

/// wire errors-and-auth: double slash
#[test]
fn an_unclean_path_redirects_to_the_clean_one() {
    let mm = fresh();
    let answer = mm.send(&Request::new("GET", "/api//v4/../v4/users/me?a=b%20c"));
    assert_eq!(
        (answer.status, answer.header("location")),
        (301, Some("/api/v4/users/me?a=b%20c"))
    );
}

#[test]
fn an_endpoint_patmost_lacks_is_501() {
    let mm = fresh();
    mm.admin()
        .post("/uploads", json!({}))
        .refused(501, "api.not_implemented.app_error");
    mm.anonymous().get("/emoji").expired();
}

/// wire errors-and-auth: `Expires: 0`
/// wire errors-and-auth: A client's own `X-Request-ID`
#[test]
fn every_answer_has_its_headers() {
    let mm = fresh();
    let get = mm.admin().me();
    assert_eq!(get.header("expires"), Some("0"));
    assert_eq!(get.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        mm.admin()
            .post("/roles/names", json!(["system_user"]))
            .header("expires"),
        None
    );
    let own = mm.send(
        &mm.admin()
            .request("GET", "/users/me")
            .header("X-Request-ID", "mine"),
    );
    assert_ne!(own.header("x-request-id"), Some("mine"));
}

#[test]
fn a_get_with_a_body_and_a_post_without_one_are_ordinary() {
    let mm = fresh();
    mm.send(&mm.admin().request("GET", "/users/me").body("{}"))
        .ok();
    mm.send(&mm.admin().request("POST", "/caches/invalidate"))
        .acknowledged();
}

/// wire config-and-system: `GET /system/ping` |
/// wire config-and-system: `GET /system/ping?get_server_status=true`
#[test]
fn ping_answers_as_recorded() {
    let mm = fresh();
    let plain = json!({"AndroidLatestVersion":"","AndroidMinVersion":"","DesktopLatestVersion":"","DesktopMinVersion":"","IosLatestVersion":"","IosMinVersion":"","status":"OK"});
    assert_eq!(mm.anonymous().get("/system/ping").ok(), plain);
    assert_eq!(
        mm.anonymous()
            .get("/system/ping?get_server_status=true")
            .ok()["database_status"],
        "OK"
    );
    let whole = mm.anonymous().get("/system/ping?get_server_status=true");
    assert_eq!(whole.ok()["filestore_status"], "OK");
    // A data file that does not answer, for whatever reason: here, its settings are gone.
    mm.sql("DROP TABLE config");
    let sick = mm.anonymous().get("/system/ping?get_server_status=true");
    assert_eq!(sick.status, 500);
    let sick = sick.json();
    assert_eq!(
        (&sick["status"], &sick["database_status"]),
        (&json!("UNHEALTHY"), &json!("UNHEALTHY"))
    );
    mm.anonymous()
        .get("/system/ping")
        .refused(500, "app.store.app_error");
}

/// wire config-and-system: `PUT /config/patch` |
/// wire config-and-system: a value out of range
/// wire config-and-system: unknown key
/// wire config-and-system: value of the wrong type
/// wire errors-and-auth: `Cache-Control: no-cache
#[test]
fn settings_are_changed_by_admins_at_once_and_all_or_nothing() {
    let mm = fresh();
    let before = mm.admin().config();
    assert_eq!(
        before.header("cache-control"),
        Some("no-cache, no-store, must-revalidate")
    );
    let patch = |body: Value| mm.admin().patch_config(body);
    mm.user("alice").config().forbidden();
    mm.login("alice").patch_config(json!({})).forbidden();
    for body in ["", "null", "[]", "{"] {
        mm.admin()
            .send_text("PUT", "/config/patch", body)
            .refused_body("config");
    }
    patch(json!({"ServiceSettings": {"EnableDeveloper": true, "MaximumLoginAttempts": 0}}))
        .refused(400, "model.config.is_valid.login_attempts.app_error");
    patch(json!({"ServiceSettings": {"EnableUserAccessTokens": "yes"}}))
        .refused_body("ServiceSettings.EnableUserAccessTokens");
    patch(json!({"ServiceSettings": 7})).refused_body("ServiceSettings");
    assert_eq!(mm.admin().config().ok(), before.ok());
    let changed = patch(
        json!({"ServiceSettings": {"MaximumLoginAttempts": 3, "EnableDeveloper": null}, "Unknown": {"Kept": 1, "SomeSecret": "abc"}}),
    );
    assert_eq!(changed.ok()["ServiceSettings"]["MaximumLoginAttempts"], 3);
    assert_eq!(
        changed.ok()["Unknown"],
        json!({"Kept": 1, "SomeSecret": "*".repeat(32)})
    );
    assert_ne!(
        changed.header("x-version-id"),
        before.header("x-version-id")
    );
    let cached = "no-cache, no-store, must-revalidate";
    assert_eq!(changed.header("cache-control"), Some(cached));
    mm.admin().put("/config", before.ok()).ok();
    assert_eq!(mm.admin().config().ok(), before.ok());
}

#[test]
fn a_pinned_setting_beats_the_stored_one_and_is_shown_as_pinned() {
    let mm = empty(&[("ServiceSettings.EnableUserAccessTokens", "true")]);
    mm.anonymous().post("/users", mm.account("admin")).created();
    let admin = mm.login("admin");
    let patched = admin
        .patch_config(json!({"ServiceSettings": {"EnableUserAccessTokens": false}}))
        .ok();
    assert_eq!(patched["ServiceSettings"]["EnableUserAccessTokens"], true);
    assert_eq!(
        admin.get("/config/environment").ok(),
        json!({"ServiceSettings": {"EnableUserAccessTokens": true}})
    );
    admin.create_token("x").ok();
    // Writing back what was read stores nothing of the pin.
    let whole = admin.config().ok();
    admin.put("/config", whole).ok();
    let mm = mm.restarted();
    mm.login("admin")
        .create_token("y")
        .refused(501, "app.user_access_token.disabled");
}

/// wire config-and-system: `GET /config/client?format=old`
/// wire config-and-system: `GET /license/client?format=old`
/// wire config-and-system: client configuration without `format`
/// wire config-and-system: another `format`
#[test]
fn client_settings_and_licence_are_strings() {
    let mm = fresh();
    let stranger = mm.anonymous().get("/config/client?format=old").ok();
    assert!(stranger.as_object().unwrap().values().all(Value::is_string));
    assert!(stranger.get("EnableUserAccessTokens").is_none());
    let told = || {
        mm.admin()
            .get("/config/client?format=old")
            .ok()
            .text("EnableUserAccessTokens")
    };
    assert_eq!(told(), "false");
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    assert_eq!(told(), "true");
    mm.anonymous()
        .get("/config/client")
        .refused(501, "api.config.client.old_format.app_error");
    mm.anonymous()
        .get("/config/client?format=new")
        .refused_body("format");
    assert_eq!(
        mm.anonymous().get("/license/client?format=old").ok(),
        json!({"IsLicensed": "false"})
    );
}

#[test]
fn a_change_is_there_after_a_restart() {
    let mm = server();
    let ci = mm.user("ci");
    let (id, token) = (ci.id.clone(), ci.token("x"));
    let mm = mm.restarted();
    let ci = mm.anonymous().with_token(&token.secret);
    assert_eq!(ci.me().ok()["id"], id.as_str());
}

/// wire config-and-system: `RateLimitSettings.Enable`
#[test]
fn requests_are_rate_limited_when_enabled() {
    let mm = fresh();
    mm.admin()
        .patch_config(json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 20}}))
        .ok();
    let one = mm.anonymous().get("/system/ping");
    assert_eq!(
        (
            one.header("x-ratelimit-limit"),
            one.header("x-ratelimit-remaining")
        ),
        (Some("20"), Some("19"))
    );
    mm.anonymous().with_token("unknown").me().expired();
    assert_eq!(
        mm.anonymous()
            .get("/system/ping")
            .header("x-ratelimit-remaining"),
        Some("8")
    );
    let refused = (0..9)
        .map(|_| mm.anonymous().get("/system/ping"))
        .last()
        .unwrap();
    assert_eq!(
        (refused.status, refused.text().trim()),
        (429, "limit exceeded")
    );
    assert!(refused.header("retry-after").is_some());
    mm.clock().advance(std::time::Duration::from_secs(20));
    mm.anonymous().get("/system/ping").ok();
}

#[test]
fn each_login_that_fails_costs_as_much_as_any_other() {
    let mm = fresh();
    mm.user("ci");
    mm.admin()
        .patch_config(json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 1000}}))
        .ok();
    let left = || -> i64 {
        let ping = mm.anonymous().get("/system/ping");
        ping.header("x-ratelimit-remaining")
            .unwrap()
            .parse()
            .unwrap()
    };
    for (login_id, password) in [("ci", "wrong"), ("nobody", "wrong"), ("ci", ""), ("", "")] {
        let before = left();
        let refused = mm.log_in(login_id, password);
        assert!(refused.status >= 400);
        // The login itself, and the request that asks.
        assert_eq!(before - left(), 11, "{login_id:?} {password:?}");
    }
    let before = left();
    mm.log_in("ci", PASSWORD).ok();
    assert_eq!(before - left(), 2);
}

/// Mattermost: what can wait is refused while the server is busy.
#[test]
fn searches_are_refused_while_the_server_is_marked_as_busy() {
    let mm = fresh();
    let admin = mm.admin();
    let search = || admin.post("/users/search", json!({"term": "a"}));
    assert_eq!(
        admin.get("/server_busy").ok(),
        json!({"busy": false, "expires": 0, "expires_ts": ""})
    );
    mm.user("ann").post("/server_busy", json!({})).forbidden();
    admin
        .post("/server_busy?seconds=60", json!({}))
        .acknowledged();
    assert_eq!(admin.get("/server_busy").ok()["busy"], true);
    search().refused(503, "api.context.server_busy.app_error");
    admin.me().ok();
    mm.clock().advance(std::time::Duration::from_secs(61));
    search().ok();
    admin.post("/server_busy", json!({})).acknowledged();
    admin.delete("/server_busy").acknowledged();
    search().ok();
    for seconds in ["0", "-1", "86401", "x"] {
        let path = format!("/server_busy?seconds={seconds}");
        admin.post(&path, json!({})).refused_url("seconds");
    }
    admin.post("/config/reload", json!({})).acknowledged();
    mm.user("bob").post("/config/reload", json!({})).forbidden();
}
