//! HTTP endpoints that show several accounts: lists, searches, counts.

use serde_json::Value;

use crate::api::{Answer, Context, answer, json};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::permission::{CHANNEL_READ, Caller, TEAM_VIEW, USER_COUNT, USER_WITHOUT_TEAM};
use crate::store::{StoreError, Tx};
use crate::user::list::sql::{Filter, Kind, Search, count, count_active};
use crate::user::{Seen, User, list as lists, sql};
use crate::{config, messaging::channel, messaging::team, status};

/// `GET /users`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let text = |name| cx.query(name);
    let roles = roles_of("roles", &SYSTEM_ROLES, text("roles").split(','));
    let team_roles = roles_of("team_roles", &TEAM_ROLES, text("team_roles").split(','));
    let channel_roles = roles_of(
        "channel_roles",
        &CHANNEL_ROLES,
        text("channel_roles").split(','),
    );
    let filter = Filter {
        active: cx.flag("active"),
        inactive: cx.flag("inactive"),
        role: text("role"),
        roles: "",
        team_id: text("in_team"),
        channel_id: text("in_channel"),
        not_in_team: text("not_in_team"),
        not_in_channel: text("not_in_channel"),
        without_team: cx.flag("without_team"),
        ..Filter::default()
    };
    // There are no groups; Mattermost has them with a licence.
    if !text("in_group").is_empty() || cx.flag("group_constrained") {
        return Err(AppError::new(&error::GROUPS_LICENSE));
    }
    if !filter.not_in_channel.is_empty() && filter.team_id.is_empty() {
        return Err(AppError::url_param("team_id"));
    }
    if !is_known_order(text("sort"), &filter) {
        return Err(AppError::url_param("sort"));
    }
    if filter.active && filter.inactive {
        return Err(AppError::url_param("inactive"));
    }
    // Mattermost: told after what else is wrong.
    let (roles, team_roles, channel_roles) = (roles?, team_roles?, channel_roles?);
    let filter = Filter {
        roles: &roles,
        team_roles: &team_roles,
        channel_roles: &channel_roles,
        ..filter
    };
    let caller = cx.caller()?;
    if filter.without_team {
        USER_WITHOUT_TEAM.ask(caller)?;
    }
    may_look_there(tx, caller, &filter)?;
    match text("sort") {
        "" => Ok(views(cx, &lists::list(tx, filter, cx.page())?)),
        sort => in_order(cx, tx, filter, sort),
    }
}

/// Answers with a page of the accounts of a team or a channel, in another order than that of usernames. Mattermost: by the last
/// activity there are only accounts that have been seen.
fn in_order(cx: &Context, tx: &Tx, filter: Filter, sort: &str) -> Answer {
    let now = cx.anyone.at;
    let mut places = Vec::new();
    for place in lists::places(tx, filter)? {
        let key = match sort {
            "create_at" => -place.create_at,
            "admin" => -i64::from(place.is_channel_admin),
            _ => match status::of(tx, &cx.app.hub, &place.id, now)? {
                Some(status) if sort == "status" => status.rank(),
                Some(status) if status.last_activity_at > 0 => -status.last_activity_at,
                _ => continue,
            },
        };
        places.push((key, place));
    }
    places.sort_by(|(a, one), (b, other)| (a, &one.username).cmp(&(b, &other.username)));
    let page = cx.page();
    let at = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let shown = places.iter().skip(at(page.offset)).take(at(page.limit));
    let mut users = Vec::new();
    for (key, place) in shown {
        if let Some(user) = sql::by_number(tx, place.number, &place.id)? {
            users.push((*key, user));
        }
    }
    let seen = Seen::listed(&cx.anyone, &cx.config);
    let views: Vec<_> = users
        .iter()
        .map(|(key, user)| {
            let mut view = seen.view(user);
            view.last_activity_at = (sort == "last_activity_at").then_some(-key);
            view
        })
        .collect();
    Ok(answer::json(&views))
}

/// Mattermost: the roles by which lists tell accounts apart; any other is as if it was not there.
const SYSTEM_ROLES: [&str; 3] = [
    crate::permission::roles::SYSTEM_ADMIN,
    crate::permission::roles::SYSTEM_USER,
    "system_guest",
];

/// The roles by which lists tell members of a team apart.
const TEAM_ROLES: [&str; 3] = ["team_admin", "team_user", "team_guest"];

/// The roles by which lists tell members of a channel apart.
const CHANNEL_ROLES: [&str; 3] = ["channel_admin", "channel_user", "channel_guest"];

