//! Preferences: what clients keep for an account. The server stores and returns them, and reads none.

pub mod sql;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::audit;
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::permission::{Caller, PREFERENCES};
use crate::store::{StoreError, Tx};
use crate::user;

/// Mattermost: the most that is changed at once.
const AT_ONCE: usize = 100;

/// The most that an account has: enough for every client, and a bound of the file.
const OF_AN_ACCOUNT: i64 = 5000;

/// One of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Preference {
    /// Whose it is.
    pub user_id: String,
    /// At most 32 letters.
    pub category: String,
    /// At most 32 letters.
    pub name: String,
    /// At most 20,000 letters.
    #[serde(default)]
    pub value: String,
}

impl Preference {
    fn check(&self) -> Result<(), AppError> {
        let within = |text: &str, most: usize| text.chars().count() <= most && !text.contains('\0');
        if self.category.is_empty() || !within(&self.category, 32) {
            return Err(AppError::new(&error::PREFERENCE_CATEGORY));
        }
        if !within(&self.name, 32) {
            return Err(AppError::new(&error::PREFERENCE_NAME));
        }
        if !within(&self.value, 20_000) {
            return Err(AppError::new(&error::PREFERENCE_VALUE));
        }
        // Mattermost: a theme is an object of texts.
        let is_theme = || serde_json::from_str::<HashMap<String, String>>(&self.value).is_ok();
        if self.category == "theme" && !is_theme() {
            return Err(AppError::new(&error::PREFERENCE_THEME));
        }
        Ok(())
    }
}

/// Stores them, over those of the same category and name.
///
/// # Errors
/// One of them is another account's, or has a part that is too long.
pub fn store(
    app: &App,
    caller: &Caller,
    user_id: &str,
    preferences: Result<Vec<Preference>, AppError>,
) -> Result<(), AppError> {
    change(
        app,
        caller,
        user_id,
        preferences,
        sql::store,
        "preferences_changed",
    )
}

/// Deletes them.
///
/// # Errors
/// As [`store`]: what cannot be there cannot be deleted.
pub fn delete(
    app: &App,
    caller: &Caller,
    user_id: &str,
    preferences: Result<Vec<Preference>, AppError>,
) -> Result<(), AppError> {
    change(
        app,
        caller,
        user_id,
        preferences,
        sql::delete,
        "preferences_deleted",
    )
}

fn check_owner(user_id: &str, preferences: &[Preference]) -> Result<(), AppError> {
    match preferences
        .iter()
        .all(|preference| preference.user_id == user_id)
    {
        true => Ok(()),
        false => Err(AppError::new(&error::PREFERENCE_OWNER)),
    }
}

fn change(
    app: &App,
    caller: &Caller,
    user_id: &str,
    preferences: Result<Vec<Preference>, AppError>,
    change: fn(&Tx, &Preference) -> Result<(), StoreError>,
    event: &'static str,
) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = PREFERENCES.ask_about(tx, &caller, &user_id)?;
        let preferences = preferences?;
        if preferences.is_empty() || preferences.len() > AT_ONCE {
            return Err(AppError::body_param("preferences"));
        }
        check_owner(&user_id, &preferences)?;
        preferences.iter().try_for_each(Preference::check)?;
        user::find(tx, &user_id)?;
        for preference in &preferences {
            change(tx, preference)?;
        }
        if sql::has_more(tx, &user_id, OF_AN_ACCOUNT)? {
            let most = OF_AN_ACCOUNT.to_string();
            return Err(AppError::named(&error::PREFERENCE_LIMIT, &most));
        }
        // Mattermost: the list as JSON in a text.
        let list = serde_json::to_string(&preferences).unwrap_or_default();
        let data = json!({"preferences": list});
        news.tell(event, data, Audience::user(&user_id));
        audit::record(tx, &granted, "")
    })
}
