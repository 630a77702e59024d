//! Who did what. Owns the rows of the audit and who may write them; reads none of it.
//!
//! A change records its row in its own transaction, which needs the `Granted` that allowed it. A refused attempt is
//! noted afterwards, without holding the caller up.

mod failed_login;
mod retention;
pub mod sql;

use serde::Serialize;

pub use self::failed_login::{name_in_audit, record_failed_login};
pub use self::retention::Retention;

use crate::clock::Millis;
use crate::error::AppError;
use crate::id;
use crate::permission::{Caller, Granted};
use crate::secret::search::{candidates, decoded, prefixed};
use crate::store::{Store, Tx};

/// One row, but for its id and time.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Who acted, or the account logged in to; empty when not known.
    pub user_id: String,
    /// Path of the request as the client wrote it, or the command.
    pub action: String,
    /// Free text in Mattermost's words.
    pub extra_info: String,
    /// Where from; empty for the command line.
    pub ip_address: String,
    /// The session that acted.
    pub session_id: String,
}

/// One row, as the API shows it.
#[derive(Debug, Serialize)]
pub struct Row {
    /// 26 letters.
    pub id: String,
    /// When.
    pub create_at: Millis,
    /// The rest.
    #[serde(flatten)]
    pub event: Event,
}

impl Event {
    fn of(caller: &Caller, extra_info: &str) -> Event {
        Event {
            user_id: caller.user_id.clone(),
            action: caller.action.clone(),
            extra_info: extra_info.to_owned(),
            ip_address: caller.address.clone(),
            session_id: caller.session_id.clone(),
        }
    }
}

/// Records a change in the transaction of that change.
pub fn record(tx: &Tx, granted: &Granted, extra_info: &str) -> Result<(), AppError> {
    write(tx, granted.at(), Event::of(granted.caller(), extra_info))
}

/// Records an act that changes nothing else in the file.
pub fn record_alone(store: &Store, granted: Granted) -> Result<(), AppError> {
    store.write(move |tx| record(tx, &granted, ""))
}

/// Runs `work`; when it is refused, notes what was attempted. `work` records its own rows when it succeeds.
pub fn attempt<T>(
    store: &Store,
    caller: &Caller,
    extra_infos: &'static [&str],
    work: impl FnOnce() -> Result<T, AppError>,
) -> Result<T, AppError> {
    let result = work();
    if result.is_err() {
        let events = extra_infos
            .iter()
            .map(|extra_info| Event::of(caller, extra_info));
        defer(store, caller.at, events.collect());
    }
    result
}

/// Notes that a token was refused, whose it was, and why.
pub fn refused(
    store: &Store,
    caller: &Caller,
    user_id: &str,
    token_id: &str,
    reason: &'static str,
) {
    let extra_info = format!("refused - token_id={token_id} reason={reason}");
    let event = Event {
        user_id: user_id.to_owned(),
        ..Event::of(caller, &extra_info)
    };
    defer(store, caller.at, vec![event]);
}

/// Writes rows without holding anybody up.
fn defer(store: &Store, at: Millis, events: Vec<Event>) {
    store.defer(move |tx| {
        for event in events {
            let action = without_strange_ids(tx, &event.action)?;
            write(tx, at, Event { action, ..event })?;
        }
        Ok(())
    });
}

/// Bytes of a text that are searched, beyond those that are kept: a secret in what is kept is searched whole, encoded twice too.
const SEARCHED_BYTES: usize = 2048;

/// Writes a row: the only way into the audit. Whatever a client wrote is searched for secrets.
fn write(tx: &Tx, at: Millis, event: Event) -> Result<(), AppError> {
    let clean = |text: &str| redact(tx, &text[..text.floor_char_boundary(SEARCHED_BYTES)]);
    let clean = Event {
        action: clean(&event.action)?,
        extra_info: clean(&event.extra_info)?,
        ..event
    };
    Ok(sql::insert(tx, at, &clean)?)
}

/// Returns the path with each id in it that nothing has shortened and hashed: it may have been a secret, which is not known as
/// one after its end. For refused requests; one that was done may have deleted what its path names.
fn without_strange_ids(tx: &Tx, path: &str) -> Result<String, AppError> {
    let decoded = decoded(&path[..path.floor_char_boundary(SEARCHED_BYTES)]).into_owned();
    let mut clean = decoded.clone();
    for word in decoded.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        if id::is_valid(word) && !sql::is_id(tx, word)? {
            clean = clean.replace(word, &failed_login::shortened(word));
        }
    }
    Ok(if clean == decoded {
        path.to_owned()
    } else {
        clean
    })
}

/// Returns the text with every secret in it blotted out: what a client wrote may hold one where an id or a name belongs. A
/// text that holds one is returned without percent-encoding.
pub fn redact(tx: &Tx, text: &str) -> Result<String, AppError> {
    let decoded = decoded(text);
    let mut clean = None;
    for part in prefixed(&decoded) {
        let text = clean.unwrap_or_else(|| decoded.to_string());
        clean = Some(text.replace(part, "[secret]"));
    }
    for (part, hash) in candidates(&decoded) {
        if sql::is_secret(tx, &hash)? {
            let text = clean.unwrap_or_else(|| decoded.to_string());
            clean = Some(text.replace(part, "[secret]"));
        }
    }
    Ok(clean.unwrap_or_else(|| text.to_owned()))
}
