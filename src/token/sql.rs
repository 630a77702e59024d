//! SQL of tokens.

use serde::Serialize;

use super::Token;
use crate::clock::Millis;
use crate::permission::Scope;
use crate::secret::SecretHash;
use crate::store::Page;
use crate::store::{Row, StoreError, Tx, end_of, params};

/// Rows that a search shows at most.
const FOUND_MOST: i64 = 10_000;

const COLUMNS: &str = "t.id, (SELECT id FROM users WHERE number = t.owner), t.description, t.is_active, t.expires_at, t.create_at, t.last_used_at, t.last_used_from, coalesce(t.parent, ''), t.scopes, t.allowed_from,
    (SELECT until FROM previous_secrets WHERE token_id = t.id), (SELECT last_used_at FROM previous_secrets WHERE token_id = t.id)";

fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.get(0)?,
        user_id: row.get(1)?,
        description: row.get(2)?,
        is_active: row.get(3)?,
        expires_at: row.get(4)?,
        create_at: row.get(5)?,
        last_used_at: row.get(6)?,
        last_used_from: row.get(7)?,
        parent_id: row.get(8)?,
        scope: {
            let names: Option<String> = row.get(9)?;
            Scope::parse(names.unwrap_or_default().split_whitespace()).unwrap_or(Scope::NOTHING)
        },
        allowed_from: {
            let networks: Option<String> = row.get(10)?;
            let networks = networks.unwrap_or_default();
            networks.split_whitespace().map(str::to_owned).collect()
        },
        previous_secret_until: row.get::<Option<Millis>>(11)?.unwrap_or_default(),
        previous_secret_last_used_at: row.get::<Option<Millis>>(12)?.unwrap_or_default(),
    })
}

/// The token with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Token>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM tokens t WHERE t.id = $1"),
        params![id],
        token,
    )
}

/// Returns the id of the token that has the secret, or had it before the one it has.
pub fn id_of_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<String>, StoreError> {
    tx.optional(
        "SELECT id FROM tokens WHERE secret_hash = $1 UNION ALL SELECT token_id FROM previous_secrets WHERE secret_hash = $1",
        params![secret_hash.as_str()],
        |row| row.get(0),
    )
}

/// A part of the account's tokens, oldest first.
pub fn list_of(tx: &Tx, user_id: &str, page: Page) -> Result<Vec<Token>, StoreError> {
    // Those before the page are counted in an index, and not looked at; so below.
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t WHERE t.secret_hash IN (
             SELECT secret_hash FROM tokens WHERE owner = (SELECT number FROM users WHERE id = $1)
             ORDER BY create_at, id LIMIT $2 OFFSET $3
         ) ORDER BY t.create_at, t.id"
    );
    tx.many(&sql, params![user_id, page.limit, page.offset], token)
}

/// A part of all tokens, oldest first.
pub fn list_all(tx: &Tx, page: Page) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t WHERE t.secret_hash IN (
             SELECT secret_hash FROM tokens ORDER BY create_at, id LIMIT $1 OFFSET $2
         ) ORDER BY t.create_at, t.id"
    );
    tx.many(&sql, params![page.limit, page.offset], token)
}

/// The tokens whose id, owner's id or owner's username begins with the term; no letter of it means anything but itself.
pub fn search(tx: &Tx, term: &str) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t WHERE t.id IN (
             SELECT id FROM tokens WHERE id >= $1 AND id < $2
             UNION SELECT o.id FROM users u JOIN tokens o ON o.owner = u.number WHERE u.id >= $1 AND u.id < $2
             UNION SELECT o.id FROM users u JOIN tokens o ON o.owner = u.number WHERE u.username >= $1 AND u.username < $2
         ) ORDER BY t.create_at, t.id LIMIT $3"
    );
    tx.many(&sql, params![term, end_of(term), FOUND_MOST], token)
}

/// Whether the account has that many tokens, or more.
pub fn has_as_many(tx: &Tx, user_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM tokens WHERE owner = (SELECT number FROM users WHERE id = $1) LIMIT 1 OFFSET $2 - 1)",
        params![user_id, number],
        |row| row.get(0),
    )
}

/// Adds a token that was not used yet.
pub fn insert(tx: &Tx, token: &Token, secret_hash: &SecretHash) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tokens (id, owner, secret_hash, description, is_active, create_at, expires_at, parent, scopes, allowed_from)
         VALUES ($1, (SELECT number FROM users WHERE id = $2), $3, $4, $5, $6, $7, nullif($8, ''), nullif($9, 'full'), nullif($10, ''))",
        params![
            token.id,
            token.user_id,
            secret_hash.as_str(),
            token.description,
            token.is_active,
            token.create_at,
            token.expires_at,
            token.parent_id,
            token.scope.names().join(" "),
            token.allowed_from.join(" ")
        ],
    )?;
    Ok(())
}

/// Returns the ids of the tokens that were made by the token, or by one of those.
pub fn descendants(tx: &Tx, id: &str) -> Result<Vec<String>, StoreError> {
    tx.many(
        "WITH RECURSIVE made (id) AS (
             SELECT id FROM tokens WHERE parent = $1 UNION SELECT t.id FROM tokens t JOIN made ON t.parent = made.id
         ) SELECT id FROM made WHERE id <> $1",
        params![id],
        |row| row.get(0),
    )
}

/// Disables, which ends the session, or enables.
pub fn update_is_active(tx: &Tx, id: &str, is_active: bool) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET is_active = $2, session_id = NULL WHERE id = $1",
        params![id, is_active],
    )?;
    Ok(())
}

/// Notes a use, and from which address.
pub fn used(tx: &Tx, id: &str, at: Millis, from: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET last_used_at = $2, last_used_from = $3 WHERE id = $1",
        params![id, at, from],
    )?;
    Ok(())
}

