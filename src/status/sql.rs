//! SQL of presence.

use crate::store::{StoreError, Tx, params};

/// What was set by hand.
pub fn get(tx: &Tx, user_id: &str) -> Result<Option<String>, StoreError> {
    tx.optional(
        "SELECT status FROM statuses WHERE user_id = $1",
        params![user_id],
        |row| row.get(0),
    )
}

/// Sets it.
pub fn set(tx: &Tx, user_id: &str, status: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO statuses (user_id, status) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET status = excluded.status",
        params![user_id, status],
    )?;
    Ok(())
}

/// Forgets it.
pub fn delete(tx: &Tx, user_id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM statuses WHERE user_id = $1", params![user_id])?;
    Ok(())
}
