//! HTTP endpoints of posts.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::sql::Window;
use super::{NewPost, Patch, Post, Reaction, find, sql};
use crate::channel::{self, Channel, Here, may_read};
use crate::error::{self, AppError};
use crate::http::engine::Response;
use crate::http::{Answer, Context, answer, json as of_json};
use crate::permission::{
    CHANNEL_READ, Granted, POST_CREATE, POST_DELETE, POST_DELETE_OTHERS, POST_EDIT,
    POST_EDIT_OTHERS, POST_EPHEMERAL, REACTION_ADD, REACTION_REMOVE, REACTION_REMOVE_OTHERS,
    TEAM_VIEW,
};
use crate::store::Tx;
use crate::{id, team};

/// `POST /posts`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "post")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let caller = cx.caller()?;
    let channel_id = text("channel_id");
    let refused = || POST_CREATE.refusal();
    let granted = cx.app.store.read(|tx| {
        // Mattermost: a channel that does not exist is one where nobody may post.
        let channel = channel::sql::by_id(tx, &channel_id)?.ok_or_else(refused)?;
        super::may_post(
            caller,
            &channel,
            channel::permissions(tx, caller, &channel)?,
        )
    })?;
    let sent_at = body
        .get("create_at")
        .and_then(Value::as_i64)
        .filter(|at| *at > 0);
    let new = NewPost {
        message: text("message"),
        root_id: text("root_id"),
        kind: text("type").chars().take(26).collect(),
        props: object_of(body.get("props")).unwrap_or_default(),
        pending_post_id: text("pending_post_id").chars().take(64).collect(),
        create_at: if caller.is_system_admin() {
            sent_at.unwrap_or(0)
        } else {
            0
        },
        set_online: cx.request.query("set_online") != Some("false"),
    };
    Ok(answer::created(&super::create(
        cx.app,
        granted,
        &channel_id,
        new,
    )?))
}

fn object_of(value: Option<&Value>) -> Option<Map<String, Value>> {
    value.and_then(Value::as_object).cloned()
}

/// `POST /posts/ephemeral`
pub fn create_ephemeral(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "body")?;
    let user_id = body.required("user_id")?;
    let post = object_of(body.get("post")).ok_or_else(|| AppError::body_param("post"))?;
    let text = |name: &str| post.get(name).and_then(Value::as_str).unwrap_or_default();
    let granted = POST_EPHEMERAL.ask(cx.caller()?)?;
    Ok(answer::created(&super::ephemeral(
        cx.app,
        granted,
        user_id,
        text("channel_id"),
        text("message").to_owned(),
    )?))
}

/// The post in the path, where it stands, and what the caller may do there.
fn at(cx: &Context) -> Result<(Post, Channel, Here), AppError> {
    let (post_id, caller) = (cx.id("post_id")?, cx.caller()?);
    cx.app.store.read(|tx| {
        let post = find(tx, post_id)?;
        let channel = channel::find(tx, &post.channel_id)?;
        let here = channel::permissions(tx, caller, &channel)?;
        Ok((sql::with_replies::<AppError>(tx, post)?, channel, here))
    })
}

fn readable(cx: &Context) -> Result<(Post, Granted), AppError> {
    let (post, channel, here) = at(cx)?;
    Ok((post, may_read(cx.caller()?, &channel, here)?))
}

/// `GET /posts/{post_id}`
pub fn get(cx: &Context) -> Answer {
    let (post, _) = readable(cx)?;
    Ok(cx.unless_known(
        &format!("{}.{}.{}", post.id, post.update_at, post.reply_count),
        || answer::json(&post),
    ))
}

/// `PUT /posts/{post_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "post")?;
    change(cx, &body)
}

/// `PUT /posts/{post_id}`
pub fn update(cx: &Context) -> Answer {
    let post_id = cx.id("post_id")?;
    let body = of_json::object(cx.body(), "post")?;
    if body.text("id") != Some(post_id) {
        return Err(AppError::body_param("id"));
    }
    change(cx, &body)
}

