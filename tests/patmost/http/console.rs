//! The pages for a browser, as they are served; what they do in one is tested in `tests/console/`.

use std::path::{Path, PathBuf};

use crate::support::*;

/// Bytes of all files together.
const BUDGET: u64 = 150_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console")
}

/// Every file of the pages, by its path below the folder.
fn files() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end != "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&folder(), &mut found);
    let name = |path: &PathBuf| {
        path.strip_prefix(folder())
            .unwrap()
            .to_str()
            .unwrap()
            .into()
    };
    found.iter().map(name).collect()
}

/// Where a file is served.
fn path_of(name: &str) -> String {
    if name == "index.html" {
        "/".into()
    } else {
        format!("/console/{name}")
    }
}

fn get(mm: &Mattermost, path: &str) -> Answer {
    mm.send(&Request::new("GET", path))
}

#[test]
fn every_file_is_served_as_it_is_with_its_type() {
    let mm = empty(&[]);
    for name in files() {
        let answer = get(&mm, &path_of(&name));
        let content_type = match name.rsplit('.').next().unwrap() {
            "html" => "text/html; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("what is a .{other}?"),
        };
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.body, std::fs::read(folder().join(&name)).unwrap());
    }
}

#[test]
fn every_script_is_loaded_by_another_or_by_the_page() {
    let read = |name: &String| std::fs::read_to_string(folder().join(name)).unwrap();
    let all: String = files().iter().map(read).collect();
    for name in files().iter().filter(|name| name.ends_with(".js")) {
        let file = name.rsplit('/').next().unwrap();
        let stem = file.strip_suffix(".js").unwrap();
        // By an import, or as the second column of the table of pages.
        let loaded = all.contains(&format!("/{file}'")) || all.contains(&format!("', '{stem}', '"));
        assert!(loaded || name == "main.js", "{name}");
    }
    let index = read(&"index.html".to_owned());
    for path in index
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        let absolute = format!("/{path}");
        assert!(
            files().iter().any(|name| path_of(name) == absolute),
            "{path}"
        );
    }
}

#[test]
fn the_console_is_found_below_a_path_of_its_host() {
    let index = std::fs::read_to_string(folder().join("index.html")).unwrap();
    for name in ["href=\"", "src=\""] {
        let paths = index.split(name).skip(1);
        assert!(paths.map(|rest| &rest[..1]).all(|first| first != "/"));
    }
    for name in files().iter().filter(|name| name.ends_with(".js")) {
        let script = std::fs::read_to_string(folder().join(name)).unwrap();
        assert!(
            !script.contains("'/console") && !script.contains("'/api"),
            "{name}"
        );
    }
    let mm = fresh();
    mm.set("ServiceSettings", "SiteURL", "http://localhost/tokens/");
    // Behind a proxy that takes the path off, and behind one that does not.
    for below in ["", "/tokens"] {
        assert_eq!(get(&mm, &format!("{below}/console/main.js")).status, 200);
        assert!(
            get(&mm, &format!("{below}/"))
                .text()
                .contains("console/main.js")
        );
        let ping = get(&mm, &format!("{below}/api/v4/system/ping"));
        assert_eq!(ping.status, 200);
    }
    let bare = get(&mm, "/tokens");
    assert_eq!(
        (bare.status, bare.header("location")),
        (301, Some("/tokens/"))
    );
    let unclean = get(&mm, "/tokens//api/v4/system/ping?a=b");
    let way = Some("/tokens/api/v4/system/ping?a=b");
    assert_eq!((unclean.status, unclean.header("location")), (301, way));
    for other in ["/tokensapi/v4/system/ping", "/other/api/v4/system/ping"] {
        assert_eq!(get(&mm, other).status, 404, "{other}");
    }
}

#[test]
fn a_page_may_load_and_call_nothing_but_this_server_and_be_framed_by_nobody() {
    let mm = empty(&[]);
    for path in ["/", "/console/main.js", "/console/icon.svg"] {
        let answer = get(&mm, path);
        let policy = answer.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.split("; ").any(|given| given == part), "{part}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("x-request-id").map(str::len), Some(26));
        assert_eq!(answer.headers("set-cookie"), Vec::<&str>::new());
    }
    let index = get(&mm, "/").text();
    for inline in ["<style", "style=", "onclick", "onload", "http:", "https:"] {
        assert!(!index.contains(inline), "{inline}");
    }
    assert_eq!(index.matches("<script").count(), 1);
}

