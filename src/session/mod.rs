//! Sessions: those that logins open and those of tokens that were used. Owns how long one lasts, and its end.

pub mod sql;

use serde_json::Value;

use crate::app::App;
use crate::audit;
use crate::clock::{DAY, Millis};
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::permission::{Caller, LOGIN, SESSION_DEVICE, SESSION_REVOKE, SESSION_REVOKE_ALL};
use crate::secret::SecretHash;

/// Mattermost: bytes of a device id at most.
const DEVICE_ID_BYTES: usize = 512;

/// The open session of a login.
#[derive(Clone, Debug)]
pub struct Session {
    /// 26 letters.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// Of its secret.
    pub secret_hash: SecretHash,
    /// As the login gave it.
    pub device_id: String,
    /// When it began.
    pub create_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
    /// Texts by name, as clients see them.
    pub props: Value,
}

impl Session {
    /// Checks the length of a device id.
    ///
    /// # Errors
    /// It is too long.
    pub fn check_device_id(device_id: &str) -> Result<(), AppError> {
        if device_id.len() > DEVICE_ID_BYTES {
            let most = DEVICE_ID_BYTES.to_string();
            return Err(AppError::named(&error::DEVICE_ID_LIMIT, &most));
        }
        Ok(())
    }

    /// How long a login lasts. Mattermost: one with a device has a length of its own.
    pub fn length(config: &Config, device_id: &str) -> Millis {
        let web = device_id.is_empty();
        let days = if web {
            &config::SESSION_LENGTH_WEB_IN_DAYS
        } else {
            &config::SESSION_LENGTH_MOBILE_IN_DAYS
        };
        config.int(days) * DAY
    }
}

/// An open session as a list of them shows it.
#[derive(Debug)]
pub struct OpenSession {
    /// The id of the session.
    pub id: String,
    /// The time of the login, or of the token's first use.
    pub create_at: Millis,
    /// The end, 0 when it has none.
    pub expires_at: Millis,
    /// The time of the last use.
    pub last_activity_at: Millis,
    /// The owner.
    pub user_id: String,
    /// The device as the login gave it.
    pub device_id: String,
    /// The roles of the owner, with single spaces between.
    pub roles: String,
    /// Texts by name, as clients see them.
    pub props: Value,
}

/// Ends the session of the request. A token lives on, with a new session at its next use.
pub fn logout(app: &App, caller: &Caller) -> Result<(), AppError> {
    let caller = caller.clone();
    app.store.take_away(move |tx| {
        let granted = LOGIN.ask(&caller)?;
        sql::delete(tx, &granted.caller().session_id)?;
        audit::record(tx, &granted, "")
    })
}

/// Notes on which device the login of the request is; it lasts as long as one that began there, and the other logins of that
/// device end. A token is on no device.
///
/// # Errors
/// The device id is too long.
pub fn set_device(app: &App, caller: &Caller, device_id: &str) -> Result<(), AppError> {
    Session::check_device_id(device_id)?;
    let (caller, device_id) = (caller.clone(), device_id.to_owned());
    let length = Session::length(&app.config.last(), &device_id);
    app.store.write(move |tx| {
        let granted = SESSION_DEVICE.ask(&caller)?;
        let of = (caller.user_id.as_str(), caller.session_id.as_str());
        sql::set_device(tx, of, &device_id, granted.at() + length)?;
        audit::record(tx, &granted, "")
    })
}

/// Ends a session of a user.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, no session is named, there is no such session, it is another user's.
pub fn revoke(app: &App, caller: &Caller, user_id: &str, session_id: &str) -> Result<(), AppError> {
    let (caller, user_id, session_id) = (caller.clone(), user_id.to_owned(), session_id.to_owned());
    app.store.take_away(move |tx| {
        let granted = SESSION_REVOKE.ask_about(tx, &caller, &user_id)?;
        if session_id.is_empty() {
            return Err(AppError::body_param("session_id"));
        }
        // Mattermost: the session's secret is taken for its id, too.
        let by_id = sql::find(tx, &session_id)?;
        let found = match by_id {
            None => sql::find_by_secret(tx, &SecretHash::of(&session_id))?,
            found => found,
        };
        let (id, owner) = found.ok_or(&error::SESSION_UNKNOWN)?;
        if owner != user_id {
            return Err(AppError::url_param("user_id"));
        }
        sql::delete(tx, &id)?;
        audit::record(tx, &granted, "")
    })
}

/// Ends all sessions of a user; their tokens live on.
///
/// # Errors
/// The rule's refusal; the user does not exist.
pub fn revoke_all(app: &App, caller: &Caller, user_id: &str) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.store.take_away(move |tx| {
        let granted = SESSION_REVOKE.ask_about(tx, &caller, &user_id)?;
        if !sql::has_owner(tx, &user_id)? {
            return Err(AppError::new(&error::USER_MISSING));
        }
        sql::delete_all_of(tx, &user_id)?;
        audit::record(tx, &granted, "")
    })
}

/// Ends all sessions of all users, also the caller's.
///
/// # Errors
/// The rule's refusal.
pub fn revoke_everybodys(app: &App, caller: &Caller) -> Result<(), AppError> {
    let caller = caller.clone();
    app.store.take_away(move |tx| {
        let granted = SESSION_REVOKE_ALL.ask(&caller)?;
        sql::delete_all(tx)?;
        audit::record(tx, &granted, "")
    })
}

/// Forgets the sessions that are over.
pub fn clean_up(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    app.store.clean_up_in_batches(|limit| {
        let deleted = app
            .store
            .write(move |tx| Ok(sql::delete_ended(tx, now, limit)?))?;
        Ok(deleted > 0)
    })
}
