//! The route table: every endpoint there is. README's table is printed from it.

use std::sync::LazyLock;

use super::context::Params;
use super::path::PathIndex;
use super::{Answer, Context, absent, handlers, openapi, websocket};
use crate::error::{self, AppError};
use crate::http::Lane;
use crate::store::Tx;

/// What every path begins with.
pub const BASE: &str = "/api/v4";

/// Who may enter a route; what the handler asks beyond that is in the rule table (`permission/mod.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Open,
    /// Whoever is signed in.
    Session,
}

use Access::{Open, Session};

/// A handler, by what it does with the file.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Only reads: it sees the one state of the file that also said whose credential it is.
    Read(fn(&Context, &Tx) -> Answer),
    /// Changes something, in transactions of its own.
    Change(fn(&Context) -> Answer),
    /// Changes something, and hashes a password: it runs on the slow lane.
    Slow(fn(&Context) -> Answer),
}

impl Work {
    /// Returns the threads that run it.
    pub fn lane(self) -> Lane {
        match self {
            Work::Read(_) | Work::Change(_) => Lane::Fast,
            Work::Slow(_) => Lane::Slow,
        }
    }
}

/// One endpoint.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path behind [`BASE`]; `{name}` stands for one part of it.
    pub path: &'static str,
    /// Who may enter.
    pub access: Access,
    /// The handler, and what it does with the file.
    pub work: Work,
    /// What it does, in a line.
    pub doc: &'static str,
}

impl Route {
    /// Whether it is where passwords are tried.
    pub fn is_login(&self) -> bool {
        self.path == "/users/login"
    }
}

macro_rules! routes {
    ($($method:ident $path:literal $access:ident $work:ident $handler:path, $doc:literal;)*) => {
        /// Every endpoint; the first that fits answers.
        pub static ROUTES: &[Route] = &[$(Route {
            method: stringify!($method), path: $path, access: $access, work: Work::$work($handler), doc: $doc,
        }),*];
    };
}

