//! Channels change: their fields, who may find them, and whether they are archived.

use serde_json::json;

use super::TOWN_SQUARE;
use super::channel::check_room;
use crate::app::App;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::messaging::channel::{self, Channel, ChannelKind, sql};
use crate::messaging::post::system::{Notice, say};
use crate::messaging::{team, webhook};
use crate::permission::{
    CHANNEL_DELETE_PRIVATE, CHANNEL_DELETE_PUBLIC, CHANNEL_MANAGE, CHANNEL_MOVE,
    CHANNEL_PATCH_DIRECT, CHANNEL_PATCH_PRIVATE, CHANNEL_PATCH_PUBLIC, Caller, Granted,
};
use crate::store::Tx;
use crate::{audit, user};

/// The fields of a channel that change; `None` leaves a field as it is.
#[derive(Default)]
pub struct ChannelPatch {
    /// The part of addresses.
    pub name: Option<String>,
    /// The name that people read.
    pub display_name: Option<String>,
    /// The text above the posts.
    pub header: Option<String>,
    /// The purpose.
    pub purpose: Option<String>,
}

/// Changes some fields of a channel.
///
/// # Errors
/// In Mattermost's order: there is no such channel, the rule's refusal, a field that is not as it must be, it is Town
/// Square's name, the name is taken in the team.
pub fn patch(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    patch: ChannelPatch,
) -> Result<Channel, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    app.change(move |tx, news| {
        let (channel, granted) = changeable(tx, &caller, &channel_id)?;
        apply(tx, news, &granted, channel, patch)
    })
}

/// Changes a channel that was sent as a whole, with the letter of its kind.
///
/// # Errors
/// As [`patch`]; it is archived; another kind was sent.
pub fn update(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    kind: &str,
    patch: ChannelPatch,
) -> Result<Channel, AppError> {
    let (caller, channel_id, kind) = (caller.clone(), channel_id.to_owned(), kind.to_owned());
    app.change(move |tx, news| {
        let (channel, granted) = changeable(tx, &caller, &channel_id)?;
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::CHANNEL_UPDATE_DELETED));
        }
        if !kind.is_empty() && kind != channel.kind.as_str() {
            return Err(AppError::new(&error::CHANNEL_UPDATE_TYPE));
        }
        apply(tx, news, &granted, channel, patch)
    })
}

/// Returns the channel when the caller may change its fields. Mattermost: every member of a direct or group channel may,
/// and nobody else.
fn changeable(tx: &Tx, caller: &Caller, channel_id: &str) -> Result<(Channel, Granted), AppError> {
    let channel = channel::find(tx, channel_id)?;
    let here = channel::permissions(tx, caller, &channel)?;
    let granted = match channel.kind {
        ChannelKind::Public => CHANNEL_PATCH_PUBLIC.ask_in(caller, here.all)?,
        ChannelKind::Private => CHANNEL_PATCH_PRIVATE.ask_in(caller, here.all)?,
        _ if here.member => CHANNEL_PATCH_DIRECT.ask(caller)?,
        _ => return Err(AppError::new(&error::CHANNEL_DIRECT_FORBIDDEN)),
    };
    Ok((channel, granted))
}

fn apply(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    old: Channel,
    patch: ChannelPatch,
) -> Result<Channel, AppError> {
    let mut channel = old.clone();
    channel.update_at = granted.at();
    for (field, patched) in [
        (&mut channel.name, patch.name),
        (&mut channel.display_name, patch.display_name),
        (&mut channel.header, patch.header),
        (&mut channel.purpose, patch.purpose),
    ] {
        if let Some(text) = patched {
            *field = text;
        }
    }
    channel.check_names()?;
    channel.check_texts()?;
    if old.name == TOWN_SQUARE && channel.name != old.name {
        return Err(AppError::new(&error::CHANNEL_UPDATE_DEFAULT));
    }
    let same_name = sql::by_name(tx, &channel.team_id, &channel.name)?;
    if same_name.is_some_and(|other| other.id != channel.id) {
        return Err(AppError::new(&error::CHANNEL_EXISTS));
    }
    sql::update(tx, &channel)?;
    let text = serde_json::to_string(&channel).unwrap_or_default();
    news.tell(
        "channel_updated",
        json!({"channel": text}),
        Audience::channel(&channel.id),
    );
    audit::record(tx, granted, &format!("name={}", channel.name))?;
    say_what_changed(tx, news, granted, &old, &channel)?;
    channel::find(tx, &channel.id)
}

fn say_what_changed(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    old: &Channel,
    new: &Channel,
) -> Result<(), AppError> {
    let by = user::find(tx, &granted.caller().user_id)?;
    let mut notices = Vec::new();
    if old.display_name != new.display_name {
        notices.push(Notice::display_name(
            &by,
            &old.display_name,
            &new.display_name,
        ));
    }
    if old.header != new.header {
        notices.push(Notice::header(&by, &old.header, &new.header));
    }
    if old.purpose != new.purpose {
        notices.push(Notice::purpose(&by, &old.purpose, &new.purpose));
    }
    notices
        .into_iter()
        .try_for_each(|notice| say(tx, news, new, &by, notice, granted.at()))
}

