//! A connection that listens: frames in and out, how long it may stay, and how it ends. Owns the count of its events.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::error::{CapacityError, Error};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

use crate::app::App;
use crate::config::{Config, MAXIMUM_WEB_SOCKETS_PER_USER};
use crate::error::AppError;
use crate::event::hub::{self, Ended, Listener};
use crate::event::{Audience, Event, News};
use crate::http::{After, Protocol, Waker};
use crate::permission::Caller;
use crate::secret::SecretHash;
use crate::{id, status};

/// Mattermost: bytes of a message from a client.
const MESSAGE_BYTES: usize = 8192;

/// Bytes for the client that may wait to be sent; until they are, nothing more is read, and events wait in their queue.
const OUTPUT_BYTES: usize = 64 << 10;

/// Mattermost: how long a connection may stay without having said who it is.
const CHALLENGE: Duration = Duration::from_secs(5);

/// Mattermost: how often the server asks whether anybody is there, and how long it waits for an answer.
const PING: Duration = Duration::from_secs(60);
const PONG: Duration = Duration::from_secs(100);

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
pub struct Socket {
    pub(super) app: Arc<App>,
    frames: WebSocket<Bytes>,
    waker: Waker,
    pub(super) address: String,
    pub(super) path: String,
    pub(super) listener: Option<Arc<Listener>>,
    /// Events sent on this connection.
    seq: u64,
    /// By [`crate::clock::Clock::elapsed`]: when it began, and the last ping and pong.
    begun: Duration,
    pinged: Duration,
    ponged: Duration,
}

/// Why a connection ends.
pub enum End {
    /// Without a word.
    Silent,
    /// With a close frame and its reason.
    Said(CloseCode, &'static str),
    /// As the client said; the answer is on its way.
    Answered,
    /// The credential, or the queue: what was told before that is on its way.
    Ended,
}

impl Socket {
    pub fn new(app: Arc<App>, waker: Waker, address: String, path: String) -> Socket {
        let limits = WebSocketConfig::default()
            .read_buffer_size(1024)
            .write_buffer_size(0)
            .max_message_size(Some(MESSAGE_BYTES))
            .max_frame_size(Some(MESSAGE_BYTES));
        let frames = WebSocket::from_raw_socket(Bytes::default(), Role::Server, Some(limits));
        let now = app.clock.elapsed();
        Socket {
            app,
            frames,
            waker,
            address,
            path,
            listener: None,
            seq: 0,
            begun: now,
            pinged: now,
            ponged: now,
        }
    }

    /// From here on the account listens: it is told `hello`, and that it is online.
    pub fn enter(&mut self, config: &Config, caller: &Caller, secret_hash: SecretHash) {
        let user_id = &caller.user_id;
        let hello =
            json!({"connection_id": id::of(id::Kind::Request), "server_version": config.version()});
        self.send_event(&hub::text(&Event {
            name: "hello",
            data: hello,
            to: Audience::user(user_id),
        }));
        let most = match config.int(&MAXIMUM_WEB_SOCKETS_PER_USER) {
            0 => usize::MAX,
            most => usize::try_from(most).unwrap_or(usize::MAX),
        };
        let waker = self.waker.clone();
        let (listener, first) = self.app.hub.enter(caller, secret_hash, waker, most);
        self.listener = Some(listener);
        if first {
            self.tell_online(user_id);
        }
    }

