//! Posts are changed, pinned and deleted.

use serde_json::{Map, Value, json};

use super::{Post, hashtags, located, reachable, sql};
use crate::app::App;
use crate::error::{self, AppError, Failure};
use crate::event::{Audience, News};
use crate::messaging::channel::{self, Channel};
use crate::permission::{
    CHANNEL_READ, Caller, Granted, POST_DELETE, POST_DELETE_OTHERS, POST_EDIT, POST_EDIT_OTHERS,
    Rule,
};
use crate::store::Tx;
use crate::user;

/// The fields of a post that change; `None` leaves a field as it is.
#[derive(Default)]
pub struct PostPatch {
    /// The message.
    pub message: Option<String>,
    /// Whether it is pinned.
    pub is_pinned: Option<bool>,
    /// The whole of the props.
    pub props: Option<Map<String, Value>>,
}

/// Changes a post; `archived` is the failure for one in an archived channel.
///
/// # Errors
/// The rule's refusal; the system said it; its channel is archived; the message.
pub fn update(
    app: &App,
    caller: &Caller,
    post_id: &str,
    patch: PostPatch,
    archived: &'static Failure,
) -> Result<Post, AppError> {
    let (caller, post_id) = (caller.clone(), post_id.to_owned());
    app.change(move |tx, news| {
        let rules = [&POST_EDIT, &POST_EDIT_OTHERS];
        let (granted, post, channel) = changeable(tx, rules, &caller, &post_id)?;
        apply(tx, news, &granted, (post, channel), patch, archived)
    })
}

/// Pins a post to its channel, or unpins it: every reader may.
///
/// # Errors
/// As [`update`].
pub fn set_pinned(
    app: &App,
    caller: &Caller,
    post_id: &str,
    is_pinned: bool,
) -> Result<Post, AppError> {
    let (caller, post_id) = (caller.clone(), post_id.to_owned());
    let patch = PostPatch {
        is_pinned: Some(is_pinned),
        ..PostPatch::default()
    };
    app.change(move |tx, news| {
        let (granted, post, channel) = reachable(tx, &CHANNEL_READ, &caller, &post_id)?;
        let archived = &error::POST_PATCH_CHANNEL_DELETED;
        apply(tx, news, &granted, (post, channel), patch, archived)
    })
}

fn apply(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    (mut post, channel): (Post, Channel),
    patch: PostPatch,
    archived: &'static Failure,
) -> Result<Post, AppError> {
    if post.kind.starts_with("system_") {
        return Err(AppError::new(&error::POST_SYSTEM));
    }
    if channel.delete_at > 0 {
        return Err(AppError::new(archived));
    }
    if let Some(message) = patch.message.filter(|message| *message != post.message) {
        post.hashtags = hashtags(&message);
        post.message = message;
        post.edit_at = granted.at();
    }
    post.is_pinned = patch.is_pinned.unwrap_or(post.is_pinned);
    if let Some(props) = patch.props {
        let editor = user::find(tx, &granted.caller().user_id)?;
        post.set_props(super::allowed_props(&editor, props, &post.props));
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
}

/// Deletes a post, and with the first of a thread the whole thread.
///
/// # Errors
/// The rule's refusal; its channel is archived.
pub fn delete(app: &App, caller: &Caller, post_id: &str) -> Result<(), AppError> {
    let (caller, post_id) = (caller.clone(), post_id.to_owned());
    app.change(move |tx, news| {
        let rules = [&POST_DELETE, &POST_DELETE_OTHERS];
        let (granted, post, channel) = changeable(tx, rules, &caller, &post_id)?;
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::POST_DELETE_CHANNEL_DELETED));
        }
        sql::delete(tx, &post.id, granted.at())?;
        news.tell(
            "post_deleted",
            json!({"post": post.as_text()}),
            Audience::channel(&post.channel_id),
        );
        Ok(())
    })
}

/// Returns a post that the caller may change: one's own by the first rule, another user's by the second. Mattermost: a
/// post that does not exist is one that nobody may change.
fn changeable(
    tx: &Tx,
    [own, others]: [&'static Rule; 2],
    caller: &Caller,
    post_id: &str,
) -> Result<(Granted, Post, Channel), AppError> {
    let (post, channel) = located(tx, post_id)?.ok_or(own.refused)?;
    let is_own = post.user_id == caller.user_id;
    let granted = channel::ask(tx, if is_own { own } else { others }, caller, &channel)?;
    Ok((granted, post, channel))
}
