//! Accounts of people (and of bots). Owns what an account may look like, who sees which of its fields, and every change
//! to it. Logging in stands with the session.

pub mod api;
pub mod cli;
pub mod edit;
mod picture;
pub mod sql;
mod valid;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::{Caller, Granted, Target, USER_CREATE};
use crate::role::{self, SYSTEM_ADMIN, SYSTEM_USER};
use crate::session;
use crate::store::Tx;
use crate::{id, password};

/// An account as it is stored.
#[derive(Clone, Debug)]
pub struct User {
    /// 26 letters.
    pub id: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// Above 0: deactivated then.
    pub delete_at: Millis,
    /// Lower case.
    pub username: String,
    /// Lower case.
    pub email: String,
    /// Nickname.
    pub nickname: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Position.
    pub position: String,
    /// `en`, `de`...
    pub locale: String,
    /// Names with single spaces between.
    pub roles: String,
    /// A PHC string; empty: no login by password.
    pub password_hash: String,
    /// Empty, or the service that knows the password.
    pub auth_service: String,
    /// The name at that service.
    pub auth_data: Option<String>,
    /// Texts by name.
    pub notify_props: Value,
    /// Texts by name.
    pub timezone: Value,
    /// When the password was set last.
    pub last_password_update: Millis,
    /// Wrong passwords since the last right one.
    pub failed_attempts: i64,
    /// Only bots have one.
    pub bot_owner_id: Option<String>,
    /// Only bots have one.
    pub bot_description: String,
}

impl User {
    /// Whether the account has the role `system_admin`.
    pub fn is_system_admin(&self) -> bool {
        role::holds(&self.roles, SYSTEM_ADMIN)
    }

    /// Whether it is a bot: only bots have an owner.
    pub fn is_bot(&self) -> bool {
        self.bot_owner_id.is_some()
    }

    /// What a rule is asked about.
    pub fn target(&self) -> Target<'_> {
        Target {
            user_id: &self.id,
            is_system_admin: self.is_system_admin(),
            bot_owner_id: self.bot_owner_id.as_deref(),
        }
    }
}

/// The account with the id.
///
/// # Errors
/// There is none.
pub fn find(tx: &Tx, id: &str) -> Result<User, AppError> {
    sql::by_id(tx, id)?.ok_or_else(|| AppError::new(&error::USER_MISSING))
}

/// An account as somebody may see it.
#[derive(Debug, Serialize)]
pub struct View<'u> {
    id: &'u str,
    create_at: Millis,
    update_at: Millis,
    delete_at: Millis,
    username: &'u str,
    /// Mattermost: always there, always empty.
    auth_data: &'static str,
    auth_service: &'u str,
    email: &'u str,
    nickname: &'u str,
    first_name: &'u str,
    last_name: &'u str,
    position: &'u str,
    roles: &'u str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_props: Option<&'u Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_password_update: Option<Millis>,
    locale: &'u str,
    timezone: &'u Value,
    disable_welcome_email: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_bot: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    bot_description: &'u str,
}

/// How much of an account a viewer sees.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// Everything that is ever shown.
    Own,
    /// Everything but what is the owner's own business.
    ByAdmin,
    /// What the privacy settings leave.
    ByOthers {
        /// `ShowEmailAddress`
        email: bool,
        /// `ShowFullName`
        names: bool,
    },
}

impl Seen {
    /// What this caller sees of the account with the id.
    pub fn by(caller: &Caller, config: &Config, user_id: &str) -> Seen {
        if caller.user_id == user_id {
            Seen::Own
        } else {
            Seen::listed(caller, config)
        }
    }

    /// What this caller sees of an account in a list. Mattermost: of the own one no more than of others.
    pub fn listed(caller: &Caller, config: &Config) -> Seen {
        if caller.is_system_admin() {
            Seen::ByAdmin
        } else {
            Seen::ByOthers {
                email: config.is_on(&config::SHOW_EMAIL_ADDRESS),
                names: config.is_on(&config::SHOW_FULL_NAME),
            }
        }
    }

