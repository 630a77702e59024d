//! Personal access tokens. Owns their life: created, disabled, enabled, revoked. How one is recognised in a request
//! stands in `auth/`.

mod explain;
pub mod filter;
mod gate;
pub mod ledger;
mod limits;
pub mod many;
mod rotation;
pub mod sql;

pub use explain::{Asked, Explanation, explain};
pub use gate::{Gate, State};
pub use limits::{check_networks, together};
pub use rotation::{GRACE_MOST, Rotation, end_grace, replace_secret, rotate};

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::audit;
use crate::clock::{DAY, Millis};
use crate::config::{
    Config, ENABLE_USER_ACCESS_TOKENS, MAXIMUM_TOKEN_LIFETIME_DAYS, MAXIMUM_TOKENS_PER_USER,
    TOKEN_FORMAT,
};
use crate::error::{self, AppError};
use crate::event::News;
use crate::id;
use crate::permission::{Caller, Granted, Rule, Scope, TOKEN_ALL, TOKEN_CREATE};
use crate::secret::Secret;
use crate::store::Tx;
use crate::user::{self, User};
use limits::check_within;

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
    /// From which address; empty: never, or not known.
    #[serde(skip)]
    pub last_used_from: String,
    /// The id of the token by which it was made, which may be gone; empty: none.
    #[serde(skip)]
    pub parent_id: String,
    /// What it may be used for.
    #[serde(
        rename = "scopes",
        serialize_with = "scope_names",
        skip_serializing_if = "is_full"
    )]
    pub scope: Scope,
    /// The addresses and networks from which it may be used; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_from: Vec<String>,
    /// The time until which the secret that it had before is good; 0: it had none.
    #[serde(skip)]
    pub previous_secret_until: Millis,
    /// When that secret was used last since it was replaced; 0: never.
    #[serde(skip)]
    pub previous_secret_last_used_at: Millis,
}

fn scope_names<S: serde::Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    scope.names().serialize(serializer)
}

fn is_full(scope: &Scope) -> bool {
    *scope == Scope::Full
}

/// A token with what Mattermost does not show of it.
#[derive(Debug, Serialize)]
pub struct WithUsage<'t> {
    #[serde(flatten)]
    of: &'t Token,
    create_at: Millis,
    last_used_at: Millis,
    last_used_from: &'t str,
    parent_id: &'t str,
    previous_secret_until: Millis,
    previous_secret_last_used_at: Millis,
}

impl Token {
    /// The same, with when it was made, and when and from where it was used last.
    pub fn with_usage(&self) -> WithUsage<'_> {
        WithUsage {
            of: self,
            create_at: self.create_at,
            last_used_at: self.last_used_at,
            last_used_from: &self.last_used_from,
            parent_id: &self.parent_id,
            previous_secret_until: self.previous_secret_until,
            previous_secret_last_used_at: self.previous_secret_last_used_at,
        }
    }
}

/// A token to be made.
#[derive(Clone, Debug, Default)]
pub struct NewToken {
    /// The id of its owner.
    pub user_id: String,
    /// The purpose, at most 255 bytes.
    pub description: String,
    /// The end in milliseconds since 1970; 0: never.
    pub expires_at: Millis,
    /// What it may be used for.
    pub scope: Scope,
    /// From where, as [`check_networks`] accepts it.
    pub allowed_from: Vec<String>,
}

/// Makes a token. The secret is in this answer and never again anywhere.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the user does not exist, tokens are switched off, the end, the number of tokens, the description; more than the caller's own token may do.
pub fn create(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    new: NewToken,
) -> Result<(Token, Secret), AppError> {
    let secret = new_secret(config);
    let token = create_with(app, config, caller, new, &secret)?;
    Ok((token, secret))
}

/// Returns a new secret of a token, in the form that a setting says.
pub fn new_secret(config: &Config) -> Secret {
    match config.text(&TOKEN_FORMAT) {
        "prefixed" => Secret::prefixed(),
        _ => Secret::new(),
    }
}

