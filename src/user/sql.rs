//! SQL of accounts.

use super::User;
use crate::clock::Millis;
use crate::store::Page;
use crate::store::{Row, StoreError, Tx, params};

pub(super) const COLUMNS: &str = "id, create_at, update_at, delete_at, username, email, nickname, first_name, last_name, position, locale, roles, \
                       password_hash, auth_service, auth_data, notify_props, timezone, last_password_update, failed_attempts, bot_owner_id, bot_description, props, email_verified";

pub(super) fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.get(0)?,
        create_at: row.get(1)?,
        update_at: row.get(2)?,
        delete_at: row.get(3)?,
        username: row.get(4)?,
        email: row.get(5)?,
        nickname: row.get(6)?,
        first_name: row.get(7)?,
        last_name: row.get(8)?,
        position: row.get(9)?,
        locale: row.get(10)?,
        roles: row.get(11)?,
        password_hash: row.get(12)?,
        auth_service: row.get(13)?,
        auth_data: row.get(14)?,
        notify_props: row.raw_json(15)?,
        timezone: row.raw_json(16)?,
        last_password_update: row.get(17)?,
        failed_attempts: row.get(18)?,
        bot_owner_id: row.get(19)?,
        bot_description: row.get(20)?,
        props: row.raw_json(21)?,
        email_verified: row.get(22)?,
    })
}

/// The account with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<User>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM users WHERE id = $1"),
        params![id],
        user,
    )
}

/// The same by its number, for who has it: a shorter way. The number of an account that was deleted may be another's.
pub fn by_number(tx: &Tx, number: i64, id: &str) -> Result<Option<User>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM users WHERE number = $1 AND id = $2"),
        params![number, id],
        user,
    )
}

/// The account with the username, in lower case.
pub fn by_username(tx: &Tx, username: &str) -> Result<Option<User>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM users WHERE username = $1"),
        params![username],
        user,
    )
}

/// The account with the address, in lower case.
pub fn by_email(tx: &Tx, email: &str) -> Result<Option<User>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM users WHERE email = $1"),
        params![email],
        user,
    )
}

/// Whether there is no account at all.
pub fn none(tx: &Tx) -> Result<bool, StoreError> {
    tx.one(
        "SELECT NOT EXISTS (SELECT 1 FROM users)",
        params![],
        |row| row.get(0),
    )
}

/// Adds an account.
pub fn insert(tx: &Tx, user: &User) -> Result<(), StoreError> {
    tx.execute(
        &format!("INSERT INTO users ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"),
        params![
            user.id,
            user.create_at,
            user.update_at,
            user.delete_at,
            user.username,
            user.email,
            user.nickname,
            user.first_name,
            user.last_name,
            user.position,
            user.locale,
            user.roles,
            user.password_hash,
            user.auth_service,
            user.auth_data,
            user.notify_props.get(),
            user.timezone.get(),
            user.last_password_update,
            user.failed_attempts,
            user.bot_owner_id,
            user.bot_description,
            user.props.get(),
            user.email_verified,
        ],
    )?;
    Ok(())
}

/// Replaces the roles.
pub fn update_roles(tx: &Tx, id: &str, roles: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET roles = $2, update_at = $3 WHERE id = $1",
        params![id, roles, at],
    )?;
    Ok(())
}

/// Deactivates (above 0) or reactivates (0).
pub fn update_delete_at(
    tx: &Tx,
    id: &str,
    delete_at: Millis,
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET delete_at = $2, update_at = $3 WHERE id = $1",
        params![id, delete_at, at],
    )?;
    Ok(())
}

/// Sets the password, lifts a lock, and makes it an account with a password.
pub fn update_password(tx: &Tx, id: &str, hash: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET password_hash = $2, last_password_update = $3, update_at = $3, failed_attempts = 0, auth_service = '', auth_data = NULL
         WHERE id = $1",
        params![id, hash, at],
    )?;
    Ok(())
}

/// Deletes the tokens of a user but for one, which may be none.
pub fn delete_tokens_but(tx: &Tx, user_id: &str, token_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM tokens WHERE owner = (SELECT number FROM users WHERE id = $1) AND id <> $2",
        params![user_id, token_id],
    )?;
    Ok(())
}

/// Counts wrong passwords.
pub fn update_failed_attempts(tx: &Tx, id: &str, attempts: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET failed_attempts = $2 WHERE id = $1",
        params![id, attempts],
    )?;
    Ok(())
}

/// Returns how many wrong passwords came from the network and still count.
pub fn failed_logins_from(
    tx: &Tx,
    user_id: &str,
    network: &str,
    since: Millis,
) -> Result<i64, StoreError> {
    let attempts = tx.optional(
        "SELECT attempts FROM failed_logins
         WHERE owner = (SELECT number FROM users WHERE id = $1) AND network = $2 AND last_at > $3",
        params![user_id, network, since],
        |row| row.get(0),
    )?;
    Ok(attempts.unwrap_or(0))
}

