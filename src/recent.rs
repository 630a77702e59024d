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
    lines: VecDeque<Line>,
    bytes: usize,
}

struct Line {
    at: Millis,
    level: log::Level,
    text: String,
}

/// Keeps a line.
pub fn keep(at: Millis, level: log::Level, mut text: String) {
    let end = text.char_indices().nth(LETTERS).map(|(end, _)| end);
    text.truncate(end.unwrap_or(text.len()));
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    recent.bytes += text.len();
    recent.lines.push_back(Line { at, level, text });
    while recent.lines.len() > LINES || recent.bytes > BYTES {
        let Some(oldest) = recent.lines.pop_front() else {
            break;
        };
        recent.bytes -= oldest.text.len();
    }
}

/// A page of lines, oldest first within it; page 0 holds the newest. As JSON with Mattermost's members `level`, `ts` and
/// `msg`.
pub fn page(page: usize, per_page: usize) -> Vec<String> {
    let recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let end = recent
        .lines
        .len()
        .saturating_sub(page.saturating_mul(per_page));
    let start = end.saturating_sub(per_page);
    recent.lines.range(start..end).map(Line::as_json).collect()
}

impl Line {
    fn as_json(&self) -> String {
        let level = self.level.as_str().to_lowercase();
        json!({"level": level, "ts": rfc3339(self.at), "msg": self.text}).to_string()
    }
}
