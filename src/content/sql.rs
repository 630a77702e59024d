//! SQL of the contents of files.

use crate::store::{StoreError, Tx, params};

/// Returns how many bytes all contents together have.
pub fn total(tx: &Tx) -> Result<i64, StoreError> {
    tx.one(
        "SELECT bytes FROM file_bytes WHERE id = 1",
        params![],
        |row| row.get(0),
    )
}

/// Adds a piece to a file.
pub fn insert(tx: &Tx, file_id: &str, start: i64, bytes: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO file_pieces (file_id, start, size, bytes) VALUES ($1, $2, length($3), $3)",
        params![file_id, start, bytes],
    )?;
    Ok(())
}

/// Returns the bytes of a file from this one to the end of its piece. `None` when it has no such byte.
pub fn piece(tx: &Tx, file_id: &str, start: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let found = tx.optional(
        "SELECT substr(bytes, $2 - start + 1), start + size > $2 FROM file_pieces
         WHERE file_id = $1 AND start <= $2 ORDER BY start DESC LIMIT 1",
        params![file_id, start],
        |row| Ok((row.get(0)?, row.get::<bool>(1)?)),
    )?;
    Ok(found.and_then(|(bytes, is_there)| is_there.then_some(bytes)))
}

/// Returns a deleted file that has contents, if there is one.
pub fn leftover(tx: &Tx) -> Result<Option<String>, StoreError> {
    tx.optional(
        "SELECT file_id FROM leftover_files LIMIT 1",
        params![],
        |row| row.get(0),
    )
}

/// Deletes so many pieces of a deleted file, and forgets it when it has no more.
pub fn sweep(tx: &Tx, file_id: &str, pieces: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM file_pieces WHERE rowid IN (SELECT rowid FROM file_pieces WHERE file_id = $1 LIMIT $2)",
        params![file_id, pieces],
    )?;
    tx.execute(
        "DELETE FROM leftover_files WHERE file_id = $1 AND NOT EXISTS (SELECT 1 FROM file_pieces WHERE file_id = $1)",
        params![file_id],
    )?;
    Ok(())
}
