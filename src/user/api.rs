//! HTTP endpoints of accounts.

use serde_json::Value;

use super::{NewUser, Seen, User, picture, sql, valid};
use crate::error::{self, AppError};
use crate::http::engine::Response;
use crate::http::{Answer, Context, answer, json};
use crate::permission::{
    CHANNEL_READ, Granted, Rule, SIGN_UP, TEAM_VIEW, Target, USER_COUNT, USER_WITHOUT_TEAM,
};
use crate::store::{StoreError, Tx};
use crate::{channel, config, role, team};

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
        ..NewUser::default()
    };
    let user = super::create(cx.app, &cx.config, SIGN_UP.ask(&cx.anyone)?, new)?;
    // Mattermost: the answer shows the new account as its owner sees it.
    Ok(answer::created(&Seen::Own.view(&user)))
}

/// `GET /users`
pub fn list(cx: &Context) -> Answer {
    let text = |name| cx.request.query(name).unwrap_or_default();
    let filter = sql::Filter {
        active: cx.flag("active"),
        inactive: cx.flag("inactive"),
        role: text("role"),
        team_id: text("in_team"),
        channel_id: text("in_channel"),
        not_in_team: text("not_in_team"),
        not_in_channel: text("not_in_channel"),
        without_team: cx.flag("without_team"),
    };
    if filter.active && filter.inactive {
        return Err(AppError::url_param("inactive"));
    }
    // Mattermost: the orders other than by username need a team or a channel, and are the same order here.
    let sort = text("sort");
    let known = (["last_activity_at", "create_at"].contains(&sort) && !filter.team_id.is_empty())
        || (sort == "status" && !filter.channel_id.is_empty());
    if !sort.is_empty() && !known {
        return Err(AppError::url_param("sort"));
    }
    let caller = cx.caller()?;
    if filter.without_team {
        USER_WITHOUT_TEAM.ask(caller)?;
    }
    let users = cx.app.store.read(|tx| {
        for team_id in [filter.team_id, filter.not_in_team] {
            if !team_id.is_empty() {
                TEAM_VIEW.ask_in(caller, team::permissions(tx, caller, team_id)?)?;
            }
        }
        for channel_id in [filter.channel_id, filter.not_in_channel] {
            if let Some(channel) = channel::sql::by_id(tx, channel_id)? {
                CHANNEL_READ.ask_in(caller, channel::permissions(tx, caller, &channel)?.all)?;
            } else if !channel_id.is_empty() {
                return Err(CHANNEL_READ.refusal());
            }
        }
        Ok(sql::list(tx, filter, cx.page())?)
    })?;
    Ok(views(cx, &users))
}

/// `POST /users/ids`: unknown ones are left out.
pub fn list_by_ids(cx: &Context) -> Answer {
    several(cx, "user_ids", sql::by_id)
}

/// `POST /users/usernames`: unknown ones are left out.
pub fn list_by_usernames(cx: &Context) -> Answer {
    several(cx, "usernames", sql::by_username)
}

fn several(
    cx: &Context,
    name: &str,
    find: fn(&Tx, &str) -> Result<Option<User>, StoreError>,
) -> Answer {
    let mut keys = json::texts(cx.body(), name)?;
    if keys.is_empty() {
        return Err(AppError::body_param(name));
    }
    keys.sort_unstable();
    keys.dedup();
    let mut users = cx.app.store.read(|tx| {
        let found = keys
            .iter()
            .map(|key| find(tx, key))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect::<Vec<_>>())
    })?;
    users.sort_by(|a, b| a.username.cmp(&b.username));
    Ok(views(cx, &users))
}

/// Mattermost: rows of a search when the client does not say.
const FOUND: i64 = 100;

/// Words of a term that are looked at; nobody has as many names.
const WORDS: usize = 8;

/// `POST /users/search`
pub fn search(cx: &Context) -> Answer {
    let body = json::object(cx.body(), "term")?;
    let term = body.required("term")?;
    let limit = match body.get("limit") {
        None | Some(Value::Null) => FOUND,
        Some(limit) => match limit.as_i64() {
            Some(0) => FOUND,
            Some(limit @ 1..=1000) => limit,
            _ => return Err(AppError::body_param("limit")),
        },
    };
    let inactive = body.bool("allow_inactive").unwrap_or(false);
    Ok(views(cx, &find(cx, term, limit, inactive, true)?))
}

