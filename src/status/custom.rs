//! What a user says of itself beside its presence: an emoji and a few words, for a while. Mattermost: it is kept as JSON in the
//! `props` of the account, and the last ones in a preference.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::App;
use crate::audit;
use crate::clock::{Millis, parse_rfc3339};
use crate::error::AppError;
use crate::event::News;
use crate::permission::{Caller, Granted, STATUS};
use crate::preference::{self, Preference};
use crate::store::Tx;
use crate::user::{self, User};

/// The member of `props` that has it.
const PROP: &str = "customStatus";

/// The preference that has the last ones.
const RECENT: (&str, &str) = ("custom_status", "recent_custom_statuses");

/// Mattermost: as many of the last ones are kept.
const RECENT_MOST: usize = 5;

/// Mattermost: letters of the words at most; the rest is cut off.
const LETTERS: usize = 100;

/// Mattermost: letters of the name of an emoji at most.
const EMOJI_LETTERS: usize = 64;

/// Mattermost: for how long it may be.
const DURATIONS: [&str; 7] = [
    "thirty_minutes",
    "one_hour",
    "four_hours",
    "today",
    "this_week",
    "date_and_time",
    "custom_date_time",
];

/// The time that is none, as Mattermost writes it.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// What a user says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomStatus {
    /// The name of an emoji.
    #[serde(default)]
    pub emoji: String,
    /// The words.
    #[serde(default)]
    pub text: String,
    /// For how long, in one of Mattermost's words; empty: until it is cleared.
    #[serde(default)]
    pub duration: String,
    /// Until when (RFC 3339).
    #[serde(default = "never")]
    pub expires_at: String,
}

fn never() -> String {
    NEVER.to_owned()
}

impl CustomStatus {
    /// Checks it and cuts its words.
    ///
    /// # Errors
    /// 400 `custom_status`: it says nothing, or ends in the past or at no time.
    fn checked(mut self, now: Millis) -> Result<CustomStatus, AppError> {
        let end = match self.expires_at.as_str() {
            "" | NEVER => None,
            text => Some(parse_rfc3339(text).ok_or_else(refused)?),
        };
        let is_over = end.is_none_or(|end| end < now);
        let is_known = match self.duration.as_str() {
            "" => end.is_none() || !is_over,
            duration => DURATIONS.contains(&duration) && !is_over,
        };
        let fits = self.emoji.chars().count() <= EMOJI_LETTERS
            && !self.text.contains('\0')
            && !self.emoji.contains('\0');
        if (self.emoji.is_empty() && self.text.is_empty()) || !is_known || !fits {
            return Err(refused());
        }
        if self.emoji.is_empty() {
            "speech_balloon".clone_into(&mut self.emoji);
        }
        if self.duration.is_empty() && end.is_some() {
            "date_and_time".clone_into(&mut self.duration);
        }
        if end.is_none() {
            self.expires_at = never();
        }
        self.text = self.text.chars().take(LETTERS).collect();
        Ok(self)
    }
}

fn refused() -> AppError {
    AppError::body_param("custom_status")
}

/// Sets what a user says of itself, and keeps it among the last ones.
///
/// # Errors
/// 400 `custom_status`; the rule's refusal; there is no such user.
pub fn set(
    app: &App,
    caller: &Caller,
    user_id: &str,
    status: CustomStatus,
) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    let status = status.checked(caller.at)?;
    app.change(move |tx, news| {
        let granted = STATUS.ask_about(tx, &caller, &user_id)?;
        let user = user::find(tx, &user_id)?;
        let text = serde_json::to_string(&status).unwrap_or_default();
        keep(tx, news, &granted, user, text)?;
        let mut recent = recent(tx, &user_id)?;
        recent.retain(|one| one.text != status.text || one.emoji != status.emoji);
        recent.insert(0, status);
        recent.truncate(RECENT_MOST);
        store_recent(tx, &user_id, &recent)
    })
}

/// Takes back what a user says of itself.
///
/// # Errors
/// The rule's refusal; there is no such user.
pub fn clear(app: &App, caller: &Caller, user_id: &str) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = STATUS.ask_about(tx, &caller, &user_id)?;
        let user = user::find(tx, &user_id)?;
        // Mattermost: an empty text stays.
        keep(tx, news, &granted, user, String::new())
    })
}

/// Forgets one of the last ones.
///
/// # Errors
/// The rule's refusal; there is no such user.
pub fn forget(
    app: &App,
    caller: &Caller,
    user_id: &str,
    status: CustomStatus,
) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, _| {
        let granted = STATUS.ask_about(tx, &caller, &user_id)?;
        user::find(tx, &user_id)?;
        let mut recent = recent(tx, &user_id)?;
        recent.retain(|one| one.text != status.text || one.emoji != status.emoji);
        store_recent(tx, &user_id, &recent)?;
        audit::record(tx, &granted, "")
    })
}

fn keep(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    user: User,
    text: String,
) -> Result<(), AppError> {
    let mut props: Map<String, Value> = serde_json::from_str(user.props.get()).unwrap_or_default();
    props.insert(PROP.to_owned(), text.into());
    let patch = user::Patch {
        props: Some(Value::Object(props)),
        ..user::Patch::default()
    };
    user::apply(tx, news, granted, user, patch)?;
    Ok(())
}

fn recent(tx: &Tx, user_id: &str) -> Result<Vec<CustomStatus>, AppError> {
    let kept = preference::sql::list(tx, user_id, RECENT.0, RECENT.1)?;
    let list = kept.first().map(|one| serde_json::from_str(&one.value));
    // What a client kept there that is none is forgotten.
    Ok(list.and_then(Result::ok).unwrap_or_default())
}

fn store_recent(tx: &Tx, user_id: &str, recent: &[CustomStatus]) -> Result<(), AppError> {
    let preference = Preference {
        user_id: user_id.to_owned(),
        category: RECENT.0.to_owned(),
        name: RECENT.1.to_owned(),
        value: serde_json::to_string(recent).unwrap_or_default(),
    };
    Ok(preference::sql::store(tx, &preference)?)
}
