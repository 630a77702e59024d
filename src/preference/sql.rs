//! SQL of preferences.

use super::Preference;
use crate::store::{StoreError, Tx, params};

/// Those of an account; empty category and name: all.
pub fn list(
    tx: &Tx,
    user_id: &str,
    category: &str,
    name: &str,
) -> Result<Vec<Preference>, StoreError> {
    tx.many(
        "SELECT category, name, value FROM preferences
         WHERE user_id = $1 AND ($2 = '' OR category = $2) AND ($3 = '' OR name = $3) ORDER BY category, name",
        params![user_id, category, name],
        |row| Ok(Preference { user_id: user_id.to_owned(), category: row.get(0)?, name: row.get(1)?, value: row.get(2)? }),
    )
}

/// Adds or replaces one.
pub fn store(tx: &Tx, preference: &Preference) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO preferences (user_id, category, name, value) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, category, name) DO UPDATE SET value = excluded.value",
        params![
            preference.user_id,
            preference.category,
            preference.name,
            preference.value
        ],
    )?;
    Ok(())
}

/// Deletes one.
pub fn delete(tx: &Tx, preference: &Preference) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM preferences WHERE user_id = $1 AND category = $2 AND name = $3",
        params![preference.user_id, preference.category, preference.name],
    )?;
    Ok(())
}

/// Whether the account has more than that many.
pub fn has_more(tx: &Tx, user_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM preferences WHERE user_id = $1 LIMIT 1 OFFSET $2)",
        params![user_id, number],
        |row| row.get(0),
    )
}
