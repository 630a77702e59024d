//! Who is in a channel.

use serde_json::json;

use super::{Channel, DEFAULTS, Member, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::Granted;
use crate::store::Tx;
use crate::team::{self, Team};
use crate::user::{self, User};
use crate::{audit, post};

/// Puts a new member of the team into Town Square and Off-Topic.
pub fn join_defaults(
    tx: &Tx,
    news: &mut News,
    team: &Team,
    user: &User,
    by: &User,
    at: Millis,
) -> Result<(), AppError> {
    for (name, _) in DEFAULTS {
        let Some(channel) = sql::by_name(tx, &team.id, name)? else {
            continue;
        };
        sql::insert_member(tx, &channel.id, &user.id, false, at)?;
        news.tell(
            "user_added",
            json!({"team_id": team.id, "user_id": user.id}),
            Audience::channel(&channel.id),
        );
        if name == DEFAULTS[0].0 {
            let (kind, message) = if by.id == user.id {
                (
                    "system_join_team",
                    format!("{} joined the team.", user.username),
                )
            } else {
                (
                    "system_add_to_team",
                    format!("{} added to the team by {}.", user.username, by.username),
                )
            };
            post::add_system(tx, news, &channel, by, kind, message, at)?;
        }
    }
    Ok(())
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
        let (kind, message) = if by.id == user.id {
            (
                "system_join_channel",
                format!("{} joined the channel.", user.username),
            )
        } else {
            (
                "system_add_to_channel",
                format!("{} added to the channel by {}.", user.username, by.username),
            )
        };
        post::add_system(tx, news, channel, &by, kind, message, granted.at())?;
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
        let remover = granted.caller().user_id.clone();
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

/// Marks a channel as read.
pub fn view(app: &App, granted: Granted, channel_id: &str) -> Result<(), AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let user_id = &granted.caller().user_id;
        sql::viewed(tx, &channel_id, user_id, granted.at())?;
        news.tell(
            "channel_viewed",
            json!({"channel_id": channel_id}),
            Audience::user(user_id),
        );
        Ok(())
    })
}
