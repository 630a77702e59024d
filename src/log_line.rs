//! The log: lines such as `2026-01-31T09:05:07.042Z INFO text`. `RUST_LOG` chooses the level. The last ones are also kept
//! in memory (`recent.rs`). What a server says when it starts is there at every level.

use std::io::Write;

use env_logger::Logger;
use log::{Log, Metadata, Record};

use crate::clock::{Clock, rfc3339};
use crate::recent;

/// Where lines go.
pub type Sink = fn(&str);

/// The target of lines that no level leaves out.
const ALWAYS: &str = "patmost::always";

struct Lines {
    filter: Logger,
    sink: Sink,
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record) {
        if record.target() == ALWAYS || self.filter.matches(record) {
            let (now, text) = (Clock::System.now(), record.args().to_string());
            recent::keep(now, record.level(), &text);
            (self.sink)(&format!("{} {} {text}", rfc3339(now), record.level()));
        }
    }

    fn flush(&self) {}
}

/// Logs a line whatever the level: where the server listens, and what to do first, is no matter of taste.
pub fn always(text: &str) {
    // The macro would ask for the level first.
    log::logger().log(
        &Record::builder()
            .level(log::Level::Info)
            .target(ALWAYS)
            .args(format_args!("{text}"))
            .build(),
    );
}

/// Starts the log on stderr, once; `level` counts where `RUST_LOG` says nothing.
pub fn init(level: &str) {
    // Nobody is left to tell when stderr is gone.
    init_to(level, |line| drop(writeln!(std::io::stderr(), "{line}")));
}

/// Starts the log, once, with every line given to `sink`.
pub fn init_to(level: &str, sink: Sink) {
    let env = env_logger::Env::default().default_filter_or(level);
    let filter = env_logger::Builder::from_env(env).build();
    let most = filter.filter();
    // A second start changes nothing: the first one holds.
    if log::set_boxed_logger(Box::new(Lines { filter, sink })).is_ok() {
        log::set_max_level(most);
    }
}
