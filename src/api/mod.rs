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
pub mod counts;
pub mod handlers;
pub mod json;
pub mod limit;
pub mod metrics;
pub mod openapi;
mod router;
pub mod routes;
mod state;
pub mod traffic;
pub mod websocket;

pub use answer::Answer;
pub use context::Context;

pub use router::Router;
