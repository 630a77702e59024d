//! Slash commands: a word behind a `/` by which a member of a team asks an integration. Owns their life; what happens when one
//! is given stands in `run.rs`. Mattermost's own commands, such as `/away`, are not here.

mod run;
pub mod sql;

use serde::Serialize;

pub use self::run::{Given, run};
use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{Config, ENABLE_COMMANDS, MAXIMUM_COMMANDS_PER_TEAM};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::team;
use crate::permission::{
    COMMAND_MANAGE, COMMAND_OTHERS, COMMAND_OWN, Caller, Granted, PermissionSet, TEAM_VIEW,
};
use crate::store::Tx;
use crate::user;

/// Mattermost: bytes of a trigger, a URL, a display name and a description at most.
const TRIGGER_BYTES: usize = 128;
const URL_BYTES: usize = 1024;
const DISPLAY_NAME_BYTES: usize = 64;
const DESCRIPTION_BYTES: usize = 128;

/// Bytes of the other texts at most: what Mattermost's table holds.
const USERNAME_BYTES: usize = 64;
const TEXT_BYTES: usize = 1024;

/// A slash command as the API shows it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SlashCommand {
    /// 26 letters.
    pub id: String,
    /// The secret that the integration knows requests by.
    pub token: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// Always 0: a command that is deleted is gone.
    pub delete_at: Millis,
    /// The account that made it.
    pub creator_id: String,
    /// Where it can be given.
    pub team_id: String,
    /// The word behind the `/`, in lower case.
    pub trigger: String,
    /// `P` for `POST`, `G` for `GET`.
    pub method: String,
    /// The name that its posts are shown under, where settings allow one.
    pub username: String,
    /// The address of the picture that its posts are shown with, where settings allow one.
    pub icon_url: String,
    /// Whether clients offer it while somebody types.
    pub auto_complete: bool,
    /// What they say it does.
    pub auto_complete_desc: String,
    /// What they say it takes.
    pub auto_complete_hint: String,
    /// The name that people read.
    pub display_name: String,
    /// The purpose.
    pub description: String,
    /// Where the integration is.
    pub url: String,
    /// Always empty: there are no plugins.
    pub plugin_id: &'static str,
}

impl SlashCommand {
    /// Returns the command as those see it who may only give it.
    pub fn sanitized(self) -> SlashCommand {
        SlashCommand {
            token: String::new(),
            creator_id: String::new(),
            method: String::new(),
            url: String::new(),
            username: String::new(),
            icon_url: String::new(),
            ..self
        }
    }

    /// Checks every field, in Mattermost's order.
    fn check(&self) -> Result<(), AppError> {
        let fits = |text: &str, most| text.len() <= most && !text.contains('\0');
        let is_trigger = (1..=TRIGGER_BYTES).contains(&self.trigger.len())
            && !self.trigger.starts_with('/')
            && !self.trigger.contains([' ', '\0']);
        let is_http = ["http://", "https://"]
            .iter()
            .any(|scheme| self.url.starts_with(scheme));
        for (is_right, wrong) in [
            (self.token.len() == 26, &error::COMMAND_TOKEN),
            (is_trigger, &error::COMMAND_TRIGGER),
            (
                !self.url.is_empty() && fits(&self.url, URL_BYTES),
                &error::COMMAND_URL,
            ),
            (is_http, &error::COMMAND_URL_HTTP),
            (
                ["P", "G"].contains(&self.method.as_str()),
                &error::COMMAND_METHOD,
            ),
            (
                fits(&self.display_name, DISPLAY_NAME_BYTES),
                &error::COMMAND_DISPLAY_NAME,
            ),
            (
                fits(&self.description, DESCRIPTION_BYTES),
                &error::COMMAND_DESCRIPTION,
            ),
        ] {
            if !is_right {
                return Err(AppError::new(wrong));
            }
        }
        for (name, text, most) in [
            ("username", &self.username, USERNAME_BYTES),
            ("icon_url", &self.icon_url, TEXT_BYTES),
            ("auto_complete_desc", &self.auto_complete_desc, TEXT_BYTES),
            ("auto_complete_hint", &self.auto_complete_hint, TEXT_BYTES),
        ] {
            if !fits(text, most) {
                return Err(AppError::body_param(name));
            }
        }
        Ok(())
    }
}

