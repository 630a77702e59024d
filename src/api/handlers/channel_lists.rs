//! HTTP endpoints of lists of channels: of a team, of an account, what is found.

use serde::Serialize;
use serde_json::{Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::messaging::channel::sql::OfTeams;
use crate::messaging::channel::{Channel, ChannelKind, sql};
use crate::messaging::team;
use crate::permission::{CHANNEL_LIST, CHANNEL_LIST_ALL, MEMBERSHIPS, Rule, TEAM_VIEW};
use crate::store::{Page, Tx};

/// `GET /teams/{team_id}/channels`
pub fn of_team(cx: &Context, tx: &Tx) -> Answer {
    listed(cx, tx, &CHANNEL_LIST, ChannelKind::Public, false)
}

/// `GET /teams/{team_id}/channels/private`
pub fn private(cx: &Context, tx: &Tx) -> Answer {
    listed(cx, tx, &CHANNEL_LIST_ALL, ChannelKind::Private, false)
}

/// `GET /teams/{team_id}/channels/deleted`
pub fn deleted(cx: &Context, tx: &Tx) -> Answer {
    listed(cx, tx, &CHANNEL_LIST, ChannelKind::Public, true)
}

fn listed(cx: &Context, tx: &Tx, rule: &'static Rule, kind: ChannelKind, archived: bool) -> Answer {
    let team_id = cx.id("team_id")?;
    team::ask(tx, rule, cx.caller()?, team_id)?;
    let channels = sql::list(tx, team_id, kind, archived, cx.page())?;
    Ok(answer::json(&channels))
}

/// A channel in a list of those of all teams.
#[derive(Serialize)]
struct WithTeam {
    #[serde(flatten)]
    channel: Channel,
    team_display_name: String,
    team_name: String,
    team_update_at: Millis,
}

/// `GET /channels`: with `include_total_count=true` an object that also counts them.
pub fn all(cx: &Context, tx: &Tx) -> Answer {
    CHANNEL_LIST_ALL.ask(cx.caller()?)?;
    let which = OfTeams {
        archived: cx.flag("include_deleted"),
        without_defaults: cx.flag("exclude_default_channels"),
        ..OfTeams::default()
    };
    shown(tx, which, cx.page(), cx.flag("include_total_count"))
}

/// Answers with channels of all teams; where they are counted, with an object that also says how many there are.
fn shown(tx: &Tx, which: OfTeams, page: Page, is_counted: bool) -> Answer {
    let found = sql::list_all(tx, which, page)?;
    let channels: Vec<_> = found
        .into_iter()
        .map(|(channel, name, display_name, update_at)| WithTeam {
            channel,
            team_display_name: display_name,
            team_name: name,
            team_update_at: update_at,
        })
        .collect();
    Ok(match is_counted {
        true => answer::json(&json!({
            "channels": channels,
            "total_count": sql::count_all(tx, which)?,
        })),
        false => answer::json(&channels),
    })
}

/// Channels that a search of all teams finds when the client does not say.
const FOUND: i64 = 100;

/// `POST /channels/search`: with `page` and `per_page` an object that also counts them.
pub fn search_all(cx: &Context, tx: &Tx) -> Answer {
    CHANNEL_LIST_ALL.ask(cx.caller()?)?;
    let body = of_json::object(cx.body(), "channel_search")?;
    let flag = |name| body.bool(name).unwrap_or(false);
    let number = |name| {
        body.get(name)
            .and_then(Value::as_i64)
            .filter(|number| *number >= 0)
    };
    let term = body.text("term").unwrap_or_default().to_lowercase();
    let team_ids = match body.get("team_ids").and_then(Value::as_array) {
        Some(ids) if !ids.is_empty() => json!(ids).to_string(),
        _ => String::new(),
    };
    // Mattermost: both, or neither, is every kind.
    let kind = match (flag("public"), flag("private")) {
        (true, false) => Some(ChannelKind::Public),
        (false, true) => Some(ChannelKind::Private),
        _ => None,
    };
    if flag("group_constrained") {
        // There are no groups.
        return Ok(answer::json(&Vec::<Channel>::new()));
    }
    let which = OfTeams {
        archived: flag("deleted") || flag("include_deleted"),
        archived_only: flag("deleted"),
        without_defaults: flag("exclude_default_channels"),
        team_ids: &team_ids,
        term: &term,
        kind,
    };
    let (page, per_page) = (number("page"), number("per_page"));
    let limit = per_page.unwrap_or(FOUND).min(FOUND);
    let part = Page {
        limit,
        offset: page.unwrap_or(0).saturating_mul(limit),
    };
    shown(tx, which, part, page.is_some() && per_page.is_some())
}

/// `GET /teams/{team_id}/channels/autocomplete`: those that the caller may see.
pub fn complete(cx: &Context, tx: &Tx) -> Answer {
    completed(cx, tx, false)
}

/// `GET /teams/{team_id}/channels/search_autocomplete`: those that the caller is in.
pub fn complete_own(cx: &Context, tx: &Tx) -> Answer {
    completed(cx, tx, true)
}

fn completed(cx: &Context, tx: &Tx, own_only: bool) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    team::ask(tx, &CHANNEL_LIST, caller, team_id)?;
    let name = cx.query("name").to_lowercase();
    let found = sql::complete(tx, (team_id, &caller.user_id), &name, own_only)?;
    Ok(answer::json(&found))
}

/// `POST /teams/{team_id}/channels/search`
pub fn search(cx: &Context, tx: &Tx) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    let body = of_json::object(cx.body(), "channel_search")?;
    let term = body.text("term").unwrap_or_default().to_lowercase();
    // Mattermost: who is not in the team is told so.
    team::ask(tx, &CHANNEL_LIST, caller, team_id)
        .map_err(|_| AppError::new(&error::TEAM_MEMBER_MISSING))?;
    Ok(answer::json(&sql::search(tx, team_id, &term)?))
}

/// `GET /users/{user_id}/channels`: of every team, and direct and group messages.
pub fn of_user_anywhere(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    MEMBERSHIPS.ask_about(tx, cx.caller()?, user_id)?;
    let channels = sql::of_user(tx, user_id, "", archived_since(cx)?)?;
    Ok(answer::json(&channels))
}

/// Mattermost: the time counts only where archived channels are asked for.
fn archived_since(cx: &Context) -> Result<Option<Millis>, AppError> {
    let last_delete_at = cx.time("last_delete_at")?;
    Ok(cx.flag("include_deleted").then_some(last_delete_at))
}

/// `GET /users/{user_id}/teams/{team_id}/channels`
pub fn of_user(cx: &Context, tx: &Tx) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    let caller = cx.caller()?;
    MEMBERSHIPS.ask_about(tx, caller, user_id)?;
    team::ask(tx, &TEAM_VIEW, caller, team_id)?;
    let channels = sql::of_user(tx, user_id, team_id, archived_since(cx)?)?;
    if channels.is_empty() {
        return Err(AppError::new(&error::CHANNELS_MISSING));
    }
    Ok(answer::json(&channels))
}
