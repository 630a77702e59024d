//! A new secret for a token, and the time in which the old one is still good.

use std::sync::Arc;

use super::limits::check_within;
use super::{Token, allowed, check_new, new_secret, record, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::config::Config;
use crate::error::{self, AppError};
use crate::permission::{Caller, Scope, TOKEN_CREATE, TOKEN_REVOKE};
use crate::secret::Secret;

/// The longest time for which a replaced secret may be good, in seconds: a week.
pub const GRACE_MOST: i64 = 604_800;

/// What a rotation changes.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// The id of the token.
    pub token_id: String,
    /// The new end in milliseconds since 1970; 0: never.
    pub expires_at: Millis,
    /// How long the old secret is good, at most [`GRACE_MOST`].
    pub grace_seconds: i64,
    /// What the token may be used for from now on; `None`: as before.
    pub scope: Option<Scope>,
    /// From where; `None`: as before.
    pub allowed_from: Option<Vec<String>>,
}

/// Gives the token a new secret, shown once, and a new end. Id and description stay; the old secret is good for the time of
/// grace. Without one it is dead at once, and so is its session.
///
/// # Errors
/// As [`allowed`]; the token is disabled, or an older secret is still good; then as [`super::create`].
pub fn rotate(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    rotation: Rotation,
) -> Result<(Token, Secret), AppError> {
    let (caller, config) = (caller.clone(), Arc::clone(config));
    app.store.write(move |tx| {
        let (granted, token, owner) = allowed(tx, &TOKEN_CREATE, &caller, &rotation.token_id)?;
        if !token.is_active {
            return Err(AppError::new(&error::ROTATE_DISABLED));
        }
        if token.previous_secret_until > granted.at() {
            return Err(AppError::new(&error::ROTATE_IN_GRACE));
        }
        check_new(&config, &owner, rotation.expires_at, granted.at())?;
        let until = granted.at() + rotation.grace_seconds * 1000;
        let rotated = Token {
            expires_at: rotation.expires_at,
            scope: rotation.scope.unwrap_or(token.scope),
            allowed_from: rotation.allowed_from.unwrap_or(token.allowed_from),
            previous_secret_until: until,
            previous_secret_last_used_at: 0,
            ..token
        };
        check_within(tx, &caller, &rotated)?;
        let secret = new_secret(&config);
        sql::keep_previous_secret(tx, &rotated.id, until)?;
        sql::update_secret(tx, &rotated, &secret.hash(), rotation.grace_seconds > 0)?;
        record(tx, &granted, &rotated.id)?;
        Ok((rotated, secret))
    })
}

/// Gives the token a secret that somebody else made; the old one is dead at once. One that it has already changes nothing.
///
/// # Errors
/// As [`allowed`]; another token has the secret.
pub fn replace_secret(
    app: &App,
    caller: &Caller,
    token_id: &str,
    secret: &Secret,
) -> Result<(), AppError> {
    let (caller, token_id, hash) = (caller.clone(), token_id.to_owned(), secret.hash());
    app.store.write(move |tx| {
        let (granted, token, _) = allowed(tx, &TOKEN_CREATE, &caller, &token_id)?;
        match sql::id_of_secret(tx, &hash)? {
            Some(id) if id == token.id => return Ok(()),
            Some(_) => return Err(AppError::body_param("secret")),
            None => {}
        }
        sql::end_previous_secret(tx, &token.id, granted.at())?;
        sql::update_secret(tx, &token, &hash, false)?;
        record(tx, &granted, &token.id)
    })
}

/// Ends the time in which the secret that the token had before is good.
///
/// # Errors
/// As [`allowed`].
pub fn end_grace(app: &App, caller: &Caller, token_id: &str) -> Result<(), AppError> {
    let (caller, token_id) = (caller.clone(), token_id.to_owned());
    app.store.take_away(move |tx| {
        let (granted, token, _) = allowed(tx, &TOKEN_REVOKE, &caller, &token_id)?;
        sql::end_previous_secret(tx, &token.id, granted.at())?;
        record(tx, &granted, &token.id)
    })
}
