//! Bodies that go piece by piece: those of uploads to the application as they come, those of downloads from it as the client
//! takes them. Neither is ever whole in memory. Owns no buffer and no deadline.

use std::any::Any;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Bytes of a piece; a piece of an upload has less only when it is the last, and may have a little more.
pub(super) const PIECE: usize = 128 * 1024;

/// Takes the body of one request as it comes. Dropped before the request is handled, it was not complete.
pub trait Upload: Any + Debug + Send + Sync {
    /// Takes the next bytes of the body. Returns false when no more are wanted: then the request is handled at once, and the
    /// connection is closed behind its answer.
    fn take(&self, piece: &[u8]) -> bool;
}

/// Gives the body of one answer.
pub trait Download: Debug + Send + Sync {
    /// Returns bytes of the body, from this one on, about a piece. `None` when they cannot be read any more, which closes the
    /// connection.
    fn piece(&self, start: u64) -> Option<Vec<u8>>;
}

/// The part of a download that is to be sent.
#[derive(Clone, Debug)]
pub struct Transfer {
    download: Arc<dyn Download>,
    next: u64,
    end: u64,
}

impl Transfer {
    /// Begins at a byte of the download and ends before another.
    pub fn new(download: Arc<dyn Download>, start: u64, end: u64) -> Transfer {
        Transfer {
            download,
            next: start,
            end,
        }
    }

    /// Returns how many bytes are to be sent.
    pub fn left(&self) -> u64 {
        self.end.saturating_sub(self.next)
    }

    /// Appends the next piece. Returns false when there is none, though there should be.
    pub(super) fn append(&mut self, output: &mut Vec<u8>) -> bool {
        let read = AssertUnwindSafe(|| self.download.piece(self.next));
        let Ok(Some(piece)) = catch_unwind(read) else {
            return false;
        };
        let size = self.left().min(piece.len() as u64);
        // Not more than the piece, which fits.
        output.extend_from_slice(&piece[..size as usize]);
        self.next += size;
        size > 0
    }
}
