//! The WebSocket.

mod connection;
mod endings;
mod events;
