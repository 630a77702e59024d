//! HTTP endpoints of roles.

use serde_json::Value;

use crate::api::{Answer, Context, answer, json};
use crate::error::{AppError, ROLE_NAME_UNKNOWN, ROLE_UNKNOWN};
use crate::permission::ROLE_LIST;
use crate::permission::roles::is_valid_name;
use crate::permission::sql;
use crate::store::Tx;

/// `GET /roles/{role_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("role_id")?;
    let role = sql::by_id(tx, id)?;
    Ok(answer::json(
        &role.ok_or_else(|| AppError::new(&ROLE_UNKNOWN))?,
    ))
}

/// `GET /roles/name/{role_name}`
pub fn get_by_name(cx: &Context, tx: &Tx) -> Answer {
    let role = sql::by_name(tx, cx.param("role_name"))?;
    Ok(answer::json(
        &role.ok_or_else(|| AppError::new(&ROLE_NAME_UNKNOWN))?,
    ))
}

/// `POST /roles/names`: unknown names are left out.
pub fn get_by_names(cx: &Context, tx: &Tx) -> Answer {
    let names = json::texts(cx.body(), "rolenames")?;
    if names.is_empty() {
        return Err(AppError::body_param("rolenames"));
    }
    let mut names: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !name.trim().is_empty())
        .collect();
    if !names.iter().all(|name| is_valid_name(name)) {
        return Err(AppError::body_param("rolename"));
    }
    // Mattermost: one row for each role, however often it is named.
    names.sort_unstable();
    names.dedup();
    let found = names.iter().map(|name| sql::by_name(tx, name));
    let roles = found.collect::<Result<Vec<_>, _>>()?;
    Ok(answer::json(
        &roles.into_iter().flatten().collect::<Vec<_>>(),
    ))
}

/// `GET /roles`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    ROLE_LIST.ask(cx.caller()?)?;
    Ok(answer::json(&sql::list(tx)?))
}

/// `PUT /roles/{role_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let id = cx.id("role_id")?;
    let body = json::object(cx.body(), "role")?;
    let permissions = match body.get("permissions") {
        None | Some(Value::Null) => None,
        Some(list) => Some(
            serde_json::from_value::<Vec<String>>(list.clone())
                .map_err(|_| AppError::body_param("role"))?,
        ),
    };
    Ok(answer::json(&crate::role::patch(
        cx.app,
        cx.caller()?,
        id,
        permissions,
    )?))
}
