//! A look at the whole file while it is served, so that damage does not wait until somebody runs `patmost check`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, InterruptHandle};

use super::check::texts;
use super::compact::size;
use super::reading::connect_reader;
use super::{Store, StoreError};

/// The size up to which the indexes are compared with their tables, too.
const SMALL: u64 = 64 << 20;

/// A look at the file.
pub struct Examination {
    connection: Connection,
    is_ended: Arc<AtomicBool>,
    goes_on: Arc<AtomicBool>,
}

/// A way to end an examination from another thread.
pub struct Ending {
    interrupt: InterruptHandle,
    is_ended: Arc<AtomicBool>,
}

impl Examination {
    /// Opens a connection of its own, which keeps little in memory.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn of(store: &Store) -> Result<(Examination, Ending), StoreError> {
        let connection = connect_reader(store.path())?;
        connection.pragma_update(None, "cache_size", -2000)?;
        connection.pragma_update(None, "mmap_size", 0)?;
        let (interrupt, is_ended) = (connection.get_interrupt_handle(), Arc::default());
        let ending = Ending {
            interrupt,
            is_ended: Arc::clone(&is_ended),
        };
        let examination = Examination {
            connection,
            is_ended,
            goes_on: Arc::clone(&store.is_examined),
        };
        examination.goes_on.store(true, Ordering::SeqCst);
        Ok((examination, ending))
    }

    /// Returns what is wrong with the pages of the file, and in a small one with its indexes; nothing once it was ended.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        let whole = size(&self.connection)?.bytes <= SMALL;
        let looks = if whole {
            vec!["PRAGMA integrity_check".to_owned()]
        } else {
            // One after the other: while a look goes on the write-ahead log cannot begin anew.
            const TABLES: &str = "SELECT 'PRAGMA quick_check(''' || name || ''')' FROM sqlite_schema WHERE type = 'table'";
            texts(&self.connection, TABLES)?
        };
        let mut faults = Vec::new();
        for look in looks {
            match texts(&self.connection, &look) {
                _ if self.is_ended.load(Ordering::SeqCst) => return Ok(Vec::new()),
                Ok(found) => faults.extend(found.into_iter().filter(|fault| fault != "ok")),
                Err(error) => faults.push(error.to_string()),
            }
        }
        Ok(faults)
    }
}

impl Drop for Examination {
    fn drop(&mut self) {
        self.goes_on.store(false, Ordering::SeqCst);
    }
}

impl Ending {
    /// Ends the examination. To be called again until it has come back: a statement that is just about to begin begins.
    pub fn end(&self) {
        self.is_ended.store(true, Ordering::SeqCst);
        self.interrupt.interrupt();
    }
}
