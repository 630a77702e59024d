//! Bytes to a head and its framing, and everything about them that is refused. Pure functions: knows no socket and
//! no time. The target is `target.rs`, the chunked coding `chunked.rs`.

use super::chunked::Chunked;
use super::limits::Limits;
use super::request::{Headers, Request};
use super::{Refusal, target};
use std::borrow::Cow;
use std::net::SocketAddr;

/// More header lines than this are refused whatever the limit says.
const MOST_HEADERS: usize = 128;

/// How the end of the body is known.
#[derive(Debug)]
pub(super) enum Framing {
    /// This many bytes are still to come.
    Length(usize),
    /// The coding says.
    Chunked(Chunked),
}

/// A complete head: the request without its body, and what the connection needs to know.
#[derive(Debug)]
pub(super) struct Head {
    pub request: Request,
    /// A length that does not fit is the largest there is: over every limit.
    pub framing: Framing,
    pub keep_alive: bool,
    pub http10: bool,
    pub expects_continue: bool,
}

/// Looks for the end of a head and remembers how far it looked, so that a trickle costs each byte once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanner {
    looked: usize,
    line: usize,
    lines: usize,
}

impl Scanner {
    /// The length of the head, `None` while it is not complete. What can be refused early is.
    pub fn find_end(&mut self, input: &[u8], limits: &Limits) -> Result<Option<usize>, Refusal> {
        while let Some(at) = input[self.looked..].iter().position(|byte| *byte == b'\n') {
            let end = self.looked + at;
            if end == 0 || input[end - 1] != b'\r' {
                return Err(Refusal::BadRequest("A line of the head ends without CR."));
            }
            let line = &input[self.line..end - 1];
            (self.looked, self.line) = (end + 1, end + 1);
            match (line.is_empty(), self.lines) {
                (true, 1..) if end + 1 > limits.head_bytes => return Err(Refusal::HeadTooLarge),
                (true, 1..) => return Ok(Some(end + 1)),
                // One empty line before a request is overlooked (RFC 9112, 2.2), a second is not.
                (true, 0) if end == 1 => {}
                (true, 0) => return Err(Refusal::BadRequest("Empty lines before the request.")),
                (false, 0) => request_line(line, limits)?,
                (false, _) => {}
            }
            self.lines += usize::from(!line.is_empty());
        }
        self.looked = input.len();
        self.unfinished(&input[self.line..], input.len(), limits)
    }

    /// A first line is not read to its end if it can no longer become one.
    fn unfinished(
        &self,
        line: &[u8],
        all: usize,
        limits: &Limits,
    ) -> Result<Option<usize>, Refusal> {
        if self.lines == 0 {
            if line
                .first()
                .is_some_and(|byte| !is_token(*byte) && *byte != b'\r')
            {
                return Err(Refusal::BadRequest("This is not an HTTP request."));
            }
            // Room for the longest method in use and the version.
            if line.len() > limits.target_bytes + 32 {
                return Err(Refusal::TargetTooLong);
            }
        }
        if all > limits.head_bytes {
            Err(Refusal::HeadTooLarge)
        } else {
            Ok(None)
        }
    }
}

/// What no later line can mend: its parts, the version, the length of the target.
fn request_line(line: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (method, target, version) = (parts.next(), parts.next(), parts.next());
    let (Some(method), Some(target), Some(version), None) = (method, target, version, parts.next())
    else {
        return Err(Refusal::BadRequest(
            "The request line does not have three parts.",
        ));
    };
    if method.is_empty() || !method.iter().copied().all(is_token) {
        return Err(Refusal::BadRequest("The method is not a word."));
    }
    if target.len() > limits.target_bytes {
        return Err(Refusal::TargetTooLong);
    }
    match version {
        b"HTTP/1.1" | b"HTTP/1.0" => Ok(()),
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            Err(Refusal::Version)
        }
        b"HTTP/2" | b"HTTP/3" => Err(Refusal::Version),
        _ => Err(Refusal::BadRequest(
            "The request line does not end with a version.",
        )),
    }
}

