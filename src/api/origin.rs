//! Requests that a browser sends for a web page of somewhere else. Owns which of them are refused, and which come without
//! their cookies; what such a page may read is up to `cors.rs`.

use std::net::IpAddr;

use super::cors;
use crate::config::Config;
use crate::error::{self, AppError};
use crate::http::{Origin, Request};

/// Refuses a request from this very machine that asks for another host: that is how a page's name looks that was made to
/// lead here (DNS rebinding). What a trusted proxy passes on is not from here.
///
/// # Errors
/// 421.
pub fn check_host(config: &Config, request: &Request) -> Result<(), AppError> {
    let is_near = request.peer.ip().to_canonical().is_loopback();
    if request.is_forwarded || !is_near {
        return Ok(());
    }
    match request.header("host") {
        Some(host) if !is_loopback(host) && !is_of_site(config, host) => {
            Err(AppError::new(&error::MISDIRECTED))
        }
        _ => Ok(()),
    }
}

/// Whether a `Host`, with or without a port, names this machine and no other.
pub fn is_loopback(host: &str) -> bool {
    let Some(Origin { host, .. }) = Origin::of_host(false, host) else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = address.parse().ok();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_some_and(|address| address.to_canonical().is_loopback())
}

fn is_of_site(config: &Config, host: &str) -> bool {
    let asked = Origin::of_host(false, host);
    let both = config.site().zip(asked);
    both.is_some_and(|(site, asked)| site.host == asked.host)
}

/// Refuses a change that a page of another origin asks for, unless CORS allows that origin.
///
/// # Errors
/// 403.
pub fn check_page(config: &Config, request: &Request) -> Result<(), AppError> {
    let changes = !["GET", "HEAD", "OPTIONS"].contains(&request.method.as_str());
    if !changes || !is_foreign(config, request) {
        return Ok(());
    }
    match request.header("origin") {
        Some(origin) if cors::may_call(config, origin) => Ok(()),
        _ => Err(AppError::new(&error::FOREIGN_ORIGIN)),
    }
}

/// Whether the cookies of the request count. A browser adds them by itself, also for a page of an origin that only `*`
/// allows to call.
pub fn may_bring_cookies(config: &Config, request: &Request) -> bool {
    let may = |origin: &str| is_own(config, request, origin) || cors::names(config, origin);
    request.header("origin").is_none_or(may)
}

/// Whether a browser says that a page of another origin sent it. Other programs say nothing of the kind.
pub fn is_foreign(config: &Config, request: &Request) -> bool {
    let origin = request.header("origin");
    request.header("sec-fetch-site") == Some("cross-site")
        || origin.is_some_and(|origin| !is_own(config, request, origin))
}

/// Whether pages of the origin are this server's own: it is that of `ServiceSettings.SiteURL`, or what the request was sent
/// to. A request that came in the clear may have been encrypted on its way to a proxy that nobody named.
pub fn is_own(config: &Config, request: &Request, origin: &str) -> bool {
    let Some(origin) = Origin::of_url(origin) else {
        return false;
    };
    if config.site() == Some(&origin) {
        return true;
    }
    let Some(host) = request.header("host") else {
        return false;
    };
    let encrypted = Origin::of_host(true, host);
    let is_site = encrypted.is_some() && encrypted.as_ref() == config.site();
    let in_the_clear = (!request.encrypted && !is_site).then(|| Origin::of_host(false, host));
    encrypted.as_ref() == Some(&origin) || in_the_clear.flatten() == Some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_and_addresses() {
        for host in [
            "localhost",
            "LOCALHOST:1",
            "patmost.localhost:8065",
            "127.0.0.1:8065",
            "127.9.9.9",
            "[::1]:80",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "notlocalhost",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "127.0.0.1.example.com:80",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
