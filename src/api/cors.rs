//! Which pages of other origins may call (Fetch Standard, CORS protocol): those that `ServiceSettings.AllowCorsFrom` names.

use crate::config::{ALLOW_CORS_FROM, Config};
use crate::http::{Request, Response};

/// Whether pages of the origin may call.
pub fn may_call(config: &Config, origin: &str) -> bool {
    names(config, origin) || names(config, "*")
}

/// Whether the setting names the origin itself.
pub fn names(config: &Config, origin: &str) -> bool {
    let mut named = config.text(&ALLOW_CORS_FROM).split_whitespace();
    named.any(|name| name == origin)
}

/// The origin of the request, when it may call.
fn allowed<'r>(config: &Config, request: &'r Request) -> Option<&'r str> {
    request
        .header("origin")
        .filter(|origin| origin.is_ascii() && may_call(config, origin))
}

/// The answer to a browser that asks before it calls; none when it is not asking, or may not.
pub fn preflight(config: &Config, request: &Request) -> Option<Response> {
    if request.method != "OPTIONS" {
        return None;
    }
    allowed(config, request)?;
    let headers = request
        .header("access-control-request-headers")
        .filter(|names| names.is_ascii())
        .unwrap_or_default();
    let answer = Response::empty(200)
        .with("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
        .with("Access-Control-Allow-Headers", headers)
        .with("Access-Control-Max-Age", "600");
    Some(answer)
}

/// The same answer, readable for the page that asked. No cookies: a page of another origin brings its own token.
pub fn readable(config: &Config, request: &Request, response: Response) -> Response {
    // What a cache keeps of an answer to one page is nothing for another, allowed or refused.
    let varies = request.header("origin").is_some() || !config.text(&ALLOW_CORS_FROM).is_empty();
    let response = match varies {
        true => response.with("Vary", "Origin"),
        false => response,
    };
    match allowed(config, request) {
        None => response,
        Some(origin) => response.with("Access-Control-Allow-Origin", origin).with(
            "Access-Control-Expose-Headers",
            "Token, X-Request-Id, X-Version-Id",
        ),
    }
}
