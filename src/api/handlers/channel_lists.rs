//! HTTP endpoints of lists of channels: of a team, of an account, what is found.

use serde::Serialize;
use serde_json::json;

use crate::api::{Answer, Context, answer, json as of_json};
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::messaging::channel::sql::OfTeams;
use crate::messaging::channel::{Channel, ChannelKind, sql};
use crate::messaging::team;
use crate::permission::{CHANNEL_LIST, CHANNEL_LIST_ALL, MEMBERSHIPS, Rule, TEAM_VIEW};
use crate::store::Tx;

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
    };
    let found = sql::list_all(tx, which, cx.page())?;
    let channels: Vec<_> = found
        .into_iter()
        .map(|(channel, name, display_name, update_at)| WithTeam {
            channel,
            team_display_name: display_name,
            team_name: name,
            team_update_at: update_at,
        })
        .collect();
    Ok(match cx.flag("include_total_count") {
        true => answer::json(&json!({
            "channels": channels,
            "total_count": sql::count_all(tx, which)?,
        })),
        false => answer::json(&channels),
    })
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

/// `GET /users/{user_id}/teams/{team_id}/channels`
pub fn of_user(cx: &Context, tx: &Tx) -> Answer {
    let (user_id, team_id) = (cx.id("user_id")?, cx.id("team_id")?);
    let caller = cx.caller()?;
    MEMBERSHIPS.ask_about(tx, caller, user_id)?;
    team::ask(tx, &TEAM_VIEW, caller, team_id)?;
    // Mattermost: the time counts only where archived channels are asked for.
    let last_delete_at = cx.time("last_delete_at")?;
    let archived_since = cx.flag("include_deleted").then_some(last_delete_at);
    let channels = sql::of_user(tx, user_id, team_id, archived_since)?;
    if channels.is_empty() {
        return Err(AppError::new(&error::CHANNELS_MISSING));
    }
    Ok(answer::json(&channels))
}
