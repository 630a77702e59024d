//! HTTP endpoints of personal access tokens.

use serde::Serialize;

use super::{Change, Token, sql};
use crate::audit;
use crate::http::{Answer, Context, answer, json};
use crate::permission::{Rule, TOKEN_CREATE, TOKEN_READ, TOKEN_READ_ALL, TOKEN_REVOKE};
use crate::user::api::about;

/// The one answer that shows a secret.
#[derive(Serialize)]
struct Created<'t> {
    token: &'t str,
    #[serde(flatten)]
    of: &'t Token,
}

/// `POST /users/{user_id}/tokens`
pub fn create(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let body = json::object(cx.body(), "user_access_token")?;
    let description = body.required("description")?;
    let caller = cx.caller()?;
    let (token, secret) = audit::attempt(cx.app, caller, &[""], || {
        let granted = about(cx, user_id, |target| TOKEN_CREATE.ask_about(caller, target))?;
        super::create(cx.app, &cx.config, granted, user_id, description)
    })?;
    // Mattermost: 200, although its specification says 201.
    Ok(answer::json(&Created {
        token: secret.reveal(),
        of: &token,
    }))
}

/// `GET /users/{user_id}/tokens`
pub fn list(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    about(cx, user_id, |target| {
        TOKEN_READ.ask_about(cx.caller()?, target)
    })?;
    let tokens = cx
        .app
        .store
        .read(|tx| Ok(sql::list_of(tx, user_id, cx.page())?))?;
    Ok(answer::json(&tokens))
}

/// `GET /users/tokens`
pub fn list_all(cx: &Context) -> Answer {
    TOKEN_READ_ALL.ask(cx.caller()?)?;
    Ok(answer::json(
        &cx.app.store.read(|tx| Ok(sql::list_all(tx, cx.page())?))?,
    ))
}

/// `POST /users/tokens/search`
pub fn search(cx: &Context) -> Answer {
    TOKEN_READ_ALL.ask(cx.caller()?)?;
    let body = json::object(cx.body(), "user_access_token_search")?;
    let term = body.required("term")?;
    Ok(answer::json(
        &cx.app.store.read(|tx| Ok(sql::search(tx, term)?))?,
    ))
}

/// `GET /users/tokens/{token_id}`
pub fn get(cx: &Context) -> Answer {
    let token_id = cx.id("token_id")?;
    let (_, token) = cx
        .app
        .store
        .read(|tx| super::allowed(tx, &TOKEN_READ, cx.caller()?, token_id))?;
    Ok(answer::json(&token))
}

/// `POST /users/tokens/revoke`
pub fn revoke(cx: &Context) -> Answer {
    change(cx, &TOKEN_REVOKE, Change::Revoke)
}

/// `POST /users/tokens/disable`
pub fn disable(cx: &Context) -> Answer {
    change(cx, &TOKEN_REVOKE, Change::Disable)
}

/// `POST /users/tokens/enable`
pub fn enable(cx: &Context) -> Answer {
    change(cx, &TOKEN_CREATE, Change::Enable)
}

/// Mattermost: a missing or ill-formed id is an unknown one.
fn change(cx: &Context, rule: &'static Rule, change: Change) -> Answer {
    let body = json::texts_by_name(cx.body());
    let token_id = body.text("token_id").unwrap_or_default();
    audit::attempt(cx.app, cx.caller()?, &[""], || {
        super::change(cx.app, cx.caller()?, rule, token_id, change)
    })?;
    Ok(answer::ok())
}
