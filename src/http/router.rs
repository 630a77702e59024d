//! From a complete request to its answer: finds the route, asks `auth.rs` who it is, calls the handler, puts the headers
//! on, writes the line of the access log.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::engine::{Admission, Handler, Lane, Refusal, Request, Response};
use super::routes::{self, Access, Route};
use super::{Context, answer};
use crate::app::App;
use crate::auth::{self, Entry, Refused};
use crate::config;
use crate::error::{self, AppError};
use crate::id;
use crate::permission::Caller;

/// Bytes of a body at most. Mattermost: `ServiceSettings.MaximumPayloadSizeBytes`.
const BODY_LIMIT: usize = 300_000;

/// The application behind the engine.
pub struct Router {
    app: Arc<App>,
}

impl Router {
    pub fn new(app: Arc<App>) -> Router {
        Router { app }
    }
}

impl Handler for Router {
    fn admit(&self, method: &str, path: &str) -> Admission {
        let lane = routes::find(method, path).map_or(Lane::Fast, |(route, _)| route.lane);
        Admission {
            lane,
            body_limit: BODY_LIMIT,
        }
    }

    fn handle(&self, request: Request) -> Response {
        if let Some(clean) = cleaned(&request.path) {
            return self.finish(redirect(&clean, &request));
        }
        let mut line = AccessLine::new(&request);
        let response = match routes::find(&request.method, &request.path) {
            None => self.refusal(&unknown(&request.path), &line.request_id),
            Some((route, params)) => {
                line.route = route.path;
                let response = self.enter(route, params, &request, &mut line);
                self.dress(response, &request, &line.request_id)
            }
        };
        line.write(response.status);
        self.finish(response)
    }

    fn refuse(&self, refusal: Refusal, peer: SocketAddr) -> Response {
        let request_id = id::new();
        let error = of_engine(refusal);
        log::info!(
            "request_id={request_id} method=- route=- status={} address={} error={} reason={:?}",
            error.status(),
            peer.ip(),
            error.id(),
            refusal.message()
        );
        self.finish(
            self.refusal(&error, &request_id)
                .with("X-Request-Id", request_id),
        )
    }
}

impl Router {
    /// Credential, then handler.
    fn enter(
        &self,
        route: &Route,
        params: Vec<(&'static str, String)>,
        request: &Request,
        line: &mut AccessLine,
    ) -> Response {
        let entered = auth::enter(&self.app, request);
        let (config, entry) = match entered {
            Ok(entered) => entered,
            Err(error) => return self.refused(&error, line),
        };
        let anyone = match entry {
            Entry::Known(caller) => caller,
            Entry::Stranger(caller) if route.access == Access::Open => caller,
            Entry::Refused(refused, caller)
                if route.access == Access::Open && !refused.on_open_routes =>
            {
                line.refused(&refused);
                caller
            }
            Entry::Stranger(_) => {
                return self.refused(&AppError::new(&error::SESSION_EXPIRED), line);
            }
            Entry::Refused(refused, _) => {
                line.refused(&refused);
                let response = self.refused(&AppError::new(refused.failure), line);
                return if refused.clears_cookie {
                    response.with("Set-Cookie", auth::CLEARED_COOKIE)
                } else {
                    response
                };
            }
        };
        line.caller(&anyone);
        let context = Context {
            app: &self.app,
            request,
            config,
            anyone,
            params,
        };
        (route.handler)(&context).unwrap_or_else(|error| self.refused(&error, line))
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
                "request_id={} cause={cause:?}",
                line.request_id
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

    /// What every answer of a route has.
    fn dress(&self, response: Response, request: &Request, request_id: &str) -> Response {
        let response = response.with("X-Request-Id", request_id);
        if request.method == "GET" {
            response.with("Expires", "0")
        } else {
            response
        }
    }

    /// What every answer has.
    fn finish(&self, response: Response) -> Response {
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
    let path: Vec<Cow<str>> = path.split('/').map(encoded).collect();
    Response::empty(301).with("Location", format!("{}{query}", path.join("/")))
}

/// Percent-encoded but for the unreserved letters (RFC 3986, 2.3).
fn encoded(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.bytes().all(plain) {
        return text.into();
    }
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect::<String>()
        .into()
}

/// One line of the access log. It names the route and never the path as sent, which may hold a secret by mistake.
struct AccessLine {
    started: Instant,
    request_id: String,
    method: String,
    route: &'static str,
    address: String,
    user_id: String,
    token_id: Option<String>,
    credential: &'static str,
    error: Option<String>,
}

impl AccessLine {
    fn new(request: &Request) -> AccessLine {
        const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
        AccessLine {
            started: Instant::now(),
            request_id: id::new(),
            method: METHODS
                .iter()
                .find(|method| **method == request.method)
                .map_or("other", |method| method)
                .to_owned(),
            route: "-",
            address: request.peer.ip().to_string(),
            user_id: String::new(),
            token_id: None,
            credential: "none",
            error: None,
        }
    }

    fn caller(&mut self, caller: &Caller) {
        use crate::permission::Via;
        if caller.via == Via::Nothing {
            return;
        }
        self.user_id.clone_from(&caller.user_id);
        self.token_id = caller.token_id().map(str::to_owned);
        self.credential = if self.token_id.is_some() {
            "token"
        } else {
            "session"
        };
    }

    fn refused(&mut self, refused: &Refused) {
        self.user_id.clone_from(&refused.user_id);
        self.token_id.clone_from(&refused.token_id);
        self.credential = refused.reason;
    }

    fn write(&self, status: u16) {
        let AccessLine {
            request_id,
            method,
            route,
            address,
            credential,
            ..
        } = self;
        let optional = |name: &str, value: Option<&str>| {
            value
                .filter(|value| !value.is_empty())
                .map_or(String::new(), |value| format!(" {name}={value}"))
        };
        log::info!(
            "request_id={request_id} method={method} route={route} status={status} ms={:.2} address={address} credential={credential}{}{}{}",
            self.started.elapsed().as_secs_f64() * 1000.0,
            optional("user_id", Some(&self.user_id)),
            optional("token_id", self.token_id.as_deref()),
            optional("error", self.error.as_deref()),
        );
    }
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
