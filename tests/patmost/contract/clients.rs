//! What published clients send, as they send it, and what they rely on in the answer. Those that CI runs themselves are in
//! `examples/` and `tests/clients/`; the two written in Go are here alone, by what they send.

use crate::support::*;

/// Sends it as the caller, a body as it is; the answer must be JSON with this status.
#[track_caller]
fn asks(caller: &Caller, method: &str, path: &str, body: &str, status: u16) -> Value {
    let answer = caller.send_text(method, path, body);
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-request-id").map(str::len), Some(26));
    answer.json()
}

fn has(value: &Value, members: &str) {
    for name in members.split(' ') {
        assert!(value.get(name).is_some(), "no {name} in {value}");
    }
}

/// wire clients: `Token` header on the answer to a login
/// wire clients: mattermostdriver, mattermostautodriver, by password
/// wire clients: the same, by token
#[test]
fn a_login_hands_out_its_secret_in_the_header() {
    let mm = server();
    let body = json!({"login_id": "admin", "password": PASSWORD, "token": null});
    let answer = mm.anonymous().post("/users/login", body);
    let user = answer.ok();
    assert!(user.get("token").is_none() && user.get("password").is_none());
    has(&user, "id username");
    let secret = answer.header("token").unwrap();
    let me = mm.anonymous().with_token(secret).get("/users/me").ok();
    assert_eq!((&me["id"], &me["username"]), (&user["id"], &json!("admin")));
    for body in [
        json!({"login_id": "admin", "password": PASSWORD}),
        json!({"login_id": "admin", "password": PASSWORD, "token": "", "deviceId": ""}),
    ] {
        mm.anonymous().post("/users/login", body).ok();
    }
}

/// wire clients: `Content-Type` of a JSON answer is **exactly**
/// wire clients: every 2xx answer has a JSON body
/// wire clients: a GET or DELETE **with a body**
/// wire clients: a POST or PUT without a body
#[test]
fn every_success_has_a_json_body_whether_or_not_the_request_had_one() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let (admin, ci) = (mm.admin(), mm.user("ci"));
    let ok = json!({"status": "OK"});
    for body in ["", "{}"] {
        for path in ["/users/me", "/users", "/teams", "/config", "/users/tokens"] {
            asks(&admin, "GET", path, body, 200);
        }
        let bot = json!({"username": format!("bot{}", body.len())}).to_string();
        let bot = asks(&admin, "POST", "/bots", &bot, 201).text("user_id");
        for change in ["disable", "enable", &format!("assign/{}", ci.id)] {
            asks(&admin, "POST", &format!("/bots/{bot}/{change}"), body, 200);
        }
        let all = format!("/users/{}/sessions/revoke/all", ci.id);
        assert_eq!(asks(&admin, "POST", &all, body, 200), ok);
        let session = mm.login("ci");
        assert_eq!(asks(&session, "POST", "/users/logout", body, 200), ok);
        let gone = format!("/users/{bot}");
        assert_eq!(asks(&admin, "DELETE", &gone, body, 200), ok);
    }
    let session = mm.login("ci");
    let empty = session
        .request("POST", "/users/logout")
        .header("Content-Length", "0");
    mm.send(&empty).acknowledged();
}

/// wire clients: error answers are the five JSON fields
/// wire clients: 400, 401, 403, 404, 405, 413, 501
#[test]
fn each_error_has_the_five_fields_and_its_own_status() {
    let mm = server();
    let (admin, plain) = (mm.admin(), mm.user("plain"));
    let long = format!(r#"{{"x":"{}"}}"#, "x".repeat(400_000));
    let unknown = "/users/aaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (answer, status) in [
        (admin.post("/users", json!({})), 400),
        (mm.anonymous().get("/users/me"), 401),
        (plain.get("/config"), 403),
        (admin.get(unknown), 404),
        (admin.send_text("POST", "/users", &long), 413),
        (admin.get("/config/client"), 501),
        (admin.post("/files/search", json!({})), 501),
    ] {
        let id = answer.json().text("id");
        answer.refused(status, &id);
    }
}

