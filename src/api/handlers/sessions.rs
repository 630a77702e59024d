//! HTTP endpoints of sessions.

use serde::Serialize;
use serde_json::Value;

use crate::api::{Answer, Context, answer, json};
use crate::auth::{CLEARED_COOKIE, COOKIE};
use crate::clock::Millis;
use crate::error::AppError;
use crate::http::Response;
use crate::login::{Attempt, Login};
use crate::messaging::team;
use crate::permission::SESSION_READ;
use crate::secret::csrf_token;
use crate::session::sql;
use crate::store::Tx;
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
    let login = crate::login::login(cx.app, &cx.config, &cx.anyone, attempt)?;
    let mut response =
        answer::secret(&Seen::Own.view(&login.user)).with("Token", login.secret.reveal());
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
    let site = cx.config.site();
    let encrypted = cx.request.encrypted || site.is_some_and(|site| site.encrypted);
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
        crate::session::logout(cx.app, &cx.anyone)?;
    }
    let cleared = [
        CLEARED_COOKIE,
        "MMUSERID=; Path=/; Max-Age=0",
        "MMCSRF=; Path=/; Max-Age=0",
    ];
    let clear = |answer: Response, cookie| answer.with("Set-Cookie", cookie);
    Ok(cleared.into_iter().fold(answer::ok(), clear))
}

/// A session as the API shows it.
#[derive(Serialize)]
struct Shown<'s> {
    id: &'s str,
    /// Mattermost: always there, always empty.
    token: &'static str,
    create_at: Millis,
    expires_at: Millis,
    last_activity_at: Millis,
    user_id: &'s str,
    device_id: &'s str,
    roles: &'s str,
    is_oauth: bool,
    expired_notify: bool,
    props: &'s Value,
    team_members: &'s [team::Member],
    local: bool,
    /// Whether it is the session of the request; told to who asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_current: Option<bool>,
}

/// `GET /users/{user_id}/sessions`; with `?include_current=true`, also which of them sent the request.
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    SESSION_READ.ask_about(tx, cx.caller()?, user_id)?;
    let sessions = sql::list(tx, user_id, cx.app.clock.now())?;
    let team_members = team::sql::memberships(tx, user_id)?;
    let current = cx.flag("include_current").then_some(&cx.anyone.session_id);
    let shown: Vec<_> = sessions
        .iter()
        .map(|session| Shown {
            id: &session.id,
            token: "",
            create_at: session.create_at,
            expires_at: session.expires_at,
            last_activity_at: session.last_activity_at,
            user_id: &session.user_id,
            device_id: &session.device_id,
            roles: &session.roles,
            is_oauth: false,
            expired_notify: false,
            props: &session.props,
            team_members: &team_members,
            local: false,
            is_current: current.map(|current| session.id == *current),
        })
        .collect();
    Ok(answer::json(&shown))
}

/// `POST /users/{user_id}/sessions/revoke`
pub fn revoke(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = json::texts_by_name(cx.body());
    crate::session::revoke(cx.app, cx.caller()?, user_id, body.text("session_id"))?;
    Ok(answer::ok())
}

/// `POST /users/{user_id}/sessions/revoke/all`
pub fn revoke_all(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    crate::session::revoke_all(cx.app, cx.caller()?, user_id)?;
    Ok(answer::ok())
}

/// `PUT /users/sessions/device`
pub fn set_device(cx: &Context) -> Answer {
    let body = json::texts_by_name(cx.body());
    match body.text("device_id") {
        "" => Err(AppError::body_param("device_id")),
        device_id => {
            crate::session::set_device(cx.app, cx.caller()?, device_id)?;
            Ok(answer::ok())
        }
    }
}

/// `POST /users/sessions/revoke/all`
pub fn revoke_everybodys(cx: &Context) -> Answer {
    crate::session::revoke_everybodys(cx.app, cx.caller()?)?;
    Ok(answer::ok())
}
