//! The server itself: whether it answers.

pub mod api;
