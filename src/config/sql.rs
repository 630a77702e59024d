//! SQL of the stored configuration: one row.

use serde_json::{Map, Value};

use crate::store::{StoreError, Tx, params};

/// Grows with every change.
pub fn revision(tx: &Tx) -> Result<i64, StoreError> {
    tx.one(
        "SELECT revision FROM config WHERE id = 1",
        params![],
        |row| row.get(0),
    )
}

/// Tells every process that what is in force has changed, though no setting has.
pub fn renew(tx: &Tx) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE config SET revision = revision + 1 WHERE id = 1",
        params![],
    )?;
    Ok(())
}

/// What is stored: section -> setting -> value.
pub fn stored(tx: &Tx) -> Result<Map<String, Value>, StoreError> {
    let text: String = tx.one(
        "SELECT document FROM config WHERE id = 1",
        params![],
        |row| row.get(0),
    )?;
    serde_json::from_str(&text)
        .map_err(|error| StoreError::Other(format!("the stored configuration is damaged: {error}")))
}

/// Replaces what is stored.
pub fn store(tx: &Tx, document: &Map<String, Value>) -> Result<(), StoreError> {
    let text = Value::Object(document.clone()).to_string();
    tx.execute(
        "UPDATE config SET document = $1, revision = revision + 1 WHERE id = 1",
        params![text],
    )?;
    Ok(())
}