    /// The account, so seen.
    pub fn view(self, user: &User) -> View<'_> {
        let (email, names) = match self {
            Seen::Own | Seen::ByAdmin => (true, true),
            Seen::ByOthers { email, names } => (email, names),
        };
        let own = matches!(self, Seen::Own);
        let when = |shown: bool, text| if shown { text } else { "" };
        View {
            id: &user.id,
            create_at: user.create_at,
            update_at: user.update_at,
            delete_at: user.delete_at,
            username: &user.username,
            auth_data: "",
            auth_service: &user.auth_service,
            email: when(email, &user.email),
            nickname: &user.nickname,
            first_name: when(names, &user.first_name),
            last_name: when(names, &user.last_name),
            position: &user.position,
            roles: &user.roles,
            notify_props: own.then_some(&user.notify_props),
            last_password_update: own.then_some(user.last_password_update),
            locale: &user.locale,
            timezone: &user.timezone,
            disable_welcome_email: false,
            is_bot: user.is_bot(),
            bot_description: &user.bot_description,
        }
    }

    /// A text that changes with what is seen: the account, or the viewer's rights.
    pub fn etag(self, user: &User) -> String {
        let kind = match self {
            Seen::Own => "own".to_owned(),
            Seen::ByAdmin => "admin".to_owned(),
            Seen::ByOthers { email, names } => format!("{email}.{names}"),
        };
        format!(
            "{}.{}.{}.{kind}",
            config::MATTERMOST_VERSION,
            user.id,
            user.update_at
        )
    }
}

/// An account to be made. Texts are as they were sent.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Must be empty. Mattermost: an id is a sign that an update was meant.
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
}

/// Makes an account. The first one becomes system admin.
///
/// # Errors
/// In Mattermost's order: sign-up closed, password, each field, username taken, e-mail taken.
pub fn create(
    app: &App,
    config: &Config,
    granted: Granted,
    new: NewUser,
) -> Result<User, AppError> {
    let invited = USER_CREATE.ask(granted.caller()).is_ok();
    if !invited {
        sign_up_is_open(config, app.store.read(|tx| Ok(sql::none(tx)?))?)?;
    }
    // Mattermost: what another service knows keeps that service's rules.
    let checked = new.password.as_ref();
    if let Some(password) = checked.filter(|_| new.auth_service.is_empty()) {
        // The client is told in Mattermost's words; the log and the command line say which rules there are.
        password::check_rules(config, password).map_err(|rules| {
            AppError::new(&error::BAD_PASSWORD_AT_CREATION).cause(rules.message)
        })?;
    }
    if !new.id.is_empty() {
        return Err(AppError::new(&error::USER_EXISTING));
    }
    let user = made(new, granted.at())?;
    let config = config.clone();
    let mut user = User {
        password_hash: hashed(app, &user)?,
        ..user
    };
    app.change(move |tx, news| {
        let first = sql::none(tx)?;
        if !invited {
            // Somebody else may have been first since.
            sign_up_is_open(&config, first)?;
        }
        if first {
            user.roles = roles_of(true);
        }
        add(tx, news, &granted, &user)?;
        Ok(user)
    })
}

/// Adds the account, if nobody else has its name or address.
pub fn add(tx: &Tx, news: &mut News, granted: &Granted, user: &User) -> Result<(), AppError> {
    free(tx, user)?;
    sql::insert(tx, user)?;
    news.tell("new_user", json!({"user_id": user.id}), Audience::default());
    audit::record(tx, granted, &format!("user={}", user.id))
}

/// Whether somebody without the right to make accounts may make his own.
fn sign_up_is_open(config: &Config, first: bool) -> Result<(), AppError> {
    if !config.is_on(&config::ENABLE_USER_CREATION) {
        return Err(AppError::new(&error::SIGN_UP_DISABLED));
    }
    if !first && !config.is_on(&config::ENABLE_OPEN_SERVER) {
        return Err(AppError::new(&error::NO_OPEN_SERVER));
    }
    Ok(())
}

