//! The one SQLite file: opening it, reading it, changing it.
//!
//! Owns connections, transactions and durability. `read` runs on a pooled read-only connection; `write` goes to the one
//! writer (`writer.rs`), which answers after the commit. The only room that names `rusqlite`; SQL itself stands in the
//! `sql.rs` files, which see a [`Tx`].

mod batches;
mod check;
mod compact;
mod copy;
mod damage;
mod file;
mod migrate;
mod page;
mod place;
mod progress;
mod read_only;
mod reading;
mod reserve;
mod restore;
mod room;
mod seal;
mod serving;
mod setup_code;
mod snapshot;
mod tx;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{ErrorCode, ffi};

pub use check::check;
pub use compact::{Size, compact};
pub use copy::{backup, remove};
pub use damage::{Ending, Examination};
pub use migrate::First;
pub use page::Page;
pub use reading::Reading;
pub use restore::restore;
pub use room::megabytes;
pub use rusqlite::{ToSql, params};
pub use serving::Serving;
pub use snapshot::Snapshot;
pub use tx::{Row, Tx, end_of};

use crate::error::{self, AppError};
use crate::id::Sequence;
use crate::metrics::Histogram;
use file::{beside, connect_writer, create_private, unusable};
use place::Place;
use reserve::Reserve;

/// A failure of SQLite, sorted by what an operator can do about it. The text is for the log, never for a caller.
#[derive(Debug, Clone)]
pub enum StoreError {
    /// The disk is full.
    Full(String),
    /// The file or its file system cannot be written.
    ReadOnly(String),
    /// Another process holds the file.
    Locked(String),
    /// The file was moved, replaced or deleted under the process.
    Lost(String),
    /// Anything else.
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let text = error.to_string();
        // What a quota or a limit on the size of files forbids comes as a write that failed.
        let failed_write = error.sqlite_error().is_some_and(|error| {
            [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE].contains(&error.extended_code)
        });
        match error.sqlite_error_code() {
            _ if failed_write => StoreError::Full(text),
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
            | StoreError::Lost(text)
            | StoreError::Other(text) => f.write_str(text),
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> AppError {
        let failure = match error {
            StoreError::Full(_) => &error::STORE_FULL,
            StoreError::ReadOnly(_) => &error::STORE_READ_ONLY,
            StoreError::Locked(_) => &error::STORE_LOCKED,
            StoreError::Lost(_) => &error::STORE_LOST,
            StoreError::Other(_) => &error::STORE,
        };
        AppError::new(failure).cause(error.to_string())
    }
}

/// How long what is written has to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// What was answered is there after a power cut.
    Full,
    /// Until the process ends: nothing waits for the disk.
    Ephemeral,
}

/// The open file. Dropping it commits what is queued and closes it.
pub struct Store {
    path: PathBuf,
    place: Arc<Place>,
    /// Whether the loss of the file was logged, and its return was not.
    is_lost: AtomicBool,
    /// Whether the whole file is being looked at, which keeps the write-ahead log from being cut off.
    is_examined: Arc<AtomicBool>,
    readers: reading::Pool,
    writer: writer::Writer,
    /// None for a file that does not last, or is not changed.
    reserve: Option<Reserve>,
    /// Whether long work in the background is to end.
    is_ending: AtomicBool,
}

impl Store {
    /// Opens the file, and makes it when there is none.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do; the file is then untouched.
    pub fn open(path: &Path, first: First) -> Result<Store, String> {
        Store::open_for(path, Durability::Full, None, first)
    }

