//! What the router keeps between requests: counts, and the limits on how often.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use super::counts::Requests;
use super::limit::{RateLimit, Seldom};
use super::traffic::Traffic;
use crate::clock::Millis;
use crate::config::Pin;
use crate::logging::recent;
use crate::secret::SecretHash;
use crate::token::ledger::Ledger;

/// Reads what pins settings beside the data file; in words, why that cannot be read.
pub type ReadPins = Box<dyn Fn() -> Result<Vec<Pin>, String> + Send + Sync>;

/// How often the refusals of one token are noted in the audit; the log has each of them.
const REFUSALS: Millis = 60_000;

/// The state of a [`super::Router`].
pub struct RouterState {
    /// Requests by address and user.
    pub rate_limit: RateLimit,
    /// Requests by route and status.
    pub requests: Requests,
    /// The times at which each token's refusals were last noted in the audit.
    pub refusals: Seldom,
    /// Secrets that were found and handed in, by network.
    pub reports: RateLimit,
    /// The requests of tokens that are not stored yet.
    pub ledger: Ledger,
    /// Answers by the hour.
    pub traffic: Traffic,
    /// The lines of the log that `GET /logs` shows: those of other servers in the process, too.
    pub log: recent::Since,
    /// Until when the server is marked as busy; 0: it is not.
    pub busy_until: AtomicI64,
    /// Reads the pins of the settings again; none where there is no file to read.
    pub pins: OnceLock<ReadPins>,
    /// The code that a stranger shows to make the first account; none where only this machine is listened to.
    pub setup_code: OnceLock<SecretHash>,
}

impl Default for RouterState {
    fn default() -> RouterState {
        RouterState {
            rate_limit: RateLimit::default(),
            requests: Requests::default(),
            refusals: Seldom::new(REFUSALS),
            reports: RateLimit::default(),
            ledger: Ledger::default(),
            traffic: Traffic::default(),
            log: recent::Since::default(),
            busy_until: AtomicI64::new(0),
            pins: OnceLock::new(),
            setup_code: OnceLock::new(),
        }
    }
}

impl RouterState {
    /// Forgets everything, as after a start.
    pub fn clear(&self) {
        self.rate_limit.clear();
        self.requests.clear();
        self.refusals.clear();
        self.reports.clear();
        self.ledger.clear();
        self.traffic.clear();
        self.log.begin_now();
        self.busy_until.store(0, Ordering::Relaxed);
    }
}
