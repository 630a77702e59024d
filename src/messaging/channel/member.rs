//! Who is in a channel.

use serde_json::{Map, Value, json};

use super::{Channel, DEFAULTS, Member, sql};
use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::messaging::post::system::{Notice, say};
use crate::messaging::team::{self, Team};
use crate::permission::Granted;
use crate::store::Tx;
use crate::user::{self, User};

/// Puts a new member of the team into Town Square and Off-Topic.
pub fn join_defaults(
    tx: &Tx,
    news: &mut News,
    team: &Team,
    user: &User,
    at: Millis,
) -> Result<(), AppError> {
    for (name, _) in DEFAULTS {
        let Some(channel) = sql::by_name(tx, &team.id, name)?.filter(Channel::is_public) else {
            continue;
        };
        sql::insert_member(tx, &channel.id, &user.id, false, at)?;
        news.tell(
            "user_added",
            json!({"team_id": team.id, "user_id": user.id}),
            Audience::channel(&channel.id),
        );
        let notice = if name == DEFAULTS[0].0 {
            Notice::joined_team(user)
        } else {
            Notice::joined_channel(user)
        };
        say(tx, news, &channel, user, notice, at)?;
    }
    Ok(())
}

/// Takes an account out of all channels of the team; Town Square is told.
pub fn leave_team(
    tx: &Tx,
    news: &mut News,
    team_id: &str,
    user: &User,
    granted: &Granted,
) -> Result<(), AppError> {
    sql::delete_memberships(tx, team_id, &user.id)?;
    let Some(channel) = sql::by_name(tx, team_id, DEFAULTS[0].0)? else {
        return Ok(());
    };
    let notice = if granted.caller().user_id == user.id {
        Notice::left_team(user)
    } else {
        Notice::removed_from_team(user)
    };
    say(tx, news, &channel, user, notice, granted.at())
}

/// Puts an account into a channel; a member stays one.
///
/// # Errors
/// The user does not exist, or is not in the team.
pub fn add_members(
    app: &App,
    granted: Granted,
    channel: Channel,
    user_ids: Vec<String>,
) -> Result<Vec<Member>, AppError> {
    app.change(move |tx, news| {
        let add = |user_id: &String| add_member(tx, news, &granted, &channel, user_id);
        user_ids.iter().map(add).collect()
    })
}

fn add_member(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    channel: &Channel,
    user_id: &str,
) -> Result<Member, AppError> {
    let user = user::find(tx, user_id)?;
    if team::sql::member(tx, &channel.team_id, user_id)?.is_none() {
        return Err(AppError::new(&error::TEAM_MEMBER_MISSING));
    }
    if sql::member(tx, &channel.id, user_id)?.is_none() {
        let by = user::sql::by_id(tx, &granted.caller().user_id)?.unwrap_or_else(|| user.clone());
        sql::insert_member(tx, &channel.id, user_id, false, granted.at())?;
        news.tell(
            "user_added",
            json!({"team_id": channel.team_id, "user_id": user_id}),
            Audience::channel(&channel.id),
        );
        let notice = if by.id == user.id {
            Notice::joined_channel(&user)
        } else {
            Notice::added_to_channel(&user, &by)
        };
        say(tx, news, channel, &by, notice, granted.at())?;
    }
    audit::record(
        tx,
        granted,
        &format!("name={} user_id={user_id}", channel.name),
    )?;
    sql::member(tx, &channel.id, user_id)?
        .ok_or_else(|| AppError::new(&error::CHANNEL_MEMBER_MISSING))
}

/// Takes an account out of a channel.
///
/// # Errors
/// It is no member; nobody leaves Town Square.
pub fn remove_member(
    app: &App,
    granted: Granted,
    channel: Channel,
    user_id: &str,
) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.change(move |tx, news| {
        if channel.name == DEFAULTS[0].0 {
            return Err(AppError::new(&error::CHANNEL_LEAVE_DEFAULT));
        }
        sql::member(tx, &channel.id, &user_id)?
            .ok_or_else(|| AppError::new(&error::CHANNEL_MEMBER_MISSING))?;
        sql::delete_member(tx, &channel.id, &user_id)?;
        let user = user::find(tx, &user_id)?;
        let remover = granted.caller().user_id.clone();
        let (by, notice) = if remover == user_id {
            (user.clone(), Notice::left_channel(&user))
        } else {
            (
                user::find(tx, &remover)?,
                Notice::removed_from_channel(&user),
            )
        };
        say(tx, news, &channel, &by, notice, granted.at())?;
        news.tell(
            "user_removed",
            json!({"user_id": user_id, "remover_id": remover}),
            Audience::channel(&channel.id),
        );
        news.tell(
            "user_removed",
            json!({"channel_id": channel.id, "remover_id": remover}),
            Audience::user(&user_id),
        );
        audit::record(
            tx,
            &granted,
            &format!("name={} user_id={user_id}", channel.name),
        )
    })
}

/// Marks channels as read, those the account is in; tells when something was posted in each of them last.
///
/// # Errors
/// None of the channels exists.
pub fn view(
    app: &App,
    granted: Granted,
    user_id: &str,
    channel_ids: Vec<String>,
) -> Result<Map<String, Value>, AppError> {
    let user_id = user_id.to_owned();
    app.change(move |tx, news| {
        let mut times = Map::new();
        let mut known = channel_ids.is_empty();
        for channel_id in &channel_ids {
            let Some(channel) = sql::by_id(tx, channel_id)? else {
                continue;
            };
            known = true;
            if sql::member(tx, channel_id, &user_id)?.is_none() {
                continue;
            }
            sql::viewed(tx, channel_id, &user_id, granted.at())?;
            times.insert(channel.id, channel.last_post_at.into());
            news.tell(
                "channel_viewed",
                json!({"channel_id": channel_id}),
                Audience::user(&user_id),
            );
        }
        if known {
            Ok(times)
        } else {
            Err(AppError::new(&error::CHANNEL_VIEW))
        }
    })
}
