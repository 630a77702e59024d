//! HTTP endpoints that change accounts.

use serde_json::{Map, Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::audit;
use crate::error::{self, AppError};
use crate::permission::USER_AUTH;
use crate::user::password::{self, PasswordChange};
use crate::user::{Patch, Seen, User, sql};

/// `PUT /users/{user_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::object(cx.body(), "user")?;
    let patch = patch_of(&body);
    if let Some(user) = changes_own_email(cx, user_id, &patch)? {
        check_password(cx, &user, body.required("password")?)?;
    }
    // Mattermost: here a user who does not exist is a bad parameter.
    change(cx, user_id, patch).map_err(|error| {
        if error.is(&error::USER_MISSING) {
            AppError::body_param("user_id")
        } else {
            error
        }
    })
}

/// `PUT /users/{user_id}`: the whole account as it was read, with what has changed.
pub fn update(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::object(cx.body(), "user")?;
    if body.text("id") != Some(user_id) {
        return Err(AppError::body_param("user_id"));
    }
    // Mattermost: an account that was sent whole has the time when it was made.
    let is_whole = body.get("create_at").and_then(Value::as_i64) > Some(0);
    let patch = match is_whole {
        true => whole_of(&body),
        false => Err(AppError::new(&error::BAD_CREATE_AT)),
    };
    if let Some(user) = changes_own_email(cx, user_id, &patch)? {
        // Mattermost: here a wrong password is told as a missing one.
        let right = check_password(cx, &user, body.text("password").unwrap_or_default());
        right.map_err(|_| AppError::body_param("password"))?;
    }
    change(cx, user_id, patch)
}

/// Returns what a body changes of an account; what is not sent stays.
///
/// # Errors
/// 400 for texts by name that are too long.
pub fn patch_of(body: &of_json::Object) -> Result<Patch, AppError> {
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
        props: props(body)?,
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
        props: patch.props.or_else(|| Some(json!({}))),
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

/// What a client keeps with an account, if that was sent.
pub fn props(body: &of_json::Object) -> Result<Option<Value>, AppError> {
    texts(body, "props", 8000)
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

/// Returns the caller's own account when the patch gives it another address, which asks for the password.
fn changes_own_email(
    cx: &Context,
    user_id: &str,
    patch: &Result<Patch, AppError>,
) -> Result<Option<User>, AppError> {
    let email = match patch {
        Ok(Patch { email, .. }) if cx.caller()?.user_id == user_id => email,
        _ => return Ok(None),
    };
    let user = cx.app.store.read(|tx| Ok(sql::by_id(tx, user_id)?))?;
    let changed = |user: &User| email.as_ref().is_some_and(|email| *email != user.email);
    Ok(user.filter(changed))
}

fn check_password(cx: &Context, user: &User, text: &str) -> Result<(), AppError> {
    password::check_current(cx.app, &cx.config, cx.caller()?, user, text).map_err(|error| {
        if error.is(&error::PASSWORD_INCORRECT) {
            AppError::new(&error::WRONG_PASSWORD)
        } else {
            error
        }
    })
}

fn change(cx: &Context, user_id: &str, patch: Result<Patch, AppError>) -> Answer {
    let user = crate::user::update(cx.app, cx.caller()?, user_id, patch)?;
    // Mattermost: whoever may change an account is shown it as its owner sees it.
    Ok(answer::json(&Seen::Own.view(&user)))
}

/// `PUT /users/{user_id}/auth`
pub fn update_auth(cx: &Context) -> Answer {
    let caller = cx.caller()?;
    // Mattermost: here the permission goes before the id and the body.
    USER_AUTH.ask(caller)?;
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
    crate::user::update_auth(cx.app, caller, user_id, service, data)?;
    Ok(answer)
}

/// `DELETE /users/{user_id}`: deactivates; with `?permanent=true`, where it is enabled, deletes.
pub fn delete(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let permanent = cx.flag("permanent");
    crate::user::delete(cx.app, &cx.config, cx.caller()?, user_id, permanent)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/roles`
pub fn update_roles(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = of_json::texts_by_name(cx.body());
    let roles = crate::permission::roles::parse_list(body.text("roles"))?;
    crate::user::update_roles(cx.app, cx.caller()?, user_id, roles)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/active`
pub fn update_active(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let active = of_json::values_by_name(cx.body())
        .bool("active")
        .ok_or_else(|| AppError::body_param("active"))?;
    crate::user::update_active(cx.app, &cx.config, cx.caller()?, user_id, active)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/password`
pub fn update_password(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let sent = of_json::values_by_name(cx.body());
    let body =
        of_json::texts_and_switches_by_name(cx.body(), &["revoke_sessions", "revoke_tokens"]);
    let caller = cx.caller()?;
    let change = PasswordChange {
        current: body.text("current_password"),
        new: body.text("new_password"),
        already_hashed: body.text("already_hashed") == "true",
        revoke_sessions: sent.bool("revoke_sessions").unwrap_or(false),
        revoke_tokens: sent.bool("revoke_tokens").unwrap_or(false),
    };
    let set = || password::update_password(cx.app, &cx.config, caller, user_id, change);
    audit::attempt(&cx.app.store, caller, &["attempted", "failed"], set)?;
    Ok(answer::ok())
}

/// `POST /users/{user_id}/email/verify/member`
pub fn verify_email(cx: &Context) -> Answer {
    let user = crate::user::verify_email(cx.app, cx.caller()?, cx.id("user_id")?)?;
    Ok(answer::json(&Seen::ByAdmin.view(&user)))
}

/// `POST /users/{user_id}/reset_failed_attempts`
pub fn unlock(cx: &Context) -> Answer {
    password::unlock(cx.app, cx.caller()?, cx.id("user_id")?)?;
    Ok(answer::ok())
}
