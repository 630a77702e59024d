//! Channels: public and private ones of a team, direct and group messages. Owns who is in a channel, and what that
//! permits.

pub mod api;
pub mod sql;

use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::{CHANNEL_READ, CHANNEL_READ_PUBLIC, Caller, Granted, PermissionSet};
use crate::store::Tx;
use crate::team::{self, Team};
use crate::user::{self, User};
use crate::{audit, id, post, role};

/// A channel as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Channel {
    /// 26 letters.
    pub id: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// Above 0: archived then.
    pub delete_at: Millis,
    /// Empty for direct and group messages.
    pub team_id: String,
    /// `O`, `P`, `D` or `G`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people read.
    pub display_name: String,
    /// Part of addresses.
    pub name: String,
    /// Shown above the posts.
    pub header: String,
    /// What it is for.
    pub purpose: String,
    /// When something was posted last.
    pub last_post_at: Millis,
    /// Posts, without system messages.
    pub total_msg_count: i64,
    extra_update_at: Millis,
    /// Who made it; empty for the channels of a new team.
    pub creator_id: String,
    scheme_id: Option<()>,
    props: Option<()>,
    group_constrained: Option<()>,
    shared: Option<()>,
    total_msg_count_root: i64,
    policy_id: Option<()>,
}

/// Mattermost: the channels that every team has, and everybody in it is in.
const DEFAULTS: [(&str, &str); 2] = [("town-square", "Town Square"), ("off-topic", "Off-Topic")];

impl Channel {
    fn new(
        team_id: &str,
        kind: &str,
        name: &str,
        display_name: &str,
        creator_id: &str,
        now: Millis,
    ) -> Channel {
        Channel {
            id: id::new(),
            create_at: now,
            update_at: now,
            delete_at: 0,
            team_id: team_id.to_owned(),
            kind: kind.to_owned(),
            display_name: display_name.to_owned(),
            name: name.to_owned(),
            header: String::new(),
            purpose: String::new(),
            last_post_at: now,
            total_msg_count: 0,
            extra_update_at: 0,
            creator_id: creator_id.to_owned(),
            scheme_id: None,
            props: None,
            group_constrained: None,
            shared: None,
            total_msg_count_root: 0,
            policy_id: None,
        }
    }

    /// Whether everybody in the team may find it.
    pub fn is_public(&self) -> bool {
        self.kind == "O"
    }

    /// Whether it belongs to people instead of a team.
    pub fn is_direct_or_group(&self) -> bool {
        self.kind == "D" || self.kind == "G"
    }

    /// # Errors
    /// In Mattermost's order: name, display name, header, purpose.
    fn check(&self) -> Result<(), AppError> {
        let letter =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        let within = |text: &str, most: usize| text.chars().count() <= most && !text.contains('\0');
        if !(2..=64).contains(&self.name.len()) || !self.name.bytes().all(letter) {
            return Err(AppError::new(&error::CHANNEL_NAME));
        }
        if !within(&self.display_name, 64) {
            return Err(AppError::new(&error::CHANNEL_DISPLAY_NAME));
        }
        if !within(&self.header, 1024) {
            return Err(AppError::new(&error::CHANNEL_HEADER));
        }
        if !within(&self.purpose, 250) {
            return Err(AppError::new(&error::CHANNEL_PURPOSE));
        }
        Ok(())
    }
}

/// A membership as the API shows it.
#[derive(Debug, Serialize)]
pub struct Member {
    /// In which channel.
    pub channel_id: String,
    /// Whose it is.
    pub user_id: String,
    roles: &'static str,
    last_viewed_at: Millis,
    msg_count: i64,
    mention_count: i64,
    mention_count_root: i64,
    msg_count_root: i64,
    notify_props: Value,
    last_update_at: Millis,
    scheme_guest: bool,
    scheme_user: bool,
    scheme_admin: bool,
    explicit_roles: &'static str,
}

/// The roles of a member.
pub fn roles_of(admin: bool) -> &'static str {
    if admin {
        "channel_user channel_admin"
    } else {
        "channel_user"
    }
}

/// What the caller may do in the channel: by the roles he has everywhere, in the team, and in the channel.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    /// All together.
    pub all: PermissionSet,
    /// Without those of the channel.
    pub team: PermissionSet,
    /// Whether he is in the channel.
    pub member: bool,
}

