//! An answer as plain data, and its bytes. The one place that writes HTTP, through `tiny_http`'s writer; refuses
//! header values that would break out of their line. Knows no socket.

use super::transfer::Transfer;
use super::upgrade::Upgrade;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A complete answer.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status; anything outside 200 to 599 is sent as 500.
    pub status: u16,
    /// Header lines; `Content-Length`, `Connection` and `Transfer-Encoding` are the engine's and ignored here.
    pub headers: Vec<(&'static str, String)>,
    /// The body, whole; empty where there is a download.
    pub body: Vec<u8>,
    /// The body, piece by piece.
    pub download: Option<Transfer>,
    /// Close the connection after this answer.
    pub close: bool,
    /// Go on with another protocol after this answer, which is 101 then, with these headers and no body.
    pub upgrade: Option<Arc<Upgrade>>,
    /// Send it so much later. The connection waits meanwhile, and no thread does.
    pub held: Option<Duration>,
    /// Close the connection in place of answering.
    pub dropped: bool,
}

impl Response {
    /// A status and nothing else.
    pub fn empty(status: u16) -> Response {
        Response {
            status,
            ..Response::default()
        }
    }

    /// A body of this type, exactly as named.
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Response {
        Response::empty(status)
            .with("Content-Type", content_type)
            .body(body)
    }

    /// JSON that is already text.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Response {
        Response::new(status, "application/json", body)
    }

    /// The same with one more header line.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with this body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Response {
        self.body = body.into();
        self
    }

    /// Returns the length of the body. One that is too large for this machine's memory is refused before.
    fn length(&self) -> usize {
        let download = self.download.as_ref();
        download.map_or(self.body.len(), |download| download.left() as usize)
    }

    /// Returns what of the body is not written with the head.
    pub(super) fn rest(&self, head_only: bool) -> Option<Transfer> {
        let rest = self.download.clone();
        rest.filter(|rest| !head_only && rest.left() > 0)
    }

    /// 101 is not for `tiny_http`, which has an upgrade of its own that takes the socket away.
    fn write_upgrade(&self, out: &mut Vec<u8>) {
        out.extend(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n");
        for (name, value) in self
            .headers
            .iter()
            .filter(|(name, value)| header(name, value).is_some())
        {
            out.extend(format!("{name}: {value}\r\n").as_bytes());
        }
        out.extend(b"\r\n");
    }

    /// Appends the bytes of the answer. An answer that cannot be sent as it is becomes a plain 500.
    pub(super) fn write(&self, out: &mut Vec<u8>, head_only: bool, keep_alive: bool, http10: bool) {
        if self.upgrade.is_some() && !http10 {
            return self.write_upgrade(out);
        }
        let start = out.len();
        out.reserve(256 + self.body.len());
        if self.write_head(out, http10).is_none() {
            out.truncate(start);
            log::error!(
                "an answer with status {} had a header line that cannot be sent",
                self.status
            );
            if Response::empty(500).write_head(out, http10).is_some() {
                end_head(out, keep_alive, http10);
            }
            return;
        }
        let bodiless = matches!(self.status, 204 | 304);
        if bodiless {
            cut_content_length(out);
        }
        end_head(out, keep_alive, http10);
        if !head_only && !bodiless {
            out.extend_from_slice(&self.body);
        }
    }

    /// The status line and the header lines with the empty line at their end, or `None` if one is not clean.
    fn write_head(&self, out: &mut Vec<u8>, http10: bool) -> Option<()> {
        let mut headers = Vec::with_capacity(self.headers.len() + 1);
        headers.push(header("Server", "patmost")?);
        if !has_date() {
            headers.push(header("Date", EPOCH)?);
        }
        for (name, value) in &self.headers {
            // `tiny_http` would take a length from here for the length of the body.
            if !name.eq_ignore_ascii_case("Content-Length") {
                headers.push(header(name, value)?);
            }
        }
        let status = if (200..600).contains(&self.status) {
            self.status
        } else {
            500
        };
        let version = tiny_http::HTTPVersion(1, u8::from(!http10));
        tiny_http::Response::new(
            status.into(),
            headers,
            std::io::empty(),
            Some(self.length()),
            None,
        )
        // Never chunked: answers are whole and have a length.
        .with_chunked_threshold(usize::MAX)
        .raw_print(out, version, &[], true, None)
        .ok()
    }
}

/// The `Date` of a clock that shows none.
const EPOCH: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

