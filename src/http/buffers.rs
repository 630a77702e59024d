//! The memory of large buffers: bodies that are on their way, and answers that are not taken. Owns the count and no buffer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory of all large buffers together.
#[derive(Default)]
pub(super) struct Buffers(AtomicUsize);

impl Buffers {
    /// Returns how many bytes it is.
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Begins to count another buffer.
    pub fn share(self: &Arc<Buffers>) -> Share {
        Share {
            of: Arc::clone(self),
            bytes: 0,
        }
    }
}

/// The memory of one large buffer; no longer counted when it is dropped.
pub(super) struct Share {
    of: Arc<Buffers>,
    bytes: usize,
}

impl Share {
    /// Counts the buffer as this large, if it was not larger before.
    pub fn grow(&mut self, bytes: usize) {
        let more = bytes.saturating_sub(self.bytes);
        self.of.0.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
    }

    /// Returns its bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
