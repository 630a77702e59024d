//! What becomes of a post: it is changed, it is deleted.

use serde_json::{Map, Value, json};

use super::{Post, find, hashtags, sql};
use crate::app::App;
use crate::error::AppError;
use crate::event::Audience;
use crate::permission::Granted;

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

/// Changes a post.
///
/// # Errors
/// It was deleted; the message.
pub fn update(app: &App, granted: Granted, post_id: &str, patch: Patch) -> Result<Post, AppError> {
    let post_id = post_id.to_owned();
    app.change(move |tx, news| {
        let mut post = find(tx, &post_id)?;
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

/// Deletes a post, and with the first of a thread the whole thread.
///
/// # Errors
/// There is none.
pub fn delete(app: &App, granted: Granted, post_id: &str) -> Result<(), AppError> {
    let post_id = post_id.to_owned();
    app.change(move |tx, news| {
        let post = find(tx, &post_id)?;
        sql::delete(tx, &post.id, granted.at())?;
        news.tell(
            "post_deleted",
            json!({"post": post.as_text()}),
            Audience::channel(&post.channel_id),
        );
        Ok(())
    })
}
