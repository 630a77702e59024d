//! Presence: what an account set by hand, or what its sessions tell.

pub mod api;
pub mod sql;

use serde::Serialize;

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::permission::Granted;
use crate::session;
use crate::store::Tx;
use crate::user;

/// Mattermost: without a request for so long nobody is online.
const ONLINE: Millis = 5 * 60_000;

/// What can be set by hand.
const KNOWN: [&str; 4] = ["online", "away", "dnd", "offline"];

/// An account's presence.
#[derive(Debug, Serialize)]
pub struct Status {
    user_id: String,
    /// `online`, `away`, `dnd` or `offline`.
    pub status: String,
    manual: bool,
    last_activity_at: Millis,
}

/// The presence of an account; none when there is no such account.
pub fn of(tx: &Tx, user_id: &str, now: Millis) -> Result<Option<Status>, AppError> {
    if user::sql::by_id(tx, user_id)?.is_none() {
        return Ok(None);
    }
    let last_activity_at = session::sql::last_activity_of(tx, user_id)?;
    let by_hand = sql::get(tx, user_id)?;
    let manual = by_hand.is_some();
    let seen = if now - last_activity_at <= ONLINE {
        "online"
    } else {
        "offline"
    };
    let status = by_hand.unwrap_or_else(|| seen.to_owned());
    Ok(Some(Status {
        user_id: user_id.to_owned(),
        status,
        manual,
        last_activity_at,
    }))
}

/// Sets it by hand; `online` lets it follow the sessions again.
///
/// # Errors
/// There is no such status, or no such account.
pub fn set(app: &App, granted: Granted, user_id: &str, status: &str) -> Result<Status, AppError> {
    if !KNOWN.contains(&status) {
        return Err(AppError::body_param("status"));
    }
    let (user_id, status) = (user_id.to_owned(), status.to_owned());
    app.store.write(move |tx| {
        user::find(tx, &user_id)?;
        match status.as_str() {
            "online" => sql::delete(tx, &user_id)?,
            status => sql::set(tx, &user_id, status)?,
        }
        audit::record(tx, &granted, "")?;
        of(tx, &user_id, granted.at())?.ok_or_else(|| AppError::new(&error::USER_MISSING))
    })
}
