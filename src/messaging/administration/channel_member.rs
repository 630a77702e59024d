//! Users are put into channels and taken out of them.

use serde_json::json;

use super::TOWN_SQUARE;
use crate::app::App;
use crate::audit;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::messaging::channel::{self, Channel, Member};
use crate::messaging::post::system::{Notice, say};
use crate::messaging::{post, team};
use crate::permission::{
    CHANNEL_JOIN, CHANNEL_MEMBERS_PRIVATE, CHANNEL_MEMBERS_PUBLIC, Caller, Granted, LEAVE, Rule,
};
use crate::store::Tx;
use crate::user;

/// Users to be put into a channel.
#[derive(Clone, Debug)]
pub struct NewMembers {
    /// The users, all or none.
    pub user_ids: Vec<String>,
    /// The post that mentioned them, which must be in the channel; empty: none.
    pub post_root_id: String,
}

/// Puts users into a channel; a member stays one.
///
/// # Errors
/// In Mattermost's order: the post, the channel does not exist or takes no members, the rule's refusal, a user does not
/// exist or is not in the team.
pub fn add_members(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    new: NewMembers,
) -> Result<Vec<Member>, AppError> {
    let (caller, channel_id) = (caller.clone(), channel_id.to_owned());
    app.change(move |tx, news| {
        if !new.post_root_id.is_empty()
            && post::find(tx, &new.post_root_id)?.channel_id != channel_id
        {
            return Err(AppError::body_param("post_root_id"));
        }
        let channel = channel::find(tx, &channel_id)?;
        if channel.is_direct_or_group() {
            return Err(AppError::new(&error::CHANNEL_ADD_TYPE));
        }
        let here = channel::permissions(tx, &caller, &channel)?;
        let oneself = new.user_ids.iter().all(|id| *id == caller.user_id);
        let granted = if oneself && here.member {
            // Mattermost: who is in a channel may say so again.
            LEAVE.ask(&caller)?
        } else if oneself && channel.is_public() {
            CHANNEL_JOIN.ask_in(&caller, here.team)?
        } else {
            members_rule(&channel).ask_in(&caller, here.all)?
        };
        let add = |user_id: &String| add_member(tx, news, &granted, &channel, user_id);
        new.user_ids.iter().map(add).collect()
    })
}

/// The rule about other members, by the kind of the channel.
fn members_rule(channel: &Channel) -> &'static Rule {
    if channel.is_public() {
        &CHANNEL_MEMBERS_PUBLIC
    } else {
        &CHANNEL_MEMBERS_PRIVATE
    }
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
    if channel::sql::member(tx, &channel.id, user_id)?.is_none() {
        let by = user::sql::by_id(tx, &granted.caller().user_id)?.unwrap_or_else(|| user.clone());
        channel::sql::insert_member(tx, &channel.id, user_id, false, granted.at())?;
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
    let member = channel::sql::member(tx, &channel.id, user_id)?;
    Ok(member.ok_or(&error::CHANNEL_MEMBER_MISSING)?)
}

/// Takes a user out of a channel.
///
/// # Errors
/// In Mattermost's order: the channel or the user does not exist, the channel keeps its members, the rule's refusal,
/// nobody leaves Town Square, the user is no member.
pub fn remove_member(
    app: &App,
    caller: &Caller,
    channel_id: &str,
    user_id: &str,
) -> Result<(), AppError> {
    let (caller, channel_id, user_id) = (caller.clone(), channel_id.to_owned(), user_id.to_owned());
    app.change(move |tx, news| {
        let channel = channel::find(tx, &channel_id)?;
        let user = user::find(tx, &user_id)?;
        if channel.is_direct_or_group() {
            return Err(AppError::new(&error::CHANNEL_REMOVE_TYPE));
        }
        let leaves = user_id == caller.user_id;
        let granted = if leaves {
            LEAVE.ask(&caller)?
        } else {
            channel::ask(tx, members_rule(&channel), &caller, &channel)?
        };
        if channel.name == TOWN_SQUARE {
            return Err(AppError::new(&error::CHANNEL_LEAVE_DEFAULT));
        }
        channel::sql::member(tx, &channel.id, &user_id)?.ok_or(&error::CHANNEL_MEMBER_MISSING)?;
        channel::sql::delete_member(tx, &channel.id, &user_id)?;
        let remover = caller.user_id.clone();
        let (by, notice) = if leaves {
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
