//! Channels: public and private ones of a team, direct and group messages. Owns what a channel is, who is in it, and what
//! that permits. How channels change stands in `messaging/administration/`, because each change is announced by a post.

mod kind;
pub mod sql;
mod view;

use serde::Serialize;
use serde_json::Value;

pub use self::kind::ChannelKind;
pub use self::view::view;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::permission::{CHANNEL_READ, CHANNEL_READ_PUBLIC, Caller, Granted, PermissionSet, Rule};
use crate::store::Tx;
use crate::{id, messaging::team};

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
    /// Whether it is public, private, direct or a group.
    #[serde(rename = "type")]
    pub kind: ChannelKind,
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
    autotranslation: bool,
    shared: Option<()>,
    total_msg_count_root: i64,
    policy_id: Option<()>,
    last_root_post_at: Millis,
    banner_info: Option<()>,
    policy_enforced: bool,
    policy_is_active: bool,
    default_category_name: &'static str,
}

/// Mattermost: the channels that every team has, and everybody in it is in.
pub const DEFAULTS: [(&str, &str); 2] =
    [("town-square", "Town Square"), ("off-topic", "Off-Topic")];

impl Channel {
    /// Returns a channel without header and purpose.
    pub fn new(
        team_id: &str,
        kind: ChannelKind,
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
            kind,
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
            autotranslation: false,
            shared: None,
            total_msg_count_root: 0,
            policy_id: None,
            last_root_post_at: 0,
            banner_info: None,
            policy_enforced: false,
            policy_is_active: false,
            default_category_name: "",
        }
    }

    /// Whether everybody in the team may find it.
    pub fn is_public(&self) -> bool {
        self.kind == ChannelKind::Public
    }

    /// Whether it belongs to people instead of a team.
    pub fn is_direct_or_group(&self) -> bool {
        matches!(self.kind, ChannelKind::Direct | ChannelKind::Group)
    }

    /// Checks display name and name, as Mattermost does before it looks at the type.
    ///
    /// # Errors
    /// The first that is not as it must be.
    pub fn check_names(&self) -> Result<(), AppError> {
        if !within(&self.display_name, 64) {
            return Err(AppError::new(&error::CHANNEL_DISPLAY_NAME));
        }
        if !is_name(&self.name) {
            return Err(AppError::new(&error::CHANNEL_NAME));
        }
        Ok(())
    }

    /// Checks header and purpose, and that the name is not like that of a direct channel.
    ///
    /// # Errors
    /// The first that is not as it must be.
    pub fn check_texts(&self) -> Result<(), AppError> {
        if !within(&self.header, 1024) {
            return Err(AppError::new(&error::CHANNEL_HEADER));
        }
        if !within(&self.purpose, 250) {
            return Err(AppError::new(&error::CHANNEL_PURPOSE));
        }
        let both = self.name.split_once("__");
        if self.kind != ChannelKind::Direct
            && both.is_some_and(|(a, b)| id::is_valid(a) && id::is_valid(b))
        {
            return Err(AppError::new(&error::CHANNEL_NAME_OF_DIRECT));
        }
        Ok(())
    }
}

/// Whether a text has at most so many letters, and none that the file cannot hold.
fn within(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.contains('\0')
}

/// Mattermost: lower-case letters and digits, with `-` and `_` between them.
fn is_name(name: &str) -> bool {
    let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (2..=64).contains(&bytes.len())
        && bytes.iter().all(|byte| edge(*byte) || b"-_".contains(byte))
        && [bytes.first(), bytes.last()]
            .into_iter()
            .flatten()
            .all(|byte| edge(*byte))
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
    pub msg_count: i64,
    pub mention_count: i64,
    mention_count_root: i64,
    urgent_mention_count: i64,
    msg_count_root: i64,
    pub notify_props: Value,
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
            all: team.and(crate::permission::sql::permissions(tx, member.roles)?),
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

/// Asks a rule in a channel, where the caller may do more than everywhere.
///
/// # Errors
/// The rule's refusal.
pub fn ask(
    tx: &Tx,
    rule: &'static Rule,
    caller: &Caller,
    channel: &Channel,
) -> Result<Granted, AppError> {
    rule.ask_in(caller, permissions(tx, caller, channel)?.all)
}

/// Returns a channel that the caller reads as a member. Mattermost: one that does not exist is one that nobody reads.
///
/// # Errors
/// The refusal of `CHANNEL_READ`.
pub fn find_as_member(tx: &Tx, caller: &Caller, channel_id: &str) -> Result<Channel, AppError> {
    let channel = sql::by_id(tx, channel_id)?.ok_or(CHANNEL_READ.refused)?;
    ask(tx, &CHANNEL_READ, caller, &channel)?;
    Ok(channel)
}

/// Returns the channel with the id.
///
/// # Errors
/// There is none.
pub fn find(tx: &Tx, id: &str) -> Result<Channel, AppError> {
    Ok(sql::by_id(tx, id)?.ok_or(&error::CHANNEL_MISSING)?)
}

/// Whether every team has a channel of this name.
pub fn is_default(name: &str) -> bool {
    DEFAULTS.iter().any(|(default, _)| *default == name)
}
