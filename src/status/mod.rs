//! Presence: what an account set by hand, or what its sockets and its sessions tell.

pub mod custom;
pub mod sql;

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::hub::{Hub, Presence};
use crate::permission::{Caller, STATUS};
use crate::session;
use crate::store::Tx;
use crate::user;

/// Mattermost: who did nothing for so long is online no more.
const RECENT: Millis = 5 * 60_000;

/// The status of a user who is connected.
pub const ONLINE: &str = "online";

/// What can be set by hand.
const KNOWN: [&str; 4] = [ONLINE, "away", "dnd", "offline"];

/// An account's presence.
#[derive(Debug, Serialize)]
pub struct Status {
    user_id: String,
    /// `online`, `away`, `dnd` or `offline`.
    pub status: String,
    manual: bool,
    /// When the account was active last; 0: never seen.
    pub last_activity_at: Millis,
    /// Mattermost: until when it is not to be disturbed, in seconds; 0: until it says otherwise.
    dnd_end_time: i64,
}

impl Status {
    /// Returns the presence of an account that was never seen.
    pub fn offline(user_id: &str) -> Status {
        Status {
            user_id: user_id.to_owned(),
            status: "offline".to_owned(),
            manual: false,
            last_activity_at: 0,
            dnd_end_time: 0,
        }
    }

    /// Returns where a list by status shows it. Mattermost: who can be reached comes first.
    pub fn rank(&self) -> i64 {
        let known = ["online", "away", "dnd"];
        let at = known.iter().position(|status| *status == self.status);
        at.unwrap_or(known.len()) as i64
    }
}

/// The presence of an account; none when there is no such account.
///
/// Mattermost: who listens is online, or away when nothing was done for a while; who has stopped is offline.
pub fn of(tx: &Tx, hub: &Hub, user_id: &str, now: Millis) -> Result<Option<Status>, AppError> {
    let Some(user) = user::sql::by_id(tx, user_id)? else {
        return Ok(None);
    };
    let used_at = session::sql::last_activity_of(tx, user_id)?;
    let is_recent = |at: Millis| now - at <= RECENT;
    let (last_activity_at, seen) = match hub.presence(user_id) {
        _ if user.delete_at > 0 => (used_at, "offline"),
        Presence::Here(at) if is_recent(at.max(used_at)) => (at.max(used_at), ONLINE),
        Presence::Here(at) => (at.max(used_at), "away"),
        Presence::Left(at) if used_at <= at => (at, "offline"),
        _ if is_recent(used_at) => (used_at, ONLINE),
        _ => (used_at, "offline"),
    };
    let by_hand = sql::get(tx, user_id)?.filter(|(_, end)| *end == 0 || end * 1000 > now);
    let manual = by_hand.is_some();
    let (status, dnd_end_time) = by_hand.unwrap_or_else(|| (seen.to_owned(), 0));
    Ok(Some(Status {
        user_id: user_id.to_owned(),
        status,
        manual,
        last_activity_at,
        dnd_end_time,
    }))
}

/// Sets a user's status by hand; `online` lets it follow the sessions again, and `dnd` ends at a time in seconds, if that is not 0.
///
/// # Errors
/// The rule's refusal; there is no such status, or no such user.
pub fn set(
    app: &App,
    caller: &Caller,
    user_id: &str,
    (status, dnd_end_time): (&str, i64),
) -> Result<Status, AppError> {
    let (caller, user_id, status) = (caller.clone(), user_id.to_owned(), status.to_owned());
    let hub = Arc::clone(&app.hub);
    app.change(move |tx, news| {
        let granted = STATUS.ask_about(tx, &caller, &user_id)?;
        if !KNOWN.contains(&status.as_str()) {
            return Err(AppError::body_param("status"));
        }
        user::find(tx, &user_id)?;
        if status == ONLINE {
            hub.is_active(&user_id, granted.at());
            sql::delete(tx, &user_id)?;
        } else {
            let end = if status == "dnd" {
                dnd_end_time.max(0)
            } else {
                0
            };
            sql::set(tx, &user_id, &status, end)?;
        }
        audit::record(tx, &granted, "")?;
        let status = of(tx, &hub, &user_id, granted.at())?.ok_or(&error::USER_MISSING)?;
        news.status_changed(&user_id, &status.status);
        Ok(status)
    })
}
