//! Bots: accounts that cannot log in, have an owner, and act through tokens. Owns what a bot looks like and every change
//! to it; what it has in common with people stands with the user.

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::clock::Millis;
use crate::config::{Config, ENABLE_BOT_ACCOUNT_CREATION};
use crate::error::{self, AppError};
use crate::event::News;
use crate::permission::roles::{SYSTEM_ADMIN, SYSTEM_USER};
use crate::permission::{BOT_CHANGE, BOT_CREATE, BOT_TO_USER, Caller, Granted, USER_TO_BOT, Via};
use crate::store::Tx;
use crate::user::{self, NewUser, Patch, User};
use crate::{audit, session};

/// Mattermost: letters of a description at most.
const DESCRIPTION_LETTERS: usize = 1024;

/// A bot as the API shows it.
#[derive(Debug, Serialize)]
pub struct Bot<'u> {
    user_id: &'u str,
    username: &'u str,
    #[serde(skip_serializing_if = "str::is_empty")]
    display_name: &'u str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'u str,
    owner_id: &'u str,
    create_at: Millis,
    update_at: Millis,
    delete_at: Millis,
}

impl<'u> Bot<'u> {
    /// The bot that the account is.
    pub fn of(user: &'u User) -> Bot<'u> {
        Bot {
            user_id: &user.id,
            username: &user.username,
            display_name: &user.first_name,
            description: &user.bot_description,
            owner_id: user.bot_owner_id.as_deref().unwrap_or_default(),
            create_at: user.create_at,
            update_at: user.update_at,
            delete_at: user.delete_at,
        }
    }
}

/// A bot to be made, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct NewBot {
    /// Empty, unless the operator chooses one.
    pub id: String,
    /// The name it acts under.
    pub username: String,
    /// The name that people read.
    pub display_name: String,
    /// The purpose.
    pub description: String,
}

/// Makes a bot that the caller owns.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the caller is a bot, bots are switched off, a field that is not as it must
/// be, the username is taken.
pub fn create(app: &App, config: &Config, caller: &Caller, new: NewBot) -> Result<User, AppError> {
    // The operator may do what the settings forbid.
    let permitted = caller.via == Via::Operator || config.is_on(&ENABLE_BOT_ACCOUNT_CREATION);
    let caller = caller.clone();
    app.change(move |tx, news| {
        let granted = BOT_CREATE.ask(&caller)?;
        // Mattermost: a bot makes no bots, whatever its roles are.
        if user::sql::by_id(tx, &caller.user_id)?.is_some_and(|user| user.is_bot()) {
            return Err(AppError::new(&error::PERMISSIONS));
        }
        if !permitted {
            return Err(AppError::new(&error::BOT_CREATION_DISABLED));
        }
        let new = NewUser {
            id: new.id,
            // Mattermost: the address is made up from the name as it was sent, so without one it is none.
            email: format!("{}@localhost", new.username),
            username: new.username,
            first_name: new.display_name,
            bot_owner_id: Some(caller.user_id.clone()),
            bot_description: new.description,
            ..NewUser::default()
        };
        let bot = user::made(granted.caller(), new)?;
        user::add(tx, news, &granted, &bot)?;
        check(&bot.bot_description)?;
        Ok(bot)
    })
}

fn check(description: &str) -> Result<(), AppError> {
    if description.chars().count() > DESCRIPTION_LETTERS || description.contains('\0') {
        return Err(AppError::new(&error::BOT_DESCRIPTION));
    }
    Ok(())
}

/// The bot with the id, and the right to change it.
///
/// # Errors
/// There is no such bot, or the caller may not even read it; the caller may not change it.
pub fn allowed(tx: &Tx, caller: &Caller, bot_id: &str) -> Result<(Granted, User), AppError> {
    let bot = find(tx, bot_id)?;
    let owner_id = bot.bot_owner_id.as_deref().unwrap_or_default();
    Ok((BOT_CHANGE.ask_about_bot(caller, owner_id)?, bot))
}

/// The bot with the id.
///
/// # Errors
/// There is none; a person is none.
pub fn find(tx: &Tx, bot_id: &str) -> Result<User, AppError> {
    let user = user::sql::by_id(tx, bot_id)?.filter(|user| user.is_bot());
    Ok(user.ok_or(&error::BOT_MISSING)?)
}

