//! HTTP endpoints of teams.

use serde::Serialize;
use serde_json::{Value, json};

use super::channel_members::{roles_of, scheme_roles_of};
use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::messaging::administration::member::{self, NewRoles};
use crate::messaging::administration::team_change::{self, TeamPatch};
use crate::messaging::administration::{self, team::NewTeam};
use crate::messaging::channel::{self, sql::TeamUnread};
use crate::messaging::team::{Team, ask, find, permissions, sql};
use crate::permission::{MEMBERSHIPS, TEAM_LIST_ALL, TEAM_LIST_OPEN, TEAM_VIEW};
use crate::store::Tx;
use crate::user::{self, list::sql::Filter};

/// `POST /teams`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "team")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let new = NewTeam {
        id: text("id"),
        name: text("name"),
        display_name: text("display_name"),
        kind: text("type"),
        description: text("description"),
        allow_open_invite: body.bool("allow_open_invite").unwrap_or(false),
    };
    let team = administration::team::create(cx.app, cx.caller()?, new)?;
    Ok(answer::created(&team))
}

/// `PUT /teams/{team_id}`: a field that is not sent is emptied; the name stays.
pub fn update(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    let body = of_json::object(cx.body(), "team")?;
    // Mattermost: the team is named twice, and both must agree.
    if body.text("id") != Some(team_id) {
        return Err(AppError::body_param("id"));
    }
    let text = |name| Some(body.text(name).unwrap_or_default().to_owned());
    let patch = TeamPatch {
        display_name: text("display_name"),
        description: text("description"),
        company_name: text("company_name"),
        allowed_domains: text("allowed_domains"),
        allow_open_invite: Some(body.bool("allow_open_invite").unwrap_or(false)),
    };
    let team = team_change::update(cx.app, cx.caller()?, team_id, patch)?;
    Ok(answer::json(&team))
}

/// `PUT /teams/{team_id}/patch`
pub fn patch(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    let body = of_json::object(cx.body(), "team")?;
    let text = |name| body.text(name).map(str::to_owned);
    let patch = TeamPatch {
        display_name: text("display_name"),
        description: text("description"),
        company_name: text("company_name"),
        allowed_domains: text("allowed_domains"),
        allow_open_invite: body.bool("allow_open_invite"),
    };
    let team = team_change::update(cx.app, cx.caller()?, team_id, patch)?;
    Ok(answer::json(&team))
}

/// `PUT /teams/{team_id}/privacy`
pub fn set_privacy(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    let is_open = match of_json::values_by_name(cx.body()).text("privacy") {
        Some("O") => true,
        Some("I") => false,
        _ => return Err(AppError::body_param("privacy")),
    };
    let team = team_change::set_privacy(cx.app, cx.caller()?, team_id, is_open)?;
    Ok(answer::json(&team))
}

/// `DELETE /teams/{team_id}`: archives; nothing is deleted for good.
pub fn delete(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    if cx.flag("permanent") {
        return Err(AppError::new(&error::TEAM_DELETION));
    }
    team_change::archive(cx.app, cx.caller()?, team_id)?;
    Ok(answer::ok())
}

/// `POST /teams/{team_id}/restore`
pub fn restore(cx: &Context) -> Answer {
    let team = team_change::restore(cx.app, cx.caller()?, cx.id("team_id")?)?;
    Ok(answer::json(&team))
}

/// `POST /teams/{team_id}/regenerate_invite_id`
pub fn regenerate_invite_id(cx: &Context) -> Answer {
    let team = team_change::regenerate_invite_id(cx.app, cx.caller()?, cx.id("team_id")?)?;
    Ok(answer::json(&team))
}

/// `GET /teams/invite/{invite_id}`: what a stranger sees who was invited.
pub fn of_invite(cx: &Context, tx: &Tx) -> Answer {
    let team = sql::by_invite_id(tx, cx.id("invite_id")?)?;
    let team = team.ok_or(&error::TEAM_INVITE_UNKNOWN)?;
    if team.kind != "O" {
        return Err(AppError::new(&error::TEAM_NOT_OPEN));
    }
    Ok(answer::json(&json!({
        "id": team.id,
        "name": team.name,
        "display_name": team.display_name,
        "description": team.description,
    })))
}

/// `GET /teams/{team_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("team_id")?;
    shown(cx, tx, find(tx, id)?)
}

