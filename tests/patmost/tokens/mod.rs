//! Personal access tokens.

mod children;
mod expiry;
mod explain;
mod grace;
mod life;
mod management;
mod many;
mod notices;
mod scopes;