/// wire clients: a JSON body under any `Content-Type` is JSON
/// wire clients: header names in any case, empty header values
/// wire clients: `Content-Type: application/json` and `Content-Length: 0` on a GET
/// wire clients: `Accept-Encoding: gzip, deflate`
/// wire clients: `Authorization` scheme in any case
/// wire clients: `X-Version-Id` starts with three numbers and dots
/// wire clients: `X-Request-Id`
/// wire clients: `Etag` and 304
#[test]
fn headers_as_clients_send_and_read_them() {
    let mm = server();
    let secret = mm.admin().credential.unwrap();
    let get = || Request::new("GET", "/api/v4/users/me");
    for scheme in ["Bearer", "BEARER", "bearer", "token", "Token"] {
        for name in ["Authorization", "authorization", "AUTHORIZATION"] {
            let request = get().header(name, &format!("{scheme} {secret}"));
            mm.send(&request).ok();
        }
    }
    let known = get().header("Authorization", &format!("BEARER {secret}"));
    let answer = mm.send(
        &known
            .clone()
            .header("If-None-Match", "")
            .header("Content-Type", "application/json")
            .header("Content-Length", "0")
            .header("Accept-Encoding", "gzip, deflate"),
    );
    answer.ok();
    assert!(answer.header("content-encoding").is_none());
    let version = answer.header("x-version-id").unwrap().split('.');
    let numbers = version.take_while(|part| part.parse::<u32>().is_ok());
    assert_eq!(numbers.count(), 3);
    assert_eq!(answer.header("x-request-id").unwrap().len(), 26);
    let etag = answer.header("etag").unwrap();
    let again = mm.send(&known.header("If-None-Match", etag));
    assert_eq!((again.status, again.body.len()), (304, 0));
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
    ] {
        let body = json!({"login_id": "admin", "password": PASSWORD}).to_string();
        let login = Request::new("POST", "/api/v4/users/login").body(body);
        let login = match kind {
            "" => login,
            kind => login.header("Content-Type", kind),
        };
        mm.send(&login).ok();
    }
}

/// wire clients: `null` for an absent member, and members nobody asked for
/// wire clients: post
/// wire clients: create a user
#[test]
fn nulls_and_members_that_nobody_asked_for_are_taken() {
    let mm = server();
    let team = mm.team("core");
    let channel = team.channel("talk", "O", &[]);
    let admin = mm.admin();
    // The Rust client and Errbot, the Python drivers, Hubot's, Go's, mmctl's.
    for body in [
        json!({"channel_id": channel, "message": "m", "root_id": null}),
        json!({"channel_id": channel, "message": "m", "file_ids": [], "root_id": "", "props": {}}),
        json!({"channel_id": channel, "message": "m", "props": null, "participants": null, "metadata": null, "priority": null}),
        json!({"channel_id": channel, "message": "m", "file_ids": [], "create_at": 0, "user_id": admin.id}),
        json!({"id": "", "create_at": 0, "update_at": 0, "edit_at": 0, "delete_at": 0, "is_pinned": false, "user_id": "",
               "channel_id": channel, "root_id": "", "parent_id": "", "original_id": "", "message": "m", "type": "",
               "props": {}, "hashtags": "", "pending_post_id": "", "reply_count": 0, "last_reply_at": 0, "participants": null}),
    ] {
        let post = asks(&admin, "POST", "/posts", &body.to_string(), 201);
        has(
            &post,
            "id message create_at update_at delete_at edit_at user_id channel_id root_id original_id type hashtags pending_post_id",
        );
        assert_eq!((&post["root_id"], &post["props"]), (&json!(""), &json!({})));
    }
    let quiet =
        json!({"channel_id": channel, "message": "m", "pending_post_id": "mine:1"}).to_string();
    let first = asks(&admin, "POST", "/posts?set_online=false", &quiet, 201);
    let again = asks(&admin, "POST", "/posts?set_online=false", &quiet, 201);
    assert_eq!(first["id"], again["id"]);
    let whole = json!({
        "id": "", "create_at": 0, "update_at": 0, "delete_at": 0, "username": "go", "password": PASSWORD, "auth_data": "",
        "auth_service": "", "email": "go@example.com", "nickname": "", "first_name": "Go", "last_name": "", "position": "",
        "roles": "", "notify_props": null, "props": null, "last_password_update": 0, "locale": "", "timezone": null,
    });
    let user = asks(&admin, "POST", "/users", &whole.to_string(), 201);
    assert_eq!(
        (user.text("first_name"), user.get("password")),
        ("Go".into(), None)
    );
    let patch = json!({"username": null, "nickname": "Gopher", "first_name": null, "email": null, "props": null, "notify_props": null});
    let path = format!("/users/{}/patch", user.text("id"));
    let patched = asks(&admin, "PUT", &path, &patch.to_string(), 200);
    assert_eq!(
        (patched.text("first_name"), patched.text("nickname")),
        ("Go".into(), "Gopher".into())
    );
}

