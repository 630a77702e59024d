//! Files of posts. Owns who may upload, attach and read them. Mattermost: a file belongs to who uploaded it until it is in a
//! post, then to the channel; it leaves no audit row, as a post does not.

pub mod sql;
mod upload;

use serde::Serialize;

pub use self::upload::{Arrived, abandon, add_piece, begin, complete};
use crate::app::App;
use crate::clock::Millis;
use crate::content::{kind, name};
use crate::error::{self, AppError};
use crate::messaging::channel::{self, Channel};
use crate::permission::{CHANNEL_READ, Caller, FILE_UPLOAD, Granted};
use crate::store::Tx;

/// How long a file that is in no post is kept.
const UNUSED: Millis = 24 * 60 * 60 * 1000;

/// A file as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct FileInfo {
    /// 26 letters.
    pub id: String,
    /// Who uploaded it.
    pub user_id: String,
    /// The post that it is in; empty: none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub post_id: String,
    /// The channel of that post, or that it was uploaded for.
    pub channel_id: String,
    /// When uploaded.
    pub create_at: Millis,
    /// A file does not change.
    pub update_at: Millis,
    delete_at: Millis,
    /// Made safe.
    pub name: String,
    /// The ending of the name.
    pub extension: String,
    /// Bytes.
    pub size: i64,
    /// By the ending; empty: not known.
    pub mime_type: &'static str,
    #[serde(skip_serializing_if = "is_zero")]
    width: u32,
    #[serde(skip_serializing_if = "is_zero")]
    height: u32,
    mini_preview: Option<()>,
    remote_id: &'static str,
    archived: bool,
}

// As serde calls it.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl FileInfo {
    fn new(id: String, user_id: String, channel_id: String, name: String, now: Millis) -> FileInfo {
        let extension = name::extension(&name);
        FileInfo {
            id,
            user_id,
            post_id: String::new(),
            channel_id,
            create_at: now,
            update_at: now,
            delete_at: 0,
            name,
            mime_type: kind::of_extension(&extension),
            extension,
            size: 0,
            width: 0,
            height: 0,
            mini_preview: None,
            remote_id: "",
            archived: false,
        }
    }
}

/// Returns a file that the caller may read: their own, or one in a post of a channel that they read. Mattermost: a file that
/// is in no post is read by whoever reads every channel.
///
/// # Errors
/// There is no such file; the refusal of `CHANNEL_READ`.
pub fn readable(tx: &Tx, caller: &Caller, id: &str) -> Result<FileInfo, AppError> {
    let file = sql::by_id(tx, id)?.ok_or(&error::FILE_MISSING)?;
    if file.user_id != caller.user_id {
        match file.post_id.as_str() {
            "" => CHANNEL_READ.ask(caller)?,
            _ => {
                let channel = channel::find(tx, &file.channel_id)?;
                channel::ask(tx, &CHANNEL_READ, caller, &channel)?
            }
        };
    }
    Ok(file)
}

/// Asks whether the caller may upload for the channel. Mattermost: a channel that does not exist is one for which nobody may.
///
/// # Errors
/// The rule's refusal.
pub fn may_upload(tx: &Tx, caller: &Caller, channel_id: &str) -> Result<Granted, AppError> {
    let channel = channel::sql::by_id(tx, channel_id)?.ok_or(FILE_UPLOAD.refused)?;
    channel::ask(tx, &FILE_UPLOAD, caller, &channel)
}

/// Puts files into a post of the author, in this order; returns those that are in it then. Mattermost: files that nobody has,
/// that another user has or that are in a post already are left out.
///
/// # Errors
/// There are files, and the refusal of `FILE_UPLOAD`.
pub fn attach(
    tx: &Tx,
    caller: &Caller,
    channel: &Channel,
    post_id: &str,
    file_ids: &[String],
) -> Result<Vec<FileInfo>, AppError> {
    if file_ids.is_empty() {
        return Ok(Vec::new());
    }
    channel::ask(tx, &FILE_UPLOAD, caller, channel)?;
    for (position, file_id) in file_ids.iter().enumerate() {
        sql::attach(tx, file_id, &caller.user_id, &channel.id, post_id, position)?;
    }
    Ok(sql::of_post(tx, post_id)?)
}

/// Deletes the files that were in no post for a day.
///
/// # Errors
/// When the store fails.
pub fn delete_unused(app: &App) -> Result<usize, AppError> {
    let before = app.clock.now() - UNUSED;
    app.store
        .write(move |tx| Ok(sql::delete_unused(tx, before)?))
}

/// Deletes the files whose upload was not complete when the server ended.
///
/// # Errors
/// When the store fails.
pub fn delete_incomplete(app: &App) -> Result<(), AppError> {
    if app.store.read(|tx| Ok(sql::has_incomplete(tx)?))? {
        app.store.write(|tx| Ok(sql::delete_incomplete(tx)?))?;
    }
    Ok(())
}