#[rustfmt::skip]
routes! {
    POST   "/users"                                                         Open    Slow   handlers::users::create,                 "Create an account; the first one becomes system admin";
    GET    "/users"                                                         Session Read   handlers::user_lists::list,                  "List accounts by username";
    POST   "/users/ids"                                                     Session Read   handlers::user_lists::list_by_ids,           "Read several accounts by id";
    POST   "/users/usernames"                                               Session Read   handlers::user_lists::list_by_usernames,     "Read several accounts by username";
    POST   "/users/search"                                                  Session Read   handlers::user_lists::search,                "Find accounts by the beginning of a name or an address";
    GET    "/users/autocomplete"                                            Session Read   handlers::user_lists::autocomplete,          "Find active accounts by the beginning of a name";
    GET    "/users/stats"                                                   Session Read   handlers::user_lists::stats,                 "Count accounts";
    GET    "/users/stats/filtered"                                          Session Read   handlers::user_lists::stats_filtered,        "Count accounts of a kind";
    GET    "/users/known"                                                   Session Read   handlers::user_lists::known,                 "List the accounts one shares a channel with";
    POST   "/users/status/ids"                                              Session Read   handlers::statuses::list,                 "Read the presence of several accounts";
    POST   "/users/login"                                                   Open    Slow   handlers::sessions::login,               "Log in; the secret is in the header `Token`";
    POST   "/users/logout"                                                  Open    Change handlers::sessions::logout,              "End the session of the request";
    POST   "/users/sessions/revoke/all"                                     Session Change handlers::sessions::revoke_everybodys,   "End everybody's sessions";
    GET    "/users/tokens"                                                  Session Read   handlers::tokens::list_all,              "List all tokens";
    POST   "/users/tokens/search"                                           Session Read   handlers::tokens::search,                "Find tokens by token id, user id or username";
    POST   "/users/tokens/revoke"                                           Session Change handlers::tokens::revoke,                "Delete a token for good";
    POST   "/users/tokens/disable"                                          Session Change handlers::tokens::disable,               "Refuse a token until it is enabled";
    POST   "/users/tokens/enable"                                           Session Change handlers::tokens::enable,                "Accept a disabled token again";
    POST   "/users/tokens/rotate"                                           Session Change handlers::tokens::rotate,                "Give a token a new secret; the old one is dead at once";
    GET    "/users/tokens/non_compliant/count"                              Session Read   handlers::tokens::count_non_compliant,   "Count the tokens that live longer than the limit allows";
    POST   "/users/tokens/non_compliant/revoke"                             Session Change handlers::tokens::revoke_non_compliant,  "Revoke them";
    GET    "/users/tokens/{token_id}"                                       Session Read   handlers::tokens::get,                   "Read a token, without its secret";
    GET    "/users/username/{username}"                                     Session Read   handlers::users::get_by_username,        "Read an account by username";
    GET    "/users/email/{email}"                                           Session Read   handlers::users::get_by_email,           "Read an account by e-mail address";
    GET    "/users/{user_id}"                                               Session Read   handlers::users::get,                    "Read an account; `me` is the own one";
    PUT    "/users/{user_id}"                                               Session Slow   handlers::user_edits::update,                "Change an account, sent as a whole";
    DELETE "/users/{user_id}"                                               Session Change handlers::user_edits::delete,                "Deactivate an account, or delete it for good";
    PUT    "/users/{user_id}/patch"                                         Session Slow   handlers::user_edits::patch,                 "Change some fields of an account";
    PUT    "/users/{user_id}/auth"                                          Session Change handlers::user_edits::update_auth,           "Let another service log an account in";
    PUT    "/users/{user_id}/roles"                                         Session Change handlers::user_edits::update_roles,          "Give and take roles";
    PUT    "/users/{user_id}/active"                                        Session Change handlers::user_edits::update_active,         "Deactivate or reactivate an account";
    PUT    "/users/{user_id}/password"                                      Session Slow   handlers::user_edits::update_password,       "Set a password";
    POST   "/users/{user_id}/reset_failed_attempts"                         Session Change handlers::user_edits::unlock,                "Lift the lock of wrong passwords";
    POST   "/users/{user_id}/convert_to_bot"                                Session Change handlers::bots::convert,                 "Make a bot of an account";
    GET    "/users/{user_id}/image"                                         Session Read   handlers::users::picture,                "A picture made from the id";
    GET    "/users/{user_id}/image/default"                                 Session Read   handlers::users::picture,                "The same";
    GET    "/users/{user_id}/status"                                        Session Read   handlers::statuses::get,                  "Read the presence of an account";
    PUT    "/users/{user_id}/status"                                        Session Change handlers::statuses::update,               "Set it";
    GET    "/users/{user_id}/preferences"                                   Session Read   handlers::preferences::list,             "List what clients keep for an account";
    PUT    "/users/{user_id}/preferences"                                   Session Change handlers::preferences::update,           "Store some of it";
    POST   "/users/{user_id}/preferences/delete"                            Session Change handlers::preferences::delete,           "Delete some of it";
    GET    "/users/{user_id}/preferences/{category}"                        Session Read   handlers::preferences::list_of_category, "List a category of it";
    GET    "/users/{user_id}/preferences/{category}/name/{preference_name}" Session Read   handlers::preferences::get,              "Read one";
    GET    "/users/{user_id}/audits"                                        Session Read   handlers::audits::list,                  "List what an account did, newest first";
    GET    "/users/{user_id}/sessions"                                      Session Read   handlers::sessions::list,                "List open sessions";
    POST   "/users/{user_id}/sessions/revoke"                               Session Change handlers::sessions::revoke,              "End a session";
    POST   "/users/{user_id}/sessions/revoke/all"                           Session Change handlers::sessions::revoke_all,          "End all sessions of an account";
    POST   "/users/{user_id}/tokens"                                        Session Change handlers::tokens::create,                "Create a token; its secret is in this answer only";
    GET    "/users/{user_id}/tokens"                                        Session Read   handlers::tokens::list,                  "List an account's tokens";
    GET    "/users/{user_id}/teams"                                             Session Read   handlers::teams::list_of_user,            "List an account's teams";
    GET    "/users/{user_id}/teams/members"                                     Session Read   handlers::teams::memberships,             "List an account's memberships of teams";
    GET    "/users/{user_id}/teams/{team_id}/channels"                          Session Read   handlers::channel_lists::of_user,             "List an account's channels in a team";
    GET    "/users/{user_id}/teams/{team_id}/channels/members"                  Session Read   handlers::channel_members::memberships,   "List an account's memberships of channels in a team";
    GET    "/users/{user_id}/channels/{channel_id}/unread"                      Session Read   handlers::channel_members::unread,             "Count what an account has not read in a channel";
    DELETE "/users/{user_id}/posts/{post_id}/reactions/{emoji_name}"            Session Change handlers::reactions::delete,             "Take a reaction away";
    POST   "/teams"                                                             Session Change handlers::teams::create,                  "Create a team with its two channels; the caller becomes its admin";
    GET    "/teams"                                                             Session Read   handlers::teams::list,                    "List teams by name";
    POST   "/teams/search"                                                      Session Read   handlers::teams::search,                  "Find teams by the beginning of the name";
    GET    "/teams/{team_id}"                                                   Session Read   handlers::teams::get,                     "Read a team";
    GET    "/teams/{team_id}/stats"                                             Session Read   handlers::teams::stats,                        "Count a team's members";
    GET    "/teams/name/{team_name}"                                            Session Read   handlers::teams::get_by_name,             "Read a team by name";
    GET    "/teams/name/{team_name}/exists"                                     Session Read   handlers::teams::exists,                  "Whether there is a team with the name";
    POST   "/teams/{team_id}/members"                                           Session Change handlers::teams::add_member,              "Add somebody to a team";
    GET    "/teams/{team_id}/members"                                           Session Read   handlers::teams::members,                 "List a team's members";
    GET    "/teams/{team_id}/members/{user_id}"                                 Session Read   handlers::teams::member,                  "Read a membership of a team";
    DELETE "/teams/{team_id}/members/{user_id}"                                 Session Change handlers::teams::remove_member,           "Take somebody out of a team";
    GET    "/teams/{team_id}/channels"                                          Session Read   handlers::channel_lists::of_team,                 "List a team's public channels";
    GET    "/teams/{team_id}/channels/private"                                  Session Read   handlers::channel_lists::private,             "List a team's private channels";
    GET    "/teams/{team_id}/channels/deleted"                                  Session Read   handlers::channel_lists::deleted,             "List a team's archived public channels";
    POST   "/teams/{team_id}/channels/search"                                   Session Read   handlers::channel_lists::search,               "Find a team's public channels";
    GET    "/teams/{team_id}/channels/name/{channel_name}"                      Session Read   handlers::channels::get_by_name,          "Read a channel by name";
    GET    "/teams/name/{team_name}/channels/name/{channel_name}"               Session Read   handlers::channels::get_by_names,         "Read a channel by its name and its team's";
    POST   "/teams/{team_id}/posts/search"                                      Session Read   handlers::post_lists::search,                 "Find posts by words";
    POST   "/channels"                                                          Session Change handlers::channels::create,               "Create a channel; the caller becomes its admin";
    GET    "/channels"                                                          Session Read   handlers::channel_lists::all,                 "List all channels";
    POST   "/channels/direct"                                                   Session Change handlers::channels::create_direct,        "Open the direct channel of two accounts";
    POST   "/channels/group"                                                    Session Change handlers::channels::create_group,         "Open the group channel of three to eight accounts";
    POST   "/channels/members/{user_id}/view"                                   Session Change handlers::channel_members::view,          "Mark a channel as read";
    GET    "/channels/{channel_id}"                                             Session Read   handlers::channels::get,                  "Read a channel";
    PUT    "/channels/{channel_id}"                                             Session Change handlers::channels::update,                    "Change a channel, sent as a whole";
    PUT    "/channels/{channel_id}/patch"                                       Session Change handlers::channels::patch,                "Change some fields of a channel";
    PUT    "/channels/{channel_id}/privacy"                                     Session Change handlers::channels::set_privacy,               "Make a channel public or private";
    DELETE "/channels/{channel_id}"                                             Session Change handlers::channels::delete,               "Archive a channel";
    POST   "/channels/{channel_id}/restore"                                     Session Change handlers::channels::restore,                   "Bring an archived channel back";
    GET    "/channels/{channel_id}/stats"                                       Session Read   handlers::channels::stats,                "Count a channel's members";
    GET    "/channels/{channel_id}/members"                                     Session Read   handlers::channel_members::members,       "List a channel's members";
    POST   "/channels/{channel_id}/members"                                     Session Change handlers::channel_members::add_member,    "Join a channel, or add somebody to it";
    GET    "/channels/{channel_id}/members/{user_id}"                           Session Read   handlers::channel_members::member,        "Read a membership of a channel";
    DELETE "/channels/{channel_id}/members/{user_id}"                           Session Change handlers::channel_members::remove_member, "Leave a channel, or take somebody out of it";
    GET    "/channels/{channel_id}/posts"                                       Session Read   handlers::post_lists::list,                   "List a channel's posts, newest first";
    GET    "/channels/{channel_id}/pinned"                                      Session Read   handlers::post_lists::pinned,                 "List a channel's pinned posts";
    POST   "/posts"                                                             Session Change handlers::posts::create,                  "Post";
    POST   "/posts/ephemeral"                                                   Session Change handlers::posts::create_ephemeral,        "Post what only one account sees";
    GET    "/posts/{post_id}"                                                   Session Read   handlers::posts::get,                     "Read a post";
    PUT    "/posts/{post_id}"                                                   Session Change handlers::posts::update,                  "Change a post, sent as a whole";
    PUT    "/posts/{post_id}/patch"                                             Session Change handlers::posts::patch,                   "Change some fields of a post";
    DELETE "/posts/{post_id}"                                                   Session Change handlers::posts::delete,                  "Delete a post";
    GET    "/posts/{post_id}/thread"                                            Session Read   handlers::post_lists::thread,                 "Read a thread";
    POST   "/posts/{post_id}/pin"                                               Session Change handlers::posts::pin,                     "Pin a post to its channel";
    POST   "/posts/{post_id}/unpin"                                             Session Change handlers::posts::unpin,                   "Take it off";
    GET    "/posts/{post_id}/reactions"                                         Session Read   handlers::reactions::list,               "List the reactions to a post";
    POST   "/reactions"                                                         Session Change handlers::reactions::add,                "React to a post";
    POST   "/bots"                                                          Session Change handlers::bots::create,                  "Create a bot, owned by the caller";
    GET    "/bots"                                                          Session Read   handlers::bots::list,                    "List bots, oldest first";
    GET    "/bots/{bot_user_id}"                                            Session Read   handlers::bots::get,                     "Read a bot";
    PUT    "/bots/{bot_user_id}"                                            Session Change handlers::bots::update,                  "Change some fields of a bot";
    POST   "/bots/{bot_user_id}/disable"                                    Session Change handlers::bots::disable,                 "Disable a bot: its tokens are refused";
    POST   "/bots/{bot_user_id}/enable"                                     Session Change handlers::bots::enable,                  "Enable a bot";
    POST   "/bots/{bot_user_id}/assign/{user_id}"                           Session Change handlers::bots::assign,                  "Give a bot another owner";
    GET    "/roles"                                                         Session Read   handlers::roles::list,                   "List roles";
    GET    "/roles/{role_id}"                                               Session Read   handlers::roles::get,                    "Read a role";
    GET    "/roles/name/{role_name}"                                        Session Read   handlers::roles::get_by_name,            "Read a role by name";
    POST   "/roles/names"                                                   Session Read   handlers::roles::get_by_names,           "Read several roles by name";
    PUT    "/roles/{role_id}/patch"                                         Session Change handlers::roles::patch,                  "Change what a role permits";
    GET    "/audits"                                                        Session Read   handlers::audits::list_all,              "List what everybody did, newest first";
    GET    "/logs"                                                          Session Read   handlers::system::logs,                 "Read the last lines of the log";
    POST   "/logs"                                                          Open    Change handlers::system::post_log,             "Write a client's message into the log";
    GET    "/websocket"                                                         Open    Read   websocket::open,                    "Listen to events (RFC 6455)";
    GET    "/config"                                                        Session Read   handlers::config::get,                  "Read the configuration";
    PUT    "/config"                                                        Session Change handlers::config::update,               "Replace the configuration";
    PUT    "/config/patch"                                                  Session Change handlers::config::patch,                "Change settings, at once and for good";
    GET    "/config/environment"                                            Session Read   handlers::config::environment,          "Which settings are pinned";
    GET    "/config/client"                                                 Open    Read   handlers::config::client,               "What clients need of the configuration";
    GET    "/license/client"                                                Open    Read   handlers::system::license,              "That there is no licence";
    POST   "/caches/invalidate"                                             Session Change handlers::system::invalidate_caches,    "Nothing: there are no caches";
    GET    "/system/dashboard"                                              Session Read   handlers::system::dashboard,            "Count tokens by state and answers by the hour; list unused tokens";
    GET    "/system/ping"                                                   Open    Read   handlers::system::ping,                 "Whether the server answers";
    GET    "/openapi.json"                                                  Open    Read   openapi::get,                      "This list as an OpenAPI document";
}

