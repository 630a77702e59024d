//! Personal access tokens. Owns their life: created, disabled, enabled, revoked. How one is recognised in a request
//! stands in `auth.rs`.

pub mod api;
pub mod cli;
pub mod sql;

use serde::Serialize;

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{Config, ENABLE_USER_ACCESS_TOKENS};
use crate::error::{self, AppError};
use crate::id;
use crate::permission::{Caller, Granted, Rule};
use crate::secret::Secret;
use crate::session;
use crate::store::Tx;
use crate::user::{self, User};

/// Mattermost: the longest description, in bytes of UTF-8.
const DESCRIPTION_BYTES: usize = 255;

/// A token as the API shows it; its secret is not in it.
#[derive(Clone, Debug, Serialize)]
pub struct Token {
    /// 26 letters; public.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// As it was sent.
    pub description: String,
    /// False while disabled.
    pub is_active: bool,
    /// 0: never.
    pub expires_at: Millis,
    /// When made.
    #[serde(skip)]
    pub create_at: Millis,
    /// When used last, exact to a minute; 0: never.
    #[serde(skip)]
    pub last_used_at: Millis,
}

/// Makes a token for the account. The secret is in this answer and never again anywhere.
///
/// # Errors
/// In Mattermost's order: the user does not exist, tokens are switched off, the description is too long.
pub fn create(
    app: &App,
    config: &Config,
    granted: Granted,
    user_id: &str,
    description: &str,
) -> Result<(Token, Secret), AppError> {
    let (user_id, description, config) =
        (user_id.to_owned(), description.to_owned(), config.clone());
    app.store.write(move |tx| {
        let user =
            user::sql::by_id(tx, &user_id)?.ok_or_else(|| AppError::new(&error::USER_MISSING))?;
        if !config.is_on(&ENABLE_USER_ACCESS_TOKENS) {
            return Err(AppError::new(&error::TOKENS_DISABLED));
        }
        if description.len() > DESCRIPTION_BYTES || description.contains('\0') {
            return Err(AppError::new(&error::TOKEN_DESCRIPTION));
        }
        let secret = Secret::new();
        let token = Token {
            id: id::new(),
            user_id: user.id,
            description,
            is_active: true,
            expires_at: 0,
            create_at: granted.at(),
            last_used_at: 0,
        };
        sql::insert(tx, &token, &secret.hash())?;
        record(tx, &granted, &token.id)?;
        Ok((token, secret))
    })
}

/// A token that the rule lets the caller touch, and the account it belongs to.
///
/// # Errors
/// In Mattermost's order: the permission (whether or not there is such a token), the token does not exist, somebody else's.
pub fn allowed(
    tx: &Tx,
    rule: &'static Rule,
    caller: &Caller,
    token_id: &str,
) -> Result<(Granted, Token), AppError> {
    rule.ask(caller)?;
    let (token, owner) = find(tx, token_id)?;
    Ok((rule.ask_about(caller, owner.target())?, token))
}

fn find(tx: &Tx, token_id: &str) -> Result<(Token, User), AppError> {
    let unknown = || AppError::new(&error::TOKEN_UNKNOWN);
    let token = sql::by_id(tx, token_id)?.ok_or_else(unknown)?;
    let owner = user::sql::by_id(tx, &token.user_id)?.ok_or_else(unknown)?;
    Ok((token, owner))
}

/// What can be done to a token that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Deletes it for good.
    Revoke,
    /// Refuses it until it is enabled.
    Disable,
    /// Accepts it again.
    Enable,
}

/// Does it, if the rule lets the caller. A token that is revoked or disabled is refused from here on, with its session.
///
/// # Errors
/// As [`allowed`].
pub fn change(
    app: &App,
    caller: &Caller,
    rule: &'static Rule,
    token_id: &str,
    change: Change,
) -> Result<(), AppError> {
    let (caller, token_id) = (caller.clone(), token_id.to_owned());
    app.store.write(move |tx| {
        let (granted, token) = allowed(tx, rule, &caller, &token_id)?;
        if change != Change::Enable {
            session::sql::delete_of_token(tx, &token.id)?;
        }
        match change {
            Change::Revoke => sql::delete(tx, &token.id)?,
            Change::Disable => sql::update_is_active(tx, &token.id, false)?,
            Change::Enable => sql::update_is_active(tx, &token.id, true)?,
        }
        record(tx, &granted, &token.id)
    })
}

/// Mattermost: a row for the attempt and a row for the success.
fn record(tx: &Tx, granted: &Granted, token_id: &str) -> Result<(), AppError> {
    audit::record(tx, granted, "")?;
    audit::record(tx, granted, &format!("success - token_id={token_id}"))
}
