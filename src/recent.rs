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
    lines: VecDeque<Line>,
    bytes: usize,
}

/// A line as it was logged: JSON is made of it for who reads it.
struct Line {
    at: Millis,
    level: log::Level,
    text: String,
}

/// Keeps a line.
pub fn keep(at: Millis, level: log::Level, mut text: String) {
    let end = text.char_indices().nth(LETTERS).map(|(end, _)| end);
    text.truncate(end.unwrap_or(text.len()));
    lock().keep(Line { at, level, text });
}

/// A page of lines, oldest first within it; page 0 holds the newest. As JSON with Mattermost's members `level`, `ts` and
/// `msg`.
pub fn page(page: usize, per_page: usize) -> Vec<String> {
    lock().page(page, per_page).map(Line::as_json).collect()
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

    fn keep(&mut self, line: Line) {
        self.bytes += line.text.len();
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= oldest.text.len();
        }
    }

    fn page(&self, page: usize, per_page: usize) -> impl Iterator<Item = &Line> {
        let end = self
            .lines
            .len()
            .saturating_sub(page.saturating_mul(per_page));
        let start = end.saturating_sub(per_page);
        self.lines.range(start..end)
    }
}

impl Line {
    fn as_json(&self) -> String {
        let level = self.level.as_str().to_lowercase();
        json!({"level": level, "ts": rfc3339(self.at), "msg": self.text}).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(texts: impl IntoIterator<Item = String>) -> Recent {
        let mut recent = Recent::new();
        for text in texts {
            let (at, level) = (0, log::Level::Info);
            recent.keep(Line { at, level, text });
        }
        recent
    }

    #[test]
    fn the_oldest_lines_give_way_to_the_bound_on_lines_and_on_bytes() {
        let recent = with((0..LINES + 3).map(|number| number.to_string()));
        assert_eq!(recent.lines.len(), LINES);
        assert_eq!(recent.lines[0].text, "3");
        let recent = with((0..10).map(|_| "x".repeat(BYTES / 4)));
        let bytes: usize = recent.lines.iter().map(|line| line.text.len()).sum();
        assert_eq!((recent.bytes, recent.lines.len()), (bytes, 4));
        assert!(bytes <= BYTES);
    }

    #[test]
    fn pages_count_from_the_newest_line() {
        let recent = with(["a", "b", "c", "d", "e"].map(String::from));
        let page = |page, per_page| -> String {
            let lines = recent.page(page, per_page);
            lines.map(|line| line.text.as_str()).collect()
        };
        assert_eq!([page(0, 2), page(1, 2), page(2, 2)], ["de", "bc", "a"]);
        assert_eq!([page(3, 2), page(0, 0)], ["", ""]);
        assert_eq!(page(0, usize::MAX), "abcde");
        assert_eq!(page(usize::MAX, usize::MAX), "");
    }

    #[test]
    fn a_long_line_is_cut() {
        keep(0, log::Level::Info, "é".repeat(LETTERS * 2));
        let lines = page(0, LINES);
        let cut = |line: &&String| line.contains("éé");
        let line = lines.iter().find(cut).unwrap();
        assert_eq!(line.matches('é').count(), LETTERS);
    }
}