/// wire clients: cookies must not get in the way
#[test]
fn cookies_come_to_those_who_ask_and_stay_out_of_the_way() {
    let mm = server();
    let body = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let login = Request::new("POST", "/api/v4/users/login").body(body);
    assert!(mm.send(&login).headers("set-cookie").is_empty());
    let answer = mm.send(&login.header("X-Requested-With", "XMLHttpRequest"));
    let cookies: Vec<String> = answer
        .headers("set-cookie")
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap().to_owned())
        .collect();
    for name in ["MMAUTHTOKEN=", "MMUSERID=", "MMCSRF="] {
        assert!(
            cookies.iter().any(|cookie| cookie.starts_with(name)),
            "{cookies:?}"
        );
    }
    let both = mm
        .admin()
        .request("GET", "/users/me")
        .header("Cookie", &cookies.join("; "));
    mm.send(&both).ok();
    let wrong = Request::new("GET", "/api/v4/users/me").header("Authorization", "Bearer wrong");
    let refused = mm.send(&wrong);
    assert_eq!(refused.status, 401);
    assert!(refused.headers("set-cookie")[0].starts_with("MMAUTHTOKEN=;"));
}

/// wire clients: ids in a path that are not 26 letters or digits
/// wire clients: mmctl | `auth login`
/// wire clients: mmctl (v6 model package)
/// wire clients: Client4 of the v5 model package
/// wire clients: Go Client4
#[test]
fn mmctl_tries_one_form_after_the_other() {
    let mm = server();
    let (admin, team) = (mm.admin(), mm.team("core"));
    asks(&admin, "GET", "/users/me", "", 200);
    let refused = admin.get("/teams/core");
    assert!((400..500).contains(&refused.status));
    assert_eq!(
        asks(&admin, "GET", "/teams/name/core", "", 200)["id"],
        team.id
    );
    let refused = admin.get("/users/email/admin");
    assert!((400..500).contains(&refused.status));
    let user = asks(&admin, "GET", "/users/username/admin", "", 200);
    assert_eq!(user["id"], admin.id);
    let refused = admin.get("/users/a-b");
    assert_eq!(
        (refused.status, refused.json().text("id")),
        (404, "api.context.404.app_error".into())
    );
    // `team create`, `channel create`, `user create` send whole objects.
    let whole = json!({
        "id": "", "create_at": 0, "update_at": 0, "delete_at": 0, "display_name": "Go", "name": "go", "description": "",
        "email": "", "type": "O", "company_name": "", "allowed_domains": "", "invite_id": "", "allow_open_invite": false,
        "scheme_id": null, "group_constrained": null,
    });
    let team = asks(&admin, "POST", "/teams", &whole.to_string(), 201);
    let whole = json!({
        "id": "", "create_at": 0, "update_at": 0, "delete_at": 0, "team_id": team["id"], "type": "O", "display_name": "Go",
        "name": "go", "header": "", "purpose": "", "last_post_at": 0, "total_msg_count": 0, "extra_update_at": 0,
        "creator_id": "", "scheme_id": null, "props": null, "group_constrained": null,
    });
    asks(&admin, "POST", "/channels", &whole.to_string(), 201);
}

