//! Compaction: the data without the pages that deleted rows have left, put in place of the data.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::copy::copy;
use super::file::{beside, connect, unusable};
use super::progress::reporting;
use super::{Serving, migrate, read_only, room, serving};

/// The time between two reports of progress.
const REPORT: Duration = Duration::from_secs(1);

/// The size of a data file.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Size {
    /// The bytes of the file.
    pub bytes: u64,
    /// The bytes of pages that hold nothing.
    pub unused: u64,
}

/// Gives the room of deleted rows back to the disk. `begin` is told the size before anything is written, `progress` from
/// time to time which share, from 0.0 to 1.0, is written. A crash at any time leaves the data as it was or compact.
///
/// # Errors
/// One sentence: somebody has the data open, it is of an older version, or the disk lacks room. The data is then as before.
pub fn compact(
    data: &Path,
    begin: impl FnOnce(Size),
    progress: impl Fn(f64) + Sync,
) -> Result<(), String> {
    let real = std::fs::canonicalize(data);
    let data = real.as_deref().unwrap_or(data);
    let failed = |error: rusqlite::Error| unusable(data, &error);
    let _serving = Serving::take(data)?;
    serving::check_log(data)?;
    let mut connection = connect(data).map_err(failed)?;
    migrate::current(&connection, data)?;
    alone(&connection).map_err(failed)?;
    let size = size(&connection).map_err(failed)?;
    begin(size);
    let needed = size.bytes - size.unused;
    room::check(data, needed)?;
    let report = || {
        let written = read_only::size(&beside(data, "part"));
        progress((written as f64 / needed.max(1) as f64).min(1.0));
    };
    reporting(REPORT, report, || copy(&mut connection, data, || Ok(())))
}

/// Takes the file out of the write-ahead log and locks it for this connection, which SQLite refuses while anybody else has
/// the file open.
pub fn alone(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")
}

/// Returns the size of the open file.
pub fn size(connection: &Connection) -> rusqlite::Result<Size> {
    let number = |pragma: &str| {
        let number = connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0));
        number.map(|number: i64| number.unsigned_abs())
    };
    let page = number("page_size")?;
    Ok(Size {
        bytes: number("page_count")? * page,
        unused: number("freelist_count")? * page,
    })
}