/// Parses a whole head, of which [`Scanner::find_end`] found the end. Control characters, folded lines and blanks
/// before a colon are refused by `httparse`; the tests hold it to that.
pub(super) fn head(bytes: &[u8], peer: SocketAddr, limits: &Limits) -> Result<Head, Refusal> {
    let bytes = bytes.strip_prefix(b"\r\n").unwrap_or(bytes);
    let mut lines = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut lines[..limits.headers.min(MOST_HEADERS)]);
    match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(size)) if size == bytes.len() => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::HeadTooLarge),
        _ => return Err(Refusal::BadRequest("The head is malformed.")),
    }
    let (Some(method), Some(target), Some(minor)) = (parsed.method, parsed.path, parsed.version)
    else {
        return Err(Refusal::BadRequest("The head is malformed."));
    };
    let target = target::parse(target)?;
    let mut headers = collect(parsed.headers, bytes.len());
    let http10 = minor == 0;
    host(&headers, http10)?;
    if let Some(host) = &target.host {
        headers.set("Host", host);
    }
    Ok(Head {
        framing: framing(&headers, http10)?,
        keep_alive: keep_alive(&headers, http10),
        http10,
        expects_continue: expects_continue(&headers, http10)?,
        request: Request {
            method: method.to_owned(),
            path: target.path,
            raw_path: target.raw_path,
            below: String::new(),
            query: target.query,
            headers,
            body: Vec::new(),
            upload: None,
            peer,
            is_forwarded: false,
            encrypted: false,
        },
    })
}

fn collect(lines: &[httparse::Header<'_>], size: usize) -> Headers {
    let mut headers = Headers::with_capacity(size, lines.len());
    for line in lines {
        headers.push(line.name, &text(line.value));
    }
    headers
}

/// What is not ASCII is taken, as Go takes it (RFC 9110, 5.5), for browsers send the cookies of others on the same host. It
/// means nothing here: one letter, which is no space and no digit, stands for each such byte.
fn text(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) if text.is_ascii() => text.into(),
        _ => value
            .iter()
            .map(|byte| match byte.is_ascii() {
                true => char::from(*byte),
                false => char::REPLACEMENT_CHARACTER,
            })
            .collect::<String>()
            .into(),
    }
}

fn host(headers: &Headers, http10: bool) -> Result<(), Refusal> {
    let mut hosts = headers.all("host");
    match (hosts.next(), hosts.next()) {
        (None, _) if http10 => Ok(()),
        (Some(value), None) if target::is_host(value) => Ok(()),
        (Some(_), None) => Err(Refusal::BadRequest("The Host is not a host.")),
        _ => Err(Refusal::BadRequest("A request needs one Host.")),
    }
}

/// Whatever two parties could read in two ways is refused: that is how requests are smuggled.
fn framing(headers: &Headers, http10: bool) -> Result<Framing, Refusal> {
    let (mut lengths, mut codings) = (
        headers.all("content-length"),
        headers.all("transfer-encoding"),
    );
    let one = (lengths.next(), codings.next());
    if lengths.next().is_some() || codings.next().is_some() {
        return Err(Refusal::BadRequest("The body's length is given twice."));
    }
    match one {
        (None, None) => Ok(Framing::Length(0)),
        (Some(length), None) => decimal(length).map(Framing::Length),
        (None, Some(coding)) if coding.eq_ignore_ascii_case("chunked") && !http10 => {
            Ok(Framing::Chunked(Chunked::new()))
        }
        (None, Some(_)) => Err(Refusal::BadRequest(
            "The only transfer coding is chunked, in HTTP/1.1.",
        )),
        (Some(_), Some(_)) => Err(Refusal::BadRequest(
            "The body has both a length and a transfer coding.",
        )),
    }
}

fn decimal(length: &str) -> Result<usize, Refusal> {
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::BadRequest("The body's length is not a number."));
    }
    Ok(length.parse().unwrap_or(usize::MAX))
}

fn keep_alive(headers: &Headers, http10: bool) -> bool {
    let says = |word: &str| {
        let mut options = headers.all("connection").flat_map(|line| line.split(','));
        options.any(|option| option.trim().eq_ignore_ascii_case(word))
    };
    !says("close") && (!http10 || says("keep-alive"))
}

fn expects_continue(headers: &Headers, http10: bool) -> Result<bool, Refusal> {
    let all_known = headers
        .all("expect")
        .all(|value| value.eq_ignore_ascii_case("100-continue"));
    match all_known {
        true => Ok(!http10 && headers.get("expect").is_some()),
        false => Err(Refusal::ExpectationFailed),
    }
}

/// The bytes of method and header names.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
