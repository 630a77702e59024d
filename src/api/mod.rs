//! The REST API: from a complete request to its answer.
//!
//! `routes/` is the table of endpoints, `path.rs` the matcher of paths, `router.rs` the way through the table, `access.rs` its
//! log, `origin.rs` the door to web pages of somewhere else, `form.rs` the bodies of forms, `answer.rs` the one place where a failure becomes HTTP, `openapi/` what the routes take and give, `websocket/` events,
//! `handlers/` the endpoints of each word.

mod absent;
mod access;
pub mod answer;
mod context;
mod cors;
pub mod counts;
mod csv;
mod form;
pub mod handlers;
pub mod json;
pub mod limit;
pub mod metrics;
mod multipart;
pub mod openapi;
pub mod origin;
pub mod path;
mod router;
pub mod routes;
mod state;
mod text;
pub mod traffic;
pub mod websocket;

pub use answer::Answer;
pub use context::Context;
pub use state::ReadPins;

pub use router::Router;
