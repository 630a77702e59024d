//! A request as plain data. Owns how its parts are looked up; knows no socket, and checks nothing: what is in here
//! has passed `parse.rs` and `target.rs`.

use super::transfer::Upload;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

/// A complete request.
#[derive(Clone, Debug)]
pub struct Request {
    /// As the client wrote it; methods are case sensitive.
    pub method: String,
    /// Percent-decoded, without [`Request::below`].
    pub path: String,
    /// The beginning of the path below which the server is reached, such as `/tokens`; empty at the root of the host.
    pub below: String,
    /// As the client wrote it, without the query.
    pub raw_path: String,
    /// Percent-decoded, `+` is a space, in the order of the client.
    pub query: Vec<(String, String)>,
    /// The header lines.
    pub headers: Headers,
    /// The whole body, transfer coding removed; empty where an upload took it.
    pub body: Vec<u8>,
    /// Has taken the body; [`super::Handler::turn_away`] may set it.
    pub upload: Option<Arc<dyn Upload>>,
    /// The other end of the socket, or the client that [`super::Handler::admit`] put in its place.
    pub peer: SocketAddr,
    /// Whether a trusted proxy spoke for the client.
    pub is_forwarded: bool,
    /// Whether the client's own connection is encrypted; the engine's never is, but a proxy's may be.
    pub encrypted: bool,
}

impl Request {
    /// Takes the beginning off the path, when it has it and goes on behind it.
    pub fn take_off(&mut self, below: &str) {
        let rest = self.path.strip_prefix(below);
        if let Some(rest) = rest.filter(|rest| !below.is_empty() && rest.starts_with('/')) {
            self.path = rest.to_owned();
            below.clone_into(&mut self.below);
        }
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The first query parameter of this name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first cookie of this name, without surrounding quotes.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .all("cookie")
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| unquoted(value.trim()))
    }
}

fn unquoted(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value)
}

/// Header lines: one text and the places in it, two allocations however many lines there are.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    text: String,
    lines: Vec<(Range<u32>, Range<u32>)>,
}

impl Headers {
    /// Room for this much, so that pushing does not grow in steps.
    pub(super) fn with_capacity(text: usize, lines: usize) -> Headers {
        Headers {
            text: String::with_capacity(text),
            lines: Vec::with_capacity(lines),
        }
    }

    /// Adds a line; also for the application's own tests.
    pub fn push(&mut self, name: &str, value: &str) {
        let name = self.append(name);
        let value = self.append(value);
        self.lines.push((name, value));
    }

    fn append(&mut self, part: &str) -> Range<u32> {
        let start = self.text.len() as u32;
        self.text.push_str(part);
        start..self.text.len() as u32
    }

    /// The first value of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Every value of this name, in any case, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Every line, in order, names as the client wrote them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines
            .iter()
            .map(|(name, value)| (self.part(name), self.part(value)))
    }

    fn part(&self, place: &Range<u32>) -> &str {
        &self.text[place.start as usize..place.end as usize]
    }

    /// Replaces all lines of this name, in any case, by one.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.push(name, value);
    }

    /// Removes all lines of this name, in any case.
    pub fn remove(&mut self, name: &str) {
        let text = &self.text;
        self.lines.retain(|(key, _)| {
            let key = &text[key.start as usize..key.end as usize];
            !key.eq_ignore_ascii_case(name)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &[(&str, &str)]) -> Request {
        let mut headers = Headers::default();
        lines
            .iter()
            .for_each(|(name, value)| headers.push(name, value));
        Request {
            method: "GET".into(),
            path: "/".into(),
            raw_path: "/".into(),
            below: String::new(),
            query: vec![("a".into(), "1".into()), ("a".into(), "2".into())],
            headers,
            body: Vec::new(),
            upload: None,
            peer: ([127, 0, 0, 1], 1).into(),
            is_forwarded: false,
            encrypted: false,
        }
    }

    #[test]
    fn headers_are_found_in_any_case_and_in_order() {
        let request = with(&[("Accept", "x"), ("ACCEPT", "y"), ("Host", "h")]);
        assert_eq!(request.header("accept"), Some("x"));
        assert_eq!(
            request.headers.all("aCCept").collect::<Vec<_>>(),
            ["x", "y"]
        );
        assert_eq!(request.header("cookie"), None);
    }

    #[test]
    fn set_leaves_one_line() {
        let mut headers = with(&[("Host", "a"), ("X", "1"), ("host", "b")]).headers;
        headers.set("Host", "c");
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("X", "1"), ("Host", "c")]
        );
    }

    #[test]
    fn cookies_and_query() {
        let request = with(&[("Cookie", "a=1; MMAUTHTOKEN=\"abc\""), ("Cookie", "b=x=y")]);
        assert_eq!(request.cookie("MMAUTHTOKEN"), Some("abc"));
        assert_eq!(request.cookie("b"), Some("x=y"));
        assert_eq!(request.cookie("A"), None);
        assert_eq!(request.query("a"), Some("1"));
    }
}
