//! The one writer: a thread that takes all changes that wait, runs each in a savepoint of one transaction, and answers
//! them after the commit. One fsync serves all that waited for it.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::file::BUSY_TIMEOUT;
use super::file::{beside, unusable};
use super::place::Place;
use super::reading::Standing;
use super::{StoreError, Tx, params};
use crate::error::{self, AppError};
use crate::id::Sequence;
use crate::metrics::Histogram;
use crate::sync::Mutex;

/// Changes that share one commit.
const BATCH: usize = 256;

/// Changes that may wait. A request waits for a place; a deferred note does not.
const QUEUE: usize = 1024;

/// Pages of the write-ahead log from which on the writer itself writes it back, because nobody did so beside it.
const LOG_PAGES: i64 = 3000;

/// A change on its way through the writer.
trait Change: Send {
    /// Runs the change; false when it failed and nothing of it may stay.
    fn run(&mut self, tx: &Tx) -> bool;
    /// Answers whoever waits.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// What the writer is asked for.
enum Request {
    /// A change.
    Change(Box<dyn Change>),
    /// To write the log back into the file and cut it off; the answer is whether that was possible.
    Truncate(SyncSender<bool>),
}

struct Work<F, C, T, R> {
    work: Option<F>,
    /// Makes the answer of what is on disk.
    committed: C,
    result: Option<Result<T, AppError>>,
    waiting: Option<Waiting<R>>,
}

/// Who waits for an answer: where it is put, and the bell. A channel for each type of answer would be a tenth of a
/// megabyte of code.
struct Waiting<R> {
    answer: Arc<Mutex<Option<Result<R, AppError>>>>,
    bell: SyncSender<()>,
}

impl<F, C, T, R> Change for Work<F, C, T, R>
where
    F: FnOnce(&Tx) -> Result<T, AppError> + Send,
    C: FnOnce(T) -> R + Send,
    T: Send,
    R: Send,
{
    fn run(&mut self, tx: &Tx) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let result = catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|_| Err(AppError::new(&error::INTERNAL).cause("a change panicked")));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result.map(self.committed),
            // A refusal changes nothing, so it holds whether or not its neighbours were committed.
            (Err(_), Some(Err(refused))) => Err(refused),
            (Err(failed), _) => Err(failed.into()),
            (Ok(()), None) => Err(AppError::new(&error::INTERNAL).cause("a change did not run")),
        };
        match self.waiting {
            Some(Waiting { answer, bell }) => {
                *answer.lock() = Some(result);
                // Nobody waits any more when the caller's thread is gone: then there is nobody to tell.
                let _ = bell.send(());
            }
            None => {
                if let Err(error) = result {
                    log::error!("a deferred change was lost: {error}");
                }
            }
        }
    }
}

/// What was committed.
#[derive(Default)]
pub struct Commits {
    /// How long the commits took, fsync included.
    pub took: Histogram,
    /// Changes in them.
    pub changes: AtomicU64,
}

