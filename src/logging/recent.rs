//! The lines that were logged last, in memory, for `GET /logs`. Bounded in lines and in bytes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde_json::json;

use crate::clock::{Millis, rfc3339};
use crate::sync::Mutex;

/// Lines that are kept. Mattermost: as many as one page of `GET /logs` shows.
pub const LINES: usize = 10_000;

/// Bytes that are kept.
const BYTES: usize = 4 << 20;

/// Letters of a line that are kept.
const LETTERS: usize = 2000;

/// One process has one log.
static RECENT: Mutex<Recent> = Mutex::new(Recent::new());

/// One text and the places in it: no allocation for a line.
struct Recent {
    lines: VecDeque<Line>,
    text: VecDeque<u8>,
    /// Lines that were ever kept.
    kept: u64,
}

/// A line as it was logged: JSON is made of it for who reads it.
struct Line {
    at: Millis,
    level: log::Level,
    length: usize,
}

/// Keeps a line.
pub fn keep(at: Millis, level: log::Level, text: &str) {
    RECENT.lock().keep(at, level, text);
}

/// The kept lines from some moment on; at first all of them.
#[derive(Default)]
pub struct Since {
    /// Lines that were kept before.
    before: AtomicU64,
}

impl Since {
    /// Leaves out the lines that were logged until now.
    pub fn begin_now(&self) {
        super::gather();
        self.before.store(RECENT.lock().kept, Relaxed);
    }

    /// Returns a page of lines, oldest first within it; page 0 holds the newest. Each is JSON with Mattermost's members
    /// `level`, `ts` and `msg`.
    pub fn page(&self, page: usize, per_page: usize) -> Vec<String> {
        // What is on its way to the log counts.
        super::gather();
        let before = self.before.load(Relaxed);
        RECENT.lock().page(page, per_page, before)
    }
}

impl Recent {
    const fn new() -> Recent {
        Recent {
            lines: VecDeque::new(),
            text: VecDeque::new(),
            kept: 0,
        }
    }

    fn keep(&mut self, at: Millis, level: log::Level, text: &str) {
        let end = || Some(text.char_indices().nth(LETTERS)?.0);
        // No letter is less than a byte.
        let cut = (text.len() > LETTERS).then(end).flatten();
        let length = cut.unwrap_or(text.len());
        while self.lines.len() >= LINES || self.text.len() + length > BYTES {
            let Some(oldest) = self.lines.pop_front() else {
                break;
            };
            self.text.drain(..oldest.length);
        }
        self.text.extend(&text.as_bytes()[..length]);
        self.lines.push_back(Line { at, level, length });
        self.kept += 1;
    }

    /// Returns a page of the lines behind the first `before` that were ever kept.
    fn page(&mut self, page: usize, per_page: usize, before: u64) -> Vec<String> {
        let behind = usize::try_from(self.kept - before).unwrap_or(usize::MAX);
        let first = self.lines.len().saturating_sub(behind);
        let end = self
            .lines
            .len()
            .saturating_sub(page.saturating_mul(per_page))
            .max(first);
        let start = end.saturating_sub(per_page).max(first);
        let before: usize = self.lines.range(..start).map(|line| line.length).sum();
        let mut rest = &self.text.make_contiguous()[before..];
        self.lines
            .range(start..end)
            .map(|line| {
                let (text, behind) = rest.split_at(line.length);
                rest = behind;
                line.as_json(&String::from_utf8_lossy(text))
            })
            .collect()
    }
}

impl Line {
    fn as_json(&self, text: &str) -> String {
        let level = self.level.as_str().to_lowercase();
        json!({"level": level, "ts": rfc3339(self.at), "msg": text}).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(texts: impl IntoIterator<Item = String>) -> Recent {
        let mut recent = Recent::new();
        for text in texts {
            recent.keep(0, log::Level::Info, &text);
        }
        recent
    }

    fn text(lines: &[String]) -> String {
        let message = |line: &String| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["msg"].as_str().unwrap().to_owned()
        };
        lines.iter().map(message).collect()
    }

    #[test]
    fn the_oldest_lines_give_way_to_the_bound_on_lines_and_on_bytes() {
        let mut recent = with((0..LINES + 3).map(|number| number.to_string()));
        assert_eq!(recent.lines.len(), LINES);
        assert_eq!(text(&recent.page(LINES - 1, 1, 0)), "3");
        let mut recent = with((0..BYTES / LETTERS + 3).map(|_| "x".repeat(LETTERS)));
        assert_eq!(recent.lines.len(), BYTES / LETTERS);
        assert_eq!(recent.text.len(), BYTES / LETTERS * LETTERS);
        assert_eq!(text(&recent.page(0, 1, 0)), "x".repeat(LETTERS));
    }

    #[test]
    fn pages_count_from_the_newest_line() {
        let mut recent = with(["a", "b", "c", "d", "e"].map(String::from));
        let mut page = |page, per_page| text(&recent.page(page, per_page, 0));
        assert_eq!([page(0, 2), page(1, 2), page(2, 2)], ["de", "bc", "a"]);
        assert_eq!([page(3, 2), page(0, 0)], ["", ""]);
        assert_eq!(page(0, usize::MAX), "abcde");
        assert_eq!(page(usize::MAX, usize::MAX), "");
        let mut page = |page, per_page| text(&recent.page(page, per_page, 3));
        assert_eq!(
            [page(0, 1), page(0, 9), page(1, 1), page(2, 1)],
            ["e", "de", "d", ""]
        );
    }

    #[test]
    fn a_long_line_is_cut() {
        keep(0, log::Level::Info, &"é".repeat(LETTERS * 2));
        let lines = Since::default().page(0, LINES);
        let cut = |line: &&String| line.contains("éé");
        let line = lines.iter().find(cut).unwrap();
        assert_eq!(line.matches('é').count(), LETTERS);
    }
}
