//! HTTP endpoints of channels.

use serde_json::json;

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::messaging::channel::{
    Channel, Here, NewChannel, Patch, find, may_read, permissions, sql,
};
use crate::permission::{
    CHANNEL_CREATE_PRIVATE, CHANNEL_CREATE_PUBLIC, CHANNEL_DELETE_PRIVATE, CHANNEL_DELETE_PUBLIC,
    CHANNEL_MANAGE, CHANNEL_PATCH_DIRECT, CHANNEL_PATCH_PRIVATE, CHANNEL_PATCH_PUBLIC,
    CHANNEL_READ, DIRECT_CREATE, DIRECT_CREATE_OTHERS, GROUP_CREATE, Granted, Rule,
};
use crate::store::Tx;
use crate::{id, messaging::team};

/// `POST /channels`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "channel")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let (caller, team_id, kind) = (cx.caller()?, text("team_id"), text("type"));
    if ["D", "G"].contains(&kind.as_str()) {
        return Err(AppError::new(&error::CHANNEL_DIRECT));
    }
    let rule = if kind == "P" {
        &CHANNEL_CREATE_PRIVATE
    } else {
        &CHANNEL_CREATE_PUBLIC
    };
    // Mattermost: in no team nobody may make one.
    if team_id.is_empty() {
        return Err(rule.refusal());
    }
    let here = cx.read(|tx| team::permissions(tx, caller, &team_id))?;
    let granted = rule.ask_in(caller, here)?;
    if !text("id").is_empty() {
        return Err(AppError::new(&error::CHANNEL_EXISTING));
    }
    cx.read(|tx| team::find(tx, &team_id))?;
    let new = NewChannel {
        team_id,
        kind,
        name: text("name"),
        display_name: text("display_name"),
        header: text("header"),
        purpose: text("purpose"),
    };
    Ok(answer::created(&crate::messaging::channel::create(
        cx.app, granted, new,
    )?))
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
    let caller = cx.caller()?;
    let mut granted = DIRECT_CREATE.ask(caller)?;
    if !user_ids.contains(&caller.user_id) {
        granted = DIRECT_CREATE_OTHERS.ask(caller)?;
    }
    let mut user_ids = user_ids;
    user_ids.dedup();
    Ok(answer::created(&crate::messaging::channel::between(
        cx.app, granted, user_ids,
    )?))
}

/// `POST /channels/group`
pub fn create_group(cx: &Context) -> Answer {
    let caller = cx.caller()?;
    let mut user_ids = of_json::texts(cx.body(), "user_ids")?;
    if user_ids.is_empty() {
        return Err(AppError::body_param("user_ids"));
    }
    if !user_ids.iter().all(|user_id| id::is_valid(user_id)) {
        return Err(AppError::body_param("user_id"));
    }
    user_ids.push(caller.user_id.clone());
    user_ids.sort_unstable();
    user_ids.dedup();
    let granted = GROUP_CREATE.ask(caller)?;
    if !(3..=8).contains(&user_ids.len()) {
        return Err(AppError::new(&error::GROUP_SIZE));
    }
    Ok(answer::created(&crate::messaging::channel::between(
        cx.app, granted, user_ids,
    )?))
}

/// `GET /channels/{channel_id}`
pub fn get(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    readable(cx, &channel, here)?;
    Ok(answer::json(&channel))
}

/// `GET /teams/{team_id}/channels/name/{channel_name}`
pub fn get_by_name(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?.to_owned();
    named(cx, |_| Ok(team_id))
}

/// `GET /teams/name/{team_name}/channels/name/{channel_name}`
pub fn get_by_names(cx: &Context) -> Answer {
    named(cx, |tx| {
        let team = team::sql::by_name(tx, cx.param("team_name"))?;
        Ok(team.ok_or_else(|| AppError::new(&error::TEAM_MISSING))?.id)
    })
}

fn named(cx: &Context, team_id: impl FnOnce(&Tx) -> Result<String, AppError>) -> Answer {
    let caller = cx.caller()?;
    let (channel, here) = cx.read(|tx| {
        let found = sql::by_name(tx, &team_id(tx)?, cx.param("channel_name"))?;
        let shown = found.filter(|channel| channel.delete_at == 0 || cx.flag("include_deleted"));
        let channel = shown.ok_or_else(|| AppError::new(&error::CHANNEL_MISSING))?;
        let here = permissions(tx, caller, &channel)?;
        Ok((channel, here))
    })?;
    // Mattermost: by name, a private channel does not exist for those who are not in it.
    readable(cx, &channel, here).map_err(|refused| {
        if channel.is_public() {
            refused
        } else {
            AppError::new(&error::CHANNEL_MISSING)
        }
    })?;
    Ok(answer::json(&channel))
}

pub fn readable(cx: &Context, channel: &Channel, here: Here) -> Result<Granted, AppError> {
    may_read(cx.caller()?, channel, here)
}

/// The channel in the path, and what the caller may do there.
pub fn at(cx: &Context) -> Result<(Channel, Here), AppError> {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    cx.read(|tx| {
        let channel = find(tx, channel_id)?;
        let here = permissions(tx, caller, &channel)?;
        Ok((channel, here))
    })
}

