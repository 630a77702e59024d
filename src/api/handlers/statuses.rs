//! HTTP endpoints of presence.

use crate::api::{Answer, Context, answer, json};
use crate::error::AppError;
use crate::id;
use crate::status::{Status, of};
use crate::store::Tx;

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
    let set = crate::status::set(cx.app, cx.caller()?, user_id, status)?;
    Ok(answer::json(&set))
}