/// Fails where there are no slash commands.
///
/// # Errors
/// 501.
fn check_enabled(config: &Config) -> Result<(), AppError> {
    if config.is_on(&ENABLE_COMMANDS) {
        Ok(())
    } else {
        Err(AppError::new(&error::COMMANDS_DISABLED))
    }
}

/// Whether one may have commands where these are one's permissions. Mattermost: 11.x has another name for the permission.
fn may_manage(caller: &Caller, here: PermissionSet) -> Result<Granted, AppError> {
    let granted = COMMAND_OWN.ask_in(caller, here);
    granted.or_else(|_| COMMAND_MANAGE.ask_in(caller, here))
}

/// Fails where another command of the team has the trigger.
fn is_free(tx: &Tx, command: &SlashCommand) -> Result<(), AppError> {
    match sql::by_trigger(tx, &command.team_id, &command.trigger)? {
        Some(other) if other.id != command.id => Err(AppError::new(&error::COMMAND_DUPLICATE)),
        _ => Ok(()),
    }
}

/// Makes a command.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the caller may not make one for that user, there is no such user, commands are
/// disabled, the team has one with that trigger, a field that is not as it must be, the team has too many.
pub fn create(app: &App, caller: &Caller, new: SlashCommand) -> Result<SlashCommand, AppError> {
    let (caller, config) = (caller.clone(), app.config.last());
    app.store.write(move |tx| {
        let here = team::permissions(tx, &caller, &new.team_id)?;
        let granted = may_manage(&caller, here)?;
        let creator_id = match new.creator_id.as_str() {
            own if own.is_empty() || own == caller.user_id => caller.user_id.clone(),
            another => {
                COMMAND_OTHERS.ask_in(&caller, here)?;
                user::find(tx, another)?.id
            }
        };
        check_enabled(&config)?;
        if !new.id.is_empty() {
            return Err(AppError::body_param("id"));
        }
        team::find(tx, &new.team_id)?;
        let or_new = |text: String| if text.is_empty() { id::new() } else { text };
        let command = SlashCommand {
            id: id::new(),
            token: or_new(new.token),
            create_at: granted.at(),
            update_at: granted.at(),
            creator_id,
            trigger: new.trigger.to_lowercase(),
            ..new
        };
        is_free(tx, &command)?;
        command.check()?;
        let most = config.int(&MAXIMUM_COMMANDS_PER_TEAM);
        if most > 0 && sql::has_as_many(tx, &command.team_id, most)? {
            return Err(AppError::named(&error::COMMAND_LIMIT, &most.to_string()));
        }
        sql::insert(tx, &command)?;
        record(tx, &granted, &command)?;
        Ok(command)
    })
}

/// Returns a command that the caller may change. Mattermost: who may not have commands in its team is told that there is none.
///
/// # Errors
/// There is none; commands are disabled; it is somebody else's.
fn changeable(
    tx: &Tx,
    config: &Config,
    caller: &Caller,
    id: &str,
) -> Result<(SlashCommand, Granted), AppError> {
    let missing = || AppError::new(&error::COMMAND_MISSING);
    check_enabled(config).map_err(|_| missing())?;
    let command = sql::by_id(tx, id)?.ok_or_else(missing)?;
    let here = team::permissions(tx, caller, &command.team_id)?;
    let granted = may_manage(caller, here).map_err(|_| missing())?;
    if caller.user_id != command.creator_id {
        COMMAND_OTHERS.ask_in(caller, here)?;
    }
    Ok((command, granted))
}

/// Returns a command that the caller may read.
///
/// # Errors
/// There is none, or none for this caller.
pub fn find(tx: &Tx, config: &Config, caller: &Caller, id: &str) -> Result<SlashCommand, AppError> {
    let missing = |_| AppError::new(&error::COMMAND_MISSING);
    let (command, _) = changeable(tx, config, caller, id).map_err(missing)?;
    team::ask(tx, &TEAM_VIEW, caller, &command.team_id).map_err(missing)?;
    Ok(command)
}

