//! Start and stop: the threads, the sweep and what they share. Owns the listener until the stop. What the threads do
//! is in `worker.rs`, how connections come in `accept.rs`.

use super::connection::Connection;
use super::guard::Guarded;
use super::lane::Queue;
use super::limits::{Limits, connections_by_descriptors};
use super::listener::{Listener, Socket, SocketFile};
use super::parked::{Parked, Tally};
use super::source::Source;
use super::worker::{LISTENERS, Lead, Shared};
use super::{Handler, Request};
use polling::{Events, Poller};
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::sync::Mutex;

/// Connections the system holds for us between two accepts; `std` asks for 128.
const BACKLOG: i32 = 1024;

/// Events taken from the poller at once.
const EVENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

/// A running server. Dropped without [`Server::stop`] it runs on.
pub struct Server {
    pub(super) shared: Arc<Shared>,
    local_addr: SocketAddr,
    places: Vec<String>,
    files: Vec<SocketFile>,
    running: Arc<Tally>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts all threads; from here on connections are taken.
    pub fn start(
        listener: Listener,
        limits: Limits,
        handler: Arc<dyn Handler>,
    ) -> io::Result<Server> {
        let (local_addr, places) = (listener.local_addr(), listener.places());
        if listener.sockets.len() > LISTENERS {
            let error = format!("at most {LISTENERS} addresses can be listened on");
            return Err(io::Error::other(error));
        }
        for socket in &listener.sockets {
            socket.socket.set_nonblocking(true)?;
            socket2::SockRef::from(&socket.socket).listen(BACKLOG)?;
        }
        let shared = Arc::new(share(listener.sockets, limits, handler)?);
        let mut server = Server {
            shared,
            local_addr,
            places,
            files: listener.files,
            running: Arc::default(),
            threads: Vec::new(),
        };
        match server.start_threads() {
            Ok(()) => server.shared.watch_listeners(),
            Err(error) => {
                server.stop(Duration::ZERO);
                return Err(error);
            }
        }
        Ok(server)
    }

    fn start_threads(&mut self) -> io::Result<()> {
        let (workers, slow) = (
            self.shared.limits.workers.max(1),
            self.shared.limits.slow_workers.max(1),
        );
        for _ in 0..workers {
            self.spawn("http", |shared| shared.work())?;
        }
        for _ in 0..slow {
            self.spawn("http-slow", |shared| shared.work_slowly())?;
        }
        for _ in 0..self.shared.limits.call_workers.max(1) {
            self.spawn("http-calls", |shared| shared.work_on_calls())?;
        }
        self.spawn("http-sweep", |shared| {
            // The only thread that sweeps, so nobody else was first.
            let _ = shared.sweeper.set(std::thread::current());
            while !shared.done.load(Ordering::SeqCst) {
                std::thread::park_timeout(shared.until_sweep());
                shared.sweep();
            }
        })
    }

    fn spawn(&mut self, name: &str, life: fn(&Shared)) -> io::Result<()> {
        let (shared, seat) = (Arc::clone(&self.shared), self.running.take_seat());
        let body = move || {
            let _seat = seat;
            life(&shared);
        };
        self.threads.push(
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(body)?,
        );
        Ok(())
    }

    /// Returns every address that it listens on, as it is written.
    pub fn places(&self) -> &[String] {
        &self.places
    }

    /// Returns the first address of TCP that it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Whether every thread of the engine still runs.
    pub fn is_alive(&self) -> bool {
        self.running.count() == self.threads.len()
    }

    /// Takes no more connections, finishes the requests that are complete, closes the rest and ends the threads.
    /// False if that was not done in time; then what still runs is left to the end of the process.
    pub fn stop(self, within: Duration) -> bool {
        let until = Instant::now() + within;
        // Who is connected as far as the system told him is not turned away.
        for key in 0..LISTENERS {
            let _ = self.shared.accept_waiting(key);
        }
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.listeners.lock().clear();
        drop(self.files);
        self.shared.parked.wake_all();
        let drained = self.shared.open.wait_for(0, within);
        self.shared.done.store(true, Ordering::SeqCst);
        self.shared.slow.close(!drained);
        self.shared.calls.close(!drained);
        let _ = self.shared.poller.notify();
        self.threads
            .iter()
            .for_each(|thread| thread.thread().unpark());
        let ended = self.running.wait_for(
            0,
            until
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(200)),
        );
        self.shared.parked.clear();
        if ended {
            self.threads
                .into_iter()
                .for_each(|thread| drop(thread.join()));
        }
        drained && ended
    }
}

fn share(sockets: Vec<Socket>, limits: Limits, handler: Arc<dyn Handler>) -> io::Result<Shared> {
    let poller = Arc::new(Poller::new()?);
    let sockets = sockets.into_iter().enumerate();
    let listeners = sockets.map(|(key, socket)| Source::new(socket, key, &poller));
    Ok(Shared {
        listeners: Mutex::new(listeners.collect::<io::Result<_>>()?),
        lead: Mutex::new(Lead {
            events: Events::with_capacity(EVENTS),
            ready: VecDeque::new(),
        }),
        poller,
        parked: Arc::new(Parked::new()),
        open: Arc::default(),
        bound: limits
            .connections
            .unwrap_or_else(connections_by_descriptors)
            .max(1),
        handler: Guarded(handler),
        buffers: Arc::default(),
        slow: Queue::<(Box<Connection>, Request)>::new(limits.slow_queue),
        calls: Queue::<(Box<Connection>, Request)>::new(limits.call_queue),
        next_key: AtomicUsize::new(LISTENERS),
        accept_paused: AtomicBool::new(false),
        accept_logged: Mutex::new(None),
        due: Mutex::new(BinaryHeap::new()),
        sweeper: OnceLock::new(),
        gave_way: AtomicU64::new(0),
        slow_busy: AtomicUsize::new(0),
        stopping: AtomicBool::new(false),
        done: AtomicBool::new(false),
        limits,
    })
}

#[cfg(test)]
mod tests;
