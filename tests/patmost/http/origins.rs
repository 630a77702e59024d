//! Requests that a browser sends for pages of somewhere else: they change nothing, and no page reaches this machine by a name
//! of its own.

use crate::support::*;

const EVIL: &str = "http://evil.example";
const FOREIGN: &str = "api.context.foreign_origin.app_error";
const MISDIRECTED: &str = "api.context.misdirected.app_error";

/// What a browser says of a page of another origin.
const PAGES: &[(&str, &str)] = &[
    ("Origin", EVIL),
    ("Origin", "null"),
    ("Origin", "http://localhost:3000"),
    ("Origin", "http://localhost.evil.example"),
    ("Sec-Fetch-Site", "cross-site"),
];

fn with(request: Request, headers: &[(&str, &str)]) -> Request {
    headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

/// A login with these headers.
fn login(mm: &Mattermost, headers: &[(&str, &str)]) -> Answer {
    let body = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let request = Request::new("POST", "/api/v4/users/login").body(body);
    mm.send(&with(request, headers))
}

fn ping(mm: &Mattermost, headers: &[(&str, &str)]) -> Answer {
    mm.send(&with(Request::new("GET", "/api/v4/system/ping"), headers))
}

#[test]
fn a_page_of_another_origin_does_not_become_the_first_admin() {
    let mm = empty(&[]);
    for page in PAGES {
        let account = mm.account("evil").to_string();
        let request = mm.anonymous().request("POST", "/users").body(account);
        let refused = mm.send(&with(request, &[*page]));
        let told = refused.refused(403, FOREIGN).text("message");
        assert!(told.contains("AllowCorsFrom"), "{told}");
        assert!(mm.log_of(&refused).contains(FOREIGN));
    }
    let settings = mm.anonymous().get("/config/client?format=old").ok();
    assert_eq!(settings["NoAccounts"], "true");
    mm.anonymous().post("/users", mm.account("admin")).created();
}

#[test]
fn a_page_of_another_origin_changes_nothing_on_any_route() {
    let mm = server();
    let admin = mm.admin();
    let changes = endpoints()
        .into_iter()
        .filter(|(method, _)| method != "GET");
    let changes: Vec<_> = changes.collect();
    assert!(changes.len() > 50, "{changes:?}");
    let nowhere = ("PATCH".to_owned(), "/nowhere".to_owned());
    for (method, path) in changes.iter().chain([&nowhere]) {
        for page in PAGES {
            let path = path.replace(['{', '}'], "");
            let request = with(admin.request(method, &path), &[*page]);
            mm.send(&request).refused(403, FOREIGN);
        }
    }
    // It may ask for what it cannot read.
    for page in PAGES {
        mm.send(&with(admin.request("GET", "/users/me"), &[*page]))
            .ok();
    }
}

#[test]
fn pages_of_the_server_itself_may_change_something() {
    let mm = fresh();
    login(&mm, &[]).ok();
    for origin in ["http://localhost", "http://localhost:80"] {
        login(&mm, &[("Origin", origin)]).ok();
    }
    let here = [
        ("Host", "127.0.0.1:8065"),
        ("Origin", "http://127.0.0.1:8065"),
    ];
    login(&mm, &here).ok();
    // Somebody else's server on the same machine took the encryption off.
    login(&mm, &[("Origin", "https://localhost")]).ok();
    for site in ["same-origin", "same-site", "none"] {
        login(&mm, &[("Sec-Fetch-Site", site)]).ok();
    }
}

#[test]
fn pages_of_the_site_are_the_servers_own() {
    let mm = fresh();
    let host = ("Host", "chat.example.com:8065");
    let from = |origin| login(&mm, &[host, ("Origin", origin)]);
    mm.set(
        "ServiceSettings",
        "SiteURL",
        "https://chat.example.com:8065/chat",
    );
    from("https://chat.example.com:8065").ok();
    login(&mm, &[("Origin", "https://chat.example.com:8065")]).ok();
    for origin in [
        "http://chat.example.com:8065",
        "https://chat.example.com",
        "https://chat.example.com.evil.example:8065",
    ] {
        from(origin).refused(403, FOREIGN);
    }
}

#[test]
fn behind_a_proxy_that_encrypts_only_encrypted_pages_are_the_servers_own() {
    let mm = fresh();
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    let from = |protocol, origin| {
        let host = ("Host", "chat.example.com");
        login(
            &mm,
            &[host, ("X-Forwarded-Proto", protocol), ("Origin", origin)],
        )
    };
    from("https", "https://chat.example.com").ok();
    from("https", "https://chat.example.com:443").ok();
    from("http", "http://chat.example.com").ok();
    from("https", "http://chat.example.com").refused(403, FOREIGN);
    from("https", "https://other.example.com").refused(403, FOREIGN);
}

#[test]
fn pages_that_may_call_may_change_something() {
    let mm = fresh();
    let cross_site = ("Sec-Fetch-Site", "cross-site");
    mm.set("ServiceSettings", "AllowCorsFrom", "https://page.example");
    login(&mm, &[("Origin", "https://page.example"), cross_site]).ok();
    login(&mm, &[("Origin", EVIL)]).refused(403, FOREIGN);
    login(&mm, &[cross_site]).refused(403, FOREIGN);
    mm.set("ServiceSettings", "AllowCorsFrom", "*");
    login(&mm, &[("Origin", EVIL), cross_site]).ok();
    // Whose page it is, it does not say.
    login(&mm, &[cross_site]).refused(403, FOREIGN);
}

#[test]
fn on_this_machine_no_other_host_is_asked_for() {
    let mm = fresh();
    for host in ["LOCALHOST:1", "a.localhost", "127.9.9.9", "[::1]:8065"] {
        ping(&mm, &[("Host", host)]).ok();
    }
    let evil = [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "[2001:db8::1]:8065",
        "127.0.0.1.evil.example:8065",
    ];
    for host in evil {
        let refused = ping(&mm, &[("Host", host)]);
        let told = refused.refused(421, MISDIRECTED).text("message");
        assert!(told.contains("SiteURL"), "{told}");
        assert!(mm.log_of(&refused).contains(MISDIRECTED));
        for path in ["/", "/nowhere", "//", "/api/v4/websocket"] {
            let request = Request::new("GET", path).header("Host", host);
            mm.send(&request).refused(421, MISDIRECTED);
        }
    }
    // The host of an absolute target goes before the line.
    let target = "GET http://evil.example/api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = client::raw(&mm.address(), target.as_bytes());
    Answer::parse(&answer).refused(421, MISDIRECTED);
    let without = b"GET /api/v4/system/ping HTTP/1.0\r\n\r\n";
    Answer::parse(&client::raw(&mm.address(), without)).ok();
}

#[test]
fn the_host_of_the_site_may_be_asked_for_and_any_host_through_a_trusted_proxy() {
    let mm = fresh();
    let ask = |host| ping(&mm, &[("Host", host)]);
    mm.set(
        "ServiceSettings",
        "SiteURL",
        "https://Chat.example.com/chat",
    );
    ask("chat.example.com").ok();
    ask("CHAT.example.com:8065").ok();
    ask("other.example.com").refused(421, MISDIRECTED);
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.2");
    ask("other.example.com").refused(421, MISDIRECTED);
    // Who is not trusted cannot say that the client is somewhere else.
    let elsewhere = [
        ("Host", "other.example.com"),
        ("X-Forwarded-For", "10.0.0.1"),
    ];
    ping(&mm, &elsewhere).refused(421, MISDIRECTED);
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    ask("other.example.com").ok();
    ping(&mm, &elsewhere).ok();
}

/// Refused as any other request is: counted, and limited.
#[test]
fn refused_pages_count_against_the_limit_on_requests() {
    let mm = fresh();
    let limits = json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 2}});
    mm.admin().patch_config(limits).ok();
    let statuses = [EVIL, EVIL, EVIL].map(|origin| login(&mm, &[("Origin", origin)]).status);
    assert_eq!(statuses, [403, 403, 429]);
}
