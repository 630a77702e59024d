//! HTTP endpoints of sessions.

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json};
use crate::auth::{CLEARED_COOKIE, COOKIE};
use crate::permission::{LOGIN, SESSION_READ, SESSION_REVOKE, SESSION_REVOKE_ALL};
use crate::secret::csrf_token;
use crate::session::{Attempt, Login, sql};
use crate::user::Seen;

/// `POST /users/login`
pub fn login(cx: &Context) -> Answer {
    let body = json::texts_by_name(cx.body());
    let text = |name| body.text(name).to_owned();
    let attempt = Attempt {
        id: text("id"),
        login_id: text("login_id"),
        password: text("password"),
        device_id: text("device_id"),
        user_agent: cx
            .request
            .header("user-agent")
            .unwrap_or_default()
            .to_owned(),
    };
    // Whoever logs in does so as nobody, also with a session of before.
    let login = crate::session::login(cx.app, &cx.config, LOGIN.ask(&cx.anyone)?, attempt)?;
    let mut response =
        answer::json(&Seen::Own.view(&login.user)).with("Token", login.secret.reveal());
    // Mattermost: browsers' clients ask for the cookies by this header.
    if cx.request.header("x-requested-with") == Some("XMLHttpRequest") {
        for cookie in cookies(cx, &login) {
            response = response.with("Set-Cookie", cookie);
        }
    }
    Ok(response)
}

fn cookies(cx: &Context, login: &Login) -> [String; 3] {
    let secret = login.secret.reveal();
    let encrypted = cx.request.encrypted;
    let end = format!(
        "Path=/; Max-Age={}; SameSite=Lax{}",
        login.length / 1000,
        if encrypted { "; Secure" } else { "" }
    );
    [
        format!("{COOKIE}={secret}; HttpOnly; {end}"),
        format!("MMUSERID={}; {end}", login.user.id),
        format!("MMCSRF={}; {end}", csrf_token(secret)),
    ]
}

/// `POST /users/logout`
pub fn logout(cx: &Context) -> Answer {
    if cx.caller().is_ok() {
        crate::session::logout(cx.app, LOGIN.ask(&cx.anyone)?)?;
    }
    Ok(answer::ok().with("Set-Cookie", CLEARED_COOKIE))
}

/// `GET /users/{user_id}/sessions`; with `?include_current=true`, also which of them sent the request.
pub fn list(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    about(cx, user_id, &SESSION_READ)?;
    let mut sessions = cx.read(|tx| Ok(sql::list(tx, user_id, cx.app.clock.now())?))?;
    if cx.flag("include_current") {
        let current = &cx.caller()?.session_id;
        sessions = sessions
            .into_iter()
            .map(|session| session.beside(current))
            .collect();
    }
    Ok(answer::json(&sessions))
}

/// `POST /users/{user_id}/sessions/revoke`
pub fn revoke(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let granted = about(cx, user_id, &SESSION_REVOKE)?;
    let body = json::texts_by_name(cx.body());
    crate::session::revoke(cx.app, granted, user_id, body.required("session_id")?)?;
    Ok(answer::ok())
}

/// `POST /users/{user_id}/sessions/revoke/all`
pub fn revoke_all(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let granted = about(cx, user_id, &SESSION_REVOKE)?;
    crate::session::revoke_all(cx.app, granted, user_id)?;
    Ok(answer::ok())
}

/// `POST /users/sessions/revoke/all`
pub fn revoke_everybodys(cx: &Context) -> Answer {
    crate::session::revoke_everybodys(cx.app, SESSION_REVOKE_ALL.ask(cx.caller()?)?)?;
    Ok(answer::ok())
}
