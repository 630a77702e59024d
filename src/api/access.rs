//! The access log: one line for every request.

use std::time::{Duration, Instant};

use log::kv::{self, Key, Value, VisitSource};

use super::routes::{Access, Route};
use crate::api::limit::Allowance;
use crate::auth::Refused;
use crate::clock::Millis;
use crate::error::WEBHOOK_UNKNOWN;
use crate::http::{Request, Response};
use crate::id;
use crate::permission::{Caller, Via};
use crate::token::ledger::{self, TokenRequest};

/// Methods by name; anything else that a client writes is not repeated in the log.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];

/// One line. It names the route and never the path as sent, which may hold a secret by mistake.
pub struct AccessLine {
    started: Instant,
    /// 26 letters, new for each request.
    pub request_id: String,
    method: &'static str,
    /// The row of the route table, if one fits.
    pub route: Option<&'static Route>,
    /// The pattern of what Mattermost has and patmost has not.
    pub pattern: Option<&'static str>,
    /// Where from.
    pub address: String,
    user_id: String,
    /// The token whose secret it came with, also when that was refused.
    pub token_id: Option<String>,
    credential: &'static str,
    /// Whether its credential was one that nobody has.
    guessed: bool,
    /// The file of the console, if it was for one.
    console: Option<&'static str>,
    /// The id of a refusal.
    pub error: Option<String>,
    /// What the limit on how often leaves.
    pub allowance: Option<Allowance>,
}

/// A line that has its end, as names and values.
struct Ended<'l> {
    line: &'l AccessLine,
    status: u16,
    took: Duration,
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
            route: None,
            pattern: None,
            address: request.peer.ip().to_canonical().to_string(),
            user_id: String::new(),
            token_id: None,
            credential: "none",
            guessed: false,
            console: None,
            error: None,
            allowance: None,
        }
    }

    /// Which file of the console it was for; nobody looks at its credential.
    pub fn console(&mut self, path: &'static str) {
        self.console = Some(path);
    }

    /// Whether it was for a file of the console.
    pub fn is_console(&self) -> bool {
        self.console.is_some()
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
        self.credential = refused.reason.as_str();
        self.guessed = refused.reason.is_guess();
    }

    /// The path of its route, or of a file of the console; `-`: neither.
    fn path(&self) -> &'static str {
        let route = self.pattern.or(self.route.map(|route| route.path));
        route.or(self.console).unwrap_or("-")
    }

    /// Returns what the ledger of the token keeps of it.
    pub fn of_token(&self, request: &Request, status: u16, now: Millis) -> TokenRequest {
        TokenRequest {
            at: now,
            method: self.method.into(),
            route: self.path().into(),
            status,
            address: self.address.clone(),
            user_agent: ledger::agent(request.header("user-agent")),
        }
    }

    /// How long it took so far.
    pub fn took(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether it looks like guessing: a credential that nobody has, a refused login, or a webhook that is none.
    pub fn is_guess(&self, status: u16) -> bool {
        let guessable = self
            .route
            .is_some_and(|route| route.access == Access::Login);
        let webhook = self.error.as_deref() == Some(WEBHOOK_UNKNOWN.id);
        self.guessed || webhook || (guessable && [400, 401].contains(&status))
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
    pub fn write(&self, status: u16, took: Duration) {
        if log::log_enabled!(log::Level::Info) {
            let ended = Ended {
                line: self,
                status,
                took,
            };
            log::logger().log(
                &log::Record::builder()
                    .level(log::Level::Info)
                    .target(module_path!())
                    .key_values(&ended)
                    .build(),
            );
        }
    }
}

impl kv::Source for Ended<'_> {
    fn visit<'k>(&'k self, visitor: &mut dyn VisitSource<'k>) -> Result<(), kv::Error> {
        let (line, ms) = (self.line, self.took.as_secs_f64() * 1000.0);
        let mut pair =
            |name: &'static str, value: Value<'k>| visitor.visit_pair(Key::from_str(name), value);
        pair("request_id", Value::from(line.request_id.as_str()))?;
        pair("method", Value::from(line.method))?;
        pair("route", Value::from(line.path()))?;
        pair("status", Value::from(self.status))?;
        pair("ms", Value::from(ms))?;
        pair("address", Value::from(line.address.as_str()))?;
        pair("credential", Value::from(line.credential))?;
        let optional = [
            ("user_id", Some(line.user_id.as_str())),
            ("token_id", line.token_id.as_deref()),
            ("error", line.error.as_deref()),
        ];
        for (name, value) in optional {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                pair(name, Value::from(value))?;
            }
        }
        Ok(())
    }
}
