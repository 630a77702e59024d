//! Personal access tokens the Mattermost way, in one executable over one SQLite file.
//!
//! A request becomes a **Caller**: who, and by which credential. A **Rule** turns a
//! caller and a target into a **Granted**. A change asks its rule and does its whole work, audit row
//! included, in one transaction. Every failure on the way is an **AppError** from one catalogue, and becomes
//! HTTP in one place.
//!
//! # Floors
//!
//! From the ground up. A room uses the floors below it, and nothing above or beside it; `tests/layers.rs` keeps this.
//!
//! | floor | room | owns |
//! | --- | --- | --- |
//! | 1 | `error` | the catalogue: every id, status and sentence |
//! | | `metrics` | counts, and how Prometheus reads them |
//! | | `spelling` | what somebody meant who misspelt a name |
//! | | `supervisor` | what systemd is told: about to be ready, ready, about to end |
//! | | `sync` | the one kind of lock |
//! | 2 | `clock` | time |
//! | | `http` | sockets, framing, limits, deadlines, threads; knows no route |
//! | 3 | `id` | ids of 26 letters |
//! | 4 | `logging` | lines of the log, their way out, and the last of them |
//! | | `secret` | secrets, their hashes, Argon2id |
//! | 5 | `store` | the file: connections, transactions, the one writer, migrations |
//! | 6 | `permission` | permissions, roles and the table of rules |
//! | 7 | `audit` | what was done, by whom |
//! | | `event` | what happened, for those who listen, and who hears of it |
//! | 8 | `config` | settings: their table, their values, their changes |
//! | 9 | `app` | what every operation is given: store, settings, clock, passwords, hub |
//! | 10 | `content` | what is in files and pictures, and how much of it there is |
//! | | `role` | changes of roles |
//! | | `session` | sessions, and their end |
//! | 11 | `user` | accounts of people and bots, and passwords |
//! | 12 | `bot` `emoji` `login` `preference` `token` | what belongs to an account |
//! | 13 | `status` | presence, and what an account says of itself |
//! | 14 | `messaging/team` | what a team is, and who is in it |
//! | 15 | `messaging/channel` | what a channel is, and who is in it |
//! | 16 | `messaging/file` | files of posts: who uploads, attaches and reads them |
//! | 17 | `messaging/post` | posts, threads, reactions, posts of the system |
//! | 18 | `messaging/webhook` | incoming webhooks: who has them, and where they post |
//! | 19 | `messaging/administration` | changes of teams and channels, announced by posts |
//! | 20 | `messaging/incoming` | what is posted by incoming webhooks |
//! | | `messaging/notice` | what the system bot tells people |
//! | 21 | `messaging/command` | slash commands: who has them, and what happens when one is given |
//! | 22 | `auth` | a request's credential becomes a caller |
//! | 23 | `console` | the pages for a browser, embedded; clients of the API like any other |
//! | 24 | `api` | routes, router, handlers, answers, OpenAPI, WebSocket, limits on how often |
//! | 25 | `server` | a running server, and its work in the background |
//! | | `seed` | a file of users, tokens, channels, applied to the data |
//! | 26 | `fixture` | a server for the tests of other programs, around the router |
//! | 27 | `cli` | the command line |
//!
//! In a room, `mod.rs` has the rules of its word and `sql.rs` its SQL. A word's endpoints are `api/handlers/<word>.rs`, its
//! commands `cli/commands/<word>.rs`.
//!
//! # One request: `POST /api/v4/users/{user_id}/tokens`
//!
//! | file | does |
//! | --- | --- |
//! | `http/connection.rs` | a whole request within its limits gets an id |
//! | `api/router.rs` | finds the row in `api/routes/table.rs`; no row: 404 with Mattermost's id |
//! | `auth/mod.rs` | the credential becomes a caller, or 401 |
//! | `api/handlers/tokens.rs` | reads path and body |
//! | `token/mod.rs` | one transaction: asks `TOKEN_CREATE`, checks, makes the secret, writes |
//! | `token/sql.rs`, `audit/mod.rs` | the row, and the audit rows beside it |
//! | `api/answer.rs` | JSON; the access line names the token id, never the token |
//!
//! A request that only reads has a handler that is given a **Tx**: the state of the file that also said whose
//! credential it is. It has no other, so it cannot see two.
//!
//! # Glossary
//!
//! | word | meaning |
//! | --- | --- |
//! | access | who may enter a route: anyone, or whoever is signed in |
//! | account | a user, in texts for people |
//! | action | in an audit row, the path that was asked for, or the command |
//! | admin | a user with the role `system_admin` |
//! | answer | the response of a handler |
//! | audit | the record of changes and refused attempts |
//! | bot | a user that has an owner and no password |
//! | caller | who asks, by which credential, from where, and when |
//! | channel | where posts are: public, private, direct or a group |
//! | config | the settings in force at one moment |
//! | credential | what a request brings: a cookie, a header, a member of the query |
//! | event | what listeners are told about a change |
//! | failure | a row of the catalogue of errors |
//! | fixture | a server that lives for a test |
//! | granted | the proof that a rule permitted; a change needs one |
//! | hub | the listeners, and what they are to be told |
//! | lane | the threads that handle a request: fast, or slow for passwords |
//! | listener | a WebSocket of a user |
//! | operator | the command line: whoever can write the file may do everything |
//! | owner | the user whose token, session or bot it is |
//! | permission | one of Mattermost's names for what may be done |
//! | pin | a setting fixed by file, environment or flag |
//! | post | a message in a channel |
//! | reading | one consistent state of the file, open for reading |
//! | role | a named list of permissions |
//! | route | a row of the table of endpoints |
//! | rule | a row of the table of rules: what an operation needs |
//! | secret | the text that a credential shows; stored as a hash only |
//! | session | what a login opens, and the first use of a token |
//! | setting | one value of the configuration |
//! | snapshot | the data of a fixture as its seed left it |
//! | store | the open file |
//! | target | the user that a rule is asked about |
//! | token | a personal access token: a row with an owner, an end, and the hash of its secret |
//! | token id | the public name of a token, which is not its secret |
//! | user | an account, in code: a person or a bot |
//! | via | by which credential a caller came |
//! | webhook | a way to post for whoever knows its secret |
//! | world | a further fixture, in the same process, with data of its own |
//!
//! # Invariants
//!
//! - No async: threads, and requests that are handled only when they are complete; only the bodies of uploads are stored before.
//! - No SQL outside `sql.rs` and `.sql` files; no `rusqlite` outside `store/`; no socket outside `http/`.
//! - No secret in a log, an error, a list or an audit row; only hashes are stored.
//! - No change without a `Granted`, and none without an audit row in the same transaction; a post is its own record, and so is a file.
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
mod content;
mod emoji;
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
mod spelling;
mod status;
mod store;
mod supervisor;
mod sync;
mod token;
mod user;

pub use app::Options;
pub use clock::Clock;
pub use config::{Kind, Pin, Setting};
pub use logging::init_to as log_to;
pub use secret::password::Cost;
pub use server::Server;
