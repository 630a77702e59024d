//! What becomes of a post: it is changed, it is deleted.

use serde_json::{Map, Value, json};

use super::{Post, find, hashtags, sql};
use crate::app::App;
use crate::error::{self, AppError, Failure};
use crate::event::Audience;
use crate::messaging::channel;
use crate::permission::Granted;
use crate::store::Tx;

/// What of a post is to change; what is not there stays.
#[derive(Default)]
pub struct Patch {
    /// What it says.
    pub message: Option<String>,
    /// Whether it is pinned.
    pub is_pinned: Option<bool>,
    /// The whole of them.
    pub props: Option<Map<String, Value>>,
}

/// Changes a post; `deleted` is what is told of one in an archived channel.
///
/// # Errors
/// It was deleted; the system said it; its channel is archived; the message.
pub fn update(
    app: &App,
    granted: Granted,
    post_id: &str,
    patch: Patch,
    deleted: &'static Failure,
) -> Result<Post, AppError> {
    let post_id = post_id.to_owned();
    app.change(move |tx, news| {
        let mut post = find(tx, &post_id)?;
        if post.kind.starts_with("system_") {
            return Err(AppError::new(&error::POST_SYSTEM));
        }
        not_archived(tx, &post, deleted)?;
        if let Some(message) = patch.message.filter(|message| *message != post.message) {
            post.hashtags = hashtags(&message);
            post.message = message;
            post.edit_at = granted.at();
        }
        post.is_pinned = patch.is_pinned.unwrap_or(post.is_pinned);
        if let Some(props) = patch.props {
            post.props = Value::Object(props);
        }
        post.update_at = granted.at();
        post.check()?;
        sql::update(tx, &post)?;
        news.tell(
            "post_edited",
            json!({"post": post.as_text()}),
            Audience::channel(&post.channel_id),
        );
        sql::with_replies(tx, post)
    })
}

fn not_archived(tx: &Tx, post: &Post, refused: &'static Failure) -> Result<(), AppError> {
    if channel::find(tx, &post.channel_id)?.delete_at > 0 {
        return Err(AppError::new(refused));
    }
    Ok(())
}

/// Deletes a post, and with the first of a thread the whole thread.
///
/// # Errors
/// There is none; its channel is archived.
pub fn delete(app: &App, granted: Granted, post_id: &str) -> Result<(), AppError> {
    let post_id = post_id.to_owned();
    app.change(move |tx, news| {
        let post = find(tx, &post_id)?;
        not_archived(tx, &post, &error::POST_DELETE_CHANNEL_DELETED)?;
        sql::delete(tx, &post.id, granted.at())?;
        news.tell(
            "post_deleted",
            json!({"post": post.as_text()}),
            Audience::channel(&post.channel_id),
        );
        Ok(())
    })
}
