//! What the threads do: leader and followers over one poller, turns for connections, the slow lane. Owns no start
//! and no end of them (`server.rs`), and no rule of HTTP (`connection.rs`).

use super::buffers::Buffers;
use super::connection::{Connection, Next, Turn};
use super::guard::Guarded;
use super::lane::Queue;
use super::limits::Limits;
use super::listener::Socket;
use super::network::network;
use super::parked::{Parked, Tally};
use super::room::{Loss, whose_buffer_gives_way};
use super::source::{Interest, Source};
use super::{Lane, Refusal, Request, Response};
use polling::{Events, Poller};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::sync::Mutex;

/// Listeners at most: their keys in the poller count up from 0, those of connections from here.
pub(super) const LISTENERS: usize = 16;

/// One read's worth.
const SCRATCH: usize = 16 * 1024;

/// Reads in one turn before the others have theirs.
const READS: usize = 16;

/// Who holds this lock waits for events; the others take what it found.
pub(super) struct Lead {
    pub events: Events,
    pub ready: VecDeque<usize>,
}

/// Everything the threads share. No lock in here is held while a connection reads, writes or is handled.
pub(super) struct Shared {
    pub poller: Arc<Poller>,
    /// By their keys; empty once the server stops.
    pub listeners: Mutex<Vec<Source<Socket>>>,
    pub lead: Mutex<Lead>,
    pub parked: Arc<Parked>,
    pub open: Arc<Tally>,
    pub bound: usize,
    pub limits: Limits,
    pub handler: Guarded,
    pub buffers: Arc<Buffers>,
    pub slow: Queue<(Box<Connection>, Request)>,
    pub calls: Queue<(Box<Connection>, Request)>,
    pub next_key: AtomicUsize,
    pub accept_paused: AtomicBool,
    pub accept_logged: Mutex<Option<Instant>>,
    /// When answers that are held are due: the sweep comes at those times, too.
    pub due: Mutex<BinaryHeap<Reverse<Instant>>>,
    pub sweeper: OnceLock<Thread>,
    /// Connections that were closed at the bound.
    pub gave_way: AtomicU64,
    /// Threads of the slow lane that handle a request.
    pub slow_busy: AtomicUsize,
    /// No new connections and no second requests.
    pub stopping: AtomicBool,
    /// The threads are to end.
    pub done: AtomicBool,
}

impl Shared {
    /// A worker's life.
    pub fn work(&self) {
        let mut scratch = vec![0; SCRATCH];
        while let Some(key) = self.next_ready() {
            if key < LISTENERS {
                self.accept(key);
            } else if let Some(connection) = self.parked.take(key) {
                self.turn(connection, &mut scratch);
            }
        }
    }

    /// The key of something ready; waits for it as the leader, or behind one. `None` at the end.
    fn next_ready(&self) -> Option<usize> {
        let mut lead = self.lead.lock();
        let Lead { events, ready } = &mut *lead;
        loop {
            if self.done.load(Ordering::SeqCst) {
                return None;
            }
            if let Some(key) = ready.pop_front() {
                return Some(key);
            }
            events.clear();
            match self.poller.wait(events, None) {
                Ok(_) => ready.extend(events.iter().map(|event| event.key)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    log::error!("the poller failed: {error}");
                    return None;
                }
            }
        }
    }

    /// Some requests in a row of one connection, then back to the others.
    fn turn(&self, mut connection: Box<Connection>, scratch: &mut [u8]) {
        // Asked before anything is read: who has no complete request after that gets no other turn.
        let last_turn = self.is_stopping();
        let mut turn = Turn {
            handler: &self.handler,
            limits: &self.limits,
            buffers: &self.buffers,
            scratch,
            reads: READS,
        };
        for _ in 0..self.limits.in_a_row.max(1) {
            let response = match connection.advance(&mut turn) {
                Next::Close => return,
                Next::Park(Interest::Read) if last_turn => return,
                Next::Park(interest) => return self.park(connection, interest),
                Next::Answer(response) => response,
                Next::Run(request, Lane::Fast) => self.handler.handle(request),
                Next::Run(request, lane @ (Lane::Slow | Lane::Calls)) => {
                    let network = network(request.peer.ip());
                    let queue = if lane == Lane::Slow {
                        &self.slow
                    } else {
                        &self.calls
                    };
                    match queue.push(network, (connection, request)) {
                        Ok(()) => return,
                        // Its own, or that of a network which had more: then this turn goes on with that one.
                        Err((back, request)) => {
                            connection = back;
                            self.handler.refuse(Refusal::Busy, request.peer)
                        }
                    }
                }
            };
            match self.answer(connection, &response) {
                Some(back) => connection = back,
                None => return,
            }
            if let Some(upgrade) = &response.upgrade {
                connection.upgrade(upgrade, &self.parked);
            }
        }
        self.park(connection, Interest::Write);
    }

