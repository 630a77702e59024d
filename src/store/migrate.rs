//! From whatever the file holds to the current schema, or a refusal that leaves it untouched.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Tx, unusable};
use crate::clock::Clock;
use crate::role;

/// The version that `schema.sql` writes. Older ones are brought here by numbered steps; there are none yet.
const CURRENT: i64 = 1;

/// `PRAGMA application_id` of our files.
const APPLICATION: i64 = 1_885_434_996;

/// Makes the schema in a new file; refuses files that are newer or not ours.
pub fn to_current(connection: &mut Connection, path: &Path) -> Result<(), String> {
    match state(connection).map_err(|error| unusable(path, &error))? {
        State::Current => Ok(()),
        State::Empty => create(connection).map_err(|error| unusable(path, &error)),
        State::Foreign => Err(format!(
            "{} is a SQLite database, but not one of patmost; choose another file with --data",
            path.display()
        )),
        State::Other(version) => Err(format!(
            "{} has schema version {version}, and this patmost knows version {CURRENT}; use the patmost that wrote it or a newer one",
            path.display()
        )),
    }
}

enum State {
    Empty,
    Current,
    Foreign,
    Other(i64),
}

fn state(connection: &Connection) -> rusqlite::Result<State> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version")?;
    if number("PRAGMA application_id")? == APPLICATION {
        return Ok(if version == CURRENT {
            State::Current
        } else {
            State::Other(version)
        });
    }
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    Ok(if tables == 0 && version == 0 {
        State::Empty
    } else {
        State::Foreign
    })
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have made it while this one waited for the lock.
    if matches!(state(&transaction)?, State::Empty) {
        transaction.execute_batch(include_str!("../../schema.sql"))?;
        let written = role::sql::insert_built_in(&Tx::new(&transaction), Clock::System.now());
        written
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.to_string().into()))?;
    }
    transaction.commit()
}
