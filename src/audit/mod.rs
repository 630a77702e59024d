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
use crate::secret::SecretHash;
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
    Ok(sql::insert(
        tx,
        granted.at(),
        &Event::of(granted.caller(), extra_info),
    )?)
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

/// Writes rows without holding anybody up. What was refused may have had a secret in its path.
fn defer(store: &Store, at: Millis, events: Vec<Event>) {
    store.defer(move |tx| {
        for event in events {
            let action = redact(tx, &event.action)?;
            sql::insert(tx, at, &Event { action, ..event })?;
        }
        Ok(())
    });
}

/// The text with every secret in it blotted out: what a client wrote may hold one where an id or a name belongs.
pub fn redact(tx: &Tx, text: &str) -> Result<String, AppError> {
    let mut clean = text.to_owned();
    for word in text
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| id::is_valid(word))
    {
        let hash = SecretHash::of(word);
        if sql::is_secret(tx, &hash)? {
            clean = clean.replace(word, "[secret]");
        }
    }
    Ok(clean)
}
