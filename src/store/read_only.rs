//! Reading a data file that is not to be changed, and that perhaps cannot be: a backup, a read-only medium, a file of
//! another user.

use std::ffi::OsString;
use std::fmt::Write;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};

use super::file::{self, beside, unusable};
use super::serving;

/// The file, open for reading. Nothing is written: neither the file nor its log, and no file is left beside it.
pub struct ReadOnly {
    connection: Connection,
    path: PathBuf,
    /// Size and time of change of a file that is read without locks.
    unlocked: Option<(u64, SystemTime)>,
}

impl ReadOnly {
    /// Opens the file. One beside which there are no files of a log is in nobody's use, and is read without locks: those of a
    /// write-ahead log are in files of their own, which SQLite would make.
    ///
    /// # Errors
    /// One sentence: it is no SQLite file, a change to it was not finished, or it cannot be read.
    pub fn open(path: &Path) -> Result<ReadOnly, String> {
        serving::check_log(path)?;
        let file = path.display();
        let has_log = size(&beside(path, "wal")) > 0;
        if size(&beside(path, "journal")) > 0 {
            return Err(format!(
                "a change to {file} was not finished, {file}-journal has what it was before; restore it from a backup"
            ));
        }
        // The log of a server that was quiet is empty.
        let is_in_use = has_log || (beside(path, "wal").exists() && beside(path, "shm").exists());
        let unlocked = if uses_log(path)? && !is_in_use {
            Some(version(path).map_err(|error| format!("{file} cannot be read: {error}"))?)
        } else {
            None
        };
        let opened = match unlocked {
            Some(_) => open(&uri(path), OpenFlags::SQLITE_OPEN_URI),
            None => open(path.as_os_str(), OpenFlags::empty()),
        };
        let connection = opened.map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) if has_log => format!(
                "{file} has a log, {file}-wal, which cannot be read in a folder that cannot be written; copy both to another folder"
            ),
            _ => unusable(path, &error),
        })?;
        Ok(ReadOnly {
            connection,
            path: path.to_owned(),
            unlocked,
        })
    }

    /// The connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The connection alone, for one who reads so little that nobody can have begun to write meanwhile.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// Looks whether a file that is read without locks is as it was when it was opened.
    ///
    /// # Errors
    /// One sentence, when it was changed: what was read is worth nothing.
    pub fn check_unchanged(&self) -> Result<(), String> {
        check_unchanged(&self.path, self.unlocked)
    }

    /// Returns the connection, and the look whether the file is unchanged, for one who needs both at a time.
    pub fn split(&mut self) -> (&mut Connection, impl Fn() -> Result<(), String> + '_) {
        let (path, unlocked) = (&self.path, self.unlocked);
        (&mut self.connection, move || {
            check_unchanged(path, unlocked)
        })
    }
}

fn check_unchanged(path: &Path, unlocked: Option<(u64, SystemTime)>) -> Result<(), String> {
    match unlocked {
        Some(before) if version(path).ok() != Some(before) => Err(format!(
            "{} was changed while it was read; run the command again",
            path.display()
        )),
        _ => Ok(()),
    }
}

fn open(name: &std::ffi::OsStr, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(name, flags)?;
    file::configure(&connection)?;
    // The first look is what finds out that it cannot be read.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// The size of a file; 0 when there is none.
pub fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

fn version(path: &Path) -> std::io::Result<(u64, SystemTime)> {
    let found = std::fs::metadata(path)?;
    Ok((found.len(), found.modified()?))
}

/// Whether the header says that changes go through a write-ahead log. Read before SQLite opens the file.
fn uses_log(path: &Path) -> Result<bool, String> {
    let mut header = [0; 19];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    match read {
        Ok(()) => Ok(header[18] == 2),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(format!(
            "{} is empty or no SQLite database; restore it from a backup",
            path.display()
        )),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// The name by which SQLite opens the file as one that nobody changes.
fn uri(path: &Path) -> OsString {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte));
            }
            // Writing to a text does not fail.
            _ => drop(write!(uri, "%{byte:02x}")),
        }
    }
    (uri + "?immutable=1").into()
}
