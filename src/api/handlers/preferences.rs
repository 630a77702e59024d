//! HTTP endpoints of preferences.

use crate::api::{Answer, Context, answer, json};
use crate::app::App;
use crate::error::{self, AppError};
use crate::permission::{Caller, PREFERENCES};
use crate::preference::{Preference, sql};
use crate::store::Tx;

/// `GET /users/{user_id}/preferences`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    Ok(answer::json(&found(cx, tx)?))
}

/// `GET /users/{user_id}/preferences/{category}`
pub fn list_of_category(cx: &Context, tx: &Tx) -> Answer {
    let found = found(cx, tx)?;
    // Mattermost: an empty category is one that does not exist.
    if found.is_empty() {
        Err(AppError::new(&error::PREFERENCE_CATEGORY_MISSING))
    } else {
        Ok(answer::json(&found))
    }
}

/// `GET /users/{user_id}/preferences/{category}/name/{preference_name}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let one = found(cx, tx)?.into_iter().next();
    Ok(answer::json(&one.ok_or_else(|| {
        AppError::new(&error::PREFERENCE_MISSING)
    })?))
}

fn found(cx: &Context, tx: &Tx) -> Result<Vec<Preference>, AppError> {
    let user_id = cx.id("user_id")?;
    PREFERENCES.ask_about(tx, cx.caller()?, user_id)?;
    Ok(sql::list(
        tx,
        user_id,
        cx.param("category"),
        cx.param("preference_name"),
    )?)
}

/// `PUT /users/{user_id}/preferences`
pub fn update(cx: &Context) -> Answer {
    change(cx, crate::preference::store)
}

/// `POST /users/{user_id}/preferences/delete`
pub fn delete(cx: &Context) -> Answer {
    change(cx, crate::preference::delete)
}

type Change = fn(&App, &Caller, &str, Result<Vec<Preference>, AppError>) -> Result<(), AppError>;

fn change(cx: &Context, change: Change) -> Answer {
    let user_id = cx.id("user_id")?;
    let preferences = json::typed(cx.body(), "preferences");
    change(cx.app, cx.caller()?, user_id, preferences)?;
    Ok(answer::ok())
}
