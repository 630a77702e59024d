//! Requests that patmost sends to integrations: plain HTTP/1.1 to hosts that were allowed, within a time and a size, and
//! without following anywhere else. Holds the thread that calls it meanwhile: see [`super::Lane::Calls`].

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::chunked::Chunked;
use super::proxy::Proxies;
use super::target;

/// Bytes of the head of an answer, and of its body, that are read.
const HEAD_BYTES: usize = 16 * 1024;
const BODY_BYTES: usize = 1 << 20;

/// Header lines of an answer at most.
const HEADERS: usize = 64;

/// Hosts and networks that may be called.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts {
    hosts: Vec<String>,
    networks: Proxies,
}

impl AllowedHosts {
    /// Reads names of hosts, addresses and networks, with blanks or commas between.
    pub fn parse(text: &str) -> AllowedHosts {
        let entries = text.split(|letter: char| letter.is_whitespace() || letter == ',');
        let entries = entries.filter(|entry| !entry.is_empty());
        let (networks, hosts): (Vec<&str>, Vec<&str>) =
            entries.partition(|entry| Proxies::parse(entry).is_some());
        AllowedHosts {
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            networks: Proxies::parse(&networks.join(" ")).unwrap_or_default(),
        }
    }

    fn names(&self, host: &str) -> bool {
        self.hosts
            .iter()
            .any(|name| name.eq_ignore_ascii_case(host))
    }

    fn has(&self, address: IpAddr) -> bool {
        self.networks.trusts(address)
    }
}

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
struct Place<'u> {
    /// As it stands in `Host`.
    authority: &'u str,
    /// Without brackets.
    host: &'u str,
    port: u16,
    path: String,
}

/// Reads a URL.
///
/// # Errors
/// What is wrong with it, in words.
fn place(url: &str) -> Result<Place<'_>, String> {
    let lower = url.to_ascii_lowercase();
    if lower.starts_with("https://") {
        return Err("patmost calls integrations by http, not by https".into());
    }
    let rest = lower
        .strip_prefix("http://")
        .ok_or("the URL does not begin with http://")?;
    let rest = &url[url.len() - rest.len()..];
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    if !target::is_host(authority) {
        return Err("the URL has no host".into());
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            (host, port.parse().map_err(|_| "the port is none")?)
        }
        _ => (authority, 80),
    };
    let path = path.split('#').next().unwrap_or_default();
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the path has letters that a URL cannot have".into());
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Place {
        authority,
        host: host.trim_start_matches('[').trim_end_matches(']'),
        port,
        path: format!("{slash}{path}"),
    })
}

/// A request to an integration.
#[derive(Debug)]
pub enum Outgoing<'q> {
    /// `POST` with JSON.
    Json(&'q str),
    /// `POST` with the fields of a form, encoded; and `Authorization: Token` with a secret that both know.
    Form { fields: &'q str, token: &'q str },
    /// `GET`, and the same header; what is asked is in the URL.
    Get { token: &'q str },
}

impl Outgoing<'_> {
    fn method(&self) -> &'static str {
        match self {
            Outgoing::Get { .. } => "GET",
            Outgoing::Json(_) | Outgoing::Form { .. } => "POST",
        }
    }

    fn body(&self) -> &str {
        match self {
            Outgoing::Json(body) | Outgoing::Form { fields: body, .. } => body,
            Outgoing::Get { .. } => "",
        }
    }

    /// The lines of the head that are of this kind of request alone.
    fn lines(&self) -> String {
        let length = self.body().len();
        match self {
            Outgoing::Json(_) => {
                format!("Content-Type: application/json\r\nContent-Length: {length}\r\n")
            }
            Outgoing::Form { token, .. } => format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nAuthorization: Token {token}\r\n"
            ),
            Outgoing::Get { token } => format!("Authorization: Token {token}\r\n"),
        }
    }
}

/// What an integration answers.
#[derive(Debug, Default)]
pub struct Answered {
    /// Whether it says that it is JSON.
    pub is_json: bool,
    /// Its body.
    pub body: Vec<u8>,
}

/// Sends a request, and returns the answer.
///
/// # Errors
/// Why there is none, in words without any of the answer: what the URL is, that the host is not allowed, that it did not
/// answer within the time, answered something else than 200, or too much.
pub fn ask(
    url: &str,
    outgoing: &Outgoing,
    allowed: &AllowedHosts,
    within: Duration,
) -> Result<Answered, String> {
    let until = Instant::now() + within;
    let place = place(url)?;
    let mut stream = connect(&place, allowed, until)?;
    let head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n{}Connection: close\r\n\r\n",
        outgoing.method(),
        place.path,
        place.authority,
        outgoing.lines()
    );
    let io = |error: std::io::Error| format!("the connection failed: {}", error.kind());
    stream.set_write_timeout(Some(left(until)?)).map_err(io)?;
    stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(outgoing.body().as_bytes()))
        .map_err(io)?;
    answer(&mut stream, until)
}

fn left(until: Instant) -> Result<Duration, String> {
    let left = until.saturating_duration_since(Instant::now());
    (!left.is_zero())
        .then_some(left)
        .ok_or_else(|| "it did not answer in time".to_owned())
}

/// Connects to an address of the place that is allowed: the one that was looked at, and not what the name leads to a
/// moment later.
fn connect(place: &Place, allowed: &AllowedHosts, until: Instant) -> Result<TcpStream, String> {
    let addresses = (place.host, place.port).to_socket_addrs();
    let addresses: Vec<SocketAddr> = addresses.map_err(|_| "the host is not known")?.collect();
    let by_name = allowed.names(place.host);
    let permitted = |address: &&SocketAddr| by_name || allowed.has(address.ip());
    let mut refused =
        "the host is not among ServiceSettings.AllowedUntrustedInternalConnections".to_owned();
    for address in addresses.iter().filter(permitted) {
        match TcpStream::connect_timeout(address, left(until)?) {
            Ok(stream) => return Ok(stream),
            Err(error) => refused = format!("the connection failed: {}", error.kind()),
        }
    }
    Err(refused)
}

