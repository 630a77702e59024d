//! SQL of credentials.

use std::sync::LazyLock;

use crate::clock::Millis;
use crate::secret::SecretHash;
use crate::store::{Row, StoreError, Tx, params};

/// What decides about a secret that somebody has.
pub struct Found {
    /// Of the settings in force.
    pub revision: i64,
    /// Whose it is.
    pub owner: Owner,
    /// What has the secret.
    pub holder: Holder,
}

/// What is asked of an owner.
pub struct Owner {
    /// The account's number.
    pub number: i64,
    /// Its id.
    pub user_id: String,
    /// With single spaces between.
    pub roles: String,
    /// Above 0: deactivated then.
    pub delete_at: Millis,
    /// Whether it is a bot.
    pub is_bot: bool,
}

/// A token or a login.
pub enum Holder {
    /// A personal access token.
    Token(Token),
    /// The session of a login.
    Login(Login),
}

/// What is asked of a token.
pub struct Token {
    /// Its id.
    pub id: String,
    /// Whether it is not disabled.
    pub is_active: bool,
    /// When it ends; 0: never.
    pub expires_at: Millis,
    /// When it was used last; 0: never.
    pub last_used_at: Millis,
    /// Its open session, if it has one.
    pub session_id: Option<String>,
    /// The names of its scopes with spaces between; `None`: everything.
    pub scopes: Option<String>,
    /// The networks it may be used from, with spaces between; `None`: all.
    pub allowed_from: Option<String>,
    /// The hash of the secret that it has now.
    pub secret_hash: SecretHash,
    /// What is asked of a secret that it had before; `None` for the one it has.
    pub previous: Option<Previous>,
}

/// A secret that a token had before.
pub struct Previous {
    /// The time until which it is good.
    pub until: Millis,
    /// When it was used last; 0: never since it was replaced.
    pub last_used_at: Millis,
}

/// What is asked of a login.
pub struct Login {
    /// The id of the session.
    pub session_id: String,
    /// As the login gave it.
    pub device_id: String,
    /// When it was used last.
    pub last_activity_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

const REVISION_AND_OWNER: &str = "(SELECT revision FROM config WHERE id = 1), u.id, u.roles, u.delete_at, u.bot_owner_id IS NOT NULL";

const OF_TOKEN: &str = "t.session_id, t.last_used_at, t.expires_at, t.id, t.is_active, u.number, t.scopes, t.allowed_from, t.secret_hash";

static BY_SECRET: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {REVISION_AND_OWNER}, {OF_TOKEN}, NULL, NULL
         FROM tokens t JOIN users u ON u.number = t.owner WHERE t.secret_hash = $1
         UNION ALL
         SELECT {REVISION_AND_OWNER}, s.id, s.last_activity_at, s.expires_at, NULL, s.device_id, u.number, NULL, NULL, NULL, NULL, NULL
         FROM sessions s JOIN users u ON u.number = s.owner WHERE s.secret_hash = $1"
    )
});

/// Returns the token or the login with the secret. One statement, for every request asks it; tokens come first, for most have
/// one. `None` when nobody has the secret, or a token had it before.
pub fn by_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<Found>, StoreError> {
    tx.optional(&BY_SECRET, params![secret_hash.as_str()], found)
}

static BY_PREVIOUS_SECRET: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {REVISION_AND_OWNER}, {OF_TOKEN}, p.until, p.last_used_at
         FROM previous_secrets p JOIN tokens t ON t.id = p.token_id JOIN users u ON u.number = t.owner WHERE p.secret_hash = $1"
    )
});

/// Returns the token that had the secret before the one that it has; `None` when none had.
pub fn by_previous_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<Found>, StoreError> {
    tx.optional(&BY_PREVIOUS_SECRET, params![secret_hash.as_str()], found)
}

fn found(row: &Row) -> Result<Found, StoreError> {
    let holder = match row.get(8)? {
        Some(id) => Holder::Token(Token {
            id,
            is_active: row.get(9)?,
            expires_at: row.get(7)?,
            last_used_at: row.get(6)?,
            session_id: row.get(5)?,
            scopes: row.get(11)?,
            allowed_from: row.get(12)?,
            secret_hash: SecretHash::stored(row.get(13)?),
            previous: match row.get(14)? {
                Some(until) => Some(Previous {
                    until,
                    last_used_at: row.get(15)?,
                }),
                None => None,
            },
        }),
        None => Holder::Login(Login {
            session_id: row.get(5)?,
            device_id: row.get(9)?,
            last_activity_at: row.get(6)?,
            expires_at: row.get(7)?,
        }),
    };
    let owner = Owner {
        number: row.get(10)?,
        user_id: row.get(1)?,
        roles: row.get(2)?,
        delete_at: row.get(3)?,
        is_bot: row.get(4)?,
    };
    Ok(Found {
        revision: row.get(0)?,
        owner,
        holder,
    })
}
