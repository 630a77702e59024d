//! HTTP endpoints of posts.

use serde_json::{Map, Value};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::channel::{self, Channel, Here, may_read};
use crate::messaging::post::{NewPost, Patch, Post, find, sql};
use crate::permission::{
    CHANNEL_READ, Granted, POST_CREATE, POST_DELETE, POST_DELETE_OTHERS, POST_EDIT,
    POST_EDIT_OTHERS, POST_EPHEMERAL, Rule,
};

/// `POST /posts`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "post")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let caller = cx.caller()?;
    let channel_id = text("channel_id");
    let refused = || POST_CREATE.refusal();
    let granted = cx.read(|tx| {
        // Mattermost: a channel that does not exist is one where nobody may post.
        let channel = channel::sql::by_id(tx, &channel_id)?.ok_or_else(refused)?;
        crate::messaging::post::may_post(
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
        kind: text("type"),
        file_ids: file_ids(body.get("file_ids")),
        id: text("id"),
        props: object_of(body.get("props")).unwrap_or_default(),
        pending_post_id: text("pending_post_id").chars().take(64).collect(),
        create_at: if caller.is_system_admin() {
            sent_at.unwrap_or(0)
        } else {
            0
        },
        set_online: cx.request.query("set_online").is_none_or(is_not_false),
    };
    Ok(answer::created(&crate::messaging::post::create(
        cx.app,
        granted,
        &channel_id,
        new,
    )?))
}

/// Mattermost (Go's `ParseBool`): what is no such word counts as true here.
fn is_not_false(text: &str) -> bool {
    !["0", "f", "F", "false", "FALSE", "False"].contains(&text)
}

/// Each once; what is no text is left out.
fn file_ids(sent: Option<&Value>) -> Vec<String> {
    let ids = sent.and_then(Value::as_array).into_iter().flatten();
    let mut ids: Vec<String> = ids.filter_map(Value::as_str).map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
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
    // Mattermost tells anybody and nobody alike; here an account and a channel that nobody has are told as such.
    if !id::is_valid(user_id) {
        return Err(AppError::body_param("user_id"));
    }
    if !id::is_valid(text("channel_id")) {
        return Err(AppError::body_param("channel_id"));
    }
    Ok(answer::created(&crate::messaging::post::ephemeral(
        cx.app,
        granted,
        user_id,
        text("channel_id"),
        text("message").to_owned(),
    )?))
}

/// The post in the path, where it stands, and what the caller may do there.
pub fn at(cx: &Context) -> Result<(Post, Channel, Here), AppError> {
    let (post_id, caller) = (cx.id("post_id")?, cx.caller()?);
    cx.read(|tx| {
        let post = find(tx, post_id)?;
        let channel = channel::find(tx, &post.channel_id)?;
        let here = channel::permissions(tx, caller, &channel)?;
        Ok((sql::with_replies::<AppError>(tx, post)?, channel, here))
    })
}

pub fn readable(cx: &Context) -> Result<(Post, Granted), AppError> {
    let (post, channel, here) = at(cx)?;
    Ok((post, may_read(cx.caller()?, &channel, here)?))
}

/// The post in the path, for those who have the permission in its channel. Mattermost: a post that does not exist is one
/// that nobody reaches.
pub fn in_reach(cx: &Context, rule: &'static Rule) -> Result<(Post, Granted), AppError> {
    let (post, _, here) = at(cx).map_err(|error| {
        if error.is(&error::POST_MISSING) {
            rule.refusal()
        } else {
            error
        }
    })?;
    let granted = rule.ask_in(cx.caller()?, here.all)?;
    Ok((post, granted))
}

/// `GET /posts/{post_id}`
pub fn get(cx: &Context) -> Answer {
    let (post, _) = readable(cx)?;
    Ok(cx.unless_known(
        &format!("{}.{}.{}", post.id, post.update_at, post.reply_count),
        || answer::json(&post),
    ))
}

/// `PUT /posts/{post_id}/patch`: what is not named stays.
pub fn patch(cx: &Context) -> Answer {
    let post_id = cx.id("post_id")?;
    let body = of_json::object(cx.body(), "post")?;
    let granted = may_change(cx, [&POST_EDIT, &POST_EDIT_OTHERS])?;
    let patch = Patch {
        message: body.text("message").map(str::to_owned),
        is_pinned: body.bool("is_pinned"),
        props: object_of(body.get("props")),
    };
    let deleted = &error::POST_PATCH_CHANNEL_DELETED;
    let patched = crate::messaging::post::update(cx.app, granted, post_id, patch, deleted)?;
    Ok(answer::json(&patched))
}

/// `PUT /posts/{post_id}`: what is not named is empty.
pub fn update(cx: &Context) -> Answer {
    let post_id = cx.id("post_id")?;
    let body = of_json::object(cx.body(), "post")?;
    if body.text("id") != Some(post_id) {
        return Err(AppError::body_param("id"));
    }
    let granted = may_change(cx, [&POST_EDIT, &POST_EDIT_OTHERS])?;
    let patch = Patch {
        message: Some(body.text("message").unwrap_or_default().to_owned()),
        is_pinned: Some(body.bool("is_pinned").unwrap_or(false)),
        props: Some(object_of(body.get("props")).unwrap_or_default()),
    };
    let deleted = &error::POST_UPDATE_CHANNEL_DELETED;
    let updated = crate::messaging::post::update(cx.app, granted, post_id, patch, deleted)?;
    Ok(answer::json(&updated))
}

/// One's own with the first rule, somebody else's with the second. Mattermost: a post that does not exist is one that
/// nobody may change.
fn may_change(cx: &Context, [own, others]: [&'static Rule; 2]) -> Result<Granted, AppError> {
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
    crate::messaging::post::delete(cx.app, granted, cx.id("post_id")?)?;
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
    let (post, granted) = in_reach(cx, &CHANNEL_READ)?;
    let patch = Patch {
        is_pinned: Some(pinned),
        ..Patch::default()
    };
    let deleted = &error::POST_PATCH_CHANNEL_DELETED;
    crate::messaging::post::update(cx.app, granted, &post.id, patch, deleted)?;
    Ok(answer::ok())
}
