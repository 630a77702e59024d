//! The lines that were logged last, in memory, for `GET /logs`. Bounded in lines and in bytes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::clock::{Millis, rfc3339};

/// Lines that are kept. Mattermost: as many as one page of `GET /logs` shows.
pub const LINES: usize = 10_000;

/// Bytes that are kept.
const BYTES: usize = 4 << 20;

/// Letters of a line that are kept.
const LETTERS: usize = 2000;

/// One process has one log.
static RECENT: Mutex<Recent> = Mutex::new(Recent {
    lines: VecDeque::new(),
    bytes: 0,
});

struct Recent {
    lines: VecDeque<String>,
    bytes: usize,
}

/// Keeps a line, as JSON with Mattermost's members `level`, `ts` and `msg`.
pub fn keep(at: Millis, level: log::Level, text: &str) {
    let text: String = text.chars().take(LETTERS).collect();
    let line =
        json!({"level": level.as_str().to_lowercase(), "ts": rfc3339(at), "msg": text}).to_string();
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    recent.bytes += line.len();
    recent.lines.push_back(line);
    while recent.lines.len() > LINES || recent.bytes > BYTES {
        let Some(oldest) = recent.lines.pop_front() else {
            break;
        };
        recent.bytes -= oldest.len();
    }
}

/// A page of lines, oldest first within it; page 0 holds the newest.
pub fn page(page: usize, per_page: usize) -> Vec<String> {
    let recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let end = recent
        .lines
        .len()
        .saturating_sub(page.saturating_mul(per_page));
    let start = end.saturating_sub(per_page);
    recent.lines.range(start..end).cloned().collect()
}
