//! Channels are made: those of a team, and direct and group messages.

use serde_json::json;

use crate::app::App;
use crate::config::{Config, MAX_CHANNELS_PER_TEAM};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::messaging::channel::{self, Channel, ChannelKind, sql};
use crate::messaging::post::system::{Notice, say};
use crate::messaging::team;
use crate::permission::{
    CHANNEL_CREATE_PRIVATE, CHANNEL_CREATE_PUBLIC, Caller, DIRECT_CREATE, DIRECT_CREATE_OTHERS,
    GROUP_CREATE, Granted,
};
use crate::store::Tx;
use crate::{audit, user};

/// A channel of a team to be made, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct NewChannel {
    /// Empty, unless the operator chooses one.
    pub id: String,
    /// The team.
    pub team_id: String,
    /// Public or private; `None` for a letter that is no kind.
    pub kind: Option<ChannelKind>,
    /// The part of addresses.
    pub name: String,
    /// The name that people read.
    pub display_name: String,
    /// The text above the posts.
    pub header: String,
    /// The purpose.
    pub purpose: String,
    /// Whether the maker does not become a member: of a channel that a seed holds.
    pub without_maker: bool,
}

/// Fails where the team has as many channels as it may have.
pub(super) fn check_room(tx: &Tx, config: &Config, team_id: &str) -> Result<(), AppError> {
    let most = config.int(&MAX_CHANNELS_PER_TEAM);
    match sql::has_as_many(tx, team_id, most)? {
        true => Err(AppError::named(&error::CHANNEL_LIMIT, &most.to_string())),
        false => Ok(()),
    }
}

/// Makes a channel of a team; the caller becomes its admin.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the channel has an id, the team does not exist, a field that is not as it
/// must be, the name is taken in the team, the team has too many.
pub fn create(app: &App, caller: &Caller, new: NewChannel) -> Result<Channel, AppError> {
    let (caller, config) = (caller.clone(), app.config.last());
    app.change(move |tx, news| {
        // Mattermost: no permission is asked for what is neither public nor private, and it needs a team first.
        if new.kind.is_none() && new.team_id.is_empty() {
            return Err(AppError::new(&error::CHANNEL_NO_TEAM));
        }
        let rule = match new.kind {
            Some(ChannelKind::Private) => &CHANNEL_CREATE_PRIVATE,
            _ => &CHANNEL_CREATE_PUBLIC,
        };
        // Mattermost: in no team nobody may make one.
        if new.team_id.is_empty() {
            return Err(rule.refusal());
        }
        let granted = team::ask(tx, rule, &caller, &new.team_id)?;
        let id = caller.id_of_new(&new.id, &error::CHANNEL_EXISTING)?;
        team::find(tx, &new.team_id)?;
        let maker_joins = !new.without_maker;
        let mut channel = checked(new, &granted)?;
        channel.id = id;
        if sql::by_name(tx, &channel.team_id, &channel.name)?.is_some() {
            return Err(AppError::new(&error::CHANNEL_EXISTS));
        }
        check_room(tx, &config, &channel.team_id)?;
        let creator = user::find(tx, &caller.user_id)?;
        sql::insert(tx, &channel)?;
        if maker_joins {
            sql::insert_member(tx, &channel.id, &creator.id, true, granted.at())?;
            let data = json!({"channel_id": channel.id, "team_id": channel.team_id});
            news.tell("channel_created", data, Audience::user(&creator.id));
            let joined = Notice::joined_channel(&creator);
            say(tx, news, &channel, &creator, joined, granted.at())?;
        }
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        channel::find(tx, &channel.id)
    })
}

fn checked(new: NewChannel, granted: &Granted) -> Result<Channel, AppError> {
    let mut channel = Channel::new(
        &new.team_id,
        new.kind.unwrap_or(ChannelKind::Public),
        &new.name,
        new.display_name.trim(),
        &granted.caller().user_id,
        granted.at(),
    );
    channel.header = new.header;
    channel.purpose = new.purpose;
    channel.check_names()?;
    new.kind.ok_or(&error::CHANNEL_TYPE)?;
    channel.check_texts()?;
    Ok(channel)
}

/// Opens the direct channel of two users, who may be the same one; it is made when there is none.
///
/// # Errors
/// The rule's refusal; one of the users does not exist.
pub fn create_direct(
    app: &App,
    caller: &Caller,
    mut user_ids: Vec<String>,
) -> Result<Channel, AppError> {
    let caller = caller.clone();
    app.change(move |tx, news| {
        let mut granted = DIRECT_CREATE.ask(&caller)?;
        if !user_ids.contains(&caller.user_id) {
            granted = DIRECT_CREATE_OTHERS.ask(&caller)?;
        }
        user_ids.sort_unstable();
        user_ids.dedup();
        between(tx, news, &granted, &user_ids, ChannelKind::Direct)
    })
}

/// Opens the group channel of the caller and others; it is made when there is none.
///
/// # Errors
/// The rule's refusal; the group has not three to eight users; one of them does not exist.
pub fn create_group(
    app: &App,
    caller: &Caller,
    mut user_ids: Vec<String>,
) -> Result<Channel, AppError> {
    let caller = caller.clone();
    app.change(move |tx, news| {
        let granted = GROUP_CREATE.ask(&caller)?;
        user_ids.push(caller.user_id.clone());
        user_ids.sort_unstable();
        user_ids.dedup();
        if !(3..=8).contains(&user_ids.len()) {
            return Err(AppError::new(&error::GROUP_SIZE));
        }
        between(tx, news, &granted, &user_ids, ChannelKind::Group)
    })
}

/// Returns the direct channel of two users, who may be the same one, for an operation that was granted in the name of one
/// of them; makes it when there is none.
///
/// # Errors
/// One of the users does not exist.
pub fn direct(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    users: [&str; 2],
) -> Result<Channel, AppError> {
    let mut user_ids = users.map(str::to_owned).to_vec();
    user_ids.sort_unstable();
    user_ids.dedup();
    between(tx, news, granted, &user_ids, ChannelKind::Direct)
}

/// Returns the channel of these users, whose ids are sorted; makes it when there is none.
fn between(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    user_ids: &[String],
    kind: ChannelKind,
) -> Result<Channel, AppError> {
    let group = kind == ChannelKind::Group;
    let (missing, name, event) = if group {
        (&error::GROUP_USER, group_name(user_ids), "group_added")
    } else {
        (&error::DIRECT_USER, direct_name(user_ids), "direct_added")
    };
    let mut usernames = Vec::new();
    for user_id in user_ids {
        let member = user::sql::by_id(tx, user_id)?.ok_or(missing)?;
        usernames.push(member.username);
    }
    if let Some(channel) = sql::by_name(tx, "", &name)? {
        return Ok(channel);
    }
    let display_name = if group {
        usernames.join(", ").chars().take(64).collect()
    } else {
        String::new()
    };
    let creator_id = &granted.caller().user_id;
    let channel = Channel::new("", kind, &name, &display_name, creator_id, granted.at());
    sql::insert(tx, &channel)?;
    for user_id in user_ids {
        sql::insert_member(tx, &channel.id, user_id, false, granted.at())?;
    }
    let data = if group {
        json!({"teammate_ids": json!(user_ids).to_string()})
    } else {
        let teammate_id = user_ids.iter().find(|id| *id != creator_id);
        json!({"creator_id": creator_id, "teammate_id": teammate_id.unwrap_or(creator_id)})
    };
    news.tell(event, data, Audience::channel(&channel.id));
    audit::record(tx, granted, &format!("name={name}"))?;
    Ok(channel)
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
