//! HTTP endpoints of who is in a channel.

use serde_json::{Value, json};

use crate::api::handlers::channels::{at, of_kind, of_member};
use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::messaging::channel::sql;
use crate::permission::{
    CHANNEL_JOIN, CHANNEL_MEMBERS_PRIVATE, CHANNEL_MEMBERS_PUBLIC, CHANNEL_VIEW, LEAVE,
    MEMBERSHIPS, TEAM_VIEW,
};
use crate::{id, messaging::post, messaging::team, user};

/// `GET /users/{user_id}/teams/{team_id}/channels/members`
pub fn memberships(cx: &Context) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    let caller = cx.caller()?;
    cx.read(|tx| TEAM_VIEW.ask_in(caller, team::permissions(tx, caller, team_id)?))?;
    about(cx, user_id, &MEMBERSHIPS)?;
    let found = cx.read(|tx| Ok(sql::memberships(tx, user_id, team_id)?))?;
    Ok(answer::json(&found))
}

/// `GET /channels/{channel_id}/members`
pub fn members(cx: &Context) -> Answer {
    let channel = of_member(cx)?;
    let members = cx.read(|tx| Ok(sql::members(tx, &channel.id, cx.page())?))?;
    Ok(answer::json(&members))
}

/// `GET /channels/{channel_id}/members/{user_id}`
pub fn member(cx: &Context) -> Answer {
    let (_, user_id) = (cx.id("channel_id")?, cx.id("user_id")?);
    let channel = of_member(cx)?;
    let member = cx.read(|tx| Ok(sql::member(tx, &channel.id, user_id)?))?;
    Ok(answer::json(&member.ok_or_else(missing)?))
}

fn missing() -> AppError {
    AppError::new(&error::CHANNEL_MEMBER_MISSING)
}

/// `GET /users/{user_id}/channels/{channel_id}/unread`
pub fn unread(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    cx.id("channel_id")?;
    about(cx, user_id, &MEMBERSHIPS)?;
    let channel = of_member(cx)?;
    let member = cx.read(|tx| Ok(sql::member(tx, &channel.id, user_id)?))?;
    let member = member.ok_or_else(missing)?;
    Ok(answer::json(&json!({
        "team_id": channel.team_id,
        "channel_id": channel.id,
        "msg_count": (channel.total_msg_count - member.msg_count).max(0),
        "mention_count": member.mention_count,
        "mention_count_root": 0,
        "msg_count_root": 0,
        "notify_props": member.notify_props,
    })))
}

/// Mattermost: accounts that are added at once.
const ADDED_AT_ONCE: usize = 1000;

/// `POST /channels/{channel_id}/members`: one `user_id`, or several `user_ids`, all or none.
pub fn add_member(cx: &Context) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let body = of_json::object(cx.body(), "channel_member")?;
    let several = body.get("user_ids").and_then(Value::as_array);
    let user_ids = match several {
        Some(ids) => ids.iter().map(Value::as_str).collect(),
        None => vec![body.text("user_id")],
    };
    let valid = user_ids.iter().flatten().filter(|id| id::is_valid(id));
    let valid: Vec<String> = valid.map(|id| (*id).to_owned()).collect();
    if valid.is_empty() || valid.len() != user_ids.len() || valid.len() > ADDED_AT_ONCE {
        let name = if several.is_some() {
            "user_ids"
        } else {
            "user_id"
        };
        return Err(AppError::body_param(name));
    }
    root_is_of(cx, body.text("post_root_id"), channel_id)?;
    let (channel, here) = at(cx)?;
    if channel.is_direct_or_group() {
        return Err(AppError::new(&error::CHANNEL_ADD_TYPE));
    }
    let caller = cx.caller()?;
    let oneself = valid.iter().all(|id| *id == caller.user_id);
    let granted = if oneself && here.member {
        // Mattermost: who is in a channel may say so again.
        LEAVE.ask(caller)?
    } else if oneself && channel.is_public() {
        CHANNEL_JOIN.ask_in(caller, here.team)?
    } else {
        of_kind(&channel, &CHANNEL_MEMBERS_PUBLIC, &CHANNEL_MEMBERS_PRIVATE)
            .ask_in(caller, here.all)?
    };
    let members = crate::messaging::channel::add_members(cx.app, granted, channel, valid)?;
    // Mattermost: whoever names one gets one.
    Ok(match (several, members.as_slice()) {
        (None, [member]) => answer::created(member),
        (_, members) => answer::created(&members),
    })
}

/// The post that the account was mentioned in, when one is named, must be of the channel.
fn root_is_of(cx: &Context, post_id: Option<&str>, channel_id: &str) -> Result<(), AppError> {
    let refused = || AppError::body_param("post_root_id");
    let Some(post_id) = post_id.filter(|post_id| !post_id.is_empty()) else {
        return Ok(());
    };
    if !id::is_valid(post_id) {
        return Err(refused());
    }
    let post = cx.read(|tx| post::find(tx, post_id))?;
    if post.channel_id == channel_id {
        Ok(())
    } else {
        Err(refused())
    }
}

/// `DELETE /channels/{channel_id}/members/{user_id}`
pub fn remove_member(cx: &Context) -> Answer {
    let (_, user_id) = (cx.id("channel_id")?, cx.id("user_id")?);
    let (channel, here) = at(cx)?;
    cx.read(|tx| user::find(tx, user_id))?;
    if channel.is_direct_or_group() {
        return Err(AppError::new(&error::CHANNEL_REMOVE_TYPE));
    }
    let caller = cx.caller()?;
    let granted = if user_id == caller.user_id {
        LEAVE.ask(caller)?
    } else {
        of_kind(&channel, &CHANNEL_MEMBERS_PUBLIC, &CHANNEL_MEMBERS_PRIVATE)
            .ask_in(caller, here.all)?
    };
    crate::messaging::channel::remove_member(cx.app, granted, channel, user_id)?;
    Ok(answer::ok())
}

/// `POST /channels/members/{user_id}/view`: the channel that is looked at, and the one that was before.
pub fn view(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let granted = about(cx, user_id, &CHANNEL_VIEW)?;
    let body = of_json::object(cx.body(), "channel_view")?;
    let mut channel_ids = Vec::new();
    for (name, refused) in [
        ("channel_id", "channel_view.channel_id"),
        ("prev_channel_id", "channel_view.prev_channel_id"),
    ] {
        // Mattermost: an empty one says that no channel is looked at.
        let Some(channel_id) = body.text(name).filter(|text| !text.is_empty()) else {
            continue;
        };
        if !id::is_valid(channel_id) {
            return Err(AppError::body_param(refused));
        }
        channel_ids.push(channel_id.to_owned());
    }
    let times = crate::messaging::channel::view(cx.app, granted, user_id, channel_ids)?;
    Ok(answer::json(
        &json!({"status": "OK", "last_viewed_at_times": times}),
    ))
}
