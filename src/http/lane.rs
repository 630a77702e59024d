//! The queue of a lane with threads of its own: bounded, and shared by the networks that clients come from. They have their turns one after the
//! other, and none has more than a quarter of the places. Owns no thread and does not know what is queued.

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::sync::{Condvar, Mutex};

/// What waits of one network, first come first served; never empty.
struct Line<T> {
    network: IpAddr,
    items: VecDeque<T>,
}

struct Waiting<T> {
    /// The networks in the order of their turns.
    lines: VecDeque<Line<T>>,
    closed: bool,
}

impl<T> Waiting<T> {
    fn count(&self) -> usize {
        self.lines.iter().map(|line| line.items.len()).sum()
    }

    /// Makes room by the last item of the network that has most; none: nobody has so much more than `own` that this would
    /// be fairer.
    fn displace(&mut self, own: usize) -> Option<T> {
        let most = self.lines.iter_mut().max_by_key(|line| line.items.len())?;
        (most.items.len() > own + 1).then(|| most.items.pop_back())?
    }

    fn add(&mut self, network: IpAddr, item: T) {
        let line = self.lines.iter_mut().find(|line| line.network == network);
        match line {
            Some(line) => line.items.push_back(item),
            None => self.lines.push_back(Line {
                network,
                items: [item].into(),
            }),
        }
    }

    /// Takes the first item of the network whose turn it is; its next turn comes after all others.
    fn take(&mut self) -> Option<T> {
        let mut line = self.lines.pop_front()?;
        let item = line.items.pop_front();
        if !line.items.is_empty() {
            self.lines.push_back(line);
        }
        item
    }
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
                lines: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
            bound,
        }
    }

    /// Queues it for the network. Returns what has no place: this item when the network has its quarter, when the queue is
    /// closed, or when it is full of others that have no more; the last one of a network that has more, when it is full.
    pub fn push(&self, network: IpAddr, item: T) -> Result<(), T> {
        let mut waiting = self.waiting.lock();
        let line = waiting.lines.iter().find(|line| line.network == network);
        let own = line.map_or(0, |line| line.items.len());
        if waiting.closed || own >= self.bound.div_ceil(4) {
            return Err(item);
        }
        let displaced = if waiting.count() < self.bound {
            None
        } else {
            match waiting.displace(own) {
                None => return Err(item),
                displaced => displaced,
            }
        };
        waiting.add(network, item);
        self.changed.notify_one();
        displaced.map_or(Ok(()), Err)
    }

    /// The next one; blocks; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<T> {
        let mut waiting = self.waiting.lock();
        loop {
            if let Some(item) = waiting.take() {
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
        self.waiting.lock().count()
    }

    /// Takes nothing more; what waits is still given out, unless it is to be dropped.
    pub fn close(&self, drop_waiting: bool) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        let dropped = if drop_waiting {
            std::mem::take(&mut waiting.lines)
        } else {
            VecDeque::new()
        };
        self.changed.notify_all();
        drop(waiting);
        drop(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue of so many places, with what was pushed, each by the network of its first digit; and what had no place.
    fn filled(bound: usize, items: &[u8]) -> (Queue<u8>, Vec<u8>) {
        let queue = Queue::new(bound);
        let push = |item: &u8| queue.push([192, 0, 2, item / 10].into(), *item).err();
        let displaced = items.iter().filter_map(push).collect();
        (queue, displaced)
    }

    /// What comes out, in order.
    fn emptied(queue: &Queue<u8>) -> Vec<u8> {
        queue.close(false);
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn networks_have_their_turns_and_each_a_quarter_of_the_places() {
        for (bound, pushed, displaced, order) in [
            (
                20,
                &[11, 12, 13, 21, 22, 31][..],
                &[][..],
                &[11, 21, 31, 12, 22, 13][..],
            ),
            (8, &[11, 12, 13, 14, 21], &[13, 14], &[11, 21, 12]),
            // Less than four places are one for each.
            (1, &[11, 12, 21], &[12, 21], &[11]),
            (2, &[11, 12, 21, 31], &[12, 31], &[11, 21]),
        ] {
            let (queue, refused) = filled(bound, pushed);
            assert_eq!(refused, displaced, "{pushed:?}");
            assert_eq!(queue.waiting(), order.len(), "{pushed:?}");
            assert_eq!(emptied(&queue), order, "{pushed:?}");
        }
    }

    #[test]
    fn a_full_queue_takes_the_place_of_who_has_most_for_who_has_less() {
        // Four networks fill it with two each; a fifth and a sixth still have a place, but not two.
        let full = [11, 12, 21, 22, 31, 32, 41, 42];
        let (queue, displaced) = filled(8, &[&full[..], &[51, 52, 61]].concat());
        assert_eq!(displaced, [42, 52, 32]);
        assert_eq!(emptied(&queue), [11, 21, 31, 41, 51, 61, 12, 22]);
    }

    #[test]
    fn a_closed_queue_takes_nothing() {
        let (queue, _) = filled(8, &[11]);
        queue.close(true);
        assert_eq!(queue.push([192, 0, 2, 1].into(), 12), Err(12));
        assert_eq!(queue.pop(), None);
    }
}
