//! HTTP endpoints of personal access tokens.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::limit::{Rate, too_many};
use crate::api::{Answer, Context, answer, json as of_json};
use crate::api::{csv, routes};
use crate::audit;
use crate::clock::{DAY, Millis, rfc3339};
use crate::error::{self, AppError};
use crate::http::{Response, network_of};
use crate::messaging::notice;
use crate::permission::{Rule, Scope, TOKEN_ALL, TOKEN_CREATE, TOKEN_READ, TOKEN_REVOKE};
use crate::store::Tx;
use crate::token::filter::{Filter, Order, Standing};
use crate::token::ledger;
use crate::token::many::{self, Done};
use crate::token::{self, Asked, Change, GRACE_MOST, NewToken, Rotation, Token, sql};
use crate::{id, user};

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
    // Mattermost 11.x: that nobody has the id is said before what is wrong with the body.
    cx.app.store.read(|tx| user::find(tx, user_id))?;
    let body = of_json::object(cx.body(), "user_access_token")?;
    let description = body.required("description")?;
    let expires_at = expires_at(&body, "user_access_token")?;
    let (scope, allowed_from) = limits(&body)?;
    let caller = cx.caller()?;
    let new = NewToken {
        user_id: user_id.to_owned(),
        description: description.to_owned(),
        expires_at,
        scope: scope.unwrap_or_default(),
        allowed_from: allowed_from.unwrap_or_default(),
    };
    let created = || token::create(cx.app, &cx.config, caller, new);
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

/// `GET /users/tokens`: all of them, or those that the query asks for; as CSV for whoever accepts that.
pub fn list_all(cx: &Context, tx: &Tx) -> Answer {
    TOKEN_ALL.ask(cx.caller()?)?;
    let (filter, order) = (filter_of(cx)?, order_of(cx)?);
    let now = cx.app.clock.now();
    let accepted = cx.request.header("accept").unwrap_or_default();
    if accepted
        .split([',', ';'])
        .any(|kind| kind.trim() == "text/csv")
    {
        return as_csv(cx, tx, &filter, order);
    }
    let tokens = match filter.is_all() && order == Order::BY_AGE {
        // Those before the page are only counted.
        true => sql::list_all(tx, cx.page())?,
        false => sql::list(tx, &filter, order, now, cx.page())?,
    };
    if !cx.flag("include_total_count") {
        return Ok(views(cx, &tokens));
    }
    let total = sql::count(tx, &filter, now)?;
    Ok(match cx.flag("include_usage") {
        true => {
            let tokens: Vec<_> = tokens.iter().map(Token::with_usage).collect();
            answer::json(&json!({"tokens": tokens, "total_count": total}))
        }
        false => answer::json(&json!({"tokens": tokens, "total_count": total})),
    })
}

/// Returns which tokens the query asks for.
///
/// # Errors
/// 400 that names the parameter.
fn filter_of(cx: &Context) -> Result<Filter, AppError> {
    let time = |name| match cx.query(name) {
        "" => Ok(0),
        text => match text.parse() {
            Ok(at) if at > 0 => Ok(at),
            _ => Err(AppError::url_param(name)),
        },
    };
    let user_id = match cx.query("user_id") {
        "me" => &cx.anyone.user_id,
        text if text.is_empty() || id::is_valid(text) => text,
        _ => return Err(AppError::url_param("user_id")),
    };
    let standing = match cx.query("state") {
        "" => None,
        text => Some(Standing::parse(text).ok_or_else(|| AppError::url_param("state"))?),
    };
    let scope = cx.query("scope");
    if !scope.is_empty() && Scope::parse([scope]).is_err() {
        return Err(AppError::url_param("scope"));
    }
    Ok(Filter {
        user_id: user_id.to_owned(),
        standing,
        unused_since: time("unused_since")?,
        expires_before: time("expires_before")?,
        scope: scope.to_owned(),
        ..Filter::default()
    })
}

