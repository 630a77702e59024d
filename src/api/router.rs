//! From a complete request to its answer: finds the route, asks `auth/` who it is, calls the handler, puts the headers
//! on, writes the line of the access log.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use super::access::AccessLine;
use super::context::Params;
use super::routes::{self, Access, Route, Uploading, Work};
use super::state::RouterState;
use super::text::encoded;
use super::{Context, answer, cors, origin};
use crate::api::handlers::system::{PING, check_busy, unhealthy};
use crate::api::limit::{DEAR, Rate, too_many};
use crate::app::App;
use crate::audit;
use crate::auth::{self, Entry, Refused};
use crate::config::{self, Config};
use crate::console;
use crate::error::{self, AppError};
use crate::http::{Admission, Handler, Lane, Refusal, Request, Response, network_of};
use crate::id;
use crate::messaging::webhook;
use crate::permission::Caller;

/// The application behind the engine.
pub struct Router {
    /// The state that every operation is given.
    pub app: Arc<App>,
    /// Counts and limits.
    pub state: RouterState,
}

impl Router {
    pub fn new(app: Arc<App>) -> Router {
        Router {
            app,
            state: RouterState::default(),
        }
    }
}

impl Handler for Router {
    /// Puts the client in place of a trusted proxy, too.
    fn admit(&self, request: &mut Request) -> Admission {
        let config = self.app.config.last();
        config.proxies().introduce(request);
        request.take_off(config.below());
        let route = routes::find(&request.method, &request.path);
        let route = route.map(|(route, _)| route);
        Admission {
            lane: route.map_or(Lane::Fast, |route| route.work.lane()),
            body_limit: routes::body_limit(route, &config),
            is_upload: route.is_some_and(|route| matches!(route.work, Work::Upload(_))),
        }
    }

    fn turn_away(&self, request: &mut Request) -> Option<Response> {
        Some(self.finish(self.refuse_body(request)?))
    }

    fn handle(&self, mut request: Request) -> Response {
        self.finish(match self.receive(&mut request) {
            Ok(()) => self.serve(&request),
            Err(error) => self.decline(&request, &error),
        })
    }

    fn refuse(&self, refusal: Refusal, peer: SocketAddr) -> Response {
        let request_id = id::of(id::Kind::Request);
        let error = of_engine(refusal);
        self.state.requests.count(None, error.status());
        log::info!(
            request_id, method = "-", route = "-", status = error.status(), address:% = peer.ip(), error = error.id(),
            reason = refusal.message();
            ""
        );
        self.state
            .traffic
            .count(error.status(), self.app.clock.now());
        self.finish(
            self.refusal(&error, &request_id)
                .with("X-Request-Id", request_id),
        )
    }
}

impl Router {
    /// Takes the cookies away that do not count.
    ///
    /// # Errors
    /// It was sent for a web page that may not: [`origin`].
    pub fn receive(&self, request: &mut Request) -> Result<(), AppError> {
        let config = &*self.app.config.last();
        origin::check_host(config, request)?;
        origin::check_page(config, request)?;
        if !origin::may_bring_cookies(config, request) {
            request.headers.remove("cookie");
        }
        Ok(())
    }

    /// Answers what was not received.
    pub fn decline(&self, request: &Request, error: &AppError) -> Response {
        self.within_limits(request, |_, line| {
            let found = routes::find(&request.method, &request.path);
            line.route = found.map(|(route, _)| route);
            self.refused(error, line)
                .with("X-Request-Id", &line.request_id)
        })
    }

    /// The API and the console, and nothing beside them.
    pub fn serve(&self, request: &Request) -> Response {
        match cleaned(&request.path) {
            Some(clean) => redirect(&clean, request),
            None if request.path == self.app.config.last().below() => {
                redirect(&format!("{}/", request.path), request)
            }
            None => self.within_limits(request, |config, line| self.answer(request, config, line)),
        }
    }

    /// Returns what is answered in place of reading a large body. `None` lets it come, to an upload where the route has one:
    /// it is of someone who is signed in or knows a webhook, or who was a moment ago, for the handler's own request asks again.
    pub fn refuse_body(&self, request: &mut Request) -> Option<Response> {
        if let Err(error) = self.receive(request) {
            return Some(self.decline(request, &error));
        }
        let Some((route, params)) = routes::find(&request.method, &request.path) else {
            // No handler will want it.
            return Some(self.serve(request));
        };
        if let Some((_, secret)) = params.iter().find(|(name, _)| *name == "hook_secret")
            && self
                .app
                .store
                .read(|tx| webhook::is_known(tx, secret))
                .unwrap_or(false)
        {
            return None;
        }
        let entered = auth::enter(&self.app, request, &request.peer.ip().to_string());
        let entry = match (entered, route.work) {
            (Ok((config, Entry::Known(anyone), reading)), Work::Upload(work)) => {
                let opened = anyone.within(false).and_then(|anyone| {
                    (work.open)(
                        &self.context(route, request, config, anyone, params),
                        &reading.tx(),
                    )
                });
                drop(reading);
                match opened {
                    Ok(upload) => {
                        request.upload = Some(upload);
                        return None;
                    }
                    Err(error) => Err(error),
                }
            }
            (Ok((_, Entry::Known(_), _)), _) => return None,
            (Ok((_, entry, _)), _) => Ok(entry),
            (Err(error), _) => Err(error),
        };
        Some(self.within_limits(request, |_, line| {
            line.route = Some(route);
            let stranger = match entry {
                Ok(entry) => self.let_in(route, entry, line),
                Err(error) => Err(self.refused(&error, line)),
            };
            let too_large = |_| self.refused(&AppError::new(&error::BODY_TOO_LARGE), line);
            let refused = stranger.map_or_else(|refused| refused, too_large);
            refused.with("X-Request-Id", &line.request_id)
        }))
    }

