//! Changes to an account: its fields, roles, password, the service that logs it in; and its deletion.

use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::activation::{deactivate_or_reactivate, disable_bots_of, keep_an_admin, tell_updated};
use super::{User, as_stored, auth_data_is_free, filled, find, free, sql, valid};
use crate::app::App;
use crate::audit;
use crate::config::{self, Config};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::roles::{SYSTEM_ADMIN, holds};
use crate::permission::{
    Caller, Granted, Permission, USER_AUTH, USER_DELETE, USER_ROLES, USER_UPDATE, USER_VERIFY, Via,
};
use crate::store::Tx;

/// Mattermost: a list of roles is not longer.
const ROLES_BYTES: usize = 256;

/// Gives and takes roles; they hold on the next request.
///
/// # Errors
/// The rule's refusal; the user or one of the roles does not exist; the roles permit more than the caller's; nobody would
/// be left who manages the system.
pub fn update_roles(
    app: &App,
    caller: &Caller,
    user_id: &str,
    roles: String,
) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    // Whether it gives or takes is known in the transaction alone.
    app.take_away(move |tx, news| {
        USER_ROLES.ask(&caller)?;
        let user = sql::by_id(tx, &user_id)?.ok_or(&error::USER_MISSING_400)?;
        for name in roles.split_whitespace() {
            crate::permission::sql::by_name(tx, name)?.ok_or(&error::ROLE_UNKNOWN_400)?;
        }
        if roles.len() > ROLES_BYTES {
            return Err(AppError::new(&error::ROLES_LIMIT));
        }
        let granted = USER_ROLES.ask_about(tx, &caller, &user_id)?;
        // Nobody gives more than they have.
        if !caller
            .permissions
            .includes(crate::permission::sql::permissions(tx, &roles)?)
        {
            return Err(USER_ROLES.refusal());
        }
        if !holds(&roles, SYSTEM_ADMIN) {
            keep_an_admin(tx, &caller, &user)?;
        }
        sql::update_roles(tx, &user_id, &roles, granted.at())?;
        news.tell(
            "user_role_updated",
            json!({"user_id": user_id, "roles": roles}),
            Audience::user(&user_id),
        );
        audit::record(tx, &granted, &format!("user={user_id} roles={roles}"))
    })
}

/// What of an account is to change; what is not there stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Username.
    pub username: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Nickname.
    pub nickname: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Locale.
    pub locale: Option<String>,
    /// The whole of them.
    pub notify_props: Option<Value>,
    /// The whole of it.
    pub timezone: Option<Value>,
    /// The whole of them.
    pub props: Option<Value>,
    /// Of bots.
    pub bot_description: Option<String>,
}

/// Changes a user's fields. Mattermost: the rule is asked before it is said what is wrong with the patch.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the user does not exist, the patch, the first field that is not as it must
/// be, username or address taken.
pub fn update(
    app: &App,
    caller: &Caller,
    user_id: &str,
    patch: Result<Patch, AppError>,
) -> Result<User, AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = USER_UPDATE.ask_about(tx, &caller, &user_id)?;
        let user = find(tx, &user_id)?;
        apply(tx, news, &granted, user, patch?)
    })
}

/// Changes the fields of a user, or of a bot, in the transaction.
///
/// # Errors
/// The first field that is not as it must be; username or address taken.
pub fn apply(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    mut user: User,
    patch: Patch,
) -> Result<User, AppError> {
    patch.apply(&mut user);
    user.update_at = granted.at();
    valid::check(&user)?;
    free(tx, &user)?;
    sql::update(tx, &user)?;
    tell_updated(news, &user);
    audit::record(tx, granted, "")?;
    Ok(user)
}

/// Mattermost: words that an account is notified of no longer name it by the username that it had; there is a list of them from
/// then on.
fn without_mentions_of(username: &str, notify_props: &RawValue) -> Box<RawValue> {
    let mut props: Map<String, Value> =
        serde_json::from_str(notify_props.get()).unwrap_or_default();
    let keys = props
        .get("mention_keys")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let kept = keys
        .split(',')
        .filter(|key| !key.is_empty() && key.strip_prefix('@').unwrap_or(key) != username);
    let kept: String = kept.map(|key| format!(",{key}")).collect();
    props.insert("mention_keys".to_owned(), kept.into());
    as_stored(&Value::Object(props))
}

