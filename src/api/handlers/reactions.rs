//! HTTP endpoints of reactions.

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::post;
use crate::messaging::post::reaction::{self, Reaction};
use crate::permission::CHANNEL_READ;
use crate::store::Tx;

/// `POST /reactions`
pub fn add(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "reaction")?;
    let text = |name| body.text(name).unwrap_or_default();
    let caller = cx.caller()?;
    let [user_id, post_id, emoji_name] = ["user_id", "post_id", "emoji_name"].map(text);
    let reaction = Reaction::new(user_id, post_id, emoji_name, cx.app.clock.now());
    let name = &reaction.emoji_name;
    let name_fits = (1..=64).contains(&name.len());
    if !id::is_valid(&reaction.user_id) || !id::is_valid(&reaction.post_id) || !name_fits {
        return Err(AppError::new(&error::REACTION_INVALID));
    }
    if reaction.user_id != caller.user_id {
        return Err(AppError::new(&error::REACTION_OTHERS));
    }
    Ok(answer::json(&reaction::add(cx.app, caller, reaction)?))
}

/// `GET /posts/{post_id}/reactions`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let post_id = cx.id("post_id")?;
    // Mattermost: a post that was deleted has none.
    let reactions = match post::reached(tx, &CHANNEL_READ, cx.caller()?, post_id)? {
        Some((_, post, _)) => post::sql::reactions(tx, &post.id)?,
        None => Vec::new(),
    };
    Ok(answer::json(&reactions))
}

/// `DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}`
pub fn delete(cx: &Context) -> Answer {
    let (user_id, post_id) = (cx.id("user_id")?, cx.id("post_id")?);
    let reaction = Reaction::new(user_id, post_id, cx.param("emoji_name"), 0);
    reaction::remove(cx.app, cx.caller()?, reaction)?;
    Ok(answer::ok())
}