static INDEX: LazyLock<PathIndex<&Route>> =
    LazyLock::new(|| PathIndex::new(ROUTES.iter().map(|route| (route.method, route.path, route))));

/// Returns the endpoint for a method and a path, and the parameters of that path: [`NOT_IMPLEMENTED`] for one that only
/// Mattermost has, and `None` for one that neither has.
pub fn find<'p>(method: &str, path: &'p str) -> Option<(&'static Route, Params<'p>)> {
    let path = path.strip_prefix(BASE)?;
    match INDEX.find(method, path) {
        Some((route, params)) => Some((*route, params)),
        None if absent::is_absent(method, path) => Some((&NOT_IMPLEMENTED, Vec::new())),
        None => None,
    }
}

/// The endpoint for everything that Mattermost has and patmost has not.
static NOT_IMPLEMENTED: Route = Route {
    method: "*",
    path: "/...",
    access: Session,
    work: Work::Change(|_| Err(AppError::new(&error::NOT_IMPLEMENTED))),
    doc: "What Mattermost has and patmost has not",
};

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
            !found.is_some_and(|(route, _)| std::ptr::eq(route, &NOT_IMPLEMENTED))
        });
        assert_eq!(
            hidden.collect::<Vec<_>>(),
            [],
            "take these out of src/api/absent.rs: endpoints answer there"
        );
        let both = ROUTES.iter().filter(|route| {
            let path = example(route.path);
            absent::is_absent(route.method, path.trim_start_matches(BASE))
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
        assert!(find("HEAD", "/api/v4/users").is_none());
        assert!(find("get", "/api/v4/users").is_none());
    }
}
