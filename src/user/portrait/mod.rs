//! Pictures that accounts have of their own, kept as they were sent.

pub mod sql;

use super::activation::tell_updated;
use super::find;
use crate::app::App;
use crate::audit;
use crate::content::{self, kind};
use crate::error::{self, AppError};
use crate::event::News;
use crate::permission::{Caller, Granted, USER_UPDATE};
use crate::store::Tx;

/// Bytes of a picture at most.
pub const MOST: usize = 3 * 1024 * 1024;

/// Sets an account's picture. Mattermost: the rule is asked before it is said what is wrong with the form.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the form, the user does not exist, it is no picture or too large; there are too
/// many bytes of files.
pub fn set(
    app: &App,
    caller: &Caller,
    user_id: &str,
    bytes: Result<Vec<u8>, AppError>,
) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    let most = content::most(app);
    app.change(move |tx, news| {
        let granted = USER_UPDATE.ask_about(tx, &caller, &user_id)?;
        let bytes = bytes?;
        find(tx, &user_id).map_err(|_| AppError::url_param("user_id"))?;
        if bytes.len() > MOST {
            return Err(AppError::new(&error::PICTURE_LARGE));
        }
        let kind = kind::of_picture(&bytes).ok_or(&error::PICTURE_KIND)?;
        sql::delete(tx, &user_id)?;
        sql::insert(tx, &user_id, granted.at(), kind, &bytes)?;
        content::check_total(tx, most)?;
        changed(tx, news, &granted, &user_id)
    })
}

/// Takes an account's picture away: it has the one that is made from its id again.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the user does not exist.
pub fn delete(app: &App, caller: &Caller, user_id: &str) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = USER_UPDATE.ask_about(tx, &caller, &user_id)?;
        find(tx, &user_id)?;
        sql::delete(tx, &user_id)?;
        changed(tx, news, &granted, &user_id)
    })
}

fn changed(tx: &Tx, news: &mut News, granted: &Granted, user_id: &str) -> Result<(), AppError> {
    sql::touch_user(tx, user_id, granted.at())?;
    tell_updated(news, &find(tx, user_id)?);
    audit::record(tx, granted, &format!("user_id={user_id} picture"))
}
