//! The commands: a file for each word of the domain.

pub mod config;
pub mod seed;
pub mod token;
pub mod user;
pub mod webhook;
