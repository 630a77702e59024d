//! SQL of sessions.

use super::{OpenSession, Session};
use crate::clock::Millis;
use crate::secret::SecretHash;
use crate::store::{StoreError, Tx, params};

/// The one used last comes first.
const ORDER: &str = "last_activity_at DESC, create_at DESC, number DESC NULLS FIRST";

/// The open sessions of an account; the one used last comes first.
pub fn list(tx: &Tx, user_id: &str, now: Millis) -> Result<Vec<OpenSession>, StoreError> {
    tx.many(
        &format!(
            "SELECT id, create_at, expires_at, last_activity_at, user_id, device_id, roles, props
             FROM all_sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY {ORDER}"
        ),
        params![user_id, now],
        |row| {
            Ok(OpenSession {
                id: row.get(0)?,
                create_at: row.get(1)?,
                expires_at: row.get(2)?,
                last_activity_at: row.get(3)?,
                user_id: row.get(4)?,
                device_id: row.get(5)?,
                roles: row.get(6)?,
                props: row.json(7)?,
            })
        },
    )
}

/// Id and owner of the session with the id.
pub fn find(tx: &Tx, id: &str) -> Result<Option<(String, String)>, StoreError> {
    tx.optional(
        "SELECT id, user_id FROM all_sessions WHERE id = $1",
        params![id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Id and owner of the session that a secret, of a login or of a token, opened.
pub fn find_by_secret(
    tx: &Tx,
    secret_hash: &SecretHash,
) -> Result<Option<(String, String)>, StoreError> {
    tx.optional(
        "SELECT s.id, u.id FROM sessions s JOIN users u ON u.number = s.owner WHERE s.secret_hash = $1
         UNION ALL SELECT t.session_id, u.id FROM tokens t JOIN users u ON u.number = t.owner
         WHERE t.secret_hash = $1 AND t.session_id IS NOT NULL",
        params![secret_hash.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Adds a session.
pub fn insert(tx: &Tx, session: &Session) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sessions (id, owner, secret_hash, device_id, create_at, expires_at, last_activity_at, props)
         VALUES ($1, (SELECT number FROM users WHERE id = $2), $3, $4, $5, $6, $5, $7)",
        params![
            session.id,
            session.user_id,
            session.secret_hash.as_str(),
            session.device_id,
            session.create_at,
            session.expires_at,
            session.props.to_string(),
        ],
    )?;
    Ok(())
}

/// Notes a use, and the end of the session, which it may have moved.
pub fn used(tx: &Tx, id: &str, at: Millis, expires_at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE sessions SET last_activity_at = $2, expires_at = $3 WHERE id = $1",
        params![id, at, expires_at],
    )?;
    Ok(())
}

/// Notes on which device a login is, and its new end. Ends the owner's other logins on it.
pub fn set_device(
    tx: &Tx,
    (user_id, session_id): (&str, &str),
    device_id: &str,
    expires_at: Millis,
) -> Result<(), StoreError> {
    delete_of_device_but(tx, user_id, device_id, session_id)?;
    tx.execute(
        "UPDATE sessions SET device_id = $2, expires_at = $3 WHERE id = $1",
        params![session_id, device_id, expires_at],
    )?;
    Ok(())
}

/// Ends a session.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions WHERE id = $1", params![id])?;
    tx.execute(
        "UPDATE tokens SET session_id = NULL WHERE session_id = $1",
        params![id],
    )?;
    Ok(())
}

/// Whether there is a user with the id.
pub fn has_owner(tx: &Tx, user_id: &str) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1)",
        params![user_id],
        |row| row.get(0),
    )
}

/// Ends all sessions of a user.
pub fn delete_all_of(tx: &Tx, user_id: &str) -> Result<(), StoreError> {
    delete_all_of_but(tx, user_id, "")
}

/// Ends all sessions of a user but for one, which may be none.
pub fn delete_all_of_but(tx: &Tx, user_id: &str, session_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE owner = (SELECT number FROM users WHERE id = $1) AND id <> $2",
        params![user_id, session_id],
    )?;
    tx.execute(
        "UPDATE tokens SET session_id = NULL WHERE owner = (SELECT number FROM users WHERE id = $1) AND session_id <> $2",
        params![user_id, session_id],
    )?;
    Ok(())
}

/// Ends the account's sessions of a device.
pub fn delete_of_device(tx: &Tx, user_id: &str, device_id: &str) -> Result<(), StoreError> {
    delete_of_device_but(tx, user_id, device_id, "")
}

/// Ends the account's sessions of a device but for one, which may be none.
fn delete_of_device_but(
    tx: &Tx,
    user_id: &str,
    device_id: &str,
    session_id: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE owner = (SELECT number FROM users WHERE id = $1) AND device_id = $2 AND id <> $3",
        params![user_id, device_id, session_id],
    )?;
    Ok(())
}

/// Ends the account's sessions beyond a number of them: those unused for longest.
pub fn delete_beyond(tx: &Tx, user_id: &str, most: i64) -> Result<(), StoreError> {
    let beyond: Vec<String> = tx.many(
        &format!(
            "SELECT id FROM all_sessions WHERE user_id = $1 ORDER BY {ORDER} LIMIT 1000 OFFSET $2"
        ),
        params![user_id, most],
        |row| row.get(0),
    )?;
    beyond.iter().try_for_each(|id| delete(tx, id))
}

/// Forgets the account's logins that are over.
pub fn delete_expired(tx: &Tx, user_id: &str, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE owner = (SELECT number FROM users WHERE id = $1) AND expires_at <= $2",
        params![user_id, now],
    )?;
    Ok(())
}

/// Ends everybody's sessions.
pub fn delete_all(tx: &Tx) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions", params![])?;
    tx.execute(
        "UPDATE tokens SET session_id = NULL WHERE session_id IS NOT NULL",
        params![],
    )?;
    Ok(())
}

/// Forgets logins that are over, at most so many.
pub fn delete_ended(tx: &Tx, now: Millis, limit: i64) -> Result<usize, StoreError> {
    tx.execute(
        "DELETE FROM sessions WHERE number IN (SELECT number FROM sessions WHERE expires_at <= $1 LIMIT $2)",
        params![now, limit],
    )
}

/// When an account was active last; 0: it has no session.
pub fn last_activity_of(tx: &Tx, user_id: &str) -> Result<Millis, StoreError> {
    tx.one(
        "SELECT coalesce(max(last_activity_at), 0) FROM all_sessions WHERE user_id = $1",
        params![user_id],
        |row| row.get(0),
    )
}
