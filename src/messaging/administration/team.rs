//! Teams are made, and users come and go.

use std::sync::Arc;

use serde_json::json;

use super::TOWN_SQUARE;
use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{Config, MAXIMUM_TEAMS};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::messaging::channel::{self, Channel, ChannelKind};
use crate::messaging::post::system::{Notice, say};
use crate::messaging::team::{self, Member, Team};
use crate::permission::{
    Caller, Granted, LEAVE, TEAM_ADD_MEMBER, TEAM_CREATE, TEAM_JOIN, TEAM_JOIN_CLOSED,
    TEAM_REMOVE_MEMBER,
};
use crate::store::Tx;
use crate::user::{self, NewUser, User};

/// A team to be made, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct NewTeam {
    /// Empty, unless the operator chooses one.
    pub id: String,
    /// The part of addresses.
    pub name: String,
    /// The name that people read.
    pub display_name: String,
    /// `O` or `I`.
    pub kind: String,
    /// The purpose.
    pub description: String,
    /// Whether anyone may see and join it.
    pub allow_open_invite: bool,
}

/// Makes a team with its two channels; the caller becomes its admin.
///
/// # Errors
/// The rule's refusal; it has an id already; a field that is not as it must be; the name is taken; there are too many.
pub fn create(app: &App, caller: &Caller, new: NewTeam) -> Result<Team, AppError> {
    let caller = caller.clone();
    let most = app.config.last().int(&MAXIMUM_TEAMS);
    app.change(move |tx, news| {
        let granted = TEAM_CREATE.ask(&caller)?;
        let id = caller.id_of_new(&new.id, &error::TEAM_EXISTS)?;
        let mut team = Team::new(
            &new.name,
            &new.display_name,
            &new.kind,
            &new.description,
            granted.at(),
        )?;
        team.id = id;
        team.allow_open_invite = new.allow_open_invite;
        let creator = user::find(tx, &caller.user_id)?;
        if team::sql::by_name(tx, &team.name)?.is_some() {
            return Err(AppError::new(&error::TEAM_EXISTS));
        }
        if most > 0 && team::sql::are_as_many(tx, most)? {
            return Err(AppError::named(&error::TEAM_LIMIT, &most.to_string()));
        }
        team.email.clone_from(&creator.email);
        team::sql::insert(tx, &team)?;
        for (name, display_name) in channel::DEFAULTS {
            let (team_id, kind) = (&team.id, ChannelKind::Public);
            let default = Channel::new(team_id, kind, name, display_name, "", granted.at());
            channel::sql::insert(tx, &default)?;
        }
        join(tx, news, &team, &creator, true, granted.at())?;
        audit::record(tx, &granted, &format!("name={}", team.name))?;
        Ok(team)
    })
}

/// Adds the account to the team and its two channels; a member stays one.
///
/// # Errors
/// The rule's refusal; the team or the user does not exist.
pub fn add_member(
    app: &App,
    caller: &Caller,
    team_id: &str,
    user_id: &str,
) -> Result<Member, AppError> {
    let (caller, team_id, user_id) = (caller.clone(), team_id.to_owned(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = may_add(tx, &caller, &team_id, &user_id)?;
        let team = team::find(tx, &team_id)?;
        let user = user::find(tx, &user_id)?;
        if team::sql::member(tx, &team_id, &user_id)?.is_none() {
            join(tx, news, &team, &user, false, granted.at())?;
        }
        audit::record(
            tx,
            &granted,
            &format!("name={} user_id={user_id}", team.name),
        )?;
        Ok(team::sql::member(tx, &team_id, &user_id)?.ok_or(&error::USER_MISSING)?)
    })
}

/// Makes an account for somebody who shows the invite id of a team, and adds it to the team.
///
/// # Errors
/// No team has this invite id; those of [`user::create`].
pub fn sign_up(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    new: NewUser,
    invite_id: &str,
) -> Result<User, AppError> {
    let find = |tx: &Tx, id: &str| {
        let team = team::sql::by_invite_id(tx, id)?;
        Ok(team.ok_or(&error::TEAM_INVITE_UNKNOWN)?)
    };
    app.store.read(|tx| find(tx, invite_id))?;
    let new = NewUser {
        is_invited: true,
        ..new
    };
    let invite_id = invite_id.to_owned();
    user::create_with(app, config, caller, new, move |tx, news, user| {
        let team = find(tx, &invite_id)?;
        join(tx, news, &team, user, false, user.create_at)
    })
}

