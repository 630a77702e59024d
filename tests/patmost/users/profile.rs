//! What clients keep and show of an account: preferences, presence, the picture, who is known, and pages of other origins.

use crate::support::team::NOBODY;
use crate::support::*;

#[test]
fn preferences_are_stored_and_given_back_to_their_owner_only() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let preference = |name: &str, value: &str| json!({"user_id": alice.id, "category": "test", "name": name, "value": value});
    let path = "/users/me/preferences";
    alice
        .put(path, json!([preference("aa", "1"), preference("bb", "2")]))
        .acknowledged();
    alice
        .put(path, json!([preference("aa", "3")]))
        .acknowledged();
    assert_eq!(
        alice.get(path).ok(),
        json!([preference("aa", "3"), preference("bb", "2")])
    );
    assert_eq!(
        alice.get(&format!("{path}/test/name/aa")).ok(),
        preference("aa", "3")
    );
    bob.get(&format!("/users/{}/preferences", alice.id))
        .forbidden();
    bob.put(path, json!([preference("aa", "4")]))
        .refused(403, "api.preference.update_preferences.set.app_error");
    alice
        .post(&format!("{path}/delete"), json!([preference("aa", "")]))
        .acknowledged();
    assert_eq!(alice.get(path).ok(), json!([preference("bb", "2")]));
    // Mattermost: two letters at least, and a theme is an object of texts.
    alice
        .get(&format!("{path}/test/name/a"))
        .refused_url("preference_name");
    alice
        .get(&format!("{path}/test/name/zz"))
        .refused(400, "app.preference.get.app_error");
    alice
        .get(&format!("{path}/nothing"))
        .refused(404, "api.preference.preferences_category.get.app_error");
    let of = |category: &str, name: &str, value: &str| {
        let one = json!({"user_id": alice.id, "category": category, "name": name, "value": value});
        alice.put(path, json!([one]))
    };
    of("theme", "", "{bad").refused(400, "model.preference.is_valid.theme.app_error");
    of("theme", "", r##"{"sidebarBg": "#fff"}"##).acknowledged();
    of("flagged_post", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "true").refused_body("preference.name");
    let mm_again = mm.restarted();
    assert_eq!(
        mm_again.login("alice").get(path).ok().each("name"),
        ["bb", ""]
    );
}

#[test]
fn presence_is_set_by_its_user_and_read_by_everybody() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}/status", alice.id);
    assert_eq!(bob.get(&path).ok()["user_id"], alice.id);
    let dnd = json!({"user_id": alice.id, "status": "dnd"});
    assert_eq!(alice.put(&path, dnd.clone()).ok()["status"], "dnd");
    bob.put(&path, dnd).forbidden();
    assert_eq!(bob.get(&path).ok()["status"], "dnd");
    let several = bob
        .post(
            "/users/status/ids",
            json!([alice.id, "zzzzzzzzzzzzzzzzzzzzzzzzzz"]),
        )
        .ok();
    assert_eq!(
        (several.each("user_id"), several.each("status")),
        (
            vec![alice.id.clone(), "zzzzzzzzzzzzzzzzzzzzzzzzzz".to_owned()],
            vec!["dnd".to_owned(), "offline".to_owned()]
        )
    );
    bob.post("/users/status/ids", json!(["x"]))
        .refused_body("user_ids");
    let nobody = bob.get("/users/zzzzzzzzzzzzzzzzzzzzzzzzzz/status").ok();
    assert_eq!(
        (&nobody["status"], &nobody["last_activity_at"]),
        (&json!("offline"), &json!(0))
    );
    for body in [
        json!({"user_id": bob.id, "status": "away"}),
        json!({"status": "away"}),
    ] {
        alice.put(&path, body).refused_body("user_id");
    }
}

#[test]
fn a_picture_is_a_png_that_is_fetched_once() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    let path = format!("/users/{}/image", alice.id);
    let first = bob.get(&path);
    assert_eq!(
        (first.status, first.header("content-type")),
        (200, Some("image/png"))
    );
    assert!(
        first.body.starts_with(b"\x89PNG\r\n\x1a\n") && first.body.ends_with(b"IEND\xaeB`\x82")
    );
    let etag = first.header("etag").unwrap();
    let again = mm.send(&bob.request("GET", &path).header("If-None-Match", etag));
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_ne!(bob.get("/users/me/image").body, first.body);
    assert_eq!(bob.get(&format!("{path}/default")).body, first.body);
}

#[test]
fn names_are_completed_and_known_users_are_listed() {
    let mm = fresh();
    let (alice, bob) = (mm.user("alice"), mm.user("bob"));
    mm.user("alina");
    let found = bob
        .get("/users/autocomplete?name=ali&in_team=&in_channel=&limit=25")
        .ok();
    assert_eq!(found["users"].each("username"), ["alice", "alina"]);
    assert_eq!(
        bob.get("/users/autocomplete?name=ali&limit=1").ok()["users"].each("username"),
        ["alice"]
    );
    mm.admin().deactivate(&alice).acknowledged();
    assert_eq!(
        bob.get("/users/autocomplete?name=ali").ok()["users"].each("username"),
        ["alina"]
    );
    assert_eq!(bob.get("/users/known").ok(), json!([]));
    let admin = mm.admin();
    bob.direct_channel(&admin).created();
    assert_eq!(bob.get("/users/known").ok(), json!([admin.id]));
}

