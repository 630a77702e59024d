//! HTTP endpoints of who is in a channel.

use serde_json::{Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::administration::channel_member::{self, NewMembers};
use crate::messaging::administration::member::{self, NewRoles};
use crate::messaging::channel::{self, find_as_member, sql};
use crate::messaging::team;
use crate::permission::{MEMBERSHIPS, TEAM_VIEW};
use crate::store::Tx;

/// `GET /users/{user_id}/teams/{team_id}/channels/members`
pub fn memberships(cx: &Context, tx: &Tx) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    let caller = cx.caller()?;
    team::ask(tx, &TEAM_VIEW, caller, team_id)?;
    MEMBERSHIPS.ask_about(tx, caller, user_id)?;
    let found = sql::memberships(tx, user_id, team_id)?;
    Ok(answer::json(&found))
}

/// `GET /channels/{channel_id}/members`
pub fn members(cx: &Context, tx: &Tx) -> Answer {
    let channel = find_as_member(tx, cx.caller()?, cx.id("channel_id")?)?;
    let members = sql::members(tx, &channel.id, cx.page())?;
    Ok(answer::json(&members))
}

/// `GET /channels/{channel_id}/members/{user_id}`
pub fn member(cx: &Context, tx: &Tx) -> Answer {
    let (channel_id, user_id) = (cx.id("channel_id")?, cx.id("user_id")?);
    let channel = find_as_member(tx, cx.caller()?, channel_id)?;
    let member = sql::member(tx, &channel.id, user_id)?;
    Ok(answer::json(&member.ok_or(&error::CHANNEL_MEMBER_MISSING)?))
}

/// `GET /users/{user_id}/channels/{channel_id}/unread`
pub fn unread(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    let channel_id = cx.id("channel_id")?;
    MEMBERSHIPS.ask_about(tx, cx.caller()?, user_id)?;
    let channel = find_as_member(tx, cx.caller()?, channel_id)?;
    let member = sql::member(tx, &channel.id, user_id)?;
    let member = member.ok_or(&error::CHANNEL_UNREAD)?;
    Ok(answer::json(&json!({
        "team_id": channel.team_id,
        "channel_id": channel.id,
        "msg_count": (channel.total_msg_count - member.msg_count).max(0),
        "mention_count": member.mention_count,
        "mention_count_root": 0,
        "urgent_mention_count": 0,
        "msg_count_root": 0,
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
    let post_root_id = body.text("post_root_id").unwrap_or_default();
    if !post_root_id.is_empty() && !id::is_valid(post_root_id) {
        return Err(AppError::body_param("post_root_id"));
    }
    let new = NewMembers {
        user_ids: valid,
        post_root_id: post_root_id.to_owned(),
    };
    let members = channel_member::add_members(cx.app, cx.caller()?, channel_id, new)?;
    // Mattermost: whoever names one gets one.
    Ok(match (several, members.as_slice()) {
        (None, [member]) => answer::created(member),
        (_, members) => answer::created(&members),
    })
}

/// `DELETE /channels/{channel_id}/members/{user_id}`
pub fn remove_member(cx: &Context) -> Answer {
    let (channel_id, user_id) = (cx.id("channel_id")?, cx.id("user_id")?);
    channel_member::remove_member(cx.app, cx.caller()?, channel_id, user_id)?;
    Ok(answer::ok())
}

/// `POST /channels/members/{user_id}/view`: the channel that is looked at, and the one that was before.
pub fn view(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let times = channel::view(cx.app, cx.caller()?, user_id, viewed(cx.body()))?;
    Ok(answer::json(
        &json!({"status": "OK", "last_viewed_at_times": times}),
    ))
}

fn viewed(body: &[u8]) -> Result<Vec<String>, AppError> {
    let body = of_json::object(body, "channel_view")?;
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
    Ok(channel_ids)
}

/// `PUT /channels/{channel_id}/members/{user_id}/roles`
pub fn update_roles(cx: &Context) -> Answer {
    let roles = NewRoles::Named(roles_of(cx)?);
    set_roles(cx, roles)
}

/// `PUT /channels/{channel_id}/members/{user_id}/schemeRoles`
pub fn update_scheme_roles(cx: &Context) -> Answer {
    let roles = scheme_roles_of(cx)?;
    set_roles(cx, roles)
}

fn set_roles(cx: &Context, roles: NewRoles) -> Answer {
    let at = (cx.id("channel_id")?, cx.id("user_id")?);
    member::set_channel_roles(cx.app, cx.caller()?, at, roles)?;
    Ok(answer::ok())
}

/// Returns the roles that a body names for a member.
///
/// # Errors
/// 400 when one of them cannot be the name of a role.
pub fn roles_of(cx: &Context) -> Result<String, AppError> {
    let body = of_json::texts_by_name(cx.body());
    let roles = body.text("roles");
    match roles
        .split_whitespace()
        .all(crate::permission::roles::is_valid_name)
    {
        true => Ok(roles.to_owned()),
        false => Err(AppError::body_param("roles")),
    }
}

/// Returns what a body says that a member is to be.
///
/// # Errors
/// 400 when it is no object.
pub fn scheme_roles_of(cx: &Context) -> Result<NewRoles, AppError> {
    let body = of_json::object(cx.body(), "scheme_roles")?;
    let flag = |name| body.bool(name).unwrap_or(false);
    Ok(NewRoles::Scheme {
        user: flag("scheme_user"),
        admin: flag("scheme_admin"),
    })
}

/// `PUT /channels/{channel_id}/members/{user_id}/notify_props`
pub fn update_notify_props(cx: &Context) -> Answer {
    let at = (cx.id("channel_id")?, cx.id("user_id")?);
    let sent = of_json::object(cx.body(), "notify_props")?;
    member::set_notify_props(cx.app, cx.caller()?, at, sent.members().clone())?;
    Ok(answer::ok())
}
