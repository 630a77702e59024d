//! Reactions to posts.

use serde::Serialize;
use serde_json::json;

use super::{reachable, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::config::UNIQUE_EMOJI_REACTION_LIMIT_PER_POST;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::{Caller, REACTION_ADD, REACTION_REMOVE, REACTION_REMOVE_OTHERS};

/// A reaction as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Reaction {
    /// The user who reacts.
    pub user_id: String,
    /// The post.
    pub post_id: String,
    /// The name of the emoji.
    pub emoji_name: String,
    /// The time of the reaction.
    pub create_at: Millis,
    update_at: Millis,
    delete_at: Millis,
    remote_id: &'static str,
    /// The channel of the post.
    pub channel_id: String,
}

impl Reaction {
    /// Returns a reaction of that time; the channel of the post is filled in when the post is found.
    pub fn new(user_id: &str, post_id: &str, emoji_name: &str, at: Millis) -> Reaction {
        Reaction {
            user_id: user_id.to_owned(),
            post_id: post_id.to_owned(),
            emoji_name: emoji_name.to_owned(),
            create_at: at,
            update_at: at,
            delete_at: 0,
            remote_id: "",
            channel_id: String::new(),
        }
    }
}

/// Adds a reaction of the caller.
///
/// # Errors
/// The rule's refusal, also where there is no such post; its channel is archived; the post has too many different emoji.
pub fn add(app: &App, caller: &Caller, mut reaction: Reaction) -> Result<Reaction, AppError> {
    let caller = caller.clone();
    let most = app.config.last().int(&UNIQUE_EMOJI_REACTION_LIMIT_PER_POST);
    app.change(move |tx, news| {
        let (_, _, channel) = reachable(tx, &REACTION_ADD, &caller, &reaction.post_id)?;
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        if !reaction.emoji_name.bytes().all(is_letter) {
            return Err(AppError::new(&error::REACTION_EMOJI));
        }
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::REACTION_ARCHIVED));
        }
        sql::insert_reaction(tx, &reaction)?;
        if sql::has_more_emoji(tx, &reaction.post_id, most)? {
            return Err(AppError::named(&error::REACTION_LIMIT, &most.to_string()));
        }
        reaction.channel_id = channel.id;
        tell(news, "reaction_added", &reaction);
        Ok(reaction)
    })
}

/// Takes a reaction away.
///
/// # Errors
/// The rule's refusal, also where there is no such post; its channel is archived.
pub fn remove(app: &App, caller: &Caller, mut reaction: Reaction) -> Result<(), AppError> {
    let caller = caller.clone();
    app.change(move |tx, news| {
        let (_, _, channel) = reachable(tx, &REACTION_REMOVE, &caller, &reaction.post_id)?;
        if reaction.user_id != caller.user_id {
            REACTION_REMOVE_OTHERS.ask(&caller)?;
        }
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::REACTION_ARCHIVED_DELETE));
        }
        sql::delete_reaction(tx, &reaction)?;
        reaction.channel_id = channel.id;
        tell(news, "reaction_removed", &reaction);
        Ok(())
    })
}

fn tell(news: &mut News, name: &'static str, reaction: &Reaction) {
    let text = serde_json::to_string(reaction).unwrap_or_default();
    let data = json!({"reaction": text});
    news.tell(name, data, Audience::channel(&reaction.channel_id));
}