/// Deletes a token.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM tokens WHERE id = $1", params![id])?;
    Ok(())
}

/// Opens the session, or finds the one that another request has just opened; none when the secret was ended.
pub fn open_session(
    tx: &Tx,
    secret_hash: &SecretHash,
    session_id: &str,
    at: Millis,
    from: &str,
) -> Result<Option<String>, StoreError> {
    tx.execute(
        "UPDATE tokens SET session_id = $2, session_create_at = $3, last_used_at = $3, last_used_from = $4
         WHERE secret_hash = $1 AND session_id IS NULL AND is_active = 1
             AND (SELECT delete_at FROM users WHERE number = tokens.owner) = 0",
        params![secret_hash.as_str(), session_id, at, from],
    )?;
    let open = tx.optional(
        "SELECT session_id FROM tokens WHERE secret_hash = $1",
        params![secret_hash.as_str()],
        |row| row.get(0),
    )?;
    Ok(open.flatten())
}

/// Keeps the secret that the token has as the one that it had before.
pub fn keep_previous_secret(tx: &Tx, id: &str, until: Millis) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO previous_secrets (secret_hash, token_id, until)
         SELECT secret_hash, id, $2 FROM tokens WHERE id = $1",
        params![id, until],
    )?;
    Ok(())
}

/// Gives the token another secret, and what a rotation may change. The session goes on while the old secret is good.
pub fn update_secret(
    tx: &Tx,
    token: &Token,
    secret_hash: &SecretHash,
    keeps_session: bool,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET secret_hash = $2, expires_at = $3, scopes = nullif($4, 'full'), allowed_from = nullif($5, ''),
             session_id = iif($6, session_id, NULL) WHERE id = $1",
        params![
            token.id,
            secret_hash.as_str(),
            token.expires_at,
            token.scope.names().join(" "),
            token.allowed_from.join(" "),
            keeps_session
        ],
    )?;
    Ok(())
}

/// Notes a use of the secret that the token had before.
pub fn used_previous(tx: &Tx, id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE previous_secrets SET last_used_at = $2 WHERE token_id = $1",
        params![id, at],
    )?;
    Ok(())
}

/// Ends the secret that the token had before, if it is still good.
pub fn end_previous_secret(tx: &Tx, id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE previous_secrets SET until = $2 WHERE token_id = $1 AND until > $2",
        params![id, at],
    )?;
    Ok(())
}

/// Forgets secrets that ended before.
pub fn forget_previous_secrets(tx: &Tx, before: Millis, limit: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM previous_secrets WHERE secret_hash IN (SELECT secret_hash FROM previous_secrets WHERE until < $1 LIMIT $2)",
        params![before, limit],
    )?;
    Ok(())
}

/// People's active tokens that live beyond `until`, or for ever.
pub fn beyond(tx: &Tx, until: Millis, limit: i64) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t JOIN users u ON u.number = t.owner
         WHERE t.is_active = 1 AND u.bot_owner_id IS NULL AND (t.expires_at = 0 OR t.expires_at > $1)
         ORDER BY t.create_at, t.id LIMIT $2"
    );
    tx.many(&sql, params![until, limit], token)
}

/// How many there are.
pub fn count_beyond(tx: &Tx, until: Millis) -> Result<i64, StoreError> {
    tx.one(
        "SELECT count(*) FROM tokens t JOIN users u ON u.number = t.owner
         WHERE t.is_active = 1 AND u.bot_owner_id IS NULL AND (t.expires_at = 0 OR t.expires_at > $1)",
        params![until],
        |row| row.get(0),
    )
}

/// How many tokens are in each state.
#[derive(Debug, Serialize)]
pub struct States {
    /// Usable.
    pub active: i64,
    /// Of these, how many end within a week.
    pub expires_soon: i64,
    /// Of these, how many have not been used lately.
    pub unused: i64,
    /// Refused until they are enabled.
    pub disabled: i64,
    /// Ended, and not yet deleted.
    pub expired: i64,
}

/// Counts them at a moment; `soon` and `lately` are the bounds of those words.
pub fn count_by_state(
    tx: &Tx,
    now: Millis,
    soon: Millis,
    lately: Millis,
) -> Result<States, StoreError> {
    tx.one(
        "SELECT count(*) FILTER (WHERE is_active = 1 AND (expires_at = 0 OR expires_at > $1)),
                count(*) FILTER (WHERE is_active = 1 AND expires_at > $1 AND expires_at <= $2),
                count(*) FILTER (WHERE is_active = 1 AND (expires_at = 0 OR expires_at > $1) AND last_used_at < $3),
                count(*) FILTER (WHERE is_active = 0 AND (expires_at = 0 OR expires_at > $1)),
                count(*) FILTER (WHERE expires_at > 0 AND expires_at <= $1)
         FROM tokens",
        params![now, soon, lately],
        |row| {
            Ok(States {
                active: row.get(0)?,
                expires_soon: row.get(1)?,
                unused: row.get(2)?,
                disabled: row.get(3)?,
                expired: row.get(4)?,
            })
        },
    )
}

/// Usable tokens that have not been used lately, those that never were first.
pub fn unused(tx: &Tx, now: Millis, lately: Millis, limit: i64) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t
         WHERE t.is_active = 1 AND (t.expires_at = 0 OR t.expires_at > $1) AND t.last_used_at < $2
         ORDER BY t.last_used_at, t.create_at, t.id LIMIT $3"
    );
    tx.many(&sql, params![now, lately, limit], token)
}

/// Tokens that ended before.
pub fn ended_before(tx: &Tx, before: Millis, limit: i64) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t WHERE t.expires_at > 0 AND t.expires_at < $1 LIMIT $2"
    );
    tx.many(&sql, params![before, limit], token)
}