/// The account as it will be; `password_hash` is still the password.
///
/// # Errors
/// The first field that is not as it must be.
pub fn made(new: NewUser, now: Millis) -> Result<User, AppError> {
    let or = |text: String, or: &dyn Fn() -> String| if text.is_empty() { or() } else { text };
    let user = User {
        id: id::new(),
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
        notify_props: default_notify_props(),
        timezone: json!({"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"}),
        last_password_update: now,
        failed_attempts: 0,
        bot_owner_id: new.bot_owner_id,
        bot_description: valid::without_invisible(&new.bot_description),
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

/// Mattermost: what a new account is notified of.
fn default_notify_props() -> Value {
    json!({
        "channel": "true", "comments": "never", "desktop": "mention", "desktop_sound": "true", "email": "true",
        "first_name": "false", "mention_keys": "", "push": "mention", "push_status": "away",
    })
}

/// Mattermost: without any, the defaults; words that stand for the account are kept in lower case, without blanks.
fn filled(mut notify_props: Value) -> Value {
    if notify_props.as_object().is_none_or(Map::is_empty) {
        return default_notify_props();
    }
    if let Some(Value::String(keys)) = notify_props.get_mut("mention_keys") {
        let words = keys.split(',').filter(|word| !word.is_empty());
        *keys = words.collect::<Vec<_>>().join(",").to_lowercase();
    }
    notify_props
}

fn hashed(app: &App, user: &User) -> Result<String, AppError> {
    if user.password_hash.is_empty() {
        Ok(String::new())
    } else {
        app.passwords.hash(&user.password_hash)
    }
}

/// Whether nobody else has the name or the address.
fn free(tx: &Tx, user: &User) -> Result<(), AppError> {
    let another = |found: Option<User>| found.is_some_and(|found| found.id != user.id);
    if another(sql::by_username(tx, &user.username)?) {
        return Err(AppError::new(&error::USERNAME_EXISTS));
    }
    if another(sql::by_email(tx, &user.email)?) {
        return Err(AppError::new(&error::EMAIL_EXISTS));
    }
    auth_data_is_free(tx, user.auth_data.as_deref(), &user.id)
}

fn auth_data_is_free(tx: &Tx, data: Option<&str>, user_id: &str) -> Result<(), AppError> {
    match data.map(|data| sql::by_auth_data(tx, data)).transpose()? {
        Some(Some(id)) if id != user_id => Err(AppError::new(&error::AUTH_DATA_EXISTS)),
        _ => Ok(()),
    }
}

/// Mattermost: a list of roles is not longer.
const ROLES_BYTES: usize = 256;

/// Gives and takes roles; they hold on the next request.
///
/// # Errors
/// The user or one of the roles does not exist.
pub fn update_roles(
    app: &App,
    granted: Granted,
    user_id: &str,
    roles: String,
) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.change(move |tx, news| {
        sql::by_id(tx, &user_id)?.ok_or_else(|| AppError::new(&error::USER_MISSING_400))?;
        for name in roles.split_whitespace() {
            role::sql::by_name(tx, name)?.ok_or_else(|| AppError::new(&error::ROLE_UNKNOWN_400))?;
        }
        if roles.len() > ROLES_BYTES {
            return Err(AppError::new(&error::ROLES_LIMIT));
        }
        sql::update_roles(tx, &user_id, &roles, granted.at())?;
        news.tell(
            "user_role_updated",
            json!({"user_id": user_id, "roles": roles}),
            Audience::user(&user_id),
        );
        audit::record(tx, &granted, &format!("user={user_id} roles={roles}"))
    })
}

/// Deactivates or reactivates an account. All its sessions end with the deactivation; its tokens stay, and are refused
/// until it is active again.
///
/// # Errors
/// The user does not exist.
pub fn update_active(
    app: &App,
    config: &Config,
    granted: Granted,
    user_id: &str,
    active: bool,
) -> Result<(), AppError> {
    let with_bots = !active && config.is_on(&config::DISABLE_BOTS_WHEN_OWNER_IS_DEACTIVATED);
    let user_id = user_id.to_owned();
    app.change(move |tx, news| {
        let user = find(tx, &user_id)?;
        set_active(tx, news, &user, active, granted.at())?;
        audit::record(tx, &granted, &format!("user_id={user_id} active={active}"))?;
        if with_bots {
            for bot in sql::bots_of(tx, &user_id)? {
                set_active(tx, news, &bot, false, granted.at())?;
                audit::record(tx, &granted, &format!("user_id={} active=false", bot.id))?;
            }
        }
        Ok(())
    })
}

/// Deactivates (all sessions end) or reactivates.
pub fn set_active(
    tx: &Tx,
    news: &mut News,
    user: &User,
    active: bool,
    at: Millis,
) -> Result<(), AppError> {
    let delete_at = match (active, user.delete_at) {
        (true, _) => 0,
        (false, 0) => at,
        (false, since) => since,
    };
    sql::update_delete_at(tx, &user.id, delete_at, at)?;
    if !active {
        session::sql::delete_all_of(tx, &user.id)?;
        let offline = json!({"status": "offline", "user_id": user.id});
        news.tell("status_change", offline, Audience::user(&user.id));
    }
    let changed = User {
        delete_at,
        update_at: at,
        ..user.clone()
    };
    tell_updated(news, &changed);
    news.tell(
        "user_activation_status_change",
        json!({}),
        Audience::default(),
    );
    Ok(())
}

/// Everyone hears of a changed account, so only of what everyone may see whatever the privacy settings are.
pub fn tell_updated(news: &mut News, user: &User) {
    let view = Seen::ByOthers {
        email: false,
        names: false,
    }
    .view(user);
    news.tell("user_updated", json!({ "user": view }), Audience::default());
}

/// What of an account is to change; what is not there stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Username.
    pub username: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Nickname.
    pub nickname: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Locale.
    pub locale: Option<String>,
    /// The whole of them.
    pub notify_props: Option<Value>,
    /// The whole of it.
    pub timezone: Option<Value>,
    /// Of bots.
    pub bot_description: Option<String>,
}

