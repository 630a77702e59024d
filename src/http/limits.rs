//! The numbers that bound what a client can make the server hold, and how many descriptors there are to share.
//! Owns no enforcement: each limit is kept where its name is used.

use std::time::Duration;

/// Every number of the engine; fields so that tests can have short deadlines.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Threads that read, handle fast requests and answer.
    pub workers: usize,
    /// Threads of the slow lane.
    pub slow_workers: usize,
    /// Requests that may wait for the slow lane.
    pub slow_queue: usize,
    /// Threads of the lane of calls.
    pub call_workers: usize,
    /// Requests that may wait for the lane of calls.
    pub call_queue: usize,
    /// Bytes of a request head.
    pub head_bytes: usize,
    /// Header lines of a request; more than 128 is taken as 128.
    pub headers: usize,
    /// Bytes of a request target.
    pub target_bytes: usize,
    /// Bytes of a body that are read before [`super::Handler::turn_away`] is asked.
    pub unasked_bytes: usize,
    /// Bytes of memory of all bodies on their way and answers not taken that are larger than that, unless it is only one.
    pub buffer_memory: usize,
    /// For the whole head, from its first byte, however it trickles.
    pub head_deadline: Duration,
    /// For the whole body, from the end of the head.
    pub body_deadline: Duration,
    /// Between requests, and before the first.
    pub idle_deadline: Duration,
    /// For the rest of an answer, from when the client stopped taking it.
    pub write_deadline: Duration,
    /// How long a closed connection is read on, so that the client sees its last answer.
    pub linger_deadline: Duration,
    /// How much is read in that time, and thrown away.
    pub linger_bytes: usize,
    /// Requests in a row from one connection before the others have their turn.
    pub in_a_row: usize,
    /// How often the deadlines are looked at.
    pub sweep: Duration,
    /// Connections at once; `None` is min(4096, a third of the descriptors).
    pub connections: Option<usize>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            workers: 16,
            slow_workers: 2,
            slow_queue: 256,
            call_workers: 4,
            call_queue: 64,
            head_bytes: 16 * 1024,
            headers: 64,
            target_bytes: 8 * 1024,
            unasked_bytes: 16 * 1024,
            buffer_memory: 64 * 1024 * 1024,
            head_deadline: Duration::from_secs(10),
            body_deadline: Duration::from_secs(30),
            idle_deadline: Duration::from_secs(60),
            write_deadline: Duration::from_secs(10),
            linger_deadline: Duration::from_secs(2),
            linger_bytes: 8 * 1024 * 1024,
            in_a_row: 16,
            sweep: Duration::from_millis(250),
            connections: None,
        }
    }
}

/// The descriptors without which it is of no use to start: two for each thread that reads the file, what the engine and the
/// log have, and a third of them for connections.
const DESCRIPTORS: u64 = 64;

/// Looks whether the process may have as many descriptors as a server needs.
///
/// # Errors
/// One sentence with both numbers.
pub fn check_descriptors() -> Result<(), String> {
    match descriptors() {
        Some(all) if all < DESCRIPTORS => Err(format!(
            "this process may open {all} files at once, and a server needs {DESCRIPTORS}; raise the limit (ulimit -n, LimitNOFILE=)"
        )),
        _ => Ok(()),
    }
}

/// Raises the soft limit on descriptors to the hard one; min(4096, a third of what there are now).
pub(super) fn connections_by_descriptors() -> usize {
    descriptors().map_or(4096, |all| {
        usize::try_from(all / 3).unwrap_or(4096).clamp(1, 4096)
    })
}

#[cfg(unix)]
fn descriptors() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: now.maximum,
        maximum: now.maximum,
    };
    // macOS refuses to go to an unlimited hard limit: what there is has to do.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current
}

#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}
