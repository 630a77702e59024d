//! Personal access tokens. Owns their life: created, disabled, enabled, revoked. How one is recognised in a request
//! stands in `auth/`.

mod explain;
pub mod sql;

pub use explain::{Asked, Gate, explain};

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::audit;
use crate::clock::{DAY, Millis};
use crate::config::{
    Config, ENABLE_USER_ACCESS_TOKENS, MAXIMUM_TOKEN_LIFETIME_DAYS, MAXIMUM_TOKENS_PER_USER,
};
use crate::error::{self, AppError};
use crate::http::Networks;
use crate::id;
use crate::permission::{Caller, Granted, Rule, Scope, TOKEN_ALL, TOKEN_CREATE, TOKEN_REVOKE};
use crate::secret::Secret;
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
    let secret = Secret::new();
    let token = create_with(app, config, caller, new, &secret)?;
    Ok((token, secret))
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

/// Networks of a token at most.
const NETWORKS: usize = 64;

/// Looks whether a token can have these networks.
///
/// # Errors
/// One is none, two of them overlap, or there are too many.
pub fn check_networks(networks: &[String]) -> Result<(), AppError> {
    let parsed: Option<Vec<Networks>> = networks.iter().map(|one| single(one)).collect();
    let parsed = parsed.filter(|all| all.len() <= NETWORKS);
    let parsed = parsed.ok_or_else(|| AppError::body_param("allowed_from"))?;
    for (number, one) in parsed.iter().enumerate() {
        let mut others = parsed[..number].iter();
        if others.any(|other| other.include(one) || one.include(other)) {
            return Err(AppError::body_param("allowed_from"));
        }
    }
    Ok(())
}

fn single(network: &str) -> Option<Networks> {
    let is_one = !network.is_empty() && !network.contains(char::is_whitespace);
    is_one.then(|| Networks::parse(network)).flatten()
}

/// Looks whether a token may do no more than the one that the caller came with, and from nowhere else.
///
/// # Errors
/// 403, with the scope that is missing.
fn check_within(tx: &Tx, caller: &Caller, token: &Token) -> Result<(), AppError> {
    let Some(own) = caller.token_id() else {
        return Ok(());
    };
    let own = sql::by_id(tx, own)?.ok_or(&error::SESSION_EXPIRED)?;
    if !own.scope.includes(token.scope) {
        let missing = token
            .scope
            .names()
            .into_iter()
            .find(|name| Scope::parse([*name]).is_ok_and(|scope| !own.scope.includes(scope)));
        return Err(AppError::named(
            &error::TOKEN_SCOPE,
            missing.unwrap_or_default(),
        ));
    }
    let networks = |of: &Token| Networks::parse(&of.allowed_from.join(" ")).unwrap_or_default();
    let is_within = own.allowed_from.is_empty()
        || (!token.allowed_from.is_empty() && networks(&own).include(&networks(token)));
    if !is_within {
        return Err(AppError::named(&error::TOKEN_SCOPE, "allowed_from"));
    }
    Ok(())
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
/// As [`allowed`]; the token is disabled, or an older secret is still good; then as [`create`].
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
        let secret = Secret::new();
        sql::keep_previous_secret(tx, &rotated.id, until)?;
        sql::update_secret(tx, &rotated, &secret.hash(), rotation.grace_seconds > 0)?;
        record(tx, &granted, &rotated.id)?;
        Ok((rotated, secret))
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

/// Tokens that one transaction of a long work deletes: others get their turn in between.
const BATCH: i64 = 500;

/// Revokes people's active tokens that live longer than the limit allows, and tells how many.
///
/// # Errors
/// The rule's refusal; there is no limit.
pub fn revoke_non_compliant(app: &App, config: &Config, caller: &Caller) -> Result<i64, AppError> {
    let latest = latest_end(config, caller.at);
    revoke_in_batches(app, caller, move |tx| {
        let latest = latest.ok_or(&error::NO_LIFETIME_POLICY)?;
        Ok(sql::beyond(tx, latest, BATCH)?)
    })
}

/// Days that an expired token is kept, so that a request with it can be told apart from one with an unknown secret.
const EXPIRED_KEPT_DAYS: i64 = 30;

/// Deletes tokens that expired long ago, with an audit row each, and tells how many.
pub fn clean_up(app: &App) -> Result<i64, AppError> {
    let caller = Caller::operator("clean-up", app.clock.now());
    let before = caller.at - EXPIRED_KEPT_DAYS * DAY;
    app.store
        .write(move |tx| Ok(sql::forget_previous_secrets(tx, before, BATCH)?))?;
    revoke_in_batches(app, &caller, move |tx| {
        Ok(sql::ended_before(tx, before, BATCH)?)
    })
}

fn revoke_in_batches(
    app: &App,
    caller: &Caller,
    find: impl Fn(&Tx) -> Result<Vec<Token>, AppError> + Clone + Send + 'static,
) -> Result<i64, AppError> {
    let mut revoked = 0;
    loop {
        let (caller, find) = (caller.clone(), find.clone());
        let count = app.store.take_away(move |tx| {
            let granted = TOKEN_ALL.ask(&caller)?;
            let tokens = find(tx)?;
            for token in &tokens {
                sql::delete(tx, &token.id)?;
                audit::record(tx, &granted, &format!("success - token_id={}", token.id))?;
            }
            Ok(i64::try_from(tokens.len()).unwrap_or(BATCH))
        })?;
        revoked += count;
        if count < BATCH {
            return Ok(revoked);
        }
    }
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