/// Changes an account's fields.
///
/// # Errors
/// The user does not exist; the first field that is not as it must be; username or address taken.
pub fn update(app: &App, granted: Granted, user_id: &str, patch: Patch) -> Result<User, AppError> {
    let user_id = user_id.to_owned();
    app.change(move |tx, news| {
        let mut user = find(tx, &user_id)?;
        patch.apply(&mut user);
        user.update_at = granted.at();
        valid::check(&user)?;
        free(tx, &user)?;
        sql::update(tx, &user)?;
        tell_updated(news, &user);
        audit::record(tx, &granted, "")?;
        Ok(user)
    })
}

impl Patch {
    fn apply(self, user: &mut User) {
        let lower = |text: Option<String>| text.map(|text| text.to_lowercase());
        let clean = |text: Option<String>| text.map(|text| valid::without_invisible(&text));
        let texts = [
            (&mut user.username, clean(lower(self.username))),
            (&mut user.email, lower(self.email)),
            (&mut user.nickname, clean(self.nickname)),
            (&mut user.first_name, clean(self.first_name)),
            (&mut user.last_name, clean(self.last_name)),
            (&mut user.position, self.position),
            (&mut user.locale, self.locale),
            (&mut user.bot_description, clean(self.bot_description)),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                *field = text;
            }
        }
        if let Some(notify_props) = self.notify_props {
            user.notify_props = filled(notify_props);
        }
        if let Some(timezone) = self.timezone {
            user.timezone = timezone;
        }
    }
}

/// Lets another service log the account in: no password any more. Mattermost: nobody checks that the service is known,
/// nor that the account is.
///
/// # Errors
/// Another account has the name at that service.
pub fn update_auth(
    app: &App,
    granted: Granted,
    user_id: &str,
    service: String,
    data: String,
) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.store.write(move |tx| {
        auth_data_is_free(tx, Some(&data), &user_id)?;
        sql::update_auth(tx, &user_id, &service, &data, granted.at())?;
        audit::record(
            tx,
            &granted,
            &format!("updated user {user_id} auth to service={service}"),
        )
    })
}

/// Deletes an account for good, with its sessions, tokens and preferences.
///
/// # Errors
/// The user does not exist.
pub fn delete(app: &App, granted: Granted, user_id: &str) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.store.write(move |tx| {
        find(tx, &user_id)?;
        sql::delete(tx, &user_id)?;
        audit::record(tx, &granted, &format!("user_id={user_id} deleted"))
    })
}

/// Sets a password. Mattermost: sessions and tokens go on; a lock is lifted; an account of another service becomes one
/// with a password.
///
/// `current` is the stored hash that the caller's current password was checked against, where one is asked for.
///
/// # Errors
/// The rules in force, by Mattermost's name for them; the user does not exist; the password was changed meanwhile.
pub fn update_password(
    app: &App,
    config: &Config,
    granted: Granted,
    user_id: &str,
    current: Option<String>,
    new: &str,
) -> Result<(), AppError> {
    password::check_rules(config, new).map_err(AppError::password_rules)?;
    let (user_id, hash) = (user_id.to_owned(), app.passwords.hash(new)?);
    app.store.write(move |tx| {
        let user = find(tx, &user_id)?;
        if current.is_some_and(|current| current != user.password_hash) {
            return Err(AppError::new(&error::PASSWORD_INCORRECT));
        }
        sql::update_password(tx, &user_id, &hash, granted.at())?;
        audit::record(tx, &granted, "attempted")?;
        audit::record(tx, &granted, "completed")
    })
}

/// Forgets the wrong passwords since the last right one, so that a lock is lifted.
pub fn unlock(app: &App, granted: Granted, user_id: &str) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.store.write(move |tx| {
        sql::update_failed_attempts(tx, &user_id, 0)?;
        audit::record(tx, &granted, &format!("user_id={user_id}"))
    })
}
