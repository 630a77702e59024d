//! Which paths there are, what Mattermost has beyond them, and the headers of every answer.

use crate::support::*;

/// wire errors-and-auth: a word where an id is expected
#[test]
fn a_word_where_an_id_is_expected_is_no_id() {
    let mm = fresh();
    for word in ["login", "x", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ1"] {
        mm.admin()
            .get(&format!("/users/{word}"))
            .refused_url("user_id");
    }
    for word in ["a-b", "a_b", "a.b", "%C3%A4"] {
        assert_eq!(
            mm.admin().get(&format!("/users/{word}")).status,
            404,
            "{word}"
        );
    }
    // The credential is asked for before the id.
    mm.anonymous().get("/users/login").expired();
}

/// What Mattermost answers and patmost does not, one of each family.
const ABSENT: &[&str] = &[
    "POST /hooks/outgoing",
    "GET /plugins",
    "GET /groups",
    "GET /jobs",
    "GET /users/me/teams/{id}/threads",
    "GET /users/me/teams/{id}/channels/categories",
    "POST /oauth/apps",
    "GET /schemes",
    "GET /opengraph",
    "POST /teams/{id}/members/batch",
    "GET /channels/{id}/bookmarks",
    "POST /users/password/reset",
    "POST /bots/{id}/icon",
    "GET /data_retention/policy",
    "GET /saml/metadata",
    "POST /ldap/sync",
    "GET /compliance/reports",
    "GET /cluster/status",
    "GET /brand/image",
    "POST /elasticsearch/test",
    "GET /terms_of_service",
    "POST /uploads",
    "POST /files/search",
    "GET /imports",
    "GET /exports",
    "GET /analytics/old",
    "POST /actions/dialogs/lookup",
    "POST /drafts",
    "GET /sharedchannels/{id}",
    "GET /remotecluster",
    "POST /email/test",
    "POST /database/recycle",
    "POST /license",
];

#[test]
fn an_endpoint_patmost_lacks_is_501_with_the_five_fields() {
    let mm = fresh();
    let admin = mm.admin();
    for row in ABSENT {
        let (method, path) = row.split_once(' ').unwrap();
        let path = path.replace("{id}", &admin.id);
        for body in ["", "{}", "{"] {
            let answer = admin.send_text(method, &path, body);
            answer.refused(501, "api.not_implemented.app_error");
        }
        let stranger = mm.anonymous().send_text(method, &path, "");
        if *row == "POST /users/password/reset" {
            stranger.refused(501, "api.not_implemented.app_error");
        } else {
            stranger.expired();
        }
    }
    for path in [
        "/nowhere",
        "/users/me/nowhere",
        "/channels/nowhere/at/all",
        "/emoji/",
        "/files//",
    ] {
        let status = admin.get(path).status;
        assert!(status == 404 || status == 301, "{path}: {status}");
    }
}

#[test]
fn another_version_can_be_announced() {
    let mm = fresh();
    let admin = mm.admin();
    for wrong in [
        json!("11.10"),
        json!("5.37.x"),
        json!("5.37.0\r\nX: y"),
        json!("5.37.0.1"),
        json!(""),
        json!(5),
    ] {
        let patch = json!({"PatmostSettings": {"AnnouncedVersion": wrong}});
        assert_eq!(admin.patch_config(patch).status, 400, "{wrong}");
    }
    let patch = json!({"PatmostSettings": {"AnnouncedVersion": "5.37.10"}});
    assert_eq!(admin.patch_config(patch).status, 200);
    let ping = mm.anonymous().get("/system/ping");
    let version = ping.header("x-version-id").unwrap();
    assert!(version.starts_with("5.37.10.patmost-"), "{version}");
    let client = mm.anonymous().get("/config/client?format=old");
    assert_eq!(client.json()["Version"], "5.37.10");
    let secret = admin.credential.clone().unwrap();
    let bearer = format!("Bearer {secret}");
    let mut socket = mm.socket_with("", &[("Authorization", &bearer)]);
    let hello = socket.hear();
    assert_eq!(hello["data"]["server_version"], version);
    let (pong, _) = socket.ask_and_hear(&json!({"action": "ping", "seq": 1}));
    assert_eq!(pong["data"]["version"], "5.37.10");
}