/// wire clients: 429
#[test]
fn a_client_over_the_limit_is_told_when_to_come_back() {
    let mm = server();
    mm.admin()
        .put(
            "/config/patch",
            json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 1}}),
        )
        .ok();
    let ping = || mm.anonymous().get("/system/ping");
    let refused = (0..10).map(|_| ping()).find(|answer| answer.status == 429);
    let refused = refused.unwrap();
    let seconds = |name: &str| refused.header(name).unwrap().parse::<u64>().unwrap();
    assert!(seconds("x-ratelimit-reset") <= 60 && seconds("retry-after") <= 60);
}

/// wire clients: mattermostdriver 7.3.2
/// wire clients: @mattermost/client 11.9.0
/// wire clients: @mattermost/client | by password
/// wire clients: mattermost_api 0.8.2
/// wire clients: mattermost_api | `POST /users/login`
/// wire clients: matterapi | nothing by token
/// wire clients: curl
#[test]
fn ci_runs_what_is_published() {
    let ci = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/clients")).unwrap();
    let run = |name: &str| ci.lines().any(|line| line.trim_start().starts_with(name));
    for name in [
        "python mattermostdriver ",
        "python mmpy_bot ",
        "python mattermostautodriver ",
        "python matterapi ",
        "python errbot ",
        "client mattermost-client-javascript ",
        "client hubot ",
        "client mattermost_api ",
    ] {
        assert!(run(name), "{name}");
    }
    let ci = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/run")).unwrap();
    assert!(ci.contains("examples/curl/seed-story.sh"));
}

/// wire clients: mmpy_bot 2.2.1
/// wire clients: mmpy_bot | `GET /users/me`
/// wire clients: mmpy_bot | `POST /posts`
/// wire clients: Errbot | `GET /users/me`
/// wire clients: Errbot | in a channel
/// wire clients: direct channel
#[test]
fn bots_start_and_answer_a_message() {
    let mm = server();
    let team = mm.team("core");
    let bot = mm.member("bot", &team);
    let bot = bot.with_token(&bot.token("x").secret);
    let channel = team.channel("talk", "P", &[&bot]);
    let by_name = asks(&bot, "GET", "/teams/name/core", "{}", 200);
    assert_eq!(by_name["id"], team.id);
    assert_eq!(asks(&bot, "GET", "/users/me", "{}", 200)["id"], bot.id);
    let mut socket = bot.listen();
    let asked = mm.admin().says(&channel, "@bot help");
    let heard = socket.only("posted");
    assert_eq!(heard["broadcast"]["channel_id"], channel);
    let get = |path: String| asks(&bot, "GET", &path, "{}", 200);
    assert_eq!(get(format!("/channels/{channel}"))["name"], "talk");
    assert_eq!(
        get(format!("/teams/{}/channels/name/talk", team.id))["id"],
        channel
    );
    assert_eq!(
        get(format!("/users/{}", mm.admin().id))["username"],
        "admin"
    );
    assert_eq!(get("/users/username/admin".into())["id"], mm.admin().id);
    let thread = get(format!("/posts/{}/thread", asked.text("id")));
    assert_eq!(thread["order"], json!([asked["id"]]));
    let pair = json!([bot.id, mm.admin().id]).to_string();
    let direct = asks(&bot, "POST", "/channels/direct", &pair, 201);
    assert_eq!(
        asks(&bot, "POST", "/channels/direct", &pair, 201)["id"],
        direct["id"]
    );
    let mut ids = [bot.id.clone(), mm.admin().id];
    ids.sort();
    assert_eq!(
        (
            direct.text("type"),
            direct.text("name"),
            direct.text("team_id")
        ),
        ("D".into(), ids.join("__"), String::new())
    );
    for channel in [&channel, &direct.text("id")] {
        let answer = json!({"channel_id": channel, "message": "here", "file_ids": [], "root_id": null, "props": {}});
        asks(&bot, "POST", "/posts", &answer.to_string(), 201);
    }
}