fn change(cx: &Context, body: &of_json::Object) -> Answer {
    let granted = may_change(cx, [&POST_EDIT, &POST_EDIT_OTHERS])?;
    let patch = Patch {
        message: body.text("message").map(str::to_owned),
        is_pinned: body.bool("is_pinned"),
        props: object_of(body.get("props")),
    };
    Ok(answer::json(&super::update(
        cx.app,
        granted,
        cx.id("post_id")?,
        patch,
    )?))
}

/// One's own with the first rule, somebody else's with the second. Mattermost: a post that does not exist is one that
/// nobody may change.
fn may_change(
    cx: &Context,
    [own, others]: [&'static crate::permission::Rule; 2],
) -> Result<Granted, AppError> {
    cx.id("post_id")?;
    let found = at(cx).map_err(|error| {
        if error.is(&error::POST_MISSING) {
            own.refusal()
        } else {
            error
        }
    });
    let (post, _, here) = found?;
    let caller = cx.caller()?;
    if post.user_id == caller.user_id {
        own.ask_in(caller, here.all)
    } else {
        others.ask_in(caller, here.all)
    }
}

/// `DELETE /posts/{post_id}`
pub fn delete(cx: &Context) -> Answer {
    let granted = may_change(cx, [&POST_DELETE, &POST_DELETE_OTHERS])?;
    super::delete(cx.app, granted, cx.id("post_id")?)?;
    Ok(answer::ok())
}

/// `POST /posts/{post_id}/pin`
pub fn pin(cx: &Context) -> Answer {
    set_pinned(cx, true)
}

/// `POST /posts/{post_id}/unpin`
pub fn unpin(cx: &Context) -> Answer {
    set_pinned(cx, false)
}

fn set_pinned(cx: &Context, pinned: bool) -> Answer {
    let (post, granted) = readable(cx)?;
    let patch = Patch {
        is_pinned: Some(pinned),
        ..Patch::default()
    };
    super::update(cx.app, granted, &post.id, patch)?;
    Ok(answer::ok())
}

/// A list of posts: their order, and each by its id.
#[derive(Serialize)]
struct List {
    order: Vec<String>,
    posts: Map<String, Value>,
    next_post_id: String,
    prev_post_id: String,
}

impl List {
    fn new(tx: &Tx, posts: Vec<Post>) -> Result<List, AppError> {
        let order = posts.iter().map(|post| post.id.clone()).collect();
        let mut by_id = Map::new();
        for post in posts {
            // The first post of a thread comes with its answers.
            if !post.root_id.is_empty()
                && !by_id.contains_key(&post.root_id)
                && let Some(root) = sql::by_id(tx, &post.root_id)?
            {
                by_id.insert(
                    root.id.clone(),
                    json!(sql::with_replies::<AppError>(tx, root)?),
                );
            }
            by_id.insert(
                post.id.clone(),
                json!(sql::with_replies::<AppError>(tx, post)?),
            );
        }
        Ok(List {
            order,
            posts: by_id,
            next_post_id: String::new(),
            prev_post_id: String::new(),
        })
    }
}

/// `GET /channels/{channel_id}/posts`
pub fn list(cx: &Context) -> Answer {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    let id_of = |name| match cx.request.query(name) {
        None | Some("") => Ok(None),
        Some(text) if id::is_valid(text) => Ok(Some(text)),
        Some(_) => Err(AppError::url_param(name)),
    };
    let (before, after) = (id_of("before")?, id_of("after")?);
    let since = match cx.request.query("since") {
        None | Some("") => 0,
        Some(text) => text.parse().map_err(|_| AppError::url_param("since"))?,
    };
    let list = cx.app.store.read(|tx| {
        let channel = channel::sql::by_id(tx, channel_id)?.ok_or_else(|| CHANNEL_READ.refusal())?;
        CHANNEL_READ.ask_in(caller, channel::permissions(tx, caller, &channel)?.all)?;
        let limit = cx.page().limit;
        let (posts, paged) = match (before, after) {
            _ if since > 0 => (sql::list(tx, channel_id, Window::Since(since))?, false),
            (Some(id), _) => (
                sql::list(tx, channel_id, Window::Before(&find(tx, id)?, limit))?,
                true,
            ),
            (None, Some(id)) => (
                sql::list(tx, channel_id, Window::After(&find(tx, id)?, limit))?,
                true,
            ),
            (None, None) => (sql::list(tx, channel_id, Window::Page(cx.page()))?, true),
        };
        let neighbour = |window| {
            Ok::<_, AppError>(
                sql::list(tx, channel_id, window)?
                    .pop()
                    .map_or_else(String::new, |post| post.id),
            )
        };
        let (mut next, mut prev) = (String::new(), String::new());
        if let (true, Some(newest), Some(oldest)) = (paged, posts.first(), posts.last()) {
            next = neighbour(Window::After(newest, 1))?;
            prev = neighbour(Window::Before(oldest, 1))?;
        }
        Ok(List {
            next_post_id: next,
            prev_post_id: prev,
            ..List::new(tx, posts)?
        })
    })?;
    let newest = list
        .posts
        .values()
        .filter_map(|post| post["update_at"].as_i64())
        .max()
        .unwrap_or(0);
    let etag = format!("{channel_id}.{}.{newest}", list.order.join("."));
    let etag = crate::secret::SecretHash::of(&etag).as_str()[..32].to_owned();
    Ok(cx.unless_known(&etag, || answer::json(&list)))
}

/// `GET /posts/{post_id}/thread`
pub fn thread(cx: &Context) -> Answer {
    let (post, _) = readable(cx)?;
    Ok(shown(cx.app.store.read(|tx| {
        List::new(tx, sql::thread(tx, post.first_id())?)
    })?))
}

/// `GET /channels/{channel_id}/pinned`
pub fn pinned(cx: &Context) -> Answer {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    let list = cx.app.store.read(|tx| {
        let channel = channel::find(tx, channel_id)?;
        CHANNEL_READ.ask_in(caller, channel::permissions(tx, caller, &channel)?.all)?;
        List::new(tx, sql::pinned(tx, channel_id)?)
    })?;
    Ok(shown(list))
}

fn shown(list: List) -> Response {
    answer::json(&list)
}

/// Words of a search that are looked at.
const WORDS: usize = 8;

/// `POST /teams/{team_id}/posts/search`
pub fn search(cx: &Context) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    let body = of_json::object(cx.body(), "search")?;
    let terms = body.required("terms")?.to_lowercase();
    let words: Vec<String> = terms
        .split_whitespace()
        .map(|word| word.trim_matches('"').to_owned())
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .collect();
    let any = body.bool("is_or_search").unwrap_or(false);
    let list = cx.app.store.read(|tx| {
        TEAM_VIEW.ask_in(caller, team::permissions(tx, caller, team_id)?)?;
        let found = if words.is_empty() {
            Vec::new()
        } else {
            sql::search(tx, &caller.user_id, team_id, &words, any)?
        };
        List::new(tx, found)
    })?;
    Ok(shown(list))
}

