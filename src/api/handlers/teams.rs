//! HTTP endpoints of teams.

use serde::Serialize;
use serde_json::{Value, json};

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::messaging::team::{Team, find, permissions, sql};
use crate::permission::{
    Granted, LEAVE, MEMBERSHIPS, TEAM_ADD_MEMBER, TEAM_CREATE, TEAM_JOIN, TEAM_JOIN_CLOSED,
    TEAM_LIST_ALL, TEAM_REMOVE_MEMBER, TEAM_VIEW,
};
use crate::store::Tx;

/// `POST /teams`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "team")?;
    let granted = TEAM_CREATE.ask(cx.caller()?)?;
    let text = |name| body.text(name).unwrap_or_default();
    if !text("id").is_empty() {
        return Err(AppError::new(&error::TEAM_EXISTS));
    }
    let mut team = Team::new(
        text("name"),
        text("display_name"),
        text("type"),
        text("description"),
        granted.at(),
    )?;
    team.allow_open_invite = body.bool("allow_open_invite").unwrap_or(false);
    Ok(answer::created(&crate::messaging::team::create(
        cx.app, granted, team,
    )?))
}

/// `GET /teams/{team_id}`
pub fn get(cx: &Context) -> Answer {
    let id = cx.id("team_id")?;
    one(cx, |tx| find(tx, id))
}

/// `GET /teams/name/{team_name}`
pub fn get_by_name(cx: &Context) -> Answer {
    one(cx, |tx| by_name(tx, cx.param("team_name")))
}

fn by_name(tx: &Tx, name: &str) -> Result<Team, AppError> {
    sql::by_name(tx, name)?.ok_or_else(|| AppError::new(&error::TEAM_MISSING))
}

fn one(cx: &Context, find: impl FnOnce(&Tx) -> Result<Team, AppError>) -> Answer {
    let caller = cx.caller()?;
    let team = cx.read(|tx| {
        let team = find(tx)?;
        let here = permissions(tx, caller, &team.id)?;
        if !team.is_open() {
            TEAM_VIEW.ask_in(caller, here)?;
        }
        Ok(team.seen_by(here))
    })?;
    Ok(answer::json(&team))
}

/// `GET /teams/name/{team_name}/exists`
pub fn exists(cx: &Context) -> Answer {
    let name = cx.param("team_name");
    let caller = cx.caller()?;
    let exists = cx.read(|tx| match sql::by_name(tx, name)? {
        None => Ok(false),
        Some(team) => Ok(team.is_open()
            || TEAM_VIEW
                .ask_in(caller, permissions(tx, caller, &team.id)?)
                .is_ok()),
    })?;
    Ok(answer::json(&json!({"exists": exists})))
}

/// `GET /teams`: with `include_total_count=true` an object that also counts them.
pub fn list(cx: &Context) -> Answer {
    let all = TEAM_LIST_ALL.ask(cx.caller()?).is_ok();
    let (teams, total) = cx.read(|tx| {
        Ok((
            seen(cx, tx, sql::list(tx, all, cx.page())?)?,
            sql::count(tx, all)?,
        ))
    })?;
    Ok(if cx.flag("include_total_count") {
        counted(&teams, total)
    } else {
        answer::json(&teams)
    })
}

/// `POST /teams/search`: with `page` and `per_page` an object that also counts them.
pub fn search(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "team_search")?;
    let term = body.text("term").unwrap_or_default().to_lowercase();
    let number = |name| body.get(name).and_then(Value::as_u64);
    let (page, per_page) = (number("page"), number("per_page"));
    let all = TEAM_LIST_ALL.ask(cx.caller()?).is_ok();
    if !all && (page.is_some() || per_page.is_some()) {
        return Err(AppError::new(&error::TEAM_SEARCH_PAGES));
    }
    let found = cx.read(|tx| seen(cx, tx, sql::search(tx, &term, all)?))?;
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
pub fn list_of_user(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    about(cx, user_id, &MEMBERSHIPS)?;
    let teams = cx.read(|tx| seen(cx, tx, sql::of_user(tx, user_id)?))?;
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
pub fn stats(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    may_view(cx, team_id)?;
    let (total, active) = cx.read(|tx| Ok(sql::count_members(tx, team_id)?))?;
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
    let granted = may_add(cx, team_id, user_id)?;
    Ok(answer::created(&crate::messaging::team::add_member(
        cx.app, granted, team_id, user_id,
    )?))
}

/// Mattermost: oneself into an open team; others with the permission there.
fn may_add(cx: &Context, team_id: &str, user_id: &str) -> Result<Granted, AppError> {
    let caller = cx.caller()?;
    cx.read(|tx| {
        if user_id != caller.user_id {
            return TEAM_ADD_MEMBER.ask_in(caller, permissions(tx, caller, team_id)?);
        }
        let rule = if find(tx, team_id)?.is_open() {
            &TEAM_JOIN
        } else {
            &TEAM_JOIN_CLOSED
        };
        rule.ask(caller)
    })
}

/// `GET /teams/{team_id}/members`
pub fn members(cx: &Context) -> Answer {
    let team_id = cx.id("team_id")?;
    may_view(cx, team_id)?;
    Ok(answer::json(
        &cx.read(|tx| Ok(sql::members(tx, team_id, cx.page())?))?,
    ))
}

/// `GET /teams/{team_id}/members/{user_id}`
pub fn member(cx: &Context) -> Answer {
    let (team_id, user_id) = (cx.id("team_id")?, cx.id("user_id")?);
    may_view(cx, team_id)?;
    let member = cx.read(|tx| Ok(sql::member(tx, team_id, user_id)?))?;
    Ok(answer::json(&member.ok_or_else(|| {
        AppError::new(&error::TEAM_MEMBER_MISSING)
    })?))
}

fn may_view(cx: &Context, team_id: &str) -> Result<Granted, AppError> {
    let caller = cx.caller()?;
    cx.read(|tx| TEAM_VIEW.ask_in(caller, permissions(tx, caller, team_id)?))
}

/// `GET /users/{user_id}/teams/members`
pub fn memberships(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    about(cx, user_id, &MEMBERSHIPS)?;
    Ok(answer::json(
        &cx.read(|tx| Ok(sql::memberships(tx, user_id)?))?,
    ))
}

/// `DELETE /teams/{team_id}/members/{user_id}`
pub fn remove_member(cx: &Context) -> Answer {
    let (team_id, user_id) = (cx.id("team_id")?, cx.id("user_id")?);
    let caller = cx.caller()?;
    let granted = if user_id == caller.user_id {
        LEAVE.ask(caller)?
    } else {
        cx.read(|tx| TEAM_REMOVE_MEMBER.ask_in(caller, permissions(tx, caller, team_id)?))?
    };
    crate::messaging::team::remove_member(cx.app, granted, team_id, user_id)?;
    Ok(answer::ok())
}
