//! HTTP endpoints of accounts.

use super::user_edits as edit;
use crate::api::{Answer, Context, answer, json};
use crate::config;
use crate::error::{self, AppError};
use crate::messaging::administration::team::sign_up;
use crate::store::Tx;
use crate::user::{NewUser, Seen, User, sql, valid};

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
        props: edit::props(&body)?,
        auth_service,
        auth_data: of_admin("auth_data"),
        email_verified: admin && body.bool("email_verified").unwrap_or(false),
        must_not_be_first: !cx.shows_setup_code(),
        ..NewUser::default()
    };
    // Mattermost: the secret of an invitation by e-mail; none is ever sent.
    if !cx.query("t").is_empty() {
        return Err(AppError::new(&error::SIGN_UP_LINK));
    }
    let user = match cx.query("iid") {
        "" => crate::user::create(cx.app, &cx.config, &cx.anyone, new)?,
        invite_id => sign_up(cx.app, &cx.config, &cx.anyone, new, invite_id)?,
    };
    // Mattermost: the answer shows the new account as its owner sees it.
    Ok(answer::created(&Seen::Own.view(&user)))
}

/// `GET /users/{user_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("user_id")?;
    let user = if id == cx.anyone.user_id {
        sql::by_number(tx, cx.anyone.user_number, id)?
    } else {
        sql::by_id(tx, id)?
    };
    shown(cx, &user.ok_or(&error::USER_MISSING)?)
}

/// `GET /users/username/{username}`
pub fn get_by_username(cx: &Context, tx: &Tx) -> Answer {
    let username = cx.param("username");
    if !valid::is_username(username) {
        // Mattermost: told as if it had been in the body.
        return Err(AppError::body_param("username"));
    }
    let user = sql::by_username(tx, username)?;
    shown(cx, &user.ok_or(&error::USERNAME_UNKNOWN)?)
}

/// `GET /users/email/{email}`
pub fn get_by_email(cx: &Context, tx: &Tx) -> Answer {
    let email = cx.param("email").to_lowercase();
    if !valid::is_email(&email) {
        return Err(AppError::url_param("email"));
    }
    if !cx.caller()?.is_system_admin() && !cx.config.is_on(&config::SHOW_EMAIL_ADDRESS) {
        return Err(AppError::new(&error::EMAIL_HIDDEN));
    }
    let user = sql::by_email(tx, &email)?.ok_or(&error::USER_MISSING)?;
    // Mattermost: by address, the own account is shown as any other.
    seen(cx, &user, Seen::listed(&cx.anyone, &cx.config))
}

/// One's own account with all fields, another user's with those that the settings show.
fn shown(cx: &Context, user: &User) -> Answer {
    seen(cx, user, Seen::by(&cx.anyone, &cx.config, &user.id))
}

fn seen(cx: &Context, user: &User, seen: Seen) -> Answer {
    Ok(cx.unless_known(&seen.etag(user), || answer::json(&seen.view(user))))
}