/// Returns those of the names that are told apart, with commas between.
///
/// # Errors
/// 400 with the parameter when one of them cannot be the name of a role.
fn roles_of<'n>(
    parameter: &str,
    told_apart: &[&str],
    names: impl Iterator<Item = &'n str>,
) -> Result<String, AppError> {
    let names: Vec<&str> = names
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if !names
        .iter()
        .all(|name| crate::permission::roles::is_valid_name(name))
    {
        return Err(AppError::body_param(parameter));
    }
    let known = names.into_iter().filter(|name| told_apart.contains(name));
    Ok(known.collect::<Vec<_>>().join(","))
}

/// Mattermost: the orders other than by username need a team or a channel.
fn is_known_order(sort: &str, filter: &Filter) -> bool {
    match sort {
        "" => true,
        "last_activity_at" | "create_at" => {
            let elsewhere = [filter.not_in_team, filter.channel_id, filter.not_in_channel];
            !filter.team_id.is_empty() && elsewhere == [""; 3] && !filter.without_team
        }
        "status" | "admin" => !filter.channel_id.is_empty(),
        _ => false,
    }
}

/// Who is in a team or a channel is told to those who may see it.
fn may_look_there(tx: &Tx, caller: &Caller, filter: &Filter) -> Result<(), AppError> {
    for channel_id in [filter.channel_id, filter.not_in_channel] {
        if let Some(channel) = channel::sql::by_id(tx, channel_id)? {
            channel::ask(tx, &CHANNEL_READ, caller, &channel)?;
        } else if !channel_id.is_empty() {
            // Mattermost: a channel that is none is one that nobody may read, a system admin neither.
            return Err(CHANNEL_READ.refusal());
        }
    }
    for team_id in [filter.team_id, filter.not_in_team] {
        if !team_id.is_empty() {
            team::ask(tx, &TEAM_VIEW, caller, team_id)?;
        }
    }
    Ok(())
}

/// `POST /users/ids`: unknown ones are left out.
pub fn list_by_ids(cx: &Context, tx: &Tx) -> Answer {
    several(cx, tx, "user_ids", sql::by_id)
}

/// `POST /users/usernames`: unknown ones are left out.
pub fn list_by_usernames(cx: &Context, tx: &Tx) -> Answer {
    several(cx, tx, "usernames", sql::by_username)
}

fn several(
    cx: &Context,
    tx: &Tx,
    name: &str,
    find: fn(&Tx, &str) -> Result<Option<User>, StoreError>,
) -> Answer {
    let mut keys = json::texts(cx.body(), name)?;
    if keys.is_empty() {
        return Err(AppError::body_param(name));
    }
    // Mattermost: only accounts that have changed since.
    let since = cx.time("since")?;
    keys.sort_unstable();
    keys.dedup();
    let found = keys
        .iter()
        .map(|key| find(tx, key))
        .collect::<Result<Vec<_>, _>>()?;
    let changed = |user: &User| since == 0 || user.update_at > since;
    let mut users: Vec<User> = found.into_iter().flatten().filter(changed).collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    Ok(views(cx, &users))
}

/// Mattermost: rows of a search when the client does not say.
const FOUND: i64 = 100;

/// Mattermost: rows of a search at most.
const FOUND_MOST: i64 = 1000;

/// Words of a term that are looked at; nobody has as many names.
const WORDS: usize = 8;

/// `POST /users/search`
pub fn search(cx: &Context, tx: &Tx) -> Answer {
    let body = json::object(cx.body(), "term")?;
    let term = body.required("term")?;
    let text = |name| body.text(name).unwrap_or_default();
    let flag = |name| body.bool(name).unwrap_or(false);
    let names = body.get("roles").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let roles = roles_of("roles", &SYSTEM_ROLES, names)?;
    let place_roles = |name, told_apart| {
        let names = body.get(name).and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        roles_of(name, told_apart, names)
    };
    let team_roles = place_roles("team_roles", &TEAM_ROLES)?;
    let channel_roles = place_roles("channel_roles", &CHANNEL_ROLES)?;
    let filter = Filter {
        roles: &roles,
        active: !flag("allow_inactive"),
        inactive: false,
        role: text("role"),
        team_id: text("team_id"),
        channel_id: text("in_channel_id"),
        not_in_team: text("not_in_team_id"),
        not_in_channel: text("not_in_channel_id"),
        without_team: flag("without_team"),
        team_roles: &team_roles,
        channel_roles: &channel_roles,
    };
    if flag("group_constrained")
        || !text("in_group_id").is_empty()
        || !text("not_in_group_id").is_empty()
    {
        return Err(AppError::new(&error::GROUPS_LICENSE));
    }
    if !filter.not_in_channel.is_empty() && filter.team_id.is_empty() {
        return Err(AppError::body_param("team_id"));
    }
    let caller = cx.caller()?;
    may_look_there(tx, caller, &filter)?;
    let limit = match body.get("limit").and_then(Value::as_i64) {
        None | Some(0) => FOUND,
        Some(limit @ 1..=FOUND_MOST) => limit,
        Some(_) => return Err(AppError::body_param("limit")),
    };
    Ok(views(cx, &find(cx, tx, term, limit, filter, true)?))
}

