//! HTTP endpoints of accounts.

use super::{NewUser, Seen, User, sql, valid};
use crate::error::{self, AppError};
use crate::http::{Answer, Context, answer, json};
use crate::permission::{SIGN_UP, Target, USER_ACTIVE, USER_LEAVE, USER_PASSWORD, USER_ROLES};
use crate::store::Tx;
use crate::{audit, config, role, session};

/// `POST /users`: by an admin, by anyone while sign-up is open, and by whoever comes first.
pub fn create(cx: &Context) -> Answer {
    let body = json::object(cx.body(), "user")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let admin = cx.anyone.is_system_admin();
    let of_admin = |name| if admin { text(name) } else { String::new() };
    let auth_service = of_admin("auth_service");
    let password = text("password");
    let new = NewUser {
        id: text("id"),
        username: text("username"),
        email: text("email"),
        // An account of another service needs no password here.
        password: (auth_service.is_empty() || !password.is_empty()).then_some(password),
        nickname: text("nickname"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        position: text("position"),
        locale: text("locale"),
        auth_service,
        auth_data: of_admin("auth_data"),
        system_admin: false,
    };
    let user = super::create(cx.app, &cx.config, SIGN_UP.ask(&cx.anyone)?, new)?;
    // Mattermost: the answer shows the new account as its owner sees it.
    Ok(answer::created(&Seen::Own.view(&user)))
}

/// `GET /users`
pub fn list(cx: &Context) -> Answer {
    let filter = sql::Filter {
        active: cx.flag("active"),
        inactive: cx.flag("inactive"),
        role: cx.request.query("role").unwrap_or_default(),
    };
    if filter.active && filter.inactive {
        return Err(AppError::url_param("inactive"));
    }
    // Mattermost: the other orders need a team or a channel.
    if cx
        .request
        .query("sort")
        .is_some_and(|sort| !sort.is_empty())
    {
        return Err(AppError::url_param("sort"));
    }
    let users = cx
        .app
        .store
        .read(|tx| Ok(sql::list(tx, filter, cx.page())?))?;
    Ok(answer::json(
        &users
            .iter()
            .map(|user| seen(cx, user).view(user))
            .collect::<Vec<_>>(),
    ))
}

/// `GET /users/{user_id}`
pub fn get(cx: &Context) -> Answer {
    let id = cx.id("user_id")?;
    one(cx, &error::USER_MISSING, |tx| Ok(sql::by_id(tx, id)?))
}

/// `GET /users/username/{username}`
pub fn get_by_username(cx: &Context) -> Answer {
    let username = cx.param("username");
    if !valid::is_username(username) {
        // Mattermost: told as if it had been in the body.
        return Err(AppError::body_param("username"));
    }
    one(cx, &error::USERNAME_UNKNOWN, |tx| {
        Ok(sql::by_username(tx, username)?)
    })
}

/// `GET /users/email/{email}`
pub fn get_by_email(cx: &Context) -> Answer {
    let email = cx.param("email").to_lowercase();
    if !valid::is_email(&email) {
        return Err(AppError::url_param("email"));
    }
    if !cx.caller()?.is_system_admin() && !cx.config.is_on(&config::SHOW_EMAIL_ADDRESS) {
        return Err(AppError::new(&error::EMAIL_HIDDEN));
    }
    one(cx, &error::USER_MISSING, |tx| {
        Ok(sql::by_email(tx, &email)?)
    })
}

fn seen(cx: &Context, user: &User) -> Seen {
    Seen::by(&cx.anyone, &cx.config, &user.id)
}

fn one(
    cx: &Context,
    missing: &'static error::Failure,
    find: impl FnOnce(&Tx) -> Result<Option<User>, AppError>,
) -> Answer {
    let user = cx
        .app
        .store
        .read(find)?
        .ok_or_else(|| AppError::new(missing))?;
    let seen = seen(cx, &user);
    Ok(cx.unless_known(&seen.etag(&user), || answer::json(&seen.view(&user))))
}

/// `PUT /users/{user_id}/roles`
pub fn update_roles(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = json::texts_by_name(cx.body());
    let roles = role::parse_list(body.text("roles").unwrap_or_default())?;
    super::update_roles(cx.app, USER_ROLES.ask(cx.caller()?)?, user_id, roles)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/active`
pub fn update_active(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let active = json::texts_by_name(cx.body())
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
        about(cx, user_id, |target| USER_ACTIVE.ask_about(caller, target))?
    };
    super::update_active(cx.app, granted, user_id, active)?;
    Ok(answer::ok())
}

/// `PUT /users/{user_id}/password`
pub fn update_password(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = json::texts_by_name(cx.body());
    let caller = cx.caller()?;
    let set = || {
        let granted = about(cx, user_id, |target| {
            USER_PASSWORD.ask_about(caller, target)
        })?;
        let own = caller.user_id == user_id;
        let current = own.then(|| {
            session::check_current_password(
                cx.app,
                &cx.config,
                user_id,
                body.required("current_password")?,
            )
        });
        super::update_password(
            cx.app,
            &cx.config,
            granted,
            user_id,
            current.transpose()?,
            body.text("new_password").unwrap_or_default(),
        )
    };
    audit::attempt(cx.app, caller, &["attempted", "failed"], set)?;
    Ok(answer::ok())
}

/// Asks a rule about an account, which need not exist.
pub fn about<T>(
    cx: &Context,
    user_id: &str,
    ask: impl FnOnce(Target) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let user = cx.app.store.read(|tx| Ok(sql::by_id(tx, user_id)?))?;
    ask(user.as_ref().map_or(
        Target {
            user_id,
            is_system_admin: false,
        },
        User::target,
    ))
}
