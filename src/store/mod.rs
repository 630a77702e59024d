//! The one SQLite file: opening it, reading it, changing it.
//!
//! Owns connections, transactions and durability. `read` runs on a pooled read-only connection; `write` goes to the one
//! writer (`writer.rs`), which answers after the commit. The only room that names `rusqlite`; SQL itself stands in the
//! `sql.rs` files, which see a [`Tx`].

mod migrate;
mod serving;
mod tx;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use rusqlite::{ToSql, params};
pub use serving::Serving;
pub use tx::{Row, Tx, end_of};

use crate::error::AppError;

/// How long a statement waits for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A failure of SQLite, sorted by what an operator can do about it. The text is for the log, never for a caller.
#[derive(Debug, Clone)]
pub enum StoreError {
    /// The disk is full.
    Full(String),
    /// The file or its file system cannot be written.
    ReadOnly(String),
    /// Another process holds the file.
    Locked(String),
    /// Anything else.
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full(text),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly(text)
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked(text),
            _ => StoreError::Other(text),
        }
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Full(text)
            | StoreError::ReadOnly(text)
            | StoreError::Locked(text)
            | StoreError::Other(text) => f.write_str(text),
        }
    }
}

/// The open file. Dropping it commits what is queued and closes it.
pub struct Store {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    writer: writer::Writer,
}

impl Store {
    /// Opens the file, and makes it when there is none.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do; the file is then untouched.
    pub fn open(path: &Path) -> Result<Store, String> {
        create_private(path)
            .map_err(|error| format!("cannot create the data file {}: {error}", path.display()))?;
        let mut connection = connect(path).map_err(|error| unusable(path, &error))?;
        migrate::to_current(&mut connection, path)?;
        let writer = writer::Writer::start(connection).map_err(|error| unusable(path, &error))?;
        Ok(Store {
            path: path.to_owned(),
            readers: Mutex::new(Vec::new()),
            writer,
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` on one consistent state of the file.
    pub fn read<T>(&self, work: impl FnOnce(&Tx) -> Result<T, AppError>) -> Result<T, AppError> {
        let connection = self.reader()?;
        // Every request does this: statements that are prepared once. A panic drops the connection, and all with it.
        let execute = |sql: &str| -> Result<(), StoreError> {
            connection.prepare_cached(sql)?.execute([])?;
            Ok(())
        };
        execute("BEGIN")?;
        let result = work(&Tx::new(&connection));
        execute("COMMIT")?;
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        result
    }

    /// Runs `work` in a transaction and answers once it is on disk. When `work` fails nothing of it is kept.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.writer.write(work)
    }

    /// Queues `work` without waiting for it: for notes that a request need not wait for. Dropped when the queue is full.
    pub fn defer(&self, work: impl FnOnce(&Tx) -> Result<(), AppError> + Send + 'static) {
        self.writer.defer(work);
    }

    /// Copies one consistent state of the file into a new one that only its owner can read.
    ///
    /// # Errors
    /// One sentence: the new file is there already or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<(), String> {
        let failed =
            |error: &dyn std::fmt::Display| format!("cannot copy to {}: {error}", to.display());
        if to.exists() {
            return Err(failed(&"there is such a file already"));
        }
        create_private(to).map_err(|error| failed(&error))?;
        let copied = connect(&self.path)
            .and_then(|connection| connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]));
        copied.map(drop).map_err(|error| {
            // What is half done is no backup.
            drop(std::fs::remove_file(to));
            failed(&error)
        })
    }

    /// What is wrong with the file; empty: nothing.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub fn faults(&self) -> Result<Vec<String>, AppError> {
        // Each tells what it found, but for "ok".
        const LOOKS: [&str; 5] = [
            "PRAGMA integrity_check",
            "SELECT 'a row of ' || \"table\" || ' refers to a row that is missing' FROM pragma_foreign_key_check",
            "SELECT 'token ' || id || ' has something else than a hash' FROM tokens WHERE length(secret_hash) <> 64",
            "SELECT 'session ' || id || ' has something else than a hash' FROM sessions WHERE length(secret_hash) <> 64",
            "SELECT 'user ' || id || ' has something else than a hash' FROM users WHERE password_hash NOT LIKE '$argon2id$%' AND password_hash <> ''",
        ];
        let connection = connect(&self.path).map_err(StoreError::from)?;
        let tx = Tx::new(&connection);
        let mut faults = Vec::new();
        for look in LOOKS {
            faults.extend(tx.many(look, params![], |row| row.get::<String>(0))?);
        }
        faults.retain(|fault| fault != "ok");
        Ok(faults)
    }

    fn reader(&self) -> Result<Connection, AppError> {
        let pooled = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match pooled {
            Some(connection) => Ok(connection),
            None => Ok(connect_reader(&self.path).map_err(StoreError::from)?),
        }
    }
}

/// Makes an empty file that only its owner can read, when there is none: SQLite would make it readable to everyone.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The bundled SQLite has STAT4: without this, each bound value would prepare the statement anew after an ANALYZE.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn connect_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "mmap_size", 64 << 20)?;
    Ok(connection)
}

fn unusable(path: &Path, error: &rusqlite::Error) -> String {
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

#[cfg(test)]
mod tests;
