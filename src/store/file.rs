//! The file itself: opening it, the files beside it, copies of it, and what is said when it cannot be used.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Durability;

/// How long a statement waits for another process that holds the file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes a new empty file that only its owner can read: SQLite would make it readable to everyone.
///
/// # Errors
/// Also when there is one already, be it a symbolic link.
pub fn create_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// `patmost.db` -> `patmost.db-serving`, beside SQLite's own `-wal` and `-shm`.
pub fn beside(path: &Path, what: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!("-{what}"));
    beside.into()
}

pub fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    configure(&connection)?;
    Ok(connection)
}

/// What every connection to the file has.
pub fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The bundled SQLite has STAT4: without this, each bound value would prepare the statement anew after an ANALYZE.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A page whose cells are not where they can be is an error, and no shorter list.
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

pub fn connect_writer(path: &Path, durability: Durability) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    if durability == Durability::Ephemeral {
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    Ok(connection)
}

pub fn unusable(path: &Path, error: &rusqlite::Error) -> String {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            format!("{file} is not a SQLite database; choose another file with --data")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => format!(
            "{file} is locked by another process; stop that process or choose another file with --data"
        ),
        Some(ErrorCode::DatabaseCorrupt) => format!("{file} is damaged; restore it from a backup"),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => format!(
            "{file} cannot be opened for writing; check its permissions and those of its folder"
        ),
        _ => format!("{file} cannot be used: {error}"),
    }
}