    /// Returns the context in which a handler works.
    fn context<'r>(
        &'r self,
        route: &'static Route,
        request: &'r Request,
        config: Arc<Config>,
        anyone: Caller,
        params: Params<'r>,
    ) -> Context<'r> {
        Context {
            app: &self.app,
            router: &self.state,
            request,
            config,
            anyone,
            route,
            params,
        }
    }

    /// The answer, unless there were too many requests; counted, logged, and with its last headers.
    fn within_limits(
        &self,
        request: &Request,
        answer: impl FnOnce(&Config, &mut AccessLine) -> Response,
    ) -> Response {
        let config = &*self.app.config.last();
        let mut line = AccessLine::new(request);
        let address = if config.is_on(&config::RATE_LIMIT_BY_ADDRESS) {
            network_of(&line.address)
        } else {
            String::new()
        };
        let response = match self.charge(config, &address, 1, &mut line) {
            Some(refused) => refused,
            None => answer(config, &mut line),
        };
        if line.is_guess(response.status) {
            self.charge(config, &address, DEAR - 1, &mut line);
        }
        let took = line.took();
        self.state.requests.note(line.route, response.status, took);
        line.write(response.status, took);
        if let Some(token_id) = &line.token_id
            && config.int(&config::MAXIMUM_TOKEN_REQUESTS) > 0
        {
            let done = line.of_token(request, response.status, self.app.clock.now());
            self.state.ledger.note(token_id, done);
        }
        // Browsers load a page in many files: only what the API did says something about its clients.
        if !line.is_console() {
            self.state
                .traffic
                .count(response.status, self.app.clock.now());
        }
        line.limited(cors::readable(config, request, response))
    }

    /// A file of the console; or route, credential, handler.
    fn answer(&self, request: &Request, config: &Config, line: &mut AccessLine) -> Response {
        if let Some(allowed) = cors::preflight(config, request) {
            return allowed;
        }
        if let Some((path, response)) = console::answer(request) {
            line.console(path);
            return response.with("X-Request-Id", &line.request_id);
        }
        let Some((route, params)) = routes::find(&request.method, &request.path) else {
            return self.refusal(&unknown(&request.path), &line.request_id);
        };
        line.route = Some(route);
        line.pattern = Some(route.pattern_for(&request.method, &request.path));
        let response = self
            .enter(route, params, request, line)
            .with("X-Request-Id", &line.request_id);
        if ["GET", "HEAD"].contains(&request.method.as_str()) {
            response.with("Expires", "0")
        } else {
            response
        }
    }

    /// Counts requests against the limit on how often; the refusal when it is used up.
    fn charge(
        &self,
        config: &Config,
        key: &str,
        cost: i64,
        line: &mut AccessLine,
    ) -> Option<Response> {
        if !config.is_on(&config::RATE_LIMIT) {
            return None;
        }
        let allowance = self.state.rate_limit.charge(
            Rate::of_requests(config),
            key,
            cost,
            self.app.clock.now(),
        );
        line.allowance = Some(allowance);
        (allowance.retry_after > 0).then(too_many)
    }

    /// Credential, then handler.
    fn enter(
        &self,
        route: &'static Route,
        params: Params,
        request: &Request,
        line: &mut AccessLine,
    ) -> Response {
        let entered = auth::enter(&self.app, request, &line.address);
        let (config, entry, reading) = match entered {
            Ok(entered) => entered,
            Err(error) => {
                let refused = self.refused(&error, line);
                let asks = route.path == PING && request.query("get_server_status") == Some("true");
                return if asks { unhealthy() } else { refused };
            }
        };
        let anyone = match self.let_in(route, entry, line) {
            Ok(anyone) => anyone,
            Err(refused) => return refused,
        };
        let anyone = match anyone.within(route.work.is_reading()) {
            Ok(anyone) => anyone,
            Err(error) => return self.refused(&error, line),
        };
        let token_expires_at = anyone.token_expires_at;
        line.caller(&anyone);
        if config.is_on(&config::RATE_LIMIT_BY_USER)
            && !anyone.user_id.is_empty()
            && let Some(refused) = self.charge(&config, &anyone.user_id, 1, line)
        {
            return refused;
        }
        let context = self.context(route, request, config, anyone, params);
        let answered = match route.work {
            _ if let Err(busy) = check_busy(&context) => Err(busy),
            Work::Read(handler) => handler(&context, &reading.tx()),
            Work::Change(handler)
            | Work::Slow(handler)
            | Work::Call(handler)
            | Work::Upload(Uploading {
                handle: handler, ..
            }) => {
                // A change must not wait for its disk while the log cannot begin anew.
                drop(reading);
                handler(&context)
            }
        };
        let answer = answered.unwrap_or_else(|error| self.refused(&error, line));
        match token_expires_at {
            0 => answer,
            end => answer.with("X-Token-Expires-At", end.to_string()),
        }
    }

    /// Tells who enters the route: its caller, or a stranger where those may; or what is answered instead.
    fn let_in(
        &self,
        route: &Route,
        entry: Entry,
        line: &mut AccessLine,
    ) -> Result<Caller, Response> {
        match entry {
            Entry::Known(caller) => Ok(caller),
            Entry::Stranger(caller) if route.access != Access::Session => Ok(caller),
            Entry::Stranger(_) => Err(self.refused(&AppError::new(&error::SESSION_EXPIRED), line)),
            Entry::Refused(refused, caller) => {
                line.refused(&refused);
                self.note(&refused, &caller);
                if route.access != Access::Session && !refused.on_open_routes {
                    return Ok(caller);
                }
                let response = self.refused(&AppError::new(refused.failure), line);
                Err(match refused.clears_cookie {
                    true => response.with("Set-Cookie", auth::CLEARED_COOKIE),
                    false => response,
                })
            }
        }
    }

    fn refused(&self, error: &AppError, line: &mut AccessLine) -> Response {
        line.error = Some(error.id().to_owned());
        if let Some(cause) = error.logged_cause() {
            log::log!(
                if error.status() >= 500 {
                    log::Level::Error
                } else {
                    log::Level::Info
                },
                request_id = line.request_id, cause; ""
            );
        }
        self.refusal(error, &line.request_id)
    }

    fn refusal(&self, error: &AppError, request_id: &str) -> Response {
        answer::refusal(
            error,
            request_id,
            self.app.config.last().is_on(&config::ENABLE_DEVELOPER),
        )
    }

    /// A refused token stands in the audit, too: not each time, for a forgotten job asks for ever.
    fn note(&self, refused: &Refused, caller: &Caller) {
        let Some(token_id) = &refused.token_id else {
            return;
        };
        if self.state.refusals.is_due(token_id, caller.at) {
            audit::refused(
                &self.app.store,
                caller,
                &refused.user_id,
                token_id,
                refused.reason.as_str(),
            );
        }
    }

    /// What every answer has.
    pub fn finish(&self, response: Response) -> Response {
        let version = self.app.config.last().version().to_owned();
        response
            .with("X-Version-Id", version)
            .with("X-Content-Type-Options", "nosniff")
    }
}

