//! HTTP endpoints of interactive dialogs.

use serde_json::Value;

use crate::api::{Answer, Context, answer, json as of_json};
use crate::messaging::post::dialog::{self, Submission};

/// `POST /actions/dialogs/open`: by an integration, which needs no login but a trigger.
pub fn open(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "dialog")?;
    let url = body.required("url")?;
    let trigger = body.text("trigger_id").unwrap_or_default();
    let form = body.get("dialog").cloned().unwrap_or_default();
    dialog::open(cx.app, trigger, url, &form)?;
    Ok(answer::ok())
}

/// `POST /actions/dialogs/submit`
pub fn submit(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "dialog")?;
    let url = body.required("url")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let submission = body.get("submission").and_then(Value::as_object);
    let filled = Submission {
        callback_id: text("callback_id"),
        state: text("state"),
        channel_id: text("channel_id"),
        team_id: text("team_id"),
        submission: submission.cloned().unwrap_or_default(),
        cancelled: body.bool("cancelled").unwrap_or(false),
    };
    let answered = dialog::submit(cx.app, cx.caller()?, url, &filled)?;
    Ok(answer::json(&answered))
}
