//! Accounts of people (and of bots). Owns what an account may look like, who sees which of its fields, and every change
//! to it. Logging in stands with the session.

mod activation;
mod change;
mod creation;
pub mod list;
pub mod lockout;
pub mod password;
pub mod picture;
pub mod portrait;
pub mod sql;
pub mod valid;
mod view;

pub use activation::{keep_an_admin, set_active, update_active};
pub use change::{Patch, apply, delete, update, update_auth, update_roles, verify_email};
pub use creation::{NewUser, add, create, create_with, made};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
pub use view::Seen;

use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::store::Tx;

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
    pub notify_props: Box<RawValue>,
    /// Texts by name.
    pub timezone: Box<RawValue>,
    /// When the password was set last.
    pub last_password_update: Millis,
    /// Wrong passwords since the last right one.
    pub failed_attempts: i64,
    /// Only bots have one.
    pub bot_owner_id: Option<String>,
    /// Only bots have one.
    pub bot_description: String,
    /// What clients keep with the account: texts by name.
    pub props: Box<RawValue>,
    /// Whether somebody said that the address is right.
    pub email_verified: bool,
}

impl User {
    /// Whether it is a bot: only bots have an owner.
    pub fn is_bot(&self) -> bool {
        self.bot_owner_id.is_some()
    }
}

/// Returns the user with the id.
///
/// # Errors
/// There is none.
pub fn find(tx: &Tx, id: &str) -> Result<User, AppError> {
    Ok(sql::by_id(tx, id)?.ok_or(&error::USER_MISSING)?)
}

/// Mattermost: what a new account is notified of.
fn default_notify_props() -> Value {
    json!({
        "channel": "true", "comments": "never", "desktop": "mention", "desktop_sound": "true", "email": "true",
        "first_name": "false", "mention_keys": "", "push": "mention", "push_status": "away",
    })
}

/// Mattermost: without any, the defaults; words that stand for the account are kept in lower case, without blanks.
fn filled(mut notify_props: Value) -> Box<RawValue> {
    if notify_props.as_object().is_none_or(Map::is_empty) {
        return as_stored(&default_notify_props());
    }
    if let Some(Value::String(keys)) = notify_props.get_mut("mention_keys") {
        let words = keys.split(',').filter(|word| !word.is_empty());
        *keys = words.collect::<Vec<_>>().join(",").to_lowercase();
    }
    as_stored(&notify_props)
}

/// What only clients take apart.
fn as_stored(value: &Value) -> Box<RawValue> {
    // A value is always JSON.
    to_raw_value(value).unwrap_or_default()
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