impl Patch {
    fn apply(self, user: &mut User) {
        let lower = |text: Option<String>| text.map(|text| text.to_lowercase());
        let clean = |text: Option<String>| text.map(|text| valid::without_invisible(&text));
        let (old_username, old_email) = (user.username.clone(), user.email.clone());
        let texts = [
            (&mut user.username, clean(lower(self.username))),
            (&mut user.email, lower(self.email)),
            (&mut user.nickname, clean(self.nickname)),
            (&mut user.first_name, clean(self.first_name)),
            (&mut user.last_name, clean(self.last_name)),
            (&mut user.position, self.position),
            (&mut user.locale, self.locale),
            (&mut user.bot_description, clean(self.bot_description)),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                *field = text;
            }
        }
        // Mattermost: nobody has said that the new address is right.
        user.email_verified &= user.email == old_email;
        if let Some(notify_props) = self.notify_props {
            user.notify_props = filled(notify_props);
        }
        if let Some(timezone) = self.timezone {
            user.timezone = as_stored(&timezone);
        }
        if user.username != old_username {
            user.notify_props = without_mentions_of(&old_username, &user.notify_props);
        }
        if let Some(props) = self.props {
            user.props = as_stored(&props);
        }
    }
}

/// Notes that the address of an account is right; returns the account.
///
/// # Errors
/// There is no such user; the rule's refusal.
pub fn verify_email(app: &App, caller: &Caller, user_id: &str) -> Result<User, AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let user = find(tx, &user_id)?;
        let granted = USER_VERIFY.ask(&caller)?;
        let user = User {
            email_verified: true,
            update_at: granted.at(),
            ..user
        };
        sql::update(tx, &user)?;
        tell_updated(news, &user);
        audit::record(tx, &granted, "user verified")?;
        Ok(user)
    })
}

/// Lets another service log the account in: no password any more. Mattermost: nobody checks that the service is known.
///
/// # Errors
/// The rule's refusal; the user does not exist; another account has the name at that service.
pub fn update_auth(
    app: &App,
    caller: &Caller,
    user_id: &str,
    service: String,
    data: String,
) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.store.write(move |tx| {
        let granted = USER_AUTH.ask(&caller)?;
        find(tx, &user_id)?;
        auth_data_is_free(tx, Some(&data), &user_id)?;
        sql::update_auth(tx, &user_id, &service, &data, granted.at())?;
        audit::record(
            tx,
            &granted,
            &format!("updated user {user_id} auth to service={service}"),
        )
    })
}

/// Deactivates an account or, if `permanent`, deletes it for good with its sessions, tokens and preferences.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, users may not deactivate themselves, the user does not exist, deleting for
/// good is switched off.
pub fn delete(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    user_id: &str,
    permanent: bool,
) -> Result<(), AppError> {
    let (config, caller, user_id) = (Arc::clone(config), caller.clone(), user_id.to_owned());
    app.take_away(move |tx, news| {
        let granted = USER_DELETE.ask_about(tx, &caller, &user_id)?;
        let leaves = caller.user_id == user_id && !caller.has(Permission::ManageSystem);
        if leaves && !config.is_on(&config::ENABLE_USER_DEACTIVATION) {
            return Err(AppError::new(&error::ACTIVE_SELF));
        }
        let user = find(tx, &user_id)?;
        if !permanent {
            return deactivate_or_reactivate(tx, news, &config, &granted, &user, false);
        }
        // The operator may do what the settings forbid.
        if caller.via != Via::Operator && !config.is_on(&config::ENABLE_API_USER_DELETION) {
            return Err(AppError::new(&error::USER_DELETION_DISABLED));
        }
        keep_an_admin(tx, &caller, &user)?;
        disable_bots_of(tx, news, &config, &granted, &user_id)?;
        sql::delete(tx, &user_id)?;
        audit::record(tx, &granted, &format!("user_id={user_id} deleted"))
    })
}
