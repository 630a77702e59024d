//! Posts, their threads and reactions. Owns who may post where, and what a post may look like. Mattermost: a post leaves
//! no audit row; it is its own record.

pub mod api;
pub mod sql;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::channel::{self, Channel, Here};
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::id;
use crate::permission::{Caller, Granted, POST_CREATE, POST_CREATE_PUBLIC};
use crate::store::Tx;
use crate::user::{self, User};

/// Mattermost: letters of a message at most.
const MESSAGE_LETTERS: usize = 16_383;

/// Mattermost: letters of the props at most, as JSON.
const PROPS_LETTERS: usize = 8000;

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
    /// An object, as the client sent it.
    pub props: Value,
    /// The `#words` in it.
    pub hashtags: String,
    /// Chosen by the client.
    pub pending_post_id: String,
    /// Answers in its thread.
    pub reply_count: i64,
    /// When the last of them was made.
    pub last_reply_at: Millis,
    participants: Option<()>,
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
            pending_post_id: String::new(),
            reply_count: 0,
            last_reply_at: 0,
            participants: None,
            metadata: json!({}),
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
    fn first_id(&self) -> &str {
        if self.root_id.is_empty() {
            &self.id
        } else {
            &self.root_id
        }
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

/// What a client sends to post.
#[derive(Clone, Debug, Default)]
pub struct NewPost {
    /// What it says.
    pub message: String,
    /// The first post of the thread; empty: none.
    pub root_id: String,
    /// Empty, or a type of the client's own.
    pub kind: String,
    /// An object.
    pub props: Map<String, Value>,
    /// The same again is the same post.
    pub pending_post_id: String,
    /// 0: now. A system admin may say.
    pub create_at: Millis,
    /// Whether the author counts as online.
    pub set_online: bool,
}

/// Posts.
///
/// # Errors
/// In Mattermost's order: the type is one of the system's, the channel is archived, the thread, the message.
pub fn create(
    app: &App,
    granted: Granted,
    channel_id: &str,
    new: NewPost,
) -> Result<Post, AppError> {
    let (channel_id, clock) = (channel_id.to_owned(), app.clock.clone());
    if new.set_online {
        app.hub.is_active(&granted.caller().user_id, granted.at());
    }
    app.change(move |tx, news| {
        let author = user::find(tx, &granted.caller().user_id)?;
        let channel = channel::find(tx, &channel_id)?;
        if new.kind.starts_with("system_") {
            return Err(AppError::new(&error::POST_TYPE));
        }
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::POST_CHANNEL_DELETED));
        }
        if let Some(same) = sql::by_pending_id(tx, &author.id, &new.pending_post_id)? {
            return Ok(same);
        }
        // The time of the change, not of the request: so posts are listed in the order in which they are heard.
        let mut post = Post::new(&author.id, &channel.id, new.message, clock.now());
        if new.create_at > 0 {
            (post.create_at, post.update_at) = (new.create_at, new.create_at);
        }
        post.root_id = thread_of(tx, &new.root_id, &channel)?;
        post.parent_id.clone_from(&post.root_id);
        post.kind = new.kind;
        post.pending_post_id = new.pending_post_id;
        post.props = Value::Object(new.props);
        if author.is_bot() {
            post.props["from_bot"] = "true".into();
        }
        post.check()?;
        publish(tx, news, &channel, &author, &post, new.set_online)?;
        channel::sql::viewed(tx, &channel.id, &author.id, post.create_at)?;
        news.tell(
            "channel_viewed",
            json!({"channel_id": channel.id}),
            Audience::user(&author.id),
        );
        sql::with_replies(tx, post)
    })
}

/// The first post of the thread that a post belongs to.
fn thread_of(tx: &Tx, root_id: &str, channel: &Channel) -> Result<String, AppError> {
    if root_id.is_empty() {
        return Ok(String::new());
    }
    let root =
        sql::by_id(tx, root_id)?.filter(|root| root.delete_at == 0 && root.root_id.is_empty());
    match root {
        None => Err(AppError::new(&error::POST_ROOT)),
        Some(root) if root.channel_id != channel.id => {
            Err(AppError::new(&error::POST_ROOT_CHANNEL))
        }
        Some(root) => Ok(root.id),
    }
}

