//! Work in the background: tokens and sessions that ended are deleted, at start and every hour.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::app::App;
use crate::error::AppError;
use crate::{session, token};

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

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
            loop {
                if let Err(error) = now(&app) {
                    log::error!("expired tokens and sessions were not deleted: {error}");
                }
                if !matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
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
    if tokens > 0 {
        log::info!("deleted {tokens} tokens that expired long ago");
    }
    Ok(())
}
