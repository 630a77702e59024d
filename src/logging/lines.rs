//! Lines of the log in memory: as they were logged, and formatted, with a bound and a count of the lines dropped beyond it.

use log::{Level, Record};

use crate::clock::{Clock, Millis, rfc3339};
use crate::logging::form::{self, Form};
use crate::logging::recent;

/// Bytes of formatted lines that are kept; later lines are dropped.
pub const KEPT: usize = 1 << 20;

/// Capacity that a buffer keeps after a burst.
pub const ROOM: usize = 128 << 10;

/// Lines as they were logged, in two allocations however many they are.
#[derive(Default)]
pub struct Lines {
    text: String,
    lines: Vec<Line>,
}

struct Line {
    at: Millis,
    level: Level,
    length: usize,
    /// The whole line, if it is not the text after time and level.
    whole: Option<String>,
}

impl Lines {
    /// Appends a line; `whole` replaces time, level and text in the output.
    pub fn push(&mut self, at: Millis, level: Level, text: &str, whole: Option<String>) {
        self.text.push_str(text);
        self.lines.push(Line {
            at,
            level,
            length: text.len(),
            whole,
        });
    }

    /// Returns how many lines there are.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Returns how many bytes their texts have.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Takes the lines out, each with its text.
    fn drain(&mut self, mut each: impl FnMut(Line, &str)) {
        let mut rest = self.text.as_str();
        for line in self.lines.drain(..) {
            let (text, behind) = rest.split_at(line.length);
            rest = behind;
            each(line, text);
        }
        self.text.clear();
        self.text.shrink_to(ROOM);
    }
}

/// Formatted lines.
#[derive(Default)]
pub struct Formatted {
    text: String,
    /// Lines that were dropped after the text.
    dropped: u64,
    /// Bytes ever appended to the text.
    pub appended: u64,
}

impl Formatted {
    /// Formats lines and adds them to the recent lines too. Returns how many were dropped.
    pub fn append(&mut self, lines: &mut Lines) -> u64 {
        let (before, had) = (self.dropped, self.text.len());
        lines.drain(|line, text| {
            recent::keep(line.at, line.level, text);
            // Once one is dropped, so are all before the line with their number.
            if self.dropped > 0 || self.text.len() > KEPT {
                self.dropped += 1;
            } else {
                put(&mut self.text, line.at, line.level, text, line.whole);
            }
        });
        self.appended += (self.text.len() - had) as u64;
        self.dropped - before
    }

    /// Swaps the text with an empty one, and ends it with the number of dropped lines, if any. Returns how many bytes of
    /// `appended` it holds.
    pub fn take(&mut self, text: &mut String, form: Form) -> u64 {
        std::mem::swap(text, &mut self.text);
        let length = text.len() as u64;
        if self.dropped > 0 {
            let message = format!(
                "{} lines of the log were dropped: they were not read in time",
                self.dropped
            );
            let now = Clock::System.now();
            put(
                text,
                now,
                Level::Warn,
                &message,
                whole(form, now, Level::Warn, &message),
            );
            self.dropped = 0;
        }
        length
    }
}

/// Returns a line of only a text as JSON, or `None` in the other form.
pub fn whole(form: Form, at: Millis, level: Level, text: &str) -> Option<String> {
    (form == Form::Json).then(|| {
        let mut record = Record::builder();
        form::as_json(
            &record.level(level).args(format_args!("{text}")).build(),
            at,
        )
    })
}

fn put(lines: &mut String, at: Millis, level: Level, text: &str, whole: Option<String>) {
    match whole {
        Some(whole) => lines.push_str(&whole),
        None => {
            for part in [&rfc3339(at), " ", level.as_str(), " ", text] {
                lines.push_str(part);
            }
        }
    }
    lines.push('\n');
}