/// What the caller may do in the channel.
pub fn permissions(tx: &Tx, caller: &Caller, channel: &Channel) -> Result<Here, AppError> {
    let team = if channel.team_id.is_empty() {
        caller.permissions
    } else {
        team::permissions(tx, caller, &channel.team_id)?
    };
    Ok(match sql::member(tx, &channel.id, &caller.user_id)? {
        Some(member) => Here {
            all: team.and(role::sql::permissions(tx, member.roles)?),
            team,
            member: true,
        },
        None => Here {
            all: team,
            team,
            member: false,
        },
    })
}

/// Whether what is posted may be read: with `read_channel` there; public ones also with `read_public_channel` in the team.
///
/// # Errors
/// 403.
pub fn may_read(caller: &Caller, channel: &Channel, here: Here) -> Result<Granted, AppError> {
    let granted = CHANNEL_READ.ask_in(caller, here.all);
    if channel.is_public() {
        granted.or_else(|_| CHANNEL_READ_PUBLIC.ask_in(caller, here.team))
    } else {
        granted
    }
}

/// The channel with the id.
///
/// # Errors
/// There is none.
pub fn find(tx: &Tx, id: &str) -> Result<Channel, AppError> {
    sql::by_id(tx, id)?.ok_or_else(|| AppError::new(&error::CHANNEL_MISSING))
}

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
        &new.display_name,
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
        post::add_system(
            tx,
            news,
            &channel,
            &creator,
            "system_join_channel",
            format!("{} joined the channel.", creator.username),
            granted.at(),
        )?;
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        find(tx, &channel.id)
    })
}

/// Whether every team has a channel of this name.
pub fn is_default(name: &str) -> bool {
    DEFAULTS.iter().any(|(default, _)| *default == name)
}

/// Makes Town Square and Off-Topic.
pub fn create_defaults(tx: &Tx, team_id: &str, now: Millis) -> Result<(), AppError> {
    for (name, display_name) in DEFAULTS {
        sql::insert(tx, &Channel::new(team_id, "O", name, display_name, "", now))?;
    }
    Ok(())
}

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
        let missing = || AppError::new(&error::DIRECT_USER);
        let members = user_ids
            .iter()
            .map(|id| user::sql::by_id(tx, id)?.ok_or_else(missing))
            .collect::<Result<Vec<_>, AppError>>()?;
        let group = members.len() > 2;
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

/// What of a channel is to change; what is not there stays.
#[derive(Default)]
pub struct Patch {
    /// Part of addresses.
    pub name: Option<String>,
    /// What people read.
    pub display_name: Option<String>,
    /// Shown above the posts.
    pub header: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
}

/// Changes a channel's fields.
///
/// # Errors
/// A field that is not as it must be; the name is taken in the team.
pub fn update(
    app: &App,
    granted: Granted,
    channel_id: &str,
    patch: Patch,
) -> Result<Channel, AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        let fields = [
            (&mut channel.name, patch.name),
            (&mut channel.display_name, patch.display_name),
            (&mut channel.header, patch.header),
            (&mut channel.purpose, patch.purpose),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                *field = text;
            }
        }
        channel.update_at = granted.at();
        channel.check()?;
        if sql::by_name(tx, &channel.team_id, &channel.name)?
            .is_some_and(|other| other.id != channel.id)
        {
            return Err(AppError::new(&error::CHANNEL_EXISTS));
        }
        sql::update(tx, &channel)?;
        let text = serde_json::to_string(&channel).unwrap_or_default();
        news.tell(
            "channel_updated",
            json!({"channel": text}),
            Audience::channel(&channel.id),
        );
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        Ok(channel)
    })
}

/// Archives a channel.
///
/// # Errors
/// It is Town Square; it is a direct or group channel.
pub fn delete(app: &App, granted: Granted, channel_id: &str) -> Result<(), AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        if channel.is_direct_or_group() {
            return Err(AppError::new(&error::CHANNEL_DELETE_TYPE));
        }
        if channel.name == DEFAULTS[0].0 {
            return Err(AppError::new(&error::CHANNEL_DELETE_DEFAULT));
        }
        channel.delete_at = granted.at();
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        let data = json!({"channel_id": channel.id, "delete_at": channel.delete_at});
        news.tell("channel_deleted", data, Audience::team(&channel.team_id));
        audit::record(tx, &granted, &format!("name={}", channel.name))
    })
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
