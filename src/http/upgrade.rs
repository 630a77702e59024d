//! Another protocol over a connection that began with HTTP. Owns how such a protocol gets its turns; knows none.

use super::parked::Parked;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::sync::Mutex;

/// What a connection speaks after the answer that upgraded it.
pub trait Protocol: Send {
    /// Takes all that has come in and adds what is to go out. Called when something came in, when it was woken, and
    /// when the time it asked for has come.
    fn turn(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>) -> After;

    /// Returns the number of the account that it serves; `None` when it may be closed as if it were idle.
    fn serves(&self) -> Option<i64>;

    /// Adds what the client is told when the connection is closed to make room for another one.
    fn give_way(&mut self, output: &mut Vec<u8>);
}

/// What is to become of the connection.
#[derive(Clone, Copy, Debug)]
pub enum After {
    /// Another turn at this time at the latest.
    Stay {
        /// When.
        until: Instant,
    },
    /// Send what there is, then close.
    End,
}

type Start = Box<dyn FnOnce(Waker) -> Box<dyn Protocol> + Send>;

/// The protocol that a connection goes on with.
pub struct Upgrade(Mutex<Option<Start>>);

impl Upgrade {
    /// `start` is called once, when the answer is on its way.
    pub fn new(start: impl FnOnce(Waker) -> Box<dyn Protocol> + Send + 'static) -> Arc<Upgrade> {
        Arc::new(Upgrade(Mutex::new(Some(Box::new(start)))))
    }

    pub(super) fn start(&self, key: usize, parked: &Arc<Parked>) -> Option<Upgraded> {
        let start = self.0.lock().take()?;
        let woken = Arc::new(AtomicBool::new(false));
        let waker = Waker {
            parked: Arc::downgrade(parked),
            key,
            woken: Arc::clone(&woken),
        };
        Some(Upgraded {
            protocol: start(waker),
            woken,
        })
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upgrade(...)")
    }
}

/// Gives a connection a turn, from any thread.
#[derive(Clone)]
pub struct Waker {
    parked: Weak<Parked>,
    key: usize,
    woken: Arc<AtomicBool>,
}

impl Waker {
    /// A turn as soon as a worker is free and the client takes bytes.
    pub fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        if let Some(parked) = self.parked.upgrade() {
            parked.wake(self.key);
        }
    }
}

/// A protocol, and whether it was woken while it had its turn.
pub(super) struct Upgraded {
    pub protocol: Box<dyn Protocol>,
    pub woken: Arc<AtomicBool>,
}
