//! HTTP endpoints of preferences.

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json};
use crate::app::App;
use crate::error::{self, AppError};
use crate::permission::{Granted, PREFERENCES};
use crate::preference::{AT_ONCE, Preference, sql};

/// `GET /users/{user_id}/preferences`
pub fn list(cx: &Context) -> Answer {
    Ok(answer::json(&found(cx)?))
}

/// `GET /users/{user_id}/preferences/{category}`
pub fn list_of_category(cx: &Context) -> Answer {
    let found = found(cx)?;
    // Mattermost: an empty category is one that does not exist.
    if found.is_empty() {
        Err(AppError::new(&error::PREFERENCE_CATEGORY_MISSING))
    } else {
        Ok(answer::json(&found))
    }
}

/// `GET /users/{user_id}/preferences/{category}/name/{preference_name}`
pub fn get(cx: &Context) -> Answer {
    let one = found(cx)?.into_iter().next();
    Ok(answer::json(&one.ok_or_else(|| {
        AppError::new(&error::PREFERENCE_MISSING)
    })?))
}

fn found(cx: &Context) -> Result<Vec<Preference>, AppError> {
    let user_id = cx.id("user_id")?;
    about(cx, user_id, &PREFERENCES)?;
    cx.read(|tx| {
        Ok(sql::list(
            tx,
            user_id,
            cx.param("category"),
            cx.param("preference_name"),
        )?)
    })
}

/// `PUT /users/{user_id}/preferences`
pub fn update(cx: &Context) -> Answer {
    change(cx, crate::preference::store)
}

/// `POST /users/{user_id}/preferences/delete`
pub fn delete(cx: &Context) -> Answer {
    change(cx, crate::preference::delete)
}

fn change(
    cx: &Context,
    change: fn(&App, Granted, &str, Vec<Preference>) -> Result<(), AppError>,
) -> Answer {
    let user_id = cx.id("user_id")?;
    let granted = about(cx, user_id, &PREFERENCES)?;
    let preferences: Vec<Preference> = json::typed(cx.body(), "preferences")?;
    if preferences.is_empty() || preferences.len() > AT_ONCE {
        return Err(AppError::body_param("preferences"));
    }
    change(cx.app, granted, user_id, preferences)?;
    Ok(answer::ok())
}
