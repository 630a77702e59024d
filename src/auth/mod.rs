//! A request's credential -> [`Caller`]. The only room that reads credentials.
//!
//! Every request reads the truth from the store; nothing is cached, so what was revoked, by whomever, is refused on the
//! very next request. What a refusal says is always the same; its reason goes to the log.

mod check;
mod reason;
pub mod sql;

use std::sync::Arc;

pub use reason::Reason;

use crate::app::App;
use crate::clock::Millis;
use crate::config::Config;
use crate::error::{AppError, Failure, SESSION_EXPIRED, TOKEN_IN_QUERY};
use crate::http::Request;
use crate::permission::{Caller, PermissionSet, Scope, Via};
use crate::secret::{SecretHash, csrf_token};
use crate::session;
use crate::store::{Reading, Tx};
use crate::token;

/// The cookie that holds the secret of a session.
pub const COOKIE: &str = "MMAUTHTOKEN";

/// Mattermost: a refused credential and a logout clear the cookie, whether or not the client has it.
pub const CLEARED_COOKIE: &str = "MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly";

/// Who stands at the door.
pub enum Entry {
    /// No credential.
    Stranger(Caller),
    /// A good credential.
    Known(Caller),
    /// A bad credential; the caller is a stranger.
    Refused(Refused, Caller),
}

/// Why a credential was refused.
#[derive(Debug)]
pub struct Refused {
    /// What the client is told.
    pub failure: &'static Failure,
    /// The reason, for the log.
    pub reason: Reason,
    /// The token it was, if it was one.
    pub token_id: Option<String>,
    /// Whose it was; empty when unknown.
    pub user_id: String,
    /// Whether the answer clears the cookie.
    pub clears_cookie: bool,
    /// Whether it is refused where no credential is needed, too.
    pub on_open_routes: bool,
}

/// Where a credential was found; the first place that has something decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Cookie,
    Header,
    Query,
}

/// A good credential.
struct Good {
    owner: sql::Owner,
    session_id: String,
    via: Via,
    scope: Scope,
    allowed_from: Option<String>,
    token_expires_at: Millis,
    touch: Option<Touch>,
}

impl Good {
    /// Returns the stranger, now known.
    fn caller(self, permissions: PermissionSet, stranger: Caller) -> Caller {
        Caller {
            user_number: self.owner.number,
            user_id: self.owner.user_id,
            session_id: self.session_id,
            roles: self.owner.roles,
            permissions,
            via: self.via,
            scope: self.scope,
            token_expires_at: self.token_expires_at,
            ..stranger
        }
    }
}

/// What a use leaves behind.
enum Touch {
    /// The first use of a token opens its session.
    Open(SecretHash),
    /// The time of a token's last use has grown old.
    Use,
    /// That of the secret that the token had before has.
    UsePrevious,
    /// That of a login has.
    Renew {
        /// The end of the session, which a use may move.
        expires_at: Millis,
    },
}

/// Tells who sent the request, and the settings in force at that moment; the state of the file that says so stays open.
///
/// # Errors
/// Only when the store fails; a refused credential is an [`Entry`].
pub fn enter<'a>(
    app: &'a App,
    request: &Request,
    address: &str,
) -> Result<(Arc<Config>, Entry, Reading<'a>), AppError> {
    let now = app.clock.now();
    let stranger = || Caller::stranger(address.to_owned(), request.raw_path.clone(), now);
    let Some((place, secret)) = credential(request) else {
        let reading = app.store.begin()?;
        let config = app.config.current(&reading.tx())?;
        return Ok((config, Entry::Stranger(stranger()), reading));
    };
    loop {
        let reading = app.store.begin()?;
        let check = |good| check_place(request, place, secret, good);
        let (config, entry) = admit(app, &reading.tx(), secret, stranger(), check)?;
        let entry = match entry {
            None => continue,
            Some(Entry::Refused(refused, stranger)) if place == Place::Query => {
                let clears_cookie = false;
                let refused = Refused {
                    clears_cookie,
                    ..refused
                };
                Entry::Refused(refused, stranger)
            }
            Some(entry) => entry,
        };
        return Ok((config, entry, reading));
    }
}

/// The secret that a request came with, as it is stored; for what lives longer than the request.
pub fn secret_hash(request: &Request) -> Option<SecretHash> {
    credential(request).map(|(_, secret)| SecretHash::of(secret))
}

