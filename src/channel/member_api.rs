//! HTTP endpoints of who is in a channel.

use serde_json::{Value, json};

use super::api::{at, of_kind, readable};
use super::sql;
use crate::error::{self, AppError};
use crate::http::{Answer, Context, answer, json as of_json};
use crate::id;
use crate::permission::{
    CHANNEL_JOIN, CHANNEL_MEMBERS_PRIVATE, CHANNEL_MEMBERS_PUBLIC, LEAVE, MEMBERSHIPS,
};
use crate::user::api::about;

/// `GET /users/{user_id}/teams/{team_id}/channels/members`
pub fn memberships(cx: &Context) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    about(cx, user_id, &MEMBERSHIPS)?;
    Ok(answer::json(
        &cx.app
            .store
            .read(|tx| Ok(sql::memberships(tx, user_id, team_id)?))?,
    ))
}

/// `GET /channels/{channel_id}/members`
pub fn members(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    readable(cx, &channel, here)?;
    Ok(answer::json(&cx.app.store.read(|tx| {
        Ok(sql::members(tx, &channel.id, cx.page())?)
    })?))
}

/// `GET /channels/{channel_id}/members/{user_id}`
pub fn member(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    let user_id = cx.id("user_id")?;
    readable(cx, &channel, here)?;
    let member = cx
        .app
        .store
        .read(|tx| Ok(sql::member(tx, &channel.id, user_id)?))?;
    Ok(answer::json(&member.ok_or_else(|| {
        AppError::new(&error::CHANNEL_MEMBER_MISSING)
    })?))
}

/// Mattermost: accounts that are added at once.
const ADDED_AT_ONCE: usize = 1000;

/// `POST /channels/{channel_id}/members`: one `user_id`, or several `user_ids`, all or none.
pub fn add_member(cx: &Context) -> Answer {
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
    let (channel, here) = at(cx)?;
    if channel.is_direct_or_group() {
        return Err(AppError::new(&error::CHANNEL_ADD_TYPE));
    }
    let caller = cx.caller()?;
    let joins = channel.is_public() && valid.iter().all(|id| *id == caller.user_id);
    let granted = if joins {
        CHANNEL_JOIN.ask_in(caller, here.team)?
    } else {
        of_kind(&channel, &CHANNEL_MEMBERS_PUBLIC, &CHANNEL_MEMBERS_PRIVATE)
            .ask_in(caller, here.all)?
    };
    let members = super::add_members(cx.app, granted, channel, valid)?;
    // Mattermost: whoever names one gets one.
    Ok(match (several, members.as_slice()) {
        (None, [member]) => answer::created(member),
        (_, members) => answer::created(&members),
    })
}

/// `DELETE /channels/{channel_id}/members/{user_id}`
pub fn remove_member(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    let user_id = cx.id("user_id")?;
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
    super::remove_member(cx.app, granted, channel, user_id)?;
    Ok(answer::ok())
}

/// `POST /channels/members/{user_id}/view`
pub fn view(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::object(cx.body(), "channel_view")?;
    let caller = cx.caller()?;
    if user_id != caller.user_id {
        return Err(AppError::new(&error::PERMISSIONS));
    }
    let channel_id = body.text("channel_id").unwrap_or_default();
    if !channel_id.is_empty() {
        if !id::is_valid(channel_id) {
            return Err(AppError::body_param("channel_view.channel_id"));
        }
        super::view(cx.app, LEAVE.ask(caller)?, channel_id)?;
    }
    Ok(answer::json(
        &json!({"status": "OK", "last_viewed_at_times": {}}),
    ))
}
