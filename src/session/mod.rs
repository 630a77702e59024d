//! Sessions: logging in and out, and the sessions of tokens that were used. Owns the check of a password and its
//! lock-out.

mod agent;
mod login;
pub mod sql;

use agent::Agent;
pub use login::{Attempt, Login, check_current_password, login};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::clock::{DAY, Millis};
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::permission::Granted;
use crate::secret::{Secret, SecretHash};
use crate::user::User;
use crate::{audit, id, messaging::team};

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

    fn of_login(
        user: &User,
        secret: &Secret,
        attempt: &Attempt,
        length: Millis,
        now: Millis,
    ) -> Session {
        let agent = Agent::of(&attempt.user_agent);
        Session {
            id: id::of(id::Kind::Session),
            user_id: user.id.clone(),
            secret_hash: secret.hash(),
            device_id: attempt.device_id.clone(),
            create_at: now,
            expires_at: now + length,
            // Mattermost shows the CSRF token here; it is not stored, and other people's is nobody's business.
            props: json!({
                "browser": agent.browser, "csrf": "", "isMobile": "false", "isOAuthUser": "false", "isSaml": "false",
                "is_guest": "false", "os": agent.os, "platform": agent.platform,
            }),
        }
    }
}

/// A session as the API shows it.
#[derive(Debug, Serialize)]
pub struct View {
    id: String,
    /// Mattermost: always there, always empty.
    token: &'static str,
    create_at: Millis,
    expires_at: Millis,
    last_activity_at: Millis,
    user_id: String,
    device_id: String,
    roles: String,
    is_oauth: bool,
    expired_notify: bool,
    props: Value,
    team_members: Vec<team::Member>,
    local: bool,
    /// Whether it is the session of the request; told to who asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_current: Option<bool>,
}

impl View {
    /// The same, with whether it is the session with this id.
    pub fn beside(mut self, session_id: &str) -> View {
        self.is_current = Some(self.id == session_id);
        self
    }
}

/// Ends the session of the request. A token lives on, with a new session at its next use.
pub fn logout(app: &App, granted: Granted) -> Result<(), AppError> {
    app.store.write(move |tx| {
        sql::delete(tx, &granted.caller().session_id)?;
        audit::record(tx, &granted, "")
    })
}

/// Ends a session of the account.
///
/// # Errors
/// There is no such session, or it is somebody else's.
pub fn revoke(
    app: &App,
    granted: Granted,
    user_id: &str,
    session_id: &str,
) -> Result<(), AppError> {
    let (user_id, session_id) = (user_id.to_owned(), session_id.to_owned());
    app.store.write(move |tx| {
        // Mattermost: the session's secret is taken for its id, too.
        let by_id = sql::find(tx, &session_id)?;
        let found = match by_id {
            None => sql::find_by_secret(tx, &SecretHash::of(&session_id))?,
            found => found,
        };
        let (id, owner) = found.ok_or_else(|| AppError::new(&error::SESSION_UNKNOWN))?;
        if owner != user_id {
            return Err(AppError::url_param("user_id"));
        }
        sql::delete(tx, &id)?;
        audit::record(tx, &granted, "")
    })
}

/// Ends all sessions of the account; its tokens live on.
pub fn revoke_all(app: &App, granted: Granted, user_id: &str) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.store.write(move |tx| {
        sql::delete_all_of(tx, &user_id)?;
        audit::record(tx, &granted, "")
    })
}

/// Ends everybody's sessions, also the caller's.
pub fn revoke_everybodys(app: &App, granted: Granted) -> Result<(), AppError> {
    app.store.write(move |tx| {
        sql::delete_all(tx)?;
        audit::record(tx, &granted, "")
    })
}

/// Sessions that one transaction forgets at most.
const BATCH: i64 = 1000;

/// Forgets the sessions that are over.
pub fn clean_up(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    while app
        .store
        .write(move |tx| Ok(sql::delete_ended(tx, now, BATCH)?))?
        > 0
    {}
    Ok(())
}