#[test]
fn the_page_is_never_kept_and_a_file_is_sent_once() {
    let mm = empty(&[]);
    assert_eq!(get(&mm, "/").header("cache-control"), Some("no-store"));
    let first = get(&mm, "/console/main.js");
    let etag = first.header("etag").unwrap();
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    assert_ne!(get(&mm, "/console/api.js").header("etag"), Some(etag));
    let again = |known: &str| {
        mm.send(&Request::new("GET", "/console/main.js").header("If-None-Match", known))
    };
    for known in [etag.to_owned(), format!("\"other\", {etag}")] {
        let answer = again(&known);
        assert_eq!((answer.status, answer.body.len()), (304, 0));
        assert_eq!(answer.header("etag"), Some(etag));
        assert!(answer.header("content-security-policy").is_some());
    }
    assert_eq!(again("\"other\"").status, 200);
}

#[test]
fn head_is_answered_without_the_body() {
    let mm = empty(&[]);
    let answer = mm.send(&Request::new("HEAD", "/"));
    let length = get(&mm, "/").body.len().to_string();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), Some(length.as_str()));
}

#[test]
fn paths_beside_the_console_have_no_file() {
    let mm = empty(&[]);
    for (method, path) in [
        ("GET", "/index.html"),
        ("GET", "/console"),
        ("GET", "/console/mod.rs"),
        ("GET", "/console/pages/"),
        ("GET", "/console/%2e%2e/%2e%2e/Cargo.toml"),
        ("GET", "/main.js"),
        ("POST", "/"),
        ("DELETE", "/console/main.js"),
        ("GET", "/api/v4"),
        ("GET", "/api/v4/console/main.js"),
    ] {
        let answer = mm.send(&Request::new(method, path));
        let known = [404, 301].contains(&answer.status);
        assert!(
            known && answer.header("content-security-policy").is_none(),
            "{method} {path}: {}",
            answer.status
        );
    }
}

#[test]
fn a_file_counts_against_the_rate_limit_and_has_its_line_in_the_log() {
    let mm = fresh();
    let line = mm.log_of(&get(&mm, "/console/main.js"));
    assert!(
        line.contains("method=GET route=/console/main.js status=200"),
        "{line}"
    );
    mm.set("RateLimitSettings", "MaxBurst", 3);
    mm.set("RateLimitSettings", "Enable", true);
    let statuses: Vec<u16> = (0..4).map(|_| get(&mm, "/").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
}

#[test]
fn all_files_together_are_small() {
    let size = |name: &String| std::fs::metadata(folder().join(name)).unwrap().len();
    let sum: u64 = files().iter().map(size).sum();
    assert!(sum < BUDGET, "{sum} bytes");
}

#[test]
fn nothing_becomes_html_and_no_storage_is_used() {
    for name in files() {
        let text = std::fs::read_to_string(folder().join(&name)).unwrap();
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "localStorage",
            "sessionStorage",
            "indexedDB",
        ] {
            assert!(!text.contains(forbidden), "{forbidden} in {name}");
        }
    }
}

#[test]
fn a_stranger_learns_whether_an_account_exists() {
    let mm = empty(&[]);
    let told = || {
        mm.anonymous()
            .get("/config/client?format=old")
            .ok()
            .text("NoAccounts")
    };
    assert_eq!(told(), "true");
    mm.anonymous().post("/users", mm.account("admin")).created();
    assert_eq!(told(), "false");
}

#[test]
fn a_token_sees_its_own_first_use() {
    let mm = server();
    let token = mm.admin().token("ci");
    mm.advance_days(1);
    let by_token = mm.admin().with_token(&token.secret);
    let list = by_token.get("/users/tokens?include_usage=true").ok();
    assert_eq!(
        list[0]["last_used_at"].as_i64().unwrap() - list[0]["create_at"].as_i64().unwrap(),
        86_400_000
    );
}

#[test]
fn token_usage_is_listed_on_request() {
    let mm = server();
    let alice = mm.user("alice").with_role(TOKEN_ROLE);
    let token = alice.token("ci");
    mm.advance_days(1);
    alice.with_token(&token.secret).me().ok();
    // The time of a use is written after the answer, and before the next change.
    alice.token("another");
    let path = format!("/users/{}/tokens", alice.id);
    let plain = alice.get(&path).ok();
    assert!(plain[0].get("last_used_at").is_none() && plain[0].get("create_at").is_none());
    let lists = [
        alice.get(&format!("{path}?include_usage=true")),
        mm.admin().get("/users/tokens?include_usage=true"),
        mm.admin().post(
            "/users/tokens/search?include_usage=true",
            json!({"term": "alice"}),
        ),
    ];
    for list in lists {
        let list = list.ok();
        let (used, unused) = (&list[0], &list[1]);
        assert_eq!(
            used["last_used_at"].as_i64().unwrap() - used["create_at"].as_i64().unwrap(),
            86_400_000
        );
        assert_eq!(unused["last_used_at"], 0);
        assert_eq!(
            (&used["last_used_from"], &unused["last_used_from"]),
            (&json!("127.0.0.1"), &json!(""))
        );
        assert!(used.get("token").is_none() && used.get("secret_hash").is_none());
    }
}

