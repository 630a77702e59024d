//! HTTP: from a request's bytes to a route's handler, and back.
//!
//! `engine/` owns sockets, framing, limits and threads, and knows no route. The files here know routes, credentials'
//! callers and JSON, and no socket: `routes.rs` is the table, `router.rs` the way through it, `access.rs` its log,
//! `proxy.rs` who stands in front of it, `answer.rs` the one place where a failure becomes HTTP, `openapi/` what the
//! routes take and give.

mod absent;
mod access;
pub mod answer;
mod context;
mod cors;
pub mod engine;
pub mod json;
pub mod metrics;
pub mod openapi;
pub mod proxy;
mod router;
pub mod routes;
pub mod websocket;

use std::net::TcpListener;
use std::sync::Arc;

pub use answer::Answer;
pub use context::{Context, Page};

use crate::app::App;

/// Starts to answer on the listener.
pub fn serve(app: Arc<App>, listener: TcpListener) -> std::io::Result<engine::Server> {
    let limits = match &app.fixture {
        Some(fixture) => fixture.limits(),
        None => engine::Limits::default(),
    };
    engine::Server::start(listener, limits, Arc::new(router::Router::new(app)))
}
