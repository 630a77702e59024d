//! How long rows are kept: by age and by number, oldest first, some at a time so that others get their turn.

use super::sql;
use crate::clock::{DAY, Millis};
use crate::error::AppError;
use crate::store::{Store, Tx};

/// Limits on the rows that are kept; 0: none.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// The age in days.
    pub days: i64,
    /// The number of rows.
    pub rows: i64,
}

impl Retention {
    /// Deletes the rows beyond the limits. Returns how many.
    ///
    /// # Errors
    /// When the data file cannot be changed.
    pub fn apply(self, store: &Store, now: Millis) -> Result<usize, AppError> {
        let before = (self.days > 0).then_some(now - self.days * DAY);
        let rows = (self.rows > 0).then_some(self.rows);
        let mut deleted = 0;
        store.clean_up_in_batches(|limit| {
            let delete = move |tx: &Tx| Ok(sql::delete_old(tx, before, rows, limit)?);
            let some = store.write(delete)?;
            deleted += some;
            Ok(some > 0)
        })?;
        Ok(deleted)
    }
}