fn order_of(cx: &Context) -> Result<Order, AppError> {
    match cx.query("sort") {
        "" => Ok(Order::BY_AGE),
        text => Order::parse(text).ok_or_else(|| AppError::url_param("sort")),
    }
}

/// Answers with the page as CSV (RFC 4180), times as RFC 3339.
fn as_csv(cx: &Context, tx: &Tx, filter: &Filter, order: Order) -> Answer {
    let when = |at: Millis| if at > 0 { rfc3339(at) } else { String::new() };
    let mut text = csv::line(&[
        "id",
        "user_id",
        "username",
        "description",
        "is_active",
        "create_at",
        "expires_at",
        "last_used_at",
        "last_used_from",
        "scopes",
        "allowed_from",
    ]);
    let now = cx.app.clock.now();
    sql::list_each(tx, filter, order, now, cx.page(), |token, username| {
        text += &csv::line(&[
            &token.id,
            &token.user_id,
            &username,
            &token.description,
            if token.is_active { "true" } else { "false" },
            &when(token.create_at),
            &when(token.expires_at),
            &when(token.last_used_at),
            &token.last_used_from,
            &token.scope.names().join(" "),
            &token.allowed_from.join(" "),
        ]);
        Ok::<(), AppError>(())
    })?;
    Ok(Response::new(200, "text/csv; charset=utf-8", text)
        .with("Content-Disposition", "attachment; filename=\"tokens.csv\""))
}

/// `POST /users/{user_id}/tokens/revoke_all`
pub fn revoke_all(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let caller = cx.caller()?;
    let count = audit::attempt(&cx.app.store, caller, &[""], || {
        many::revoke_of(cx.app, caller, user_id)
    })?;
    Ok(answer::json(&json!({"count": count})))
}

/// `POST /users/tokens/disable_unused`
pub fn disable_unused(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "disable_unused")?;
    let caller = cx.caller()?;
    let since = body.get("unused_since").and_then(Value::as_i64);
    let since = since.filter(|since| (1..=caller.at).contains(since));
    let since = since.ok_or_else(|| AppError::body_param("unused_since"))?;
    let dry_run = dry_run_of(body.get("dry_run"))?;
    let done = audit::attempt(&cx.app.store, caller, &[""], || {
        many::disable_unused(cx.app, caller, since, dry_run)
    })?;
    Ok(shown(&done, dry_run))
}

/// Returns whether nothing is to be done. A word that is no switch is refused: taken for absent it would be done.
fn dry_run_of(sent: Option<&Value>) -> Result<bool, AppError> {
    match sent {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(dry_run)) => Ok(*dry_run),
        Some(_) => Err(AppError::body_param("dry_run")),
    }
}

fn shown(done: &Done, dry_run: bool) -> Response {
    let tokens: Vec<_> = done.tokens.iter().map(Token::with_usage).collect();
    answer::json(&json!({"count": done.count, "dry_run": dry_run, "tokens": tokens}))
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
    let (_, token, _) = token::allowed(tx, &TOKEN_READ, cx.caller()?, token_id)?;
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
    let token_id = meant(cx, body.text("token_id"))?;
    audit::attempt(&cx.app.store, cx.caller()?, &[""], || {
        token::change(cx.app, cx.caller()?, rule, token_id, change)
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

/// Not in Mattermost: what a token may be used for, and from where; `None` where it is not said.
fn limits(body: &of_json::Object) -> Result<(Option<Scope>, Option<Vec<String>>), AppError> {
    let texts = |name| match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let texts = Vec::<String>::deserialize(value);
            texts.map(Some).map_err(|_| AppError::body_param(name))
        }
    };
    let scope = match texts("scopes")? {
        None => None,
        // Nothing would be permitted, or everything: better said.
        Some(names) if names.is_empty() => return Err(AppError::body_param("scopes")),
        Some(names) => {
            let scope = Scope::parse(names.iter().map(String::as_str));
            Some(scope.map_err(|_| AppError::body_param("scopes"))?)
        }
    };
    let allowed_from = texts("allowed_from")?;
    token::check_networks(allowed_from.as_deref().unwrap_or_default())?;
    Ok((scope, allowed_from))
}

/// Returns the id of a token that is meant: `self` is the one of the request.
fn meant<'t>(cx: &'t Context, token_id: &'t str) -> Result<&'t str, AppError> {
    match token_id {
        "self" => Ok(cx.caller()?.token_id().ok_or(&error::NO_TOKEN)?),
        token_id => Ok(token_id),
    }
}

/// Not in Mattermost: how long the old secret is good, in seconds.
fn grace_seconds(body: &of_json::Object) -> Result<i64, AppError> {
    let seconds = match body.get("grace_seconds") {
        None | Some(Value::Null) => Some(0),
        Some(value) => value.as_i64(),
    };
    let within = |seconds: &i64| (0..=GRACE_MOST).contains(seconds);
    Ok(seconds.filter(within).ok_or(&error::GRACE_SECONDS)?)
}

/// `POST /users/tokens/end_grace`
pub fn end_grace(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "token_id")?;
    let token_id = meant(cx, body.required("token_id")?)?;
    let caller = cx.caller()?;
    audit::attempt(&cx.app.store, caller, &[""], || {
        token::end_grace(cx.app, caller, token_id)
    })?;
    Ok(answer::ok())
}

