//! Where a credential may stand, which one counts, and what the log says of one that is refused.

use crate::support::*;

const ME: &str = "/api/v4/users/me";

/// wire errors-and-auth: 2 | `Authorization: Bearer
/// wire errors-and-auth: 3 | `Authorization: token
/// wire errors-and-auth: Any other scheme counts
#[test]
fn the_scheme_is_in_any_case_and_the_secret_is_not() {
    let mm = server();
    let secret = mm.user("ci").token("x").secret;
    for scheme in ["Bearer", "BEARER", "bearer", "token", "Token"] {
        mm.send(&Request::new("GET", ME).header("Authorization", &format!("{scheme} {secret}")))
            .ok();
    }
    for value in [
        format!("Basic {secret}"),
        secret.clone(),
        format!("Bearer {}", secret.to_uppercase()),
        format!("Bearer  {secret}"),
        "Bearer ".into(),
    ] {
        mm.send(&Request::new("GET", ME).header("Authorization", &value))
            .expired();
    }
}

/// wire errors-and-auth: 1 | cookie `MMAUTHTOKEN`
#[test]
fn a_bad_cookie_is_not_rescued_by_a_good_header() {
    let mm = server();
    let secret = mm.user("ci").token("x").secret;
    let request = Request::new("GET", ME).header("Authorization", &format!("Bearer {secret}"));
    mm.send(&request.clone().header("Cookie", "other=1")).ok();
    mm.send(&request.header("Cookie", "MMAUTHTOKEN=bad"))
        .expired();
}

/// wire errors-and-auth: 401 | `api.context.token_provided
/// wire errors-and-auth: 4 | query `access_token=SECRET`
#[test]
fn a_secret_in_the_query_is_refused_everywhere() {
    let mm = server();
    let secret = mm.user("ci").token("x").secret;
    for path in ["users/me", "system/ping"] {
        let answer = mm.send(&Request::new(
            "GET",
            &format!("/api/v4/{path}?access_token={secret}"),
        ));
        let refused = answer.refused(401, "api.context.token_provided.app_error");
        assert_eq!(
            refused["message"],
            "Session is not OAuth but token was provided in the query string."
        );
    }
    let session = mm.admin().credential.unwrap();
    mm.send(&Request::new(
        "GET",
        &format!("{ME}?access_token={session}"),
    ))
    .refused(401, "api.context.token_provided.app_error");
    mm.send(&Request::new(
        "GET",
        "/api/v4/users/me?access_token=unknown",
    ))
    .expired();
    mm.send(&Request::new(
        "GET",
        "/api/v4/system/ping?access_token=unknown",
    ))
    .ok();
}

/// wire errors-and-auth: A refused credential also sends
/// A browser sends the cookies of every server on the host, whatever its port.
#[test]
fn cookies_of_others_may_have_any_letters() {
    let mm = fresh();
    let session = mm.admin().credential.unwrap();
    for other in ["\u{fc}".as_bytes(), b"\xfc", b"\xff\xfe"] {
        let head =
            b"GET /api/v4/users/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: other=";
        let own = format!("; MMAUTHTOKEN={session}\r\n\r\n");
        let answer = client::raw(&mm.address(), &[head, other, own.as_bytes()].concat());
        Answer::parse(&answer).ok();
    }
}

#[test]
fn a_refused_credential_clears_the_cookie_and_no_credential_does_not() {
    let mm = server();
    let refused = mm.send(&Request::new("GET", ME).header("Authorization", "Bearer bad"));
    assert_eq!(refused.headers("set-cookie"), [CLEARED_COOKIE]);
    let none = mm.send(&Request::new("GET", ME));
    none.expired();
    assert!(none.headers("set-cookie").is_empty());
}

