//! HTTP endpoints of files.

mod download;
mod upload;

pub use self::download::get;
pub use self::upload::UPLOAD;
use crate::api::{Answer, Context, answer};
use crate::error::{self, AppError};
use crate::messaging::file;
use crate::messaging::post;
use crate::store::Tx;

/// Mattermost: how long a client keeps what it was told of a file.
const KEPT: &str = "max-age=2592000, private";

/// `GET /files/{file_id}/info`
pub fn info(cx: &Context, tx: &Tx) -> Answer {
    let file = file::readable(tx, cx.caller()?, cx.id("file_id")?)?;
    Ok(answer::json(&file).with("Cache-Control", KEPT))
}

/// `GET /files/{file_id}/thumbnail`: no smaller pictures are made.
pub fn thumbnail(cx: &Context, tx: &Tx) -> Answer {
    file::readable(tx, cx.caller()?, cx.id("file_id")?)?;
    Err(AppError::new(&error::FILE_THUMBNAIL))
}

/// `GET /files/{file_id}/preview`: no smaller pictures are made.
pub fn preview(cx: &Context, tx: &Tx) -> Answer {
    file::readable(tx, cx.caller()?, cx.id("file_id")?)?;
    Err(AppError::new(&error::FILE_PREVIEW))
}

/// `GET /files/{file_id}/link`: nobody reads files without a session.
pub fn link(cx: &Context, _: &Tx) -> Answer {
    cx.id("file_id")?;
    Err(AppError::new(&error::FILE_LINK))
}

/// `GET /posts/{post_id}/files/info`
pub fn of_post(cx: &Context, tx: &Tx) -> Answer {
    let post_id = cx.id("post_id")?;
    let post = match cx.flag("include_deleted") {
        true => post::readable_also_deleted(tx, cx.caller()?, post_id)?,
        false => post::readable_by_member(tx, cx.caller()?, post_id)?,
    };
    let files = file::sql::of_post(tx, &post.id)?;
    let etag = format!("{}.{}", post.id, files.len());
    Ok(cx.unless_known(&etag, || answer::json(&files).with("Cache-Control", KEPT)))
}