/// A token as it sees itself.
#[derive(Serialize)]
struct Own<'t> {
    id: &'t str,
    description: &'t str,
    user_id: &'t str,
    username: String,
    scopes: Vec<&'static str>,
    allowed_from: &'t [String],
    create_at: Millis,
    expires_at: Millis,
    /// `null` for one that never ends.
    seconds_left: Option<i64>,
    last_used_at: Millis,
    permissions: Vec<&'static str>,
}

/// `GET /users/tokens/self`: needs no permission.
pub fn get_own(cx: &Context, tx: &Tx) -> Answer {
    let caller = cx.caller()?;
    let id = caller.token_id().ok_or(&error::NO_TOKEN)?;
    let token = sql::by_id(tx, id)?.ok_or(&error::TOKEN_UNKNOWN)?;
    let owner = user::find(tx, &token.user_id)?;
    let ends = token.expires_at > 0;
    let permissions = token
        .scope
        .narrow(cx.config.permissions(&caller.roles), token.scope.reads());
    Ok(answer::json(&Own {
        id: &token.id,
        description: &token.description,
        user_id: &token.user_id,
        username: owner.username,
        scopes: token.scope.names(),
        allowed_from: &token.allowed_from,
        create_at: token.create_at,
        expires_at: token.expires_at,
        seconds_left: ends.then(|| (token.expires_at - caller.at).max(0) / 1000),
        last_used_at: token.last_used_at,
        permissions: permissions.names(),
    }))
}

/// `GET /users/tokens/{token_id}/requests`: newest first.
pub fn list_requests(cx: &Context, tx: &Tx) -> Answer {
    let (_, token, _) = token::allowed(tx, &TOKEN_READ, cx.caller()?, cx.id("token_id")?)?;
    let waiting = cx.router.ledger.of(&token.id);
    let stored = sql::requests_of(tx, &token.id)?;
    Ok(answer::json(&ledger::newest(stored, waiting)))
}

/// How often secrets that were found can be handed in from one network.
const REPORTS: Rate = Rate {
    burst: 60,
    per_second: 1,
    keys: 4096,
};

/// `POST /users/tokens/report`: by whoever found a secret. The answer is the same whether or not a token has it.
pub fn report(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "token")?;
    let secret = body.required("token")?;
    let (network, now) = (network_of(&cx.anyone.address), cx.app.clock.now());
    let allowance = cx.router.reports.charge(REPORTS, &network, 1, now);
    if allowance.retry_after > 0 {
        return Ok(too_many().with("Retry-After", allowance.retry_after.to_string()));
    }
    notice::report(cx.app, &cx.anyone, secret)?;
    Ok(answer::ok())
}