/// `GET /users/autocomplete`: active accounts by the beginning of a name.
pub fn autocomplete(cx: &Context, tx: &Tx) -> Answer {
    let text = |name| cx.query(name);
    let limit = text("limit").parse().unwrap_or(FOUND);
    let limit = if limit > 0 {
        limit.min(FOUND_MOST)
    } else {
        FOUND
    };
    let filter = Filter {
        active: true,
        team_id: text("in_team"),
        channel_id: text("in_channel"),
        ..Filter::default()
    };
    let caller = cx.caller()?;
    may_look_there(tx, caller, &filter)?;
    let found = |filter| {
        let users = find(cx, tx, text("name"), limit, filter, false)?;
        let view = |user| Seen::listed(&cx.anyone, &cx.config).view(user);
        Ok::<_, AppError>(serde_json::json!(
            users.iter().map(view).collect::<Vec<_>>()
        ))
    };
    let mut answer = serde_json::json!({ "users": found(filter)? });
    if !filter.channel_id.is_empty() {
        answer["out_of_channel"] = found(Filter {
            channel_id: "",
            not_in_channel: filter.channel_id,
            ..filter
        })?;
    }
    Ok(answer::json(&answer))
}

/// Who has a name, where the caller sees it, that begins with each word of the term.
fn find(
    cx: &Context,
    tx: &Tx,
    term: &str,
    limit: i64,
    filter: Filter,
    by_email: bool,
) -> Result<Vec<User>, AppError> {
    let admin = cx.anyone.is_system_admin();
    let term = term.to_lowercase();
    let words: Vec<&str> = term
        .split_whitespace()
        .map(|word| word.trim_start_matches('@'))
        .take(WORDS)
        .collect();
    let search = Search {
        words: &words,
        names: admin || cx.config.is_on(&config::SHOW_FULL_NAME),
        emails: by_email && (admin || cx.config.is_on(&config::SHOW_EMAIL_ADDRESS)),
        filter,
    };
    Ok(lists::search(tx, &search, limit)?)
}

fn views(cx: &Context, users: &[User]) -> Response {
    answer::json(
        &users
            .iter()
            .map(|user| Seen::listed(&cx.anyone, &cx.config).view(user))
            .collect::<Vec<_>>(),
    )
}

/// `GET /users/stats`
pub fn stats(_: &Context, tx: &Tx) -> Answer {
    let count = count_active(tx)?;
    Ok(answer::json(
        &serde_json::json!({"total_users_count": count}),
    ))
}

/// Roles that a count asks for at most.
const ROLES: usize = 16;

/// `GET /users/stats/filtered`: Mattermost: people that are not deactivated, unless more is asked for.
pub fn stats_filtered(cx: &Context, tx: &Tx) -> Answer {
    USER_COUNT.ask(cx.caller()?)?;
    let text = |name| cx.query(name);
    let roles: Vec<&str> = text("roles")
        .split(',')
        .filter(|role| !role.is_empty())
        .collect();
    if roles.len() > ROLES
        || !roles
            .iter()
            .all(|role| crate::permission::roles::is_valid_name(role))
    {
        return Err(AppError::url_param("roles"));
    }
    let team_roles = roles_of("team_roles", &TEAM_ROLES, text("team_roles").split(','))?;
    let channel_roles = roles_of(
        "channel_roles",
        &CHANNEL_ROLES,
        text("channel_roles").split(','),
    )?;
    let kind = Kind {
        team_roles: &team_roles,
        channel_roles: &channel_roles,
        deactivated: cx.flag("include_deleted"),
        bots: cx.flag("include_bots"),
        roles: &roles,
        team_id: text("in_team"),
        channel_id: text("in_channel"),
    };
    let count = count(tx, kind)?;
    Ok(answer::json(
        &serde_json::json!({"total_users_count": count}),
    ))
}

/// `GET /users/known`: ids of those one shares a channel with.
pub fn known(cx: &Context, tx: &Tx) -> Answer {
    let caller = cx.caller()?;
    Ok(answer::json(&channel::sql::known_to(tx, &caller.user_id)?))
}
