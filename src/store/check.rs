//! Whether the file is sound: what `patmost check` looks at. Changes nothing.

use std::path::Path;

use rusqlite::Connection;

use super::read_only::ReadOnly;
use super::{StoreError, Tx, migrate, params, seal};
use crate::secret::search::{candidates, decoded};

/// One thing that was looked at.
#[derive(Debug, serde::Serialize)]
pub struct Look {
    /// What was looked at.
    pub what: &'static str,
    /// What is wrong with it; empty: nothing.
    pub faults: Vec<String>,
}

type Faults = Result<Vec<String>, StoreError>;
type LookAt = fn(&Connection) -> Faults;

/// The first two make sense for every version.
const LOOKS: [(&str, LookAt); 6] = [
    ("pages and indexes are whole", pages),
    ("rows refer to rows that are there", references),
    ("tables are those of this version", schema),
    ("counts are those of the rows", counts),
    ("secrets and passwords are stored as hashes", hashes),
    ("no secret stands in the audit", audit),
];

/// Looks whether the file is sound; a part that cannot be read is a fault, too. Of a file of an older version only what
/// does not depend on its tables is looked at.
///
/// # Errors
/// One sentence: the file is empty or not one of patmost, or it cannot be read at all.
pub fn check(path: &Path) -> Result<Vec<Look>, String> {
    let file = ReadOnly::open(path)?;
    let connection = file.connection();
    let is_current = migrate::ours(connection, path)?;
    let look = |(what, look): &(&'static str, LookAt)| Look {
        what,
        faults: look(connection).unwrap_or_else(|error| vec![error.to_string()]),
    };
    let looks = LOOKS.iter().take(if is_current { LOOKS.len() } else { 2 });
    let sealed = Look {
        what: "a copy is as it was made",
        faults: seal::look(path).unwrap_or_else(|error| vec![error.to_string()]),
    };
    let looks = std::iter::once(sealed).chain(looks.map(look)).collect();
    file.check_unchanged()?;
    Ok(looks)
}

/// The tables that Litestream keeps in each file that it replicates.
const LITESTREAM: [&str; 2] = ["table _litestream_seq", "table _litestream_lock"];

/// Faults of a kind that are told: a million would say no more.
const FAULTS_MOST: usize = 100;

/// Returns the texts that a statement finds, as many of them as are told.
pub fn texts(connection: &Connection, sql: &str) -> Faults {
    let mut found = Vec::new();
    Tx::new(connection).each(sql, params![], |row| {
        if found.len() < FAULTS_MOST {
            found.push(row.get::<String>(0)?);
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(found)
}

fn pages(connection: &Connection) -> Faults {
    let mut found = texts(connection, "PRAGMA integrity_check")?;
    found.retain(|fault| fault != "ok");
    Ok(found)
}

fn schema(connection: &Connection) -> Faults {
    const OBJECTS: &str = "SELECT type || ' ' || name || ': ' || sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(include_str!("../../schema.sql"))?;
    let (there, due) = (texts(connection, OBJECTS)?, texts(&fresh, OBJECTS)?);
    let name = |object: &String| object.split(':').next().unwrap_or_default().to_owned();
    let missing = due.iter().filter(|object| !there.contains(object));
    let extra = there
        .iter()
        .filter(|object| !due.contains(object) && !LITESTREAM.contains(&name(object).as_str()));
    let missing = missing.map(|object| format!("{} is missing or another", name(object)));
    let extra = extra.map(|object| format!("{} is not patmost's as it stands", name(object)));
    Ok(missing.chain(extra).collect())
}

fn references(connection: &Connection) -> Faults {
    texts(
        connection,
        "SELECT 'a row of ' || \"table\" || ' refers to a row that is missing' FROM pragma_foreign_key_check",
    )
}

fn hashes(connection: &Connection) -> Faults {
    const LOOKS: [&str; 5] = [
        "SELECT 'webhook ' || id || ' has something else than a hash' FROM incoming_webhooks WHERE length(secret_hash) <> 64 OR secret_hash GLOB '*[^0-9a-f]*'",
        "SELECT 'token ' || id || ' has something else than a hash' FROM tokens WHERE length(secret_hash) <> 64 OR secret_hash GLOB '*[^0-9a-f]*'",
        "SELECT 'session ' || id || ' has something else than a hash' FROM sessions WHERE length(secret_hash) <> 64 OR secret_hash GLOB '*[^0-9a-f]*'",
        "SELECT 'token ' || token_id || ' had something else than a hash' FROM previous_secrets WHERE length(secret_hash) <> 64 OR secret_hash GLOB '*[^0-9a-f]*'",
        "SELECT 'user ' || id || ' has something else than a hash' FROM users WHERE password_hash NOT LIKE '$argon2id$%' AND password_hash <> ''",
    ];
    let mut faults = Vec::new();
    for look in LOOKS {
        faults.extend(texts(connection, look)?);
    }
    Ok(faults)
}

/// The counts that triggers keep.
fn counts(connection: &Connection) -> Faults {
    const LOOKS: [&str; 3] = [
        "SELECT 'the counts of accounts are not those of the rows' WHERE EXISTS (
             SELECT roles, delete_at > 0, bot_owner_id IS NOT NULL, count(*) FROM users GROUP BY 1, 2, 3
             EXCEPT SELECT roles, is_deactivated, is_bot, count FROM user_counts
         ) OR (SELECT count(*) FROM users) <> (SELECT coalesce(sum(count), 0) FROM user_counts)",
        "SELECT 'the counts of tokens are not those of the rows' WHERE EXISTS (
             SELECT iif(expires_at > 0, expires_at / 86400000, -1), is_active, last_used_at / 86400000, count(*) FROM tokens GROUP BY 1, 2, 3
             EXCEPT SELECT end_day, is_active, used_day, count FROM token_counts
         ) OR (SELECT count(*) FROM tokens) <> (SELECT coalesce(sum(count), 0) FROM token_counts)",
        "SELECT 'the counts of members are not those of the rows' WHERE EXISTS (
             SELECT place_id, count(*), sum(u.delete_at > 0) FROM (
                 SELECT team_id AS place_id, user_id FROM team_members UNION ALL SELECT channel_id, user_id FROM channel_members
             ) m JOIN users u ON u.id = m.user_id GROUP BY 1
             EXCEPT SELECT place_id, members, deactivated FROM member_counts
         ) OR (SELECT count(*) FROM team_members) + (SELECT count(*) FROM channel_members)
             <> (SELECT coalesce(sum(members), 0) FROM member_counts)",
    ];
    let mut faults = Vec::new();
    for look in LOOKS {
        faults.extend(texts(connection, look)?);
    }
    Ok(faults)
}

