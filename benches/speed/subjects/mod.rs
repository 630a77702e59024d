//! What is measured; a file each.

mod abuse;
mod authentication;
mod bounded;
mod connections;
mod durable;
mod large;
mod login;
mod memory;
mod requests;
mod sockets;
mod start;

pub use requests::load;

use crate::{Bench, Result};

/// A name for the command line, and what it measures.
type Subject = (&'static str, fn(&mut Bench) -> Result<()>);

/// In the order of the table.
pub const ALL: &[Subject] = &[
    ("requests", requests::measure),
    ("authentication", authentication::measure),
    ("large", large::measure),
    ("durable", durable::measure),
    ("login", login::measure),
    ("start", start::measure),
    ("connections", connections::measure),
    ("memory", memory::measure),
    ("sockets", sockets::measure),
    ("abuse", abuse::measure),
];
