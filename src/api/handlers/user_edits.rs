//! HTTP endpoints that change accounts.

use serde_json::{Map, Value, json};

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::permission::{
    Granted, Permission, USER_ACTIVE, USER_AUTH, USER_DELETE, USER_LEAVE, USER_PASSWORD,
    USER_ROLES, USER_UNLOCK, USER_UPDATE,
};
use crate::user::{Patch, Seen, User, password, sql};
use crate::{audit, config};

/// `PUT /users/{user_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::object(cx.body(), "user")?;
    let granted = about(cx, user_id, &USER_UPDATE)?;
    let found = cx.read(|tx| Ok(sql::by_id(tx, user_id)?))?;
    let user = found.ok_or_else(|| AppError::body_param("user_id"))?;
    let patch = patch_of(&body)?;
    if changes_own_email(cx, &user, &patch) {
        check_password(cx, &user, body.required("password")?)?;
    }
    change(cx, granted, &user.id, patch)
}

/// `PUT /users/{user_id}`: the whole account as it was read, with what has changed.
pub fn update(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::object(cx.body(), "user")?;
    if body.text("id") != Some(user_id) {
        return Err(AppError::body_param("user_id"));
    }
    let granted = about(cx, user_id, &USER_UPDATE)?;
    let user = cx.read(|tx| crate::user::find(tx, user_id))?;
    let patch = whole_of(&body)?;
    if changes_own_email(cx, &user, &patch) {
        // Mattermost: here a wrong password is told as a missing one.
        let right = check_password(cx, &user, body.text("password").unwrap_or_default());
        right.map_err(|_| AppError::body_param("password"))?;
    }
    change(cx, granted, &user.id, patch)
}

