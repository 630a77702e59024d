//! Where lines of the log go: gathered for a moment, so that one write serves many and no request waits for it. In the
//! order in which they were logged; warnings and errors, and all before them, are written at once. The only way out for a
//! line, also into `recent.rs`.

use std::sync::OnceLock;
use std::time::Duration;

use log::Level;

use crate::clock::{Millis, rfc3339};
use crate::logging::recent;
use crate::sync::{Condvar, Mutex};

/// Where lines go: some at a time, each with its end.
pub type Sink = fn(&str);

/// How long a line may wait for others. A process that is killed loses that much of its log.
const GATHER: Duration = Duration::from_millis(2);

/// Bytes that may wait: whoever logs more writes them himself.
const WAITING: usize = 1 << 20;

/// The one way out.
pub struct LogWriter {
    sink: Sink,
    waiting: Mutex<Lines>,
    more: Condvar,
    /// Held while writing, so that what was logged first is written first.
    output: Mutex<Output>,
    /// Whether a thread writes what waits.
    gathers: OnceLock<bool>,
}

/// Lines that belong together, in two allocations however many they are.
#[derive(Default)]
struct Lines {
    text: String,
    lines: Vec<Line>,
}

struct Line {
    at: Millis,
    level: Level,
    length: usize,
    /// The whole line, where it is not the text with time and level before it.
    json: Option<String>,
}

/// What a write needs, kept for the next.
#[derive(Default)]
struct Output {
    taken: Lines,
    text: String,
}

impl LogWriter {
    /// Writes to `sink`.
    pub fn new(sink: Sink) -> LogWriter {
        LogWriter {
            sink,
            waiting: Mutex::default(),
            more: Condvar::new(),
            output: Mutex::default(),
            gathers: OnceLock::new(),
        }
    }

    /// Takes a line; `json` is the whole of it where lines are JSON.
    pub fn push(&'static self, at: Millis, level: Level, text: &str, json: Option<String>) {
        let mut waiting = self.waiting.lock();
        waiting.text.push_str(text);
        waiting.lines.push(Line {
            at,
            level,
            length: text.len(),
            json,
        });
        let (first, full) = (waiting.lines.len() == 1, waiting.text.len() > WAITING);
        drop(waiting);
        if full || level <= Level::Warn || !self.gathers() {
            self.flush();
        } else if first {
            self.more.notify_one();
        }
    }

    /// Writes what waits.
    pub fn flush(&self) {
        let mut output = self.output.lock();
        let Output { taken, text } = &mut *output;
        std::mem::swap(taken, &mut *self.waiting.lock());
        let mut rest = taken.text.as_str();
        for line in taken.lines.drain(..) {
            let (message, behind) = rest.split_at(line.length);
            rest = behind;
            match line.json {
                Some(json) => text.push_str(&json),
                None => {
                    let (time, level) = (rfc3339(line.at), line.level.as_str());
                    for part in [&time, " ", level, " ", message] {
                        text.push_str(part);
                    }
                }
            }
            text.push('\n');
            recent::keep(line.at, line.level, message);
        }
        if !text.is_empty() {
            (self.sink)(text);
        }
        for buffer in [&mut taken.text, text] {
            buffer.clear();
            // After a burst.
            buffer.shrink_to(WAITING / 8);
        }
    }

    /// Starts the thread with the first line that can wait: most commands never log one.
    fn gathers(&'static self) -> bool {
        *self.gathers.get_or_init(|| {
            let thread = std::thread::Builder::new().name("log".into());
            thread.spawn(|| self.gather()).is_ok()
        })
    }

    fn gather(&self) {
        loop {
            let mut waiting = self.waiting.lock();
            while waiting.lines.is_empty() {
                waiting = self.more.wait(waiting);
            }
            drop(waiting);
            std::thread::sleep(GATHER);
            self.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(sink: Sink) -> &'static LogWriter {
        Box::leak(Box::new(LogWriter::new(sink)))
    }

    #[test]
    fn lines_of_many_come_whole_and_each_ones_in_order() {
        static WRITTEN: Mutex<String> = Mutex::new(String::new());
        let writer = writer(|lines| WRITTEN.lock().push_str(lines));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for number in 0..1000 {
                        let text = format!("thread={thread} {number}");
                        writer.push(0, Level::Info, &text, None);
                    }
                });
            }
        });
        writer.flush();
        for thread in 0..4 {
            let begin = format!("1970-01-01T00:00:00.000Z INFO thread={thread} ");
            let written = WRITTEN.lock();
            let numbers = written.lines().filter_map(|line| line.strip_prefix(&begin));
            assert!(numbers.eq((0..1000).map(|number| number.to_string())));
        }
    }

    #[test]
    fn a_warning_is_there_at_once_with_all_that_was_before_it() {
        static WRITTEN: Mutex<String> = Mutex::new(String::new());
        let writer = writer(|lines| WRITTEN.lock().push_str(lines));
        writer.push(0, Level::Info, "before", Some("{before}".into()));
        writer.push(0, Level::Warn, "warning", Some("{warning}".into()));
        assert_eq!(*WRITTEN.lock(), "{before}\n{warning}\n");
    }

    #[test]
    fn a_line_that_waits_is_written_without_another_one() {
        static WRITTEN: Mutex<usize> = Mutex::new(0);
        static MORE: Condvar = Condvar::new();
        let writer = writer(|lines| {
            *WRITTEN.lock() += lines.lines().count();
            MORE.notify_all();
        });
        writer.push(0, Level::Info, "line", None);
        let mut written = WRITTEN.lock();
        while *written == 0 {
            written = MORE.wait(written);
        }
    }
}
