//! Logging in with a password: finds the account, checks the password, counts wrong ones, opens a session.

mod agent;

use std::sync::Arc;

use serde_json::json;

use self::agent::Agent;
use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::id;
use crate::permission::{Caller, Granted, LOGIN};
use crate::secret::Secret;
use crate::session::{self, Session};
use crate::store::Tx;
use crate::user::{self, User, lockout};

/// Mattermost: sessions of an account at most; one more ends the one unused for longest.
const SESSIONS: i64 = 500;

/// What somebody sends to log in.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// A user id; goes before `login_id`.
    pub id: String,
    /// Username or e-mail address, in any case.
    pub login_id: String,
    /// The password.
    pub password: String,
    /// Names a device; a later login with it replaces the earlier session.
    pub device_id: String,
    /// The header of that name.
    pub user_agent: String,
}

/// A login that succeeded.
pub struct Login {
    /// Who.
    pub user: User,
    /// The session's secret, shown once.
    pub secret: Secret,
    /// How long it lasts.
    pub length: Millis,
}

/// Logs in. Always the same work, whether or not there is such an account, and whether or not a password was sent.
///
/// # Errors
/// The device id is too long; then in Mattermost's order: no password, deactivated, a bot, locked, wrong password or no such account.
pub fn login(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    attempt: Attempt,
) -> Result<Login, AppError> {
    Session::check_device_id(&attempt.device_id)?;
    let (caller, is_blank) = (caller.clone(), attempt.password.is_empty());
    let found = app.store.read(|tx| find(tx, config, &attempt))?;
    let stored = found.map(|user| user.password_hash).unwrap_or_default();
    let right = app.passwords.verify(&attempt.password, Some(&stored))?;
    let (length, config) = (
        Session::length(config, &attempt.device_id),
        Arc::clone(config),
    );
    app.store.write(move |tx| {
        let granted = LOGIN.ask(&caller)?;
        let user = find(tx, &config, &attempt)?;
        // A password that was changed while this one was checked was not the one that was checked.
        let right = right
            && user
                .as_ref()
                .is_some_and(|user| user.password_hash == stored);
        let refused = if is_blank {
            Some(AppError::new(&error::BLANK_PASSWORD))
        } else {
            judge(tx, &config, &caller, user.as_ref(), right)?
        };
        let is_known = user.is_some();
        match (user, refused) {
            (Some(user), None) => Ok(Ok(open(tx, &granted, &attempt, user, length)?)),
            (_, refused) => {
                let (name, id) = (&attempt.login_id, &attempt.id);
                audit::record_failed_login(tx, &granted, name, id, is_known)?;
                // What was counted and recorded stays, so this is no failure of the transaction.
                Ok(Err(refused.unwrap_or_else(|| bad_credentials(&config))))
            }
        }
    })?
}

fn find(tx: &Tx, config: &Config, attempt: &Attempt) -> Result<Option<User>, AppError> {
    if !attempt.id.is_empty() {
        return Ok(user::sql::by_id(tx, &attempt.id)?);
    }
    let name = attempt.login_id.to_lowercase();
    let mut found = None;
    if config.is_on(&config::SIGN_IN_WITH_USERNAME) {
        found = user::sql::by_username(tx, &name)?;
    }
    if found.is_none() && config.is_on(&config::SIGN_IN_WITH_EMAIL) {
        found = user::sql::by_email(tx, &name)?;
    }
    Ok(found)
}

/// Why the account is refused, if it is; counts a wrong password.
fn judge(
    tx: &Tx,
    config: &Config,
    caller: &Caller,
    user: Option<&User>,
    right: bool,
) -> Result<Option<AppError>, AppError> {
    let Some(user) = user.filter(|user| user.auth_service.is_empty()) else {
        return Ok(Some(bad_credentials(config)));
    };
    if user.delete_at > 0 {
        return Ok(Some(AppError::new(&error::LOGIN_INACTIVE)));
    }
    if user.is_bot() {
        return Ok(Some(AppError::new(&error::LOGIN_BOT)));
    }
    if let Some(refusal) = lockout::refusal(tx, config, user, caller)? {
        return Ok(Some(refusal));
    }
    lockout::record(tx, config, user, caller, right)?;
    Ok((!right).then(|| bad_credentials(config)))
}

/// Mattermost: the id says by what one can log in.
fn bad_credentials(config: &Config) -> AppError {
    AppError::new(
        match (
            config.is_on(&config::SIGN_IN_WITH_EMAIL),
            config.is_on(&config::SIGN_IN_WITH_USERNAME),
        ) {
            (true, false) => &error::BAD_CREDENTIALS_EMAIL,
            (false, true) => &error::BAD_CREDENTIALS_USERNAME,
            _ => &error::BAD_CREDENTIALS,
        },
    )
}

fn open(
    tx: &Tx,
    granted: &Granted,
    attempt: &Attempt,
    user: User,
    length: Millis,
) -> Result<Login, AppError> {
    let secret = Secret::new();
    let session = session_of(&user, &secret, attempt, length, granted.at());
    session::sql::delete_expired(tx, &user.id, granted.at())?;
    if !attempt.device_id.is_empty() {
        session::sql::delete_of_device(tx, &user.id, &attempt.device_id)?;
    }
    session::sql::delete_beyond(tx, &user.id, SESSIONS - 1)?;
    session::sql::insert(tx, &session)?;
    let login_id = audit::name_in_audit(tx, &attempt.login_id, true)?;
    audit::record(tx, granted, &format!("attempt - login_id={login_id}"))?;
    let of_user = granted.clone().acting_as(&user.id, &session.id);
    audit::record(tx, &of_user, "authenticated")?;
    audit::record(tx, &of_user, &format!("success session_user={}", user.id))?;
    Ok(Login {
        user,
        secret,
        length,
    })
}

/// The session that a login opens.
fn session_of(
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
