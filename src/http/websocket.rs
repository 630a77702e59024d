//! `/api/v4/websocket` (RFC 6455): events for those who listen, and the few actions that clients send over it.
//!
//! Frames are `tungstenite`'s, over bytes that the engine brings and takes away. Mattermost: what is answered to whom, in
//! which order, and when a connection ends without a word, is as seen on the wire.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tungstenite::error::{CapacityError, Error};
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

use super::engine::{After, Protocol, Request, Response, Upgrade, Waker};
use super::{Context, cors};
use crate::app::App;
use crate::auth::{self, Entry};
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::event::{Audience, Event};
use crate::hub::{self, Listener};
use crate::permission::Caller;
use crate::secret::SecretHash;
use crate::{channel, id, post, status};

/// Mattermost: bytes of a message from a client.
const MESSAGE_BYTES: usize = 8192;

/// Mattermost: how long a connection may stay without having said who it is.
const CHALLENGE: Duration = Duration::from_secs(5);

/// Mattermost: how often the server asks whether anybody is there, and how long it waits for the answer.
const PING: Duration = Duration::from_secs(60);
const PONG: Duration = Duration::from_secs(100);

/// `GET /websocket`
pub fn open(cx: &Context) -> super::Answer {
    let request = cx.request;
    if !is_from_here(&cx.config, request) {
        return Ok(refusal(403));
    }
    let asks = |name: &str, value: &str| {
        let words = request.header(name).unwrap_or_default().split(',');
        words
            .map(str::trim)
            .any(|word| word.eq_ignore_ascii_case(value))
    };
    let key = request
        .header("sec-websocket-key")
        .filter(|key| key.len() == 24);
    let (true, true, Some("13"), Some(key)) = (
        asks("connection", "upgrade"),
        asks("upgrade", "websocket"),
        request.header("sec-websocket-version"),
        key,
    ) else {
        return Ok(refusal(400));
    };
    // A bad credential is no refusal here: the client may still say who it is.
    let known = cx.caller().ok().cloned().zip(auth::secret_hash(request));
    let (app, config, address, path) = (
        Arc::clone(cx.app),
        Arc::clone(&cx.config),
        request.peer.ip().to_string(),
        request.raw_path.clone(),
    );
    let upgrade = Upgrade::new(move |waker| {
        let mut socket = Socket::new(app, waker, address, path);
        if let Some((caller, secret_hash)) = known {
            socket.enter(&config, caller, secret_hash);
        }
        Box::new(socket)
    });
    let accept = derive_accept_key(key.as_bytes());
    let response = Response::empty(101)
        .with("Upgrade", "websocket")
        .with("Sec-WebSocket-Accept", accept);
    Ok(Response {
        upgrade: Some(upgrade),
        ..response
    })
}

/// Whether the page that connects, if it is one, is one of this server's or of an origin that may call.
fn is_from_here(config: &Config, request: &Request) -> bool {
    let Some(origin) = request.header("origin") else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host == request.header("host") || cors::may_call(config, origin)
}

/// Mattermost: a word, a line feed and the JSON, as text.
fn refusal(status: u16) -> Response {
    let error = AppError::new(if status == 403 {
        &error::WEBSOCKET_ORIGIN
    } else {
        &error::WEBSOCKET_UPGRADE
    });
    let word = if status == 403 {
        "Forbidden"
    } else {
        "Bad Request"
    };
    let json = super::answer::refusal(&error, &id::new(), false).body;
    Response::new(
        status,
        "text/plain; charset=utf-8",
        [word.as_bytes(), b"\n", &json].concat(),
    )
}

/// Bytes on their way between the engine and the frames.
#[derive(Default)]
struct Bytes {
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.input.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let size = self.input.len().min(into.len());
        into[..size].copy_from_slice(&self.input[..size]);
        self.input.drain(..size);
        Ok(size)
    }
}

