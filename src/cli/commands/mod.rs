//! The commands: a file for each word of the domain.

pub mod audit;
pub mod bot;
pub mod config;
pub mod role;
pub mod seed;
pub mod session;
pub mod token;
pub mod user;
pub mod webhook;