    /// Mattermost: what was set by hand stays when somebody connects.
    fn tell_online(&self, user_id: &str) {
        let (hub, now) = (&self.app.hub, self.app.clock.now());
        let status = self.app.store.read(|tx| status::of(tx, hub, user_id, now));
        match status {
            Ok(Some(status)) if status.status == status::ONLINE => {
                let mut news = News::default();
                news.status_changed(user_id, status::ONLINE);
                self.app.tell(news);
            }
            Ok(_) => {}
            Err(error) => log::error!("an event was lost: {error}"),
        }
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

    pub fn reply(&mut self, seq: i64, result: Result<Option<Value>, AppError>) {
        let mut reply = match result {
            Ok(None) => json!({"status": "OK"}),
            Ok(Some(data)) => json!({"status": "OK", "data": data}),
            Err(error) => json!({"status": "FAIL", "error": {
                "id": error.id(), "message": error.message(), "detailed_error": "", "status_code": error.status(),
            }}),
        };
        // Mattermost: 0 is as good as none.
        if seq != 0 {
            reply["seq_reply"] = seq.into();
        }
        self.send(format!("{reply}\n"));
    }

    /// What came in, as long as the answers have room.
    fn receive(&mut self) -> Result<(), End> {
        while self.has_room() {
            let message = match self.frames.read() {
                Ok(message) => message,
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => {
                    return Err(End::Said(CloseCode::Size, ""));
                }
                Err(Error::Utf8(_)) => return Err(End::Said(CloseCode::Invalid, "")),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Err(End::Answered),
                Err(Error::Protocol(_)) => return Err(End::Said(CloseCode::Protocol, "")),
                Err(_) => return Err(End::Silent),
            };
            match message {
                Message::Text(text) => self.act(text.as_bytes())?,
                Message::Binary(bytes) => self.act(&bytes)?,
                // The answer to it was queued; it goes out with the next flush.
                Message::Close(_) => return Err(End::Answered),
                Message::Pong(_) => self.ponged = self.app.clock.elapsed(),
                // The pong was queued as well.
                Message::Ping(_) | Message::Frame(_) => {}
            }
        }
        Ok(())
    }

    fn close(&mut self, code: CloseCode, reason: &'static str) {
        let reason = reason.into();
        // Into memory, as above; a connection that is closing already says no more.
        if let Err(error) = self.frames.close(Some(CloseFrame { code, reason })) {
            log::debug!("a close frame was not written: {error}");
        }
    }

    fn has_room(&self) -> bool {
        self.frames.get_ref().output.len() < OUTPUT_BYTES
    }

    /// The events that wait, as long as they have room.
    fn tell(&mut self) -> Result<(), End> {
        let Some(listener) = self.listener.clone() else {
            return Ok(());
        };
        while self.has_room()
            && let Some(event) = listener.take()
        {
            self.send_event(&event);
        }
        match listener.ended() {
            None => Ok(()),
            Some(Ended::Dropped) => Err(End::Ended),
            Some(Ended::Refused) => Err(End::Said(
                CloseCode::Policy,
                "The credential is no longer valid.",
            )),
            Some(Ended::Displaced) => Err(End::Said(
                CloseCode::Policy,
                "A newer connection of this account took the place of this one.",
            )),
        }
    }

    /// Asks whether anybody is there, and ends what has been silent for too long.
    fn keep_alive(&mut self) -> Result<(), End> {
        if self.until().is_zero() {
            return Err(match self.listener {
                // Nobody is there who could read why.
                Some(_) => End::Silent,
                None => End::Said(CloseCode::Policy, "No credential came within 5 seconds."),
            });
        }
        let now = self.app.clock.elapsed();
        if now >= self.pinged + PING {
            self.pinged = now;
            let ping = self.frames.send(Message::Ping(tungstenite::Bytes::new()));
            ping.map_err(|_| End::Silent)?;
        }
        Ok(())
    }

    /// How long it may stay as it is.
    fn until(&self) -> Duration {
        let now = self.app.clock.elapsed();
        let end = if self.listener.is_some() {
            self.ponged + PONG
        } else {
            self.begun + CHALLENGE
        };
        end.saturating_sub(now)
    }
}

impl Protocol for Socket {
    fn turn(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>) -> After {
        self.frames.get_mut().input.append(input);
        // What happened before a request is told before its reply.
        let result = self
            .tell()
            .and_then(|()| self.receive())
            .and_then(|()| self.keep_alive());
        if let Err(End::Said(code, reason)) = &result {
            self.close(*code, reason);
        }
        if !matches!(result, Err(End::Silent)) {
            // It ends with the connection that is closed; then what was said is out as well.
            drop(self.frames.flush());
            output.append(&mut self.frames.get_mut().output);
        }
        match result {
            Ok(()) => {
                let ping = self.pinged + PING;
                let wait = self
                    .until()
                    .min(ping.saturating_sub(self.app.clock.elapsed()));
                After::Stay {
                    until: self.app.clock.look_after(wait),
                }
            }
            Err(_) => After::End,
        }
    }

    fn serves(&self) -> Option<i64> {
        self.listener.as_ref().map(|listener| listener.user_number)
    }

    fn give_way(&mut self, output: &mut Vec<u8>) {
        self.close(CloseCode::Again, "Too many connections.");
        drop(self.frames.flush());
        output.append(&mut self.frames.get_mut().output);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            self.app.hub.leave(listener, self.app.clock.now());
        }
    }
}
