//! SQL of the audit.

use super::{Event, Row};
use crate::clock::Millis;
use crate::id;
use crate::secret::SecretHash;
use crate::store::Page;
use crate::store::{self, StoreError, Tx, params};

/// Mattermost: as many letters of a path are kept. Bytes here, so that a row has a bound.
const ACTION_BYTES: usize = 512;

/// Mattermost: as many letters of a text are kept.
const EXTRA_INFO_BYTES: usize = 1024;

/// Adds a row. Its texts are cut here and not before: half a secret would no longer be known as one.
pub fn insert(tx: &Tx, at: Millis, event: &Event) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO audits (id, create_at, user_id, action, extra_info, ip_address, session_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id::of(id::Kind::Audit), at, event.user_id, cut(&event.action, ACTION_BYTES), cut(&event.extra_info, EXTRA_INFO_BYTES), event.ip_address, event.session_id],
    )?;
    Ok(())
}

/// Returns as many whole letters of the text as fit into so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
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

/// Returns the time of the newest row, 0 where there is none.
pub fn latest(tx: &Tx) -> Result<Millis, StoreError> {
    tx.one(
        "SELECT coalesce(max(create_at), 0) FROM audits",
        params![],
        |row| row.get(0),
    )
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
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE secret_hash = $1) OR EXISTS (SELECT 1 FROM tokens WHERE secret_hash = $1)
             OR EXISTS (SELECT 1 FROM previous_secrets WHERE secret_hash = $1)
             OR EXISTS (SELECT 1 FROM incoming_webhooks WHERE secret_hash = $1)",
        params![secret_hash.as_str()],
        |row| row.get(0),
    )
}

/// Whether something has the id.
pub fn is_id(tx: &Tx, id: &str) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1) OR EXISTS (SELECT 1 FROM tokens WHERE id = $1)
             OR EXISTS (SELECT 1 FROM sessions WHERE id = $1) OR EXISTS (SELECT 1 FROM teams WHERE id = $1)
             OR EXISTS (SELECT 1 FROM channels WHERE id = $1) OR EXISTS (SELECT 1 FROM posts WHERE id = $1)
             OR EXISTS (SELECT 1 FROM roles WHERE id = $1) OR EXISTS (SELECT 1 FROM incoming_webhooks WHERE id = $1)
             OR EXISTS (SELECT 1 FROM slash_commands WHERE id = $1) OR EXISTS (SELECT 1 FROM emoji WHERE id = $1)",
        params![id],
        |row| row.get(0),
    )
}

/// How the row of a failed login begins; the rest of it is the name that was tried, and a count.
const FAILED_LOGIN: &str = "failure - login_id=";

/// Counts a failed login in the row of one that came after `since`, from the same address or with the same name. Returns
/// whether there is such a row.
pub fn count_failed_login(
    tx: &Tx,
    since: Millis,
    address: &str,
    login_id: &str,
) -> Result<bool, StoreError> {
    let one = format!("{FAILED_LOGIN}{login_id}");
    let found = tx.optional(
        "SELECT number, extra_info FROM audits
         WHERE create_at > $1 AND extra_info >= 'failure - login_id=' AND extra_info < 'failure - login_id>'
             AND (ip_address = $2 OR instr(extra_info || ' ', $3 || ' ') = 1)
         ORDER BY create_at DESC LIMIT 1",
        params![since, address, cut(&one, EXTRA_INFO_BYTES)],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
    )?;
    let Some((number, extra_info)) = found else {
        return Ok(false);
    };
    let (row, count) = match extra_info.rsplit_once(" count=") {
        Some((row, count)) => (row, count.parse().unwrap_or(1_i64)),
        None => (extra_info.as_str(), 1),
    };
    tx.execute(
        "UPDATE audits SET extra_info = $2 WHERE number = $1",
        params![number, format!("{row} count={}", count.saturating_add(1))],
    )?;
    Ok(true)
}

/// Deletes the oldest rows: those made before a time, and those beyond a number of rows. At most `limit` of each. Returns
/// how many.
pub fn delete_old(
    tx: &Tx,
    before: Option<Millis>,
    rows: Option<i64>,
    limit: i64,
) -> Result<usize, StoreError> {
    let mut deleted = 0;
    if let Some(before) = before {
        deleted += tx.execute(
            "DELETE FROM audits WHERE number IN (
                 SELECT number FROM audits WHERE create_at < $1 ORDER BY create_at, number LIMIT $2
             )",
            params![before, limit],
        )?;
    }
    if let Some(rows) = rows {
        // Numbers grow by one, and gaps only make it keep fewer of the rows beyond the limit.
        deleted += tx.execute(
            "DELETE FROM audits WHERE number IN (
                 SELECT number FROM audits WHERE number <= (SELECT max(number) FROM audits) - $1
                 ORDER BY number LIMIT $2
             )",
            params![rows, limit],
        )?;
    }
    Ok(deleted)
}
