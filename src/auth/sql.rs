//! SQL of credentials.

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

/// The token or the login with the secret. One statement, for every request asks it; tokens come first, for most have one.
pub fn by_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<Found>, StoreError> {
    tx.optional(
        "SELECT (SELECT revision FROM config WHERE id = 1), u.id, u.roles, u.delete_at, u.bot_owner_id IS NOT NULL,
                t.session_id, t.last_used_at, t.expires_at, t.id, t.is_active, u.number
         FROM tokens t JOIN users u ON u.number = t.owner WHERE t.secret_hash = $1
         UNION ALL
         SELECT (SELECT revision FROM config WHERE id = 1), u.id, u.roles, u.delete_at, u.bot_owner_id IS NOT NULL,
                s.id, s.last_activity_at, s.expires_at, NULL, s.device_id, u.number
         FROM sessions s JOIN users u ON u.number = s.owner WHERE s.secret_hash = $1",
        params![secret_hash.as_str()],
        found,
    )
}

fn found(row: &Row) -> Result<Found, StoreError> {
    let holder = match row.get(8)? {
        Some(id) => Holder::Token(Token {
            id,
            is_active: row.get(9)?,
            expires_at: row.get(7)?,
            last_used_at: row.get(6)?,
            session_id: row.get(5)?,
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