/// Reads on; false at the end.
fn read_more(stream: &mut TcpStream, until: Instant, bytes: &mut Vec<u8>) -> Result<bool, String> {
    let mut part = [0; 4096];
    let late = |_| "it did not answer in time".to_owned();
    stream.set_read_timeout(Some(left(until)?)).map_err(late)?;
    let size = stream.read(&mut part).map_err(late)?;
    bytes.extend_from_slice(&part[..size]);
    Ok(size > 0)
}

/// How long a body is.
enum Length {
    Chunked,
    Bytes(usize),
    UntilTheEnd,
}

/// The head of an answer.
struct Head {
    /// Bytes of it.
    size: usize,
    length: Length,
    is_json: bool,
}

fn answer(stream: &mut TcpStream, until: Instant) -> Result<Answered, String> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(head) = head_of(&bytes)? {
            break head;
        }
        if bytes.len() > HEAD_BYTES || !read_more(stream, until, &mut bytes)? {
            return Err("its answer is no HTTP".into());
        }
    };
    let rest = bytes.split_off(head.size);
    Ok(Answered {
        is_json: head.is_json,
        body: body_of(stream, until, head.length, rest)?,
    })
}

/// Reads the body of an answer, the beginning of which is there.
fn body_of(
    stream: &mut TcpStream,
    until: Instant,
    length: Length,
    mut rest: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let too_large = || format!("its answer has more than {BODY_BYTES} bytes");
    match length {
        Length::Bytes(size) if size > BODY_BYTES => Err(too_large()),
        Length::Bytes(size) => {
            while rest.len() < size {
                if !read_more(stream, until, &mut rest)? {
                    return Err("its answer is cut off".into());
                }
            }
            rest.truncate(size);
            Ok(rest)
        }
        Length::UntilTheEnd => {
            while read_more(stream, until, &mut rest)? {
                if rest.len() > BODY_BYTES {
                    return Err(too_large());
                }
            }
            Ok(rest)
        }
        Length::Chunked => {
            let (mut chunked, mut body) = (Chunked::new(), Vec::new());
            loop {
                let decoded = chunked.decode(&rest, &mut body, BODY_BYTES);
                decoded.map_err(|refused| format!("its answer: {}", refused.message()))?;
                if chunked.is_done() {
                    return Ok(body);
                }
                rest.clear();
                if !read_more(stream, until, &mut rest)? {
                    return Err("its answer is cut off".into());
                }
            }
        }
    }
}

/// Reads the head of an answer; `None` while it is not complete.
///
/// # Errors
/// It is none, or that of something else than 200.
fn head_of(bytes: &[u8]) -> Result<Option<Head>, String> {
    let mut lines = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Response::new(&mut lines);
    let size = match head.parse(bytes) {
        Ok(httparse::Status::Complete(size)) => size,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err("its answer is no HTTP".into()),
    };
    match head.code {
        Some(200) => {}
        code => return Err(format!("status={}", code.unwrap_or(0))),
    }
    let value = |name: &str| {
        let line = head
            .headers
            .iter()
            .find(|line| line.name.eq_ignore_ascii_case(name));
        line.and_then(|line| std::str::from_utf8(line.value).ok())
    };
    let length = match (value("transfer-encoding"), value("content-length")) {
        (Some(_), _) => Length::Chunked,
        (None, Some(digits)) => {
            Length::Bytes(digits.trim().parse().map_err(|_| "its answer is no HTTP")?)
        }
        (None, None) => Length::UntilTheEnd,
    };
    let kind = value("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    Ok(Some(Head {
        size,
        length,
        is_json: kind.trim() == "application/json",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (url, authority, host, port, path) in [
            ("http://a", "a", "a", 80, "/"),
            ("HTTP://a:8080/b?c=d#e", "a:8080", "a", 8080, "/b?c=d"),
            ("http://a?b", "a", "a", 80, "/?b"),
            ("http://127.0.0.1:1/", "127.0.0.1:1", "127.0.0.1", 1, "/"),
            ("http://[::1]:2/", "[::1]:2", "::1", 2, "/"),
            ("http://[::1]/", "[::1]", "::1", 80, "/"),
        ] {
            let path = path.to_owned();
            let found = Place {
                authority,
                host,
                port,
                path,
            };
            assert_eq!(place(url), Ok(found), "{url}");
        }
        for bad in [
            "https://a",
            "ftp://a",
            "/plugins/a",
            "http://",
            "http://user@a/",
            "http://a:99999/",
            "http://a/\r\nb",
            "http://a/ b",
        ] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_are_allowed_by_name_address_and_network() {
        let allowed = AllowedHosts::parse("Localhost, 10.0.0.0/8 fd00::1");
        assert!(allowed.names("localhost") && !allowed.names("local"));
        for (address, is_allowed) in [
            ("10.1.1.1", true),
            ("11.1.1.1", false),
            ("fd00::1", true),
            ("127.0.0.1", false),
        ] {
            assert_eq!(
                allowed.has(address.parse().unwrap()),
                is_allowed,
                "{address}"
            );
        }
        let nobody = AllowedHosts::parse("");
        assert!(!nobody.has([127, 0, 0, 1].into()) && !nobody.names(""));
    }
}
