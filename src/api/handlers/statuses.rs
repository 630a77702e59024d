//! HTTP endpoints of presence.

use crate::api::{Answer, Context, answer, json};
use crate::error::{AppError, STATUS_MISSING};
use crate::status::{Status, of};
use crate::store::Tx;

/// `GET /users/{user_id}/status`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    let status = of(tx, &cx.app.hub, user_id, cx.app.clock.now())?;
    Ok(answer::json(
        &status.ok_or_else(|| AppError::new(&STATUS_MISSING))?,
    ))
}

/// `POST /users/status/ids`: unknown accounts are left out.
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let ids = json::texts(cx.body(), "user_ids")?;
    if ids.is_empty() {
        return Err(AppError::body_param("user_ids"));
    }
    let now = cx.app.clock.now();
    let found = ids.iter().map(|id| of(tx, &cx.app.hub, id, now));
    let found = found.collect::<Result<Vec<Option<Status>>, AppError>>()?;
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
    let status = body.text("status").unwrap_or_default();
    let set = crate::status::set(cx.app, cx.caller()?, user_id, status)?;
    Ok(answer::json(&set))
}
