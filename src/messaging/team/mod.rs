//! Teams: channels and members under one name. Owns what a team is, who belongs to it, and what that permits. How teams
//! change stands in `messaging/administration/`.

pub mod sql;

use serde::Serialize;

use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::id;
use crate::permission::{Caller, Granted, Permission, PermissionSet, Rule};
use crate::store::Tx;
use crate::user::User;

/// A team as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Team {
    /// 26 letters.
    pub id: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// Above 0: archived then.
    pub delete_at: Millis,
    /// What people read.
    pub display_name: String,
    /// Part of addresses.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Of its creator; empty for those who do not manage the team.
    pub email: String,
    /// `O` or `I`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The company; for people only.
    pub company_name: String,
    /// Domains of e-mail addresses, with commas or spaces between; empty: an account of any may join.
    pub allowed_domains: String,
    /// Empty for those who may not invite.
    pub invite_id: String,
    /// Whether anyone may see and join it.
    pub allow_open_invite: bool,
    scheme_id: Option<()>,
    group_constrained: Option<()>,
    policy_id: Option<()>,
    cloud_limits_archived: bool,
}

/// Mattermost: beginnings of names that would be mistaken for pages.
const RESERVED: [&str; 15] = [
    "admin",
    "api",
    "channel",
    "claim",
    "error",
    "files",
    "help",
    "landing",
    "login",
    "mfa",
    "oauth",
    "playbooks",
    "plug",
    "post",
    "signup",
];

impl Team {
    /// A new team, checked.
    ///
    /// # Errors
    /// In Mattermost's order: display name, description, name, type.
    pub fn new(
        name: &str,
        display_name: &str,
        kind: &str,
        description: &str,
        now: Millis,
    ) -> Result<Team, AppError> {
        check_texts(display_name, description)?;
        if RESERVED.iter().any(|reserved| name.starts_with(reserved)) {
            return Err(AppError::new(&error::TEAM_RESERVED));
        }
        let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let inner = name.bytes().all(|byte| edge(byte) || byte == b'-');
        let ends = name.bytes().next().is_some_and(edge) && name.bytes().last().is_some_and(edge);
        if !(2..=64).contains(&name.len()) || !inner || !ends {
            return Err(AppError::new(&error::TEAM_NAME));
        }
        if !["O", "I"].contains(&kind) {
            return Err(AppError::new(&error::TEAM_TYPE));
        }
        Ok(Team {
            id: id::new(),
            create_at: now,
            update_at: now,
            delete_at: 0,
            display_name: display_name.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            email: String::new(),
            kind: kind.to_owned(),
            company_name: String::new(),
            allowed_domains: String::new(),
            invite_id: id::new(),
            allow_open_invite: false,
            scheme_id: None,
            group_constrained: None,
            policy_id: None,
            cloud_limits_archived: false,
        })
    }

    /// Whether anyone may see and join it.
    pub fn is_open(&self) -> bool {
        self.kind == "O" && self.allow_open_invite
    }

    /// Checks the fields that can be changed.
    ///
    /// # Errors
    /// In Mattermost's order: display name, description, company, domains.
    pub fn check(&self) -> Result<(), AppError> {
        check_texts(&self.display_name, &self.description)?;
        if self.company_name.chars().count() > 64 || self.company_name.contains('\0') {
            return Err(AppError::new(&error::TEAM_COMPANY));
        }
        if self.allowed_domains.len() > 1000 || self.allowed_domains.contains('\0') {
            return Err(AppError::new(&error::TEAM_DOMAINS));
        }
        Ok(())
    }

    /// Returns whether the account may be in the team by its address; a bot always.
    pub fn allows(&self, user: &User) -> bool {
        let mut domains = self
            .allowed_domains
            .split([',', ' ', '@'])
            .filter(|domain| !domain.is_empty())
            .peekable();
        let (_, of_user) = user.email.rsplit_once('@').unwrap_or_default();
        user.is_bot()
            || domains.peek().is_none()
            || domains.any(|domain| domain.eq_ignore_ascii_case(of_user))
    }

    /// The team as everyone in it may see it.
    pub fn as_event(&self) -> String {
        let seen = self.clone().seen_by(PermissionSet::default());
        serde_json::to_string(&seen).unwrap_or_default()
    }

    /// As the caller may see it. Mattermost: address and invitation only for those who manage and invite.
    pub fn seen_by(mut self, here: PermissionSet) -> Team {
        if !here.has(Permission::ManageTeam) {
            self.email.clear();
        }
        if !here.has(Permission::InviteUser) {
            self.invite_id.clear();
        }
        self
    }
}

fn check_texts(display_name: &str, description: &str) -> Result<(), AppError> {
    let bare = |text: &str| !text.contains('\0');
    if !(1..=64).contains(&display_name.chars().count()) || !bare(display_name) {
        return Err(AppError::new(&error::TEAM_DISPLAY_NAME));
    }
    if description.len() > 255 || !bare(description) {
        return Err(AppError::new(&error::TEAM_DESCRIPTION));
    }
    Ok(())
}

/// A membership as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    team_id: String,
    /// Whose it is.
    pub user_id: String,
    roles: &'static str,
    delete_at: Millis,
    scheme_guest: bool,
    scheme_user: bool,
    scheme_admin: bool,
    explicit_roles: &'static str,
}

/// The roles of a member.
pub fn roles_of(admin: bool) -> &'static str {
    if admin {
        "team_user team_admin"
    } else {
        "team_user"
    }
}

/// What the caller may do in the team: by the roles he has everywhere, and by those of a member.
pub fn permissions(tx: &Tx, caller: &Caller, team_id: &str) -> Result<PermissionSet, AppError> {
    match sql::member(tx, team_id, &caller.user_id)? {
        Some(member) => Ok(caller
            .permissions
            .and(crate::permission::sql::permissions(tx, member.roles)?)),
        None => Ok(caller.permissions),
    }
}

/// The team with the id.
///
/// # Errors
/// There is none.
pub fn find(tx: &Tx, id: &str) -> Result<Team, AppError> {
    Ok(sql::by_id(tx, id)?.ok_or(&error::TEAM_MISSING)?)
}

/// Asks a rule in a team, where the caller may do more than everywhere.
///
/// # Errors
/// The rule's refusal.
pub fn ask(
    tx: &Tx,
    rule: &'static Rule,
    caller: &Caller,
    team_id: &str,
) -> Result<Granted, AppError> {
    rule.ask_in(caller, permissions(tx, caller, team_id)?)
}