    /// Puts an answer on its way; the connection comes back when it may go on at once.
    fn answer(
        &self,
        mut connection: Box<Connection>,
        response: &Response,
    ) -> Option<Box<Connection>> {
        if !response.dropped {
            connection.answer(response, self.is_stopping(), &self.limits);
        }
        match response.held.filter(|_| !self.is_stopping()) {
            Some(held) => self.hold(connection, held),
            None if response.dropped => {}
            None => return Some(connection),
        }
        None
    }

    fn hold(&self, mut connection: Box<Connection>, held: Duration) {
        let until = Instant::now() + held;
        connection.hold(until);
        self.park(connection, Interest::Nothing);
        self.due.lock().push(Reverse(until));
        if let Some(sweeper) = self.sweeper.get() {
            sweeper.unpark();
        }
    }

    /// How long the next sweep may wait.
    pub fn until_sweep(&self) -> Duration {
        let mut due = self.due.lock();
        let now = Instant::now();
        while due.peek().is_some_and(|next| next.0 <= now) {
            due.pop();
        }
        let next = due.peek().map(|next| next.0 - now);
        next.map_or(self.limits.sweep, |next| next.min(self.limits.sweep))
    }

    /// The life of a thread of the slow lane.
    pub fn work_slowly(&self) {
        while let Some((connection, request)) = self.slow.pop() {
            self.slow_busy.fetch_add(1, Ordering::Relaxed);
            let response = self.handler.handle(request);
            self.slow_busy.fetch_sub(1, Ordering::Relaxed);
            self.leave_answer(connection, &response);
        }
    }

    /// The life of a thread of the lane of calls.
    pub fn work_on_calls(&self) {
        while let Some((connection, request)) = self.calls.pop() {
            let response = self.handler.handle(request);
            self.leave_answer(connection, &response);
        }
    }

    /// Leaves an answer to a worker to be sent: the thread that made it is for handling alone.
    fn leave_answer(&self, connection: Box<Connection>, response: &Response) {
        if let Some(connection) = self.answer(connection, response) {
            self.park(connection, Interest::Write);
        }
    }

    /// Leaves it to whoever gets its next event.
    pub fn park(&self, connection: Box<Connection>, interest: Interest) {
        let key = connection.key();
        let woken = connection
            .upgraded
            .as_ref()
            .map(|upgraded| Arc::clone(&upgraded.woken));
        if let Err(error) = self.parked.park(connection, interest) {
            log::error!("a connection could not be watched: {error}");
        }
        while self.buffers.bytes() > self.limits.buffer_memory
            && let Some((one, loss)) = self.parked.take_chosen(whose_buffer_gives_way)
        {
            // In the middle of an answer there is nothing else to be said.
            if loss == Loss::Request {
                self.dismiss(*one, Refusal::Busy);
            }
        }
        // If the stop came in between, its own round may have missed this one.
        if interest == Interest::Read && self.is_stopping() {
            self.parked.wake_all();
        }
        // The same with whatever wakes another protocol.
        if woken.is_some_and(|woken| woken.load(Ordering::SeqCst)) {
            self.parked.wake(key);
        }
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// A turn for a connection that is not to be kept: its answer, and away.
    pub fn dismiss(&self, mut connection: Connection, refusal: Refusal) {
        connection.refuse(refusal, &self.handler, &self.limits);
        let mut scratch = [0; 4096];
        connection.advance(&mut Turn {
            handler: &self.handler,
            limits: &self.limits,
            buffers: &self.buffers,
            scratch: &mut scratch,
            reads: 4,
        });
    }

    /// Ends what is over its deadline; looks whether accepting works again.
    pub fn sweep(&self) {
        for mut connection in self.parked.take_overdue(Instant::now()) {
            if connection.is_reading() {
                connection.refuse(Refusal::Timeout, &self.handler, &self.limits);
                self.park(connection, Interest::Write);
            } else if connection.is_due(&self.limits) {
                self.park(connection, Interest::Write);
            }
        }
        if self.accept_paused.swap(false, Ordering::SeqCst) {
            self.watch_listeners();
        }
    }
}