/// Whether the system's clock shows a time that `tiny_http` can write: it panics before 1970 and after 9999.
fn has_date() -> bool {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.is_ok_and(|since| since.as_secs() < 253_402_300_800)
}

/// CR, LF and NUL in a value would let its author write header lines, or a second answer.
fn header(name: &str, value: &str) -> Option<tiny_http::Header> {
    let clean = value
        .bytes()
        .all(|byte| byte == b'\t' || (0x20..0x7f).contains(&byte));
    let token = !name.is_empty() && name.bytes().all(super::parse::is_token);
    if !clean || !token {
        return None;
    }
    tiny_http::Header::from_bytes(name, value).ok()
}

/// `tiny_http` drops `Connection` from what it is given, so it is put before the empty line.
fn end_head(out: &mut Vec<u8>, keep_alive: bool, http10: bool) {
    let line: &[u8] = match (keep_alive, http10) {
        (true, false) => return,
        (true, true) => b"Connection: keep-alive\r\n\r\n",
        (false, _) => b"Connection: close\r\n\r\n",
    };
    out.truncate(out.len() - 2);
    out.extend_from_slice(line);
}

/// 204 must not have a length, and that of a 304 would be a lie; `tiny_http` always writes it, as the last line.
fn cut_content_length(out: &mut Vec<u8>) {
    const NAME: &[u8] = b"Content-Length:";
    if let Some(at) = out.windows(NAME.len()).rposition(|part| part == NAME) {
        out.truncate(at);
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(response: &Response, head_only: bool, keep_alive: bool, http10: bool) -> String {
        let mut out = Vec::new();
        response.write(&mut out, head_only, keep_alive, http10);
        let text = String::from_utf8(out).unwrap();
        // The date is the one thing that changes.
        text.split_inclusive("\r\n")
            .filter(|line| !line.starts_with("Date: "))
            .collect()
    }

    #[test]
    fn an_answer_is_what_it_is() {
        let answer = Response::json(200, "{}").with("X-Request-Id", "r");
        assert_eq!(
            text(&answer, false, true, false),
            "HTTP/1.1 200 OK\r\nServer: patmost\r\nContent-Type: application/json\r\nX-Request-Id: r\r\nContent-Length: 2\r\n\r\n{}"
        );
        assert_eq!(
            text(&Response::json(200, "{}"), true, false, true),
            "HTTP/1.0 200 OK\r\nServer: patmost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        );
        assert!(text(&answer, false, true, true).contains("Connection: keep-alive\r\n"));
    }

    #[test]
    fn a_large_answer_still_has_a_length() {
        let answer = Response::new(200, "text/plain", vec![b'a'; 100_000]);
        assert!(text(&answer, false, true, false).contains("Content-Length: 100000\r\n\r\naaa"));
    }

    #[test]
    fn no_body_and_no_length_where_there_must_be_none() {
        for status in [204, 304] {
            let sent = text(&Response::json(status, "{}"), false, true, false);
            assert!(
                !sent.contains("Content-Length") && sent.ends_with("\r\n\r\n"),
                "{sent}"
            );
        }
    }

    #[test]
    fn what_breaks_out_of_its_line_is_a_plain_500() {
        for value in [
            "a\r\nSet-Cookie: x=y",
            "a\nb",
            "a\rb",
            "a\0b",
            "ü",
            "a\x7fb",
        ] {
            let answer = Response::json(200, "secret").with("X", value);
            let sent = text(&answer, false, true, false);
            assert_eq!(
                sent,
                "HTTP/1.1 500 Internal Server Error\r\nServer: patmost\r\nContent-Length: 0\r\n\r\n"
            );
        }
        for name in ["", "a b", "a:b", "a\r\nb"] {
            assert!(
                text(&Response::empty(200).with(name, "v"), false, true, false)
                    .starts_with("HTTP/1.1 500 ")
            );
        }
    }

    #[test]
    fn what_the_engine_decides_cannot_be_set() {
        let answer = Response::json(200, "{}")
            .with("Content-Length", "99")
            .with("Transfer-Encoding", "chunked");
        let sent = text(&answer.with("Connection", "upgrade"), false, true, false);
        assert!(sent.contains("Content-Length: 2\r\n"), "{sent}");
        assert!(
            !sent.contains("99") && !sent.contains("chunked") && !sent.contains("upgrade"),
            "{sent}"
        );
        assert!(text(&Response::empty(101), false, true, false).starts_with("HTTP/1.1 500 "));
    }
}