/// Adds what the system says, in the name of the account that it is about.
pub fn add_system(
    tx: &Tx,
    news: &mut News,
    channel: &Channel,
    user: &User,
    kind: &str,
    message: String,
    at: Millis,
) -> Result<(), AppError> {
    let mut post = Post::new(&user.id, &channel.id, message, at);
    post.kind = kind.to_owned();
    post.props = json!({"username": user.username});
    publish(tx, news, channel, user, &post, false)
}

/// Writes the post and tells those who are in the channel.
fn publish(
    tx: &Tx,
    news: &mut News,
    channel: &Channel,
    author: &User,
    post: &Post,
    set_online: bool,
) -> Result<(), AppError> {
    let system = post.kind.starts_with("system_");
    sql::insert(tx, post)?;
    channel::sql::posted(tx, &channel.id, post.create_at, !system)?;
    let mut data = json!({
        "channel_display_name": channel.display_name,
        "channel_name": channel.name,
        "channel_type": channel.kind,
        "post": post.as_text(),
        "sender_name": if system { "System".to_owned() } else { format!("@{}", author.username) },
        "set_online": set_online,
        "team_id": channel.team_id,
    });
    if channel.kind == "D" {
        data["channel_display_name"] = format!("@{}", author.username).into();
    }
    let mentioned = if system {
        Vec::new()
    } else {
        mentions(tx, channel, author, &post.message)?
    };
    for user_id in &mentioned {
        channel::sql::mentioned(tx, &channel.id, user_id)?;
    }
    if !mentioned.is_empty() {
        data["mentions"] = json!(mentioned).to_string().into();
    }
    news.tell("posted", data, Audience::channel(&channel.id));
    Ok(())
}

/// Who is mentioned: by `@name`, everybody by `@channel` and `@all`, and the other one in a direct channel.
fn mentions(
    tx: &Tx,
    channel: &Channel,
    author: &User,
    message: &str,
) -> Result<Vec<String>, AppError> {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let names: Vec<String> = message
        .split('@')
        .skip(1)
        .map(|rest| {
            rest.split(|end| !letter(end))
                .next()
                .unwrap_or_default()
                .trim_end_matches('.')
                .to_lowercase()
        })
        .filter(|name| !name.is_empty())
        .take(50)
        .collect();
    if names.is_empty() && channel.kind != "D" {
        return Ok(Vec::new());
    }
    let everybody = channel.kind == "D"
        || names
            .iter()
            .any(|name| ["channel", "all"].contains(&name.as_str()));
    let mut mentioned = if everybody {
        channel::sql::member_ids(tx, &channel.id)?
    } else {
        Vec::new()
    };
    for name in names {
        let user = user::sql::by_username(tx, &name)?;
        if let Some(user) = user
            && !mentioned.contains(&user.id)
            && channel::sql::member(tx, &channel.id, &user.id)?.is_some()
        {
            mentioned.push(user.id);
        }
    }
    mentioned.retain(|user_id| *user_id != author.id);
    Ok(mentioned)
}

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

/// The post with the id.
///
/// # Errors
/// There is none, or it was deleted.
pub fn find(tx: &Tx, id: &str) -> Result<Post, AppError> {
    sql::by_id(tx, id)?
        .filter(|post| post.delete_at == 0)
        .ok_or_else(|| AppError::new(&error::POST_MISSING))
}

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

/// A post that only one account hears of, and nobody keeps.
pub fn ephemeral(
    app: &App,
    granted: Granted,
    user_id: &str,
    channel_id: &str,
    message: String,
) -> Result<Post, AppError> {
    let mut post = Post::new(&granted.caller().user_id, channel_id, message, granted.at());
    post.kind = "system_ephemeral".to_owned();
    post.check()?;
    let user_id = user_id.to_owned();
    app.change(move |_, news| {
        news.tell(
            "ephemeral_message",
            json!({"post": post.as_text()}),
            Audience {
                channel_id: post.channel_id.clone(),
                ..Audience::user(&user_id)
            },
        );
        Ok(post)
    })
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
