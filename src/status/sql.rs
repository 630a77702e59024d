//! SQL of presence.

use crate::store::{StoreError, Tx, params};

/// Returns what was set by hand, and until when in seconds; 0: for good.
pub fn get(tx: &Tx, user_id: &str) -> Result<Option<(String, i64)>, StoreError> {
    tx.optional(
        "SELECT status, dnd_end_time FROM statuses WHERE user_id = $1",
        params![user_id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Sets it.
pub fn set(tx: &Tx, user_id: &str, status: &str, end: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO statuses (user_id, status, dnd_end_time) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET status = excluded.status, dnd_end_time = excluded.dnd_end_time",
        params![user_id, status, end],
    )?;
    Ok(())
}

/// Forgets it.
pub fn delete(tx: &Tx, user_id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM statuses WHERE user_id = $1", params![user_id])?;
    Ok(())
}
