//! HTTP endpoints of lists of channels: of a team, of an account, what is found.

use crate::api::handlers::users::about;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::messaging::channel::sql;
use crate::messaging::team;
use crate::permission::{CHANNEL_LIST, CHANNEL_LIST_ALL, MEMBERSHIPS, Rule, TEAM_VIEW};

/// `GET /teams/{team_id}/channels`
pub fn of_team(cx: &Context) -> Answer {
    listed(cx, &CHANNEL_LIST, "O", false)
}

/// `GET /teams/{team_id}/channels/private`
pub fn private(cx: &Context) -> Answer {
    listed(cx, &CHANNEL_LIST_ALL, "P", false)
}

/// `GET /teams/{team_id}/channels/deleted`
pub fn deleted(cx: &Context) -> Answer {
    listed(cx, &CHANNEL_LIST, "O", true)
}

fn listed(cx: &Context, rule: &'static Rule, kind: &str, archived: bool) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    let channels = cx.read(|tx| {
        rule.ask_in(caller, team::permissions(tx, caller, team_id)?)?;
        Ok(sql::list(tx, team_id, kind, archived, cx.page())?)
    })?;
    Ok(answer::json(&channels))
}

/// `GET /channels`
pub fn all(cx: &Context) -> Answer {
    CHANNEL_LIST_ALL.ask(cx.caller()?)?;
    Ok(answer::json(
        &cx.read(|tx| Ok(sql::list_all(tx, cx.page())?))?,
    ))
}

/// `POST /teams/{team_id}/channels/search`
pub fn search(cx: &Context) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    let body = of_json::object(cx.body(), "channel_search")?;
    let term = body.text("term").unwrap_or_default().to_lowercase();
    let channels = cx.read(|tx| {
        let here = team::permissions(tx, caller, team_id)?;
        // Mattermost: who is not in the team is told so.
        CHANNEL_LIST
            .ask_in(caller, here)
            .map_err(|_| AppError::new(&error::TEAM_MEMBER_MISSING))?;
        Ok(sql::search(tx, team_id, &term)?)
    })?;
    Ok(answer::json(&channels))
}

/// `GET /users/{user_id}/teams/{team_id}/channels`
pub fn of_user(cx: &Context) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    about(cx, user_id, &MEMBERSHIPS)?;
    let caller = cx.caller()?;
    let channels = cx.read(|tx| {
        TEAM_VIEW.ask_in(caller, team::permissions(tx, caller, team_id)?)?;
        Ok(sql::of_user(tx, user_id, team_id)?)
    })?;
    if channels.is_empty() {
        return Err(AppError::new(&error::CHANNELS_MISSING));
    }
    Ok(answer::json(&channels))
}