/// Changes a bot's fields.
///
/// # Errors
/// As [`allowed`]; a field that is not as it must be; the username is taken.
pub fn update(app: &App, caller: &Caller, bot_id: &str, patch: Patch) -> Result<User, AppError> {
    // Mattermost: the made-up address follows the name.
    let email = patch
        .username
        .as_ref()
        .map(|username| format!("{username}@localhost"));
    let (caller, bot_id) = (caller.clone(), bot_id.to_owned());
    app.change(move |tx, news| {
        let (granted, bot) = allowed(tx, &caller, &bot_id)?;
        if let Some(description) = &patch.bot_description {
            check(description)?;
        }
        user::apply(tx, news, &granted, bot, Patch { email, ..patch })
    })
}

/// Disables (sessions end, tokens are refused at once) or enables.
///
/// # Errors
/// As [`allowed`].
pub fn update_active(
    app: &App,
    caller: &Caller,
    bot_id: &str,
    active: bool,
) -> Result<User, AppError> {
    let (caller, bot_id) = (caller.clone(), bot_id.to_owned());
    let work = move |tx: &Tx, news: &mut News| {
        let (granted, bot) = allowed(tx, &caller, &bot_id)?;
        user::set_active(tx, news, &bot, active, granted.at())?;
        audit::record(tx, &granted, "")?;
        find(tx, &bot_id)
    };
    if active {
        app.change(work)
    } else {
        app.take_away(work)
    }
}

/// Gives the bot another owner. Mattermost: nobody checks that there is one with that id, but a bot can own none.
///
/// # Errors
/// As [`allowed`]; the new owner is a bot.
pub fn assign(app: &App, caller: &Caller, bot_id: &str, owner_id: &str) -> Result<User, AppError> {
    let (caller, bot_id, owner_id) = (caller.clone(), bot_id.to_owned(), owner_id.to_owned());
    app.store.write(move |tx| {
        let (granted, mut bot) = allowed(tx, &caller, &bot_id)?;
        if user::sql::by_id(tx, &owner_id)?.is_some_and(|owner| owner.is_bot()) {
            return Err(AppError::new(&error::PERMISSIONS));
        }
        bot.bot_owner_id = Some(owner_id);
        bot.update_at = granted.at();
        user::sql::update(tx, &bot)?;
        audit::record(tx, &granted, "")?;
        Ok(bot)
    })
}

/// Makes a bot of a person, its own owner. It cannot log in any more; its tokens work on.
///
/// # Errors
/// The user does not exist. Mattermost: everybody is told so, whether or not they may; then the rule's refusal.
pub fn convert(app: &App, caller: &Caller, user_id: &str) -> Result<User, AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.store.write(move |tx| {
        let mut user = user::find(tx, &user_id)?;
        let granted = USER_TO_BOT.ask(&caller)?;
        user::keep_an_admin(tx, &caller, &user)?;
        user.bot_owner_id.get_or_insert(user_id);
        if user.first_name.is_empty() {
            // Mattermost: the bot is shown under its username then.
            user.first_name.clone_from(&user.username);
        }
        user.update_at = granted.at();
        user::sql::update(tx, &user)?;
        session::sql::delete_all_of(tx, &user.id)?;
        audit::record(tx, &granted, "")?;
        Ok(user)
    })
}

/// Makes a person of a bot: an account with a password, and with what else the patch says.
///
/// # Errors
/// There is no such bot; the rule's refusal; the password breaks the rules; a field that is not as it must be.
pub fn convert_to_user(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    bot_id: &str,
    (patch, password, system_admin): (Patch, String, bool),
) -> Result<User, AppError> {
    let (caller, bot_id) = (caller.clone(), bot_id.to_owned());
    let asked = {
        let (caller, bot_id) = (caller.clone(), bot_id.clone());
        move |tx: &Tx| {
            let bot = find(tx, &bot_id)?;
            Ok((BOT_TO_USER.ask(&caller)?, bot))
        }
    };
    // Asked before the work of hashing, and again in the transaction that writes.
    app.store.read(&asked)?;
    user::password::check_rules(config, &password).map_err(AppError::password_rules)?;
    let hash = app.passwords.hash(&password)?;
    app.change(move |tx, news| {
        let (granted, mut bot) = asked(tx)?;
        bot.bot_owner_id = None;
        bot.bot_description = String::new();
        let user = user::apply(tx, news, &granted, bot, patch)?;
        user::sql::update_password(tx, &user.id, &hash, granted.at())?;
        if system_admin {
            let roles = format!("{SYSTEM_USER} {SYSTEM_ADMIN}");
            user::sql::update_roles(tx, &user.id, &roles, granted.at())?;
        }
        user::find(tx, &bot_id)
    })
}