fn patch_of(body: &of_json::Object) -> Result<Patch, AppError> {
    let text = |name| body.text(name).map(str::to_owned);
    Ok(Patch {
        username: text("username"),
        email: text("email"),
        nickname: text("nickname"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        position: text("position"),
        locale: text("locale").filter(|locale| !locale.is_empty()),
        notify_props: notify_props(body)?,
        timezone: timezone(body)?,
        bot_description: None,
    })
}

/// Mattermost: a field that is not sent is emptied.
fn whole_of(body: &of_json::Object) -> Result<Patch, AppError> {
    let patch = patch_of(body)?;
    let or_empty = |text: Option<String>| text.or_else(|| Some(String::new()));
    Ok(Patch {
        username: or_empty(patch.username),
        email: or_empty(patch.email),
        nickname: or_empty(patch.nickname),
        first_name: or_empty(patch.first_name),
        last_name: or_empty(patch.last_name),
        position: or_empty(patch.position),
        notify_props: patch.notify_props.or_else(|| Some(json!({}))),
        ..patch
    })
}

/// What an account is notified of, if that was sent.
pub fn notify_props(body: &of_json::Object) -> Result<Option<Value>, AppError> {
    texts(body, "notify_props", 2000)
}

/// Where an account is, if that was sent.
pub fn timezone(body: &of_json::Object) -> Result<Option<Value>, AppError> {
    texts(body, "timezone", 256)
}

/// An object of texts; members that are none are left out.
fn texts(body: &of_json::Object, name: &str, most: usize) -> Result<Option<Value>, AppError> {
    let Some(members) = body.get(name).and_then(Value::as_object) else {
        return Ok(None);
    };
    let texts = members.iter().filter(|(_, value)| value.is_string());
    let texts: Map<String, Value> = texts
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let value = Value::Object(texts);
    // Mattermost: bytes that its table holds.
    if value.to_string().len() > most {
        Err(AppError::body_param(name))
    } else {
        Ok(Some(value))
    }
}

fn changes_own_email(cx: &Context, user: &User, patch: &Patch) -> bool {
    let changed = |email: &String| *email != user.email;
    cx.anyone.user_id == user.id && patch.email.as_ref().is_some_and(changed)
}

fn check_password(cx: &Context, user: &User, text: &str) -> Result<(), AppError> {
    let checked = password::check_current(cx.app, &cx.config, &user.id, text);
    checked.map(drop).map_err(|error| {
        if error.is(&error::PASSWORD_INCORRECT) {
            AppError::new(&error::WRONG_PASSWORD)
        } else {
            error
        }
    })
}

fn change(cx: &Context, granted: Granted, user_id: &str, patch: Patch) -> Answer {
    let user = crate::user::update(cx.app, granted, user_id, patch)?;
    // Mattermost: whoever may change an account is shown it as its owner sees it.
    Ok(answer::json(&Seen::Own.view(&user)))
}

/// `PUT /users/{user_id}/auth`
pub fn update_auth(cx: &Context) -> Answer {
    // Mattermost: here the permission goes before the id.
    let granted = USER_AUTH.ask(cx.caller()?)?;
    let user_id = cx.id("user_id")?;
    let body = of_json::object(cx.body(), "user")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let (service, data) = (text("auth_service"), text("auth_data"));
    let fits = |text: &str, most: usize| {
        !text.is_empty() && text.chars().count() <= most && !text.contains('\0')
    };
    if !fits(&service, 32) || !fits(&data, 128) {
        return Err(AppError::new(&error::BAD_AUTH));
    }
    let answer = answer::json(&json!({"auth_service": service, "auth_data": data}));
    crate::user::update_auth(cx.app, granted, user_id, service, data)?;
    Ok(answer)
}

/// `DELETE /users/{user_id}`: deactivates; with `?permanent=true`, where it is enabled, deletes.
pub fn delete(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let granted = about(cx, user_id, &USER_DELETE)?;
    let caller = cx.caller()?;
    let leaves = caller.user_id == user_id && !caller.has(Permission::ManageSystem);
    if leaves && !cx.config.is_on(&config::ENABLE_USER_DEACTIVATION) {
        return Err(AppError::new(&error::ACTIVE_SELF));
    }
    cx.read(|tx| crate::user::find(tx, user_id))?;
    if !cx.flag("permanent") {
        crate::user::update_active(cx.app, &cx.config, granted, user_id, false)?;
    } else if cx.config.is_on(&config::ENABLE_API_USER_DELETION) {
        crate::user::delete(cx.app, granted, user_id)?;
    } else {
        return Err(AppError::new(&error::USER_DELETION_DISABLED));
    }
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/roles`
pub fn update_roles(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::texts_by_name(cx.body());
    let roles = crate::permission::roles::parse_list(body.text("roles"))?;
    crate::user::update_roles(cx.app, USER_ROLES.ask(cx.caller()?)?, user_id, roles)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/active`
pub fn update_active(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let active = of_json::values_by_name(cx.body())
        .bool("active")
        .ok_or_else(|| AppError::body_param("active"))?;
    let caller = cx.caller()?;
    let leaves = !active && caller.user_id == user_id;
    if leaves && !cx.config.is_on(&config::ENABLE_USER_DEACTIVATION) {
        return Err(AppError::new(&error::ACTIVE_SELF));
    }
    let granted = if leaves {
        USER_LEAVE.ask(caller)?
    } else {
        about(cx, user_id, &USER_ACTIVE)?
    };
    crate::user::update_active(cx.app, &cx.config, granted, user_id, active)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/password`
pub fn update_password(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::texts_by_name(cx.body());
    let caller = cx.caller()?;
    let set = || {
        let found = cx.read(|tx| Ok(sql::by_id(tx, user_id)?))?;
        // Mattermost: an account that does not exist is refused as somebody else's.
        let user = found.ok_or_else(|| USER_PASSWORD.refusal())?;
        let granted = USER_PASSWORD.ask_about(caller, user.target())?;
        let own = caller.user_id == user_id;
        if body.text("already_hashed") == "true" {
            // Taken for a password, somebody else's hash would lock the account.
            return Err(AppError::new(if own && !caller.is_system_admin() {
                &error::PASSWORD_HASHED
            } else {
                &error::NOT_IMPLEMENTED
            }));
        }
        let current = own.then(|| current_password(cx, &user, body.required("current_password")?));
        password::update_password(
            cx.app,
            &cx.config,
            granted,
            user_id,
            current.transpose()?,
            body.text("new_password"),
        )
    };
    audit::attempt(&cx.app.store, caller, &["attempted", "failed"], set)?;
    Ok(answer::ok())
}

/// The stored hash of the password that its owner has shown to know.
fn current_password(cx: &Context, user: &User, text: &str) -> Result<String, AppError> {
    if user.auth_data.is_some() {
        return Err(AppError::new(&error::PASSWORD_OF_SERVICE));
    }
    password::check_current(cx.app, &cx.config, &user.id, text)
}

/// `POST /users/{user_id}/reset_failed_attempts`
pub fn unlock(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    // Mattermost: who may unlock nobody is not told who is there.
    USER_UNLOCK.ask(cx.caller()?)?;
    let user = cx.read(|tx| crate::user::find(tx, user_id))?;
    if !["", "ldap"].contains(&user.auth_service.as_str()) {
        return Err(AppError::new(&error::UNLOCK_SERVICE));
    }
    let granted = USER_UNLOCK.ask_about(cx.caller()?, user.target())?;
    password::unlock(cx.app, granted, user_id)?;
    Ok(answer::ok())
}
