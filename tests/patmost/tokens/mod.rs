//! Personal access tokens.

mod expiry;
mod life;
mod management;