/// Mattermost: oneself into an open team; others with the permission there.
fn may_add(tx: &Tx, caller: &Caller, team_id: &str, user_id: &str) -> Result<Granted, AppError> {
    if user_id != caller.user_id {
        return team::ask(tx, &TEAM_ADD_MEMBER, caller, team_id);
    }
    let open = team::find(tx, team_id)?.is_open();
    let rule = if open { &TEAM_JOIN } else { &TEAM_JOIN_CLOSED };
    rule.ask(caller)
}

fn join(
    tx: &Tx,
    news: &mut News,
    team: &Team,
    user: &User,
    admin: bool,
    at: Millis,
) -> Result<(), AppError> {
    if !team.allows(user) {
        return Err(AppError::new(&error::TEAM_DOMAIN_REFUSED));
    }
    team::sql::insert_member(tx, &team.id, &user.id, admin)?;
    news.tell(
        "added_to_team",
        json!({"team_id": team.id, "user_id": user.id}),
        Audience::user(&user.id),
    );
    join_defaults(tx, news, team, user, at)
}

/// Takes the account out of the team and all its channels.
///
/// # Errors
/// The rule's refusal; there is no such team or user; the user is no member.
pub fn remove_member(
    app: &App,
    caller: &Caller,
    team_id: &str,
    user_id: &str,
) -> Result<(), AppError> {
    let (caller, team_id, user_id) = (caller.clone(), team_id.to_owned(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = if user_id == caller.user_id {
            LEAVE.ask(&caller)?
        } else {
            team::ask(tx, &TEAM_REMOVE_MEMBER, &caller, &team_id)?
        };
        team::find(tx, &team_id)?;
        let user = user::find(tx, &user_id)?;
        team::sql::member(tx, &team_id, &user_id)?.ok_or(&error::TEAM_LEFT)?;
        let to = Audience {
            also: user_id.clone(),
            ..Audience::team(&team_id)
        };
        let data = json!({"team_id": team_id, "user_id": user_id});
        news.tell("leave_team", data, to);
        team::sql::delete_member(tx, &team_id, &user_id)?;
        leave_channels(tx, news, &team_id, &user, &granted)?;
        audit::record(tx, &granted, &format!("user_id={user_id}"))
    })
}

/// Puts a new member of the team into Town Square and Off-Topic.
fn join_defaults(
    tx: &Tx,
    news: &mut News,
    team: &Team,
    user: &User,
    at: Millis,
) -> Result<(), AppError> {
    for (name, _) in channel::DEFAULTS {
        let Some(channel) = channel::sql::by_name(tx, &team.id, name)?.filter(Channel::is_public)
        else {
            continue;
        };
        channel::sql::insert_member(tx, &channel.id, &user.id, false, at)?;
        news.tell(
            "user_added",
            json!({"team_id": team.id, "user_id": user.id}),
            Audience::channel(&channel.id),
        );
        let notice = if name == TOWN_SQUARE {
            Notice::joined_team(user)
        } else {
            Notice::joined_channel(user)
        };
        say(tx, news, &channel, user, notice, at)?;
    }
    Ok(())
}

/// Takes an account out of all channels of the team; Town Square is told.
fn leave_channels(
    tx: &Tx,
    news: &mut News,
    team_id: &str,
    user: &User,
    granted: &Granted,
) -> Result<(), AppError> {
    channel::sql::delete_memberships(tx, team_id, &user.id)?;
    let Some(channel) = channel::sql::by_name(tx, team_id, TOWN_SQUARE)? else {
        return Ok(());
    };
    let notice = if granted.caller().user_id == user.id {
        Notice::left_team(user)
    } else {
        Notice::removed_from_team(user)
    };
    say(tx, news, &channel, user, notice, granted.at())
}