/// Tells whose secret it is that came another way than with a request.
///
/// # Errors
/// Only when the store fails.
pub fn enter_by_secret(
    app: &App,
    secret: &str,
    address: String,
    action: String,
) -> Result<(Arc<Config>, Entry), AppError> {
    let stranger = Caller::stranger(address, action, app.clock.now());
    loop {
        let admit = |tx: &Tx| admit(app, tx, secret, stranger.clone(), Ok);
        if let (config, Some(entry)) = app.store.read(admit)? {
            return Ok((config, entry));
        }
    }
}

/// The session that a credential opens now; none: it is good no more.
///
/// # Errors
/// Only when the store fails.
pub fn session_id(
    app: &App,
    tx: &Tx,
    secret_hash: &SecretHash,
) -> Result<Option<String>, AppError> {
    let checked = check::hash(app, tx, secret_hash, app.clock.now())?;
    Ok(checked.and_then(|(_, checked)| Some(checked.ok()?.session_id)))
}

/// Who has been let in before, with what he may do now; none: the credential is good no more.
///
/// # Errors
/// Only when the store fails.
pub fn again(app: &App, tx: &Tx, secret_hash: &SecretHash) -> Result<Option<Caller>, AppError> {
    let now = app.clock.now();
    let Some((config, Ok(good))) = check::hash(app, tx, secret_hash, now)? else {
        return Ok(None);
    };
    let permissions = config.permissions(&good.owner.roles);
    let stranger = Caller::stranger(String::new(), String::new(), now);
    Ok(Some(good.caller(permissions, stranger)))
}

/// Whose credential a request came with, good or not: the account, and the token if it is one. Both are empty for what
/// nobody has.
///
/// # Errors
/// Only when the store fails.
pub fn whose(app: &App, request: &Request) -> Result<(String, Option<String>), AppError> {
    let Some((_, secret)) = credential(request) else {
        return Ok(Default::default());
    };
    let now = app.clock.now();
    let (_, checked) = app.store.read(|tx| check::secret(app, tx, secret, now))?;
    Ok(match checked {
        Ok(good) => {
            let token_id = token_id(&good).map(str::to_owned);
            (good.owner.user_id, token_id)
        }
        Err(refused) => (refused.user_id, refused.token_id),
    })
}

/// Verifies a secret; `check` can add conditions. `None`: the first use of a token has just opened its session, and the
/// file has to be read again to see it.
fn admit(
    app: &App,
    tx: &Tx,
    secret: &str,
    stranger: Caller,
    check: impl FnOnce(Good) -> Result<Good, Refused>,
) -> Result<(Arc<Config>, Option<Entry>), AppError> {
    let now = stranger.at;
    let (config, checked) = check::secret(app, tx, secret, now)?;
    let from_here = |good| check_address(good, &stranger.address);
    let good = match checked.and_then(from_here).and_then(check) {
        Ok(good) => good,
        Err(refused) => return Ok((config, Some(Entry::Refused(refused, stranger)))),
    };
    let admitted = match touch(app, &good, &stranger) {
        Touched::Opened => None,
        Touched::Unchanged => {
            let permissions = config.permissions(&good.owner.roles);
            Some(Entry::Known(good.caller(permissions, stranger)))
        }
        // Between the look and the first use somebody ended the token.
        Touched::Ended => Some(Entry::Refused(of_user(&good, Reason::Ended), stranger)),
    };
    Ok((config, admitted))
}

/// The credential of a request: cookie, then header, then query.
fn credential(request: &Request) -> Option<(Place, &str)> {
    let filled = |text: &&str| !text.is_empty();
    if let Some(secret) = request.cookie(COOKIE).filter(filled) {
        return Some((Place::Cookie, secret));
    }
    if let Some(secret) = request
        .header("authorization")
        .and_then(of_header)
        .filter(filled)
    {
        return Some((Place::Header, secret));
    }
    request
        .query("access_token")
        .filter(filled)
        .map(|secret| (Place::Query, secret))
}

