//! HTTP endpoints of channels.

use serde_json::json;

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::administration::channel::NewChannel;
use crate::messaging::administration::channel_change::{self, ChannelPatch};
use crate::messaging::channel::{ChannelKind, find, find_as_member, may_read, permissions, sql};
use crate::messaging::file;
use crate::messaging::{administration, team};
use crate::store::Tx;

/// `POST /channels`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "channel")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let kind = ChannelKind::parse(&text("type"));
    if matches!(kind, Some(ChannelKind::Direct | ChannelKind::Group)) {
        return Err(AppError::new(&error::CHANNEL_DIRECT));
    }
    let new = NewChannel {
        id: text("id"),
        team_id: text("team_id"),
        kind,
        name: text("name"),
        display_name: text("display_name"),
        header: text("header"),
        purpose: text("purpose"),
        without_maker: false,
    };
    let channel = administration::channel::create(cx.app, cx.caller()?, new)?;
    Ok(answer::created(&channel))
}

/// `POST /channels/direct`
pub fn create_direct(cx: &Context) -> Answer {
    let user_ids = of_json::texts(cx.body(), "user_ids")?;
    if user_ids.len() != 2 {
        return Err(AppError::body_param("user_ids"));
    }
    if !user_ids.iter().all(|user_id| id::is_valid(user_id)) {
        return Err(AppError::body_param("user_id"));
    }
    let channel = administration::channel::create_direct(cx.app, cx.caller()?, user_ids)?;
    Ok(answer::created(&channel))
}

/// `POST /channels/group`
pub fn create_group(cx: &Context) -> Answer {
    let user_ids = of_json::texts(cx.body(), "user_ids")?;
    if user_ids.is_empty() {
        return Err(AppError::body_param("user_ids"));
    }
    if !user_ids.iter().all(|user_id| id::is_valid(user_id)) {
        return Err(AppError::body_param("user_id"));
    }
    let channel = administration::channel::create_group(cx.app, cx.caller()?, user_ids)?;
    Ok(answer::created(&channel))
}

/// `GET /channels/{channel_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    let channel = find(tx, channel_id)?;
    may_read(caller, &channel, permissions(tx, caller, &channel)?)?;
    Ok(answer::json(&channel))
}

/// `GET /teams/{team_id}/channels/name/{channel_name}`
pub fn get_by_name(cx: &Context, tx: &Tx) -> Answer {
    named(cx, tx, cx.id("team_id")?)
}

/// `GET /teams/name/{team_name}/channels/name/{channel_name}`
pub fn get_by_names(cx: &Context, tx: &Tx) -> Answer {
    let team = team::sql::by_name(tx, &cx.param("team_name").to_lowercase())?;
    named(cx, tx, &team.ok_or(&error::TEAM_NAME_UNKNOWN)?.id)
}

fn named(cx: &Context, tx: &Tx, team_id: &str) -> Answer {
    let caller = cx.caller()?;
    let found = sql::by_name(tx, team_id, &cx.param("channel_name").to_lowercase())?;
    let shown = found.filter(|channel| channel.delete_at == 0 || cx.flag("include_deleted"));
    let channel = shown.ok_or(&error::CHANNEL_NAME_UNKNOWN)?;
    let here = permissions(tx, caller, &channel)?;
    // Mattermost: by name, a private channel does not exist for those who are not in it.
    may_read(caller, &channel, here).map_err(|refused| {
        if channel.is_public() {
            refused
        } else {
            AppError::new(&error::CHANNEL_NAME_UNKNOWN)
        }
    })?;
    Ok(answer::json(&channel))
}

/// `PUT /channels/{channel_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let body = of_json::object(cx.body(), "channel")?;
    let text = |name| body.text(name).map(str::to_owned);
    let patch = ChannelPatch {
        name: text("name"),
        display_name: text("display_name"),
        header: text("header"),
        purpose: text("purpose"),
    };
    let patched = channel_change::patch(cx.app, cx.caller()?, channel_id, patch)?;
    Ok(answer::json(&patched))
}

/// `PUT /channels/{channel_id}`: header and purpose as they are sent; names stay where they are empty.
pub fn update(cx: &Context) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let body = of_json::object(cx.body(), "channel")?;
    if body.text("id") != Some(channel_id) {
        return Err(AppError::body_param("channel_id"));
    }
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let named = |name| Some(text(name)).filter(|text| !text.is_empty());
    let patch = ChannelPatch {
        name: named("name"),
        display_name: named("display_name"),
        header: Some(text("header")),
        purpose: Some(text("purpose")),
    };
    let kind = text("type");
    let updated = channel_change::update(cx.app, cx.caller()?, channel_id, &kind, patch)?;
    Ok(answer::json(&updated))
}

/// `PUT /channels/{channel_id}/privacy`: `O` or `P`.
pub fn set_privacy(cx: &Context) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let body = of_json::texts_by_name(cx.body());
    let kind = match ChannelKind::parse(body.text("privacy")) {
        Some(kind @ (ChannelKind::Public | ChannelKind::Private)) => kind,
        _ => return Err(AppError::body_param("privacy")),
    };
    let changed = channel_change::set_privacy(cx.app, cx.caller()?, channel_id, kind)?;
    Ok(answer::json(&changed))
}

/// `POST /channels/{channel_id}/restore`
pub fn restore(cx: &Context) -> Answer {
    let restored = channel_change::restore(cx.app, cx.caller()?, cx.id("channel_id")?)?;
    Ok(answer::json(&restored))
}

/// `POST /channels/{channel_id}/move`
pub fn move_to_team(cx: &Context) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let body = of_json::values_by_name(cx.body());
    // Mattermost: whether there is such a channel goes before the body.
    cx.app.store.read(|tx| find(tx, channel_id).map(drop))?;
    let team_id = body
        .text("team_id")
        .ok_or_else(|| AppError::body_param("team_id"))?;
    let force = body
        .bool("force")
        .ok_or_else(|| AppError::body_param("force"))?;
    let moved = channel_change::move_to_team(cx.app, cx.caller()?, channel_id, team_id, force)?;
    Ok(answer::json(&moved))
}

/// `DELETE /channels/{channel_id}`
pub fn delete(cx: &Context) -> Answer {
    let (channel_id, permanent) = (cx.id("channel_id")?, cx.flag("permanent"));
    channel_change::delete(cx.app, cx.caller()?, channel_id, permanent)?;
    Ok(answer::ok())
}

/// `GET /channels/{channel_id}/stats`
pub fn stats(cx: &Context, tx: &Tx) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let channel = find_as_member(tx, cx.caller()?, channel_id)?;
    let members = sql::count_members(tx, &channel.id)?;
    let pinned = sql::count_pinned(tx, &channel.id)?;
    let files = file::sql::count_of_channel(tx, &channel.id)?;
    Ok(answer::json(&json!({
        "channel_id": channel.id, "member_count": members, "guest_count": 0, "pinnedpost_count": pinned,
        "has_new_pinned_posts": false, "files_count": files,
    })))
}
