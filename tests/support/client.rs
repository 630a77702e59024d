//! The smallest HTTP client that can also misbehave.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A request on its way out.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// `target` is sent as it is.
    pub fn new(method: &str, target: &str) -> Request {
        Request {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nConnection: close\r\n",
            self.method, self.target
        );
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            text += "Host: localhost\r\n";
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend(&self.body);
        bytes
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Sends a request on a connection of its own.
pub fn send(address: &str, request: &Request) -> Answer {
    Answer::parse(&raw(address, &request.bytes()))
}

/// Sends bytes as they are and reads until the server closes.
pub fn raw(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    // A refusal may come, and the connection close, before everything is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Sends bytes, says that there are no more, and reads what comes.
pub fn raw_and_shut(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

impl Answer {
    /// The first answer in the bytes.
    pub fn parse(bytes: &[u8]) -> Answer {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {bytes:?}"));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Answer {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// The first header of the name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every header of the name, in lower case.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON, whatever the status.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// 200 with JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.is(200)
    }

    /// 201 with JSON.
    #[track_caller]
    pub fn created(&self) -> Value {
        self.is(201)
    }

    #[track_caller]
    fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("x-request-id").map(str::len), Some(26));
        assert!(
            self.header("x-version-id")
                .unwrap()
                .starts_with("11.10.0.patmost-")
        );
        self.json()
    }

    /// The acknowledgement.
    #[track_caller]
    pub fn acknowledged(&self) {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(self.text(), r#"{"status":"OK"}"#);
    }

    /// A refusal with this status and id, and Mattermost's five fields.
    #[track_caller]
    pub fn refused(&self, status: u16, id: &str) -> Value {
        let body = self.json();
        assert_eq!(
            (self.status, body["id"].as_str()),
            (status, Some(id)),
            "{body}"
        );
        assert_eq!(self.header("content-type"), Some("application/json"));
        let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            [
                "detailed_error",
                "id",
                "message",
                "request_id",
                "status_code"
            ]
        );
        assert_eq!(body["status_code"], status);
        assert_eq!(body["request_id"].as_str(), self.header("x-request-id"));
        assert!(!body["message"].as_str().unwrap().is_empty());
        body
    }

    /// A refusal with this sentence, letter by letter.
    #[track_caller]
    pub fn refused_saying(&self, status: u16, id: &str, message: &str) {
        assert_eq!(self.refused(status, id)["message"], message);
    }

    /// 400: a field of the body, or the whole of it.
    #[track_caller]
    pub fn refused_body(&self, name: &str) {
        let body = self.refused(400, "api.context.invalid_body_param.app_error");
        assert_eq!(
            body["message"],
            format!("Invalid or missing {name} in request body.")
        );
    }

    /// 400: a part of the path or the query.
    #[track_caller]
    pub fn refused_url(&self, name: &str) {
        let body = self.refused(400, "api.context.invalid_url_param.app_error");
        assert_eq!(
            body["message"],
            format!("Invalid or missing {name} parameter in request URL.")
        );
    }

    /// 401 as every bad credential gets it.
    #[track_caller]
    pub fn expired(&self) {
        self.refused(401, "api.context.session_expired.app_error");
    }

    /// 403 as everybody gets it who may not.
    #[track_caller]
    pub fn forbidden(&self) {
        self.refused(403, "api.context.permissions.app_error");
    }
}
