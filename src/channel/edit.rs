//! What becomes of a channel: its fields change, it is archived.

use serde_json::json;

use super::{Channel, DEFAULTS, find, sql};
use crate::app::App;
use crate::audit;
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::permission::Granted;

/// What of a channel is to change; what is not there stays.
#[derive(Default)]
pub struct Patch {
    /// Part of addresses.
    pub name: Option<String>,
    /// What people read.
    pub display_name: Option<String>,
    /// Shown above the posts.
    pub header: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
}

/// Changes a channel's fields.
///
/// # Errors
/// A field that is not as it must be; the name is taken in the team.
pub fn update(
    app: &App,
    granted: Granted,
    channel_id: &str,
    patch: Patch,
) -> Result<Channel, AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        let fields = [
            (&mut channel.name, patch.name),
            (&mut channel.display_name, patch.display_name),
            (&mut channel.header, patch.header),
            (&mut channel.purpose, patch.purpose),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                *field = text;
            }
        }
        channel.update_at = granted.at();
        channel.check()?;
        if sql::by_name(tx, &channel.team_id, &channel.name)?
            .is_some_and(|other| other.id != channel.id)
        {
            return Err(AppError::new(&error::CHANNEL_EXISTS));
        }
        sql::update(tx, &channel)?;
        let text = serde_json::to_string(&channel).unwrap_or_default();
        news.tell(
            "channel_updated",
            json!({"channel": text}),
            Audience::channel(&channel.id),
        );
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        Ok(channel)
    })
}

/// Archives a channel.
///
/// # Errors
/// It is Town Square; it is a direct or group channel.
pub fn delete(app: &App, granted: Granted, channel_id: &str) -> Result<(), AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        if channel.is_direct_or_group() {
            return Err(AppError::new(&error::CHANNEL_DELETE_TYPE));
        }
        if channel.name == DEFAULTS[0].0 {
            return Err(AppError::new(&error::CHANNEL_DELETE_DEFAULT));
        }
        channel.delete_at = granted.at();
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        let data = json!({"channel_id": channel.id, "delete_at": channel.delete_at});
        news.tell("channel_deleted", data, Audience::team(&channel.team_id));
        audit::record(tx, &granted, &format!("name={}", channel.name))
    })
}
