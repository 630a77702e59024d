//! Personal access tokens.

mod children;
mod expiry;
mod life;
mod management;
