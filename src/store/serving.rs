//! One server for a file: the second is told where the first one listens. Commands need no leave; they and the server
//! share the file as SQLite lets them.
//!
//! `-serving` beside the data also records which file the server has, and is empty after a clean end. After a kill it tells
//! whether the log that was left belongs to the file that is there: SQLite would write it into any.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::file::beside;
use super::place::Identity;
use super::{Store, read_only};

/// The proof that no other server has the file; it ends with the process, however that ends.
pub struct Serving {
    file: File,
    path: PathBuf,
    /// The least change counter that the file can have once this server has marked it.
    counter: u32,
    record: Option<String>,
}

impl Serving {
    /// Takes the file for this server.
    ///
    /// # Errors
    /// One sentence that names the address of the server that has it.
    pub fn take(data: &Path) -> Result<Serving, String> {
        let path = beside(data, "serving");
        let unusable = |error: std::io::Error| format!("cannot use {}: {error}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
            options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
        }
        let mut file = options.open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {
                if read_only::size(&log_of(data)) == 0 {
                    // Without a log there is nothing that could belong to another file.
                    file.set_len(0).map_err(unusable)?;
                }
                let counter = change_counter(data).max(1) + 1;
                Ok(Serving {
                    file,
                    path,
                    counter,
                    record: None,
                })
            }
            Err(TryLockError::Error(error)) => Err(unusable(error)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).map_err(unusable)?;
                let file = data.display();
                Err(format!(
                    "{file} is served already, at http://{}; stop that server or choose another file with --data",
                    text.lines().next().unwrap_or_default()
                ))
            }
        }
    }

    /// Marks the open file, so that a copy made before this start or by `patmost backup` is told from it.
    ///
    /// # Errors
    /// One sentence, when the file cannot be written.
    pub fn mark(&mut self, store: &Store) -> Result<(), String> {
        let is_marked = store.raise_change_counter()?;
        // Without the mark on disk, which a long reader may delay, only the file itself is told from others.
        let counter = if is_marked { self.counter } else { 0 };
        self.record = store
            .place
            .identity()
            .map(|identity| format!("{identity} {counter}"));
        Ok(())
    }

    /// Writes down where this server listens.
    pub fn at(&mut self, address: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        let record = self.record.as_deref().unwrap_or_default();
        write!(self.file, "{address}\n{record}\n")?;
        match self.record {
            // The record has to outlive a crash of the machine; the address need not.
            Some(_) => self.file.sync_all(),
            None => Ok(()),
        }
    }

    /// Keeps a copy of the record beside a data file that was moved aside, and forgets it here.
    pub fn hand_over(&self, aside: &Path) -> std::io::Result<()> {
        std::fs::copy(&self.path, beside(aside, "serving"))?;
        self.file.set_len(0)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.record.is_some() {
            drop(self.file.set_len(0));
        }
    }
}

/// Looks whether the log beside the data belongs to it, as far as the record of a server says. Called before SQLite opens
/// the file.
///
/// # Errors
/// One sentence that names the log.
pub fn check_log(data: &Path) -> Result<(), String> {
    let Ok(mut file) = File::open(beside(data, "serving")) else {
        return Ok(());
    };
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    let record = text.lines().nth(1).and_then(|line| line.split_once(' '));
    let (Ok(_), Some((identity, counter))) = (read, record) else {
        return Ok(());
    };
    let is_same = Identity::of(data).ok() == Identity::parse(identity);
    let log = log_of(data);
    let (shown, log_shown) = (data.display(), log.display());
    if read_only::size(&log) == 0 {
        return match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) if !is_same => Err(format!(
                "a running server has another file open that was {shown} before; stop that server first"
            )),
            _ => Ok(()),
        };
    }
    if is_same && change_counter(data) >= counter.parse().unwrap_or(0) {
        return Ok(());
    }
    Err(format!(
        "{log_shown} is the log of another file than {shown} is now: it would spoil this one; put a backup in place with patmost restore FILE, or move {log_shown} away"
    ))
}

/// Where the log is: SQLite names it after the file that a symbolic link leads to.
fn log_of(data: &Path) -> PathBuf {
    let real = std::fs::canonicalize(data);
    beside(real.as_deref().unwrap_or(data), "wal")
}

/// The change counter in the header of the file, which only rises; 0 when there is none. Read while SQLite does not have
/// the file open in this process.
fn change_counter(data: &Path) -> u32 {
    let mut header = [0; 28];
    let read = File::open(data).and_then(|mut file| file.read_exact(&mut header));
    let [.., a, b, c, d] = header;
    read.map_or(0, |()| u32::from_be_bytes([a, b, c, d]))
}
