//! HTTP endpoints of preferences.

use crate::api::{Answer, Context, answer, json};
use crate::app::App;
use crate::error::{self, AppError};
use crate::messaging::post;
use crate::permission::{CHANNEL_READ, Caller, PREFERENCES};
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
    for part in ["category", "preference_name"] {
        let text = cx.param(part);
        if !text.is_empty() && !is_word(text) {
            return Err(AppError::url_param(part));
        }
    }
    PREFERENCES.ask_about(tx, cx.caller()?, user_id)?;
    Ok(sql::list(
        tx,
        user_id,
        cx.param("category"),
        cx.param("preference_name"),
    )?)
}

/// Mattermost: two letters at least, small ones and digits, between them also `-` and `_`.
fn is_word(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let bytes = text.as_bytes();
    let is_inner = |byte: &u8| is_end(Some(byte)) || b"-_".contains(byte);
    bytes.len() >= 2 && is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(is_inner)
}

/// Mattermost: a post that is flagged is one that the caller may read.
fn check_flagged(cx: &Context, preferences: &[Preference]) -> Result<(), AppError> {
    for preference in preferences
        .iter()
        .filter(|it| it.category == "flagged_post")
    {
        let caller = cx.caller()?;
        cx.app.store.read(|tx| {
            post::readable_by_member(tx, caller, &preference.name).map_err(|error| {
                match error.is(CHANNEL_READ.refused)
                    && post::sql::by_id(tx, &preference.name).is_ok_and(|it| it.is_some())
                {
                    true => error,
                    false => AppError::body_param("preference.name"),
                }
            })
        })?;
    }
    Ok(())
}

/// `PUT /users/{user_id}/preferences`
pub fn update(cx: &Context) -> Answer {
    if let Ok(preferences) = json::typed::<Vec<Preference>>(cx.body(), "preferences") {
        check_flagged(cx, &preferences)?;
    }
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