/// `GET /users/tokens/{token_id}/explain`
pub fn explain(cx: &Context, tx: &Tx) -> Answer {
    let token_id = cx.id("token_id")?;
    let (_, token, owner) = token::allowed(tx, &TOKEN_READ, cx.caller()?, token_id)?;
    let (method, path) = (cx.query("method"), cx.query("path"));
    let address = match cx.query("address") {
        "" => None,
        text => Some(text.parse().map_err(|_| AppError::url_param("address"))?),
    };
    let path = path.split('?').next().unwrap_or_default();
    let route = match (method, path) {
        ("", "") => None,
        _ => Some(
            routes::find(&method.to_uppercase(), path)
                .ok_or_else(|| AppError::url_param("path"))?
                .0,
        ),
    };
    let is_reading = route.map(|route| route.work.is_reading());
    let asked = Asked {
        address,
        is_reading,
    };
    let gates = token::explain(&cx.config, &token, &owner, asked, cx.app.clock.now());
    let works = gates.iter().all(|gate| gate.passed);
    Ok(answer::json(
        &json!({"id": token.id, "works": works, "gates": gates}),
    ))
}

/// `POST /users/tokens/rotate`
pub fn rotate(cx: &Context) -> Answer {
    let name = "rotate_user_access_token";
    // Mattermost: `null` is an object without members here.
    let body = of_json::typed::<Option<of_json::Object>>(cx.body(), name)?.unwrap_or_default();
    let expires_at = expires_at(&body, name)?;
    let token_id = meant(cx, body.required("token_id")?)?.to_owned();
    let (scope, allowed_from) = limits(&body)?;
    let rotation = Rotation {
        token_id,
        expires_at,
        grace_seconds: grace_seconds(&body)?,
        scope,
        allowed_from,
    };
    let caller = cx.caller()?;
    let rotated = || token::rotate(cx.app, &cx.config, caller, rotation);
    let (token, secret) = audit::attempt(&cx.app.store, caller, &[""], rotated)?;
    Ok(answer::secret(&Created {
        token: secret.reveal(),
        of: &token,
    }))
}

/// `GET /users/tokens/non_compliant/count`; with `days`, of a limit that is not set yet.
pub fn count_non_compliant(cx: &Context, tx: &Tx) -> Answer {
    TOKEN_ALL.ask(cx.caller()?)?;
    let now = cx.app.clock.now();
    let latest = match cx.query("days") {
        "" => token::latest_end(&cx.config, now),
        text => match text.parse() {
            Ok(days @ 1..=DAYS_MOST) => Some(now + days * DAY),
            _ => return Err(AppError::url_param("days")),
        },
    };
    let count = match latest {
        Some(latest) => sql::count_beyond(tx, latest)?,
        None => 0,
    };
    Ok(answer::json(&json!({"count": count})))
}

/// Days of a limit on lifetimes at most: a hundred years.
const DAYS_MOST: i64 = 36_500;

/// `POST /users/tokens/non_compliant/revoke`: with `dry_run`, tells which these are, and with `days`, of a limit that is not set yet.
pub fn revoke_non_compliant(cx: &Context) -> Answer {
    let caller = cx.caller()?;
    // Mattermost: who may not is not in the audit.
    TOKEN_ALL.ask(caller)?;
    let body = of_json::values_by_name(cx.body());
    let dry_run = dry_run_of(body.get("dry_run"))?;
    let days = match body.get("days") {
        None | Some(Value::Null) => None,
        Some(days) => match days.as_i64() {
            Some(days @ 1..=DAYS_MOST) if dry_run => Some(days),
            _ => return Err(AppError::body_param("days")),
        },
    };
    if dry_run {
        let done = many::non_compliant(cx.app, &cx.config, caller, days)?;
        return Ok(shown(&done, dry_run));
    }
    let count = audit::attempt(&cx.app.store, caller, &[""], || {
        token::revoke_non_compliant(cx.app, &cx.config, caller)
    })?;
    Ok(answer::json(&json!({"count": count})))
}
