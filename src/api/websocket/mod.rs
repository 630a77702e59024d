//! `/api/v4/websocket` (RFC 6455): events for those who listen, and the few actions that clients send over it. Owns who may
//! connect; what is said then is `socket.rs`, what is asked `action.rs`.
//!
//! Frames are `tungstenite`'s, over bytes that the engine brings and takes away. Mattermost: what is answered to whom, in
//! which order, and when a connection ends without a word, is as seen on the wire.

mod action;
mod socket;
pub mod watch;

use std::sync::Arc;

use socket::Socket;
use tungstenite::handshake::derive_accept_key;

use super::{Context, cors, origin};
use crate::error::{self, AppError};
use crate::http::{Response, Upgrade};
use crate::store::Tx;
use crate::{auth, id};

/// `GET /websocket`
pub fn open(cx: &Context, _: &Tx) -> super::Answer {
    let request = cx.request;
    let page = request.header("origin");
    let may_connect =
        |page| origin::is_own(&cx.config, request, page) || cors::may_call(&cx.config, page);
    if !page.is_none_or(may_connect) {
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
    let known = cx.caller().ok().filter(|caller| caller.scope.reads());
    let known = known.cloned().zip(auth::secret_hash(request));
    let (app, config, address, path) = (
        Arc::clone(cx.app),
        Arc::clone(&cx.config),
        request.peer.ip().to_string(),
        request.raw_path.clone(),
    );
    let upgrade = Upgrade::new(move |waker| {
        let mut socket = Socket::new(app, waker, address, path);
        if let Some((caller, secret_hash)) = known {
            socket.enter(&config, &caller, secret_hash);
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
    let json = super::answer::refusal(&error, &id::of(id::Kind::Request), false).body;
    Response::new(
        status,
        "text/plain; charset=utf-8",
        [word.as_bytes(), b"\n", &json].concat(),
    )
}
