//! The request target: its forms, the path, the query and percent-decoding. Owns nothing else of the request line.

use std::borrow::Cow;

use super::Refusal;

/// A request target taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub raw_path: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Of an absolute-form target; it goes before the `Host` line (RFC 9112, 3.2.2).
    pub host: Option<String>,
}

/// Takes origin-form and absolute-form of `http` and `https`; the other forms have no business here.
pub(super) fn parse(target: &str) -> Result<Target, Refusal> {
    // A fragment never goes over the wire; some proxies cut it and some do not.
    if target.contains('#') {
        return Err(Refusal::BadRequest("The request target has a fragment."));
    }
    let (host, rest) = split_authority(target)?;
    let (raw_path, raw_query) = rest.split_once('?').unwrap_or((rest, ""));
    let raw_path = if raw_path.is_empty() { "/" } else { raw_path };
    Ok(Target {
        raw_path: raw_path.to_owned(),
        path: decode(&keep_slashes_encoded(raw_path), false)?,
        query: pairs(raw_query)?,
        host: host.map(str::to_owned),
    })
}

/// Returns the path so that an encoded slash is still one after it was decoded: it parts no segments.
fn keep_slashes_encoded(path: &str) -> Cow<'_, str> {
    if path.contains("%2F") || path.contains("%2f") {
        path.replace("%2F", "%252F").replace("%2f", "%252F").into()
    } else {
        path.into()
    }
}

fn split_authority(target: &str) -> Result<(Option<&str>, &str), Refusal> {
    if target.starts_with('/') {
        return Ok((None, target));
    }
    let bad = Refusal::BadRequest("The request target is neither a path nor an http URL.");
    let (scheme, rest) = target.split_once("://").ok_or(bad)?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(bad);
    }
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if !is_host(host) {
        return Err(bad);
    }
    Ok((Some(host), path))
}

/// Parts of a query at most: parsed, each takes many times its bytes in memory.
const PARTS: usize = 128;

fn pairs(raw: &str) -> Result<Vec<(String, String)>, Refusal> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Ok((decode(name, true)?, decode(value, true)?))
    };
    let parts = || raw.split('&').filter(|part| !part.is_empty());
    if parts().nth(PARTS).is_some() {
        return Err(Refusal::BadRequest("The query has too many parts."));
    }
    parts().map(pair).collect()
}

/// Percent-decoded text; a bad escape, a NUL and what is no UTF-8 are refused rather than guessed at.
fn decode(raw: &str, plus_is_space: bool) -> Result<String, Refusal> {
    if !raw.contains(['%', '+']) {
        return Ok(raw.to_owned());
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => escape(bytes.next(), bytes.next())?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(out).map_err(|_| Refusal::BadRequest("The request target is not UTF-8."))
}

fn escape(high: Option<u8>, low: Option<u8>) -> Result<u8, Refusal> {
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    match (digit(high), digit(low)) {
        (Some(0), Some(0)) => Err(Refusal::BadRequest("The request target has a NUL.")),
        (Some(high), Some(low)) => Ok((high * 16 + low) as u8),
        _ => Err(Refusal::BadRequest(
            "The request target has a bad percent escape.",
        )),
    }
}

/// A host with an optional port, as it may stand in `Host` and in a URL; no user, no path, not empty.
pub(super) fn is_host(value: &str) -> bool {
    // The colons of an IPv6 literal end with its bracket.
    let colon = value[value.rfind(']').unwrap_or(0)..]
        .find(':')
        .map(|at| at + value.rfind(']').unwrap_or(0));
    let (host, port) = colon.map_or((value, ""), |at| (&value[..at], &value[at + 1..]));
    let port_fits = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    port_fits && host_name(host)
}

fn host_name(host: &str) -> bool {
    let literal = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(inside) => inside.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_that_are_taken() {
        let rows = [
            ("/", "/", "/", &[][..]),
            (
                "/a%20b?x=1&y=a+b%2B&z&&=q",
                "/a%20b",
                "/a b",
                &[("x", "1"), ("y", "a b+"), ("z", ""), ("", "q")],
            ),
            ("/a+b", "/a+b", "/a+b", &[]),
            (
                "/j%C3%BCrgen?ü=%E2%82%AC",
                "/j%C3%BCrgen",
                "/jürgen",
                &[("ü", "€")],
            ),
            ("/a?b?c=d=e", "/a", "/a", &[("b?c", "d=e")]),
            ("http://h:80/p?q=1", "/p", "/p", &[("q", "1")]),
            ("HTTPS://[::1]:1?q=/", "/", "/", &[("q", "/")]),
            ("//double//slash", "//double//slash", "//double//slash", &[]),
        ];
        for (given, raw_path, path, query) in rows {
            let target = parse(given).unwrap();
            assert_eq!(
                (target.raw_path.as_str(), target.path.as_str()),
                (raw_path, path),
                "{given}"
            );
            let pairs: Vec<_> = target
                .query
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(pairs, query, "{given}");
        }
        assert_eq!(parse("http://h:80/").unwrap().host.as_deref(), Some("h:80"));
    }

    #[test]
    fn targets_that_are_refused() {
        let many = format!("/?{}", "a&".repeat(PARTS));
        assert_eq!(parse(&many).unwrap().query.len(), PARTS);
        let too_many = many + "a";
        let rows = [
            too_many.as_str(),
            "",
            "*",
            "a",
            "host:443",
            "h/p",
            "ftp://h/",
            "http://",
            "http:///p",
            "http://u@h/",
            "http:/p",
            "/a#b",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "/%00",
            "/%ff",
            "/?a=%",
            "/?a=%00",
            "/?a=%C3",
            "/?%g0=1",
            "?a",
            "://h/",
        ];
        for given in rows {
            assert!(
                matches!(parse(given), Err(Refusal::BadRequest(_))),
                "{given}"
            );
        }
    }

    #[test]
    fn hosts() {
        for good in [
            "h",
            "h:",
            "h:80",
            "a.b-c_d:65535",
            "127.0.0.1:8",
            "[::1]",
            "[fe80::1]:80",
            "%41",
        ] {
            assert!(is_host(good), "{good}");
        }
        let bad = [
            "", ":", ":80", "h:x", "h:-1", "h:123456", "a b", "a/b", "u@h", "a:b:c", "[::1",
            "::1]", "[]", "[x]:1", "a[::1]", "[::1]x", "[::1]80", "h\"", "ü",
        ];
        for bad in bad {
            assert!(!is_host(bad), "{bad}");
        }
    }
}
