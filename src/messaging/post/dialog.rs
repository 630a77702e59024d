//! Interactive dialogs: an integration that was asked something opens a form for whoever asked, and is told what was filled in.

use std::sync::OnceLock;

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::action::call;
use crate::app::App;
use crate::clock::Millis;
use crate::config::OUTGOING_INTEGRATION_REQUESTS_TIMEOUT;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::id;
use crate::messaging::channel::{self, may_read};
use crate::messaging::team;
use crate::permission::{CHANNEL_READ, Caller, TEAM_VIEW};

/// Signs triggers; it lasts as long as the process, which is longer than any of them.
static KEY: OnceLock<String> = OnceLock::new();

fn signature(of: &str) -> String {
    let key = KEY.get_or_init(id::random);
    // Twice, so that nobody makes a longer text of a signed one.
    let inner = Sha256::digest(format!("{key}:{of}"));
    hex::encode(Sha256::digest([key.as_bytes(), inner.as_slice()].concat()))
}

/// Leave to open one dialog for a user, for a short time.
pub struct Trigger {
    /// The id under which the client knows it.
    pub client_id: String,
    /// The text by which the integration shows that it has it.
    pub text: String,
}

impl Trigger {
    /// Returns a new one.
    pub fn new(user_id: &str, now: Millis) -> Trigger {
        let client_id = id::new();
        let of = format!("{client_id}:{user_id}:{now}");
        let text = format!("{of}:{}", signature(&of));
        Trigger { client_id, text }
    }
}

/// Returns the id under which the client knows a trigger, and the user whose it is.
///
/// # Errors
/// It is none, its time is over, or somebody made it up.
fn verified(text: &str, now: Millis, seconds: i64) -> Result<(&str, &str), AppError> {
    let parts: Vec<&str> = text.split(':').collect();
    let [client_id, user_id, at, signed] = parts[..] else {
        return Err(AppError::new(&error::TRIGGER_DATA));
    };
    if signature(&format!("{client_id}:{user_id}:{at}")) != signed {
        return Err(AppError::new(&error::TRIGGER_SIGNATURE));
    }
    let at: Millis = at
        .parse()
        .map_err(|_| AppError::new(&error::TRIGGER_DATA))?;
    if now - at > seconds.saturating_mul(1000) {
        return Err(AppError::named(
            &error::TRIGGER_EXPIRED,
            &seconds.to_string(),
        ));
    }
    Ok((client_id, user_id))
}

/// Tells the user whose trigger it is to fill in a form.
///
/// # Errors
/// The trigger is none, or its time is over.
pub fn open(app: &App, trigger: &str, url: &str, dialog: &Value) -> Result<(), AppError> {
    let seconds = app
        .config
        .last()
        .int(&OUTGOING_INTEGRATION_REQUESTS_TIMEOUT);
    let (client_id, user_id) = verified(trigger, app.clock.now(), seconds)?;
    let form = json!({"trigger_id": client_id, "url": url, "dialog": dialog}).to_string();
    let mut news = News::default();
    news.tell(
        "open_dialog",
        json!({"dialog": form}),
        Audience::user(user_id),
    );
    app.tell(news);
    Ok(())
}

/// What was filled in, as the integration is told of it.
#[derive(Debug, Serialize)]
pub struct Submission {
    /// The name that the integration gave the form.
    pub callback_id: String,
    /// What the integration wants to be told again.
    pub state: String,
    /// Where the dialog was opened.
    pub channel_id: String,
    /// The team of that channel.
    pub team_id: String,
    /// What was filled in, by the names of the elements.
    pub submission: Map<String, Value>,
    /// Whether it was given up.
    pub cancelled: bool,
}

/// What an integration says to that: what was wrong with it, or what comes next.
const ANSWERED: [&str; 4] = ["error", "errors", "form", "type"];

/// Tells the integration of a dialog what was filled in, and returns its answer.
///
/// # Errors
/// The caller may not read the channel or see the team; the integration was not reached.
pub fn submit(
    app: &App,
    caller: &Caller,
    url: &str,
    filled: &Submission,
) -> Result<Value, AppError> {
    app.store.read(|tx| {
        let channel = channel::sql::by_id(tx, &filled.channel_id)?.ok_or(CHANNEL_READ.refused)?;
        may_read(
            caller,
            &channel,
            channel::permissions(tx, caller, &channel)?,
        )?;
        team::ask(tx, &TEAM_VIEW, caller, &filled.team_id).map(drop)
    })?;
    let mut told = json!(filled);
    told["type"] = "dialog_submission".into();
    told["user_id"] = caller.user_id.clone().into();
    let answer = call(&app.config.last(), url, &told)?;
    // Mattermost: what is no answer is one that says nothing.
    let mut answer: Map<String, Value> = serde_json::from_slice(&answer).unwrap_or_default();
    answer.retain(|name, value| ANSWERED.contains(&name.as_str()) && !value.is_null());
    Ok(Value::Object(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_good_for_its_user_and_for_a_while() {
        let trigger = Trigger::new("user", 1000);
        let ids = verified(&trigger.text, 6000, 5).unwrap();
        assert_eq!(ids, (trigger.client_id.as_str(), "user"));
        let refused = |text: &str, now| verified(text, now, 5).unwrap_err().id().to_owned();
        assert!(refused(&trigger.text, 6001).contains("expired"));
        let others = trigger.text.replace(":user:", ":admin:");
        assert!(refused(&others, 1000).contains("signature"));
        assert!(refused("a:b", 1000).contains("missing_data"));
    }
}