#[test]
fn a_cookie_needs_the_csrf_token_for_everything_but_get() {
    let mm = server();
    let login = json!({"login_id": "admin", "password": PASSWORD}).to_string();
    let answer = mm.send(
        &Request::new("POST", "/api/v4/users/login")
            .header("X-Requested-With", "XMLHttpRequest")
            .body(login),
    );
    let value = |name: &str| {
        let line = answer
            .headers("set-cookie")
            .into_iter()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned();
        line.split(['=', ';']).nth(1).unwrap().to_owned()
    };
    let (cookie, csrf) = (
        format!("MMAUTHTOKEN={}", value("MMAUTHTOKEN")),
        value("MMCSRF"),
    );
    let post = || {
        Request::new("POST", "/api/v4/roles/names")
            .header("Cookie", &cookie)
            .body(r#"["system_user"]"#)
    };
    mm.send(&Request::new("GET", ME).header("Cookie", &cookie))
        .ok();
    mm.send(&post()).expired();
    mm.send(&post().header("X-CSRF-Token", "wrong")).expired();
    mm.send(&post().header("X-CSRF-Token", &csrf)).ok();
    mm.send(&post().header("X-Requested-With", "XMLHttpRequest"))
        .ok();
    // Or the browser would send it for ever, and be refused also where it logs in.
    for path in ["/api/v4/users/login", "/api/v4/users/logout"] {
        let refused = mm.send(&Request::new("POST", path).header("Cookie", &cookie));
        refused.expired();
        assert_eq!(refused.headers("set-cookie"), [CLEARED_COOKIE]);
    }
}

#[test]
fn a_token_as_cookie_is_no_way_around_the_csrf_token() {
    let mm = server();
    let cookie = format!("MMAUTHTOKEN={}", mm.user("ci").token("x").secret);
    mm.send(&Request::new("GET", ME).header("Cookie", &cookie))
        .ok();
    let post = Request::new("POST", "/api/v4/roles/names")
        .header("Cookie", &cookie)
        .body(r#"["system_user"]"#);
    mm.send(&post).expired();
    mm.send(&post.header("X-CSRF-Token", "")).expired();
}

/// wire errors-and-auth: A token's id is no credential.
#[test]
fn the_log_names_the_token_of_each_request_and_why_it_was_refused() {
    let mm = server();
    let ci = mm.user("ci");
    let token = ci.token("x");
    let by_token = ci.with_token(&token.secret);
    let named = format!("token_id={}", token.id);
    let line = |caller: &Caller, reason: &str| {
        let line = mm.log_of(&caller.me());
        assert!(
            line.contains(&format!("credential={reason} "))
                || line.contains(&format!("credential={reason}")),
            "{line}"
        );
        line
    };
    assert!(line(&by_token, "token").contains(&named));
    assert!(line(&ci.with_token(&token.id), "token_id_instead_of_secret").contains(&named));
    assert!(!line(&ci.with_token("bad"), "unknown").contains("token_id"));
    let refused = |section: &str, change: &dyn Fn(), undo: &dyn Fn()| {
        change();
        assert!(line(&by_token, section).contains(&named));
        undo();
        line(&by_token, "token");
    };
    let admin = mm.admin();
    refused(
        "token_disabled",
        &|| admin.disable(&token).acknowledged(),
        &|| admin.enable(&token).acknowledged(),
    );
    refused(
        "user_deactivated",
        &|| admin.deactivate(&ci).acknowledged(),
        &|| admin.activate(&ci).acknowledged(),
    );
    let switch = |on: bool| mm.set("ServiceSettings", "EnableUserAccessTokens", on);
    refused("tokens_switched_off", &|| switch(false), &|| switch(true));
}

/// wire errors-and-auth: On routes that need no session
#[test]
fn an_open_route_ignores_a_bad_header() {
    let mm = server();
    for path in [
        "/system/ping",
        "/config/client?format=old",
        "/license/client?format=old",
    ] {
        mm.anonymous().with_token("bad").get(path).ok();
    }
    let bad = mm.anonymous().with_token("bad");
    bad.log_out().acknowledged();
    let login = json!({"login_id": "admin", "password": PASSWORD});
    bad.post("/users/login", login).ok();
    mm.set("TeamSettings", "EnableOpenServer", true);
    bad.post("/users", mm.account("alice")).created();
}

/// wire errors-and-auth: 401 | `api.context.session_expired
#[test]
fn every_bad_credential_looks_the_same() {
    let mm = server();
    let ci = mm.user("ci").with_role(TOKEN_ROLE);
    let seen = |answer: Answer| {
        let mut body = answer.refused(401, "api.context.session_expired.app_error");
        body["request_id"].take();
        body.to_string()
    };
    let of_token = |end: &dyn Fn(&Token)| {
        let token = ci.token("x");
        let by_token = ci.with_token(&token.secret);
        by_token.me().ok();
        end(&token);
        seen(by_token.me())
    };
    let post = |action: &str, token: &Token| {
        let path = format!("/users/tokens/{action}");
        mm.admin()
            .post(&path, json!({"token_id": token.id}))
            .acknowledged();
    };
    let none = seen(mm.anonymous().me());
    assert!(none.contains("Invalid or expired session, please login again."));
    assert_eq!(seen(mm.anonymous().with_token("unknown").me()), none);
    assert_eq!(of_token(&|token| post("revoke", token)), none);
    assert_eq!(of_token(&|token| post("disable", token)), none);
    let off = |_: &Token| mm.set("ServiceSettings", "EnableUserAccessTokens", false);
    assert_eq!(of_token(&off), none);
    mm.set("ServiceSettings", "EnableUserAccessTokens", true);
    let login = mm.login("ci");
    login.log_out().acknowledged();
    assert_eq!(seen(login.me()), none);
    let gone = |_: &Token| {
        let path = format!("/users/{}/active", ci.id);
        mm.admin()
            .put(&path, json!({"active": false}))
            .acknowledged();
    };
    assert_eq!(of_token(&gone), none);
}
