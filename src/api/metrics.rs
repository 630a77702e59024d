//! `GET /metrics`, on a listener of its own: whoever may read it is up to who opens that listener.

use std::net::SocketAddr;
use std::sync::Arc;

use super::{Router, origin};
use crate::clock::DAY;
use crate::error::AppError;
use crate::http::{self, Admission, Handler, Lane, Limits, Listener, Refusal, Request, Response};
use crate::logging;
use crate::metrics;
use crate::store::Tx;
use crate::token;

/// Starts to answer on the listener about the server that `load` tells of.
pub fn serve(
    router: Arc<Router>,
    load: http::LoadOf,
    listener: Listener,
) -> std::io::Result<http::Server> {
    let limits = Limits {
        workers: 1,
        slow_workers: 1,
        connections: Some(64),
        ..Limits::default()
    };
    http::Server::start(listener, limits, Arc::new(Page { router, load }))
}

struct Page {
    router: Arc<Router>,
    load: http::LoadOf,
}

impl Handler for Page {
    fn admit(&self, _: &mut Request) -> Admission {
        Admission {
            lane: Lane::Fast,
            body_limit: 0,
            is_upload: false,
        }
    }

    fn handle(&self, request: Request) -> Response {
        let config = self.router.app.config.last();
        if let Err(error) = origin::check_host(&config, &request) {
            return text(error.status(), format!("{}\n", error.message()));
        }
        let reads = ["GET", "HEAD"].contains(&request.method.as_str());
        if !reads || request.path != "/metrics" {
            return text(404, "GET /metrics is all there is.\n".into());
        }
        match self.write() {
            Ok(page) => text(200, page),
            Err(error) => {
                log::error!("the metrics could not be read: {error}");
                text(error.status(), format!("{}\n", error.message()))
            }
        }
    }

    fn refuse(&self, refusal: Refusal, _peer: SocketAddr) -> Response {
        text(refusal.status(), format!("{}\n", refusal.message()))
    }
}

fn text(status: u16, text: String) -> Response {
    Response::new(status, "text/plain; version=0.0.4; charset=utf-8", text)
}

/// Upper ends of the classes of the time that tokens have left, in days.
const DAYS_LEFT: [i64; 7] = [1, 3, 7, 14, 30, 90, 365];

impl Page {
    fn write(&self) -> Result<String, AppError> {
        let (app, load) = (&self.router.app, self.load.now());
        let now = app.clock.now();
        let times = DAYS_LEFT.map(|days| days * DAY);
        let count = |tx: &Tx| {
            let states = token::sql::count_by_state(tx, now, now, now)?;
            Ok((states, token::sql::time_left(tx, now, &times)?))
        };
        let (states, (counts, all, sum)) = app.store.read(count)?;
        let tokens = [
            ("active", states.active),
            ("disabled", states.disabled),
            ("expired", states.expired),
        ];
        let mut page = metrics::Page::default();
        page.gauges(
            "build_info",
            "The version that runs.",
            "version",
            &[(env!("CARGO_PKG_VERSION"), 1)],
        );
        self.router.state.requests.write(&mut page);
        page.gauges(
            "tokens",
            "Personal access tokens by state.",
            "state",
            &tokens,
        );
        let classes: Vec<_> = times.iter().map(|time| time / 1000).zip(counts).collect();
        page.counted(
            "token_expiry_seconds",
            "How long active tokens that have an end are still good, each to the midnight (UTC) after it.",
            &classes,
            (all, sum / 1000),
        );
        page.gauge("connections", "Open connections.", load.connections);
        page.gauge(
            "connections_limit",
            "Connections at most.",
            load.connections_limit,
        );
        page.counter(
            "connections_accepted_total",
            "Connections taken.",
            load.accepted,
        );
        page.counter(
            "connections_gave_way_total",
            "Connections closed at the limit, for others.",
            load.gave_way,
        );
        page.gauge("websockets", "Listeners on a WebSocket.", app.hub.count());
        page.histogram(
            "commit_seconds",
            "Time of a commit, fsync included.",
            app.store.commits(),
        );
        page.counter(
            "changes_total",
            "Changes that were committed.",
            app.store.changes(),
        );
        page.gauge(
            "password_permits",
            "Threads for passwords.",
            load.slow_threads,
        );
        page.gauge(
            "password_permits_used",
            "Those that are at work.",
            load.slow_busy,
        );
        page.gauge(
            "password_waiting",
            "Requests that wait for one.",
            load.slow_waiting,
        );
        page.gauge(
            "password_waiting_limit",
            "Requests that may wait.",
            load.slow_limit,
        );
        page.counter(
            "token_requests_dropped_total",
            "Requests of tokens that are not in the ledger because too many came at once.",
            self.router.state.ledger.dropped(),
        );
        page.counter(
            "log_lines_dropped_total",
            "Lines of the log that were dropped because they were not read in time.",
            logging::dropped(),
        );
        Ok(page.into_text())
    }
}
