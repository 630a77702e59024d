//! HTTP endpoints of the server itself.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::clock::{DAY, Millis, rfc3339};
use crate::config::{ENABLE_DEVELOPER, MISSING_ENDPOINT_STATUS};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::id;
use crate::permission::{CACHES, DASHBOARD_READ, Granted, LOG_READ, Permission, SERVER_BUSY_MARK};
use crate::store::Tx;
use crate::token::{self, Token};
use crate::{audit, logging::recent};

/// Where a monitor asks.
pub const PING: &str = "/system/ping";

/// `GET /system/ping`
pub fn ping(cx: &Context, _: &Tx) -> Answer {
    let whole = cx.flag("get_server_status");
    // The settings of this very request were read from the data file, so it answers; but it may be in nobody's reach.
    if whole && cx.app.store.check_place().is_err() {
        return Ok(unhealthy());
    }
    let mut status = status(whole, "OK");
    if !cx.query("device_id").is_empty() {
        // Nothing is pushed to anyone's telephone.
        status["CanReceiveNotifications"] = "false".into();
    }
    Ok(answer::json(&status))
}

/// The same when the data file does not answer: 500 for who asks for the server's status.
pub fn unhealthy() -> Response {
    answer::with_status(500, &status(true, "UNHEALTHY"))
}

fn status(whole: bool, health: &str) -> Value {
    let mut status = json!({
        "AndroidLatestVersion": "", "AndroidMinVersion": "", "DesktopLatestVersion": "", "DesktopMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "", "status": health,
    });
    if whole {
        // There are no files beside the data file.
        status["database_status"] = health.into();
        status["filestore_status"] = "OK".into();
    }
    status
}

/// What Mattermost has and patmost has not: 404 where an id in the path is of nothing, else as
/// `PatmostSettings.MissingEndpointStatus` says.
pub fn not_implemented(cx: &Context, tx: &Tx) -> Answer {
    for (_, id) in cx.params.iter().filter(|(_, id)| id::is_valid(id)) {
        if !audit::sql::is_id(tx, id)? {
            return Err(AppError::new(&error::NOT_FOUND));
        }
    }
    Err(AppError::new(
        match cx.config.int(&MISSING_ENDPOINT_STATUS) {
            404 => &error::NOT_FOUND,
            _ => &error::NOT_IMPLEMENTED,
        },
    ))
}

/// `GET /license/client?format=old`
pub fn license(cx: &Context, _: &Tx) -> Answer {
    match cx.query("format") {
        "old" => Ok(answer::json(&json!({"IsLicensed": "false"}))),
        "" => Err(AppError::new(&error::LICENSE_FORMAT)),
        _ => Err(AppError::body_param("format")),
    }
}

/// `POST /caches/invalidate`: there is none, so nothing is stale.
pub fn invalidate_caches(cx: &Context) -> Answer {
    CACHES.ask(cx.caller()?)?;
    Ok(answer::ok())
}

/// Days within which a token ends soon. Mattermost has no such word; a week leaves time to make another.
const SOON_DAYS: i64 = 7;

/// Days without a use after which a token counts as unused.
const UNUSED_DAYS: i64 = 30;

/// Unused tokens that are listed.
const UNUSED_MOST: i64 = 50;

/// `GET /system/dashboard`: not in Mattermost; what the console shows first.
pub fn dashboard(cx: &Context, tx: &Tx) -> Answer {
    DASHBOARD_READ.ask(cx.caller()?)?;
    let now = cx.app.clock.now();
    let (soon, lately) = (now + SOON_DAYS * DAY, now - UNUSED_DAYS * DAY);
    let states = token::sql::count_by_state(tx, now, soon, lately)?;
    let unused = token::sql::unused(tx, now, lately, UNUSED_MOST)?;
    let unused: Vec<_> = unused.iter().map(Token::with_usage).collect();
    Ok(answer::json(&json!({
        "tokens": states,
        "unused": unused,
        "hours": cx.router.traffic.last_day(now),
    })))
}

/// `GET /logs`
pub fn logs(cx: &Context, _: &Tx) -> Answer {
    LOG_READ.ask(cx.caller()?)?;
    let number = |name| cx.query(name).parse::<usize>().ok();
    let per_page = number("logs_per_page")
        .unwrap_or(recent::LINES)
        .min(recent::LINES);
    let page = number("page").unwrap_or(0);
    Ok(answer::json(&cx.router.log.page(page, per_page)))
}

