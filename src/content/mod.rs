//! The contents of files and pictures: how they are kept, how much of them there is, what they are called and shown as.
//! Knows no channel and no post.
//!
//! A file's bytes are pieces in the data file, written as they come and read as they are sent. Its row is `messaging/file`'s.

pub mod kind;
pub mod name;
pub mod sql;

use crate::app::App;
use crate::config::MAXIMUM_FILE_BYTES;
use crate::error::{self, AppError};
use crate::store::Tx;

/// Pieces of deleted files that are deleted in one transaction: more would hold up others.
const SWEPT: i64 = 16;

/// Checks that all contents together have no more bytes than this; 0: no limit. Asked after something was added.
///
/// # Errors
/// They have more.
pub fn check_total(tx: &Tx, most: i64) -> Result<(), AppError> {
    if most > 0 && sql::total(tx)? > most {
        return Err(AppError::named(&error::FILE_TOTAL, &most.to_string()));
    }
    Ok(())
}

/// Returns the bytes that all contents together may have; 0: no limit.
pub fn most(app: &App) -> i64 {
    app.config.last().int(&MAXIMUM_FILE_BYTES)
}

/// Deletes the contents of deleted files, all there are.
///
/// # Errors
/// When the store fails.
pub fn sweep(app: &App) -> Result<(), AppError> {
    while let Some(file_id) = app.store.read(|tx| Ok(sql::leftover(tx)?))? {
        app.store
            .take_away(move |tx| Ok(sql::sweep(tx, &file_id, SWEPT)?))?;
    }
    Ok(())
}