/// Makes a token with a secret that exists already.
///
/// # Errors
/// As [`create`].
pub fn create_with(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    new: NewToken,
    secret: &Secret,
) -> Result<Token, AppError> {
    let (config, caller, secret_hash) = (Arc::clone(config), caller.clone(), secret.hash());
    app.store.write(move |tx| {
        let granted = TOKEN_CREATE.ask_about(tx, &caller, &new.user_id)?;
        let user = user::find(tx, &new.user_id)?;
        check_new(&config, &user, new.expires_at, granted.at())?;
        let most = config.int(&MAXIMUM_TOKENS_PER_USER);
        if most > 0 && sql::has_as_many(tx, &user.id, most)? {
            return Err(AppError::named(&error::TOKEN_LIMIT, &most.to_string()));
        }
        if new.description.len() > DESCRIPTION_BYTES || new.description.contains('\0') {
            return Err(AppError::new(&error::TOKEN_DESCRIPTION));
        }
        let token = Token {
            id: id::new(),
            user_id: user.id,
            description: new.description,
            is_active: true,
            expires_at: new.expires_at,
            create_at: granted.at(),
            last_used_at: 0,
            last_used_from: String::new(),
            parent_id: caller.token_id().unwrap_or_default().to_owned(),
            scope: new.scope,
            allowed_from: new.allowed_from,
            previous_secret_until: 0,
            previous_secret_last_used_at: 0,
        };
        check_within(tx, &caller, &token)?;
        sql::insert(tx, &token, &secret_hash)?;
        record(tx, &granted, &token.id)?;
        Ok(token)
    })
}

/// Whether the account may get a secret that ends then. Mattermost: bots are bound neither by the switch nor by the
/// limit on lifetimes.
fn check_new(
    config: &Config,
    user: &User,
    expires_at: Millis,
    now: Millis,
) -> Result<(), AppError> {
    if user.is_bot() {
        return if expires_at < 0 {
            Err(AppError::new(&error::EXPIRES_AT_NEGATIVE))
        } else {
            Ok(())
        };
    }
    if !config.is_on(&ENABLE_USER_ACCESS_TOKENS) {
        return Err(AppError::new(&error::TOKENS_DISABLED));
    }
    let latest = latest_end(config, now);
    match expires_at {
        0 if latest.is_some() => Err(AppError::new(&error::EXPIRES_AT_REQUIRED)),
        0 => Ok(()),
        end if end <= now => Err(AppError::new(&error::EXPIRES_AT_IN_PAST)),
        end if latest.is_some_and(|latest| end > latest) => {
            let days = config.int(&MAXIMUM_TOKEN_LIFETIME_DAYS).to_string();
            Err(AppError::named(&error::EXPIRES_AT_TOO_FAR, &days))
        }
        _ => Ok(()),
    }
}

/// The latest end that a token may have; none: there is no limit.
pub fn latest_end(config: &Config, now: Millis) -> Option<Millis> {
    let days = config.int(&MAXIMUM_TOKEN_LIFETIME_DAYS);
    (days > 0).then_some(now + days * DAY)
}

/// Revokes people's active tokens that live longer than the limit allows, and tells how many.
///
/// # Errors
/// The rule's refusal; there is no limit.
pub fn revoke_non_compliant(app: &App, config: &Config, caller: &Caller) -> Result<i64, AppError> {
    let latest = latest_end(config, caller.at);
    let (mut revoked, mut after) = (0, None);
    app.store.in_batches(|limit| {
        let (caller, begin) = (caller.clone(), after.take());
        let (some, end) = app.store.take_away(move |tx| {
            let granted = TOKEN_ALL.ask(&caller)?;
            let latest = latest.ok_or(&error::NO_LIFETIME_POLICY)?;
            let part = sql::beyond(tx, latest, begin.as_ref(), limit)?;
            Ok((revoke_all(tx, &granted, &part.found)?, part.end))
        })?;
        revoked += some;
        after = end;
        Ok(after.is_some())
    })?;
    Ok(revoked)
}

