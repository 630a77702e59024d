//! HTTP endpoints of accounts.

use super::user_edits as edit;
use crate::api::{Answer, Context, answer, json};
use crate::config;
use crate::error::{self, AppError};
use crate::http::Response;
use crate::permission::{Granted, Rule, SIGN_UP, Target};
use crate::store::Tx;
use crate::user::{NewUser, Seen, User, picture, sql, valid};

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
        email: text("email").trim().to_owned(),
        // An account of another service needs no password here.
        password: (auth_service.is_empty() || !password.is_empty()).then_some(password),
        nickname: text("nickname"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        position: text("position"),
        locale: valid::locale_or_default(text("locale")),
        notify_props: edit::notify_props(&body)?,
        timezone: edit::timezone(&body)?,
        auth_service,
        auth_data: of_admin("auth_data"),
        ..NewUser::default()
    };
    let user = crate::user::create(cx.app, &cx.config, SIGN_UP.ask(&cx.anyone)?, new)?;
    // Mattermost: the answer shows the new account as its owner sees it.
    Ok(answer::created(&Seen::Own.view(&user)))
}

/// `GET /users/{user_id}/image`: a picture made from the id.
pub fn picture(cx: &Context) -> Answer {
    let id = cx.id("user_id")?;
    cx.read(|tx| crate::user::find(tx, id))?;
    let picture = || {
        Response::new(200, "image/png", picture::png(id))
            .with("Cache-Control", "max-age=86400, private")
    };
    Ok(cx.unless_known(id, picture))
}

/// `GET /users/{user_id}`
pub fn get(cx: &Context) -> Answer {
    let id = cx.id("user_id")?;
    one(cx, &error::USER_MISSING, own_or_not, |tx| {
        Ok(if id == cx.anyone.user_id {
            sql::by_number(tx, cx.anyone.user_number, id)?
        } else {
            sql::by_id(tx, id)?
        })
    })
}

/// `GET /users/username/{username}`
pub fn get_by_username(cx: &Context) -> Answer {
    let username = cx.param("username");
    if !valid::is_username(username) {
        // Mattermost: told as if it had been in the body.
        return Err(AppError::body_param("username"));
    }
    one(cx, &error::USERNAME_UNKNOWN, own_or_not, |tx| {
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
    // Mattermost: by address, the own account is shown as any other.
    let listed = |cx: &Context, _: &User| Seen::listed(&cx.anyone, &cx.config);
    one(cx, &error::USER_MISSING, listed, |tx| {
        Ok(sql::by_email(tx, &email)?)
    })
}

fn own_or_not(cx: &Context, user: &User) -> Seen {
    Seen::by(&cx.anyone, &cx.config, &user.id)
}

fn one(
    cx: &Context,
    missing: &'static error::Failure,
    seen: fn(&Context, &User) -> Seen,
    find: impl FnOnce(&Tx) -> Result<Option<User>, AppError>,
) -> Answer {
    let user = cx.read(find)?.ok_or_else(|| AppError::new(missing))?;
    let seen = seen(cx, &user);
    Ok(cx.unless_known(&seen.etag(&user), || answer::json(&seen.view(&user))))
}

/// Asks a rule about an account, which need not exist.
pub fn about(cx: &Context, user_id: &str, rule: &'static Rule) -> Result<Granted, AppError> {
    let user = cx.read(|tx| Ok(sql::by_id(tx, user_id)?))?;
    rule.ask_about(
        cx.caller()?,
        user.as_ref().map_or(Target::nobody(user_id), User::target),
    )
}
