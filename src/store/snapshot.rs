//! A copy of the whole file in memory, to which the file can be set back in a few milliseconds.

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::file::connect_writer;
use super::{Durability, Store, StoreError};
use crate::error::AppError;
use crate::sync::Mutex;

/// The file as it was at one moment.
pub struct Snapshot(Mutex<Connection>);

impl Store {
    /// Copies the file into memory.
    pub fn snapshot(&self) -> Result<Snapshot, AppError> {
        self.settle()?;
        let mut memory = Connection::open_in_memory().map_err(StoreError::from)?;
        let file = connect_writer(&self.path, Durability::Ephemeral).map_err(StoreError::from)?;
        copy(&file, &mut memory)?;
        Ok(Snapshot(Mutex::new(memory)))
    }

    /// Sets the file back, in one transaction: who reads meanwhile sees what was before or what is after. It is as
    /// durable as an ephemeral file.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), AppError> {
        self.settle()?;
        let memory = snapshot.0.lock();
        let mut file =
            connect_writer(&self.path, Durability::Ephemeral).map_err(StoreError::from)?;
        Ok(copy(&memory, &mut file)?)
    }

    /// Waits for what is queued, also for what nobody waits for.
    fn settle(&self) -> Result<(), AppError> {
        self.write(|_| Ok(()))
    }
}

fn copy(from: &Connection, to: &mut Connection) -> Result<(), StoreError> {
    let backup = Backup::new(from, to)?;
    // All pages at once; a lock that another connection has is waited for as by any other statement.
    match backup.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(StoreError::Locked("the file is in use".into())),
    }
}
