//! SQL of the audit.

use super::{Event, Row};
use crate::clock::Millis;
use crate::id;
use crate::secret::SecretHash;
use crate::store::Page;
use crate::store::{self, StoreError, Tx, params};

/// Mattermost: more of a path is not kept.
const ACTION_LETTERS: usize = 512;

/// Mattermost: more of a text is not kept.
const EXTRA_INFO_LETTERS: usize = 1024;

/// Adds a row. Its texts are cut here and not before: half a secret would no longer be known as one.
pub fn insert(tx: &Tx, at: Millis, event: &Event) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO audits (id, create_at, user_id, action, extra_info, ip_address, session_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id::of(id::Kind::Audit), at, event.user_id, cut(&event.action, ACTION_LETTERS), cut(&event.extra_info, EXTRA_INFO_LETTERS), event.ip_address, event.session_id],
    )?;
    Ok(())
}

fn cut(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

const COLUMNS: &str = "id, create_at, user_id, action, extra_info, ip_address, session_id";

fn row(row: &store::Row) -> Result<Row, StoreError> {
    Ok(Row {
        id: row.get(0)?,
        create_at: row.get(1)?,
        event: Event {
            user_id: row.get(2)?,
            action: row.get(3)?,
            extra_info: row.get(4)?,
            ip_address: row.get(5)?,
            session_id: row.get(6)?,
        },
    })
}

/// A part of all rows, newest first.
pub fn list_all(tx: &Tx, page: Page) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audits ORDER BY create_at DESC, number DESC LIMIT $1 OFFSET $2"
    );
    tx.many(&sql, params![page.limit, page.offset], row)
}

/// A part of an account's rows, newest first.
pub fn list_of(tx: &Tx, user_id: &str, page: Page) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audits WHERE user_id = $1 ORDER BY create_at DESC, number DESC LIMIT $2 OFFSET $3"
    );
    tx.many(&sql, params![user_id, page.limit, page.offset], row)
}

/// Whether a token or a login has the secret.
pub fn is_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE secret_hash = $1) OR EXISTS (SELECT 1 FROM tokens WHERE secret_hash = $1)",
        params![secret_hash.as_str()],
        |row| row.get(0),
    )
}
