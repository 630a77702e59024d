//! Copies of the whole file: written beside, synced, and renamed, so that a file of that name is whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use rusqlite::Connection;

use super::file::{beside, create_private};
use super::read_only::ReadOnly;
use super::{migrate, seal};

/// Copies one consistent state of the data into a new file that only its owner can read. Needs no write access to the data.
///
/// # Errors
/// One sentence: the data is none of patmost, or the new file is there already or cannot be written.
pub fn backup(data: &Path, to: &Path) -> Result<(), String> {
    // A server that begins to serve spoils what is read without its locks; the next time there are some.
    let mut tries = 3;
    loop {
        let mut source = ReadOnly::open(data)?;
        migrate::ours(source.connection(), data)?;
        tries -= 1;
        let done = backup_of(&mut source, to);
        if done.is_ok() || source.check_unchanged().is_ok() || tries == 0 {
            return done;
        }
    }
}

fn backup_of(source: &mut ReadOnly, to: &Path) -> Result<(), String> {
    // A symbolic link counts, too, wherever it leads.
    let is_there = || match to.symlink_metadata() {
        Ok(_) => Err(failed(to)(&"there is such a file already")),
        Err(_) => Ok(()),
    };
    is_there()?;
    // What an older patmost left when its disk was full.
    remove(&beside(to, "journal")).map_err(|error| failed(to)(&error))?;
    let (connection, check_unchanged) = source.split();
    copy(connection, to, || {
        check_unchanged()?;
        is_there()
    })
}

fn failed(to: &Path) -> impl Fn(&dyn std::fmt::Display) -> String {
    move |error| format!("cannot copy to {}: {error}", to.display())
}

/// Copies the whole file; `ready` may still refuse when the copy is written and not yet in its place.
pub fn copy(
    connection: &mut Connection,
    to: &Path,
    ready: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let part = beside(to, "part");
    let mut file = take(&part).map_err(|error| failed(to)(&error))?;
    let written = syncing(connection, &file, |connection| {
        connection.execute("VACUUM INTO ?1", [part.to_string_lossy()])
    })
    .map_err(|error| failed(to)(&error));
    let placed = written.and_then(|_| ready()).and_then(|()| {
        reset_counter(&mut file)
            .and_then(|()| seal::put(&mut file))
            .and_then(|()| file.sync_all())
            .and_then(|()| std::fs::rename(&part, to))
            .and_then(|()| sync_folder(to))
            .map_err(|error| failed(to)(&error))
    });
    if placed.is_err() {
        // What is half done is no backup.
        drop(remove(&part));
        drop(remove(&beside(&part, "journal")));
    }
    placed
}

/// Bytes of a copy that may be written and not yet on disk: a server that commits beside it waits for all that the system has
/// gathered.
const UNSYNCED: u64 = 1 << 20;

/// Steps of SQLite after which that is looked at.
const STEPS: i32 = 1000;

/// Runs `work` on the connection, which writes into the file, and meanwhile puts on disk what it has written, a little at a time.
fn syncing<T>(
    connection: &mut Connection,
    file: &File,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, String> {
    let in_words = |error: rusqlite::Error| error.to_string();
    let file = file.try_clone().map_err(|error| error.to_string())?;
    let mut synced = 0;
    let look = move || {
        let size = file.metadata().map_or(0, |found| found.len());
        if size >= synced + UNSYNCED {
            synced = size;
            // A failure is told by the sync at the end.
            drop(file.sync_data());
        }
        false
    };
    connection
        .progress_handler(STEPS, Some(look))
        .map_err(in_words)?;
    let worked = work(connection).map_err(in_words);
    connection
        .progress_handler(0, None::<fn() -> bool>)
        .map_err(in_words)?;
    worked
}

/// Sets the change counter of the header, and the place that has to say the same, to 1: lower than that of any file that a
/// server has marked (`serving.rs`), so that the log of such a file is never taken for that of a copy.
fn reset_counter(file: &mut File) -> io::Result<()> {
    for offset in [24, 92] {
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(&1_u32.to_be_bytes())?;
    }
    Ok(())
}

/// Makes the empty file for a copy, in place of one that a killed process left; locked, so that no other copy takes it.
fn take(part: &Path) -> io::Result<File> {
    if part.symlink_metadata().is_ok_and(|found| found.is_file()) {
        let left = OpenOptions::new().read(true).open(part)?;
        if let Err(TryLockError::WouldBlock) = left.try_lock() {
            return Err(io::Error::other("another copy is being written there"));
        }
    }
    remove(part)?;
    remove(&beside(part, "journal"))?;
    let file = create_private(part)?;
    file.lock()?;
    Ok(file)
}

/// Removes a file, if it is there.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Puts on disk which names the folder of the file has.
pub fn sync_folder(of: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened.
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
