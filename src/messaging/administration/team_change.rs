//! Teams are changed, archived and restored.

use serde_json::json;

use crate::app::App;
use crate::audit;
use crate::error::AppError;
use crate::event::{Audience, News};
use crate::id;
use crate::messaging::team::{self, Team};
use crate::permission::{Caller, TEAM_MANAGE};

/// What of a team is to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TeamPatch {
    /// The name that people read.
    pub display_name: Option<String>,
    /// The purpose.
    pub description: Option<String>,
    /// The company.
    pub company_name: Option<String>,
    /// Domains of the addresses of those who may join.
    pub allowed_domains: Option<String>,
    /// Whether anyone may see and join it.
    pub allow_open_invite: Option<bool>,
}

/// Changes fields of a team.
///
/// # Errors
/// The rule's refusal; there is no such team; a field that is not as it must be.
pub fn update(
    app: &App,
    caller: &Caller,
    team_id: &str,
    patch: TeamPatch,
) -> Result<Team, AppError> {
    change(app, caller, team_id, "update_team", move |team, _| {
        let texts = [
            (&mut team.display_name, patch.display_name),
            (&mut team.description, patch.description),
            (&mut team.company_name, patch.company_name),
            (&mut team.allowed_domains, patch.allowed_domains),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                *field = text;
            }
        }
        if let Some(open) = patch.allow_open_invite {
            team.allow_open_invite = open;
        }
        team.check()
    })
}

/// Makes a team one that anyone may join, or one that is by invitation only; then earlier invitations no longer count.
///
/// # Errors
/// The rule's refusal; there is no such team.
pub fn set_privacy(
    app: &App,
    caller: &Caller,
    team_id: &str,
    is_open: bool,
) -> Result<Team, AppError> {
    change(app, caller, team_id, "update_team", move |team, _| {
        let kind = if is_open { "O" } else { "I" };
        if team.kind != kind && !is_open {
            team.invite_id = id::new();
        }
        kind.clone_into(&mut team.kind);
        team.allow_open_invite = is_open;
        Ok(())
    })
}

/// Gives a team another invite id; the earlier one no longer counts.
///
/// # Errors
/// The rule's refusal; there is no such team.
pub fn regenerate_invite_id(app: &App, caller: &Caller, team_id: &str) -> Result<Team, AppError> {
    change(app, caller, team_id, "update_team", |team, _| {
        team.invite_id = id::new();
        Ok(())
    })
}

/// Archives a team; nothing of it is lost.
///
/// # Errors
/// The rule's refusal; there is no such team.
pub fn archive(app: &App, caller: &Caller, team_id: &str) -> Result<Team, AppError> {
    change(app, caller, team_id, "delete_team", |team, at| {
        team.delete_at = at;
        Ok(())
    })
}

/// Brings an archived team back.
///
/// # Errors
/// The rule's refusal; there is no such team.
pub fn restore(app: &App, caller: &Caller, team_id: &str) -> Result<Team, AppError> {
    change(app, caller, team_id, "restore_team", |team, _| {
        team.delete_at = 0;
        Ok(())
    })
}

fn change(
    app: &App,
    caller: &Caller,
    team_id: &str,
    event: &'static str,
    work: impl FnOnce(&mut Team, i64) -> Result<(), AppError> + Send + 'static,
) -> Result<Team, AppError> {
    let (caller, team_id) = (caller.clone(), team_id.to_owned());
    app.change(move |tx, news: &mut News| {
        let granted = team::ask(tx, &TEAM_MANAGE, &caller, &team_id)?;
        let mut team = team::find(tx, &team_id)?;
        work(&mut team, granted.at())?;
        team.update_at = granted.at();
        team::sql::update(tx, &team)?;
        news.tell(
            event,
            json!({"team": team.as_event()}),
            Audience::team(&team_id),
        );
        audit::record(tx, &granted, &format!("name={}", team.name))?;
        Ok(team.seen_by(team::permissions(tx, &caller, &team_id)?))
    })
}
