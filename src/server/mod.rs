//! A running server, for the command line and for whoever starts one inside a program of their own.

mod clean_up;
mod examiner;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::api::{self, ReadPins, Router};
use crate::app::{App, Options};
use crate::audit;
use crate::auth::{self, Entry};
use crate::config::{ENABLE_USER_ACCESS_TOKENS, Pin};
use crate::http::{self, Handler, Limits, Listener};
use crate::messaging::file;
use crate::secret::Secret;
use crate::store::Serving;
use crate::user;
use clean_up::CleanUp;
use examiner::Examiner;

/// How long a reader of the metrics may take to go.
const METRICS_STOP: Duration = Duration::from_secs(1);

/// A running server. It runs until [`Server::stop`].
pub struct Server {
    router: Arc<Router>,
    engine: http::Server,
    clean_up: CleanUp,
    metrics: Option<http::Server>,
    setup_code: Option<SetupCode>,
    examiner: Option<Examiner>,
    _serving: Serving,
}

impl Server {
    /// Opens the data file and answers on the listener.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn start(listener: Listener, options: Options) -> Result<Server, String> {
        let mut serving = Serving::take(&options.data)?;
        let app = Arc::new(App::open(options)?);
        serving.mark(&app.store)?;
        let latest = app.store.read(|tx| Ok(audit::sql::latest(tx)?));
        app.clock
            .not_before(latest.map_err(|error| error.to_string())?);
        app.store.warn_of_readers();
        let router = Arc::new(Router::new(app));
        let setup_code = setup_code(&listener, &router)?;
        let handler = Arc::clone(&router);
        let forgotten = file::delete_incomplete(&router.app);
        forgotten.map_err(|error| error.to_string())?;
        let mut server = Server::over(listener, router, serving, Limits::default(), handler)?;
        server.setup_code = setup_code;
        let examiner = Examiner::start(Arc::clone(&server.router.app));
        server.examiner = Some(examiner.map_err(|error| format!("cannot start: {error}"))?);
        Ok(server)
    }

    /// Answers on the listener, with a file that is open already.
    pub(crate) fn over(
        listener: Listener,
        router: Arc<Router>,
        mut serving: Serving,
        limits: Limits,
        handler: Arc<dyn Handler>,
    ) -> Result<Server, String> {
        let engine = http::Server::start(listener, limits, handler)
            .map_err(|error| format!("cannot start: {error}"))?;
        let clean_up = CleanUp::start(Arc::clone(&router))
            .map_err(|error| format!("cannot start: {error}"))?;
        serving
            .at(&engine.places().join(" and "))
            .map_err(|error| format!("cannot start: {error}"))?;
        Ok(Server {
            router,
            engine,
            clean_up,
            metrics: None,
            setup_code: None,
            examiner: None,
            _serving: serving,
        })
    }

    /// Answers `GET /metrics` on a listener of its own, and tells where that is.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn serve_metrics(&mut self, listener: Listener) -> Result<SocketAddr, String> {
        let metrics = api::metrics::serve(Arc::clone(&self.router), self.engine.load(), listener)
            .map_err(|error| format!("cannot start: {error}"))?;
        Ok(self.metrics.insert(metrics).local_addr())
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.engine.local_addr()
    }

    /// Whether the secret of a login or a token is good now: what each request with one asks first.
    ///
    /// # Errors
    /// When the data file cannot be read.
    pub fn knows(&self, secret: &str) -> Result<bool, String> {
        auth::enter_by_secret(&self.router.app, secret, String::new(), String::new())
            .map(|(_, entry)| matches!(entry, Entry::Known(_)))
            .map_err(|error| error.to_string())
    }

    /// Whether all its threads run; when not, it should be started anew.
    pub fn is_alive(&self) -> bool {
        self.engine.is_alive() && self.metrics.as_ref().is_none_or(http::Server::is_alive)
    }

    /// Lets a client have the pins of the settings read again.
    pub fn reads_pins_by(&self, read: ReadPins) {
        // There is one file to read; a second way to read it would be a mistake of the program.
        if self.router.state.pins.set(read).is_err() {
            log::error!("the pins of the settings are read already");
        }
    }

    /// Fixes other settings than before, weakest first; they hold from the next request.
    ///
    /// # Errors
    /// When the data file cannot be read; the settings then stay as they were.
    pub fn repin(&self, pins: Vec<Pin>) -> Result<(), String> {
        let repinned = self
            .router
            .app
            .store
            .read(|tx| self.router.app.config.repin(tx, pins));
        repinned.map_err(|error| error.to_string())
    }

    /// Takes no more requests, finishes those that are complete, and closes the file. False when some were still in
    /// flight after that time.
    pub fn stop(self, within: Duration) -> bool {
        drop(self.examiner);
        drop(self.clean_up);
        let stopped = self.engine.stop(within);
        if let Err(error) = self.router.state.ledger.store(&self.router.app) {
            log::error!("what tokens did last was not stored: {error}");
        }
        // The last look at a server that drains is of interest, too.
        self.metrics
            .is_none_or(|metrics| metrics.stop(METRICS_STOP))
            && stopped
    }

    /// Deletes at once the tokens and sessions that ended long enough ago, as happens every hour by itself.
    ///
    /// # Errors
    /// When the data file cannot be changed.
    pub fn clean_up(&self) -> Result<(), String> {
        clean_up::now(&self.router.app).map_err(|error| error.to_string())
    }

    /// Returns all places that it listens on, the URL of one of them, and the flag with which curl finds a socket in the file
    /// system when there is nothing else; empty otherwise.
    fn ways(&self) -> (String, String, String) {
        let unix = |place: &str| place.strip_prefix("unix:").map(str::to_owned);
        let as_url = |place: &String| match unix(place) {
            Some(_) => place.clone(),
            None => format!("http://{place}"),
        };
        let places: Vec<String> = self.engine.places().iter().map(as_url).collect();
        let url = places.iter().find(|place| unix(place).is_none());
        let by_socket = match (url, places.first().and_then(|place| unix(place))) {
            (None, Some(path)) => format!("--unix-socket {path} "),
            _ => String::new(),
        };
        let url = url.map_or("http://localhost", String::as_str).to_owned();
        (places.join(" and "), url, by_socket)
    }

    /// Returns one line: where it listens, where the data is, what to do first.
    ///
    /// # Errors
    /// When the data file cannot be read.
    pub fn greeting(&self) -> Result<String, String> {
        let (places, url, by_socket) = self.ways();
        let path = self.router.app.store.path();
        let data = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let empty = self
            .router
            .app
            .store
            .read(|tx| Ok(user::sql::none(tx)?))
            .map_err(|error| error.to_string())?;
        let first = if empty {
            let (with_code, header) = match &self.setup_code {
                None => (String::new(), String::new()),
                Some(SetupCode { code, path }) => {
                    let (code, path) = (code.reveal(), path.display());
                    (
                        format!(" with the setup code {code} (also in {path})"),
                        format!("-H 'X-Patmost-Setup-Code: {code}' "),
                    )
                }
            };
            format!(
                "first create your account{with_code}, it becomes system admin: open {url} in a browser, or \
                 curl {by_socket}{url}/api/v4/users {header}-d '{{\"email\":\"admin@example.com\",\"username\":\"admin\",\"password\":\"...\"}}'"
            )
        } else {
            format!(
                "log in: open {url} in a browser, or curl -i {by_socket}{url}/api/v4/users/login -d '{{\"login_id\":\"...\",\"password\":\"...\"}}'"
            )
        };
        let tokens = if self
            .router
            .app
            .config
            .last()
            .is_on(&ENABLE_USER_ACCESS_TOKENS)
        {
            "on"
        } else {
            "off"
        };
        let (version, data) = (env!("CARGO_PKG_VERSION"), data.display());
        Ok(format!(
            "patmost {version} listens on {places}, data in {data}, personal access tokens are {tokens}; {first}"
        ))
    }
}

/// The code for the first account, and the file that has it.
struct SetupCode {
    code: Secret,
    path: PathBuf,
}

/// Makes the setup code, where strangers can reach the listener before there is an account. `None` where they cannot.
fn setup_code(listener: &Listener, router: &Router) -> Result<Option<SetupCode>, String> {
    let store = &router.app.store;
    let is_empty = store.read(|tx| Ok(user::sql::none(tx)?));
    let is_empty = is_empty.map_err(|error| error.to_string())?;
    if !is_empty || listener.is_local() {
        store.forget_setup_code();
        return Ok(None);
    }
    let code = Secret::new();
    let path = store.keep_setup_code(code.reveal())?;
    router.state.setup_code.get_or_init(|| code.hash());
    Ok(Some(SetupCode { code, path }))
}
