//! HTTP endpoints of roles.

use super::{is_valid_name, sql};
use crate::error::{AppError, ROLE_NAME_UNKNOWN, ROLE_UNKNOWN};
use crate::http::{Answer, Context, answer, json};

/// `GET /roles/{role_id}`
pub fn get(cx: &Context) -> Answer {
    let id = cx.id("role_id")?;
    let role = cx.app.store.read(|tx| Ok(sql::by_id(tx, id)?))?;
    Ok(answer::json(
        &role.ok_or_else(|| AppError::new(&ROLE_UNKNOWN))?,
    ))
}

/// `GET /roles/name/{role_name}`
pub fn get_by_name(cx: &Context) -> Answer {
    let role = cx
        .app
        .store
        .read(|tx| Ok(sql::by_name(tx, cx.param("role_name"))?))?;
    Ok(answer::json(
        &role.ok_or_else(|| AppError::new(&ROLE_NAME_UNKNOWN))?,
    ))
}

/// `POST /roles/names`: unknown names are left out.
pub fn get_by_names(cx: &Context) -> Answer {
    let names = json::texts(cx.body(), "rolenames")?;
    if names.is_empty() {
        return Err(AppError::body_param("rolenames"));
    }
    let mut names: Vec<&str> = names
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    if !names.iter().all(|name| is_valid_name(name)) {
        return Err(AppError::body_param("rolename"));
    }
    // Mattermost: one row for each role, however often it is named.
    names.sort_unstable();
    names.dedup();
    let roles = cx.app.store.read(|tx| {
        let found = names.iter().map(|name| sql::by_name(tx, name));
        Ok(found.collect::<Result<Vec<_>, _>>()?)
    })?;
    Ok(answer::json(
        &roles.into_iter().flatten().collect::<Vec<_>>(),
    ))
}
