//! SQL of custom emoji.

use super::Emoji;
use crate::store::{Page, Row, StoreError, Tx, end_of, params};

const COLUMNS: &str = "id, create_at, creator_id, name";

fn emoji(row: &Row) -> Result<Emoji, StoreError> {
    Ok(Emoji::new(
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
    ))
}

/// Returns the emoji with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Emoji>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM emoji WHERE id = $1");
    tx.optional(&sql, params![id], emoji)
}

/// Returns the emoji with the name.
pub fn by_name(tx: &Tx, name: &str) -> Result<Option<Emoji>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM emoji WHERE name = $1");
    tx.optional(&sql, params![name], emoji)
}

/// Returns a part of all emoji, by name, or in the order in which they were made.
pub fn list(tx: &Tx, by_name: bool, page: Page) -> Result<Vec<Emoji>, StoreError> {
    let order = if by_name { "name" } else { "number" };
    let sql = format!("SELECT {COLUMNS} FROM emoji ORDER BY {order} LIMIT $1 OFFSET $2");
    tx.many(&sql, params![page.limit, page.offset], emoji)
}

/// Returns the emoji whose names begin with the term, by name.
pub fn beginning(tx: &Tx, term: &str, most: i64) -> Result<Vec<Emoji>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM emoji WHERE name >= $1 AND name < $2 ORDER BY name LIMIT $3"
    );
    tx.many(&sql, params![term, end_of(term), most], emoji)
}

/// Returns the emoji with the term anywhere in their names, by name.
pub fn containing(tx: &Tx, term: &str, most: i64) -> Result<Vec<Emoji>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM emoji WHERE instr(name, $1) > 0 ORDER BY name LIMIT $2");
    tx.many(&sql, params![term, most], emoji)
}

/// Returns how many emoji there are.
pub fn count(tx: &Tx) -> Result<i64, StoreError> {
    tx.one("SELECT count(*) FROM emoji", params![], |row| row.get(0))
}

/// Returns type and bytes of the picture of an emoji.
pub fn image(tx: &Tx, id: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    tx.optional(
        "SELECT mime_type, bytes FROM emoji WHERE id = $1",
        params![id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Adds an emoji with its picture.
pub fn insert(tx: &Tx, emoji: &Emoji, mime_type: &str, bytes: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO emoji (id, create_at, creator_id, name, mime_type, size, bytes) VALUES ($1, $2, $3, $4, $5, length($6), $6)",
        params![
            emoji.id,
            emoji.create_at,
            emoji.creator_id,
            emoji.name,
            mime_type,
            bytes
        ],
    )?;
    Ok(())
}

/// Deletes an emoji.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM emoji WHERE id = $1", params![id])?;
    Ok(())
}
