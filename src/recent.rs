//! The lines that were logged last, in memory, for `GET /logs`. Bounded in lines and in bytes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::clock::{Millis, rfc3339};

/// Lines that are kept. Mattermost: as many as one page of `GET /logs` shows.
pub const LINES: usize = 10_000;

/// Bytes that are kept.
const BYTES: usize = 4 << 20;

/// Letters of a line that are kept.
const LETTERS: usize = 2000;

/// One process has one log.
static RECENT: Mutex<Recent> = Mutex::new(Recent::new());

struct Recent {
    lines: VecDeque<String>,
    bytes: usize,
}

/// Keeps a line, as JSON with Mattermost's members `level`, `ts` and `msg`.
pub fn keep(at: Millis, level: log::Level, text: &str) {
    let text: String = text.chars().take(LETTERS).collect();
    let line =
        json!({"level": level.as_str().to_lowercase(), "ts": rfc3339(at), "msg": text}).to_string();
    lock().keep(line);
}

/// A page of lines, oldest first within it; page 0 holds the newest.
pub fn page(page: usize, per_page: usize) -> Vec<String> {
    lock().page(page, per_page)
}

fn lock() -> MutexGuard<'static, Recent> {
    RECENT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recent {
    const fn new() -> Recent {
        Recent {
            lines: VecDeque::new(),
            bytes: 0,
        }
    }

    fn keep(&mut self, line: String) {
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
        }
    }

    fn page(&self, page: usize, per_page: usize) -> Vec<String> {
        let end = self
            .lines
            .len()
            .saturating_sub(page.saturating_mul(per_page));
        let start = end.saturating_sub(per_page);
        self.lines.range(start..end).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_give_way_to_the_bound_on_lines_and_on_bytes() {
        let mut recent = Recent::new();
        for number in 0..LINES + 3 {
            recent.keep(number.to_string());
        }
        assert_eq!(recent.lines.len(), LINES);
        assert_eq!(recent.lines.front().map(String::as_str), Some("3"));
        for _ in 0..10 {
            recent.keep("x".repeat(BYTES / 4));
        }
        let bytes: usize = recent.lines.iter().map(String::len).sum();
        assert_eq!((recent.bytes, recent.lines.len()), (bytes, 4));
        assert!(bytes <= BYTES);
    }

    #[test]
    fn pages_count_from_the_newest_line() {
        let mut recent = Recent::new();
        for line in ["a", "b", "c", "d", "e"] {
            recent.keep(line.into());
        }
        assert_eq!(recent.page(0, 2), ["d", "e"]);
        assert_eq!(recent.page(1, 2), ["b", "c"]);
        assert_eq!(recent.page(2, 2), ["a"]);
        assert!(recent.page(3, 2).is_empty() && recent.page(0, 0).is_empty());
        assert_eq!(recent.page(0, usize::MAX).len(), 5);
        assert!(recent.page(usize::MAX, usize::MAX).is_empty());
    }

    #[test]
    fn a_long_line_is_cut() {
        keep(0, log::Level::Info, &"é".repeat(LETTERS * 2));
        let lines = page(0, LINES);
        let cut = |line: &&String| line.contains("éé");
        let line = lines.iter().find(cut).unwrap();
        assert_eq!(line.matches('é').count(), LETTERS);
    }
}