/// Returns how many wrong passwords came from all networks and still count, and when the last of them came.
pub fn failed_logins(tx: &Tx, user_id: &str, since: Millis) -> Result<(i64, Millis), StoreError> {
    tx.one(
        "SELECT coalesce(sum(attempts), 0), coalesce(max(last_at), 0) FROM failed_logins
         WHERE owner = (SELECT number FROM users WHERE id = $1) AND last_at > $2",
        params![user_id, since],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Counts a wrong password from the network; what came from there before `since` counts no longer.
pub fn count_failed_login(
    tx: &Tx,
    user_id: &str,
    network: &str,
    since: Millis,
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO failed_logins (owner, network, attempts, last_at)
         VALUES ((SELECT number FROM users WHERE id = $1), $2, 1, $4)
         ON CONFLICT (owner, network) DO UPDATE
         SET attempts = CASE WHEN failed_logins.last_at > $3 THEN failed_logins.attempts + 1 ELSE 1 END, last_at = $4",
        params![user_id, network, since, at],
    )?;
    Ok(())
}

/// Forgets the wrong passwords of a user from the network.
pub fn forget_failed_logins_from(tx: &Tx, user_id: &str, network: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM failed_logins WHERE owner = (SELECT number FROM users WHERE id = $1) AND network = $2",
        params![user_id, network],
    )?;
    Ok(())
}

/// Forgets the wrong passwords of a user from every network.
pub fn forget_failed_logins(tx: &Tx, user_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM failed_logins WHERE owner = (SELECT number FROM users WHERE id = $1)",
        params![user_id],
    )?;
    Ok(())
}

/// Forgets the wrong passwords of a user from all networks but the `kept` last ones.
pub fn forget_failed_logins_beyond(tx: &Tx, user_id: &str, kept: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM failed_logins WHERE owner = (SELECT number FROM users WHERE id = $1) AND network IN (
             SELECT network FROM failed_logins WHERE owner = (SELECT number FROM users WHERE id = $1)
             ORDER BY last_at DESC LIMIT -1 OFFSET $2
         )",
        params![user_id, kept],
    )?;
    Ok(())
}

/// Forgets wrong passwords that came before, at most `limit` rows. Returns how many.
pub fn forget_failed_logins_before(
    tx: &Tx,
    before: Millis,
    limit: i64,
) -> Result<usize, StoreError> {
    tx.execute(
        "DELETE FROM failed_logins WHERE (owner, network) IN (
             SELECT owner, network FROM failed_logins WHERE last_at < $1 ORDER BY last_at LIMIT $2
         )",
        params![before, limit],
    )
}

/// Writes every field that a patch can change.
pub fn update(tx: &Tx, user: &User) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET update_at = $2, username = $3, email = $4, nickname = $5, first_name = $6, last_name = $7,
             position = $8, locale = $9, notify_props = $10, timezone = $11, bot_owner_id = $12, bot_description = $13, props = $14, email_verified = $15
         WHERE id = $1",
        params![
            user.id,
            user.update_at,
            user.username,
            user.email,
            user.nickname,
            user.first_name,
            user.last_name,
            user.position,
            user.locale,
            user.notify_props.get(),
            user.timezone.get(),
            user.bot_owner_id,
            user.bot_description,
            user.props.get(),
            user.email_verified,
        ],
    )?;
    Ok(())
}

/// Whose name at another service this is.
pub fn by_auth_data(tx: &Tx, auth_data: &str) -> Result<Option<String>, StoreError> {
    tx.optional(
        "SELECT id FROM users WHERE auth_data = $1",
        params![auth_data],
        |row| row.get(0),
    )
}

/// Makes it an account of another service, without a password.
pub fn update_auth(
    tx: &Tx,
    id: &str,
    service: &str,
    data: &str,
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE users SET auth_service = $2, auth_data = $3, password_hash = '', failed_attempts = 0,
             last_password_update = $4, update_at = $4
         WHERE id = $1",
        params![id, service, data, at],
    )?;
    Ok(())
}

/// Deletes an account and what belongs to it.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM users WHERE id = $1", params![id])?;
    Ok(())
}

/// Whether a person other than this one is an active system admin.
pub fn has_another_admin(tx: &Tx, id: &str) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM users WHERE instr(' ' || roles || ' ', ' system_admin ') > 0
             AND delete_at = 0 AND bot_owner_id IS NULL AND id <> $1)",
        params![id],
        |row| row.get(0),
    )
}

/// The bots of an owner.
pub fn bots_of(tx: &Tx, owner_id: &str) -> Result<Vec<User>, StoreError> {
    tx.many(
        &format!("SELECT {COLUMNS} FROM users WHERE bot_owner_id = $1"),
        params![owner_id],
        user,
    )
}

/// Which bots a list shows.
#[derive(Clone, Copy, Debug)]
pub struct Bots<'b> {
    /// Only those of this owner; empty: all.
    pub owner_id: &'b str,
    /// Those that are disabled, too.
    pub disabled: bool,
    /// Only those whose owner is deactivated.
    pub orphaned: bool,
}

/// A part of the bots, oldest first.
pub fn bots(tx: &Tx, which: Bots, page: Page) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM users
         WHERE bot_owner_id IS NOT NULL AND ($1 = '' OR bot_owner_id = $1) AND ($2 OR delete_at = 0)
             AND (NOT $3 OR EXISTS (SELECT 1 FROM users o WHERE o.id = users.bot_owner_id AND o.delete_at > 0))
         ORDER BY create_at, username LIMIT $4 OFFSET $5"
    );
    tx.many(
        &sql,
        params![
            which.owner_id,
            which.disabled,
            which.orphaned,
            page.limit,
            page.offset
        ],
        user,
    )
}