/// What Hubot's client asks with a team that it did not find.
#[test]
fn a_team_that_is_null_is_an_error_like_any_other() {
    let mm = server();
    let admin = mm.admin();
    let users = admin.get("/users?page=0&per_page=200&in_team=null");
    let channels = admin.get("/users/me/teams/null/channels");
    for answer in [users, channels] {
        assert!(answer.status < 500 && answer.json().is_array() != (answer.status >= 400));
    }
    let page = |number: u32| {
        admin
            .get(&format!("/users?page={number}&per_page=200"))
            .ok()
    };
    assert_eq!(
        (page(0).each("username"), page(1)),
        (vec!["admin".to_owned()], json!([]))
    );
}

/// wire clients: ping
/// wire clients: read configuration
/// wire clients: change one setting
/// wire clients: change by writing all back
/// wire clients: client configuration
/// wire clients: client licence
#[test]
fn tasks_of_the_system() {
    let mm = server();
    let (admin, nobody) = (mm.admin(), mm.anonymous());
    let ping = "/system/ping?get_server_status=true&use_rest_semantics=true";
    assert_eq!(asks(&nobody, "GET", ping, "", 200)["database_status"], "OK");
    let ping = asks(&nobody, "GET", "/system/ping", "", 200);
    assert_eq!(
        ping,
        json!({"AndroidLatestVersion": "", "AndroidMinVersion": "", "DesktopLatestVersion": "", "DesktopMinVersion": "",
               "IosLatestVersion": "", "IosMinVersion": "", "status": "OK"})
    );
    let mut config = asks(&admin, "GET", "/config?remove_masked=false", "", 200);
    let tokens = |config: &Value| config["ServiceSettings"]["EnableUserAccessTokens"].clone();
    assert_eq!(tokens(&config), true);
    // Go: whatever does not change is null; then the whole of it with one value changed.
    let patch = r#"{"ServiceSettings":{"SiteURL":null,"EnableUserAccessTokens":false},"TeamSettings":null}"#;
    let after = asks(&admin, "PUT", "/config/patch", patch, 200);
    assert_eq!(tokens(&after), false);
    config["ServiceSettings"]["EnableUserAccessTokens"] = false.into();
    assert_eq!(after, config);
    for (path, value) in [("/config", true), ("/config/patch", false)] {
        config["ServiceSettings"]["EnableUserAccessTokens"] = value.into();
        let after = asks(&admin, "PUT", path, &config.to_string(), 200);
        assert_eq!(tokens(&after), value);
    }
    let client = asks(&admin, "GET", "/config/client?format=old", "", 200);
    assert!(client.as_object().unwrap().values().all(Value::is_string));
    assert_eq!(client["EnableUserAccessTokens"], "false");
    let licence = asks(&nobody, "GET", "/license/client?format=old", "", 200);
    assert_eq!(licence["IsLicensed"], "false");
}