/// wire errors-and-auth: `X-Request-Id` | every answer of a route
/// wire errors-and-auth: `X-Version-Id` | every answer
#[test]
fn every_answer_names_its_request_and_the_version() {
    let mm = fresh();
    let admin = mm.admin();
    let version = |answer: &Answer| {
        let version = answer.header("x-version-id").unwrap().to_owned();
        let parts: Vec<&str> = version.split('.').collect();
        // The three numbers, the build, the hash of the settings, and whether there is a licence.
        assert_eq!(
            (&parts[..3], parts.last()),
            (&["11", "10", "0"][..], Some(&"false"))
        );
        assert_eq!(parts[parts.len() - 2].len(), 32, "{version}");
        version
    };
    let found = admin.me();
    let refused = mm.anonymous().me();
    let opened = mm.anonymous().get("/system/ping");
    let absent = admin.get("/jobs");
    for answer in [&found, &refused, &opened, &absent] {
        assert_eq!(answer.header("x-request-id").map(str::len), Some(26));
        assert_eq!(answer.header("expires"), Some("0"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.headers("content-type"), ["application/json"]);
        assert_eq!(version(answer), version(&found));
    }
    let nowhere = admin.get("/nowhere");
    assert_eq!(
        (version(&nowhere), nowhere.header("expires")),
        (version(&found), None)
    );
    let unclean = admin.get("//users");
    assert_eq!((version(&unclean), unclean.status), (version(&found), 301));
    mm.set("TeamSettings", "SiteName", "other");
    assert_ne!(version(&admin.me()), version(&found));
}

/// wire errors-and-auth: `Etag` | `GET /users/{id}`
#[test]
fn an_unchanged_object_is_304() {
    let mm = server();
    let admin = mm.admin();
    let team = admin.create_team("core").created().text("id");
    let channel = admin
        .create_channel(&team, "general", "O")
        .created()
        .text("id");
    let post = json!({"channel_id": channel, "message": "m"});
    let post = admin.post("/posts", post).created().text("id");
    let paths = [
        format!("/users/{}", admin.id),
        "/users/me".into(),
        "/users/username/admin".into(),
        "/users/email/admin@example.com".into(),
        format!("/posts/{post}"),
        format!("/channels/{channel}/posts"),
    ];
    let with =
        |path: &str, etag: &str| mm.send(&admin.request("GET", path).header("If-None-Match", etag));
    let etags = paths.each_ref().map(|path| {
        let etag = admin.get(path).header("etag").unwrap().to_owned();
        let again = with(path, &etag);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(etag.as_str()));
        for other in ["", "x", "W/\"x\"", &"x".repeat(5000), "' OR 1=1 --"] {
            with(path, other).ok();
        }
        etag
    });
    mm.clock().advance(std::time::Duration::from_secs(1));
    admin.patch_me(json!({"nickname": "n"})).ok();
    admin
        .put(
            &format!("/posts/{post}/patch"),
            json!({"message": "changed"}),
        )
        .ok();
    for (path, etag) in paths.iter().zip(&etags) {
        let changed = with(path, etag);
        changed.ok();
        assert_ne!(changed.header("etag"), Some(etag.as_str()), "{path}");
    }
}

/// Values that a header may have and that mean nothing to the server; a long one comes on top.
const VALUES: &[&str] = &[
    "",
    "x",
    "\"",
    "' OR 1=1 --",
    "<script>",
    "../../etc/passwd",
    "\u{e4}\u{202e}",
];

/// Headers that are not needed for an answer.
const NAMES: &[&str] = &[
    "Cookie",
    "If-None-Match",
    "X-Requested-With",
    "X-CSRF-Token",
    "Content-Type",
    "Accept-Language",
    "Accept",
    "Accept-Encoding",
    "User-Agent",
    "X-Forwarded-For",
    "X-Request-ID",
    "Referer",
    "Origin",
    "If-Modified-Since",
    "Range",
    "Upgrade-Insecure-Requests",
];