/// By the kind of the channel.
pub fn of_kind(channel: &Channel, public: &'static Rule, private: &'static Rule) -> &'static Rule {
    if channel.is_public() { public } else { private }
}

/// `PUT /channels/{channel_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    cx.id("channel_id")?;
    let body = of_json::object(cx.body(), "channel")?;
    let (channel, granted) = changeable(cx)?;
    let text = |name| body.text(name).map(str::to_owned);
    let patch = Patch {
        name: text("name"),
        display_name: text("display_name"),
        header: text("header"),
        purpose: text("purpose"),
    };
    let patched = crate::messaging::channel::update(cx.app, granted, &channel.id, patch)?;
    Ok(answer::json(&patched))
}

/// `PUT /channels/{channel_id}`: header and purpose as they are sent; names stay where they are empty.
pub fn update(cx: &Context) -> Answer {
    let channel_id = cx.id("channel_id")?;
    let body = of_json::object(cx.body(), "channel")?;
    if body.text("id") != Some(channel_id) {
        return Err(AppError::body_param("channel_id"));
    }
    let (channel, granted) = changeable(cx)?;
    if channel.delete_at > 0 {
        return Err(AppError::new(&error::CHANNEL_UPDATE_DELETED));
    }
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let kind = text("type");
    if !kind.is_empty() && kind != channel.kind {
        return Err(AppError::new(&error::CHANNEL_UPDATE_TYPE));
    }
    let named = |name| Some(text(name)).filter(|text| !text.is_empty());
    let patch = Patch {
        name: named("name"),
        display_name: named("display_name"),
        header: Some(text("header")),
        purpose: Some(text("purpose")),
    };
    let updated = crate::messaging::channel::update(cx.app, granted, &channel.id, patch)?;
    Ok(answer::json(&updated))
}

/// The channel in the path, when the caller may change its fields. Mattermost: everybody in a direct or group channel
/// may, and nobody else.
fn changeable(cx: &Context) -> Result<(Channel, Granted), AppError> {
    let (channel, here) = at(cx)?;
    let caller = cx.caller()?;
    let granted = if !channel.is_direct_or_group() {
        of_kind(&channel, &CHANNEL_PATCH_PUBLIC, &CHANNEL_PATCH_PRIVATE).ask_in(caller, here.all)?
    } else if here.member {
        CHANNEL_PATCH_DIRECT.ask(caller)?
    } else {
        return Err(AppError::new(&error::CHANNEL_DIRECT_FORBIDDEN));
    };
    Ok((channel, granted))
}

/// `PUT /channels/{channel_id}/privacy`: `O` or `P`.
pub fn set_privacy(cx: &Context) -> Answer {
    cx.id("channel_id")?;
    let body = of_json::texts_by_name(cx.body());
    let kind = match body.text("privacy") {
        "O" => "O",
        "P" => "P",
        _ => return Err(AppError::body_param("privacy")),
    };
    let (channel, granted) = manageable(cx)?;
    let changed = crate::messaging::channel::set_privacy(cx.app, granted, &channel.id, kind)?;
    Ok(answer::json(&changed))
}

/// `POST /channels/{channel_id}/restore`
pub fn restore(cx: &Context) -> Answer {
    let (channel, granted) = manageable(cx)?;
    let restored = crate::messaging::channel::restore(cx.app, granted, &channel.id)?;
    Ok(answer::json(&restored))
}

/// The channel in the path, when the caller manages its team.
fn manageable(cx: &Context) -> Result<(Channel, Granted), AppError> {
    let (channel, here) = at(cx)?;
    if channel.is_direct_or_group() {
        return Err(CHANNEL_MANAGE.refusal());
    }
    let granted = CHANNEL_MANAGE.ask_in(cx.caller()?, here.team)?;
    Ok((channel, granted))
}

/// `DELETE /channels/{channel_id}`
pub fn delete(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    if channel.is_direct_or_group() {
        return Err(AppError::new(&error::CHANNEL_DELETE_TYPE));
    }
    let granted = of_kind(&channel, &CHANNEL_DELETE_PUBLIC, &CHANNEL_DELETE_PRIVATE)
        .ask_in(cx.caller()?, here.all)?;
    if cx.flag("permanent") {
        return Err(AppError::new(&error::CHANNEL_DELETION_DISABLED));
    }
    crate::messaging::channel::delete(cx.app, granted, &channel.id)?;
    Ok(answer::ok())
}

/// `GET /channels/{channel_id}/stats`
pub fn stats(cx: &Context) -> Answer {
    let channel = of_member(cx)?;
    let (members, pinned) = cx.read(|tx| {
        Ok((
            sql::count_members(tx, &channel.id)?,
            sql::count_pinned(tx, &channel.id)?,
        ))
    })?;
    Ok(answer::json(
        &json!({"channel_id": channel.id, "member_count": members, "guest_count": 0, "pinnedpost_count": pinned}),
    ))
}

/// The channel in the path, for those who read it. Mattermost: a channel that does not exist is one that nobody reads.
pub fn of_member(cx: &Context) -> Result<Channel, AppError> {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    cx.read(|tx| {
        let channel = sql::by_id(tx, channel_id)?.ok_or_else(|| CHANNEL_READ.refusal())?;
        CHANNEL_READ.ask_in(caller, permissions(tx, caller, &channel)?.all)?;
        Ok(channel)
    })
}
