//! Nearly every test, in one executable, so that the program is linked once. A folder is a capability.
//!
//! Executables of their own are `hostile` (counts panics of the whole process), `kill` and `soak` (use the whole machine).
#![allow(clippy::unwrap_used)]

mod auth;
mod contract;
mod fixture;
mod http;
mod layers;
mod messaging;
mod operation;
mod permissions;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod users;
mod websocket;
