//! A socket together with its place in the poller. Owns both, so that neither outlives the other; the only file of
//! the tree with `unsafe`. Knows nothing of what is said over the socket.

use polling::{AsRawSource, AsSource, Event, Poller};
use std::io;
use std::sync::Arc;

/// What a parked socket waits for. Events are one-shot, and hints: whoever gets one must cope with nothing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    /// Bytes, or the end of them.
    Read,
    /// Room to write. It is also how a connection asks for a turn at once, because bytes in a buffer of ours are
    /// none the poller could see: unless the client stopped reading, there is room.
    Write,
    /// Nothing but the time.
    Nothing,
}

/// A registered socket; registered while it lives.
pub(super) struct Source<S: AsSource>
where
    for<'a> &'a S: AsRawSource,
{
    socket: S,
    key: usize,
    poller: Arc<Poller>,
}

impl<S: AsSource> Source<S>
where
    for<'a> &'a S: AsRawSource,
{
    /// Registers the socket under a key, with no interest yet.
    #[allow(unsafe_code)]
    pub fn new(socket: S, key: usize, poller: &Arc<Poller>) -> io::Result<Source<S>> {
        // SAFETY: a source has to be deleted from the poller before it is dropped. This value owns both: the socket
        // is private and never given away, `Drop` deletes it, and fields are dropped only after `Drop` ran.
        unsafe { poller.add(&socket, Event::none(key))? };
        Ok(Source {
            socket,
            key,
            poller: Arc::clone(poller),
        })
    }

    /// The socket, to read and write.
    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// Its key: ever-increasing, so that a late event never meets a newer connection.
    pub fn key(&self) -> usize {
        self.key
    }

    /// Asks for one event.
    pub fn arm(&self, interest: Interest) -> io::Result<()> {
        let event = match interest {
            Interest::Read => Event::readable(self.key),
            Interest::Write => Event::writable(self.key),
            Interest::Nothing => Event::none(self.key),
        };
        self.poller.modify(&self.socket, event)
    }
}

impl<S: AsSource> Drop for Source<S>
where
    for<'a> &'a S: AsRawSource,
{
    fn drop(&mut self) {
        // It can only fail if it is not registered, and then there is nothing to do.
        let _ = self.poller.delete(&self.socket);
    }
}