/// `GET /users/autocomplete`: active accounts by the beginning of a name.
pub fn autocomplete(cx: &Context) -> Answer {
    let limit = cx
        .request
        .query("limit")
        .and_then(|text| text.parse().ok())
        .filter(|limit| (1..=1000).contains(limit));
    let name = cx.request.query("name").unwrap_or_default();
    let users = find(cx, name, limit.unwrap_or(FOUND), false, false)?;
    let users: Vec<_> = users.iter().map(|user| seen(cx, user).view(user)).collect();
    Ok(answer::json(&serde_json::json!({ "users": users })))
}

/// Who has a name, where the caller sees it, that begins with each word of the term.
fn find(
    cx: &Context,
    term: &str,
    limit: i64,
    inactive: bool,
    by_email: bool,
) -> Result<Vec<User>, AppError> {
    let admin = cx.anyone.is_system_admin();
    let term = term.to_lowercase();
    let words: Vec<&str> = term
        .split_whitespace()
        .map(|word| word.trim_start_matches('@'))
        .take(WORDS)
        .collect();
    let search = sql::Search {
        words: &words,
        names: admin || cx.config.is_on(&config::SHOW_FULL_NAME),
        emails: by_email && (admin || cx.config.is_on(&config::SHOW_EMAIL_ADDRESS)),
        inactive,
        limit,
    };
    cx.app.store.read(|tx| Ok(sql::search(tx, search)?))
}

fn views(cx: &Context, users: &[User]) -> Response {
    answer::json(
        &users
            .iter()
            .map(|user| seen(cx, user).view(user))
            .collect::<Vec<_>>(),
    )
}

/// `GET /users/stats`
pub fn stats(cx: &Context) -> Answer {
    let count = cx.app.store.read(|tx| Ok(sql::count_active(tx)?))?;
    Ok(answer::json(
        &serde_json::json!({"total_users_count": count}),
    ))
}

/// Roles that a count asks for at most.
const ROLES: usize = 16;

/// `GET /users/stats/filtered`: Mattermost: people that are not deactivated, unless more is asked for.
pub fn stats_filtered(cx: &Context) -> Answer {
    USER_COUNT.ask(cx.caller()?)?;
    let text = |name| cx.request.query(name).unwrap_or_default();
    let roles: Vec<&str> = text("roles")
        .split(',')
        .filter(|role| !role.is_empty())
        .collect();
    if roles.len() > ROLES || !roles.iter().all(|role| role::is_valid_name(role)) {
        return Err(AppError::url_param("roles"));
    }
    let kind = sql::Kind {
        deactivated: cx.flag("include_deleted"),
        bots: cx.flag("include_bots"),
        roles: &roles,
        team_id: text("in_team"),
        channel_id: text("in_channel"),
    };
    let count = cx.app.store.read(|tx| Ok(sql::count(tx, kind)?))?;
    Ok(answer::json(
        &serde_json::json!({"total_users_count": count}),
    ))
}

/// `GET /users/known`: ids of those one shares a channel with.
pub fn known(cx: &Context) -> Answer {
    let caller = cx.caller()?;
    Ok(answer::json(&cx.app.store.read(|tx| {
        Ok(channel::sql::known_to(tx, &caller.user_id)?)
    })?))
}

/// `GET /users/{user_id}/image`: a picture made from the id.
pub fn picture(cx: &Context) -> Answer {
    let id = cx.id("user_id")?;
    cx.app.store.read(|tx| super::find(tx, id))?;
    let picture = || {
        Response::new(200, "image/png", picture::png(id))
            .with("Cache-Control", "max-age=86400, private")
    };
    Ok(cx.unless_known(id, picture))
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

/// Asks a rule about an account, which need not exist.
pub fn about(cx: &Context, user_id: &str, rule: &'static Rule) -> Result<Granted, AppError> {
    let user = cx.app.store.read(|tx| Ok(sql::by_id(tx, user_id)?))?;
    rule.ask_about(
        cx.caller()?,
        user.as_ref().map_or(Target::nobody(user_id), User::target),
    )
}
