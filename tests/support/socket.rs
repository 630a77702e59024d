//! A WebSocket client that can also misbehave. What it hears it checks: each text ends with a line feed, events are counted
//! without a hole and have a whole envelope.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Response;
use tungstenite::{Error, Message, WebSocket};

use super::{Caller, Mattermost};

/// A connection.
pub struct Socket {
    frames: WebSocket<TcpStream>,
    /// What the next event has to be counted as.
    seq: i64,
    /// The answer to the upgrade.
    pub upgrade: Response,
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// Without a close frame.
    Silent,
    /// With an empty one.
    Empty,
    /// With this code.
    Code(u16),
}

impl Mattermost {
    /// Connects without a credential.
    pub fn socket(&self) -> Socket {
        self.socket_with("", &[])
    }

    /// Connects with this query and these headers.
    pub fn socket_with(&self, query: &str, headers: &[(&'static str, &str)]) -> Socket {
        let stream = TcpStream::connect(self.address()).unwrap();
        let wait = Duration::from_secs(20);
        stream.set_read_timeout(Some(wait)).unwrap();
        let url = format!("ws://{}/api/v4/websocket{query}", self.address());
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (frames, upgrade) = tungstenite::client(request, stream).unwrap();
        Socket {
            frames,
            seq: 0,
            upgrade,
        }
    }
}

impl Caller<'_> {
    /// Connects with the caller's credential and leaves behind what is told about that.
    pub fn listen(&self) -> Socket {
        let bearer = format!("Bearer {}", self.credential.as_deref().unwrap());
        let mut socket = self.mm.socket_with("", &[("Authorization", &bearer)]);
        assert_eq!(socket.events()[0]["event"], "hello");
        socket
    }

    /// What a client sends that says who it is after the upgrade.
    pub fn challenge(&self) -> Value {
        challenge(self.credential.as_deref().unwrap())
    }
}

pub fn challenge(secret: &str) -> Value {
    json!({"seq": 1, "action": "authentication_challenge", "data": {"token": secret}})
}

impl Socket {
    /// Sends JSON as text.
    pub fn say(&mut self, value: &Value) {
        self.send(Message::text(value.to_string()));
    }

    pub fn send(&mut self, message: Message) {
        self.frames.send(message).unwrap();
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.frames.get_mut().write_all(bytes)
    }

    /// From here on sending fails when the server takes nothing.
    pub fn do_not_wait(&mut self) {
        let wait = Some(Duration::from_millis(500));
        self.frames.get_mut().set_write_timeout(wait).unwrap();
    }

    /// The system holds little of what the server sends.
    pub fn holds_little(&mut self) {
        let stream = socket2::SockRef::from(self.frames.get_ref());
        stream.set_recv_buffer_size(256 << 10).unwrap();
    }

    /// Sends a frame with this first byte (final or not, what it is), masked with zeros.
    pub fn send_frame(&mut self, first: u8, payload: &[u8]) {
        let bytes = frame(first, payload);
        self.send_bytes(&bytes).unwrap();
    }

    /// The next frame; pings are answered by the next that is read or sent.
    pub fn read(&mut self) -> Result<Message, Error> {
        let read = self.frames.read();
        let late = |error: &Error| matches!(error, Error::Io(error) if error.kind() == ErrorKind::WouldBlock);
        assert!(!read.as_ref().is_err_and(late), "nothing was heard");
        read
    }

    /// The next text.
    pub fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.read().unwrap() {
                return self.checked(text.as_str());
            }
        }
    }

    fn checked(&mut self, text: &str) -> Value {
        assert!(text.ends_with("}\n") && text.matches('\n').count() == 1);
        let heard: Value = serde_json::from_str(text).unwrap();
        if heard.get("event").is_some() {
            let members: Vec<&String> = heard.as_object().unwrap().keys().collect();
            assert_eq!(members, ["broadcast", "data", "event", "seq"], "{heard}");
            assert_eq!(heard["seq"], self.seq, "{heard}");
            self.seq += 1;
            let broadcast = heard["broadcast"].as_object().unwrap();
            let members: Vec<&String> = broadcast.keys().collect();
            assert_eq!(members, ["channel_id", "omit_users", "team_id", "user_id"]);
            for name in ["channel_id", "team_id", "user_id"] {
                assert!(broadcast[name].is_string(), "{heard}");
            }
            assert!(broadcast["omit_users"].is_null() || broadcast["omit_users"].is_object());
        }
        heard
    }

    /// Asks, and hears the reply; and the events before it.
    pub fn ask_and_hear(&mut self, request: &Value) -> (Value, Vec<Value>) {
        self.say(request);
        let mut events = Vec::new();
        loop {
            let heard = self.hear();
            if heard.get("event").is_none() {
                assert!(heard.get("seq").is_none(), "{heard}");
                return (heard, events);
            }
            events.push(heard);
        }
    }

    /// Asks, and hears the reply.
    pub fn ask(&mut self, request: &Value) -> Value {
        self.ask_and_hear(request).0
    }

    /// Every event that was caused by what has been answered so far, and was not heard yet.
    pub fn events(&mut self) -> Vec<Value> {
        let ping = json!({"seq": 99, "action": "ping"});
        let (reply, events) = self.ask_and_hear(&ping);
        assert_eq!(reply["data"]["text"], "pong");
        events
    }

    /// The names of those.
    pub fn names(&mut self) -> Vec<String> {
        let name = |event: &Value| event["event"].as_str().unwrap().to_owned();
        self.events().iter().map(name).collect()
    }

    /// The one event of the name that was caused by what has been answered so far.
    pub fn only(&mut self, name: &str) -> Value {
        let mut events = self.events();
        events.retain(|event| event["event"] == name);
        assert_eq!(events.len(), 1, "{name}: {events:?}");
        events.remove(0)
    }

    /// Closes as a client does, and waits for the answer.
    pub fn closes(mut self) {
        self.send_frame(0x88, &1000u16.to_be_bytes());
        assert_eq!(self.end().0, End::Code(1000));
    }

    /// Reads on until the connection ends: how, and the events until then.
    pub fn end(mut self) -> (End, Vec<Value>) {
        let mut events = Vec::new();
        loop {
            match self.read() {
                Ok(Message::Text(text)) => events.push(self.checked(text.as_str())),
                Ok(Message::Close(None)) => return (End::Empty, events),
                Ok(Message::Close(Some(frame))) => return (End::Code(frame.code.into()), events),
                Ok(_) => {}
                Err(_) => return (End::Silent, events),
            }
        }
    }

    /// How the connection ends, when nothing is told any more.
    pub fn ends(self) -> End {
        let (end, events) = self.end();
        assert!(events.is_empty(), "{events:?}");
        end
    }
}

/// A frame of a client, masked with zeros.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match u16::try_from(payload.len()).unwrap() {
        short @ 0..126 => bytes.push(0x80 | short as u8),
        long => {
            bytes.push(0x80 | 126);
            bytes.extend(long.to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}
