//! SQL of the pictures of accounts.

use crate::clock::Millis;
use crate::store::{StoreError, Tx, params};

/// Returns when the account got its picture. `None` when it has none of its own.
pub fn update_at(tx: &Tx, user_id: &str) -> Result<Option<Millis>, StoreError> {
    tx.optional(
        "SELECT update_at FROM pictures WHERE user_id = $1",
        params![user_id],
        |row| row.get(0),
    )
}

/// Returns type and bytes of the account's picture.
pub fn read(tx: &Tx, user_id: &str) -> Result<(String, Vec<u8>), StoreError> {
    tx.one(
        "SELECT mime_type, bytes FROM pictures WHERE user_id = $1",
        params![user_id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Adds a picture to an account that has none.
pub fn insert(
    tx: &Tx,
    user_id: &str,
    at: Millis,
    mime_type: &str,
    bytes: &[u8],
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO pictures (user_id, update_at, mime_type, size, bytes) VALUES ($1, $2, $3, length($4), $4)",
        params![user_id, at, mime_type, bytes],
    )?;
    Ok(())
}

/// Deletes the picture of an account, if it has one.
pub fn delete(tx: &Tx, user_id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pictures WHERE user_id = $1", params![user_id])?;
    Ok(())
}

/// Notes that the account was changed.
pub fn touch_user(tx: &Tx, user_id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET update_at = $2 WHERE id = $1",
        params![user_id, at],
    )?;
    Ok(())
}
