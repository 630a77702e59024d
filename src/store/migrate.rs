//! From whatever the file holds to the current schema, or a refusal that leaves it untouched.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::compact::alone;
use super::copy::{copy, remove};
use super::file::{beside, connect_writer, unusable};
use super::progress::reporting;
use super::{Durability, StoreError, Tx, read_only, room};
use crate::clock::{Clock, Millis};
use crate::supervisor;

/// Brings a file of version 1 to version 2, one of version 2 to 3, and so on.
const STEPS: [&str; 2] = [include_str!("to_2.sql"), include_str!("to_3.sql")];

/// The version that `schema.sql` writes.
pub const CURRENT: i64 = STEPS.len() as i64 + 1;

/// `PRAGMA application_id` of our files.
const APPLICATION: i64 = 1_885_434_996;

/// The bytes that a slow disk writes in a second, for telling how long it will take: the copy that is kept, the journal and
/// the new tables, each once, and the room of the old ones given back.
const DISK: u64 = 100_000_000;

/// The time between two reports of progress.
const REPORT: Duration = Duration::from_secs(5);

/// How long one waits for others that have the file open.
const WAIT: Duration = Duration::from_secs(2);

/// The seconds until the next report that a supervisor waits at least.
const PATIENCE: u64 = 60;

/// What a new file begins with.
pub type First = fn(&Tx, Millis) -> Result<(), StoreError>;

/// Makes the schema in a new file, and brings an older one up to date; refuses files that are newer or not ours.
pub fn to_current(connection: &mut Connection, path: &Path, first: First) -> Result<(), String> {
    match state(connection).map_err(|error| unusable(path, &error))? {
        State::Current => Ok(()),
        State::Empty => create(connection, first).map_err(|error| unusable(path, &error)),
        State::Older(_) => bring(connection, path),
        State::Foreign => Err(foreign(path)),
        State::Newer(version) => Err(newer(path, version)),
    }
}

fn foreign(path: &Path) -> String {
    let path = path.display();
    format!("{path} is a SQLite database, but not one of patmost; choose another file with --data")
}

fn newer(path: &Path, version: i64) -> String {
    format!(
        "{} has schema version {version}, and this patmost knows version {CURRENT}; use the patmost that wrote it or a newer one",
        path.display()
    )
}

/// Whether a file of patmost has the current schema; false for an older one.
///
/// # Errors
/// One sentence, when it is empty, newer or not one of patmost.
pub fn ours(connection: &Connection, path: &Path) -> Result<bool, String> {
    match state(connection).map_err(|error| unusable(path, &error))? {
        State::Current => Ok(true),
        State::Older(_) => Ok(false),
        State::Empty => Err(format!(
            "{} is empty; restore it from a backup",
            path.display()
        )),
        State::Foreign => Err(foreign(path)),
        State::Newer(version) => Err(newer(path, version)),
    }
}

/// Accepts only the current schema, and changes none.
///
/// # Errors
/// One sentence.
pub fn current(connection: &Connection, path: &Path) -> Result<(), String> {
    if ours(connection, path)? {
        return Ok(());
    }
    Err(format!(
        "{} is of an older version; patmost serve brings it up to date",
        path.display()
    ))
}

enum State {
    Empty,
    Current,
    Foreign,
    /// The steps it lacks.
    Older(&'static [&'static str]),
    /// Its version.
    Newer(i64),
}

fn state(connection: &Connection) -> rusqlite::Result<State> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let version = number("PRAGMA user_version")?;
    if number("PRAGMA application_id")? == APPLICATION {
        let steps = usize::try_from(version - 1).map(|done| STEPS.get(done..));
        return Ok(match steps {
            Ok(Some([])) => State::Current,
            Ok(Some(steps)) => State::Older(steps),
            _ => State::Newer(version),
        });
    }
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    Ok(if tables == 0 && version == 0 {
        State::Empty
    } else {
        State::Foreign
    })
}

fn create(connection: &mut Connection, first: First) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have made it while this one waited for the lock.
    if matches!(state(&transaction)?, State::Empty) {
        transaction.execute_batch(include_str!("../../schema.sql"))?;
        let written = first(&Tx::new(&transaction), Clock::System.now());
        written
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.to_string().into()))?;
    }
    transaction.commit()
}

/// Runs the steps, all or none, on a file that nobody else has open; what it was is kept beside it.
fn bring(connection: &mut Connection, path: &Path) -> Result<(), String> {
    let unusable = |error| unusable(path, &error);
    // An older patmost that is still running would find tables that it does not know. What is locked then stays locked until
    // the mode is normal.
    if let State::Older(steps) = state_alone(connection, path).map_err(unusable)? {
        let kept = beside(path, &format!("schema-{}", CURRENT - steps.len() as i64));
        let bytes = read_only::size(path);
        let (room, seconds) = (2 * bytes, 4 * bytes / DISK + 1);
        log::warn!(
            "{} ({}) is brought to schema version {CURRENT}: that needs {} of room beside it, and about {seconds} s on a disk that writes {} a second",
            path.display(),
            room::megabytes(bytes),
            room::megabytes(room),
            room::megabytes(DISK)
        );
        room::check(path, room)?;
        let part = beside(&kept, "part");
        let begun = Instant::now();
        let report = || {
            supervisor::starting(PATIENCE);
            let copied = match read_only::size(&part) {
                0 => String::new(),
                written => format!(
                    ", {} of the copy that is kept is written",
                    room::megabytes(written)
                ),
            };
            let seconds = begun.elapsed().as_secs();
            log::warn!("bringing the data to schema version {CURRENT}: {seconds} s{copied}");
        };
        supervisor::starting(PATIENCE);
        reporting(REPORT, report, || {
            keep(connection, &kept)?;
            run(connection, steps).map_err(unusable)
        })?;
        log::warn!(
            "{} was brought to schema version {CURRENT}; what it was is kept as {}",
            path.display(),
            kept.display()
        );
    }
    let back = connection.pragma_update(None, "locking_mode", "NORMAL");
    back.map_err(unusable)
}

/// Locks the file for this connection, and returns its state: another process may have brought it meanwhile. Several that want
/// the same would keep each other from it by having the file open, so each lets go of it for a time of its own.
fn state_alone(connection: &mut Connection, path: &Path) -> rusqlite::Result<State> {
    let until = Instant::now() + WAIT;
    let pause = Duration::from_millis(20 + u64::from(std::process::id() % 16) * 15);
    loop {
        let state = alone(connection).and_then(|()| state(connection));
        match state {
            Err(error) if is_busy(&error) && Instant::now() < until => {
                *connection = Connection::open_in_memory()?;
                std::thread::sleep(pause);
                *connection = connect_writer(path, Durability::Full)?;
            }
            state => return state,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn run(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    // An older name in the references of other tables is meant for the new table.
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "legacy_alter_table", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.commit()?;
    // The room of the old tables is given back; on a full disk it is kept for what comes.
    drop(connection.execute_batch("VACUUM"));
    connection.pragma_update(None, "legacy_alter_table", false)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Copies the file, over an earlier copy, and removes what an older patmost left of one that was not finished.
fn keep(connection: &mut Connection, kept: &Path) -> Result<(), String> {
    let part = kept.with_added_extension("part");
    for left in [beside(&part, "journal"), part] {
        remove(&left).map_err(|error| format!("cannot remove {}: {error}", left.display()))?;
    }
    copy(connection, kept, || Ok(()))
}