fn unknown(path: &str) -> AppError {
    AppError::new(&error::NOT_FOUND).detail(format!(
        "There doesn't appear to be an api call for the url='{path}'.  Typo? are you missing a team_id or user_id as part of the url?"
    ))
}

fn of_engine(refusal: Refusal) -> AppError {
    match refusal {
        Refusal::BadRequest(what) => AppError::named(&error::BAD_REQUEST, what),
        Refusal::Timeout => AppError::new(&error::REQUEST_TIMEOUT),
        Refusal::BodyTooLarge => AppError::new(&error::BODY_TOO_LARGE),
        Refusal::TargetTooLong => AppError::new(&error::TARGET_TOO_LONG),
        Refusal::ExpectationFailed => AppError::new(&error::EXPECTATION_FAILED),
        Refusal::HeadTooLarge => AppError::new(&error::HEAD_TOO_LARGE),
        Refusal::Panicked => AppError::new(&error::INTERNAL),
        Refusal::Busy | Refusal::Full => AppError::new(&error::BUSY),
        Refusal::Version => AppError::new(&error::HTTP_VERSION),
    }
}

/// Mattermost: a path with `//`, `/./` or `/../` in it is answered with the way to the clean one.
fn cleaned(path: &str) -> Option<String> {
    if !path.contains("//") && !path.split('/').any(|part| part == "." || part == "..") {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let end = if path.ends_with('/') && !parts.is_empty() {
        "/"
    } else {
        ""
    };
    Some(format!("/{}{end}", parts.join("/")))
}

fn redirect(path: &str, request: &Request) -> Response {
    let pairs: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    let query = if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    };
    let whole = format!("{}{path}", request.below);
    let path: Vec<Cow<str>> = whole.split('/').map(encoded).collect();
    Response::empty(301).with("Location", format!("{}{query}", path.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        for (path, clean) in [
            ("//", "/"),
            ("/api//v4/users", "/api/v4/users"),
            ("//api/v4/users//", "/api/v4/users/"),
            ("/api/./v4", "/api/v4"),
            ("/api/v4/../../..", "/"),
            ("/a/..", "/"),
        ] {
            assert_eq!(cleaned(path).as_deref(), Some(clean), "{path}");
        }
        for path in ["/", "/api/v4/users", "/api/v4/users/", "/a.b/..c"] {
            assert_eq!(cleaned(path), None, "{path}");
        }
    }
}
