//! What every operation is given: the store, the settings, the clock, the password hashing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::{Live, Pin};
use crate::error::AppError;
use crate::event::News;
use crate::event::hub::Hub;
use crate::id::Sequence;
use crate::permission;
use crate::secret::password::{Cost, Passwords};
use crate::store::{Durability, Store, Tx};

/// What a running server is made from.
pub struct Options {
    /// The SQLite file; made when there is none.
    pub data: PathBuf,
    /// Settings that are fixed while the process runs, weakest first.
    pub pins: Vec<Pin>,
    /// Where the time comes from.
    pub clock: Clock,
    /// How much work a password hash is.
    pub cost: Cost,
}

/// The state of a running process.
pub struct App {
    /// The one SQLite file.
    pub store: Store,
    /// Settings.
    pub config: Live,
    /// Time.
    pub clock: Clock,
    /// Password hashing.
    pub passwords: Passwords,
    /// Who listens on a WebSocket.
    pub hub: Arc<Hub>,
}

impl App {
    /// Opens the file.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn open(options: Options) -> Result<App, String> {
        let store = Store::open(&options.data, permission::sql::insert_built_in)?;
        App::new(store, options)
    }

    /// Opens the file for reads alone.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn open_read_only(options: Options) -> Result<App, String> {
        let store = Store::open_read_only(&options.data)?;
        App::new(store, options)
    }

    /// Opens a file that lasts as long as the process; with a sequence, ids and secrets are of that.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn open_ephemeral(
        options: Options,
        sequence: Option<Arc<Sequence>>,
    ) -> Result<App, String> {
        let store = Store::open_for(
            &options.data,
            Durability::Ephemeral,
            sequence,
            permission::sql::insert_built_in,
        )?;
        App::new(store, options)
    }

    fn new(store: Store, options: Options) -> Result<App, String> {
        let app = App {
            store,
            config: Live::new(options.pins),
            clock: options.clock,
            passwords: Passwords::new(options.cost).map_err(|error| error.to_string())?,
            hub: Arc::default(),
        };
        // The first request finds the settings read.
        app.store
            .read(|tx| app.config.current(tx))
            .map_err(|error| unreadable(app.store.path(), &error))?;
        Ok(app)
    }

    /// Tells what is no change.
    pub fn tell(&self, news: News) {
        self.hub.add(news.into_events());
        self.hub.tell(&self.store);
    }

    /// Runs a change as [`crate::store::Store::write`] does, and tells its news once it is on disk. When it comes back
    /// everybody who listens has the news in his queue.
    pub fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx, &mut News) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let value = self
            .store
            .write_then(move |tx: &Tx| with_news(tx, work), self.add_news())?;
        self.hub.tell(&self.store);
        Ok(value)
    }

    /// The same for a change that takes power away, which is made on a full disk, too.
    pub fn take_away<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx, &mut News) -> Result<T, AppError> + Clone + Send + 'static,
    ) -> Result<T, AppError> {
        let work = move |tx: &Tx| with_news(tx, work);
        let value = self.store.take_away_then(work, self.add_news())?;
        self.hub.tell(&self.store);
        Ok(value)
    }

    fn add_news<T>(&self) -> impl FnOnce((T, News)) -> T + Clone + Send + 'static + use<T> {
        let hub = Arc::clone(&self.hub);
        move |(value, news)| {
            hub.add(news.into_events());
            value
        }
    }
}

/// Runs a change that has news, and hands them out with what it made.
fn with_news<T>(
    tx: &Tx,
    work: impl FnOnce(&Tx, &mut News) -> Result<T, AppError>,
) -> Result<(T, News), AppError> {
    let mut news = News::default();
    Ok((work(tx, &mut news)?, news))
}

fn unreadable(path: &Path, error: &AppError) -> String {
    format!(
        "{} cannot be read: {}; patmost check tells what is damaged, and a backup of it helps",
        path.display(),
        error.logged_cause().unwrap_or_default()
    )
}
