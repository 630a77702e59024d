//! How channels come to be: those of a team, and direct and group messages.

use serde_json::json;

use super::{Channel, DEFAULTS, find, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::messaging::post::system::{Notice, say};
use crate::permission::Granted;
use crate::store::Tx;
use crate::{audit, user};

/// What a new channel of a team looks like.
pub struct NewChannel {
    /// In which team.
    pub team_id: String,
    /// `O` or `P`.
    pub kind: String,
    /// Part of addresses.
    pub name: String,
    /// What people read.
    pub display_name: String,
    /// Shown above the posts.
    pub header: String,
    /// What it is for.
    pub purpose: String,
}

/// Makes a channel; the caller becomes its admin.
///
/// # Errors
/// A field that is not as it must be; the name is taken in the team.
pub fn create(app: &App, granted: Granted, new: NewChannel) -> Result<Channel, AppError> {
    let creator_id = granted.caller().user_id.clone();
    let mut channel = Channel::new(
        &new.team_id,
        &new.kind,
        &new.name,
        new.display_name.trim(),
        &creator_id,
        granted.at(),
    );
    channel.header = new.header;
    channel.purpose = new.purpose;
    channel.check()?;
    app.change(move |tx, news| {
        if sql::by_name(tx, &channel.team_id, &channel.name)?.is_some() {
            return Err(AppError::new(&error::CHANNEL_EXISTS));
        }
        let creator = user::find(tx, &creator_id)?;
        sql::insert(tx, &channel)?;
        sql::insert_member(tx, &channel.id, &creator.id, true, granted.at())?;
        let data = json!({"channel_id": channel.id, "team_id": channel.team_id});
        news.tell("channel_created", data, Audience::user(&creator.id));
        let joined = Notice::joined_channel(&creator);
        say(tx, news, &channel, &creator, joined, granted.at())?;
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        find(tx, &channel.id)
    })
}

/// Makes Town Square and Off-Topic.
pub fn create_defaults(tx: &Tx, team_id: &str, now: Millis) -> Result<(), AppError> {
    for (name, display_name) in DEFAULTS {
        sql::insert(tx, &Channel::new(team_id, "O", name, display_name, "", now))?;
    }
    Ok(())
}

/// The direct channel of two accounts, or the group of up to eight, made when there is none.
///
/// # Errors
/// One of the accounts does not exist.
pub fn between(
    app: &App,
    granted: Granted,
    mut user_ids: Vec<String>,
) -> Result<Channel, AppError> {
    user_ids.sort_unstable();
    app.change(move |tx, news| {
        let group = user_ids.len() > 2;
        let missing = || {
            AppError::new(if group {
                &error::GROUP_USER
            } else {
                &error::DIRECT_USER
            })
        };
        let members = user_ids
            .iter()
            .map(|id| user::sql::by_id(tx, id)?.ok_or_else(missing))
            .collect::<Result<Vec<_>, AppError>>()?;
        let name = if group {
            group_name(&user_ids)
        } else {
            direct_name(&user_ids)
        };
        if let Some(channel) = sql::by_name(tx, "", &name)? {
            return Ok(channel);
        }
        let caller = granted.caller();
        let names: Vec<&str> = members
            .iter()
            .map(|member| member.username.as_str())
            .collect();
        let display_name = if group {
            names.join(", ").chars().take(64).collect()
        } else {
            String::new()
        };
        let kind = if group { "G" } else { "D" };
        let channel = Channel::new(
            "",
            kind,
            &name,
            &display_name,
            &caller.user_id,
            granted.at(),
        );
        sql::insert(tx, &channel)?;
        for member in &members {
            sql::insert_member(tx, &channel.id, &member.id, false, granted.at())?;
        }
        let others = members
            .iter()
            .map(|member| &member.id)
            .find(|id| **id != caller.user_id)
            .unwrap_or(&caller.user_id);
        let data = json!({"creator_id": caller.user_id, "teammate_id": others});
        news.tell(
            if group { "group_added" } else { "direct_added" },
            data,
            Audience::channel(&channel.id),
        );
        audit::record(tx, &granted, &format!("name={name}"))?;
        Ok(channel)
    })
}

/// Mattermost: both ids in alphabetical order.
fn direct_name(sorted: &[String]) -> String {
    match sorted {
        [only] => format!("{only}__{only}"),
        ids => ids.join("__"),
    }
}

fn group_name(sorted: &[String]) -> String {
    use sha2::{Digest, Sha256};
    // Mattermost: forty hexadecimal letters made from the sorted ids.
    hex::encode(Sha256::digest(sorted.concat()))[..40].to_owned()
}
