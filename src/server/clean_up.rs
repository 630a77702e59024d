//! Work in the background: a data file that is moved or deleted is noticed; the reserve of room on the disk is taken again;
//! what tokens did is stored; the write-ahead log is cut off; the contents of deleted files are deleted; tokens and sessions that ended, files in no post and audit rows beyond their limits are deleted, at start and every hour; listeners whose
//! credential ended, by whomever, are ended within a second.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::api::Router;
use crate::app::App;
use crate::audit::Retention;
use crate::config::{AUDIT_MAXIMUM_ROWS, AUDIT_RETENTION_DAYS};
use crate::error::AppError;
use crate::messaging::{file, notice, webhook};
use crate::store::Store;
use crate::{content, session, user};

/// How often what ended is deleted.
const EVERY: Duration = Duration::from_secs(3600);

/// How often the credentials of listeners are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// How often what tokens did is stored.
const STORE: Duration = Duration::from_secs(5);

/// The size of the write-ahead log from which on it is cut off. It is written back before that.
const LOG_BYTES: u64 = 16 << 20;

/// The time between two tries to cut the log off, and between two warnings that it cannot be.
const RETRY: Duration = Duration::from_secs(2);
const WARN_AGAIN: Duration = Duration::from_secs(600);

/// How long another program may hold the log before that is worth a warning: a large change takes some seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The thread that does it, ended on drop.
pub struct CleanUp {
    app: Arc<App>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CleanUp {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(router: Arc<Router>) -> std::io::Result<CleanUp> {
        let (stop, stopped) = channel::<()>();
        let app = Arc::clone(&router.app);
        let held = Arc::clone(&app);
        let work = move || {
            let (mut last, mut log, mut swept) = (None, Log::default(), None);
            let mut stored = Instant::now();
            loop {
                // The loss of the file is logged where it is found.
                drop(app.store.check_place());
                app.store.take_reserve();
                if last.is_none_or(|last: Instant| last.elapsed() >= EVERY) {
                    last = Some(Instant::now());
                    tell("expired tokens and sessions were not deleted", now(&app));
                }
                tell(
                    "the credentials of listeners were not looked at",
                    crate::api::websocket::watch::recheck(&app),
                );
                if stored.elapsed() >= STORE {
                    stored = Instant::now();
                    let ledger = &router.state.ledger;
                    tell("what tokens did was not stored", ledger.store(&app));
                }
                let changes = Some(app.store.changes());
                if swept != changes {
                    swept = changes;
                    tell("deleted files still take room", content::sweep(&app));
                }
                log.look(&app.store);
                if !matches!(stopped.recv_timeout(LOOK), Err(RecvTimeoutError::Timeout)) {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("clean-up".into())
            .spawn(work)?;
        Ok(CleanUp {
            app: held,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

fn tell(what: &str, result: Result<(), AppError>) {
    if let Err(error) = result {
        log::error!("{what}: {error}");
    }
}

/// The write-ahead log, which SQLite begins anew by itself while nobody reads an older state for long.
#[derive(Default)]
struct Log {
    /// The changes that were committed when it was cut off.
    changes: u64,
    /// When it was last tried.
    tried: Option<Instant>,
    /// When another program was first found to keep it from being cut off.
    held_since: Option<Instant>,
    /// When it was last said that it cannot be cut off.
    warned: Option<Instant>,
}

impl Log {
    /// Cuts the log off when it has grown large, and some time after the last change, so that deleted secrets go from it.
    fn look(&mut self, store: &Store) {
        store.write_back();
        let (bytes, changes) = (store.log_bytes(), store.changes());
        let due = bytes > LOG_BYTES || (bytes > 0 && changes != self.changes);
        let waited = |since: Option<Instant>, time| since.is_none_or(|at| at.elapsed() >= time);
        if !due || !waited(self.tried, RETRY) {
            return;
        }
        self.tried = Some(Instant::now());
        if store.truncate_log() {
            self.changes = changes;
            self.held_since = None;
            return;
        }
        let held_for = self.held_since.get_or_insert_with(Instant::now).elapsed();
        let is_held = held_for >= PATIENCE && !store.is_examined();
        if bytes > LOG_BYTES && is_held && waited(self.warned, WARN_AGAIN) {
            self.warned = Some(Instant::now());
            log::warn!(
                "the log beside the data file has grown to {} MB and cannot be written back: another program reads the file",
                bytes >> 20
            );
        }
    }
}

impl Drop for CleanUp {
    fn drop(&mut self) {
        self.stop = None;
        self.app.store.end_clean_up();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Deletes what ended long enough ago.
pub fn now(app: &App) -> Result<(), AppError> {
    let told = notice::tell_of_ends(app)?;
    let tokens = notice::delete_ended(app)?;
    session::clean_up(app)?;
    user::lockout::clean_up(app)?;
    webhook::clean_up(app)?;
    let files = file::delete_unused(app)?;
    let config = app.config.last();
    let retention = Retention {
        days: config.int(&AUDIT_RETENTION_DAYS),
        rows: config.int(&AUDIT_MAXIMUM_ROWS),
    };
    let rows = retention.apply(&app.store, app.clock.now())?;
    if told > 0 {
        log::info!("told of {told} tokens that they end soon");
    }
    if rows > 0 {
        log::info!("deleted {rows} audit rows beyond the limits on their age and number");
    }
    if files > 0 {
        log::info!("deleted {files} files that were in no post for a day");
    }
    if tokens > 0 {
        log::info!("deleted {tokens} tokens that expired long ago");
    }
    Ok(())
}
