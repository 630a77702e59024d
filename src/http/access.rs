//! The access log: one line for every request.

use std::time::Instant;

use super::engine::{Request, Response};
use crate::auth::Refused;
use crate::id;
use crate::limit::Allowance;
use crate::permission::{Caller, Via};

/// Methods by name; anything else that a client writes is not repeated in the log.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];

/// One line. It names the route and never the path as sent, which may hold a secret by mistake.
pub struct AccessLine {
    started: Instant,
    /// 26 letters, new for each request.
    pub request_id: String,
    method: &'static str,
    /// The path of the route table; `-`: none.
    pub route: &'static str,
    /// Where from.
    pub address: String,
    user_id: String,
    token_id: Option<String>,
    credential: &'static str,
    /// Whether it was for a file of the console.
    is_console: bool,
    /// The id of a refusal.
    pub error: Option<String>,
    /// What the limit on how often leaves.
    pub allowance: Option<Allowance>,
}

impl AccessLine {
    /// Begins with the request.
    pub fn new(request: &Request) -> AccessLine {
        AccessLine {
            started: Instant::now(),
            request_id: id::of(id::Kind::Request),
            method: METHODS
                .iter()
                .find(|method| **method == request.method)
                .unwrap_or(&"other"),
            route: "-",
            address: request.peer.ip().to_string(),
            user_id: String::new(),
            token_id: None,
            credential: "none",
            is_console: false,
            error: None,
            allowance: None,
        }
    }

    /// Which file of the console it was for; nobody looks at its credential.
    pub fn console(&mut self, path: &'static str) {
        (self.route, self.is_console) = (path, true);
    }

    /// Whether it was for a file of the console.
    pub fn is_console(&self) -> bool {
        self.is_console
    }

    /// Who sent it.
    pub fn caller(&mut self, caller: &Caller) {
        self.credential = match &caller.via {
            Via::Nothing => return,
            Via::Token(_) => "token",
            Via::Session | Via::Operator => "session",
        };
        self.user_id.clone_from(&caller.user_id);
        self.token_id = caller.token_id().map(str::to_owned);
    }

    /// Whose credential was refused, and why.
    pub fn refused(&mut self, refused: &Refused) {
        self.user_id.clone_from(&refused.user_id);
        self.token_id.clone_from(&refused.token_id);
        self.credential = refused.reason;
    }

    /// Whether it looks like guessing: a login that failed, a credential that nobody has.
    pub fn is_dear(&self, status: u16) -> bool {
        self.credential == "unknown" || (self.route == "/users/login" && status == 401)
    }

    /// The answer with what is left of the limit on how often.
    pub fn limited(&self, response: Response) -> Response {
        let Some(allowance) = self.allowance else {
            return response;
        };
        let response = response
            .with("X-Ratelimit-Limit", allowance.limit.to_string())
            .with("X-Ratelimit-Remaining", allowance.remaining.to_string())
            .with("X-Ratelimit-Reset", allowance.reset.to_string());
        match allowance.retry_after {
            0 => response,
            seconds => response.with("Retry-After", seconds.to_string()),
        }
    }

    /// Ends with the answer.
    pub fn write(&self, status: u16) {
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