/// Whatever a client says of itself in other headers, the answer is the same; what is no header is refused.
#[test]
fn many_odd_headers_at_once_change_nothing_on_any_route() {
    let mm = server();
    let admin = mm.admin();
    let routes: Vec<String> = endpoints()
        .into_iter()
        .filter(|(method, path)| method == "GET" && !path.contains('{') && path != "/websocket")
        .map(|(_, path)| path)
        .collect();
    assert!(routes.len() > 12, "{routes:?}");
    for path in routes {
        let plain = admin.get(&path).status;
        for value in VALUES {
            let request = admin.request("GET", &path);
            let request = NAMES
                .iter()
                .fold(request, |request, name| request.header(name, value));
            assert_eq!(mm.send(&request).status, plain, "{path} {value}");
        }
    }
}

/// Each by itself, on a read and on a login.
#[test]
fn an_odd_header_changes_nothing() {
    let mm = server();
    let admin = mm.admin();
    let long = "x".repeat(5000);
    for name in NAMES {
        for value in VALUES.iter().chain([&long.as_str()]) {
            let request = admin.request("GET", "/users/me").header(name, value);
            mm.send(&request).ok();
        }
        let request = admin.request("GET", "/users/me").header(name, "a\0b");
        let id = "api.request.malformed.app_error";
        assert_eq!(mm.send(&request).json()["id"], id, "{name}");
    }
    let login = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    // Where a page is from that changes something counts.
    for name in NAMES.iter().filter(|name| **name != "Origin") {
        for value in VALUES.iter().chain([&long.as_str()]) {
            let request = Request::new("POST", "/api/v4/users/login").header(name, value);
            mm.send(&request.body(login.clone())).ok();
        }
    }
}

#[test]
fn an_encoded_slash_parts_no_segments() {
    let mm = server();
    let admin = mm.admin();
    admin.get("/users/me").ok();
    for path in [
        "/users%2Fme",
        "/users%2fme",
        "/users/me%2Ftokens",
        "/users/%2Fme",
    ] {
        let status = admin.get(path).status;
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    let outside = mm.send(&Request::new("GET", "/api%2Fv4/system/ping"));
    assert_eq!(outside.status, 404);
}

#[test]
fn an_answer_with_a_secret_is_kept_nowhere() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let made = ci.create_token("t");
    let token = made.ok().text("id");
    for answer in [made, ci.rotate(&token), mm.log_in("ci", PASSWORD)] {
        answer.ok();
        assert_eq!(answer.headers("cache-control"), ["no-store"]);
    }
}

#[test]
fn what_patmost_lacks_is_answered_as_a_setting_says_and_named_in_the_log() {
    let mm = server();
    let admin = mm.admin();
    let missing = admin.post(&format!("/users/{}/typing", admin.id), json!({}));
    missing.refused(501, "api.not_implemented.app_error");
    let log = mm.log_of(&missing);
    assert!(log.contains("route=/users/{id}/typing "), "{log}");
    // An id of nothing is that in any case.
    let nobody = "z".repeat(26);
    let unknown = admin.post(&format!("/users/{nobody}/typing"), json!({}));
    assert_eq!(unknown.status, 404, "{}", unknown.text());
    // Mattermost asks no login for these.
    for path in [
        "/users/password/reset/send",
        "/users/email/verify",
        "/users/mfa",
        "/users/login/switch",
    ] {
        mm.anonymous()
            .post(path, json!({}))
            .refused(501, "api.not_implemented.app_error");
    }
    mm.anonymous().post("/users/me/typing", json!({})).expired();
    for (value, status) in [(404, 404), (501, 501)] {
        mm.set("PatmostSettings", "MissingEndpointStatus", value);
        assert_eq!(admin.get("/jobs").status, status);
    }
    let between = json!({"PatmostSettings": {"MissingEndpointStatus": 450}});
    let refused = admin.patch_config(between);
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("either 404 or 501"),
        "{}",
        refused.text()
    );
}
