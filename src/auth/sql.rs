//! SQL of credentials.

use crate::clock::Millis;
use crate::secret::SecretHash;
use crate::store::{Row, StoreError, Tx, params};

/// What decides about a secret that somebody has.
pub struct Found {
    /// Of the settings in force.
    pub revision: i64,
    /// Whose it is.
    pub user_id: String,
    /// The owner's, with single spaces between.
    pub roles: String,
    /// Above 0: the owner is deactivated then.
    pub delete_at: Millis,
    /// Whether the owner is a bot.
    pub is_bot: bool,
    /// The login, or the token's session if it was used before.
    pub session: Option<OpenSession>,
    /// The token; none for a login.
    pub token: Option<Token>,
}

/// What is asked of a session.
pub struct OpenSession {
    /// Its id.
    pub id: String,
    /// As the login gave it.
    pub device_id: String,
    /// When it was used last.
    pub last_activity_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// What is asked of a token.
pub struct Token {
    /// Its id.
    pub id: String,
    /// Whether it is not disabled.
    pub is_active: bool,
    /// When it ends; 0: never.
    pub expires_at: Millis,
}

/// The token or the login with the secret. One statement, for every request asks it; tokens come first, for most have one.
pub fn by_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<Found>, StoreError> {
    tx.optional(
        "SELECT (SELECT revision FROM config WHERE id = 1), u.id, u.roles, u.delete_at, u.bot_owner_id IS NOT NULL,
                s.id, s.device_id, s.last_activity_at, s.expires_at, t.id, t.is_active, t.expires_at
         FROM tokens t JOIN users u ON u.id = t.user_id LEFT JOIN sessions s ON s.token_id = t.id WHERE t.secret_hash = $1
         UNION ALL
         SELECT (SELECT revision FROM config WHERE id = 1), u.id, u.roles, u.delete_at, u.bot_owner_id IS NOT NULL,
                s.id, s.device_id, s.last_activity_at, s.expires_at, NULL, 0, 0
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.secret_hash = $1",
        params![secret_hash.as_str()],
        found,
    )
}

fn found(row: &Row) -> Result<Found, StoreError> {
    let session = match row.get(5)? {
        None => None,
        Some(id) => Some(OpenSession {
            id,
            device_id: row.get(6)?,
            last_activity_at: row.get(7)?,
            expires_at: row.get(8)?,
        }),
    };
    let token = match row.get(9)? {
        None => None,
        Some(id) => Some(Token {
            id,
            is_active: row.get(10)?,
            expires_at: row.get(11)?,
        }),
    };
    Ok(Found {
        revision: row.get(0)?,
        user_id: row.get(1)?,
        roles: row.get(2)?,
        delete_at: row.get(3)?,
        is_bot: row.get(4)?,
        session,
        token,
    })
}
