//! Routes: `table.rs` has a row for every endpoint; here is what a row holds, and how a request finds its row.

mod table;

use std::sync::{Arc, LazyLock};

use super::context::Params;
use super::openapi::{Operation, Shape};
use super::path::PathIndex;
use super::{Answer, Context, absent};
use crate::config::{Config, MAXIMUM_PAYLOAD_SIZE_BYTES};
use crate::emoji;
use crate::error::AppError;
use crate::http::{Lane, Upload};
use crate::store::Tx;
use crate::user::portrait;

pub use table::ROUTES;

use super::handlers::{incoming, system};

/// What every path begins with.
pub const BASE: &str = "/api/v4";

/// Who may enter a route; what the handler asks beyond that is in the rule table (`permission/mod.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Open,
    /// Anyone, to try a password: a refusal counts as a guess.
    Login,
    /// Whoever is signed in.
    Session,
}

/// A handler, by what it does with the file.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Only reads: it sees the one state of the file that also said whose credential it is.
    Read(fn(&Context, &Tx) -> Answer),
    /// Changes something, in transactions of its own.
    Change(fn(&Context) -> Answer),
    /// Changes something, and hashes a password: it runs on the slow lane.
    Slow(fn(&Context) -> Answer),
    /// Changes something, and asks another server: it runs on the lane of calls.
    Call(fn(&Context) -> Answer),
    /// Changes something with a body that is stored as it comes.
    Upload(Uploading),
}

/// What takes a body, or why it may not come.
pub type Opened = Result<Arc<dyn Upload>, AppError>;

/// How an upload is handled.
#[derive(Clone, Copy, Debug)]
pub struct Uploading {
    /// Makes what takes the body, once the credential is checked.
    pub open: fn(&Context, &Tx) -> Opened,
    /// Answers when the body is taken, or no more of it is wanted.
    pub handle: fn(&Context) -> Answer,
}

impl Work {
    /// Whether it changes nothing.
    pub fn is_reading(self) -> bool {
        matches!(self, Work::Read(_))
    }

    /// Returns the threads that run it.
    pub fn lane(self) -> Lane {
        match self {
            Work::Read(_) | Work::Change(_) | Work::Upload(_) => Lane::Fast,
            Work::Slow(_) => Lane::Slow,
            Work::Call(_) => Lane::Calls,
        }
    }
}

/// One endpoint.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The pattern of the path behind [`BASE`].
    pub path: &'static str,
    /// Who may enter.
    pub access: Access,
    /// The handler, and what it does with the file.
    pub work: Work,
    /// What it does, in a line.
    pub doc: &'static str,
    /// What it takes and gives.
    pub operation: Operation,
}

static INDEX: LazyLock<PathIndex<&Route>> = LazyLock::new(|| index(ROUTES));

static INDEX_BESIDE: LazyLock<PathIndex<&Route>> = LazyLock::new(|| index(BESIDE));

fn index(routes: &'static [Route]) -> PathIndex<&'static Route> {
    PathIndex::new(routes.iter().map(|route| (route.method, route.path, route)))
}

/// The endpoints beside the API, whose paths are not behind [`BASE`].
pub static BESIDE: &[Route] = &[Route {
    method: "POST",
    path: "/hooks/{hook_secret}",
    access: Access::Open,
    work: Work::Change(incoming::post),
    doc: "Post by an incoming webhook; this path is not below `/api/v4`",
    operation: Operation {
        id: "PostByIncomingWebhook",
        query: &["payload"],
        body: Shape::One("IncomingWebhookPayload"),
        success: (200, Shape::Plain),
        refusals: &[403, 501],
    },
}];

/// Returns the method whose endpoint answers: HEAD is GET without the body (RFC 9110 9.3.2), which the engine leaves out.
fn answering(method: &str) -> &str {
    match method {
        "HEAD" => "GET",
        method => method,
    }
}

/// Returns the endpoint for a method and a path, and the parameters of that path: [`NOT_IMPLEMENTED`] for one that only
/// Mattermost has, and `None` for one that neither has.
pub fn find<'p>(method: &str, path: &'p str) -> Option<(&'static Route, Params<'p>)> {
    let method = answering(method);
    let Some(path) = path.strip_prefix(BASE) else {
        let (route, params) = INDEX_BESIDE.find(method, path)?;
        return Some((*route, params));
    };
    // Mattermost: clients put a slash behind this one.
    let path = match path {
        "/websocket/" => "/websocket",
        path => path,
    };
    match INDEX.find(method, path) {
        Some((route, params)) => Some((*route, params)),
        None => {
            let (absent, ids) = absent::find(method, path)?;
            let route = match absent.is_open {
                true => &NOT_IMPLEMENTED_OPEN,
                false => &NOT_IMPLEMENTED,
            };
            Some((route, ids))
        }
    }
}

