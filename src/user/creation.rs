//! Accounts are made: by an admin, by anyone while sign-up is open, by the command line; the first is system admin.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{User, as_stored, filled, free, password, sql, valid};
use crate::app::App;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::roles::{SYSTEM_ADMIN, SYSTEM_USER};
use crate::permission::{Caller, Granted, SIGN_UP, USER_CREATE, Via};
use crate::store::Tx;
use crate::{audit, id};

/// An account to be made. Texts are as they were sent.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Empty, unless the operator chooses one.
    pub id: String,
    /// Empty: a random one.
    pub username: String,
    /// Required.
    pub email: String,
    /// Required of strangers; without one there is no login by password.
    pub password: Option<String>,
    /// Nickname.
    pub nickname: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Position.
    pub position: String,
    /// Empty: `en`.
    pub locale: String,
    /// Texts by name; without any, the defaults.
    pub notify_props: Option<Value>,
    /// Texts by name; without any, the default.
    pub timezone: Option<Value>,
    /// What clients keep with the account: texts by name.
    pub props: Option<Value>,
    /// Whether the address is right; an admin may say so.
    pub email_verified: bool,
    /// The service that knows the password; an admin may say so.
    pub auth_service: String,
    /// The name at that service.
    pub auth_data: String,
    /// Makes it a bot of this owner.
    pub bot_owner_id: Option<String>,
    /// What the bot is for.
    pub bot_description: String,
    /// Whether the account is to be a system admin beyond being the first; the command line may say so.
    pub system_admin: bool,
    /// Whether the account must not be the first: it is for a stranger who did not show the setup code.
    pub must_not_be_first: bool,
    /// Whether a team invites the stranger: sign-up need not be open to everyone.
    pub is_invited: bool,
}

/// Makes an account. The first one becomes system admin.
///
/// # Errors
/// In Mattermost's order: sign-up closed, or no setup code for the first; password, each field, username taken, e-mail taken.
pub fn create(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    new: NewUser,
) -> Result<User, AppError> {
    create_with(app, config, caller, new, |_, _, _| Ok(()))
}

/// Makes an account, and in the same transaction what else is done for it.
///
/// # Errors
/// Those of [`create`], and what the rest refuses.
pub fn create_with(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    new: NewUser,
    rest: impl FnOnce(&Tx, &mut News, &User) -> Result<(), AppError> + Send + 'static,
) -> Result<User, AppError> {
    let invited = USER_CREATE.ask(caller).is_ok();
    if !invited {
        let first = app.store.read(|tx| Ok(sql::none(tx)?))?;
        sign_up_is_open(config, first, (new.is_invited, new.must_not_be_first))?;
    }
    // Mattermost: what another service knows keeps that service's rules.
    let checked = new.password.as_ref();
    if let Some(password) = checked.filter(|_| new.auth_service.is_empty()) {
        // A client is told in Mattermost's words; the log and the operator are told the rules.
        password::check_rules(config, password).map_err(|rules| match caller.via {
            Via::Operator => AppError::password_rules(rules),
            _ => AppError::new(&error::BAD_PASSWORD_AT_CREATION).cause(rules.message),
        })?;
    }
    let signs_up = (new.is_invited, new.must_not_be_first);
    let user = made(caller, new)?;
    let (config, caller) = (Arc::clone(config), caller.clone());
    let mut user = User {
        password_hash: hashed(app, &user)?,
        ..user
    };
    let (user, first) = app.change(move |tx, news| {
        let first = sql::none(tx)?;
        let granted = if invited {
            USER_CREATE.ask(&caller)?
        } else {
            // Somebody else may have been first since.
            sign_up_is_open(&config, first, signs_up)?;
            SIGN_UP.ask(&caller)?
        };
        if first {
            user.roles = roles_of(true);
        }
        add(tx, news, &granted, &user)?;
        rest(tx, news, &user)?;
        Ok((user, first))
    })?;
    if first {
        app.store.forget_setup_code();
    }
    Ok(user)
}

/// Adds the account, if nobody else has its name or address.
pub fn add(tx: &Tx, news: &mut News, granted: &Granted, user: &User) -> Result<(), AppError> {
    free(tx, user)?;
    sql::insert(tx, user)?;
    news.tell("new_user", json!({"user_id": user.id}), Audience::default());
    audit::record(tx, granted, &format!("user={}", user.id))
}

/// Refuses an account to somebody without the right to make accounts.
///
/// # Errors
/// Sign-up is closed, or it would be the first and must not.
fn sign_up_is_open(
    config: &Config,
    first: bool,
    (is_invited, must_not_be_first): (bool, bool),
) -> Result<(), AppError> {
    if !config.is_on(&config::ENABLE_USER_CREATION) {
        return Err(AppError::new(&error::SIGN_UP_DISABLED));
    }
    if !first && !is_invited && !config.is_on(&config::ENABLE_OPEN_SERVER) {
        return Err(AppError::new(&error::NO_OPEN_SERVER));
    }
    if first && must_not_be_first {
        return Err(AppError::new(&error::SETUP_CODE));
    }
    Ok(())
}

/// The account as it will be; `password_hash` is still the password.
///
/// # Errors
/// The first field that is not as it must be.
pub fn made(caller: &Caller, new: NewUser) -> Result<User, AppError> {
    let now = caller.at;
    let or = |text: String, or: &dyn Fn() -> String| if text.is_empty() { or() } else { text };
    let user = User {
        id: caller.id_of_new(&new.id, &error::USER_EXISTING)?,
        create_at: now,
        update_at: now,
        delete_at: 0,
        username: or(
            valid::without_invisible(&new.username).to_lowercase(),
            &id::new,
        ),
        email: new.email.to_lowercase(),
        nickname: valid::without_invisible(&new.nickname),
        first_name: valid::without_invisible(&new.first_name),
        last_name: valid::without_invisible(&new.last_name),
        position: new.position,
        locale: or(new.locale, &|| "en".to_owned()),
        roles: roles_of(new.system_admin),
        password_hash: new.password.unwrap_or_default(),
        auth_service: new.auth_service,
        auth_data: Some(new.auth_data).filter(|data| !data.is_empty()),
        notify_props: filled(new.notify_props.unwrap_or_default()),
        timezone: as_stored(&new.timezone.unwrap_or_else(|| {
            json!({"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"})
        })),
        last_password_update: now,
        failed_attempts: 0,
        bot_owner_id: new.bot_owner_id,
        bot_description: valid::without_invisible(&new.bot_description),
        props: as_stored(&new.props.unwrap_or_else(|| json!({}))),
        email_verified: new.email_verified,
    };
    valid::check(&user)?;
    valid::check_login(&user, &user.password_hash)?;
    Ok(user)
}

/// The roles of a new account.
fn roles_of(system_admin: bool) -> String {
    if system_admin {
        format!("{SYSTEM_ADMIN} {SYSTEM_USER}")
    } else {
        SYSTEM_USER.to_owned()
    }
}

fn hashed(app: &App, user: &User) -> Result<String, AppError> {
    if user.password_hash.is_empty() {
        Ok(String::new())
    } else {
        app.passwords.hash(&user.password_hash)
    }
}
