//! Accounts are deactivated and come back, and everyone hears of a changed one.

use std::sync::Arc;

use serde_json::json;

use super::{Seen, User, find, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::{Caller, Granted, USER_ACTIVE, USER_LEAVE};
use crate::store::Tx;
use crate::{audit, session};

/// Deactivates or reactivates an account. All its sessions end with the deactivation; its tokens stay, and are refused
/// until it is active again.
///
/// # Errors
/// Users may not deactivate themselves; the rule's refusal; the user does not exist.
pub fn update_active(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    user_id: &str,
    active: bool,
) -> Result<(), AppError> {
    let (config, caller, user_id) = (Arc::clone(config), caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let leaves = !active && caller.user_id == user_id;
        if leaves && !config.is_on(&config::ENABLE_USER_DEACTIVATION) {
            return Err(AppError::new(&error::ACTIVE_SELF));
        }
        let rule = if leaves { &USER_LEAVE } else { &USER_ACTIVE };
        let granted = rule.ask_about(tx, &caller, &user_id)?;
        let user = find(tx, &user_id)?;
        deactivate_or_reactivate(tx, news, &config, &granted, &user, active)
    })
}

/// Deactivates or reactivates an account, and disables the bots of one that is deactivated.
pub(super) fn deactivate_or_reactivate(
    tx: &Tx,
    news: &mut News,
    config: &Config,
    granted: &Granted,
    user: &User,
    active: bool,
) -> Result<(), AppError> {
    set_active(tx, news, user, active, granted.at())?;
    let user_id = &user.id;
    audit::record(tx, granted, &format!("user_id={user_id} active={active}"))?;
    if !active && config.is_on(&config::DISABLE_BOTS_WHEN_OWNER_IS_DEACTIVATED) {
        for bot in sql::bots_of(tx, user_id)? {
            set_active(tx, news, &bot, false, granted.at())?;
            audit::record(tx, granted, &format!("user_id={} active=false", bot.id))?;
        }
    }
    Ok(())
}

/// Deactivates (all sessions end) or reactivates.
pub fn set_active(
    tx: &Tx,
    news: &mut News,
    user: &User,
    active: bool,
    at: Millis,
) -> Result<(), AppError> {
    let delete_at = match (active, user.delete_at) {
        (true, _) => 0,
        (false, 0) => at,
        (false, since) => since,
    };
    sql::update_delete_at(tx, &user.id, delete_at, at)?;
    if !active {
        session::sql::delete_all_of(tx, &user.id)?;
        news.status_changed(&user.id, "offline");
    }
    let changed = User {
        delete_at,
        update_at: at,
        ..user.clone()
    };
    tell_updated(news, &changed);
    news.tell(
        "user_activation_status_change",
        json!({}),
        Audience::default(),
    );
    Ok(())
}

/// Everyone hears of a changed account, so only of what everyone may see whatever the privacy settings are.
pub fn tell_updated(news: &mut News, user: &User) {
    let view = Seen::ByOthers {
        email: false,
        names: false,
    }
    .view(user);
    news.tell("user_updated", json!({ "user": view }), Audience::default());
}