/// `GET /teams/name/{team_name}`
pub fn get_by_name(cx: &Context, tx: &Tx) -> Answer {
    // Mattermost: a name in a path is taken in lower case.
    let team = sql::by_name(tx, &cx.param("team_name").to_lowercase())?;
    shown(cx, tx, team.ok_or(&error::TEAM_NAME_UNKNOWN)?)
}

fn shown(cx: &Context, tx: &Tx, team: Team) -> Answer {
    let caller = cx.caller()?;
    let here = permissions(tx, caller, &team.id)?;
    if !team.is_open() {
        TEAM_VIEW.ask_in(caller, here)?;
    }
    Ok(answer::json(&team.seen_by(here)))
}

/// `GET /teams/name/{team_name}/exists`
pub fn exists(cx: &Context, tx: &Tx) -> Answer {
    let name = &cx.param("team_name").to_lowercase();
    let caller = cx.caller()?;
    let exists = match sql::by_name(tx, name)? {
        None => false,
        Some(team) => team.is_open() || ask(tx, &TEAM_VIEW, caller, &team.id).is_ok(),
    };
    Ok(answer::json(&json!({"exists": exists})))
}

/// `GET /teams`: with `include_total_count=true` an object that also counts them.
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let all = TEAM_LIST_ALL.ask(cx.caller()?).is_ok();
    if !all {
        TEAM_LIST_OPEN.ask(cx.caller()?)?;
    }
    let teams = seen(cx, tx, sql::list(tx, all, cx.page())?)?;
    Ok(if cx.flag("include_total_count") {
        counted(&teams, sql::count(tx, all)?)
    } else {
        answer::json(&teams)
    })
}

/// `POST /teams/search`: with `page` and `per_page` an object that also counts them.
pub fn search(cx: &Context, tx: &Tx) -> Answer {
    let body = of_json::object(cx.body(), "team_search")?;
    let term = body.text("term").unwrap_or_default().to_lowercase();
    let number = |name| body.get(name).and_then(Value::as_u64);
    let (page, per_page) = (number("page"), number("per_page"));
    let all = TEAM_LIST_ALL.ask(cx.caller()?).is_ok();
    if !all && (page.is_some() || per_page.is_some()) {
        return Err(AppError::new(&error::TEAM_SEARCH_PAGES));
    }
    let found = match body.bool("group_constrained") {
        // There are no groups.
        Some(true) => Vec::new(),
        _ => sql::search(tx, &term, all, body.bool("allow_open_invite"))?,
    };
    let found = seen(cx, tx, found)?;
    let (Some(page), Some(per_page)) = (page, per_page) else {
        return Ok(answer::json(&found));
    };
    let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (page, per_page) = (at(page), at(per_page));
    let part = found
        .iter()
        .skip(page.saturating_mul(per_page))
        .take(per_page);
    let part: Vec<&Team> = part.collect();
    Ok(counted(&part, i64::try_from(found.len()).unwrap_or(0)))
}

fn counted(teams: &impl Serialize, total: i64) -> Response {
    answer::json(&json!({"teams": teams, "total_count": total}))
}

/// `GET /users/{user_id}/teams`
pub fn list_of_user(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    MEMBERSHIPS.ask_about(tx, cx.caller()?, user_id)?;
    let teams = seen(cx, tx, sql::of_user(tx, user_id)?)?;
    Ok(answer::json(&teams))
}

/// Each as the caller may see it.
fn seen(cx: &Context, tx: &Tx, teams: Vec<Team>) -> Result<Vec<Team>, AppError> {
    let caller = cx.caller()?;
    teams
        .into_iter()
        .map(|team| permissions(tx, caller, &team.id).map(|here| team.seen_by(here)))
        .collect()
}

/// `GET /teams/{team_id}/stats`
pub fn stats(cx: &Context, tx: &Tx) -> Answer {
    let team_id = cx.id("team_id")?;
    ask(tx, &TEAM_VIEW, cx.caller()?, team_id)?;
    let (total, active) = sql::count_members(tx, team_id)?;
    Ok(answer::json(
        &json!({"team_id": team_id, "total_member_count": total, "active_member_count": active}),
    ))
}

