//! The slow lane's queue: bounded, first come first served. Owns no thread and does not know what is queued.

use std::collections::VecDeque;

use crate::sync::{Condvar, Mutex};

struct Waiting<T> {
    items: VecDeque<T>,
    closed: bool,
}

/// A queue that says no when it is full.
pub(super) struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    changed: Condvar,
    bound: usize,
}

impl<T> Queue<T> {
    pub fn new(bound: usize) -> Queue<T> {
        Queue {
            waiting: Mutex::new(Waiting {
                items: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
            bound,
        }
    }

    /// Queues it, or gives it back if there are already as many as may wait.
    pub fn push(&self, item: T) -> Result<(), T> {
        let mut waiting = self.waiting.lock();
        if waiting.closed || waiting.items.len() >= self.bound {
            return Err(item);
        }
        waiting.items.push_back(item);
        self.changed.notify_one();
        Ok(())
    }

    /// The next one; blocks; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<T> {
        let mut waiting = self.waiting.lock();
        loop {
            if let Some(item) = waiting.items.pop_front() {
                return Some(item);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.changed.wait(waiting);
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        let waiting = self.waiting.lock();
        waiting.items.len()
    }

    /// Takes nothing more; what waits is still given out, unless it is to be dropped.
    pub fn close(&self, drop_waiting: bool) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        let dropped = if drop_waiting {
            std::mem::take(&mut waiting.items)
        } else {
            VecDeque::new()
        };
        self.changed.notify_all();
        drop(waiting);
        drop(dropped);
    }
}
