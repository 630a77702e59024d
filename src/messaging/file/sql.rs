//! SQL of files. What is in them is deleted by `content`, once their row is gone.

use super::{Arrived, FileInfo};
use crate::clock::Millis;
use crate::store::{Row, StoreError, Tx, params};

const COLUMNS: &str =
    "f.id, f.user_id, f.channel_id, f.post_id, f.create_at, f.name, f.size, f.width, f.height";

fn file(row: &Row) -> Result<FileInfo, StoreError> {
    let (id, user_id, channel_id) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(FileInfo {
        post_id: row.get::<Option<String>>(3)?.unwrap_or_default(),
        size: row.get(6)?,
        width: row.get(7)?,
        height: row.get(8)?,
        ..FileInfo::new(id, user_id, channel_id, row.get(5)?, row.get(4)?)
    })
}

/// Returns the file with the id, if its upload is complete.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<FileInfo>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM files f WHERE f.id = $1 AND f.channel_id IS NOT NULL"),
        params![id],
        file,
    )
}

/// Returns the files of a post, in their order.
pub fn of_post(tx: &Tx, post_id: &str) -> Result<Vec<FileInfo>, StoreError> {
    tx.many(
        &format!("SELECT {COLUMNS} FROM files f WHERE f.post_id = $1 ORDER BY f.position"),
        params![post_id],
        file,
    )
}

/// How many files the posts of a channel have.
pub fn count_of_channel(tx: &Tx, channel_id: &str) -> Result<i64, StoreError> {
    tx.one(
        "SELECT count(*) FROM files WHERE channel_id = $1 AND post_id IS NOT NULL",
        params![channel_id],
        |row| row.get(0),
    )
}

/// Adds a file that is on its way.
pub fn insert(tx: &Tx, id: &str, user_id: &str, name: &str, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO files (id, user_id, name, create_at) VALUES ($1, $2, $3, $4)",
        params![id, user_id, name, now],
    )?;
    Ok(())
}

/// Whether a file of the user is on its way.
pub fn is_incomplete(tx: &Tx, id: &str, user_id: &str) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM files WHERE id = $1 AND user_id = $2 AND channel_id IS NULL)",
        params![id, user_id],
        |row| row.get(0),
    )
}

/// Makes a file complete.
pub fn complete(tx: &Tx, file: &Arrived, channel_id: &str) -> Result<(), StoreError> {
    let (width, height) = file.dimensions.unwrap_or_default();
    tx.execute(
        "UPDATE files SET channel_id = $2, size = $3, width = $4, height = $5 WHERE id = $1",
        params![file.id, channel_id, file.size, width, height],
    )?;
    Ok(())
}

/// Puts a file of the user that is in no post into this one.
pub fn attach(
    tx: &Tx,
    id: &str,
    user_id: &str,
    channel_id: &str,
    post_id: &str,
    position: usize,
) -> Result<(), StoreError> {
    let position = i64::try_from(position).unwrap_or(0);
    tx.execute(
        "UPDATE files SET post_id = $4, channel_id = $3, position = $5
         WHERE id = $1 AND user_id = $2 AND post_id IS NULL AND channel_id IS NOT NULL",
        params![id, user_id, channel_id, post_id, position],
    )?;
    Ok(())
}

/// Deletes the files of a post and of the answers to it.
pub fn delete_of_thread(tx: &Tx, post_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM files WHERE post_id IN (SELECT id FROM posts WHERE id = $1 OR (root_id = $1 AND root_id <> ''))",
        params![post_id],
    )?;
    Ok(())
}

/// Deletes a file that is on its way.
pub fn delete_if_incomplete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM files WHERE id = $1 AND channel_id IS NULL",
        params![id],
    )?;
    Ok(())
}

/// Deletes the files that are in no post and were made before; returns how many.
pub fn delete_unused(tx: &Tx, before: Millis) -> Result<usize, StoreError> {
    tx.execute(
        "DELETE FROM files WHERE post_id IS NULL AND create_at < $1",
        params![before],
    )
}

/// Whether a file is on its way.
pub fn has_incomplete(tx: &Tx) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM files WHERE post_id IS NULL AND channel_id IS NULL)",
        params![],
        |row| row.get(0),
    )
}

/// Deletes all files that are on their way.
pub fn delete_incomplete(tx: &Tx) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM files WHERE post_id IS NULL AND channel_id IS NULL",
        params![],
    )?;
    Ok(())
}
