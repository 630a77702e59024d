//! What members of teams and channels are: their roles there, and what a channel notifies them of.

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::audit;
use crate::error::{self, AppError, Failure};
use crate::event::{Audience, News};
use crate::messaging::channel::{self, Member};
use crate::messaging::team;
use crate::permission::{CHANNEL_MEMBER_ROLES, CHANNEL_NOTIFY, Caller, TEAM_MEMBER_ROLES, sql};
use crate::store::Tx;

/// What a member is to be.
#[derive(Clone, Debug)]
pub enum NewRoles {
    /// The names of roles, with spaces between.
    Named(String),
    /// Whether the member is a user there, and an admin there.
    Scheme { user: bool, admin: bool },
}

/// What the roles are called at a place, and how a change is refused there.
struct Place {
    user: &'static str,
    admin: &'static str,
    guest: &'static str,
    no_user: &'static Failure,
    changes_guest: &'static Failure,
    of_scheme: &'static Failure,
}

const TEAM: Place = Place {
    user: "team_user",
    admin: "team_admin",
    guest: "team_guest",
    no_user: &error::TEAM_ROLES_WITHOUT_USER,
    changes_guest: &error::TEAM_ROLES_GUEST,
    of_scheme: &error::TEAM_ROLES_SCHEME,
};

const CHANNEL: Place = Place {
    user: "channel_user",
    admin: "channel_admin",
    guest: "channel_guest",
    no_user: &error::CHANNEL_ROLES_WITHOUT_USER,
    changes_guest: &error::CHANNEL_ROLES_GUEST,
    of_scheme: &error::CHANNEL_ROLES_SCHEME,
};

impl Place {
    /// Returns whether the member is to be an admin.
    ///
    /// # Errors
    /// 400 for a guest, for a role that is none of the place, and for a member who would not be a user there.
    fn is_admin(&self, tx: &Tx, roles: &NewRoles) -> Result<bool, AppError> {
        let (user, admin) = match roles {
            NewRoles::Scheme { user, admin } => (*user, *admin),
            NewRoles::Named(names) => {
                let (mut user, mut admin) = (false, false);
                for name in names.split_whitespace() {
                    match name {
                        _ if name == self.user => user = true,
                        _ if name == self.admin => admin = true,
                        _ if name == self.guest => return Err(AppError::new(self.changes_guest)),
                        _ if sql::by_name(tx, name)?.is_none() => {
                            return Err(AppError::new(&error::ROLE_OF_MEMBER_UNKNOWN));
                        }
                        // Every role that there is belongs to the scheme of some place.
                        _ => return Err(AppError::new(self.of_scheme)),
                    }
                }
                (user, admin)
            }
        };
        match user {
            true => Ok(admin),
            false => Err(AppError::new(self.no_user)),
        }
    }
}

/// Sets the roles of a member of a team.
///
/// # Errors
/// The rule's refusal; there is no such member; roles that a member cannot have.
pub fn set_team_roles(
    app: &App,
    caller: &Caller,
    (team_id, user_id): (&str, &str),
    roles: NewRoles,
) -> Result<(), AppError> {
    let (caller, team_id, user_id) = (caller.clone(), team_id.to_owned(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = team::ask(tx, &TEAM_MEMBER_ROLES, &caller, &team_id)?;
        team::sql::member(tx, &team_id, &user_id)?.ok_or(&error::TEAM_MEMBER_MISSING)?;
        let admin = TEAM.is_admin(tx, &roles)?;
        team::sql::update_member(tx, &team_id, &user_id, admin)?;
        let member = team::sql::member(tx, &team_id, &user_id)?;
        let text = serde_json::to_string(&member).unwrap_or_default();
        news.tell(
            "memberrole_updated",
            json!({"member": text}),
            Audience::user(&user_id),
        );
        let granting = format!("team_id={team_id} user_id={user_id} admin={admin}");
        audit::record(tx, &granted, &granting)
    })
}

/// Sets the roles of a member of a channel.
///
/// # Errors
/// The rule's refusal; there is no such member; roles that a member cannot have.
pub fn set_channel_roles(
    app: &App,
    caller: &Caller,
    (channel_id, user_id): (&str, &str),
    roles: NewRoles,
) -> Result<(), AppError> {
    let (caller, channel_id, user_id) = (caller.clone(), channel_id.to_owned(), user_id.to_owned());
    app.change(move |tx, news| {
        let channel = channel::sql::by_id(tx, &channel_id)?.ok_or(CHANNEL_MEMBER_ROLES.refused)?;
        let granted = channel::ask(tx, &CHANNEL_MEMBER_ROLES, &caller, &channel)?;
        channel::sql::member(tx, &channel_id, &user_id)?.ok_or(&error::CHANNEL_MEMBER_MISSING)?;
        let admin = CHANNEL.is_admin(tx, &roles)?;
        channel::sql::update_member(tx, &channel_id, &user_id, admin, granted.at())?;
        tell_updated(tx, news, &channel_id, &user_id)?;
        let granting = format!("channel_id={channel_id} user_id={user_id} admin={admin}");
        audit::record(tx, &granted, &granting)
    })
}

fn tell_updated(
    tx: &Tx,
    news: &mut News,
    channel_id: &str,
    user_id: &str,
) -> Result<Member, AppError> {
    let member = channel::sql::member(tx, channel_id, user_id)?;
    let member = member.ok_or(&error::CHANNEL_MEMBER_MISSING)?;
    let text = serde_json::to_string(&member).unwrap_or_default();
    let data = json!({"channelMember": text});
    news.tell("channel_member_updated", data, Audience::user(user_id));
    Ok(member)
}

/// What a channel may notify a member of, and the words for it.
const NOTIFY: [(&str, &[&str]); 5] = [
    ("desktop", &["default", "all", "mention", "none"]),
    ("email", &["default", "true", "false"]),
    ("mark_unread", &["all", "mention"]),
    ("push", &["default", "all", "mention", "none"]),
    ("ignore_channel_mentions", &["default", "on", "off"]),
];

/// Changes what a channel notifies a member of; what is not named stays.
///
/// # Errors
/// The rule's refusal; there is no such member; a word that is none of those for it.
pub fn set_notify_props(
    app: &App,
    caller: &Caller,
    (channel_id, user_id): (&str, &str),
    sent: Map<String, Value>,
) -> Result<(), AppError> {
    let (caller, channel_id, user_id) = (caller.clone(), channel_id.to_owned(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = CHANNEL_NOTIFY.ask_about(tx, &caller, &user_id)?;
        let member = channel::sql::member(tx, &channel_id, &user_id)?;
        let mut props = member.ok_or(&error::CHANNEL_MEMBER_MISSING)?.notify_props;
        for (name, words) in NOTIFY {
            let Some(word) = sent.get(name) else {
                continue;
            };
            if !word.as_str().is_some_and(|word| words.contains(&word)) {
                return Err(AppError::new(&error::CHANNEL_NOTIFY_PROPS));
            }
            props[name] = word.clone();
        }
        channel::sql::update_notify_props(
            tx,
            &channel_id,
            &user_id,
            &props.to_string(),
            granted.at(),
        )?;
        tell_updated(tx, news, &channel_id, &user_id)?;
        audit::record(tx, &granted, &format!("channel_id={channel_id}"))
    })
}
