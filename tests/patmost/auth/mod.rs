//! Logging in, credentials and sessions.

mod credentials;
mod lockout;
mod login;
mod sessions;
