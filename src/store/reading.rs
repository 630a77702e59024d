//! Reading: transactions on pooled read-only connections.

use std::path::Path;

use rusqlite::Connection;

use super::file::connect;
use super::{Store, StoreError, Tx, params};
use crate::error::AppError;
use crate::sync::Mutex;

/// Connections that are not in use.
pub type Pool = Mutex<Vec<Connection>>;

/// One consistent state of the file, open for reading. It holds up no change, but while it is open the write-ahead log cannot
/// begin anew: it is for the time of a request that changes nothing.
pub struct Reading<'s> {
    store: &'s Store,
    /// There until the end.
    connection: Option<Connection>,
}

impl<'s> Reading<'s> {
    pub(super) fn begin(store: &'s Store) -> Result<Reading<'s>, AppError> {
        let pooled = store.readers.lock().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => connect_in_place(store)?,
        };
        Tx::new(&connection).execute("BEGIN", params![])?;
        Ok(Reading {
            store,
            connection: Some(connection),
        })
    }

    /// The transaction.
    #[allow(clippy::expect_used)]
    pub fn tx(&self) -> Tx<'_> {
        let connection = self.connection.as_ref();
        Tx::new(connection.expect("only the drop takes it"))
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // A panic may have left anything behind: then the connection goes, and all with it.
        if let Some(connection) = self.connection.take()
            && !std::thread::panicking()
            && Tx::new(&connection).execute("COMMIT", params![]).is_ok()
        {
            self.store.readers.lock().push(connection);
        }
    }
}

/// The bytes of the write-ahead log from which on it is written back beside the writer. SQLite would do so at 4 MB, and who
/// commits would wait for it.
const WRITE_BACK: u64 = 1 << 20;

impl Store {
    /// Writes the log back into the file when it has grown, as far as nobody reads an older state. Others commit meanwhile.
    pub fn write_back(&self) {
        if self.log_bytes() < WRITE_BACK {
            return;
        }
        let pooled = self.readers.lock().pop();
        let connection = pooled.map_or_else(|| connect_in_place(self), Ok);
        if let Ok(connection) = connection {
            const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";
            // What fails here, the writer does again.
            drop(connection.query_row(CHECKPOINT, [], |_| Ok(())));
            self.readers.lock().push(connection);
        }
    }
}

/// Reads for as long as nobody writes. SQLite asks the system for a lock with the first reader of a process and gives it back
/// with the last one: while this one reads, the others save both calls, a fifth of what an authentication takes. It has to
/// let go for each change, or the write-ahead log could never begin anew.
pub struct Standing(Connection);

impl Standing {
    /// Reads nothing yet.
    pub fn new(path: &Path) -> rusqlite::Result<Standing> {
        connect_reader(path).map(Standing)
    }

    /// Begins to read. Where that fails everybody pays for his own lock.
    pub fn begin(&self) {
        let tx = Tx::new(&self.0);
        if tx.execute("BEGIN", params![]).is_ok() {
            // The lock comes with the first look, at whatever.
            drop(tx.optional("SELECT 1 FROM sqlite_schema", params![], |_| Ok(())));
        }
    }

    /// Lets go.
    pub fn end(&self) {
        drop(Tx::new(&self.0).execute("COMMIT", params![]));
    }
}

/// How much of the file is read in place and not copied: at most what SQLite takes. Measured at a million tokens: a quarter
/// more requests than with 64 MiB. These pages are the system's cache of the file, which it takes back when it needs them.
const MAPPED: i64 = 2 << 30;

/// Connects to the open file, and to no other that was put in its place.
fn connect_in_place(store: &Store) -> Result<Connection, StoreError> {
    store.place.check()?;
    let connection = connect_reader(&store.path);
    store.place.check()?;
    Ok(connection?)
}

pub(super) fn connect_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "mmap_size", MAPPED)?;
    Ok(connection)
}
