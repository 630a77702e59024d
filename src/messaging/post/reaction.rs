//! Reactions to posts, and their HTTP endpoints.

use serde::Serialize;
use serde_json::json;

use super::{find, sql};
use crate::api::handlers::posts::in_reach;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::id;
use crate::messaging::channel;
use crate::permission::{
    CHANNEL_READ, Granted, REACTION_ADD, REACTION_REMOVE, REACTION_REMOVE_OTHERS,
};

/// A reaction as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Reaction {
    /// Who.
    pub user_id: String,
    /// To what.
    pub post_id: String,
    /// By which sign.
    pub emoji_name: String,
    /// When.
    pub create_at: Millis,
}

/// Adds a reaction, or takes it away.
pub fn react(
    app: &App,
    _: Granted,
    reaction: Reaction,
    channel_id: &str,
    add: bool,
) -> Result<Reaction, AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        if add {
            sql::insert_reaction(tx, &reaction)?;
        } else {
            sql::delete_reaction(tx, &reaction)?;
        }
        let text = serde_json::to_string(&reaction).unwrap_or_default();
        news.tell(
            if add {
                "reaction_added"
            } else {
                "reaction_removed"
            },
            json!({"reaction": text}),
            Audience::channel(&channel_id),
        );
        Ok(reaction)
    })
}

/// `POST /reactions`
pub fn add(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "reaction")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let caller = cx.caller()?;
    let reaction = Reaction {
        user_id: text("user_id"),
        post_id: text("post_id"),
        emoji_name: text("emoji_name"),
        create_at: cx.app.clock.now(),
    };
    let name_fits = (1..=64).contains(&reaction.emoji_name.len())
        && reaction
            .emoji_name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte));
    if !id::is_valid(&reaction.user_id) || !id::is_valid(&reaction.post_id) || !name_fits {
        return Err(AppError::body_param("reaction"));
    }
    if reaction.user_id != caller.user_id {
        return Err(AppError::new(&error::REACTION_OTHERS));
    }
    let (granted, channel_id) = cx.read(|tx| {
        let post = find(tx, &reaction.post_id).map_err(|_| REACTION_ADD.refusal())?;
        let channel = channel::find(tx, &post.channel_id)?;
        let here = channel::permissions(tx, caller, &channel)?;
        let granted = REACTION_ADD.ask_in(caller, here.all)?;
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::REACTION_ARCHIVED));
        }
        Ok((granted, channel.id))
    })?;
    Ok(answer::json(&react(
        cx.app,
        granted,
        reaction,
        &channel_id,
        true,
    )?))
}

/// `GET /posts/{post_id}/reactions`
pub fn list(cx: &Context) -> Answer {
    let (post, _) = in_reach(cx, &CHANNEL_READ)?;
    Ok(answer::json(
        &cx.read(|tx| Ok(sql::reactions(tx, &post.id)?))?,
    ))
}

/// `DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}`
pub fn delete(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let (post, granted) = in_reach(cx, &REACTION_REMOVE)?;
    let caller = cx.caller()?;
    if user_id != caller.user_id {
        REACTION_REMOVE_OTHERS.ask(caller)?;
    }
    let channel = cx.read(|tx| channel::find(tx, &post.channel_id))?;
    if channel.delete_at > 0 {
        return Err(AppError::new(&error::REACTION_ARCHIVED_DELETE));
    }
    let reaction = Reaction {
        user_id: user_id.to_owned(),
        post_id: post.id,
        emoji_name: cx.param("emoji_name").to_owned(),
        create_at: 0,
    };
    react(cx.app, granted, reaction, &channel.id, false)?;
    Ok(answer::ok())
}
