//! Integrations for tests: programs of other people that the server asks.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::{Mattermost, Value};

/// An integration that answers everything with the same bytes, and tells what it was asked.
pub struct Integration {
    /// Where it is.
    pub url: String,
    asked: Receiver<Asked>,
}

/// A request to an integration.
pub struct Asked {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Integration {
    /// Returns one that answers with these bytes.
    pub fn new(answer: &str) -> Integration {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/act?k=v", listener.local_addr().unwrap());
        let (tell, asked) = mpsc::channel();
        let answer = answer.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // Who does not wait for it has gone on.
                let _ = tell.send(read(&mut stream));
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Integration { url, asked }
    }

    /// Returns one that answers with JSON.
    pub fn of_json(body: &Value) -> Integration {
        Integration::new(&http("application/json", &body.to_string()))
    }

    /// Returns what it is asked next.
    pub fn next(&self) -> Asked {
        self.asked.recv_timeout(Duration::from_secs(10)).unwrap()
    }

    /// Whether it was asked something that nobody has looked at.
    pub fn was_asked(&self) -> bool {
        self.asked.try_recv().is_ok()
    }
}

impl Asked {
    /// Returns the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Returns an answer of 200.
pub fn http(media: &str, body: &str) -> String {
    let size = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {size}\r\n\r\n{body}")
}

fn read(stream: &mut impl Read) -> Asked {
    let mut request = Vec::new();
    loop {
        let mut part = [0; 4096];
        let size = stream.read(&mut part).unwrap();
        assert!(size > 0, "the request is cut off");
        request.extend_from_slice(&part[..size]);
        let text = String::from_utf8(request.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .map_or(0, |digits| digits.parse().unwrap());
        if body.len() == length {
            let (head, body) = (head.to_owned(), body.to_owned());
            return Asked { head, body };
        }
    }
}

impl Mattermost {
    /// Lets the server ask integrations on these hosts.
    pub fn allow_integrations_at(&self, hosts: &str) {
        let name = "AllowedUntrustedInternalConnections";
        self.set("ServiceSettings", name, hosts);
    }
}