impl Write for Bytes {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        self.output.extend_from_slice(from);
        Ok(from.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A connection that listens, or is about to.
struct Socket {
    app: Arc<App>,
    frames: WebSocket<Bytes>,
    waker: Waker,
    address: String,
    path: String,
    begun: Instant,
    listener: Option<Arc<Listener>>,
    /// Events sent on this connection.
    seq: u64,
    pinged: Instant,
    heard: Instant,
}

/// Why a connection ends.
enum End {
    /// Without a word.
    Silent,
    /// With a close frame.
    Said(CloseCode),
    /// As the client said; the answer is on its way.
    Answered,
}

impl Socket {
    fn new(app: Arc<App>, waker: Waker, address: String, path: String) -> Socket {
        let limits = WebSocketConfig::default()
            .read_buffer_size(1024)
            .write_buffer_size(0)
            .max_message_size(Some(MESSAGE_BYTES))
            .max_frame_size(Some(MESSAGE_BYTES));
        let frames = WebSocket::from_raw_socket(Bytes::default(), Role::Server, Some(limits));
        let now = Instant::now();
        Socket {
            app,
            frames,
            waker,
            address,
            path,
            begun: now,
            listener: None,
            seq: 0,
            pinged: now,
            heard: now,
        }
    }

    /// From here on the account listens: it is told `hello`, and that it is online.
    fn enter(&mut self, config: &Config, caller: Caller, secret_hash: SecretHash) {
        let user_id = &caller.user_id;
        let hello = json!({"connection_id": id::new(), "server_version": config.version()});
        self.send_event(&hub::text(&Event {
            name: "hello",
            data: hello,
            to: Audience::user(user_id),
        }));
        self.listener = Some(self.app.hub.enter(user_id, secret_hash, self.waker.clone()));
        let online = Event {
            name: "status_change",
            data: json!({"status": "online", "user_id": user_id}),
            to: Audience::user(user_id),
        };
        self.app.hub.publish(&self.app.store, vec![online]);
    }

    fn send(&mut self, text: String) {
        // Into memory, where it always fits: the engine takes care of who does not read.
        if let Err(error) = self.frames.send(Message::text(text)) {
            log::debug!("a frame was not written: {error}");
        }
    }

    fn send_event(&mut self, text: &str) {
        let text = format!("{text}{}}}\n", self.seq);
        self.seq += 1;
        self.send(text);
    }

    fn reply(&mut self, seq: i64, result: Result<Option<Value>, AppError>) {
        let mut reply = match result {
            Ok(None) => json!({"status": "OK"}),
            Ok(Some(data)) => json!({"status": "OK", "data": data}),
            Err(error) => json!({"status": "FAIL", "error": {
                "id": error.id(), "message": error.message(), "detailed_error": "", "status_code": error.status(),
            }}),
        };
        if seq > 0 {
            reply["seq_reply"] = seq.into();
        }
        self.send(format!("{reply}\n"));
    }

    /// Everything that came in.
    fn receive(&mut self) -> Result<(), End> {
        loop {
            let message = match self.frames.read() {
                Ok(message) => message,
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => {
                    return Err(End::Said(CloseCode::Size));
                }
                Err(Error::Utf8(_)) => return Err(End::Said(CloseCode::Invalid)),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Err(End::Answered),
                Err(Error::Protocol(_)) => return Err(End::Said(CloseCode::Protocol)),
                Err(_) => return Err(End::Silent),
            };
            self.heard = Instant::now();
            match message {
                Message::Text(text) => self.act(text.as_bytes())?,
                Message::Binary(bytes) => self.act(&bytes)?,
                // The answer to it was queued; it goes out with the next flush.
                Message::Close(_) => return Err(End::Answered),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// One request of a client.
    fn act(&mut self, text: &[u8]) -> Result<(), End> {
        let Ok(Value::Object(request)) = serde_json::from_slice(text) else {
            return Err(End::Silent);
        };
        let action = request
            .get("action")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let seq = request.get("seq").and_then(Value::as_i64).unwrap_or(0);
        let data = request
            .get("data")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        if action == "authentication_challenge" && seq > 0 {
            return self.challenge(seq, &data);
        }
        let Some(listener) = self.listener.clone() else {
            return Ok(());
        };
        let result = if action.is_empty() {
            Err(AppError::new(&error::WEBSOCKET_NO_ACTION))
        } else if seq <= 0 {
            Err(AppError::new(&error::WEBSOCKET_BAD_SEQ))
        } else {
            self.perform(action, &data, &listener)
        };
        self.reply(seq, result);
        Ok(())
    }

    fn challenge(&mut self, seq: i64, data: &Map<String, Value>) -> Result<(), End> {
        if self.listener.is_some() {
            return Ok(());
        }
        let secret = data
            .get("token")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let entered =
            auth::enter_by_secret(&self.app, secret, self.address.clone(), self.path.clone());
        match entered {
            Ok((config, Entry::Known(caller))) => {
                log::info!(
                    user_id = caller.user_id, token_id = caller.token_id().unwrap_or("-"), address = self.address;
                    "websocket"
                );
                self.enter(&config, caller, SecretHash::of(secret));
                self.reply(seq, Ok(None));
                Ok(())
            }
            Ok((_, Entry::Refused(refused, _))) => {
                log::info!(
                    credential = refused.reason, token_id = refused.token_id.as_deref().unwrap_or("-"),
                    address = self.address;
                    "websocket"
                );
                Err(End::Silent)
            }
            Ok((_, Entry::Stranger(_))) | Err(_) => Err(End::Silent),
        }
    }

    fn perform(
        &self,
        action: &str,
        data: &Map<String, Value>,
        listener: &Listener,
    ) -> Result<Option<Value>, AppError> {
        let user_id = &listener.user_id;
        let now = self.app.clock.now();
        match action {
            "ping" => Ok(Some(
                json!({"text": "pong", "version": config::MATTERMOST_VERSION, "server_time": now, "node_id": ""}),
            )),
            "get_statuses" => {
                let known = self
                    .app
                    .store
                    .read(|tx| Ok(channel::sql::known_to(tx, user_id)?))?;
                self.statuses(known.into_iter().chain([user_id.to_owned()]).collect())
            }
            "get_statuses_by_ids" => {
                let ids = data
                    .get("user_ids")
                    .and_then(Value::as_array)
                    .ok_or_else(|| AppError::named(&error::WEBSOCKET_PARAM, "user_ids"))?;
                self.statuses(
                    ids.iter()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                )
            }
            "user_typing" => self.typing(data, listener),
            "user_update_active_status" => Ok(None),
            _ => Err(AppError::new(&error::WEBSOCKET_BAD_ACTION)),
        }
    }

    fn statuses(&self, user_ids: Vec<String>) -> Result<Option<Value>, AppError> {
        let now = self.app.clock.now();
        let statuses = self.app.store.read(|tx| {
            let of = |user_id: &String| {
                Ok(status::of(tx, user_id, now)?
                    .map(|status| (user_id.clone(), status.status.into())))
            };
            user_ids
                .iter()
                .filter_map(|user_id| of(user_id).transpose())
                .collect::<Result<Map<String, Value>, AppError>>()
        })?;
        Ok(Some(Value::Object(statuses)))
    }

    /// Told to those who are in the channel, by somebody who may post there.
    fn typing(
        &self,
        data: &Map<String, Value>,
        listener: &Listener,
    ) -> Result<Option<Value>, AppError> {
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let channel_id = text("channel_id");
        let bad = || AppError::named(&error::WEBSOCKET_PARAM, "channel_id");
        if !id::is_valid(channel_id) {
            return Err(bad());
        }
        self.app.store.read(|tx| {
            let channel = channel::sql::by_id(tx, channel_id)?.ok_or_else(bad)?;
            let caller = listener
                .caller(&self.app, tx)?
                .ok_or_else(|| AppError::new(&error::SESSION_EXPIRED))?;
            post::may_post(
                &caller,
                &channel,
                channel::permissions(tx, &caller, &channel)?,
            )
        })?;
        let to = Audience {
            omitted: listener.user_id.clone(),
            ..Audience::channel(channel_id)
        };
        let event = Event {
            name: "typing",
            data: json!({"parent_id": text("parent_id"), "user_id": listener.user_id}),
            to,
        };
        self.app.hub.publish(&self.app.store, vec![event]);
        Ok(None)
    }

    /// Everything that is to go out by itself.
    fn tell(&mut self) -> Result<(), End> {
        if let Some(listener) = &self.listener {
            let events = listener.take().ok_or(End::Silent)?;
            for event in events {
                self.send_event(&event);
            }
        }
        let now = Instant::now();
        if self.listener.is_none() && now >= self.begun + CHALLENGE || now >= self.heard + PONG {
            return Err(End::Silent);
        }
        if now >= self.pinged + PING {
            self.pinged = now;
            let ping = self.frames.send(Message::Ping(tungstenite::Bytes::new()));
            ping.map_err(|_| End::Silent)?;
        }
        Ok(())
    }

    fn until(&self) -> Instant {
        let known = (self.pinged + PING).min(self.heard + PONG);
        if self.listener.is_some() {
            known
        } else {
            known.min(self.begun + CHALLENGE)
        }
    }
}

impl Protocol for Socket {
    fn turn(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>) -> After {
        self.frames.get_mut().input.append(input);
        let result = self.receive().and_then(|()| self.tell());
        if let Err(End::Said(code)) = &result {
            let said = self.frames.close(Some(CloseFrame {
                code: *code,
                reason: "".into(),
            }));
            drop(said);
        }
        if !matches!(result, Err(End::Silent)) {
            // It ends with the connection that is closed; then what was said is out as well.
            drop(self.frames.flush());
            output.append(&mut self.frames.get_mut().output);
        }
        match result {
            Ok(()) => After::Stay {
                until: self.until(),
            },
            Err(_) => After::End,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            self.app.hub.leave(listener);
        }
    }
}
