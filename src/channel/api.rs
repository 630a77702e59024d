//! HTTP endpoints of channels.

use serde_json::json;

use super::{Channel, Here, NewChannel, Patch, find, may_read, permissions, sql};
use crate::error::{self, AppError};
use crate::http::{Answer, Context, answer, json as of_json};
use crate::permission::{
    CHANNEL_CREATE_PRIVATE, CHANNEL_CREATE_PUBLIC, CHANNEL_DELETE_PRIVATE, CHANNEL_DELETE_PUBLIC,
    CHANNEL_LIST, CHANNEL_LIST_ALL, CHANNEL_PATCH_DIRECT, CHANNEL_PATCH_PRIVATE,
    CHANNEL_PATCH_PUBLIC, DIRECT_CREATE, DIRECT_CREATE_OTHERS, GROUP_CREATE, Granted, MEMBERSHIPS,
    Rule,
};
use crate::store::Tx;
use crate::user::api::about;
use crate::{id, team};

/// `POST /channels`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "channel")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let (caller, team_id, kind) = (cx.caller()?, text("team_id"), text("type"));
    let here = cx
        .app
        .store
        .read(|tx| team::permissions(tx, caller, &team_id))?;
    let granted = match kind.as_str() {
        "O" => CHANNEL_CREATE_PUBLIC.ask_in(caller, here)?,
        "P" => CHANNEL_CREATE_PRIVATE.ask_in(caller, here)?,
        "D" => return Err(AppError::new(&error::CHANNEL_DIRECT)),
        _ => return Err(AppError::new(&error::CHANNEL_TYPE)),
    };
    cx.app.store.read(|tx| team::find(tx, &team_id))?;
    let new = NewChannel {
        team_id,
        kind,
        name: text("name"),
        display_name: text("display_name"),
        header: text("header"),
        purpose: text("purpose"),
    };
    Ok(answer::created(&super::create(cx.app, granted, new)?))
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
    Ok(answer::created(&super::between(cx.app, granted, user_ids)?))
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
    Ok(answer::created(&super::between(cx.app, granted, user_ids)?))
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
    let (channel, here) = cx.app.store.read(|tx| {
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

pub(super) fn readable(cx: &Context, channel: &Channel, here: Here) -> Result<Granted, AppError> {
    may_read(cx.caller()?, channel, here)
}

/// The channel in the path, and what the caller may do there.
pub(super) fn at(cx: &Context) -> Result<(Channel, Here), AppError> {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    cx.app.store.read(|tx| {
        let channel = find(tx, channel_id)?;
        let here = permissions(tx, caller, &channel)?;
        Ok((channel, here))
    })
}

/// By the kind of the channel.
pub(super) fn of_kind(
    channel: &Channel,
    public: &'static Rule,
    private: &'static Rule,
) -> &'static Rule {
    if channel.is_public() { public } else { private }
}

/// `PUT /channels/{channel_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "channel")?;
    let (channel, here) = at(cx)?;
    let rule = of_kind(&channel, &CHANNEL_PATCH_PUBLIC, &CHANNEL_PATCH_PRIVATE);
    // Mattermost: everybody in a direct or group channel may change it.
    let granted = if channel.is_direct_or_group() && here.member {
        CHANNEL_PATCH_DIRECT.ask(cx.caller()?)?
    } else {
        rule.ask_in(cx.caller()?, here.all)?
    };
    let text = |name| body.text(name).map(str::to_owned);
    let patch = Patch {
        name: text("name"),
        display_name: text("display_name"),
        header: text("header"),
        purpose: text("purpose"),
    };
    Ok(answer::json(&super::update(
        cx.app,
        granted,
        &channel.id,
        patch,
    )?))
}

/// `DELETE /channels/{channel_id}`
pub fn delete(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    if channel.is_direct_or_group() {
        return Err(AppError::new(&error::CHANNEL_DELETE_TYPE));
    }
    let granted = of_kind(&channel, &CHANNEL_DELETE_PUBLIC, &CHANNEL_DELETE_PRIVATE)
        .ask_in(cx.caller()?, here.all)?;
    super::delete(cx.app, granted, &channel.id)?;
    Ok(answer::ok())
}

/// `GET /teams/{team_id}/channels`
pub fn list(cx: &Context) -> Answer {
    listed(cx, &CHANNEL_LIST, "O", false)
}

/// `GET /teams/{team_id}/channels/private`
pub fn list_private(cx: &Context) -> Answer {
    listed(cx, &CHANNEL_LIST_ALL, "P", false)
}

/// `GET /teams/{team_id}/channels/deleted`
pub fn list_deleted(cx: &Context) -> Answer {
    listed(cx, &CHANNEL_LIST, "O", true)
}

fn listed(cx: &Context, rule: &'static Rule, kind: &str, archived: bool) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    let channels = cx.app.store.read(|tx| {
        rule.ask_in(caller, team::permissions(tx, caller, team_id)?)?;
        Ok(sql::list(tx, team_id, kind, archived, cx.page())?)
    })?;
    Ok(answer::json(&channels))
}

/// `GET /channels`
pub fn list_all(cx: &Context) -> Answer {
    CHANNEL_LIST_ALL.ask(cx.caller()?)?;
    Ok(answer::json(
        &cx.app.store.read(|tx| Ok(sql::list_all(tx, cx.page())?))?,
    ))
}

/// `POST /teams/{team_id}/channels/search`
pub fn search(cx: &Context) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    let body = of_json::object(cx.body(), "channel_search")?;
    let term = body.text("term").unwrap_or_default().to_lowercase();
    let channels = cx.app.store.read(|tx| {
        CHANNEL_LIST.ask_in(caller, team::permissions(tx, caller, team_id)?)?;
        Ok(sql::search(tx, team_id, &term)?)
    })?;
    Ok(answer::json(&channels))
}

/// `GET /users/{user_id}/teams/{team_id}/channels`
pub fn list_of_user(cx: &Context) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    about(cx, user_id, &MEMBERSHIPS)?;
    Ok(answer::json(
        &cx.app
            .store
            .read(|tx| Ok(sql::of_user(tx, user_id, team_id)?))?,
    ))
}

/// `GET /channels/{channel_id}/stats`
pub fn stats(cx: &Context) -> Answer {
    let (channel, here) = at(cx)?;
    readable(cx, &channel, here)?;
    let count = cx
        .app
        .store
        .read(|tx| Ok(sql::count_members(tx, &channel.id)?))?;
    Ok(answer::json(
        &json!({"channel_id": channel.id, "member_count": count, "guest_count": 0, "pinnedpost_count": 0}),
    ))
}