/// Which hashes there may be, in few bytes: of those that it does not know, most are ruled out.
struct Hashes(Vec<u64>);

impl Hashes {
    /// Bits of a hash that are told apart: 16 MiB.
    const BITS: u32 = 27;

    fn read(tx: &Tx) -> Result<Hashes, StoreError> {
        let mut hashes = Hashes(vec![0; 1 << (Hashes::BITS - 6)]);
        let all = "SELECT secret_hash FROM tokens UNION ALL SELECT secret_hash FROM sessions UNION ALL SELECT secret_hash FROM previous_secrets";
        tx.each(all, params![], |row| {
            let (place, bit) = Hashes::place(row.text(0)?);
            hashes.0[place] |= bit;
            Ok::<(), StoreError>(())
        })?;
        Ok(hashes)
    }

    fn place(hash: &str) -> (usize, u64) {
        let letters = hash.get(..8).unwrap_or_default();
        let bits = u32::from_str_radix(letters, 16).unwrap_or(0) >> (32 - Hashes::BITS);
        ((bits / 64) as usize, 1 << (bits % 64))
    }

    fn may_have(&self, hash: &str) -> bool {
        let (place, bit) = Hashes::place(hash);
        self.0[place] & bit != 0
    }
}

/// Every part of the audit that could be a secret, in whatever encoding, is hashed and looked for among the hashes.
fn audit(connection: &Connection) -> Faults {
    const SECRET: &str = "SELECT 'token ' || id FROM tokens WHERE secret_hash = $1 UNION ALL SELECT 'session ' || id FROM sessions WHERE secret_hash = $1
         UNION ALL SELECT 'token ' || token_id FROM previous_secrets WHERE secret_hash = $1
         UNION ALL SELECT 'webhook ' || id FROM incoming_webhooks WHERE secret_hash = $1";
    let tx = Tx::new(connection);
    let hashes = Hashes::read(&tx)?;
    let mut faults = Vec::new();
    let rows = "SELECT id, action || ' ' || extra_info FROM audits";
    tx.each(rows, params![], |row| {
        for (_, hash) in candidates(&decoded(row.text(1)?)) {
            if faults.len() < FAULTS_MOST && hashes.may_have(hash.as_str()) {
                let owner =
                    tx.optional(SECRET, params![hash.as_str()], |row| row.get::<String>(0))?;
                let id = row.text(0)?;
                faults
                    .extend(owner.map(|owner| format!("audit row {id} has the secret of {owner}")));
            }
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(faults)
}
