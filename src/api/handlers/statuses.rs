//! HTTP endpoints of presence.

use serde_json::Value;

use crate::api::{Answer, Context, answer, json};
use crate::error::AppError;
use crate::id;
use crate::status::custom::{self, CustomStatus};
use crate::status::{Status, of};
use crate::store::Tx;

/// The last second of the year 9999.
const MOST_SECONDS: i64 = 253_402_300_799;

/// `GET /users/{user_id}/status`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    Ok(answer::json(&of_anyone(cx, tx, user_id)?))
}

/// Mattermost: an account that nobody has is offline.
fn of_anyone(cx: &Context, tx: &Tx, user_id: &str) -> Result<Status, AppError> {
    let status = of(tx, &cx.app.hub, user_id, cx.app.clock.now())?;
    Ok(status.unwrap_or_else(|| Status::offline(user_id)))
}

/// `POST /users/status/ids`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let ids = json::texts(cx.body(), "user_ids")?;
    if ids.is_empty() || !ids.iter().all(|id| id.len() == id::LENGTH) {
        return Err(AppError::body_param("user_ids"));
    }
    let found = ids.iter().map(|id| of_anyone(cx, tx, id));
    Ok(answer::json(&found.collect::<Result<Vec<_>, _>>()?))
}

/// `PUT /users/{user_id}/status`
pub fn update(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = json::object(cx.body(), "status")?;
    // Mattermost: the account is named twice, and both must agree.
    if body.text("user_id") != Some(user_id) {
        return Err(AppError::body_param("user_id"));
    }
    let status = body.text("status").unwrap_or_default();
    let end = body
        .get("dnd_end_time")
        .and_then(Value::as_i64)
        .unwrap_or(0);
    if end > MOST_SECONDS {
        return Err(AppError::body_param("dnd_end_time"));
    }
    let set = crate::status::set(cx.app, cx.caller()?, user_id, (status, end))?;
    Ok(answer::json(&set))
}

/// `PUT /users/{user_id}/status/custom`
pub fn set_custom(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    custom::set(cx.app, cx.caller()?, user_id, sent(cx)?)?;
    Ok(answer::ok())
}

/// `DELETE /users/{user_id}/status/custom`
pub fn clear_custom(cx: &Context) -> Answer {
    custom::clear(cx.app, cx.caller()?, cx.id("user_id")?)?;
    Ok(answer::ok())
}

/// `POST /users/{user_id}/status/custom/recent/delete`, and `DELETE /users/{user_id}/status/custom/recent` with a body.
pub fn forget_custom(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    custom::forget(cx.app, cx.caller()?, user_id, sent(cx)?)?;
    Ok(answer::ok())
}

fn sent(cx: &Context) -> Result<CustomStatus, AppError> {
    json::typed(cx.body(), "custom_status")
}
