//! How a file comes into the data: it begins, its pieces are added, it is complete; or it is abandoned, and nothing stays.

use super::{FileInfo, may_upload, sql};
use crate::app::App;
use crate::content::{self, kind, name};
use crate::error::{self, AppError};
use crate::id;
use crate::permission::Caller;

/// A file whose contents have arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The file.
    pub id: String,
    /// Bytes.
    pub size: i64,
    /// Width and height, of a picture that says so.
    pub dimensions: Option<(u32, u32)>,
}

impl Arrived {
    /// A file of which nothing has arrived.
    pub fn nothing_of(id: String) -> Arrived {
        Arrived {
            id,
            size: 0,
            dimensions: None,
        }
    }
}

/// Begins a file; returns its id. The channel is not known when a form names it behind the file: then it is asked about at
/// the end.
///
/// # Errors
/// The refusal of `FILE_UPLOAD`; there are too many bytes of files.
pub fn begin(
    app: &App,
    caller: &Caller,
    channel_id: Option<&str>,
    name: &str,
) -> Result<String, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.map(str::to_owned));
    let (name, most, now) = (name::safe(name), content::most(app), app.clock.now());
    app.store.write(move |tx| {
        if let Some(channel_id) = &channel_id {
            may_upload(tx, &caller, channel_id)?;
        }
        let id = id::new();
        sql::insert(tx, &id, &caller.user_id, &name, now)?;
        content::check_total(tx, most)?;
        Ok(id)
    })
}

/// Adds a piece to a file that the caller has begun.
///
/// # Errors
/// The file is gone; there are too many bytes of files.
pub fn add_piece(
    app: &App,
    caller: &Caller,
    file: &mut Arrived,
    bytes: &[u8],
) -> Result<(), AppError> {
    if file.size == 0 {
        file.dimensions = kind::dimensions(bytes);
    }
    let (user_id, id, start) = (caller.user_id.clone(), file.id.clone(), file.size);
    let (piece, most) = (bytes.to_vec(), content::most(app));
    app.store.write(move |tx| {
        if !sql::is_incomplete(tx, &id, &user_id)? {
            return Err(AppError::new(&error::FILE_MISSING));
        }
        content::sql::insert(tx, &id, start, &piece)?;
        content::check_total(tx, most)
    })?;
    file.size += i64::try_from(bytes.len()).unwrap_or(0);
    Ok(())
}

/// Makes files of the caller complete, for a channel.
///
/// # Errors
/// The refusal of `FILE_UPLOAD`; one of them is gone.
pub fn complete(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    files: Vec<Arrived>,
) -> Result<Vec<FileInfo>, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    app.store.write(move |tx| {
        may_upload(tx, &caller, &channel_id)?;
        let complete = |file: &Arrived| {
            if sql::is_incomplete(tx, &file.id, &caller.user_id)? {
                sql::complete(tx, file, &channel_id)?;
            }
            Ok(sql::by_id(tx, &file.id)?.ok_or(&error::FILE_MISSING)?)
        };
        files.iter().map(complete).collect()
    })
}

/// Deletes files that were begun and will not be complete, without waiting for it.
pub fn abandon(app: &App, file_ids: Vec<String>) {
    if !file_ids.is_empty() {
        app.store.defer(move |tx| {
            for file_id in &file_ids {
                sql::delete_if_incomplete(tx, file_id)?;
            }
            Ok(())
        });
    }
}