/// wire clients: read a user
/// wire clients: several users
/// wire clients: search
/// wire clients: list
/// wire clients: autocomplete
#[test]
fn clients_read_and_find_accounts() {
    let mm = server();
    let (admin, ci) = (mm.admin(), mm.user("ci"));
    let path = format!("/users/{}", ci.id);
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let post = |path: &str, body: Value| asks(&admin, "POST", path, &body.to_string(), 200);
    for path in [&path, "/users/username/ci", "/users/email/ci@example.com"] {
        assert_eq!(get(path)["id"], ci.id);
    }
    asks(&admin, "GET", "/users/username/nobody", "", 404);
    asks(&admin, "GET", "/users/email/ci", "", 400);
    assert_eq!(post("/users/ids", json!([ci.id])).each("id"), [&*ci.id]);
    assert_eq!(
        post("/users/usernames", json!(["ci"])).each("id"),
        [&*ci.id]
    );
    for limit in [0, 100] {
        let search = json!({"term": "ci", "team_id": "", "not_in_team_id": "", "in_channel_id": "", "not_in_channel_id": "",
            "group_constrained": false, "allow_inactive": false, "without_team": false, "limit": limit, "role": "", "roles": null});
        assert_eq!(post("/users/search", search).each("id"), [&*ci.id]);
    }
    assert_eq!(
        post("/users/search", json!({"term": "ci"})).each("id"),
        [&*ci.id]
    );
    assert_eq!(
        get("/users?page=0&per_page=200&active=true")
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(get("/users?page=1&per_page=200"), json!([]));
    let found = get("/users/autocomplete?name=ci&in_team=&in_channel=&limit=25");
    assert_eq!(found["users"].each("id"), [&*ci.id]);
}

/// wire clients: change a user
/// wire clients: grant roles
/// wire clients: deactivate, reactivate
/// wire clients: change a password
/// wire clients: log out
#[test]
fn clients_change_accounts() {
    let mm = server();
    let (admin, ci, ok) = (mm.admin(), mm.user("ci"), json!({"status": "OK"}));
    let path = format!("/users/{}", ci.id);
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let put = |path: &str, body: Value| asks(&admin, "PUT", path, &body.to_string(), 200);
    assert_eq!(
        put(&format!("{path}/patch"), json!({"nickname": "N"}))["nickname"],
        "N"
    );
    let mut whole = get(&path);
    whole["nickname"] = "M".into();
    assert_eq!(put(&path, whole)["nickname"], "M");
    let roles = json!({"roles": "system_user system_user_access_token"});
    assert_eq!(put(&format!("{path}/roles"), roles), ok);
    let password = json!({"current_password": "", "new_password": "Another-Horse-1"});
    assert_eq!(put(&format!("{path}/password"), password), ok);
    let password =
        json!({"current_password": "Another-Horse-1", "new_password": PASSWORD}).to_string();
    assert_eq!(asks(&ci, "PUT", "/users/me/password", &password, 200), ok);
    for active in [false, true] {
        assert_eq!(
            put(&format!("{path}/active"), json!({ "active": active })),
            ok
        );
    }
    let session = mm.login("ci");
    assert_eq!(asks(&session, "POST", "/users/logout", "", 200), ok);
    session.get("/users/me").expired();
    assert_eq!(asks(&admin, "DELETE", &path, "", 200), ok);
    assert!(get(&path)["delete_at"].as_i64().unwrap() > 0);
}

/// wire clients: create a token
/// wire clients: read, list, list all
/// wire clients: search tokens
/// wire clients: disable, enable, revoke
/// wire clients: sessions
/// wire clients: audits
#[test]
fn clients_use_tokens_sessions_and_audits() {
    let mm = server();
    let (admin, ci, ok) = (mm.admin(), mm.user("ci"), json!({"status": "OK"}));
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let post = |path: &str, body: Value| asks(&admin, "POST", path, &body.to_string(), 200);
    let path = format!("/users/{}", ci.id);
    let made = post(
        &format!("{path}/tokens"),
        json!({"description": "x", "expires_at": null}),
    );
    has(&made, "id token user_id description is_active");
    let id = made.text("id");
    let by_token = ci.with_token(&made.text("token"));
    by_token.get("/users/me").ok();
    for list in [
        get(&format!("{path}/tokens?page=0&per_page=60")),
        get("/users/tokens?page=0&per_page=60"),
        json!([get(&format!("/users/tokens/{id}"))]),
        post("/users/tokens/search", json!({ "term": id })),
        post("/users/tokens/search", json!({"term": ci.id})),
        post("/users/tokens/search", json!({"term": "ci"})),
    ] {
        assert_eq!(list.each("id"), [&*id]);
        assert!(list[0].get("token").is_none());
    }
    let sessions = get(&format!("{path}/sessions"));
    let of_token = sessions.as_array().unwrap().iter();
    let of_token: Vec<&Value> = of_token
        .filter(|session| session["props"]["user_access_token_id"] == id)
        .collect();
    assert_eq!(
        (of_token.len(), of_token[0].text("token")),
        (1, String::new())
    );
    assert_eq!(of_token[0]["props"]["type"], "UserAccessToken");
    for change in ["disable", "enable", "revoke"] {
        assert_eq!(
            post(
                &format!("/users/tokens/{change}"),
                json!({ "token_id": id })
            ),
            ok
        );
    }
    let session = sessions.as_array().unwrap().iter();
    let session = session
        .map(|one| one.text("id"))
        .find(|id| *id != of_token[0].text("id"));
    let revoke = json!({"session_id": session.unwrap()});
    assert_eq!(post(&format!("{path}/sessions/revoke"), revoke), ok);
    assert_eq!(post(&format!("{path}/sessions/revoke/all"), json!({})), ok);
    let audits = get("/audits?page=0&per_page=60");
    has(
        &audits[0],
        "id create_at user_id action extra_info ip_address session_id",
    );
    let names = |audit: &Value| audit.text("extra_info").contains(&format!("token_id={id}"));
    assert!(audits.as_array().unwrap().iter().any(names));
    get(&format!("{path}/audits"));
}

/// wire clients: roles
#[test]
fn clients_read_and_patch_roles() {
    let mm = server();
    let admin = mm.admin();
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let post = |path: &str, body: Value| asks(&admin, "POST", path, &body.to_string(), 200);
    let role = get("/roles/name/system_user");
    has(
        &role,
        "id name display_name description create_at update_at delete_at permissions scheme_managed built_in",
    );
    let by_id = format!("/roles/{}", role.text("id"));
    assert_eq!(get(&by_id), role);
    assert_eq!(post("/roles/names", json!(["system_user"])), json!([role]));
    let patch = json!({"permissions": role["permissions"]}).to_string();
    asks(&admin, "PUT", &format!("{by_id}/patch"), &patch, 200);
}

/// wire clients: bots
#[test]
fn clients_create_and_change_bots() {
    let mm = server();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    let (admin, ci) = (mm.admin(), mm.user("ci"));
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let post = |path: &str, body: Value| asks(&admin, "POST", path, &body.to_string(), 200);
    let bot = asks(&admin, "POST", "/bots", r#"{"username":"bot"}"#, 201);
    has(
        &bot,
        "user_id username owner_id create_at update_at delete_at",
    );
    let bots = get("/bots?page=0&per_page=200&include_deleted=true");
    assert_eq!(bots.each("user_id"), [bot.text("user_id")]);
    let path = format!("/bots/{}", bot.text("user_id"));
    let change = r#"{"username":"bot","display_name":"Bot","description":"d"}"#;
    assert_eq!(
        asks(&admin, "PUT", &path, change, 200)["display_name"],
        "Bot"
    );
    for change in ["disable", "enable", &format!("assign/{}", ci.id)] {
        let bot = post(&format!("{path}/{change}"), json!({}));
        has(&bot, "user_id username display_name description owner_id");
    }
    assert_eq!(get(&path)["owner_id"], ci.id);
    assert_eq!(get("/users/username/bot")["id"], bot["user_id"]);
}

/// wire clients: teams
/// wire clients: team members
#[test]
fn clients_create_and_join_teams() {
    let mm = server();
    let (admin, ci) = (mm.admin(), mm.user("ci"));
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let create = |path: &str, body: Value| asks(&admin, "POST", path, &body.to_string(), 201);
    let team = create(
        "/teams",
        json!({"name": "core", "display_name": "Core", "type": "O"}),
    );
    has(
        &team,
        "id create_at update_at delete_at display_name name description email type allowed_domains invite_id allow_open_invite",
    );
    let id = team.text("id");
    for path in [&format!("/teams/{id}"), "/teams/name/core"] {
        assert_eq!(get(path)["id"], id);
    }
    assert_eq!(get("/teams/name/core/exists"), json!({"exists": true}));
    for list in [get("/teams"), get("/users/me/teams")] {
        assert_eq!(list.each("id"), [&*id]);
    }
    let found = asks(&admin, "POST", "/teams/search", r#"{"term":"core"}"#, 200);
    assert_eq!(found.each("id"), [&*id]);
    let members = format!("/teams/{id}/members");
    let member = create(&members, json!({"team_id": id, "user_id": ci.id}));
    let fields =
        "team_id user_id roles delete_at scheme_guest scheme_user scheme_admin explicit_roles";
    has(&member, fields);
    assert_eq!(get(&members).as_array().unwrap().len(), 2);
    has(&get(&format!("{members}/{}", ci.id)), fields);
    has(&get("/users/me/teams/members")[0], fields);
}

/// wire clients: channels
/// wire clients: channel members
#[test]
fn clients_create_and_list_channels() {
    let mm = server();
    let (admin, ci) = (mm.admin(), mm.user("ci"));
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let create = |path: &str, body: Value| asks(&admin, "POST", path, &body.to_string(), 201);
    let team = mm.team("core");
    team.add(&ci);
    let id = team.id;
    let new = |name: &str, kind: &str| json!({"team_id": id, "name": name, "display_name": name, "type": kind});
    let talk = create("/channels", new("talk", "O")).text("id");
    let secret = create("/channels", new("secret", "P")).text("id");
    for path in [
        &format!("/channels/{talk}"),
        &format!("/teams/{id}/channels/name/talk?include_deleted=false"),
        "/teams/name/core/channels/name/talk",
    ] {
        assert_eq!(get(path)["id"], talk);
    }
    let names = |path: &str| {
        let mut names = get(path).each("name");
        names.sort();
        names.join(" ")
    };
    assert_eq!(
        names(&format!("/teams/{id}/channels")),
        "off-topic talk town-square"
    );
    assert_eq!(names(&format!("/teams/{id}/channels/private")), "secret");
    assert_eq!(names(&format!("/teams/{id}/channels/deleted")), "");
    assert_eq!(
        names(&format!("/users/me/teams/{id}/channels")),
        "off-topic secret talk town-square"
    );
    let his = asks(
        &ci,
        "GET",
        &format!("/users/me/teams/{id}/channels"),
        "",
        200,
    );
    assert_eq!(his.as_array().unwrap().len(), 2);
    assert_eq!(
        get(&format!("/users/me/teams/{id}/channels/members"))
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(get("/channels").as_array().unwrap().len(), 4);
    let path = format!("/channels/{secret}/members");
    let added = create(
        &path,
        json!({"user_id": ci.id, "channel_id": secret, "post_root_id": ""}),
    );
    assert_eq!(added["user_id"], ci.id);
    assert_eq!(get(&path).as_array().unwrap().len(), 2);
}

/// wire clients: read posts
/// wire clients: change, delete a post
#[test]
fn clients_read_change_and_delete_posts() {
    let mm = server();
    let admin = mm.admin();
    let get = |path: &str| asks(&admin, "GET", path, "", 200);
    let talk = mm.team("core").channel("talk", "O", &[]);
    let first = admin.says(&talk, "first");
    mm.clock().advance(std::time::Duration::from_secs(1));
    let second = admin.says(&talk, "second");
    let (one, two) = (first.text("id"), second.text("id"));
    let list = |query: &str| {
        let ignored = "skipFetchThreads=false&collapsedThreads=false&collapsedThreadsExtended=false&direction=";
        let list = get(&format!("/channels/{talk}/posts?{query}&{ignored}"));
        has(&list, "order posts next_post_id prev_post_id");
        let order = list["order"].as_array().unwrap().iter();
        let ids: Vec<String> = order.map(|id| id.as_str().unwrap().into()).collect();
        assert!(ids.iter().all(|id| list["posts"].get(id).is_some()));
        ids
    };
    assert_eq!(list("page=0&per_page=2"), [&*two, &one]);
    let since = first["update_at"].as_i64().unwrap();
    assert_eq!(list(&format!("since={since}")), [&*two]);
    assert_eq!(list(&format!("before={two}&per_page=1")), [&*one]);
    assert_eq!(list(&format!("after={one}")), [&*two]);
    let path = format!("/posts/{one}");
    assert_eq!(get(&path)["message"], "first");
    assert_eq!(get(&format!("{path}/thread"))["order"], json!([one]));
    let patch = r#"{"message":"third"}"#;
    assert_eq!(
        asks(&admin, "PUT", &format!("{path}/patch"), patch, 200)["message"],
        "third"
    );
    let whole = json!({"id": one, "message": "fourth"}).to_string();
    assert_eq!(asks(&admin, "PUT", &path, &whole, 200)["message"], "fourth");
    assert_eq!(
        asks(&admin, "DELETE", &path, "", 200),
        json!({"status": "OK"})
    );
    asks(&admin, "GET", &path, "", 404);
}
