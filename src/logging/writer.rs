//! Writes the log. Logging puts a line into memory; one thread writes the lines, in order and many at a time, warnings and
//! errors without delay. Only that thread waits for the reader of the log. While it waits, lines beyond a bound are dropped
//! and counted, and a line in their place gives their number. Every line also goes to `recent.rs`, dropped or not.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use log::{Level, Record};

use crate::clock::{Clock, Millis};
use crate::logging::form::{self, Form};
use crate::logging::lines::{Formatted, Lines, ROOM, whole};
use crate::logging::repeats::{INTERVAL, Repeats};
use crate::sync::{Condvar, Mutex};

/// A function that takes lines, several at a time, each with its line break.
pub type Sink = fn(&str);

/// How long a line may wait for others. A process that is killed loses that much of its log.
const GATHER: Duration = Duration::from_millis(2);

/// Bytes of lines that may wait as they were logged; the thread that logs more formats them.
const WAITING: usize = 256 << 10;

/// How long a flush waits for the sink at most.
const FLUSH: Duration = Duration::from_secs(2);

thread_local! {
    /// A line while it is put together.
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The writer of a log.
pub struct LogWriter {
    sink: Sink,
    form: Form,
    repeats: Repeats,
    waiting: Mutex<Waiting>,
    more: Condvar,
    /// Locked while lines are formatted, so that they stay in order; never while they are written.
    output: Mutex<Output>,
    written: Condvar,
    dropped: AtomicU64,
    /// Whether a thread writes what waits.
    has_thread: OnceLock<bool>,
}

/// Lines as they were logged, and how soon to write them.
#[derive(Default)]
struct Waiting {
    lines: Lines,
    /// Whether the thread is to write without waiting for more.
    is_urgent: bool,
}

/// Formatted lines that the thread writes next.
#[derive(Default)]
struct Output {
    /// Empty; kept for the next exchange.
    taken: Lines,
    formatted: Formatted,
    /// Bytes of the formatted lines that were written.
    written: u64,
}

impl LogWriter {
    /// Returns a writer to `sink`.
    pub fn new(sink: Sink, form: Form) -> LogWriter {
        LogWriter {
            sink,
            form,
            repeats: Repeats::new(),
            waiting: Mutex::default(),
            more: Condvar::new(),
            output: Mutex::default(),
            written: Condvar::new(),
            dropped: AtomicU64::new(0),
            has_thread: OnceLock::new(),
        }
    }

    /// Logs a record. A warning or an error whose cause had a line in the last minute is only counted.
    pub fn log(&'static self, record: &Record) {
        let level = record.level();
        if level <= Level::Warn {
            let now = Clock::System.elapsed();
            if !self.repeats.is_first(level, form::cause(record), now) {
                return;
            }
        }
        // Not borrowed meanwhile: a value may log, or panic, while it is formatted.
        let mut line = LINE.take();
        line.clear();
        form::logfmt(record, &mut line);
        let now = Clock::System.now();
        let json = (self.form == Form::Json).then(|| form::as_json(record, now));
        self.push(now, level, &line, json);
        LINE.set(line);
    }

    fn push(&'static self, at: Millis, level: Level, text: &str, whole: Option<String>) {
        let mut waiting = self.waiting.lock();
        waiting.lines.push(at, level, text, whole);
        waiting.is_urgent |= level <= Level::Warn;
        let wakes = waiting.is_urgent || waiting.lines.count() == 1;
        let is_full = waiting.lines.bytes() > WAITING;
        drop(waiting);
        if !self.has_thread() {
            self.write(&mut String::new());
        } else if is_full {
            self.gather();
        } else if wakes {
            self.more.notify_one();
        }
    }

    /// Formats the lines that wait and adds them to the recent lines. Does not wait for the sink.
    pub fn gather(&self) {
        self.format_waiting();
        // The thread would otherwise find nothing that waits, and sleep.
        self.waiting.lock().is_urgent = true;
        self.more.notify_one();
    }

    fn format_waiting(&self) {
        let mut output = self.output.lock();
        let Output {
            taken, formatted, ..
        } = &mut *output;
        std::mem::swap(taken, &mut self.waiting.lock().lines);
        self.dropped.fetch_add(formatted.append(taken), Relaxed);
    }

    /// Waits until all earlier lines are written, or two seconds: the reader may have stopped.
    pub fn flush(&self) {
        self.gather();
        let until = Clock::System.elapsed() + FLUSH;
        let mut output = self.output.lock();
        let logged = output.formatted.appended;
        while output.written < logged {
            let left = until.saturating_sub(Clock::System.elapsed());
            if left.is_zero() {
                return;
            }
            output = self.written.wait_timeout(output, left);
        }
    }

    /// Writes the pending counts and then `last` without time and level, and flushes.
    pub fn finish(&'static self, last: Option<&str>) {
        self.push_counts(Clock::System.elapsed() + INTERVAL);
        if let Some(line) = last {
            let now = Clock::System.now();
            self.push(now, Level::Error, line, Some(line.to_owned()));
        }
        self.flush();
    }

    /// Returns how many lines were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Starts the thread with the first line: most commands never log one. Returns false when it cannot be started.
    fn has_thread(&'static self) -> bool {
        *self.has_thread.get_or_init(|| {
            let thread = std::thread::Builder::new().name("log".into());
            thread.spawn(|| self.run()).is_ok()
        })
    }

    fn run(&'static self) {
        let mut text = String::new();
        loop {
            let mut waiting = self.waiting.lock();
            if waiting.lines.count() == 0 && !waiting.is_urgent {
                waiting = self.more.wait_timeout(waiting, INTERVAL);
            }
            if !waiting.is_urgent {
                waiting = self.more.wait_timeout(waiting, GATHER);
            }
            waiting.is_urgent = false;
            drop(waiting);
            self.write(&mut text);
        }
    }

    /// Writes the lines that wait; `text` is a buffer, empty before and after.
    fn write(&'static self, text: &mut String) {
        self.push_counts(Clock::System.elapsed());
        self.format_waiting();
        let length = self.output.lock().formatted.take(text, self.form);
        if !text.is_empty() {
            // A sink that panics loses these lines, and not the thread.
            drop(catch_unwind(AssertUnwindSafe(|| (self.sink)(text))));
        }
        self.output.lock().written += length;
        self.written.notify_all();
        text.clear();
        text.shrink_to(ROOM);
    }

    fn push_counts(&'static self, now: Duration) {
        for (level, text) in self.repeats.counts(now) {
            let at = Clock::System.now();
            self.push(at, level, &text, whole(self.form, at, level, &text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logging::lines::KEPT;

    fn writer(sink: Sink) -> &'static LogWriter {
        Box::leak(Box::new(LogWriter::new(sink, Form::Logfmt)))
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
    fn a_line_that_waits_is_written_without_another_one() {
        static WRITTEN: Mutex<String> = Mutex::new(String::new());
        static MORE: Condvar = Condvar::new();
        let writer = writer(|lines| {
            WRITTEN.lock().push_str(lines);
            MORE.notify_all();
        });
        for (level, whole) in [(Level::Info, "{info}\n"), (Level::Warn, "{warning}\n")] {
            writer.push(0, level, "line", Some(whole.trim_end().to_owned()));
            let mut written = WRITTEN.lock();
            while !written.ends_with(whole) {
                written = MORE.wait(written);
            }
        }
        assert_eq!(*WRITTEN.lock(), "{info}\n{warning}\n");
    }

    #[test]
    fn while_the_sink_is_stuck_lines_are_dropped_and_counted_and_then_go_on() {
        static WRITTEN: Mutex<String> = Mutex::new(String::new());
        /// Locked by the test while the sink is stuck.
        static STUCK: Mutex<()> = Mutex::new(());
        static IS_CALLED: Mutex<bool> = Mutex::new(false);
        static CALL: Condvar = Condvar::new();
        let writer = writer(|lines| {
            *IS_CALLED.lock() = true;
            CALL.notify_all();
            let _unstuck = STUCK.lock();
            WRITTEN.lock().push_str(lines);
        });
        let held = STUCK.lock();
        writer.push(0, Level::Info, "first", None);
        // From here on the thread takes nothing more until the sink is free again.
        let mut is_called = IS_CALLED.lock();
        while !*is_called {
            is_called = CALL.wait(is_called);
        }
        drop(is_called);
        let many = KEPT / 100 * 4;
        for number in 0..many {
            let text = format!("{number} {}", "x".repeat(100));
            writer.push(0, Level::Info, &text, None);
        }
        // It returns although the sink does not.
        writer.flush();
        assert!(writer.dropped() > 0);
        let formatted = writer.output.lock().formatted.appended;
        assert!(formatted < 3 * KEPT as u64, "{formatted}");
        drop(held);
        writer.flush();
        let dropped = writer.dropped();
        writer.push(0, Level::Info, "later", None);
        writer.flush();
        let written = WRITTEN.lock();
        let kept = many - usize::try_from(dropped).unwrap();
        let (first, others) = written.split_once('\n').unwrap();
        assert_eq!(first, "1970-01-01T00:00:00.000Z INFO first");
        let lines: Vec<&str> = others.lines().collect();
        for (number, line) in lines[..kept].iter().enumerate() {
            let begin = format!("1970-01-01T00:00:00.000Z INFO {number} xxx");
            assert!(line.starts_with(&begin), "{line}");
        }
        let says = format!("WARN {dropped} lines of the log were dropped");
        assert!(lines[kept].contains(&says), "{}", lines[kept]);
        assert_eq!(lines[kept + 1..], ["1970-01-01T00:00:00.000Z INFO later"]);
    }
}
