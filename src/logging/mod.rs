//! The log: lines such as `2026-01-31T09:05:07.042Z INFO text name=value`, or the same as JSON. `RUST_LOG` chooses the
//! level. What a server says when it starts is there at every level.
//!
//! Logging never waits for the reader of the log: the thread of `writer.rs` does, and lines beyond a bound are dropped.
//! Errors that repeat are limited in `repeats.rs`.

mod form;
mod lines;
pub mod recent;
mod repeats;
mod writer;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Arguments;
use std::io::Write;
use std::sync::OnceLock;

use env_logger::Logger;
use log::kv::Source;
use log::{Level, Log, Metadata, Record};

pub use crate::logging::form::Form;
use crate::logging::writer::{LogWriter, Sink};

/// The target of lines that no level leaves out.
const ALWAYS: &str = "patmost::always";

/// The writer of this process's log, once it is started.
static WRITER: OnceLock<&LogWriter> = OnceLock::new();

struct Lines {
    filter: Logger,
    writer: &'static LogWriter,
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record) {
        if record.target() == ALWAYS || self.filter.matches(record) {
            self.writer.log(record);
        }
    }

    fn flush(&self) {
        self.writer.flush();
    }
}

/// Logs a line whatever the level: where the server listens, and what to do first, is no matter of taste.
pub fn always(text: &str) {
    log_always(Level::Info, format_args!("{text}"), &[("", ""); 0]);
    log::logger().flush();
}

fn log_always(level: Level, text: Arguments, pairs: &dyn Source) {
    // The macro would ask for the level first.
    log::logger().log(
        &Record::builder()
            .level(level)
            .target(ALWAYS)
            .args(text)
            .key_values(pairs)
            .build(),
    );
}

/// Starts the log on stderr, once; `level` counts where `RUST_LOG` says nothing. From then on a panic is a
/// line of the log: the standard hook would wait for the reader of stderr.
pub fn init(level: &str, form: Form) {
    // Nobody is left to tell when stderr is gone.
    start(level, form, |lines| {
        drop(std::io::stderr().write_all(lines.as_bytes()));
    });
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("-");
        let location = panic.location().map_or(String::new(), ToString::to_string);
        let mut pairs = vec![("thread", name), ("location", &location)];
        let trace = Backtrace::capture();
        let lines = trace.to_string();
        if trace.status() == BacktraceStatus::Captured {
            pairs.push(("backtrace", &lines));
        }
        let message = panic.payload_as_str().unwrap_or("-");
        log_always(
            Level::Error,
            format_args!("a thread panicked: {message:?}"),
            &pairs.as_slice(),
        );
        // With its main thread the process ends.
        if name == "main" {
            log::logger().flush();
        }
    }));
}

/// Starts the log, once. A thread of its own gives the lines to `sink`; when more than about 1 MiB of them waits for a slow
/// `sink`, lines are dropped. `log::logger().flush()` waits until all earlier lines are written, at most two seconds.
pub fn init_to(level: &str, sink: Sink) {
    start(level, Form::Logfmt, sink);
}

fn start(level: &str, form: Form, sink: Sink) {
    let env = env_logger::Env::default().default_filter_or(level);
    let filter = env_logger::Builder::from_env(env).build();
    let most = filter.filter();
    // A second start changes nothing: the first one holds.
    let writer = Box::leak(Box::new(LogWriter::new(sink, form)));
    if log::set_boxed_logger(Box::new(Lines { filter, writer })).is_ok() {
        log::set_max_level(most);
        let _ = WRITER.set(writer);
    }
}

/// Adds all earlier lines to the recent lines.
fn gather() {
    if let Some(writer) = WRITER.get() {
        writer.gather();
    }
}

/// Returns how many lines were dropped because they were not read in time.
pub fn dropped() -> u64 {
    WRITER.get().map_or(0, |writer| writer.dropped())
}

/// Ends the log of a process: writes the pending counts, and `failure` without time and level. Waits at most two seconds
/// for the reader of stderr.
pub fn finish(failure: Option<&str>) {
    match (WRITER.get(), failure) {
        (Some(writer), failure) => writer.finish(failure),
        // Nobody is left to tell when stderr is gone.
        (None, Some(line)) => drop(writeln!(std::io::stderr(), "{line}")),
        (None, None) => {}
    }
}