#[test]
fn an_origin_that_no_browser_sends_is_not_sent_back() {
    let mm = fresh();
    mm.set("ServiceSettings", "AllowCorsFrom", "*");
    let ask = |origin: &str, names: &str| {
        let request = Request::new("OPTIONS", "/api/v4/system/ping");
        let request = request.header("Origin", origin);
        mm.send(&request.header("Access-Control-Request-Headers", names))
    };
    let names = ask("https://a.example", "x-\u{fc}");
    assert_eq!(
        (names.status, names.header("access-control-allow-headers")),
        (200, Some(""))
    );
    let origin = ask("https://\u{fc}.example", "x");
    assert_eq!(
        (origin.status, origin.header("access-control-allow-origin")),
        (404, None)
    );
}

#[test]
fn pages_of_named_origins_may_call_and_no_others() {
    let mm = fresh();
    let ask = |origin: &str, method: &str| {
        let request = Request::new(method, "/api/v4/system/ping");
        mm.send(
            &request
                .header("Origin", origin)
                .header("Access-Control-Request-Headers", "authorization"),
        )
    };
    let allowed = "access-control-allow-origin";
    assert_eq!(ask("https://a.example", "GET").header(allowed), None);
    assert_eq!(ask("https://a.example", "OPTIONS").status, 404);
    mm.set(
        "ServiceSettings",
        "AllowCorsFrom",
        "https://a.example https://b.example",
    );
    for origin in ["https://a.example", "https://b.example"] {
        assert_eq!(ask(origin, "GET").header(allowed), Some(origin));
        let before = ask(origin, "OPTIONS");
        assert_eq!((before.status, before.header(allowed)), (200, Some(origin)));
        assert_eq!(
            before.header("access-control-allow-headers"),
            Some("authorization")
        );
        assert_eq!(before.header("access-control-allow-credentials"), None);
    }
    assert_eq!(ask("https://a.example.evil", "GET").header(allowed), None);
}

/// Whatever a cache keeps is for pages of one origin alone.
#[test]
fn every_answer_that_an_origin_can_change_says_so() {
    let mm = fresh();
    let ask = |method: &str, headers: &[(&str, &str)]| {
        let request = Request::new(method, "/api/v4/system/ping");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let answer = mm.send(&request);
        answer.headers("vary").join(" ")
    };
    let page = ("Origin", "https://a.example");
    assert_eq!(ask("GET", &[]), "");
    for allowed in ["", "https://b.example", "https://a.example", "*"] {
        mm.set("ServiceSettings", "AllowCorsFrom", allowed);
        for method in ["GET", "OPTIONS", "POST"] {
            assert_eq!(ask(method, &[page]), "Origin", "{allowed} {method}");
        }
    }
    assert_eq!(ask("GET", &[]), "Origin");
}

#[test]
fn a_star_lets_no_cookie_in() {
    let mm = fresh();
    let session = mm.admin().credential.unwrap();
    let ask = |method: &str, origin: &str| {
        let request = Request::new(method, "/api/v4/users/me")
            .header("Cookie", &format!("MMAUTHTOKEN={session}"))
            .header("X-Requested-With", "XMLHttpRequest")
            .header("Origin", origin);
        mm.send(&request)
    };
    let allow = |origins| mm.set("ServiceSettings", "AllowCorsFrom", origins);
    ask("GET", "http://localhost").ok();
    ask("GET", "https://a.example").expired();
    allow("*");
    let refused = ask("GET", "https://a.example");
    refused.expired();
    // It is the page's own answer, and says nothing of cookies.
    let headers = [
        "access-control-allow-origin",
        "access-control-allow-credentials",
    ];
    let told = headers.map(|name| refused.header(name));
    assert_eq!(told, [Some("https://a.example"), None]);
    ask("PUT", "https://a.example").expired();
    ask("GET", "http://localhost").ok();
    allow("https://a.example");
    ask("GET", "https://a.example").ok();
    // A token that the page brings itself is good.
    allow("*");
    let request = mm.admin().request("GET", "/users/me");
    mm.send(&request.header("Origin", "https://a.example")).ok();
}

#[test]
fn a_session_says_which_browser_it_is_and_lasts_as_its_kind_does() {
    let mm = fresh();
    let alice = mm.user("alice");
    mm.set("ServiceSettings", "SessionLengthMobileInDays", 3);
    let login = json!({"login_id": "alice", "password": PASSWORD, "device_id": "android:x"});
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
    let request = mm
        .anonymous()
        .request("POST", "/users/login")
        .header("User-Agent", agent);
    mm.send(&request.body(login.to_string())).ok();
    let newest = alice.sessions().ok()[0].clone();
    assert_eq!(newest["props"]["browser"], "Firefox/130.0");
    assert_eq!(newest["device_id"], "android:x");
    let length = newest["expires_at"].as_i64().unwrap() - newest["create_at"].as_i64().unwrap();
    assert_eq!(length, 3 * 86_400_000);
}