/// Days that an expired token is kept, so that a request with it can be told apart from one with an unknown secret.
pub const EXPIRED_KEPT_DAYS: i64 = 30;

/// What is told of a token that is deleted because it ended.
type Tell = fn(&Tx, &mut News, &Granted, &Token) -> Result<(), AppError>;

/// Deletes tokens that expired long ago, with an audit row each, and returns how many. `tell` tells whom it concerns.
pub fn clean_up(app: &App, tell: Tell) -> Result<i64, AppError> {
    let caller = Caller::operator("clean-up", app.clock.now());
    let before = caller.at - EXPIRED_KEPT_DAYS * DAY;
    let mut deleted = 0;
    app.store.clean_up_in_batches(|limit| {
        let caller = caller.clone();
        let some = app.take_away(move |tx, news| {
            let granted = TOKEN_ALL.ask(&caller)?;
            let ended = sql::ended_before(tx, before, limit)?;
            for token in &ended {
                tell(tx, news, &granted, token)?;
            }
            let forgotten = sql::forget_previous_secrets(tx, before, limit)?;
            Ok((revoke_all(tx, &granted, &ended)?, forgotten))
        })?;
        deleted += some.0;
        Ok(some.0 > 0 || some.1)
    })?;
    Ok(deleted)
}

/// Deletes the tokens, and tells how many.
fn revoke_all(tx: &Tx, granted: &Granted, tokens: &[Token]) -> Result<i64, AppError> {
    for token in tokens {
        sql::delete(tx, &token.id)?;
        audit::record(tx, granted, &format!("success - token_id={}", token.id))?;
    }
    Ok(tokens.len() as i64)
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
) -> Result<(Granted, Token, User), AppError> {
    rule.ask(caller)?;
    let token = sql::by_id(tx, token_id)?.ok_or(&error::TOKEN_UNKNOWN)?;
    let owner = user::sql::by_id(tx, &token.user_id)?.ok_or(&error::TOKEN_UNKNOWN)?;
    Ok((rule.ask_about(tx, caller, &owner.id)?, token, owner))
}

/// What can be done to a token that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Deletes it for good.
    Revoke,
    /// Deletes it for good, and every token that was made by it, or by one of those.
    RevokeWithChildren,
    /// Refuses it until it is enabled.
    Disable,
    /// Accepts it again.
    Enable,
}

/// Does it, if the rule lets the caller. A token that is revoked or disabled is refused from here on, with its session.
///
/// # Errors
/// As [`allowed`], for each token.
pub fn change(
    app: &App,
    caller: &Caller,
    rule: &'static Rule,
    token_id: &str,
    change: Change,
) -> Result<(), AppError> {
    let (caller, token_id) = (caller.clone(), token_id.to_owned());
    let work = move |tx: &Tx| {
        let (granted, token, _) = allowed(tx, rule, &caller, &token_id)?;
        match change {
            Change::Revoke => sql::delete(tx, &token.id)?,
            Change::RevokeWithChildren => {
                for child_id in sql::descendants(tx, &token.id)? {
                    let (granted, child, _) = allowed(tx, rule, &caller, &child_id)?;
                    sql::delete(tx, &child.id)?;
                    record(tx, &granted, &child.id)?;
                }
                sql::delete(tx, &token.id)?;
            }
            Change::Disable => sql::update_is_active(tx, &token.id, false)?,
            Change::Enable => sql::update_is_active(tx, &token.id, true)?,
        }
        record(tx, &granted, &token.id)
    };
    if change == Change::Enable {
        app.store.write(work)
    } else {
        app.store.take_away(work)
    }
}

/// Mattermost: a row for the attempt and a row for the success.
fn record(tx: &Tx, granted: &Granted, token_id: &str) -> Result<(), AppError> {
    audit::record(tx, granted, "")?;
    audit::record(tx, granted, &format!("success - token_id={token_id}"))
}
