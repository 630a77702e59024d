//! HTTP/1.1 over sockets. Owns connections, framing, limits, deadlines and threads. Knows no route, no user and
//! no JSON: the application is behind [`Handler`], and also shapes the answers to what is refused here.

mod accept;
mod body;
mod buffers;
mod chunked;
mod client;
mod connection;
mod guard;
mod lane;
mod limits;
mod listener;
mod load;
mod network;
mod origin;
pub mod outgoing;
mod parked;
mod parse;
pub mod proxy;
mod request;
mod response;
mod room;
mod sending;
mod server;
mod source;
mod target;
mod transfer;
mod upgrade;
mod worker;

pub use client::get;
pub use limits::{Limits, check_descriptors};
pub use listener::Listener;
pub use load::LoadOf;
pub use network::{Networks, network_of};
pub use origin::Origin;
#[cfg(test)]
pub use request::Headers;
pub use request::Request;
pub use response::Response;
pub use server::Server;
pub use transfer::{Download, Transfer, Upload};
pub use upgrade::{After, Protocol, Upgrade, Waker};

use std::net::SocketAddr;

/// Which threads handle a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// In place, on the worker that read it.
    Fast,
    /// On the few threads behind the bounded queue, so that it never holds up a fast one.
    Slow,
    /// On the few threads behind another such queue, so that whoever is called and does not answer holds up no other request.
    Calls,
}

/// What the application says to a request of which only the head is known.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    /// Where it will be handled.
    pub lane: Lane,
    /// The most bytes its body may have; more is [`Refusal::BodyTooLarge`].
    pub body_limit: usize,
    /// Whether it is to have an [`Upload`]: then [`Handler::turn_away`] is asked before any byte of its body is read.
    pub is_upload: bool,
}

/// Why a request never reached [`Handler::handle`], or did not come back from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not HTTP as this server takes it; the text says what was wrong, and never quotes the client.
    BadRequest(&'static str),
    /// The head or the body was not complete in time.
    Timeout,
    /// The body is larger than its route takes.
    BodyTooLarge,
    /// The request target is longer than the limit.
    TargetTooLong,
    /// An `Expect` other than `100-continue`.
    ExpectationFailed,
    /// The head is longer, or has more header lines, than the limits.
    HeadTooLarge,
    /// The handler panicked; the server lives on.
    Panicked,
    /// The queue of a lane is full, or the client's network has its share of it; or large bodies take too much
    /// memory, and it is this one that gives way.
    Busy,
    /// The bound on connections is reached, and it is this one that gives way.
    Full,
    /// A version of HTTP other than 1.0 and 1.1.
    Version,
}

impl Refusal {
    /// The HTTP status that says it.
    pub fn status(self) -> u16 {
        match self {
            Refusal::BadRequest(_) => 400,
            Refusal::Timeout => 408,
            Refusal::BodyTooLarge => 413,
            Refusal::TargetTooLong => 414,
            Refusal::ExpectationFailed => 417,
            Refusal::HeadTooLarge => 431,
            Refusal::Panicked => 500,
            Refusal::Busy | Refusal::Full => 503,
            Refusal::Version => 505,
        }
    }

    /// A sentence for people and the log, without anything the client sent.
    pub fn message(self) -> &'static str {
        match self {
            Refusal::BadRequest(what) => what,
            Refusal::Timeout => "The request was not complete in time.",
            Refusal::BodyTooLarge => "The request body is too large.",
            Refusal::TargetTooLong => "The request target is too long.",
            Refusal::ExpectationFailed => "The only expectation understood is 100-continue.",
            Refusal::HeadTooLarge => "The request head is too large.",
            Refusal::Panicked => "An internal error occurred.",
            Refusal::Busy => "Too many requests of this kind are waiting.",
            Refusal::Full => "Too many connections.",
            Refusal::Version => "Only HTTP/1.0 and HTTP/1.1 are spoken here.",
        }
    }
}

/// The application, as the engine sees it. Called from many threads at once.
pub trait Handler: Send + Sync + 'static {
    /// Called once the head is complete, before the body is read. It may put the client in place of a proxy as the
    /// request's peer: from here on that is who the request is of.
    fn admit(&self, request: &mut Request) -> Admission;
    /// Asked with the head before more than [`Limits::unasked_bytes`] of its body are read. `None` lets the body come, to the
    /// [`Request::upload`] where the request was given one; an answer is sent instead, and the connection closed.
    fn turn_away(&self, _request: &mut Request) -> Option<Response> {
        None
    }
    /// Called with complete requests only.
    fn handle(&self, request: Request) -> Response;
    /// Shapes the answer to what the engine refused, and writes its log line.
    fn refuse(&self, refusal: Refusal, peer: SocketAddr) -> Response;
}
