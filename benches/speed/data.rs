//! Data files of any size. The program makes the file; the rows are written past it, in one transaction, because a
//! million accounts through the front door would take a day.
//!
//! Account `n` is `user0000001` and so on, without a password, with one token whose secret can be computed. The first one
//! is system admin.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::Result;
use crate::process::patmost;

const HOUR: i64 = 3_600_000;

/// 26 letters that are always the same for the same words.
fn letters(of: &str) -> String {
    hex::encode(&Sha256::digest(of)[..13])
}

/// The id of an account, which count from 0.
pub fn user_id(number: usize) -> String {
    letters(&format!("user {number}"))
}

/// The public id of its token.
pub fn token_id(number: usize) -> String {
    letters(&format!("token {number}"))
}

/// The secret of its token.
pub fn secret(number: usize) -> String {
    letters(&format!("secret {number}"))
}

/// Makes a file with so many accounts, where tokens are on.
pub fn make(file: &Path, users: usize) -> Result<()> {
    let enable = [
        "config",
        "set",
        "ServiceSettings.EnableUserAccessTokens",
        "true",
    ];
    patmost(file, &enable, "")?;
    let mut connection = Connection::open(file)?;
    // Nobody else has the file, and when this fails the file is worth nothing.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000;",
    )?;
    let transaction = connection.transaction()?;
    let indexes = without_indexes(&transaction)?;
    fill(&transaction, users)?;
    for index in indexes {
        transaction.execute_batch(&index)?;
    }
    Ok(transaction.commit()?)
}

/// Drops the indexes, which are faster to make again than to keep; gives back their statements.
fn without_indexes(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")?;
    let indexes = statement
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (name, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    Ok(indexes.into_iter().map(|(_, sql)| sql).collect())
}

fn fill(connection: &Connection, users: usize) -> Result<()> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut user = connection.prepare(
        "INSERT INTO users (id, create_at, update_at, username, email, first_name, last_name, nickname, roles, notify_props, timezone, last_password_update)
         VALUES (?1, ?2, ?2, ?3, ?3 || '@example.com', 'User', ?3, ?3, ?4, ?5, ?6, ?2)",
    )?;
    // A use is noted once a minute; these count as used in an hour, so that reading is all that is measured.
    let mut token = connection.prepare(
        "INSERT INTO tokens (id, owner, secret_hash, description, create_at, last_used_at, used_day, session_id, session_create_at)
         VALUES (?1, (SELECT number FROM users WHERE id = ?2), ?3, 'nightly build', ?4, ?5 + ?6, (?5 + ?6) / 86400000, ?7, ?5)",
    )?;
    let notify = r#"{"auto_responder_active":"false","channel":"true","comments":"never","desktop":"mention","email":"true","first_name":"false","mention_keys":"","push":"mention","push_status":"away"}"#;
    let zone = r#"{"automaticTimezone":"","manualTimezone":"","useAutomaticTimezone":"true"}"#;
    let at =
        |number: usize| Ok::<_, std::num::TryFromIntError>(now - i64::try_from(users - number)?);
    for number in 0..users {
        let roles = match number {
            0 => "system_user system_user_access_token system_admin",
            _ => "system_user system_user_access_token",
        };
        let (id, at) = (user_id(number), at(number)?);
        user.execute(params![id, at, username(number), roles, notify, zone])?;
    }
    // In the order in which they are stored, or each would tear up a page of the others.
    let hash = |number| (hex::encode(Sha256::digest(secret(number))), number);
    let mut hashes: Vec<(String, usize)> = (0..users).map(hash).collect();
    hashes.sort();
    for (hash, number) in hashes {
        let session = letters(&format!("session {number}"));
        let (id, owner) = (token_id(number), user_id(number));
        token.execute(params![id, owner, hash, at(number)?, now, HOUR, session])?;
    }
    Ok(())
}

/// Adds audit rows, which are kept however many there are.
pub fn add_audits(file: &Path, rows: usize) -> Result<()> {
    let keep = ["config", "set", "PatmostSettings.AuditMaximumRows", "0"];
    patmost(file, &keep, "")?;
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;")?;
    connection.execute(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
         INSERT INTO audits (id, create_at, user_id, action, extra_info, ip_address, session_id)
         SELECT lower(hex(randomblob(13))), unixepoch() * 1000 - ?1 + n, (SELECT id FROM users WHERE number = n % 1000 + 1),
                '/api/v4/users/tokens', 'success - token_id=' || lower(hex(randomblob(13))), '127.0.0.1', lower(hex(randomblob(13))) FROM n",
        params![i64::try_from(rows)?],
    )?;
    Ok(())
}

/// Lets tokens of so many accounts, from the second on, have ended so long ago that they are deleted.
pub fn end_tokens(file: &Path, accounts: usize) -> Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA synchronous = OFF;")?;
    connection.execute(
        "UPDATE tokens SET expires_at = unixepoch() * 1000 - 40 * 86400000 WHERE owner BETWEEN 3 AND ?1 + 2",
        params![i64::try_from(accounts)?],
    )?;
    Ok(())
}

/// The username of an account.
pub fn username(number: usize) -> String {
    format!("user{number:07}")
}

/// All accounts join a channel and its team.
pub fn join(file: &Path, channel: &str) -> Result<()> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.execute(
        "INSERT INTO team_members (team_id, user_id, scheme_admin)
         SELECT c.team_id, u.id, 0 FROM channels c, users u WHERE c.id = ?1 ON CONFLICT DO NOTHING",
        [channel],
    )?;
    connection.execute(
        "INSERT INTO channel_members (channel_id, user_id, scheme_admin, last_update_at)
         SELECT ?1, id, 0, 0 FROM users WHERE true ON CONFLICT DO NOTHING",
        [channel],
    )?;
    Ok(())
}