/// Changes a command that was sent as a whole; its id, token and team, and who made it, stay.
///
/// # Errors
/// In Mattermost's order: there is none, another team, 403, the team has one with that trigger, a field that is not as it must
/// be.
pub fn update(app: &App, caller: &Caller, sent: SlashCommand) -> Result<SlashCommand, AppError> {
    let (caller, config) = (caller.clone(), app.config.last());
    app.store.write(move |tx| {
        if let Some(old) = sql::by_id(tx, &sent.id)?
            && sent.team_id != old.team_id
        {
            return Err(AppError::new(&error::COMMAND_TEAM));
        }
        let (old, granted) = changeable(tx, &config, &caller, &sent.id)?;
        let command = SlashCommand {
            token: old.token,
            create_at: old.create_at,
            update_at: granted.at(),
            creator_id: old.creator_id,
            trigger: sent.trigger.to_lowercase(),
            ..sent
        };
        is_free(tx, &command)?;
        command.check()?;
        sql::update(tx, &command)?;
        record(tx, &granted, &command)?;
        Ok(command)
    })
}

/// Gives a command another token; returns it.
///
/// # Errors
/// As [`update`].
pub fn regenerate_token(app: &App, caller: &Caller, id: &str) -> Result<String, AppError> {
    let (caller, config, id) = (caller.clone(), app.config.last(), id.to_owned());
    app.store.write(move |tx| {
        let (command, granted) = changeable(tx, &config, &caller, &id)?;
        let command = SlashCommand {
            token: id::new(),
            update_at: granted.at(),
            ..command
        };
        sql::update(tx, &command)?;
        record(tx, &granted, &command)?;
        Ok(command.token)
    })
}

/// Deletes a command for good.
///
/// # Errors
/// There is none; 403.
pub fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), AppError> {
    let (caller, config, id) = (caller.clone(), app.config.last(), id.to_owned());
    app.store.take_away(move |tx| {
        let (command, granted) = changeable(tx, &config, &caller, &id)?;
        // Before it is gone: the id in a row's path is known only while the command is there.
        record(tx, &granted, &command)?;
        Ok(sql::delete(tx, &command.id)?)
    })
}

/// Returns the commands of a team, by trigger. Those whom the caller may not manage are left out; with `only_managed` nobody
/// is shown them who may have none, else whoever sees the team is shown what clients offer.
///
/// # Errors
/// The refusal of `TEAM_VIEW`, or with `only_managed` of the rule; commands are disabled.
pub fn list(
    tx: &Tx,
    config: &Config,
    caller: &Caller,
    team_id: &str,
    only_managed: bool,
) -> Result<Vec<SlashCommand>, AppError> {
    let here = team::permissions(tx, caller, team_id)?;
    TEAM_VIEW.ask_in(caller, here)?;
    let manages = may_manage(caller, here);
    if only_managed {
        manages?;
        check_enabled(config)?;
    } else if manages.is_err() || !config.is_on(&ENABLE_COMMANDS) {
        return offered(tx, config, team_id);
    }
    let sees_others = COMMAND_OTHERS.ask_in(caller, here).is_ok();
    let is_shown = |command: &SlashCommand| sees_others || command.creator_id == caller.user_id;
    let commands = sql::of_team(tx, team_id)?.into_iter().filter(is_shown);
    Ok(match only_managed {
        true => commands.collect(),
        false => commands.map(SlashCommand::sanitized).collect(),
    })
}

/// Returns the commands of a team that clients offer while somebody types, to a caller who sees the team.
///
/// # Errors
/// The refusal of `TEAM_VIEW`.
pub fn complete(
    tx: &Tx,
    config: &Config,
    caller: &Caller,
    team_id: &str,
) -> Result<Vec<SlashCommand>, AppError> {
    team::ask(tx, &TEAM_VIEW, caller, team_id)?;
    offered(tx, config, team_id)
}

fn offered(tx: &Tx, config: &Config, team_id: &str) -> Result<Vec<SlashCommand>, AppError> {
    if !config.is_on(&ENABLE_COMMANDS) {
        return Ok(Vec::new());
    }
    let commands = sql::of_team(tx, team_id)?.into_iter();
    let offered = commands.filter(|command| command.auto_complete);
    Ok(offered.map(SlashCommand::sanitized).collect())
}

/// Mattermost: a row for the attempt and a row for the success.
fn record(tx: &Tx, granted: &Granted, command: &SlashCommand) -> Result<(), AppError> {
    audit::record(tx, granted, "attempt")?;
    audit::record(tx, granted, &format!("success - command_id={}", command.id))
}