/// `POST /reactions`
pub fn add_reaction(cx: &Context) -> Answer {
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
    let (granted, channel_id) = cx.app.store.read(|tx| {
        let post = find(tx, &reaction.post_id).map_err(|_| REACTION_ADD.refusal())?;
        let channel = channel::find(tx, &post.channel_id)?;
        Ok((
            REACTION_ADD.ask_in(caller, channel::permissions(tx, caller, &channel)?.all)?,
            channel.id,
        ))
    })?;
    Ok(answer::json(&super::react(
        cx.app,
        granted,
        reaction,
        &channel_id,
        true,
    )?))
}

/// `GET /posts/{post_id}/reactions`
pub fn reactions(cx: &Context) -> Answer {
    let (post, _) = readable(cx)?;
    Ok(answer::json(
        &cx.app.store.read(|tx| Ok(sql::reactions(tx, &post.id)?))?,
    ))
}

/// `DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}`
pub fn delete_reaction(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let (post, _, here) = at(cx)?;
    let caller = cx.caller()?;
    let rule = if user_id == caller.user_id {
        &REACTION_REMOVE
    } else {
        &REACTION_REMOVE_OTHERS
    };
    let granted = rule.ask_in(caller, here.all)?;
    let reaction = Reaction {
        user_id: user_id.to_owned(),
        post_id: post.id,
        emoji_name: cx.param("emoji_name").to_owned(),
        create_at: 0,
    };
    super::react(cx.app, granted, reaction, &post.channel_id, false)?;
    Ok(answer::ok())
}
