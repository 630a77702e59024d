//! What every operation is given: the store, the settings, the clock, the password hashing.

use std::path::PathBuf;

use crate::clock::{Clock, Millis};
use crate::config::{Live, Pin};
use crate::hub::Hub;
use crate::limit::{RateLimit, Seldom};
use crate::metrics::Requests;
use crate::password::{Cost, Passwords};
use crate::store::Store;

/// What a running server is made from.
pub struct Options {
    /// The SQLite file; made when there is none.
    pub data: PathBuf,
    /// Settings that are fixed while the process runs, weakest first.
    pub pins: Vec<Pin>,
    /// Where the time comes from.
    pub clock: Clock,
    /// How much work a password hash is.
    pub cost: Cost,
}

/// The state of a running process.
pub struct App {
    /// The one SQLite file.
    pub store: Store,
    /// Settings.
    pub config: Live,
    /// Time.
    pub clock: Clock,
    /// Password hashing.
    pub passwords: Passwords,
    /// Who listens on a WebSocket.
    pub hub: Hub,
    /// Requests by address and account.
    pub rate_limit: RateLimit,
    /// What was asked, counted.
    pub requests: Requests,
    /// When a token's refusal was noted in the audit last.
    pub refusals: Seldom,
}

/// How often the refusals of one token are noted in the audit; the log has each of them.
const REFUSALS: Millis = 60_000;

impl App {
    /// Opens the file.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn open(options: Options) -> Result<App, String> {
        let app = App {
            store: Store::open(&options.data)?,
            config: Live::new(options.pins),
            clock: options.clock,
            passwords: Passwords::new(options.cost).map_err(|error| error.to_string())?,
            hub: Hub::default(),
            rate_limit: RateLimit::default(),
            requests: Requests::default(),
            refusals: Seldom::new(REFUSALS),
        };
        // The first request finds the settings read.
        app.store
            .read(|tx| app.config.current(tx))
            .map_err(|error| error.to_string())?;
        Ok(app)
    }
}