/// Mattermost: letters of a client's message at most.
const MESSAGE_LETTERS: usize = 400;

/// `POST /logs`: a client's message, into the log of the server.
pub fn post_log(cx: &Context) -> Answer {
    if cx.caller().is_err() && !cx.config.is_on(&ENABLE_DEVELOPER) {
        return Err(AppError::new(&error::PERMISSIONS));
    }
    let mut body = of_json::texts_by_name(cx.body()).into_members();
    let sent = body.get("message").map_or("", String::as_str);
    let sent: String = sent.chars().take(MESSAGE_LETTERS).collect();
    let message = format!("Client Logs API Endpoint Message: {sent}");
    // What a client sends may hold a secret, or the beginning of another line.
    let clean = cx.app.store.read(|tx| audit::redact(tx, &message))?;
    let trusted = cx.anyone.has(Permission::ManageSystem) || cx.config.is_on(&ENABLE_DEVELOPER);
    let level = if trusted && body.get("level").is_some_and(|level| level == "ERROR") {
        log::Level::Error
    } else {
        log::Level::Debug
    };
    log::log!(level, "user_id={} message={clean:?}", cx.anyone.user_id);
    // Mattermost: everything that was sent comes back.
    body.insert("message".into(), message);
    Ok(answer::json(&body))
}

/// The time zones of the IANA database.
const TIMEZONES: &str = include_str!("timezones.txt");

/// `GET /system/timezones`
pub fn timezones(_: &Context, _: &Tx) -> Answer {
    Ok(answer::json(&TIMEZONES.lines().collect::<Vec<_>>()))
}

/// Mattermost: for how long the server is busy when the client does not say, and at most.
const BUSY_SECONDS: i64 = 3600;
const BUSY_SECONDS_MOST: i64 = 86_400;

/// Endpoints that are refused while the server is marked as busy.
const REFUSED_WHEN_BUSY: [&str; 8] = [
    "/channels/search",
    "/teams/search",
    "/teams/{team_id}/channels/autocomplete",
    "/teams/{team_id}/channels/search",
    "/teams/{team_id}/posts/search",
    "/users/autocomplete",
    "/users/search",
    "/users/status/ids",
];

/// Refuses what can wait while the server is marked as busy.
///
/// # Errors
/// 503.
pub fn check_busy(cx: &Context) -> Result<(), AppError> {
    let is_busy = cx.router.busy_until.load(Ordering::Relaxed) > cx.anyone.at;
    match is_busy && REFUSED_WHEN_BUSY.contains(&cx.route.path) {
        true => Err(AppError::new(&error::SERVER_BUSY)),
        false => Ok(()),
    }
}

/// `GET /server_busy`
pub fn busy(cx: &Context, _: &Tx) -> Answer {
    SERVER_BUSY_MARK.ask(cx.caller()?)?;
    let until = cx.router.busy_until.load(Ordering::Relaxed);
    let is_busy = until > cx.anyone.at;
    let (expires, text) = match is_busy {
        true => (until / 1000, rfc3339(until)),
        false => (0, String::new()),
    };
    Ok(answer::json(
        &json!({"busy": is_busy, "expires": expires, "expires_ts": text}),
    ))
}

/// `POST /server_busy`
pub fn mark_busy(cx: &Context) -> Answer {
    let granted = SERVER_BUSY_MARK.ask(cx.caller()?)?;
    let seconds = match cx.query("seconds") {
        "" => BUSY_SECONDS,
        text => match text.parse() {
            Ok(seconds @ 1..=BUSY_SECONDS_MOST) => seconds,
            _ => return Err(AppError::url_param("seconds")),
        },
    };
    set_busy(cx, granted, cx.anyone.at + seconds * 1000)
}

/// `DELETE /server_busy`
pub fn mark_free(cx: &Context) -> Answer {
    let granted = SERVER_BUSY_MARK.ask(cx.caller()?)?;
    set_busy(cx, granted, 0)
}

fn set_busy(cx: &Context, granted: Granted, until: Millis) -> Answer {
    audit::record_alone(&cx.app.store, granted)?;
    cx.router.busy_until.store(until, Ordering::Relaxed);
    Ok(answer::ok())
}
