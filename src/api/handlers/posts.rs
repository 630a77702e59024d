//! HTTP endpoints of posts.

use serde_json::{Map, Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::messaging::post::{self, NewPost, PostPatch, action};
use crate::store::Tx;

/// `POST /posts`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "post")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let caller = cx.caller()?;
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
        is_pinned: body.bool("is_pinned").unwrap_or(false),
        set_online: is_not_false(cx.query("set_online")),
        silent: cx.flag("silent"),
    };
    let created = post::create(cx.app, caller, &text("channel_id"), new)?;
    Ok(answer::created(&created))
}

/// Mattermost (Go's `ParseBool`): what is no such word counts as true here.
fn is_not_false(text: &str) -> bool {
    !["0", "f", "F", "false", "FALSE", "False"].contains(&text)
}

/// Each once, in the order of the client; what is no text is left out.
fn file_ids(sent: Option<&Value>) -> Vec<String> {
    let ids = sent.and_then(Value::as_array).into_iter().flatten();
    let mut once: Vec<String> = Vec::new();
    for id in ids.filter_map(Value::as_str) {
        if !once.iter().any(|known| known == id) {
            once.push(id.to_owned());
        }
    }
    once
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
    let (channel_id, message) = (text("channel_id"), text("message").to_owned());
    let created = post::ephemeral(cx.app, cx.caller()?, user_id, channel_id, message)?;
    Ok(answer::created(&created))
}

/// `GET /posts/{post_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let post_id = cx.id("post_id")?;
    let post = match cx.flag("include_deleted") {
        true => post::readable_also_deleted(tx, cx.caller()?, post_id)?,
        false => post::readable(tx, cx.caller()?, post_id)?,
    };
    Ok(cx.unless_known(
        &format!("{}.{}.{}", post.id, post.update_at, post.reply_count),
        || answer::json(&post),
    ))
}

/// `PUT /posts/{post_id}/patch`: a field that is not named stays.
pub fn patch(cx: &Context) -> Answer {
    let post_id = cx.id("post_id")?;
    let body = of_json::object(cx.body(), "post")?;
    let patch = PostPatch {
        message: body.text("message").map(str::to_owned),
        is_pinned: body.bool("is_pinned"),
        props: object_of(body.get("props")),
    };
    let archived = &error::POST_PATCH_CHANNEL_DELETED;
    let patched = post::update(cx.app, cx.caller()?, post_id, patch, archived)?;
    Ok(answer::json(&patched))
}

/// `PUT /posts/{post_id}`: a field that is not named is emptied.
pub fn update(cx: &Context) -> Answer {
    let post_id = cx.id("post_id")?;
    let body = of_json::object(cx.body(), "post")?;
    if body.text("id") != Some(post_id) {
        return Err(AppError::body_param("id"));
    }
    let patch = PostPatch {
        message: Some(body.text("message").unwrap_or_default().to_owned()),
        is_pinned: Some(body.bool("is_pinned").unwrap_or(false)),
        props: Some(object_of(body.get("props")).unwrap_or_default()),
    };
    let archived = &error::POST_UPDATE_CHANNEL_DELETED;
    let updated = post::update(cx.app, cx.caller()?, post_id, patch, archived)?;
    Ok(answer::json(&updated))
}

/// `DELETE /posts/{post_id}`
pub fn delete(cx: &Context) -> Answer {
    post::delete(cx.app, cx.caller()?, cx.id("post_id")?)?;
    Ok(answer::ok())
}

/// `POST /posts/{post_id}/actions/{action_id}`
pub fn run_action(cx: &Context) -> Answer {
    let post_id = cx.id("post_id")?;
    // Mattermost: a body that is none is an empty one.
    let body = of_json::values_by_name(cx.body());
    let selected = body.text("selected_option").unwrap_or_default();
    let trigger_id = action::run(
        cx.app,
        cx.caller()?,
        post_id,
        cx.param("action_id"),
        selected,
    )?;
    Ok(answer::json(
        &json!({"status": "OK", "trigger_id": trigger_id}),
    ))
}

/// `POST /posts/{post_id}/pin`
pub fn pin(cx: &Context) -> Answer {
    set_pinned(cx, true)
}

/// `POST /posts/{post_id}/unpin`
pub fn unpin(cx: &Context) -> Answer {
    set_pinned(cx, false)
}

fn set_pinned(cx: &Context, is_pinned: bool) -> Answer {
    post::set_pinned(cx.app, cx.caller()?, cx.id("post_id")?, is_pinned)?;
    Ok(answer::ok())
}

/// `POST /users/{user_id}/posts/{post_id}/set_unread`
pub fn set_unread(cx: &Context) -> Answer {
    let (user_id, post_id) = (cx.id("user_id")?, cx.id("post_id")?);
    let unread = post::set_unread(cx.app, cx.caller()?, user_id, post_id)?;
    Ok(answer::json(&unread))
}
