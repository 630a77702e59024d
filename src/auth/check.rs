//! Whether a secret is good now. Owns the rules about tokens and sessions; knows no request.

use std::sync::Arc;

use super::sql::{self, Holder, Login, Owner, Token};
use super::{Good, Reason, Refused, Touch, of_user, refused};
use crate::app::App;
use crate::clock::Millis;
use crate::config::{Config, EXTEND_SESSION_LENGTH_WITH_ACTIVITY, SESSION_IDLE_TIMEOUT_IN_MINUTES};
use crate::error::AppError;
use crate::id;
use crate::permission::{Scope, Via};
use crate::secret::SecretHash;
use crate::session::Session;
use crate::store::Tx;
use crate::token::{self, Gate, State};

/// How old the time of the last use may grow before it is written again.
const LAST_USE: Millis = 60_000;

/// The settings in force, and what is to be said about a secret.
pub type Checked = (Arc<Config>, Result<Good, Refused>);

/// Whose secret it is, and whether it is good now.
pub fn secret(app: &App, tx: &Tx, secret: &str, now: Millis) -> Result<Checked, AppError> {
    if let Some(checked) = hash(app, tx, &SecretHash::of(secret), now)? {
        return Ok(checked);
    }
    let mut unknown = refused(Reason::Unknown);
    if id::is_valid(secret)
        && let Some(token) = token::sql::by_id(tx, secret)?
    {
        unknown = Refused {
            token_id: Some(token.id),
            user_id: token.user_id,
            ..refused(Reason::TokenIdInsteadOfSecret)
        };
    }
    Ok((app.config.current(tx)?, Err(unknown)))
}

/// The same of a secret as it is stored; none: nobody has it.
pub fn hash(
    app: &App,
    tx: &Tx,
    hash: &SecretHash,
    now: Millis,
) -> Result<Option<Checked>, AppError> {
    let found = match sql::by_secret(tx, hash)? {
        None => sql::by_previous_secret(tx, hash)?,
        found => found,
    };
    let Some(found) = found else {
        return Ok(None);
    };
    let config = app.config.at(tx, found.revision)?;
    let checked = match found.holder {
        Holder::Token(token) => of_token(&config, found.owner, token, now),
        Holder::Login(login) => of_login(&config, found.owner, login, now),
    };
    Ok(Some((config, checked)))
}

fn of_login(config: &Config, owner: Owner, login: Login, now: Millis) -> Result<Good, Refused> {
    let idle = now - login.last_activity_at;
    let extended = config
        .is_on(&EXTEND_SESSION_LENGTH_WITH_ACTIVITY)
        .then(|| now + Session::length(config, &login.device_id));
    let good = Good {
        owner,
        session_id: login.session_id,
        via: Via::Session,
        scope: Scope::Full,
        allowed_from: None,
        token_expires_at: 0,
        touch: (idle >= LAST_USE).then_some(Touch::Renew {
            expires_at: extended.unwrap_or(login.expires_at),
        }),
    };
    let allowed = config.int(&SESSION_IDLE_TIMEOUT_IN_MINUTES) * 60_000;
    if login.expires_at <= now {
        return Err(of_user(&good, Reason::SessionExpired));
    }
    if extended.is_none() && allowed > 0 && idle > allowed {
        return Err(of_user(&good, Reason::SessionIdle));
    }
    if good.owner.delete_at > 0 {
        return Err(of_user(&good, Reason::UserDeactivated));
    }
    Ok(good)
}

fn of_token(config: &Config, owner: Owner, token: Token, now: Millis) -> Result<Good, Refused> {
    let last_use = match &token.previous {
        None => token.last_used_at,
        Some(previous) => previous.last_used_at,
    };
    let (session_id, touch) = match token.session_id {
        Some(id) if now - last_use < LAST_USE => (id, None),
        Some(id) if token.previous.is_some() => (id, Some(Touch::UsePrevious)),
        Some(id) => (id, Some(Touch::Use)),
        None => (
            id::of(id::Kind::Session),
            Some(Touch::Open(token.secret_hash)),
        ),
    };
    let good = Good {
        owner,
        session_id,
        via: Via::Token(token.id),
        touch,
        scope: Scope::of_stored(token.scopes.as_deref()),
        allowed_from: token.allowed_from,
        token_expires_at: token.expires_at,
    };
    let is_rotated_away = token.previous.is_some_and(|previous| previous.until <= now);
    let reason = if is_rotated_away {
        Reason::RotatedAway
    } else {
        let state = State {
            is_active: token.is_active,
            expires_at: token.expires_at,
            owner_is_deactivated: good.owner.delete_at > 0,
            owner_is_bot: good.owner.is_bot,
        };
        match state.closed(config, now) {
            None => return Ok(good),
            Some(Gate::Active) => Reason::TokenDisabled,
            Some(Gate::Expiry) => Reason::TokenExpired,
            Some(Gate::Owner) => Reason::UserDeactivated,
            Some(Gate::Switch) => Reason::TokensSwitchedOff,
        }
    };
    Err(of_user(&good, reason))
}
