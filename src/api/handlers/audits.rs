//! HTTP endpoints of the audit.

use crate::api::{Answer, Context, answer};
use crate::audit::sql;
use crate::permission::{AUDIT_READ, AUDIT_READ_ALL};
use crate::store::Tx;

/// `GET /audits`
pub fn list_all(cx: &Context, tx: &Tx) -> Answer {
    AUDIT_READ_ALL.ask(cx.caller()?)?;
    Ok(answer::json(&sql::list_all(tx, cx.page())?))
}

/// `GET /users/{user_id}/audits`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    AUDIT_READ.ask_about(tx, cx.caller()?, user_id)?;
    Ok(answer::json(&sql::list_of(tx, user_id, cx.page())?))
}
