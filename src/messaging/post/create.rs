//! How posts come to be, and who hears of them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Post, may_post, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::{self, Audience, News};
use crate::id;
use crate::messaging::channel::{self, Channel, ChannelKind};
use crate::messaging::file;
use crate::permission::{Caller, Granted, POST_CREATE, POST_EPHEMERAL};
use crate::store::Tx;
use crate::user::{self, User};

/// What a client sends to post.
#[derive(Clone, Debug, Default)]
pub struct NewPost {
    /// What it says.
    pub message: String,
    /// The first post of the thread; empty: none.
    pub root_id: String,
    /// Empty, or a type of the client's own.
    pub kind: String,
    /// Its files, in their order; those that are not there for it are left out.
    pub file_ids: Vec<String>,
    /// Empty: it is a new one, as it must be.
    pub id: String,
    /// An object.
    pub props: Map<String, Value>,
    /// The same again is the same post.
    pub pending_post_id: String,
    /// 0: now. A system admin may say.
    pub create_at: Millis,
    /// Whether it is pinned to its channel.
    pub is_pinned: bool,
    /// Whether the author counts as online.
    pub set_online: bool,
    /// Whether nobody has one more unread post or mention by it; integrations may say.
    pub silent: bool,
}

/// Creates a post in the caller's name.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the type is one of the system's, the channel is archived, the thread, the
/// message.
pub fn create(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    new: NewPost,
) -> Result<Post, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    let (clock, hub) = (app.clock.clone(), Arc::clone(&app.hub));
    app.change(move |tx, news| {
        // Mattermost: a channel that does not exist is one where nobody may post.
        let channel = channel::sql::by_id(tx, &channel_id)?.ok_or(POST_CREATE.refused)?;
        let granted = may_post(
            &caller,
            &channel,
            channel::permissions(tx, &caller, &channel)?,
        )?;
        if new.set_online {
            hub.is_active(&caller.user_id, granted.at());
        }
        let author = user::find(tx, &caller.user_id)?;
        if new.silent && !author.is_bot() {
            return Err(AppError::new(&error::PERMISSIONS));
        }
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
        let chosen = caller.id_of_new(&new.id, &error::POST_EXISTING);
        if new.create_at > 0 {
            (post.create_at, post.update_at) = (new.create_at, new.create_at);
        }
        post.root_id = thread_of(tx, &new.root_id, &channel)?;
        post.id = chosen?;
        post.parent_id.clone_from(&post.root_id);
        post.kind = new.kind;
        post.is_pinned = new.is_pinned;
        post.pending_post_id = new.pending_post_id;
        post.set_props(super::allowed_props(&author, new.props, &Value::Null));
        if author.is_bot() {
            post.props["from_bot"] = "true".into();
        }
        post.check()?;
        check_kind_and_files(&post.kind, &new.file_ids)?;
        sql::insert(tx, &post)?;
        post.show(&file::attach(
            tx,
            &caller,
            &channel,
            &post.id,
            &new.file_ids,
        )?);
        let delivery = Delivery {
            set_online: new.set_online,
            silent: new.silent,
        };
        publish(tx, news, &channel, &author, &post, delivery)?;
        channel::sql::viewed(tx, &channel.id, &author.id, post.create_at)?;
        news.tell(
            "channel_viewed",
            json!({"channel_id": channel.id}),
            Audience::user(&author.id),
        );
        sql::with_replies(tx, post)
    })
}

/// What an integration posts in the name of an account.
#[derive(Clone, Debug, Default)]
pub struct OfIntegration {
    /// Empty, or a type that clients know.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// The first post of the thread; empty: none.
    pub root_id: String,
    /// An object; its attachments are complete.
    pub props: Map<String, Value>,
}

/// Creates a post of an integration, at that time, in the name of an author who need not be in the channel.
///
/// # Errors
/// The type is one of the system's, or none; message or props are too long.
pub fn by_integration(
    tx: &Tx,
    news: &mut News,
    (_, channel, author, at): (&Granted, &Channel, &User, Millis),
    new: OfIntegration,
) -> Result<Post, AppError> {
    if new.kind.starts_with("system_") {
        return Err(AppError::new(&error::POST_TYPE));
    }
    let root_id = thread_of(tx, &new.root_id, channel)?;
    let mut post = post_of(channel, author, at, new);
    post.root_id.clone_from(&root_id);
    post.parent_id = root_id;
    let refused = |refused: AppError| {
        AppError::new(&error::WEBHOOK_POST).detail(format!("err={}", refused.message()))
    };
    post.check().map_err(refused)?;
    check_kind_and_files(&post.kind, &[]).map_err(refused)?;
    sql::insert(tx, &post)?;
    publish(tx, news, channel, author, &post, Delivery::default())?;
    Ok(post)
}

