//! Preferences: what clients keep for an account. The server stores and returns them, and reads none.

pub mod sql;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::audit;
use crate::error::{self, AppError};
use crate::permission::Granted;
use crate::user;

/// Mattermost: the most that is changed at once.
pub const AT_ONCE: usize = 100;

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
        Ok(())
    }
}

/// Stores them, over those of the same category and name.
///
/// # Errors
/// One of them is another account's, or has a part that is too long.
pub fn store(
    app: &App,
    granted: Granted,
    user_id: &str,
    preferences: Vec<Preference>,
) -> Result<(), AppError> {
    check_owner(user_id, &preferences)?;
    preferences.iter().try_for_each(Preference::check)?;
    change(app, granted, user_id, move |tx| {
        preferences
            .iter()
            .try_for_each(|preference| sql::store(tx, preference))
    })
}

/// Deletes them.
///
/// # Errors
/// As [`store`]: what cannot be there cannot be deleted.
pub fn delete(
    app: &App,
    granted: Granted,
    user_id: &str,
    preferences: Vec<Preference>,
) -> Result<(), AppError> {
    check_owner(user_id, &preferences)?;
    preferences.iter().try_for_each(Preference::check)?;
    change(app, granted, user_id, move |tx| {
        preferences
            .iter()
            .try_for_each(|preference| sql::delete(tx, preference))
    })
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
    granted: Granted,
    user_id: &str,
    work: impl FnOnce(&crate::store::Tx) -> Result<(), crate::store::StoreError> + Send + 'static,
) -> Result<(), AppError> {
    let user_id = user_id.to_owned();
    app.store.write(move |tx| {
        user::find(tx, &user_id)?;
        work(tx)?;
        audit::record(tx, &granted, "")
    })
}
