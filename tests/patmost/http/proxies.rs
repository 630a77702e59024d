//! A server behind others: whom it believes who the client is, in the log, in the audit, in the limit on how often and in
//! cookies.

use crate::support::*;

const CLIENT: &str = "203.0.113.7";

/// The address in the line of the log for a request with these headers.
fn address(mm: &Mattermost, headers: &[(&str, &str)]) -> String {
    let request = mm.admin().request("GET", "/users/me");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    let answer = mm.send(&request);
    answer.ok();
    let line = mm.log_of(&answer);
    let (_, rest) = line.split_once(" address=").unwrap();
    rest.split(' ').next().unwrap().to_owned()
}

#[test]
fn forwarded_headers_count_only_from_trusted_proxies() {
    let mm = fresh();
    let forwarded = [("X-Forwarded-For", CLIENT), ("X-Forwarded-Proto", "https")];
    assert_eq!(address(&mm, &forwarded), "127.0.0.1");
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.2 10.0.0.0/8");
    assert_eq!(address(&mm, &forwarded), "127.0.0.1");
    mm.set(
        "ServiceSettings",
        "TrustedProxies",
        "127.0.0.0/8 10.0.0.0/8",
    );
    assert_eq!(address(&mm, &forwarded), CLIENT);
}

#[test]
fn the_client_is_the_nearest_address_that_is_no_proxy() {
    let mm = fresh();
    mm.set(
        "ServiceSettings",
        "TrustedProxies",
        "127.0.0.1 10.0.0.0/8 fd00::/8",
    );
    for (lines, expected) in [
        (&[][..], "127.0.0.1"),
        (&[CLIENT], CLIENT),
        (&["2001:db8::1"], "2001:db8::1"),
        (&["::ffff:203.0.113.7"], CLIENT),
        (&["203.0.113.7, 10.1.1.1"], CLIENT),
        (&["203.0.113.7", "fd00::2 ,10.1.1.1"], CLIENT),
        // What the client wrote itself stands to the left of what the proxies saw.
        (&["198.51.100.1, 203.0.113.7"], CLIENT),
        (&["10.9.9.9, 203.0.113.7, 10.1.1.1"], CLIENT),
        (&["198.51.100.1", CLIENT], CLIENT),
        // Nothing but proxies: the furthest.
        (&["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
        // What is no address ends it.
        (&["unknown, 10.1.1.1"], "10.1.1.1"),
        (&["203.0.113.7, nonsense"], "127.0.0.1"),
        (&["203.0.113.7:80"], CLIENT),
        (&["203.0.113.7:65535, 10.1.1.1:80"], CLIENT),
        (&["[2001:db8::1]:443"], "2001:db8::1"),
        (&["[2001:db8::1]"], "2001:db8::1"),
        (&["203.0.113.7:99999"], "127.0.0.1"),
        (&["[203.0.113.7]:80"], "127.0.0.1"),
        (&[""], "127.0.0.1"),
    ] {
        let headers: Vec<_> = lines
            .iter()
            .map(|line| ("X-Forwarded-For", *line))
            .collect();
        assert_eq!(address(&mm, &headers), expected, "{lines:?}");
    }
}

#[test]
fn audits_and_rate_limits_use_the_forwarded_address() {
    let mm = fresh();
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    let from =
        |address: &str, request: Request| mm.send(&request.header("X-Forwarded-For", address));
    let login = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let login = Request::new("POST", "/api/v4/users/login").body(login);
    from(CLIENT, login).ok();
    let audits = mm.admin().audits().ok();
    let logins = audits
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["ip_address"] == CLIENT);
    assert!(logins.count() > 0, "{audits}");

    mm.admin()
        .patch_config(json!({"RateLimitSettings": {"Enable": true, "PerSec": 1, "MaxBurst": 3}}))
        .ok();
    let ping = || Request::new("GET", "/api/v4/system/ping");
    let left = |address| {
        let answer = from(address, ping());
        answer.header("x-ratelimit-remaining").unwrap().to_owned()
    };
    assert_eq!(
        [left(CLIENT), left(CLIENT), left("198.51.100.1")],
        ["2", "1", "2"]
    );
    // Whoever has one IPv6 address has 2^64 of them.
    let network = [
        left("2001:db8::1"),
        left("2001:db8::ffff:1"),
        left("2001:db8:0:1::1"),
    ];
    assert_eq!(network, ["2", "1", "2"]);
}

#[test]
fn last_used_from_is_the_forwarded_address() {
    let mm = server();
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    let token = mm.admin().token("ci");
    let by_token = mm.admin().with_token(&token.secret);
    for address in [CLIENT, "198.51.100.1"] {
        let request = by_token.request("GET", "/users/me");
        mm.send(&request.header("X-Forwarded-For", address)).ok();
        // Written after the answer, and before the next change.
        mm.admin().token("another");
        let found = mm.admin().post(
            "/users/tokens/search?include_usage=true",
            json!({"term": token.id}),
        );
        assert_eq!(found.ok()[0]["last_used_from"], address);
        mm.advance_days(1);
    }
}

#[test]
fn cookies_are_secure_behind_a_trusted_https_proxy_and_on_a_site_of_https() {
    let mm = fresh();
    let login = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let secure = |protocols: &[&str]| {
        let request = Request::new("POST", "/api/v4/users/login")
            .header("X-Requested-With", "XMLHttpRequest")
            .body(login.clone());
        let request = protocols.iter().fold(request, |request, name| {
            request.header("X-Forwarded-Proto", name)
        });
        let answer = mm.send(&request);
        let cookies = answer.headers("set-cookie");
        assert_eq!(cookies.len(), 3);
        let secure = cookies.iter().filter(|cookie| cookie.contains("; Secure"));
        secure.count() == 3
    };
    assert!(!secure(&["https"]));
    mm.set("ServiceSettings", "TrustedProxies", "127.0.0.1");
    assert!(secure(&["https"]) && secure(&["http", "https"]) && secure(&["http, HTTPS"]));
    assert!(!secure(&[]) && !secure(&["http"]) && !secure(&["https, http"]));
    mm.set("ServiceSettings", "SiteURL", "http://chat.example.com");
    assert!(!secure(&[]));
    mm.set("ServiceSettings", "SiteURL", "https://chat.example.com");
    assert!(secure(&[]) && secure(&["http"]));
}

#[test]
fn a_proxy_that_is_neither_address_nor_network_is_refused() {
    let mm = fresh();
    for value in [
        json!("localhost"),
        json!("10.0.0.0/33"),
        json!("10.0.0.1,10.0.0.2"),
        json!(7),
    ] {
        mm.admin()
            .patch_config(json!({"ServiceSettings": {"TrustedProxies": value}}))
            .refused_body("ServiceSettings.TrustedProxies");
    }
}