/// The handle of the writer's thread.
pub struct Writer {
    pub commits: Arc<Commits>,
    /// What must be in its place for a commit to last.
    pub place: Arc<Place>,
    queue: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(
        connection: Connection,
        path: &Path,
        sequence: Option<Arc<Sequence>>,
    ) -> Result<Writer, String> {
        let standing = connection
            .pragma_update(None, "journal_mode", "WAL")
            // A secret that was revoked is gone from the file, not only from its lists.
            .and_then(|()| connection.pragma_update(None, "secure_delete", true))
            .and_then(|()| connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES))
            .and_then(|()| Standing::new(path))
            .map_err(|error| unusable(path, &error))?;
        let place = Arc::new(Place::of(path).map_err(|error| {
            let path = path.display();
            format!("{path} was moved or deleted while it was opened: {error}")
        })?);
        let (queue, changes) = sync_channel(QUEUE);
        let commits = Arc::<Commits>::default();
        let state = State {
            connection,
            commits: Arc::clone(&commits),
            place: Arc::clone(&place),
        };
        let thread =
            std::thread::Builder::new()
                .name("writer".into())
                .spawn(move || match sequence {
                    Some(sequence) => sequence.during(|| run(&state, &standing, &changes)),
                    None => run(&state, &standing, &changes),
                });
        let thread = thread.map_err(|error| format!("cannot start the writer: {error}"))?;
        Ok(Writer {
            commits,
            place,
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// A writer of a file that is not to be written: it refuses every change.
    pub fn absent(place: Place) -> Writer {
        Writer {
            commits: Arc::default(),
            place: Arc::new(place),
            queue: None,
            thread: None,
        }
    }

    pub fn write<T: Send + 'static, R: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx) -> Result<T, AppError> + Send + 'static,
        committed: impl FnOnce(T) -> R + Send + 'static,
    ) -> Result<R, AppError> {
        let (answer, (bell, rung)) = (Arc::default(), sync_channel(1));
        let change = Work {
            work: Some(work),
            committed,
            result: None,
            waiting: Some(Waiting {
                answer: Arc::clone(&answer),
                bell,
            }),
        };
        let gone = || AppError::new(&error::STORE_READ_ONLY).cause("there is no writer");
        self.queue
            .as_ref()
            .ok_or_else(gone)?
            .send(Request::Change(Box::new(change)))
            .map_err(|_| gone())?;
        rung.recv().map_err(|_| gone())?;
        let answer = answer.lock().take();
        answer.ok_or_else(gone)?
    }

    /// Cuts the log off behind the changes that wait. Returns whether that was possible.
    pub fn truncate_log(&self) -> bool {
        let (answer, answered) = sync_channel(1);
        let Some(queue) = &self.queue else {
            return false;
        };
        queue.send(Request::Truncate(answer)).is_ok() && answered.recv().unwrap_or(false)
    }

    pub fn defer(&self, work: impl FnOnce(&Tx) -> Result<(), AppError> + Send + 'static) {
        let change = Work {
            work: Some(work),
            committed: |()| (),
            result: None,
            waiting: None,
        };
        let sent = self
            .queue
            .as_ref()
            .map(|queue| queue.try_send(Request::Change(Box::new(change))));
        if let Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) = sent {
            log::warn!("a deferred change was dropped: the writer is busy");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// What the writer's thread has.
struct State {
    connection: Connection,
    commits: Arc<Commits>,
    place: Arc<Place>,
}

impl State {
    /// Brings the log into the open file and empties it when the file is not in its place any more: the file is then whole
    /// wherever it is, and the log spoils no other that comes under its name. SQLite does neither when it closes such a file.
    fn save_lost(&self) {
        if self.place.check().is_err() {
            const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
            drop(self.connection.query_row(CHECKPOINT, [], |_| Ok(())));
        }
    }
}

fn run(state: &State, standing: &Standing, requests: &Receiver<Request>) {
    let next = || {
        requests.try_recv().or_else(|_| {
            standing.begin();
            let next = requests.recv();
            standing.end();
            next
        })
    };
    while let Ok(first) = next() {
        let (mut batch, mut truncations) = (Vec::new(), Vec::new());
        for request in std::iter::once(first).chain(requests.try_iter().take(BATCH - 1)) {
            match request {
                Request::Change(change) => batch.push(change),
                Request::Truncate(answer) => truncations.push(answer),
            }
        }
        // A change can end the whole transaction (a full disk): those behind it start anew.
        while !batch.is_empty() {
            batch = commit(state, batch);
        }
        for answer in truncations {
            // Whoever asked may have gone.
            let _ = answer.send(truncate(&state.connection).unwrap_or(false));
        }
    }
    state.save_lost();
}

/// Writes the log back into the file and cuts it off. Returns whether that was possible: not while another program reads an
/// older state, which is not waited for.
fn truncate(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
        row.get::<_, bool>(0)
    });
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(!busy?)
}

/// Runs and commits the batch; gives back the changes that have not run.
fn commit(state: &State, mut batch: Vec<Box<dyn Change>>) -> Vec<Box<dyn Change>> {
    let (mut ran, connection) = (0, &state.connection);
    let result = attempt(state, &mut batch, &mut ran).map_err(|error| explained(state, error));
    if result.is_err() && !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
    if matches!(result, Err(StoreError::Lost(_))) {
        state.save_lost();
    }
    let rest = batch.split_off(ran.max(1).min(batch.len()));
    for change in batch {
        change.answer(result.clone());
    }
    rest
}

/// SQLite does not say why a write failed. A file that is lost may fail in any way. Whether it is for want of room shows when an empty file can be made beside the
/// data; a descriptor of the data itself must not be opened here, for closing it would give SQLite's locks back.
fn explained(state: &State, error: StoreError) -> StoreError {
    if let Err(lost) = state.place.check() {
        return lost;
    }
    let (StoreError::Full(text), Some(path)) = (&error, state.connection.path()) else {
        return error;
    };
    let probe = beside(Path::new(path), "probe");
    match OpenOptions::new().write(true).create_new(true).open(&probe) {
        Ok(_) => drop(std::fs::remove_file(&probe)),
        Err(found) if found.kind() == ErrorKind::ReadOnlyFilesystem => {
            return StoreError::ReadOnly(text.clone());
        }
        Err(_) => {}
    }
    error
}

fn attempt(
    state: &State,
    batch: &mut [Box<dyn Change>],
    ran: &mut usize,
) -> Result<(), StoreError> {
    let (connection, commits) = (&state.connection, &state.commits);
    let tx = Tx::new(connection);
    let execute = |sql| tx.execute(sql, params![]);
    execute("BEGIN IMMEDIATE")?;
    for change in batch {
        execute("SAVEPOINT change")?;
        *ran += 1;
        if !change.run(&tx) {
            if connection.is_autocommit() {
                return Err(StoreError::Other(
                    "the transaction was ended by a failure of one of its changes".into(),
                ));
            }
            execute("ROLLBACK TO change")?;
        }
        execute("RELEASE change")?;
    }
    state.place.check()?;
    let begun = Instant::now();
    execute("COMMIT")?;
    commits.took.note(begun.elapsed());
    commits.changes.fetch_add(*ran as u64, Ordering::Relaxed);
    Ok(())
}