#[test]
fn a_pinned_setting_names_its_pin() {
    let mm = empty(&[("ServiceSettings.EnableUserAccessTokens", "true")]);
    mm.anonymous().post("/users", mm.account("admin")).created();
    mm.sign_in_admin();
    let pinned =
        |path| mm.admin().get(path).ok()["ServiceSettings"]["EnableUserAccessTokens"].clone();
    assert_eq!(pinned("/config/environment"), true);
    assert_eq!(pinned("/config/environment?include_source=true"), "a test");
}

#[test]
fn the_session_of_the_request_is_marked_on_demand() {
    let mm = fresh();
    let (here, _there) = (mm.user("alice"), mm.login("alice"));
    assert!(here.sessions().ok()[0].get("is_current").is_none());
    let sessions = here.get("/users/me/sessions?include_current=true").ok();
    let current: Vec<bool> = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["is_current"] == true)
        .collect();
    assert_eq!(current, [false, true]);
}

#[test]
fn accounts_are_counted_by_kind() {
    let mm = fresh();
    mm.set("ServiceSettings", "EnableBotAccountCreation", true);
    mm.user("alice");
    let bob = mm.user("bob");
    mm.admin().deactivate(&bob).acknowledged();
    mm.admin().create_bot("robot").created();
    let count = |query: &str| {
        mm.admin()
            .get(&format!("/users/stats/filtered{query}"))
            .ok()["total_users_count"]
            .clone()
    };
    assert_eq!(count(""), 2);
    assert_eq!(count("?include_deleted=true"), 3);
    assert_eq!(count("?include_bots=true"), 3);
    assert_eq!(count("?include_bots=true&include_deleted=true"), 4);
    assert_eq!(count("?roles=system_admin"), 1);
    assert_eq!(
        count("?roles=system_admin,system_user&include_bots=true"),
        3
    );
    assert_eq!(count("?in_team=aaaaaaaaaaaaaaaaaaaaaaaaaa"), 0);
    mm.admin()
        .get("/users/stats/filtered?roles=A-b")
        .refused_url("roles");
    mm.login("alice").get("/users/stats/filtered").forbidden();
}

#[test]
fn the_dashboard_counts_tokens_by_state_and_requests_by_outcome() {
    let mm = server();
    let alice = mm.user("alice").with_role(TOKEN_ROLE);
    let path = format!("/users/{}/tokens", alice.id);
    let (used, old, off) = (alice.token("used"), alice.token("old"), alice.token("off"));
    let in_days = |days: i64| {
        let now = alice.sessions().ok()[0]["create_at"].as_i64().unwrap();
        json!({"description": "ends", "expires_at": now + days * 86_400_000})
    };
    alice.post(&path, in_days(1)).ok();
    alice.post(&path, in_days(43)).ok();
    alice.disable(&off).acknowledged();
    alice.with_token(&old.secret).me().ok();
    mm.advance_days(40);
    mm.sign_in_admin();
    alice.with_token(&used.secret).me().ok();
    mm.anonymous().me().expired();
    mm.admin().get("/users/zzz").refused_url("user_id");
    let seen = mm.admin().get("/system/dashboard").ok();
    let states = json!({"active": 3, "expires_soon": 1, "unused": 2, "disabled": 1, "expired": 1});
    assert_eq!(seen["tokens"], states);
    assert_eq!(seen["unused"].each("description"), ["ends", "old"]);
    let hours = seen["hours"].as_array().unwrap();
    let last = hours.last().unwrap();
    assert_eq!(
        (
            hours.len(),
            last["refused"].as_u64(),
            last["mistaken"].as_u64(),
            last["failed"].as_u64()
        ),
        (24, Some(1), Some(1), Some(0))
    );
    assert!(last["succeeded"].as_u64().unwrap() >= 2);
    get(&mm, "/");
    let after = mm.admin().get("/system/dashboard").ok()["hours"][23]["succeeded"].as_u64();
    assert_eq!(
        after,
        last["succeeded"].as_u64().map(|count| count + 1),
        "a file of the console is not counted"
    );
    alice.get("/system/dashboard").expired();
    mm.login("alice").get("/system/dashboard").forbidden();
}
