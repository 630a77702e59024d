//! A look at the whole data file in the background, at the start and once a week: damage is in the log before somebody meets it.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::app::App;
use crate::store::{Ending, Examination, Store};
use crate::sync::Mutex;

/// The time between two looks.
const EVERY: Duration = Duration::from_secs(7 * 24 * 3600);

/// The time between two tries to end a look.
const RETRY: Duration = Duration::from_millis(5);

/// The thread that looks, ended on drop.
pub struct Examiner {
    stop: Option<Sender<()>>,
    ending: Arc<Mutex<Option<Ending>>>,
    thread: Option<JoinHandle<()>>,
}

impl Examiner {
    /// Starts it.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(app: Arc<App>) -> std::io::Result<Examiner> {
        let (stop, stopped) = channel::<()>();
        let ending = Arc::new(Mutex::new(None));
        let shown = Arc::clone(&ending);
        let work = move || {
            loop {
                look(&app.store, &shown);
                if !matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("examiner".into())
            .spawn(work)?;
        Ok(Examiner {
            stop: Some(stop),
            ending,
            thread: Some(thread),
        })
    }
}

/// Looks, and logs what is wrong.
fn look(store: &Store, shown: &Mutex<Option<Ending>>) {
    let path = store.path().display();
    let faults = Examination::of(store).and_then(|(examination, ending)| {
        *shown.lock() = Some(ending);
        let faults = examination.faults();
        *shown.lock() = None;
        faults
    });
    match faults.as_deref() {
        Ok([]) => {}
        Ok([first, ..]) => log::error!(
            "{path} is damaged: {first}; patmost check tells all of it, and patmost restore puts a backup in its place"
        ),
        Err(error) => log::error!("{path} was not examined: {error}"),
    }
}

impl Drop for Examiner {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() {
                if let Some(ending) = &*self.ending.lock() {
                    ending.end();
                }
                std::thread::sleep(RETRY);
            }
            drop(thread.join());
        }
    }
}
