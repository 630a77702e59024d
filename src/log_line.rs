//! The log: lines on stderr, `2026-01-31T09:05:07.042Z INFO text`. `RUST_LOG` chooses the level.

use std::io::Write;

use crate::clock::{Clock, rfc3339};

/// Starts the log, once; `level` counts where `RUST_LOG` says nothing.
pub fn init(level: &str) {
    let env = env_logger::Env::default().default_filter_or(level);
    let line = |out: &mut env_logger::fmt::Formatter, record: &log::Record| {
        writeln!(
            out,
            "{} {} {}",
            rfc3339(Clock::System.now()),
            record.level(),
            record.args()
        )
    };
    // A second start changes nothing: the first one holds.
    drop(env_logger::Builder::from_env(env).format(line).try_init());
}