    /// The same; with a sequence, the ids that changes make are of that.
    pub fn open_for(
        path: &Path,
        durability: Durability,
        sequence: Option<Arc<Sequence>>,
        first: First,
    ) -> Result<Store, String> {
        serving::check_log(path)?;
        match create_private(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                let path = path.display();
                return Err(format!("cannot create the data file {path}: {error}"));
            }
            _ => {}
        }
        let reserve =
            (durability == Durability::Full).then(|| Reserve::new(beside(path, "reserve")));
        let start = || {
            let connected = connect_writer(path, durability);
            let mut connection = connected.map_err(|error| unusable(path, &error))?;
            migrate::to_current(&mut connection, path, first)?;
            writer::Writer::start(connection, path, sequence.clone())
        };
        let writer = start().or_else(|error| match &reserve {
            // SQLite's files beside the data need room, too.
            Some(reserve) if reserve.is_needed() && reserve.give_up() => start(),
            _ => Err(error),
        })?;
        Ok(Store {
            path: path.to_owned(),
            place: Arc::clone(&writer.place),
            is_lost: AtomicBool::new(false),
            is_examined: Arc::default(),
            readers: reading::Pool::default(),
            writer,
            reserve,
            is_ending: AtomicBool::new(false),
        })
    }

    /// Opens the file for reads alone; changes are refused. Needs no write access, and changes nothing.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do, also for a file of an older version.
    pub fn open_read_only(path: &Path) -> Result<Store, String> {
        let connection = read_only::ReadOnly::open(path)?.into_connection();
        migrate::current(&connection, path)?;
        let place = Place::of_data(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let writer = writer::Writer::absent(place);
        Ok(Store {
            path: path.to_owned(),
            place: Arc::clone(&writer.place),
            is_lost: AtomicBool::new(false),
            is_examined: Arc::default(),
            readers: reading::Pool::new(vec![connection]),
            writer,
            reserve: None,
            is_ending: AtomicBool::new(false),
        })
    }

    /// Writes the header of the file, so that its change counter rises. False when a reader delays that it is on disk.
    ///
    /// # Errors
    /// One sentence, when the file cannot be written.
    fn raise_change_counter(&self) -> Result<bool, String> {
        let written = self.write(|tx| {
            let sql = format!("PRAGMA user_version = {}", migrate::CURRENT);
            tx.execute(&sql, params![])?;
            Ok(())
        });
        written.map_err(|error| {
            let cause = error.logged_cause().unwrap_or_default();
            format!("{} cannot be written: {cause}", self.path.display())
        })?;
        // By the writer, whose standing reader let go for it and now sees this change: a reader of an older state would
        // keep the checkpoint from it.
        let checkpoint = |connection: rusqlite::Connection| {
            const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";
            connection.query_row(CHECKPOINT, [], |row| {
                Ok(row.get::<_, i64>(1)? == row.get::<_, i64>(2)?)
            })
        };
        file::connect(&self.path)
            .and_then(checkpoint)
            .map_err(|error| unusable(&self.path, &error))
    }

    /// Logs a warning when others than the owner can read the file, as after a copy by hand.
    pub fn warn_of_readers(&self) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&self.path).map_or(0, |found| found.permissions().mode());
            if mode & 0o077 != 0 {
                let path = self.path.display();
                log::warn!(
                    "{path} is open to other users of this machine (mode {:o}); chmod 600 {path}",
                    mode & 0o777
                );
            }
        }
    }

    /// Whether an [`Examination`] goes on.
    pub fn is_examined(&self) -> bool {
        self.is_examined.load(Ordering::SeqCst)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks whether the path still names the open file. A loss and its end are logged once each.
    ///
    /// # Errors
    /// [`StoreError::Lost`] when the file or its log was moved, replaced or deleted.
    pub fn check_place(&self) -> Result<(), StoreError> {
        let place = self.place.check();
        let was_lost = self.is_lost.swap(place.is_err(), Ordering::SeqCst);
        match &place {
            Err(error) if !was_lost => {
                log::error!("the data file is lost, changes are refused until it is back: {error}");
                // The writer finds the same, and brings what is in the log into the file that it has open.
                drop(self.writer.write(|_| Ok(()), |()| ()));
            }
            Ok(()) if was_lost => log::warn!("the data file is back, changes are made again"),
            _ => {}
        }
        place
    }

    /// Runs `work` on one consistent state of the file.
    pub fn read<T>(&self, work: impl FnOnce(&Tx) -> Result<T, AppError>) -> Result<T, AppError> {
        work(&self.begin()?.tx())
    }

    /// Begins to read: one consistent state of the file, for as long as it is held.
    pub fn begin(&self) -> Result<Reading<'_>, AppError> {
        Reading::begin(self)
    }

    /// Runs `work` in a transaction and answers once it is on disk. When `work` fails nothing of it is kept.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.write_then(work, |value| value)
    }

    /// The same; `committed` runs once the change is on disk, of one change after the other in the order of their commits.
    /// It holds up all others.
    pub fn write_then<T: Send + 'static, R: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx) -> Result<T, AppError> + Send + 'static,
        committed: impl FnOnce(T) -> R + Send + 'static,
    ) -> Result<R, AppError> {
        if self.is_reserve_given_up() {
            return Err(StoreError::Full("the reserve is given up".into()).into());
        }
        self.writer.write(work, committed)
    }

    /// The same for a change that takes power away: on a full disk the reserve is given up for it, and it runs again.
    pub fn take_away_then<T: Send + 'static, R: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx) -> Result<T, AppError> + Clone + Send + 'static,
        committed: impl FnOnce(T) -> R + Clone + Send + 'static,
    ) -> Result<R, AppError> {
        let first = self.writer.write(work.clone(), committed.clone());
        let is_full = |error: &AppError| error.is(&error::STORE_FULL);
        match (&first, &self.reserve) {
            (Err(error), Some(reserve)) if is_full(error) && reserve.give_up() => {
                self.writer.write(work, committed)
            }
            _ => first,
        }
    }

    /// Runs a change that takes power away, which is made on a full disk, too.
    pub fn take_away<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx) -> Result<T, AppError> + Clone + Send + 'static,
    ) -> Result<T, AppError> {
        self.take_away_then(work, |value| value)
    }

    /// Makes the reserve of room on the disk when it is not there.
    pub fn take_reserve(&self) {
        if let Some(reserve) = &self.reserve {
            reserve.take();
        }
    }

    fn is_reserve_given_up(&self) -> bool {
        self.reserve.as_ref().is_some_and(Reserve::is_given_up)
    }

    /// Queues `work` without waiting for it: for notes that a request need not wait for. Dropped when the queue or the
    /// disk is full.
    pub fn defer(&self, work: impl FnOnce(&Tx) -> Result<(), AppError> + Send + 'static) {
        if !self.is_reserve_given_up() {
            self.writer.defer(work);
        }
    }

    /// Returns the bytes of the write-ahead log beside the file.
    pub fn log_bytes(&self) -> u64 {
        std::fs::metadata(beside(&self.path, "wal")).map_or(0, |log| log.len())
    }

    /// Writes the log back into the file and cuts it off, so that nothing that was deleted is left in it. Returns whether
    /// that was possible: not while another program reads an older state.
    pub fn truncate_log(&self) -> bool {
        self.writer.truncate_log()
    }

    /// How long commits took.
    pub fn commits(&self) -> &Histogram {
        &self.writer.commits.took
    }

    /// How many changes were committed.
    pub fn changes(&self) -> u64 {
        self.writer.commits.changes.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
