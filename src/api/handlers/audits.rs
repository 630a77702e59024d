//! HTTP endpoints of the audit.

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer};
use crate::audit::sql;
use crate::permission::{AUDIT_READ, AUDIT_READ_ALL};

/// `GET /audits`
pub fn list_all(cx: &Context) -> Answer {
    AUDIT_READ_ALL.ask(cx.caller()?)?;
    Ok(answer::json(
        &cx.read(|tx| Ok(sql::list_all(tx, cx.page())?))?,
    ))
}

/// `GET /users/{user_id}/audits`
pub fn list(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    about(cx, user_id, &AUDIT_READ)?;
    Ok(answer::json(
        &cx.read(|tx| Ok(sql::list_of(tx, user_id, cx.page())?))?,
    ))
}
