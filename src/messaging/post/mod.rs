//! Posts, their threads and reactions. Owns who may post where, and what a post may look like. Mattermost: a post leaves
//! no audit row; it is its own record.

pub mod action;
pub mod attachment;
mod create;
pub mod dialog;
mod edit;
pub mod markdown;
pub mod reaction;
pub mod search;
pub mod sql;
pub mod system;
mod unread;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use self::create::{
    NewPost, OfIntegration, by_integration, by_integration_for_one, create, ephemeral,
};
pub use self::edit::{PostPatch, delete, set_pinned, update};
pub use self::unread::set_unread;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::channel::{self, Channel, ChannelKind, Here, may_read};
use crate::messaging::file::FileInfo;
use crate::permission::{
    CHANNEL_READ, Caller, Granted, POST_CREATE, POST_CREATE_PUBLIC, POST_READ_DELETED, Rule,
};
use crate::store::Tx;
use crate::user::User;
use reaction::Reaction;

/// Mattermost: letters of a message at most.
pub const MESSAGE_LETTERS: usize = 16_383;

/// Mattermost: letters of the props at most, as JSON.
pub const PROPS_LETTERS: usize = 8000;

/// Mattermost: members of the props by which clients tell who speaks; only integrations may say.
const PROPS_OF_INTEGRATIONS: [&str; 8] = [
    "from_bot",
    "from_oauth_app",
    "from_plugin",
    "from_webhook",
    "override_icon_emoji",
    "override_icon_url",
    "override_username",
    "webhook_display_name",
];

/// Returns the props that the author may give a post. Those of integrations stay as they were, unless the author is a bot.
fn allowed_props(author: &User, mut props: Map<String, Value>, before: &Value) -> Value {
    if !author.is_bot() {
        for name in PROPS_OF_INTEGRATIONS {
            match before.get(name) {
                Some(value) => props.insert(name.to_owned(), value.clone()),
                None => props.remove(name),
            };
        }
    }
    Value::Object(props)
}

/// A post as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    /// 26 letters.
    pub id: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// When its message was changed last; 0: never.
    pub edit_at: Millis,
    /// Above 0: deleted then.
    pub delete_at: Millis,
    /// Whether it is pinned to its channel.
    pub is_pinned: bool,
    /// Who wrote it.
    pub user_id: String,
    /// Where.
    pub channel_id: String,
    /// The first post of its thread; empty: it is none, or the first.
    pub root_id: String,
    /// Mattermost: the same, by its older name.
    pub parent_id: String,
    original_id: &'static str,
    /// What it says.
    pub message: String,
    /// Empty, or `system_...`.
    #[serde(rename = "type")]
    pub kind: String,
    /// An object, as the client sent it but for its attachments, which are complete.
    #[serde(serialize_with = "attachment::serialize_for_clients")]
    pub props: Value,
    /// The `#words` in it.
    pub hashtags: String,
    /// The ids of its files.
    pub file_ids: Vec<String>,
    /// Chosen by the client.
    pub pending_post_id: String,
    /// Answers in its thread.
    pub reply_count: i64,
    /// When the last of them was made.
    pub last_reply_at: Millis,
    participants: Option<()>,
    /// Whether somebody reacted to it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_reactions: bool,
    metadata: Value,
}

impl Post {
    fn new(user_id: &str, channel_id: &str, message: String, now: Millis) -> Post {
        Post {
            id: id::new(),
            create_at: now,
            update_at: now,
            edit_at: 0,
            delete_at: 0,
            is_pinned: false,
            user_id: user_id.to_owned(),
            channel_id: channel_id.to_owned(),
            root_id: String::new(),
            parent_id: String::new(),
            original_id: "",
            hashtags: hashtags(&message),
            message,
            kind: String::new(),
            props: json!({}),
            file_ids: Vec::new(),
            pending_post_id: String::new(),
            reply_count: 0,
            last_reply_at: 0,
            participants: None,
            has_reactions: false,
            metadata: json!({}),
        }
    }

    /// Gives the post its props, as they were sent.
    fn set_props(&mut self, mut props: Value) {
        attachment::complete_all(&mut props);
        attachment::show_embeds(&mut self.metadata, &props);
        self.props = props;
    }

    /// Shows reactions as those to the post.
    fn show_reactions(&mut self, reactions: &[Reaction]) {
        self.has_reactions = !reactions.is_empty();
        if self.has_reactions {
            self.metadata["reactions"] = json!(reactions);
        }
    }

    /// Shows files as those of the post.
    fn show(&mut self, files: &[FileInfo]) {
        self.file_ids = files.iter().map(|file| file.id.clone()).collect();
        if !files.is_empty() {
            self.metadata["files"] = json!(files);
        }
    }

    fn check(&self) -> Result<(), AppError> {
        if self.message.chars().count() > MESSAGE_LETTERS || self.message.contains('\0') {
            return Err(AppError::new(&error::POST_MESSAGE));
        }
        if self.props.to_string().chars().count() > PROPS_LETTERS {
            return Err(AppError::new(&error::POST_PROPS));
        }
        Ok(())
    }

    /// The first post of its thread, which may be itself.
    pub fn first_id(&self) -> &str {
        if self.root_id.is_empty() {
            &self.id
        } else {
            &self.root_id
        }
    }

    /// Whether it was posted by an incoming webhook.
    fn is_of_webhook(&self) -> bool {
        self.props.get("from_webhook").and_then(Value::as_str) == Some("true")
    }

