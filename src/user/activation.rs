//! Accounts are deactivated and come back, and everyone hears of a changed one.

use std::sync::Arc;

use serde_json::json;

use super::{Seen, User, find, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::roles::{SYSTEM_ADMIN, holds};
use crate::permission::{Caller, Granted, USER_ACTIVE, USER_LEAVE};
use crate::store::Tx;
use crate::{audit, session};

/// Deactivates or reactivates an account. All its sessions end with the deactivation; its tokens stay, and are refused
/// until it is active again.
///
/// # Errors
/// Users may not deactivate themselves; the rule's refusal; the user does not exist, or is the last who manages the system.
pub fn update_active(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    user_id: &str,
    active: bool,
) -> Result<(), AppError> {
    let (config, caller, user_id) = (Arc::clone(config), caller.clone(), user_id.to_owned());
    let work = move |tx: &Tx, news: &mut News| {
        let leaves = !active && caller.user_id == user_id;
        if leaves && !config.is_on(&config::ENABLE_USER_DEACTIVATION) {
            return Err(AppError::new(&error::ACTIVE_SELF));
        }
        let rule = if leaves { &USER_LEAVE } else { &USER_ACTIVE };
        let granted = rule.ask_about(tx, &caller, &user_id)?;
        let user = find(tx, &user_id)?;
        deactivate_or_reactivate(tx, news, &config, &granted, &user, active)
    };
    if active {
        app.change(work)
    } else {
        app.take_away(work)
    }
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
    if !active {
        keep_an_admin(tx, granted.caller(), user)?;
    }
    set_active(tx, news, user, active, granted.at())?;
    let user_id = &user.id;
    audit::record(tx, granted, &format!("user_id={user_id} active={active}"))?;
    if active {
        return Ok(());
    }
    disable_bots_of(tx, news, config, granted, user_id)
}

/// Disables the bots of a user who is deactivated or deleted, where the settings say so.
pub(super) fn disable_bots_of(
    tx: &Tx,
    news: &mut News,
    config: &Config,
    granted: &Granted,
    owner_id: &str,
) -> Result<(), AppError> {
    if !config.is_on(&config::DISABLE_BOTS_WHEN_OWNER_IS_DEACTIVATED) {
        return Ok(());
    }
    for bot in sql::bots_of(tx, owner_id)? {
        set_active(tx, news, &bot, false, granted.at())?;
        audit::record(tx, granted, &format!("user_id={} active=false", bot.id))?;
    }
    Ok(())
}

/// Refuses what would leave nobody who manages the system, unless the operator insists.
///
/// # Errors
/// The user is the last active system admin.
pub fn keep_an_admin(tx: &Tx, caller: &Caller, user: &User) -> Result<(), AppError> {
    let is_admin = user.delete_at == 0 && !user.is_bot() && holds(&user.roles, SYSTEM_ADMIN);
    if is_admin && !caller.forced && !sql::has_another_admin(tx, &user.id)? {
        return Err(AppError::new(&error::LAST_ADMIN));
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
