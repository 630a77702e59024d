//! A reserve of room on the disk: a file beside the data that is given up when the disk is full, for the changes that take
//! power away.

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use super::copy::remove;
use super::file::create_private;
use crate::sync::Mutex;

/// The bytes of the reserve.
const BYTES: usize = 1 << 20;

/// The bytes of a small file: as many as SQLite's index of the log has at least.
const PROBE: usize = 32 << 10;

/// Where the reserve is, and how it stands.
pub struct Reserve {
    path: PathBuf,
    state: Mutex<State>,
}

/// How the reserve stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The file is there, or was not made yet.
    Kept,
    /// The disk has no room for it: what room is left is for the changes that take power away.
    GivenUp,
    /// It cannot be made for another reason, which was logged.
    Impossible,
}

impl Reserve {
    /// The reserve in that file, which is made by [`Reserve::take`].
    pub fn new(path: PathBuf) -> Reserve {
        let state = Mutex::new(State::Kept);
        Reserve { path, state }
    }

    /// Whether what room is left is for the changes that take power away.
    pub fn is_given_up(&self) -> bool {
        *self.state.lock() == State::GivenUp
    }

    /// Whether the disk has no room for a small file.
    pub fn is_needed(&self) -> bool {
        let probe = self.path.with_added_extension("probe");
        let written = create_private(&probe).and_then(|mut file| file.write_all(&[0xff; PROBE]));
        let is_full = written.is_err_and(|error| is_full(&error));
        drop(remove(&probe));
        is_full
    }

    /// Gives the room back to the disk. Returns whether there was any.
    pub fn give_up(&self) -> bool {
        let mut state = self.state.lock();
        // Only a file that can be the reserve: nothing else of that name is removed.
        if !self.is_there() || remove(&self.path).is_err() {
            return false;
        }
        *state = State::GivenUp;
        let path = self.path.display();
        log::warn!(
            "the disk is full: {path} was given up for a change that takes power away; other changes are refused until there is room for it again"
        );
        true
    }

    /// Makes the file when it is not there: at start, and once there is room again.
    pub fn take(&self) {
        let mut state = self.state.lock();
        let found = if self.is_there() {
            State::Kept
        } else {
            match self.make() {
                Ok(()) => State::Kept,
                Err(error) => self.without(*state, &error),
            }
        };
        if *state == State::GivenUp && found == State::Kept {
            log::warn!("there is room on the disk again, all changes are made");
        }
        *state = found;
    }

    /// The state after the file could not be made; said once.
    fn without(&self, before: State, error: &io::Error) -> State {
        let path = self.path.display();
        let full = is_full(error);
        let state = if full {
            State::GivenUp
        } else {
            State::Impossible
        };
        if state != before {
            let effect = if full {
                "; only changes that take power away are made until there is"
            } else {
                ""
            };
            log::warn!("there is no room in reserve, {path} cannot be made: {error}{effect}");
        }
        state
    }

    fn is_there(&self) -> bool {
        let found = self.path.symlink_metadata();
        found.is_ok_and(|found| found.is_file() && found.len() == BYTES as u64)
    }

    /// Writes the bytes, for a file that was only made longer has no room on the disk.
    fn make(&self) -> io::Result<()> {
        // A killed process may have left a part of it.
        let left = self.path.symlink_metadata();
        if left.is_ok_and(|found| found.is_file()) {
            remove(&self.path)?;
        }
        let mut file = create_private(&self.path)?;
        let written = file.write_all(&vec![0xff; BYTES]);
        if written.is_err() {
            drop(remove(&self.path));
        }
        written
    }
}

fn is_full(error: &io::Error) -> bool {
    [ErrorKind::StorageFull, ErrorKind::QuotaExceeded].contains(&error.kind())
}
