//! Work in the background: tokens and sessions that ended and audit rows beyond their limits are deleted, at start and every hour; listeners whose
//! credential ended, by whomever, are ended within a second.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::audit::Retention;
use crate::config::{AUDIT_MAXIMUM_ROWS, AUDIT_RETENTION_DAYS};
use crate::error::AppError;
use crate::{session, token, user};

/// How often what ended is deleted.
const EVERY: Duration = Duration::from_secs(3600);

/// How often the credentials of listeners are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// The thread that does it, ended on drop.
pub struct CleanUp {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CleanUp {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(app: Arc<App>) -> std::io::Result<CleanUp> {
        let (stop, stopped) = channel::<()>();
        let work = move || {
            let mut last = None;
            loop {
                if last.is_none_or(|last: Instant| last.elapsed() >= EVERY) {
                    last = Some(Instant::now());
                    tell("expired tokens and sessions were not deleted", now(&app));
                }
                tell(
                    "the credentials of listeners were not looked at",
                    crate::api::websocket::watch::recheck(&app),
                );
                if !matches!(stopped.recv_timeout(LOOK), Err(RecvTimeoutError::Timeout)) {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("clean-up".into())
            .spawn(work)?;
        Ok(CleanUp {
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

impl Drop for CleanUp {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Deletes what ended long enough ago.
pub fn now(app: &App) -> Result<(), AppError> {
    let tokens = token::clean_up(app)?;
    session::clean_up(app)?;
    user::lockout::clean_up(app)?;
    let config = app.config.last();
    let retention = Retention {
        days: config.int(&AUDIT_RETENTION_DAYS),
        rows: config.int(&AUDIT_MAXIMUM_ROWS),
    };
    let rows = retention.apply(&app.store, app.clock.now())?;
    if rows > 0 {
        log::info!("deleted {rows} audit rows beyond the limits on their age and number");
    }
    if tokens > 0 {
        log::info!("deleted {tokens} tokens that expired long ago");
    }
    Ok(())
}