#[test]
fn a_session_that_is_used_goes_on_where_activity_extends_it() {
    let mm = fresh();
    mm.set("ServiceSettings", "SessionLengthWebInDays", 10);
    mm.set("ServiceSettings", "ExtendSessionLengthWithActivity", true);
    let alice = mm.user("alice");
    let idle = mm.login("alice");
    mm.advance_days(6);
    // The use is noted before a change of the same request is made.
    alice.patch_me(json!({"nickname": "x"})).ok();
    mm.advance_days(6);
    alice.me().ok();
    idle.me().expired();
}

/// Mattermost: it stands as JSON in the props of the account, and among the last ones in a preference.
#[test]
fn a_user_says_something_of_itself_for_a_while() {
    let mm = fresh();
    let (ann, bob) = (mm.user("ann"), mm.user("bob"));
    let path = format!("/users/{}/status/custom", ann.id);
    let status = json!({"emoji": "calendar", "text": "In a meeting"});
    bob.put(&path, status.clone()).forbidden();
    ann.put(&path, status).acknowledged();
    let shown = bob.get(&format!("/users/{}", ann.id)).ok();
    let kept: Value = serde_json::from_str(&shown["props"].text("customStatus")).unwrap();
    assert_eq!(
        kept,
        json!({"emoji": "calendar", "text": "In a meeting", "duration": "", "expires_at": "0001-01-01T00:00:00Z"})
    );
    let recent = || {
        let path = "/users/me/preferences/custom_status/name/recent_custom_statuses";
        let value: Value = serde_json::from_str(&ann.get(path).ok().text("value")).unwrap();
        value.each("text")
    };
    ann.put(&path, json!({"text": "x".repeat(101)}))
        .acknowledged();
    assert_eq!(recent(), ["x".repeat(100), "In a meeting".to_owned()]);
    let forgotten = json!({"emoji": "calendar", "text": "In a meeting"});
    ann.post(&format!("{path}/recent/delete"), forgotten)
        .acknowledged();
    assert_eq!(recent(), ["x".repeat(100)]);
    let at = "2999-01-01T10:00:00+02:00";
    ann.put(
        &path,
        json!({"text": "t", "duration": "today", "expires_at": at}),
    )
    .acknowledged();
    for refused in [
        json!({}),
        json!({"text": "t", "expires_at": "2001-01-01T00:00:00Z"}),
        json!({"text": "t", "expires_at": "soon"}),
        json!({"text": "t", "duration": "today"}),
        json!({"text": "t", "duration": "forever", "expires_at": at}),
        json!([]),
    ] {
        ann.put(&path, refused).refused_body("custom_status");
    }
    ann.delete(&path).acknowledged();
    assert_eq!(ann.me().ok()["props"], json!({"customStatus": ""}));
}

/// Mattermost: `dnd` may end at a time, in seconds.
#[test]
fn a_presence_that_has_an_end_is_over_then() {
    let mm = fresh();
    let ann = mm.user("ann");
    let path = format!("/users/{}/status", ann.id);
    let end = mm.clock().now() / 1000 + 60;
    let body = json!({"user_id": ann.id, "status": "dnd", "dnd_end_time": end});
    let set = ann.put(&path, body).ok();
    assert_eq!(
        (&set["status"], &set["dnd_end_time"]),
        (&json!("dnd"), &json!(end))
    );
    mm.clock().advance(std::time::Duration::from_secs(61));
    let after = ann.get(&path).ok();
    assert_eq!(
        (after["status"] == "dnd", &after["dnd_end_time"]),
        (false, &json!(0))
    );
}

#[test]
fn time_zones_are_listed() {
    let mm = fresh();
    let zones = mm.admin().get("/system/timezones").ok();
    assert!(zones.as_array().unwrap().contains(&json!("Europe/Berlin")));
}

#[test]
fn an_admin_says_that_an_address_is_right_and_a_change_takes_it_back() {
    let mm = server();
    let (admin, alice) = (mm.admin(), mm.user("alice"));
    let path = format!("/users/{}/email/verify/member", alice.id);
    alice.post(&path, json!({})).forbidden();
    assert!(alice.me().ok().get("email_verified").is_none());
    assert_eq!(admin.post(&path, json!({})).ok()["email_verified"], true);
    assert_eq!(alice.me().ok()["email_verified"], true);
    let patch = format!("/users/{}/patch", alice.id);
    admin.put(&patch, json!({"nickname": "n"})).ok();
    assert_eq!(alice.me().ok()["email_verified"], true);
    admin
        .put(&patch, json!({"email": "other@example.com"}))
        .ok();
    assert!(alice.me().ok().get("email_verified").is_none());
    admin
        .post(&format!("/users/{NOBODY}/email/verify/member"), json!({}))
        .refused(404, "app.user.missing_account.const");
    let new = json!({
        "username": "sure", "email": "sure@example.com", "password": PASSWORD, "email_verified": true,
    });
    assert_eq!(admin.post("/users", new).created()["email_verified"], true);
}
