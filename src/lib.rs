//! Personal access tokens the Mattermost way, in one executable over one SQLite file.
//!
//! # Bird's-eye view
//!
//! A request becomes a **Caller** (who, and by which credential). A **Rule** turns a caller and a target into a
//! **Granted**. A change needs a `Granted` to run, and does its whole work, audit row included, in **one transaction**.
//! Every failure on the way is an **AppError** from one catalogue, and becomes HTTP in one place.
//!
//! # Code map
//!
//! | where | what |
//! | --- | --- |
//! | `http/engine/` | sockets, framing, limits, deadlines, threads; knows no route |
//! | `http/routes.rs` | the route table: every endpoint there is |
//! | `http/openapi/` | the same endpoints as an OpenAPI document |
//! | `http/router.rs` | route, credential, handler, access log |
//! | `http/answer.rs` | JSON, and the one place where an `AppError` becomes HTTP |
//! | `http/proxy.rs` | servers in front, and whom they may speak for |
//! | `http/metrics.rs` | what is counted, on a listener of its own |
//! | `auth/` | a request's credential -> `Caller` |
//! | `permission/` | permissions, the rule table, `Caller`, `Granted` |
//! | `error.rs` | the catalogue: every id, status and sentence |
//! | `store/` | the file: connections, transactions, the one writer, migrations |
//! | `user/ session/ token/ bot/ role/ team/ channel/ post/ preference/ status/ config/ audit/ system/ seed/` | the domain; in each `mod.rs` its rules, `api.rs` its endpoints, `sql.rs` its SQL, `cli.rs` its commands |
//! | `secret.rs` `password.rs` `id.rs` `clock.rs` | credentials and their hashes, Argon2id, the 26-letter ids, time |
//! | `event.rs` `hub.rs` `http/websocket/` | what happened, who hears of it, and how |
//! | `limit.rs` `recent.rs` `traffic.rs` `log_line.rs` `log_writer.rs` `metrics.rs` `clean_up.rs` | rate limit, the last lines of the log, answers by the hour, lines of the log and their way out, what is counted, work in the background |
//! | `console/` | the pages for a browser, embedded; they are clients of the API like any other |
//! | `cli/` | the command line |
//! | `fixture/` | a server for the tests of other programs: seed, clock, faults, journal, worlds |
//! | `server.rs` `app.rs` | a running server, and the state that every operation is given |
//!
//! # Invariants
//!
//! - No async: threads, and requests that are handled only when they are complete.
//! - No SQL outside `sql.rs` and `.sql` files; no `rusqlite` outside `store/`; no socket outside `http/engine/`.
//! - No secret in a log, an error, a list or an audit row; only hashes are stored.
//! - No change without a `Granted`, and none without an audit row in the same transaction; a post is its own record.
//! - No credential is cached: what is revoked, by whomever, is refused on the next request.
//! - No clock but `clock.rs`.
//! - A success is answered only after its commit is on disk.

// A test may stop where it stands; the program may not.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used))]

mod api;
mod app;
mod audit;
mod auth;
mod bot;
pub mod cli;
mod clock;
mod config;
mod console;
mod error;
mod event;
pub mod fixture;
mod http;
mod id;
mod logging;
mod login;
mod messaging;
mod metrics;
mod permission;
mod preference;
mod role;
mod secret;
mod seed;
mod server;
mod session;
mod status;
mod store;
mod sync;
mod token;
mod user;

pub use app::Options;
pub use clock::Clock;
pub use config::{Kind, Pin, Setting};
pub use logging::init_to as log_to;
pub use secret::password::Cost;
pub use server::Server;
