//! A backup put in place of the data: what was there is kept, and its log cannot spoil the backup.

use std::io;
use std::path::{Path, PathBuf};

use super::copy::{copy, remove};
use super::file::beside;
use super::place::Identity;
use super::read_only::ReadOnly;
use super::{Serving, check::check};

/// Puts a sound backup in place of the data; gives the name that the data has now, or `None` when there was none.
///
/// # Errors
/// One sentence: the backup is not sound, somebody has the data open, or it cannot be written. The data is then in its place.
pub fn restore(backup: &Path, data: &Path) -> Result<Option<PathBuf>, String> {
    let real = std::fs::canonicalize(data);
    let data = real.as_deref().unwrap_or(data);
    let failed = |error: io::Error| format!("cannot restore {}: {error}", data.display());
    if Identity::of(data).is_ok_and(|there| Identity::of(backup).is_ok_and(|new| new == there)) {
        return Err("the backup is the data file itself; name another file".into());
    }
    let faults = check(backup)?.into_iter().flat_map(|look| look.faults);
    if let Some(fault) = faults.into_iter().next() {
        let backup = backup.display();
        return Err(format!(
            "{backup} is not sound: {fault}; choose another backup"
        ));
    }
    let serving = Serving::take(data)?;
    let mut source = ReadOnly::open(backup)?;
    // Held until the new file is in its place.
    let held = hold(data)?;
    let mut aside = None;
    let (connection, check_unchanged) = source.split();
    copy(connection, data, || {
        check_unchanged()?;
        if data.exists() {
            aside = Some(move_aside(data, &serving).map_err(failed)?);
        }
        Ok(())
    })?;
    drop(held);
    Ok(aside)
}

/// Locks the data against SQLite as no connection could: the log, which may belong to another file, is not looked at.
#[cfg(unix)]
fn hold(data: &Path) -> Result<Option<std::fs::File>, String> {
    use rustix::fs::{FlockOperation, fcntl_lock};
    let shown = data.display();
    let file = match std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(data)
    {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot open {shown}: {error}")),
    };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(format!(
            "{shown} is in use by another process; stop that process first"
        )),
    }
}

#[cfg(not(unix))]
fn hold(_: &Path) -> Result<Option<std::fs::File>, String> {
    Ok(None)
}

/// Renames the data with its log to the first free name; the index of the log, which SQLite makes, is removed.
fn move_aside(data: &Path, serving: &Serving) -> io::Result<PathBuf> {
    let names = (1..).map(|number| beside(data, &format!("replaced-{number}")));
    let aside = names
        .into_iter()
        .find(|name| name.symlink_metadata().is_err())
        .unwrap_or_else(|| beside(data, "replaced"));
    for what in ["wal", "journal"] {
        let (log, to) = (beside(data, what), beside(&aside, what));
        match std::fs::rename(&log, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    remove(&beside(data, "shm"))?;
    serving.hand_over(&aside)?;
    std::fs::rename(data, &aside)?;
    Ok(aside)
}