/// Makes a public channel private, or a private one public.
///
/// # Errors
/// There is no such channel; the rule's refusal; Town Square stays public.
pub fn set_privacy(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    kind: ChannelKind,
) -> Result<Channel, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    app.change(move |tx, news| {
        let (mut channel, granted) = manageable(tx, &caller, &channel_id)?;
        if channel.name == TOWN_SQUARE && kind == ChannelKind::Private {
            return Err(AppError::new(&error::CHANNEL_PRIVACY_DEFAULT));
        }
        channel.kind = kind;
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        let by = user::find(tx, &granted.caller().user_id)?;
        let privacy = Notice::privacy(channel.is_public());
        say(tx, news, &channel, &by, privacy, granted.at())?;
        news.tell(
            "channel_converted",
            json!({"channel_id": channel.id}),
            Audience::team(&channel.team_id),
        );
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        channel::find(tx, &channel_id)
    })
}

/// Moves a channel to another team, with its posts and webhooks. Who is deactivated leaves it; with `force` also who is not in
/// that team.
///
/// # Errors
/// In Mattermost's order: there is no such channel or team, it is direct or a group, the rule's refusal, somebody in it is not
/// in that team, the team has a channel of that name, or as many as it may have.
pub fn move_to_team(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    team_id: &str,
    force: bool,
) -> Result<Channel, AppError> {
    let (caller, config) = (caller.clone(), app.config.last());
    let (channel_id, team_id) = (channel_id.to_owned(), team_id.to_owned());
    app.change(move |tx, news| {
        let channel = channel::find(tx, &channel_id)?;
        let team = team::find(tx, &team_id)?;
        if channel.is_direct_or_group() {
            return Err(AppError::new(&error::CHANNEL_MOVE_TYPE));
        }
        let granted = CHANNEL_MOVE.ask(&caller)?;
        sql::delete_members_before_move(tx, &channel.id, force.then_some(&team.id))?;
        if sql::has_strangers_to(tx, &channel.id, &team.id)? {
            return Err(AppError::new(&error::CHANNEL_MOVE_MEMBERS));
        }
        let previous = team::find(tx, &channel.team_id)?;
        if previous.id != team.id {
            if sql::by_name(tx, &team.id, &channel.name)?.is_some() {
                return Err(AppError::new(&error::CHANNEL_EXISTS));
            }
            check_room(tx, &config, &team.id)?;
        }
        sql::move_to(tx, &channel.id, &team.id, granted.at())?;
        let channel = channel::find(tx, &channel.id)?;
        let by = user::find(tx, &granted.caller().user_id)?;
        let notice = Notice::moved(&by, &previous.name);
        say(tx, news, &channel, &by, notice, granted.at())?;
        audit::record(tx, &granted, &format!("channel={}", channel.name))?;
        audit::record(tx, &granted, &format!("team={}", team.name))?;
        channel::find(tx, &channel.id)
    })
}

/// Returns the channel when the caller manages its team.
fn manageable(tx: &Tx, caller: &Caller, channel_id: &str) -> Result<(Channel, Granted), AppError> {
    let channel = channel::find(tx, channel_id)?;
    if channel.is_direct_or_group() {
        return Err(CHANNEL_MANAGE.refusal());
    }
    let here = channel::permissions(tx, caller, &channel)?;
    let granted = CHANNEL_MANAGE.ask_in(caller, here.team)?;
    Ok((channel, granted))
}

/// Archives a channel; `permanent` asks for more than there is.
///
/// # Errors
/// In Mattermost's order: there is no such channel, it is direct or a group, the rule's refusal, channels are not deleted
/// for good, it is archived, it is Town Square.
pub fn delete(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    permanent: bool,
) -> Result<(), AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    app.change(move |tx, news| {
        let mut channel = channel::find(tx, &channel_id)?;
        let rule = match channel.kind {
            ChannelKind::Public => &CHANNEL_DELETE_PUBLIC,
            ChannelKind::Private => &CHANNEL_DELETE_PRIVATE,
            _ => return Err(AppError::new(&error::CHANNEL_DELETE_TYPE)),
        };
        let granted = channel::ask(tx, rule, &caller, &channel)?;
        if permanent {
            return Err(AppError::new(&error::CHANNEL_DELETION_DISABLED));
        }
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::CHANNEL_DELETED));
        }
        if channel.name == TOWN_SQUARE {
            return Err(AppError::new(&error::CHANNEL_DELETE_DEFAULT));
        }
        let by = user::find(tx, &granted.caller().user_id)?;
        say(tx, news, &channel, &by, Notice::archived(&by), granted.at())?;
        channel.delete_at = granted.at();
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        // Mattermost: they are not there again when the channel is.
        webhook::sql::delete_of_channel(tx, &channel.id)?;
        let data = json!({"channel_id": channel.id, "delete_at": channel.delete_at});
        news.tell("channel_deleted", data, Audience::team(&channel.team_id));
        audit::record(tx, &granted, &format!("name={}", channel.name))
    })
}

/// Brings an archived channel back.
///
/// # Errors
/// There is no such channel; the rule's refusal; it is not archived.
pub fn restore(app: &App, caller: &Caller, channel_id: &str) -> Result<Channel, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    app.change(move |tx, news| {
        let (mut channel, granted) = manageable(tx, &caller, &channel_id)?;
        if channel.delete_at == 0 {
            return Err(AppError::new(&error::CHANNEL_RESTORED));
        }
        channel.delete_at = 0;
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        news.tell(
            "channel_restored",
            json!({"channel_id": channel.id}),
            Audience::team(&channel.team_id),
        );
        let by = user::find(tx, &granted.caller().user_id)?;
        say(tx, news, &channel, &by, Notice::restored(&by), granted.at())?;
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        channel::find(tx, &channel_id)
    })
}
