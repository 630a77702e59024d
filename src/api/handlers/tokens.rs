//! HTTP endpoints of personal access tokens.

use serde::Serialize;
use serde_json::{Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::audit;
use crate::clock::Millis;
use crate::error::AppError;
use crate::http::Response;
use crate::permission::{Rule, TOKEN_ALL, TOKEN_CREATE, TOKEN_READ, TOKEN_REVOKE};
use crate::store::Tx;
use crate::token::{Change, NewToken, Token, sql};

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
    let body = of_json::object(cx.body(), "user_access_token")?;
    let description = body.required("description")?;
    let expires_at = expires_at(&body, "user_access_token")?;
    let caller = cx.caller()?;
    let new = NewToken {
        user_id: user_id.to_owned(),
        description: description.to_owned(),
        expires_at,
    };
    let created = || crate::token::create(cx.app, &cx.config, caller, new);
    let (token, secret) = audit::attempt(&cx.app.store, caller, &[""], created)?;
    // Mattermost: 200, although its specification says 201.
    Ok(answer::secret(&Created {
        token: secret.reveal(),
        of: &token,
    }))
}

/// `GET /users/{user_id}/tokens`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    TOKEN_READ.ask_about(tx, cx.caller()?, user_id)?;
    let tokens = sql::list_of(tx, user_id, cx.page())?;
    Ok(views(cx, &tokens))
}

/// `GET /users/tokens`
pub fn list_all(cx: &Context, tx: &Tx) -> Answer {
    TOKEN_ALL.ask(cx.caller()?)?;
    let tokens = sql::list_all(tx, cx.page())?;
    Ok(views(cx, &tokens))
}

/// `POST /users/tokens/search`
pub fn search(cx: &Context, tx: &Tx) -> Answer {
    TOKEN_ALL.ask(cx.caller()?)?;
    let body = of_json::object(cx.body(), "user_access_token_search")?;
    let term = body.required("term")?;
    let tokens = sql::search(tx, term)?;
    Ok(views(cx, &tokens))
}

/// A list as Mattermost shows it; with `?include_usage=true`, also when
/// each was made and by which token, and when and from where it was used last.
fn views(cx: &Context, tokens: &[Token]) -> Response {
    if cx.flag("include_usage") {
        answer::json(&tokens.iter().map(Token::with_usage).collect::<Vec<_>>())
    } else {
        answer::json(&tokens)
    }
}

/// `GET /users/tokens/{token_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let token_id = cx.id("token_id")?;
    let (_, token, _) = crate::token::allowed(tx, &TOKEN_READ, cx.caller()?, token_id)?;
    Ok(answer::json(&token))
}

/// Not in Mattermost: whether the tokens that a token made are revoked with it.
const WITH_CHILDREN: &str = "with_children";

/// `POST /users/tokens/revoke`
pub fn revoke(cx: &Context) -> Answer {
    let kind = match of_json::values_by_name(cx.body()).get(WITH_CHILDREN) {
        Some(Value::Bool(true)) => Change::RevokeWithChildren,
        None | Some(Value::Bool(false) | Value::Null) => Change::Revoke,
        Some(_) => return Err(AppError::body_param(WITH_CHILDREN)),
    };
    change(cx, &TOKEN_REVOKE, kind)
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
    let switches: &[&str] = match change {
        Change::Revoke | Change::RevokeWithChildren => &[WITH_CHILDREN],
        Change::Disable | Change::Enable => &[],
    };
    let body = of_json::texts_and_switches_by_name(cx.body(), switches);
    let token_id = body.text("token_id");
    audit::attempt(&cx.app.store, cx.caller()?, &[""], || {
        crate::token::change(cx.app, cx.caller()?, rule, token_id, change)
    })?;
    Ok(answer::ok())
}

/// Milliseconds, 0 when absent. A text is refused: taken for absent it would be a token that never ends.
fn expires_at(body: &of_json::Object, name: &str) -> Result<Millis, AppError> {
    match body.get("expires_at") {
        None | Some(Value::Null) => Ok(0),
        Some(value) => value.as_i64().ok_or_else(|| AppError::body_param(name)),
    }
}

/// `POST /users/tokens/rotate`
pub fn rotate(cx: &Context) -> Answer {
    let name = "rotate_user_access_token";
    // Mattermost: `null` is an object without members here.
    let body = of_json::typed::<Option<of_json::Object>>(cx.body(), name)?.unwrap_or_default();
    let expires_at = expires_at(&body, name)?;
    let token_id = body.required("token_id")?;
    let caller = cx.caller()?;
    let rotated = || crate::token::rotate(cx.app, &cx.config, caller, token_id, expires_at);
    let (token, secret) = audit::attempt(&cx.app.store, caller, &[""], rotated)?;
    Ok(answer::secret(&Created {
        token: secret.reveal(),
        of: &token,
    }))
}

/// `GET /users/tokens/non_compliant/count`
pub fn count_non_compliant(cx: &Context, tx: &Tx) -> Answer {
    TOKEN_ALL.ask(cx.caller()?)?;
    let count = match crate::token::latest_end(&cx.config, cx.app.clock.now()) {
        Some(latest) => sql::count_beyond(tx, latest)?,
        None => 0,
    };
    Ok(answer::json(&json!({"count": count})))
}

/// `POST /users/tokens/non_compliant/revoke`
pub fn revoke_non_compliant(cx: &Context) -> Answer {
    let caller = cx.caller()?;
    // Mattermost: who may not is not in the audit.
    TOKEN_ALL.ask(caller)?;
    let count = audit::attempt(&cx.app.store, caller, &[""], || {
        crate::token::revoke_non_compliant(cx.app, &cx.config, caller)
    })?;
    Ok(answer::json(&json!({"count": count})))
}
