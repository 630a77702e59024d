//! Wrong passwords lock an account, so that nobody can guess one, and not to its owner, so that nobody can shut them out.
//!
//! Mattermost locks an account to everybody until an admin resets it: ten requests by a stranger do that to the only admin.
//! Here wrong passwords are counted by account and network, and a lock ends by itself. A guesser with many networks is slowed
//! down: of an account that was guessed at from everywhere, one attempt a second is looked at.

use super::{User, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::http::network_of;
use crate::permission::Caller;
use crate::store::Tx;

/// How many times the attempts of one network all networks together have before they are slowed down.
const NETWORKS: i64 = 10;

/// The time between two attempts that are looked at when an account is guessed at from everywhere.
const SLOW: Millis = 1000;

/// Networks that are remembered for an account; the one whose attempt is the oldest gives way.
const NETWORKS_KEPT: i64 = 1000;

/// Returns why no password of the user is looked at, if that is so.
pub fn refusal(
    tx: &Tx,
    config: &Config,
    user: &User,
    caller: &Caller,
) -> Result<Option<AppError>, AppError> {
    let most = config.int(&config::MAXIMUM_LOGIN_ATTEMPTS);
    let Some(since) = window(config, caller.at) else {
        let locked = user.failed_attempts >= most;
        return Ok(locked.then(|| AppError::new(&error::LOGIN_ATTEMPTS)));
    };
    let network = network_of(&caller.address);
    let own = sql::failed_logins_from(tx, &user.id, &network, since)?;
    if own >= most {
        return Ok(Some(AppError::new(&error::LOGIN_ATTEMPTS)));
    }
    let (all, last_at) = sql::failed_logins(tx, &user.id, since)?;
    let too_fast = all >= most.saturating_mul(NETWORKS) && caller.at - last_at < SLOW;
    Ok(too_fast.then(|| AppError::new(&error::LOGIN_TOO_FAST)))
}

/// Counts a wrong password, or begins to count anew after a right one.
pub fn record(
    tx: &Tx,
    config: &Config,
    user: &User,
    caller: &Caller,
    right: bool,
) -> Result<(), AppError> {
    let attempts = if right { 0 } else { user.failed_attempts + 1 };
    if attempts != user.failed_attempts {
        sql::update_failed_attempts(tx, &user.id, attempts)?;
    }
    let Some(since) = window(config, caller.at) else {
        return Ok(());
    };
    let network = network_of(&caller.address);
    if right {
        sql::forget_failed_logins_from(tx, &user.id, &network)?;
    } else {
        sql::count_failed_login(tx, &user.id, &network, since, caller.at)?;
        sql::forget_failed_logins_beyond(tx, &user.id, NETWORKS_KEPT)?;
    }
    Ok(())
}

/// Forgets the wrong passwords of a user, so that every lock is lifted.
pub fn lift(tx: &Tx, user_id: &str) -> Result<(), AppError> {
    sql::update_failed_attempts(tx, user_id, 0)?;
    Ok(sql::forget_failed_logins(tx, user_id)?)
}

/// Forgets the wrong passwords that count no longer.
pub fn clean_up(app: &App) -> Result<(), AppError> {
    let now = app.clock.now();
    let Some(before) = window(&app.config.last(), now) else {
        return Ok(());
    };
    app.store.clean_up_in_batches(|limit| {
        let forget = move |tx: &Tx| Ok(sql::forget_failed_logins_before(tx, before, limit)?);
        Ok(app.store.write(forget)? > 0)
    })
}

/// Returns the time since which wrong passwords count; `None` where locks last until they are lifted.
fn window(config: &Config, now: Millis) -> Option<Millis> {
    let minutes = config.int(&config::LOGIN_LOCK_MINUTES);
    (minutes > 0).then(|| now - minutes * 60_000)
}