/// `Bearer SECRET` or `token SECRET`, the scheme in any case; any other scheme is no credential.
fn of_header(value: &str) -> Option<&str> {
    let (scheme, secret) = value.split_once(' ')?;
    ["bearer", "token"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        .then_some(secret)
}

/// Refuses a token that may not be used from the address.
fn check_address(good: Good, address: &str) -> Result<Good, Refused> {
    let Some(networks) = &good.allowed_from else {
        return Ok(good);
    };
    match address.parse() {
        Ok(address) if token::together(networks).contain(address) => Ok(good),
        _ => Err(of_user(&good, Reason::AddressNotAllowed)),
    }
}

/// What depends on where a good secret was sent.
fn check_place(request: &Request, place: Place, secret: &str, good: Good) -> Result<Good, Refused> {
    match place {
        // A browser adds the cookie by itself, so a request that changes something must show that the page knows more.
        Place::Cookie if !reads(request) && !shows_csrf(request, secret) => Err(Refused {
            on_open_routes: true,
            // A page that lost the other half would be refused for ever, at the login, too.
            clears_cookie: true,
            ..of_user(&good, Reason::Csrf)
        }),
        // Mattermost: only sessions of OAuth may come in the query, and there are none here.
        Place::Query => Err(Refused {
            failure: &TOKEN_IN_QUERY,
            on_open_routes: true,
            ..of_user(&good, Reason::SecretInQuery)
        }),
        _ => Ok(good),
    }
}

/// Returns whether the method is one that only reads.
fn reads(request: &Request) -> bool {
    ["GET", "HEAD"].contains(&request.method.as_str())
}

fn shows_csrf(request: &Request, secret: &str) -> bool {
    // Mattermost: 5.37 takes this header in place of the token; another origin cannot send it without being asked first.
    request.header("x-requested-with") == Some("XMLHttpRequest")
        || request.header("x-csrf-token") == Some(csrf_token(secret).as_str())
}

/// What a use did to the session of its credential.
enum Touched {
    /// Nothing that the request has to see.
    Unchanged,
    /// The session of the token was opened.
    Opened,
    /// The token was ended meanwhile.
    Ended,
}

/// Records the use.
fn touch(app: &App, good: &Good, from: &Caller) -> Touched {
    let (now, address) = (from.at, from.address.clone());
    match &good.touch {
        None => {}
        Some(Touch::Use) => {
            let token_id = token_id(good).unwrap_or_default().to_owned();
            app.store
                .defer(move |tx| Ok(token::sql::used(tx, &token_id, now, &address)?));
        }
        Some(Touch::UsePrevious) => {
            let token_id = token_id(good).unwrap_or_default().to_owned();
            app.store.defer(move |tx| {
                token::sql::used_previous(tx, &token_id, now)?;
                Ok(token::sql::used(tx, &token_id, now, &address)?)
            });
        }
        Some(Touch::Renew { expires_at }) => {
            let (expires_at, used) = (*expires_at, good.session_id.clone());
            app.store
                .defer(move |tx| Ok(session::sql::used(tx, &used, now, expires_at)?));
        }
        Some(Touch::Open(secret_hash)) => {
            let (secret_hash, new) = (secret_hash.clone(), good.session_id.clone());
            let opened = app.store.write(move |tx| {
                let opened = token::sql::open_session(tx, &secret_hash, &new, now, &address)?;
                Ok(opened.is_some())
            });
            return match opened {
                Ok(true) => Touched::Opened,
                Ok(false) => Touched::Ended,
                // A full disk must not lock everyone out: without its row the session is as good as one of the next
                // request.
                Err(error) => {
                    log::error!("the session of a token was not saved: {error}");
                    Touched::Unchanged
                }
            };
        }
    }
    Touched::Unchanged
}

fn token_id(good: &Good) -> Option<&str> {
    match &good.via {
        Via::Token(id) => Some(id),
        _ => None,
    }
}

fn of_user(good: &Good, reason: Reason) -> Refused {
    Refused {
        token_id: token_id(good).map(str::to_owned),
        user_id: good.owner.user_id.clone(),
        ..refused(reason)
    }
}

fn refused(reason: Reason) -> Refused {
    Refused {
        failure: &SESSION_EXPIRED,
        reason,
        token_id: None,
        user_id: String::new(),
        clears_cookie: true,
        on_open_routes: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_of_the_header() {
        for (value, secret) in [
            ("Bearer abc", Some("abc")),
            ("BEARER abc", Some("abc")),
            ("token abc", Some("abc")),
            ("Bearer  abc", Some(" abc")),
            ("Bearer", None),
            ("Basic abc", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(of_header(value), secret, "{value}");
        }
    }
}
