//! HTTP endpoints of presence.

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json};
use crate::error::{AppError, STATUS_MISSING};
use crate::permission::STATUS;
use crate::status::{Status, of};

/// `GET /users/{user_id}/status`
pub fn get(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let status = cx.read(|tx| of(tx, &cx.app.hub, user_id, cx.app.clock.now()))?;
    Ok(answer::json(
        &status.ok_or_else(|| AppError::new(&STATUS_MISSING))?,
    ))
}

/// `POST /users/status/ids`: unknown accounts are left out.
pub fn list(cx: &Context) -> Answer {
    let ids = json::texts(cx.body(), "user_ids")?;
    if ids.is_empty() {
        return Err(AppError::body_param("user_ids"));
    }
    let now = cx.app.clock.now();
    let found: Vec<Option<Status>> =
        cx.read(|tx| ids.iter().map(|id| of(tx, &cx.app.hub, id, now)).collect())?;
    Ok(answer::json(
        &found.into_iter().flatten().collect::<Vec<_>>(),
    ))
}

/// `PUT /users/{user_id}/status`
pub fn update(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = json::object(cx.body(), "status")?;
    // Mattermost: the account is named twice, and both must agree.
    if body.text("user_id").is_some_and(|named| named != user_id) {
        return Err(AppError::body_param("user_id"));
    }
    let granted = about(cx, user_id, &STATUS)?;
    Ok(answer::json(&crate::status::set(
        cx.app,
        granted,
        user_id,
        body.text("status").unwrap_or_default(),
    )?))
}