    /// Returns who is told to have written it. Mattermost: a webhook under its own name, but not in a direct channel.
    fn sender_name(&self, channel: &Channel, author: &User) -> String {
        let own_name = self.props.get("override_username").and_then(Value::as_str);
        match own_name {
            Some(name) if self.is_of_webhook() && channel.kind != ChannelKind::Direct => {
                name.to_owned()
            }
            _ => format!("@{}", author.username),
        }
    }

    /// Returns all words in which somebody may be mentioned: those of the message and of its attachments.
    fn words(&self) -> String {
        let attachments = self.props.get("attachments").and_then(Value::as_array);
        let of_attachments = attachments
            .into_iter()
            .flatten()
            .flat_map(|attachment| ["pretext", "text"].map(|name| &attachment[name]))
            .filter_map(Value::as_str);
        let words: Vec<&str> = std::iter::once(self.message.as_str())
            .chain(of_attachments)
            .collect();
        words.join("\n")
    }

    fn as_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The `#words` of a message, with spaces between.
fn hashtags(message: &str) -> String {
    let letter = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
    let tag = |word: &str| {
        let name = word
            .strip_prefix('#')?
            .trim_end_matches(|end: char| !end.is_alphanumeric());
        let fits = name.chars().count() >= 3
            && name.chars().next()?.is_alphabetic()
            && name.chars().all(letter);
        fits.then(|| format!("#{name}"))
    };
    message
        .split_whitespace()
        .filter_map(tag)
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(1000)
        .collect()
}

/// Whether the caller may post in the channel: with `create_post` there, or, where it is public, with
/// `create_post_public` in the team or everywhere. Membership of the team is not asked for.
///
/// # Errors
/// 403.
pub fn may_post(caller: &Caller, channel: &Channel, here: Here) -> Result<Granted, AppError> {
    let granted = POST_CREATE.ask_in(caller, here.all);
    if channel.is_public() {
        granted.or_else(|_| POST_CREATE_PUBLIC.ask_in(caller, here.team))
    } else {
        granted
    }
}

/// Returns the post with the id.
///
/// # Errors
/// There is none, or it was deleted.
pub fn find(tx: &Tx, id: &str) -> Result<Post, AppError> {
    let post = sql::by_id(tx, id)?.filter(|post| post.delete_at == 0);
    Ok(post.ok_or(&error::POST_MISSING)?)
}

/// Returns the post with the id and its channel, or `None` if there is none or it was deleted.
fn located(tx: &Tx, id: &str) -> Result<Option<(Post, Channel)>, AppError> {
    let Some(post) = sql::by_id(tx, id)?.filter(|post| post.delete_at == 0) else {
        return Ok(None);
    };
    let channel = channel::find(tx, &post.channel_id)?;
    Ok(Some((post, channel)))
}

/// Returns a post whose channel the caller may read, with its replies counted.
///
/// # Errors
/// There is no such post; 403.
pub fn readable(tx: &Tx, caller: &Caller, id: &str) -> Result<Post, AppError> {
    let (post, channel) = located(tx, id)?.ok_or(&error::POST_MISSING)?;
    may_read(
        caller,
        &channel,
        channel::permissions(tx, caller, &channel)?,
    )?;
    sql::with_replies(tx, post)
}

/// Returns a post that may be deleted.
///
/// # Errors
/// 403 for everyone but system admins; there never was such a post.
pub fn readable_also_deleted(tx: &Tx, caller: &Caller, id: &str) -> Result<Post, AppError> {
    POST_READ_DELETED.ask(caller)?;
    let post = sql::by_id(tx, id)?.ok_or(&error::POST_MISSING)?;
    sql::with_replies(tx, post)
}

/// Returns a post whose channel the caller reads as a member.
///
/// # Errors
/// The refusal of `CHANNEL_READ`; the post was deleted, or is none.
pub fn readable_by_member(tx: &Tx, caller: &Caller, id: &str) -> Result<Post, AppError> {
    let (_, post, _) = reachable(tx, &CHANNEL_READ, caller, id)?;
    Ok(post)
}

/// Asks a rule in the channel of a post. `None` when the post was deleted, or is none. Mattermost: a post that never was is
/// one for which the permission is needed everywhere.
///
/// # Errors
/// The rule's refusal.
pub fn reached(
    tx: &Tx,
    rule: &'static Rule,
    caller: &Caller,
    id: &str,
) -> Result<Option<(Granted, Post, Channel)>, AppError> {
    let Some(post) = sql::by_id(tx, id)? else {
        rule.ask(caller)?;
        return Ok(None);
    };
    let channel = channel::find(tx, &post.channel_id)?;
    let granted = channel::ask(tx, rule, caller, &channel)?;
    Ok((post.delete_at == 0).then_some((granted, post, channel)))
}

/// Returns a post in whose channel the rule permits.
///
/// # Errors
/// The rule's refusal; the post was deleted, or is none.
pub fn reachable(
    tx: &Tx,
    rule: &'static Rule,
    caller: &Caller,
    id: &str,
) -> Result<(Granted, Post, Channel), AppError> {
    Ok(reached(tx, rule, caller, id)?.ok_or(&error::POST_MISSING)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_are_words_with_a_letter_first() {
        assert_eq!(
            hashtags("#alpha and #beta, #1no #ab (#gamma)"),
            "#alpha #beta"
        );
    }
}
