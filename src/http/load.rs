//! How much a server has to do, for whoever looks after it. Owns no number: they are the threads' own.

use super::server::Server;
use super::worker::{LISTENERS, Shared};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// What there is to do at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Open connections.
    pub connections: usize,
    /// Connections at most.
    pub connections_limit: usize,
    /// Connections taken since the start.
    pub accepted: u64,
    /// Connections that gave way to others since the start.
    pub gave_way: u64,
    /// Threads of the slow lane.
    pub slow_threads: usize,
    /// Those of them that handle a request.
    pub slow_busy: usize,
    /// Requests that wait for the slow lane.
    pub slow_waiting: usize,
    /// Requests that may wait for it.
    pub slow_limit: usize,
}

/// Tells the load of one server.
pub struct LoadOf(Arc<Shared>);

impl Server {
    /// Who tells its load.
    pub fn load(&self) -> LoadOf {
        LoadOf(Arc::clone(&self.shared))
    }
}

impl LoadOf {
    /// The load now.
    pub fn now(&self) -> Load {
        let shared = &self.0;
        Load {
            connections: shared.open.count(),
            connections_limit: shared.bound,
            accepted: (shared.next_key.load(Relaxed) - LISTENERS) as u64,
            gave_way: shared.gave_way.load(Relaxed),
            slow_threads: shared.limits.slow_workers.max(1),
            slow_busy: shared.slow_busy.load(Relaxed),
            slow_waiting: shared.slow.waiting(),
            slow_limit: shared.limits.slow_queue,
        }
    }
}
