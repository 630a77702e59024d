//! Where connections are while nobody works on them, and how many there are altogether. Owns no deadline and does
//! no reading or writing; what is in here belongs to whoever takes it out.

use super::connection::Connection;
use super::room::{Loss, Place};
use super::source::Interest;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, MutexGuard};

/// So that workers rarely meet at one lock.
const SHARDS: usize = 16;

type Shard = HashMap<usize, Box<Connection>>;

/// The parked connections by key. A key that is not in here is being worked on, or gone.
pub(super) struct Parked {
    shards: [Mutex<Shard>; SHARDS],
}

impl Parked {
    pub fn new() -> Parked {
        Parked {
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    fn shard(&self, key: usize) -> MutexGuard<'_, Shard> {
        self.shards[key % SHARDS].lock()
    }

    /// Puts it where an event finds it, and asks for one. Both under one lock: the event waits until it is here, and
    /// nobody can take it out in between and have his own interest replaced by this one.
    pub fn park(&self, connection: Box<Connection>, interest: Interest) -> io::Result<()> {
        let key = connection.key();
        let mut shard = self.shard(key);
        let armed = connection.arm(interest);
        if armed.is_ok() {
            shard.insert(key, connection);
        }
        armed
    }

    pub fn take(&self, key: usize) -> Option<Box<Connection>> {
        self.shard(key).remove(&key)
    }

    /// Takes out all that are over their deadline; boxed as they are, since they go back that way.
    #[allow(clippy::vec_box)]
    pub fn take_overdue(&self, now: Instant) -> Vec<Box<Connection>> {
        let overdue = |shard: &Mutex<Shard>| {
            shard
                .lock()
                .extract_if(|_, one| one.is_overdue(now))
                .map(|(_, one)| one)
                .collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(overdue).collect()
    }

    /// Takes out the one that is chosen of all, with what it loses; `None` when none is.
    pub fn take_chosen(
        &self,
        choose: impl Fn(&[Place]) -> Option<usize>,
    ) -> Option<(Box<Connection>, Loss)> {
        loop {
            let place = |shard: &Mutex<Shard>| {
                let shard = shard.lock();
                shard.values().map(|one| one.place()).collect::<Vec<_>>()
            };
            let places: Vec<Place> = self.shards.iter().flat_map(place).collect();
            let key = choose(&places)?;
            // Between the look and the take it may have got work; then another one gives way.
            let mut shard = self.shard(key);
            let loss = shard.get(&key).and_then(|one| one.place().loss);
            if let Some((loss, _)) = loss {
                return shard.remove(&key).map(|one| (one, loss));
            }
        }
    }

    /// A turn for one, as soon as a worker is free; nothing when it has one now.
    pub fn wake(&self, key: usize) {
        if let Some(one) = self.shard(key).get(&key) {
            // One that cannot be woken is gone, or found by the sweep.
            let _ = one.arm(Interest::Write);
        }
    }

    /// A turn for each, as soon as a worker is free.
    pub fn wake_all(&self) {
        for shard in &self.shards {
            // One that cannot be woken is closed by [`Parked::clear`].
            shard
                .lock()
                .values()
                .for_each(|one| drop(one.arm(Interest::Write)));
        }
    }

    /// Drops all, which closes them.
    pub fn clear(&self) {
        self.shards
            .iter()
            .for_each(|shard| drop(std::mem::take(&mut *shard.lock())));
    }
}

/// A count that can be waited on: of open connections, and of running threads.
#[derive(Default)]
pub(super) struct Tally {
    count: Mutex<usize>,
    fewer: Condvar,
}

impl Tally {
    /// One more, until the seat is dropped.
    pub fn take_seat(self: &Arc<Tally>) -> Seat {
        *self.count.lock() += 1;
        Seat(Arc::clone(self))
    }

    pub fn count(&self) -> usize {
        *self.count.lock()
    }

    /// Waits until the count is at most this; false if it was not by then.
    pub fn wait_for(&self, most: usize, within: Duration) -> bool {
        let until = Instant::now() + within;
        let mut count = self.count.lock();
        while *count > most {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            count = self.fewer.wait_timeout(count, left);
        }
        true
    }
}

/// One of a [`Tally`]; also given back when its holder panics.
pub(super) struct Seat(Arc<Tally>);

impl Drop for Seat {
    fn drop(&mut self) {
        *self.0.count.lock() -= 1;
        self.0.fewer.notify_all();
    }
}