fn post_of(channel: &Channel, author: &User, at: Millis, new: OfIntegration) -> Post {
    let mut post = Post::new(&author.id, &channel.id, new.message, at);
    post.kind = new.kind;
    post.set_props(Value::Object(new.props));
    if author.is_bot() {
        post.props["from_bot"] = "true".into();
    }
    post
}

/// Tells one account of a post of an integration that nobody keeps.
///
/// # Errors
/// Message or props are too long.
pub fn by_integration_for_one(
    news: &mut News,
    (_, channel, author, at): (&Granted, &Channel, &User, Millis),
    new: OfIntegration,
) -> Result<(), AppError> {
    let root_id = new.root_id.clone();
    let mut post = post_of(channel, author, at, new);
    post.kind = "system_ephemeral".to_owned();
    post.root_id.clone_from(&root_id);
    post.parent_id = root_id;
    post.check()?;
    tell_one(news, &author.id, &post);
    Ok(())
}

/// Mattermost: letters of a type at most.
const KIND_LETTERS: usize = 26;

/// Mattermost: letters of all file ids at most, as JSON.
const FILE_IDS_LETTERS: usize = 300;

fn check_kind_and_files(kind: &str, file_ids: &[String]) -> Result<(), AppError> {
    let known = ["", "me", "slack_attachment"].contains(&kind) || kind.starts_with("custom_");
    if !known || kind.chars().count() > KIND_LETTERS || kind.contains('\0') {
        return Err(AppError::new(&error::POST_KIND));
    }
    if json!(file_ids).to_string().chars().count() > FILE_IDS_LETTERS {
        return Err(AppError::new(&error::POST_FILE_IDS));
    }
    Ok(())
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

/// How a post reaches those who are in its channel.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Delivery {
    /// Whether the author counts as online.
    pub set_online: bool,
    /// Whether nobody has one more unread post or mention by it.
    pub silent: bool,
}

/// Tells those who are in the channel of a post that was written.
pub(super) fn publish(
    tx: &Tx,
    news: &mut News,
    channel: &Channel,
    author: &User,
    post: &Post,
    delivery: Delivery,
) -> Result<(), AppError> {
    let system = post.kind.starts_with("system_");
    channel::sql::posted(tx, &channel.id, post.create_at, !system && !delivery.silent)?;
    let mut data = json!({
        "channel_display_name": channel.display_name,
        "channel_name": channel.name,
        "channel_type": channel.kind,
        "post": post.as_text(),
        "sender_name": if system { "System".to_owned() } else { post.sender_name(channel, author) },
        "set_online": delivery.set_online,
        "team_id": channel.team_id,
    });
    if channel.kind == ChannelKind::Direct {
        data["channel_display_name"] = format!("@{}", author.username).into();
    }
    let mentioned = if system || delivery.silent {
        Vec::new()
    } else {
        mentions(tx, channel, author, post)?
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
    post: &Post,
) -> Result<Vec<String>, AppError> {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let message = post.words();
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
    if names.is_empty() && channel.kind != ChannelKind::Direct {
        return Ok(Vec::new());
    }
    let everybody = channel.kind == ChannelKind::Direct
        || names
            .iter()
            .any(|name| ["channel", "all"].contains(&name.as_str()));
    let mut mentioned = if everybody {
        event::sql::channel_member_ids(tx, &channel.id)?
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
    // Mattermost: a webhook may mention its owner.
    if !post.is_of_webhook() {
        mentioned.retain(|user_id| *user_id != author.id);
    }
    Ok(mentioned)
}

/// Publishes a post that only one user hears of, and nobody keeps.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, an id that is none, the message, there is no such user or channel.
pub fn ephemeral(
    app: &App,
    caller: &Caller,
    user_id: &str,
    channel_id: &str,
    message: String,
) -> Result<Post, AppError> {
    let (caller, user_id, channel_id) = (caller.clone(), user_id.to_owned(), channel_id.to_owned());
    app.change(move |tx, news| {
        let granted = POST_EPHEMERAL.ask(&caller)?;
        // Mattermost tells anybody and nobody alike; here a user and a channel that nobody has are told as such.
        if !id::is_valid(&user_id) {
            return Err(AppError::body_param("user_id"));
        }
        if !id::is_valid(&channel_id) {
            return Err(AppError::body_param("channel_id"));
        }
        let mut post = Post::new(&caller.user_id, &channel_id, message, granted.at());
        post.kind = "system_ephemeral".to_owned();
        post.check()?;
        user::find(tx, &user_id)?;
        channel::find(tx, &channel_id)?;
        tell_one(news, &user_id, &post);
        Ok(post)
    })
}

/// Tells one user of a post that nobody keeps.
pub(super) fn tell_one(news: &mut News, user_id: &str, post: &Post) {
    let to = Audience {
        channel_id: post.channel_id.clone(),
        ..Audience::user(user_id)
    };
    news.tell("ephemeral_message", json!({"post": post.as_text()}), to);
}
