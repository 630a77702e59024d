//! The log: lines such as `2026-01-31T09:05:07.042Z INFO text`. `RUST_LOG` chooses the level. The last ones are also kept
//! in memory (`recent.rs`).

use std::io::Write;

use env_logger::Logger;
use log::{Log, Metadata, Record};

use crate::clock::{Clock, rfc3339};
use crate::recent;

/// Where lines go.
pub type Sink = fn(&str);

struct Lines {
    filter: Logger,
    sink: Sink,
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record) {
        if self.filter.matches(record) {
            let (now, text) = (Clock::System.now(), record.args().to_string());
            (self.sink)(&format!("{} {} {text}", rfc3339(now), record.level()));
            recent::keep(now, record.level(), text);
        }
    }

    fn flush(&self) {}
}

/// Starts the log on stderr, once; `level` counts where `RUST_LOG` says nothing.
pub fn init(level: &str) {
    // In one piece: a write for each would be a call for each. Nobody is left to tell when stderr is gone.
    init_to(level, |line| {
        drop(std::io::stderr().write_all(format!("{line}\n").as_bytes()));
    });
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
