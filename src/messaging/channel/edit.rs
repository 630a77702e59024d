//! What becomes of a channel: its fields change, it is opened, closed, archived and brought back.

use serde_json::json;

use super::{Channel, DEFAULTS, find, sql};
use crate::app::App;
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::messaging::post::system::{Notice, say};
use crate::permission::Granted;
use crate::store::Tx;
use crate::{audit, user};

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
/// A field that is not as it must be; the name is taken in the team; it is Town Square's name.
pub fn update(
    app: &App,
    granted: Granted,
    channel_id: &str,
    patch: Patch,
) -> Result<Channel, AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let old = find(tx, &channel_id)?;
        let or = |patched: Option<String>, old: &str| patched.unwrap_or_else(|| old.to_owned());
        let channel = Channel {
            name: or(patch.name, &old.name),
            display_name: or(patch.display_name, &old.display_name),
            header: or(patch.header, &old.header),
            purpose: or(patch.purpose, &old.purpose),
            update_at: granted.at(),
            ..old.clone()
        };
        channel.check()?;
        if old.name == DEFAULTS[0].0 && channel.name != old.name {
            return Err(AppError::new(&error::CHANNEL_UPDATE_DEFAULT));
        }
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
        say_what_changed(tx, news, &granted, &old, &channel)?;
        find(tx, &channel_id)
    })
}

fn say_what_changed(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    old: &Channel,
    new: &Channel,
) -> Result<(), AppError> {
    let by = user::find(tx, &granted.caller().user_id)?;
    let mut notices = Vec::new();
    if old.display_name != new.display_name {
        notices.push(Notice::display_name(
            &by,
            &old.display_name,
            &new.display_name,
        ));
    }
    if old.header != new.header {
        notices.push(Notice::header(&by, &old.header, &new.header));
    }
    if old.purpose != new.purpose {
        notices.push(Notice::purpose(&by, &old.purpose, &new.purpose));
    }
    notices
        .into_iter()
        .try_for_each(|notice| say(tx, news, new, &by, notice, granted.at()))
}

/// Makes a public channel private, or a private one public.
///
/// # Errors
/// Town Square stays public.
pub fn set_privacy(
    app: &App,
    granted: Granted,
    channel_id: &str,
    kind: &'static str,
) -> Result<Channel, AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        if channel.name == DEFAULTS[0].0 && kind == "P" {
            return Err(AppError::new(&error::CHANNEL_PRIVACY_DEFAULT));
        }
        channel.kind = kind.to_owned();
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        let by = user::find(tx, &granted.caller().user_id)?;
        let privacy = Notice::privacy(channel.is_public());
        say(tx, news, &channel, &by, privacy, granted.at())?;
        news.tell(
            "channel_converted",
            json!({"channel_id": channel.id}),
            Audience::team(&channel.team_id),
        );
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        find(tx, &channel_id)
    })
}

/// Archives a channel.
///
/// # Errors
/// It is archived; it is Town Square.
pub fn delete(app: &App, granted: Granted, channel_id: &str) -> Result<(), AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        if channel.delete_at > 0 {
            return Err(AppError::new(&error::CHANNEL_DELETED));
        }
        if channel.name == DEFAULTS[0].0 {
            return Err(AppError::new(&error::CHANNEL_DELETE_DEFAULT));
        }
        let by = user::find(tx, &granted.caller().user_id)?;
        say(tx, news, &channel, &by, Notice::archived(&by), granted.at())?;
        channel.delete_at = granted.at();
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        let data = json!({"channel_id": channel.id, "delete_at": channel.delete_at});
        news.tell("channel_deleted", data, Audience::team(&channel.team_id));
        audit::record(tx, &granted, &format!("name={}", channel.name))
    })
}

/// Brings an archived channel back.
///
/// # Errors
/// It is not archived.
pub fn restore(app: &App, granted: Granted, channel_id: &str) -> Result<Channel, AppError> {
    let channel_id = channel_id.to_owned();
    app.change(move |tx, news| {
        let mut channel = find(tx, &channel_id)?;
        if channel.delete_at == 0 {
            return Err(AppError::new(&error::CHANNEL_RESTORED));
        }
        channel.delete_at = 0;
        channel.update_at = granted.at();
        sql::update(tx, &channel)?;
        news.tell(
            "channel_restored",
            json!({"channel_id": channel.id}),
            Audience::team(&channel.team_id),
        );
        let by = user::find(tx, &granted.caller().user_id)?;
        say(tx, news, &channel, &by, Notice::restored(&by), granted.at())?;
        audit::record(tx, &granted, &format!("name={}", channel.name))?;
        find(tx, &channel_id)
    })
}
