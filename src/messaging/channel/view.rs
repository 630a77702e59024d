//! Channels are marked as read.

use serde_json::{Map, Value, json};

use super::sql;
use crate::app::App;
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::permission::{CHANNEL_VIEW, Caller};

/// Marks those of the channels as read that the user is in. Returns when something was last posted in each of them.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the list of channels is malformed, none of them exists.
pub fn view(
    app: &App,
    caller: &Caller,
    user_id: &str,
    channel_ids: Result<Vec<String>, AppError>,
) -> Result<Map<String, Value>, AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.change(move |tx, news| {
        let granted = CHANNEL_VIEW.ask_about(tx, &caller, &user_id)?;
        let channel_ids = channel_ids?;
        let mut times = Map::new();
        let mut known = channel_ids.is_empty();
        for channel_id in &channel_ids {
            let Some(channel) = sql::by_id(tx, channel_id)? else {
                continue;
            };
            known = true;
            if sql::member(tx, channel_id, &user_id)?.is_none() {
                continue;
            }
            sql::viewed(tx, channel_id, &user_id, granted.at())?;
            times.insert(channel.id, channel.last_post_at.into());
            news.tell(
                "channel_viewed",
                json!({"channel_id": channel_id}),
                Audience::user(&user_id),
            );
        }
        if known {
            Ok(times)
        } else {
            Err(AppError::new(&error::CHANNEL_VIEW))
        }
    })
}