/// `POST /teams/{team_id}/members`
pub fn add_member(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    let body =
        of_json::object(cx.body(), "team_member").map_err(|_| AppError::new(&error::TEAM_BODY))?;
    if body.text("team_id") != Some(team_id) {
        return Err(AppError::body_param("team_id"));
    }
    let user_id = body
        .text("user_id")
        .filter(|id| crate::id::is_valid(id))
        .ok_or_else(|| AppError::body_param("user_id"))?;
    let member = administration::team::add_member(cx.app, cx.caller()?, team_id, user_id)?;
    Ok(answer::created(&member))
}

/// `GET /teams/{team_id}/members`
pub fn members(cx: &Context, tx: &Tx) -> Answer {
    let team_id = cx.id("team_id")?;
    ask(tx, &TEAM_VIEW, cx.caller()?, team_id)?;
    let active = cx.flag("exclude_deleted_users");
    // Mattermost: any other word is the order of user ids.
    if cx.query("sort") != "Username" {
        let members = sql::members(tx, team_id, active, cx.page())?;
        return Ok(answer::json(&members));
    }
    let filter = Filter {
        active,
        team_id,
        ..Filter::default()
    };
    let users = user::list::list(tx, filter, cx.page())?;
    let members = users
        .iter()
        .map(|user| sql::member(tx, team_id, &user.id))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(answer::json(&members))
}

/// `GET /teams/{team_id}/members/{user_id}`
pub fn member(cx: &Context, tx: &Tx) -> Answer {
    let (team_id, user_id) = (cx.id("team_id")?, cx.id("user_id")?);
    ask(tx, &TEAM_VIEW, cx.caller()?, team_id)?;
    let member = sql::member(tx, team_id, user_id)?;
    Ok(answer::json(&member.ok_or(&error::TEAM_MEMBER_MISSING)?))
}

/// `GET /users/{user_id}/teams/members`
pub fn memberships(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    MEMBERSHIPS.ask_about(tx, cx.caller()?, user_id)?;
    Ok(answer::json(&sql::memberships(tx, user_id)?))
}

/// `DELETE /teams/{team_id}/members/{user_id}`
pub fn remove_member(cx: &Context) -> Answer {
    let (team_id, user_id) = (cx.id("team_id")?, cx.id("user_id")?);
    administration::team::remove_member(cx.app, cx.caller()?, team_id, user_id)?;
    Ok(answer::ok())
}

/// `PUT /teams/{team_id}/members/{user_id}/roles`
pub fn update_roles(cx: &Context) -> Answer {
    let roles = NewRoles::Named(roles_of(cx)?);
    set_roles(cx, roles)
}

/// `PUT /teams/{team_id}/members/{user_id}/schemeRoles`
pub fn update_scheme_roles(cx: &Context) -> Answer {
    let roles = scheme_roles_of(cx)?;
    set_roles(cx, roles)
}

fn set_roles(cx: &Context, roles: NewRoles) -> Answer {
    let at = (cx.id("team_id")?, cx.id("user_id")?);
    member::set_team_roles(cx.app, cx.caller()?, at, roles)?;
    Ok(answer::ok())
}

/// `GET /users/{user_id}/teams/unread`
pub fn unreads(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    MEMBERSHIPS.ask_about(tx, cx.caller()?, user_id)?;
    let excluded = cx.query("exclude_team");
    let unread = channel::sql::unread_of_teams(tx, user_id)?;
    let shown = unread.iter().filter(|team| team.team_id != excluded);
    Ok(answer::json(&shown.map(as_unread).collect::<Vec<_>>()))
}

/// `GET /users/{user_id}/teams/{team_id}/unread`
pub fn unread(cx: &Context, tx: &Tx) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    MEMBERSHIPS.ask_about(tx, cx.caller()?, user_id)?;
    ask(tx, &TEAM_VIEW, cx.caller()?, team_id)?;
    let unread = channel::sql::unread_of_teams(tx, user_id)?;
    let none = TeamUnread {
        team_id: team_id.to_owned(),
        ..TeamUnread::default()
    };
    let found = unread.into_iter().find(|team| team.team_id == team_id);
    Ok(answer::json(&as_unread(&found.unwrap_or(none))))
}

/// Threads are not followed, so nothing of them is unread.
fn as_unread(team: &TeamUnread) -> Value {
    json!({
        "team_id": team.team_id,
        "msg_count": team.msg_count,
        "mention_count": team.mention_count,
        "msg_count_root": 0,
        "mention_count_root": 0,
        "thread_count": 0,
        "thread_mention_count": 0,
        "thread_urgent_mention_count": 0,
    })
}
