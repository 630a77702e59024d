//! The ledger of tokens: the last requests of each. They are gathered in memory, and stored together every few seconds, so that no
//! request waits for that; a crash loses those of the last seconds.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;

use super::sql;
use crate::app::App;
use crate::clock::Millis;
use crate::config::MAXIMUM_TOKEN_REQUESTS;
use crate::error::AppError;
use crate::sync::Mutex;

/// Requests of a token that are kept.
pub const KEPT: usize = 100;

/// Requests that wait to be stored, of all tokens together. What is more is dropped, and counted.
const WAITING: usize = 10_000;

/// Requests that are stored in one change, so that others do not wait long for it.
const TOGETHER: usize = 250;

/// Bytes of a user agent that are kept.
const AGENT_BYTES: usize = 256;

/// One request of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenRequest {
    /// When.
    pub at: Millis,
    /// The method.
    pub method: Cow<'static, str>,
    /// The pattern of its path: the path may have a secret in it by mistake.
    pub route: Cow<'static, str>,
    /// The status of the answer.
    pub status: u16,
    /// From which address.
    pub address: String,
    /// What the client called itself, cut off after 256 bytes.
    pub user_agent: String,
}

/// The requests that are not stored yet.
#[derive(Default)]
pub struct Ledger {
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    by_token: HashMap<String, VecDeque<TokenRequest>>,
    count: usize,
}

impl Ledger {
    /// Notes a request.
    pub fn note(&self, token_id: &str, request: TokenRequest) {
        let mut waiting = self.waiting.lock();
        let is_full = waiting.count >= WAITING;
        let Some(requests) = waiting.by_token.get_mut(token_id) else {
            if is_full {
                self.dropped.fetch_add(1, Relaxed);
            } else {
                waiting.count += 1;
                let first = VecDeque::from([request]);
                waiting.by_token.insert(token_id.to_owned(), first);
            }
            return;
        };
        // In place of the oldest one there is always room.
        let replaces = is_full || requests.len() >= KEPT;
        if replaces {
            requests.pop_front();
        }
        requests.push_back(request);
        waiting.count += usize::from(!replaces);
    }

    /// Returns the requests of a token that are not stored yet, oldest first.
    pub fn of(&self, token_id: &str) -> Vec<TokenRequest> {
        let waiting = self.waiting.lock();
        let requests = waiting.by_token.get(token_id);
        requests.map_or_else(Vec::new, |requests| requests.iter().cloned().collect())
    }

    /// How many were dropped because too many waited.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Forgets what is not stored.
    pub fn clear(&self) {
        *self.waiting.lock() = Waiting::default();
    }

    /// Stores what waits, and deletes the oldest ones beyond the number that a setting says.
    ///
    /// # Errors
    /// The data file cannot be changed; what waited is lost.
    pub fn store(&self, app: &App) -> Result<(), AppError> {
        let most = app.config.last().int(&MAXIMUM_TOKEN_REQUESTS);
        let waiting = std::mem::take(&mut *self.waiting.lock());
        let mut together = Vec::new();
        let mut number = 0;
        for (token_id, requests) in waiting.by_token {
            number += requests.len();
            together.push((token_id, requests));
            if number >= TOGETHER {
                store(app, std::mem::take(&mut together), most)?;
                number = 0;
            }
        }
        let excess = app.store.read(|tx| Ok(sql::count_requests(tx)? > most))?;
        if !together.is_empty() || excess {
            store(app, together, most)?;
        }
        Ok(())
    }
}

fn store(
    app: &App,
    together: Vec<(String, VecDeque<TokenRequest>)>,
    most: i64,
) -> Result<(), AppError> {
    app.store.write(move |tx| {
        for (token_id, requests) in &together {
            sql::insert_requests(tx, token_id, requests)?;
        }
        let excess = sql::count_requests(tx)? - most;
        if excess > 0 {
            sql::delete_oldest_requests(tx, excess.min(1000))?;
        }
        Ok(())
    })
}

/// Returns what is kept of what a client calls itself.
pub fn agent(header: Option<&str>) -> String {
    let header = header.unwrap_or_default();
    let mut end = header.len().min(AGENT_BYTES);
    while !header.is_char_boundary(end) {
        end -= 1;
    }
    header[..end].to_owned()
}

/// Returns the stored requests of a token and those that wait together, newest first, as many as are kept.
pub fn newest(stored: Vec<TokenRequest>, waiting: Vec<TokenRequest>) -> Vec<TokenRequest> {
    let mut all: Vec<TokenRequest> = stored.into_iter().chain(waiting).rev().collect();
    all.truncate(KEPT);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(at: Millis) -> TokenRequest {
        TokenRequest {
            at,
            method: "GET".into(),
            route: "/users/{user_id}".into(),
            status: 200,
            address: String::new(),
            user_agent: String::new(),
        }
    }

    #[test]
    fn memory_is_bounded_and_the_newest_requests_stay() {
        let ledger = Ledger::default();
        for at in 0..250 {
            ledger.note("busy", request(at));
        }
        let kept = ledger.of("busy");
        assert_eq!((kept.len(), kept[0].at, kept[99].at), (100, 150, 249));
        for number in 0..WAITING {
            ledger.note(&number.to_string(), request(0));
        }
        assert_eq!(ledger.waiting.lock().count, WAITING);
        assert_eq!(ledger.dropped(), KEPT as u64);
        ledger.note("busy", request(250));
        assert_eq!(ledger.of("busy")[99].at, 250);
        assert_eq!(ledger.waiting.lock().count, WAITING);
    }

    #[test]
    fn an_agent_is_cut_off_between_letters() {
        let long = "\u{e4}".repeat(200);
        assert_eq!(agent(Some(&long)).len(), 256);
        assert_eq!(agent(Some(&format!("a{long}"))).len(), 255);
        assert_eq!(agent(None), "");
    }
}