/// Room for what a form with a picture has beside it.
const FORM: usize = 16 * 1024;

/// Returns how many bytes a body may have.
pub fn body_limit(route: Option<&Route>, config: &Config) -> usize {
    let most = config.size(&MAXIMUM_PAYLOAD_SIZE_BYTES);
    match route {
        // An upload has its own limits.
        Some(route) if matches!(route.work, Work::Upload(_)) => usize::MAX,
        Some(route) if route.operation.body == Shape::NewEmoji => most.max(emoji::MOST + FORM),
        Some(route) if route.operation.body == Shape::NewPicture => most.max(portrait::MOST + FORM),
        _ => most,
    }
}

/// The endpoint for everything that Mattermost has and patmost has not.
static NOT_IMPLEMENTED: Route = not_implemented(Access::Session);

/// The endpoint for what of that needs no login.
static NOT_IMPLEMENTED_OPEN: Route = not_implemented(Access::Open);

const fn not_implemented(access: Access) -> Route {
    Route {
        method: "*",
        path: "/...",
        access,
        work: Work::Read(system::not_implemented),
        doc: "What Mattermost has and patmost has not",
        operation: Operation {
            id: "NotImplemented",
            query: &[],
            body: Shape::Nothing,
            success: (501, Shape::One("Error")),
            refusals: &[],
        },
    }
}

impl Route {
    /// Returns the pattern of the endpoint that a request asked for, which names no id.
    pub fn pattern_for(&'static self, method: &str, path: &str) -> &'static str {
        let absent = || absent::find(answering(method), path.strip_prefix(BASE)?);
        match self.path {
            "/..." => absent().map_or(self.path, |(absent, _)| absent.pattern),
            path => path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that fits the pattern.
    fn example(pattern: &str) -> String {
        let filled = pattern.split('/').map(|part| match part {
            part if part.starts_with('{') => "x1",
            "*" => "beyond",
            part => part,
        });
        BASE.to_owned() + &filled.collect::<Vec<_>>().join("/")
    }

    #[test]
    fn each_route_is_found_by_its_own_path() {
        for route in ROUTES {
            let path = example(route.path);
            let (found, params) = find(route.method, &path).unwrap();
            assert!(
                std::ptr::eq(found, route),
                "{} {} is hidden by {}",
                route.method,
                route.path,
                found.path
            );
            assert_eq!(params.len(), route.path.matches('{').count(), "{path}");
        }
    }

    #[test]
    fn what_is_absent_is_no_route() {
        let hidden = absent::rows().filter(|(method, pattern)| {
            let path = example(pattern);
            let found = find(method, &path);
            found.is_none_or(|(route, _)| route.path != NOT_IMPLEMENTED.path)
        });
        assert_eq!(
            hidden.collect::<Vec<_>>(),
            [],
            "take these out of src/api/absent.rs: endpoints answer there"
        );
        let both = ROUTES.iter().filter(|route| {
            let path = example(route.path);
            absent::find(route.method, path.trim_start_matches(BASE)).is_some()
        });
        assert_eq!(
            both.map(|route| (route.method, route.path))
                .collect::<Vec<_>>(),
            [],
            "src/api/absent.rs has rows that fit these endpoints"
        );
    }

    #[test]
    fn a_path_fits_whole_or_not_at_all() {
        let found = |path: &str| find("GET", path).map(|(route, _)| route.path);
        assert_eq!(found("/api/v4/users/login"), Some("/users/{user_id}"));
        assert_eq!(
            found("/api/v4/users/email/a@b/c"),
            Some("/users/email/{email}")
        );
        assert_eq!(
            found("/api/v4/users/username/a.b-c_d"),
            Some("/users/username/{username}")
        );
        for path in [
            "",
            "/",
            "/api/v4",
            "/api/v4/",
            "/api/v4/users/",
            "/api/v4/users/a-b",
            "/api/v3/users",
            "/users",
            "/api/v4users",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
        let by_head = find("HEAD", "/api/v4/users").map(|(route, _)| route.method);
        assert_eq!(by_head, Some("GET"));
        assert!(
            find("HEAD", "/api/v4/users/login").is_some_and(|(route, _)| route.method == "GET")
        );
        assert!(find("get", "/api/v4/users").is_none());
    }
}
