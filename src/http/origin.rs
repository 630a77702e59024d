//! Origins of web pages (RFC 6454): how they are read, from URLs and from the `Host` of a request.

use super::target;

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether the scheme is `https`; otherwise it is `http`.
    pub encrypted: bool,
    /// In lower case; an IPv6 address in its brackets.
    pub host: String,
    port: u16,
}

impl Origin {
    /// Reads `https://chat.example:8443`, with or without a path behind it; `None` for what is no URL of `http` or `https`.
    pub fn of_url(url: &str) -> Option<Origin> {
        let (scheme, rest) = url.split_once("://")?;
        let encrypted = scheme.eq_ignore_ascii_case("https");
        if !encrypted && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Origin::of_host(encrypted, &rest[..end])
    }

    /// Reads a `Host`, with or without a port; `None` for what is none.
    pub fn of_host(encrypted: bool, host: &str) -> Option<Origin> {
        if !target::is_host(host) {
            return None;
        }
        let usual = if encrypted { 443 } else { 80 };
        // The colons of an IPv6 address stand before its bracket.
        let (name, port) = match host.rsplit_once(':') {
            Some((name, "")) => (name, usual),
            Some((name, port)) if !port.contains(']') => (name, port.parse().ok()?),
            _ => (host, usual),
        };
        let host = name.to_ascii_lowercase();
        Some(Origin {
            encrypted,
            host,
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_port_and_the_case_of_letters_make_no_other_origin() {
        for (one, other) in [
            ("http://h", "HTTP://H:80/path?q#f"),
            ("https://chat.example", "https://chat.example:443/"),
            ("http://[::1]:8065", "http://[::1]:8065/x"),
            ("https://[::1]", "https://[::1]:443"),
            ("http://h:", "http://h"),
        ] {
            assert_eq!(Origin::of_url(one).unwrap(), Origin::of_url(other).unwrap());
        }
    }

    #[test]
    fn scheme_host_and_port_make_another_origin() {
        let origin = Origin::of_url("http://h");
        for other in ["https://h", "http://h:443", "https://h:80", "http://i"] {
            assert_ne!(origin, Origin::of_url(other), "{other}");
            assert!(Origin::of_url(other).is_some(), "{other}");
        }
    }

    #[test]
    fn what_is_no_url_of_http_has_no_origin() {
        for text in [
            "",
            "null",
            "h",
            "//h",
            "ftp://h",
            "http://",
            "http:///path",
            "http://user@h",
            "http://h:99999",
            "http://a b",
        ] {
            assert_eq!(Origin::of_url(text), None, "{text:?}");
        }
    }
}
