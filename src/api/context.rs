//! What a handler is given: the request, who sent it, and the state it was sent to.

use std::sync::Arc;

use super::routes::Route;
use super::state::RouterState;
use crate::app::App;
use crate::clock::Millis;
use crate::config::Config;
use crate::error::{AppError, SESSION_EXPIRED};
use crate::http::{Request, Response};
use crate::id;
use crate::permission::{Caller, Via};
use crate::secret::SecretHash;
use crate::store::Page;

/// The header with the setup code.
const SETUP_CODE: &str = "x-patmost-setup-code";

/// Rows of a list when the client does not say.
const PER_PAGE: i64 = 60;

/// Rows of a list at most.
const PER_PAGE_MOST: i64 = 200;

/// Names and values of the variable parts of a path.
pub type Params<'p> = Vec<(&'static str, &'p str)>;

/// One request on its way through its handler.
pub struct Context<'r> {
    /// The state of the server.
    pub app: &'r Arc<App>,
    /// Counts and limits of the router.
    pub router: &'r RouterState,
    /// What was sent.
    pub request: &'r Request,
    /// The settings in force when the request came.
    pub config: Arc<Config>,
    /// Who sent it; a stranger on routes that need no session.
    pub anyone: Caller,
    /// The endpoint that answers.
    pub route: &'static Route,
    /// The variable parts of the path.
    pub params: Params<'r>,
}

impl Context<'_> {
    /// Who sent it, signed in.
    ///
    /// # Errors
    /// 401 for a stranger.
    pub fn caller(&self) -> Result<&Caller, AppError> {
        match self.anyone.via {
            Via::Nothing => Err(AppError::new(&SESSION_EXPIRED)),
            _ => Ok(&self.anyone),
        }
    }

    /// Whether the request shows the setup code, or this server has none.
    pub fn shows_setup_code(&self) -> bool {
        let shown = self.request.header(SETUP_CODE).map(SecretHash::of);
        self.router
            .setup_code
            .get()
            .is_none_or(|code| shown.as_ref() == Some(code))
    }

    /// The body as it was sent.
    pub fn body(&self) -> &[u8] {
        &self.request.body
    }

    /// Returns a parameter of the query; empty when it was not sent.
    ///
    /// An endpoint takes only what its row in the table of routes names: what the description does not have is not taken, and a
    /// test that takes it fails.
    pub fn query(&self, name: &str) -> &str {
        debug_assert!(
            self.route.operation.query.contains(&name),
            "{} {} takes {name}, but its row does not say so",
            self.route.method,
            self.route.path
        );
        self.request.query(name).unwrap_or_default()
    }

    /// Returns a time of the query in milliseconds; 0 when it was not sent.
    ///
    /// # Errors
    /// 400 for what is no number.
    pub fn time(&self, name: &str) -> Result<Millis, AppError> {
        match self.query(name) {
            "" => Ok(0),
            text => text.parse().map_err(|_| AppError::body_param(name)),
        }
    }

    /// A variable part of the path.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| *value)
    }

    /// An id in the path; `me` is the caller's.
    ///
    /// # Errors
    /// 400 when it has not the form of an id.
    pub fn id(&self, name: &str) -> Result<&str, AppError> {
        let text = self.param(name);
        if name == "user_id" && text == "me" {
            return Ok(&self.anyone.user_id);
        }
        if id::is_valid(text) {
            Ok(text)
        } else {
            Err(AppError::url_param(name))
        }
    }

    /// Which part of a list is asked for.
    pub fn page(&self) -> Page {
        let number = |name, or: i64| {
            let sent = self.query(name).parse().ok();
            sent.filter(|number| *number >= 0).unwrap_or(or)
        };
        let limit = number("per_page", PER_PAGE).min(PER_PAGE_MOST);
        Page {
            limit,
            offset: number("page", 0).saturating_mul(limit),
        }
    }

    /// The answer with its Etag, or 304 when the client has it already.
    pub fn unless_known(&self, etag: &str, answer: impl FnOnce() -> Response) -> Response {
        let known = self.request.header("if-none-match") == Some(etag);
        let response = if known {
            Response::empty(304)
        } else {
            answer()
        };
        response.with("Etag", etag)
    }

    /// Whether a query parameter is true, in one of the words that Go takes for it.
    pub fn flag(&self, name: &str) -> bool {
        ["true", "True", "TRUE", "t", "T", "1"].contains(&self.query(name))
    }
}
