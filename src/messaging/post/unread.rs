//! A channel is marked as not read from a post on.

use serde::Serialize;
use serde_json::json;

use super::{reachable, sql};
use crate::app::App;
use crate::clock::Millis;
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::messaging::channel::{self, ChannelKind};
use crate::permission::{CHANNEL_READ, CHANNEL_VIEW, Caller};
use crate::user;

/// From where a channel is not read.
#[derive(Debug, Serialize)]
pub struct UnreadAt {
    team_id: String,
    user_id: String,
    channel_id: String,
    msg_count: i64,
    mention_count: i64,
    msg_count_root: i64,
    mention_count_root: i64,
    urgent_mention_count: i64,
    last_viewed_at: Millis,
}

/// Marks a post and what follows it in its channel as not read by a user.
///
/// # Errors
/// The rules' refusals; there is no such post; the user is not in its channel.
pub fn set_unread(
    app: &App,
    caller: &Caller,
    user_id: &str,
    post_id: &str,
) -> Result<UnreadAt, AppError> {
    let (caller, user_id, post_id) = (caller.clone(), user_id.to_owned(), post_id.to_owned());
    app.change(move |tx, news| {
        let granted = CHANNEL_VIEW.ask_about(tx, &caller, &user_id)?;
        let (_, post, channel) = reachable(tx, &CHANNEL_READ, &caller, &post_id)?;
        channel::sql::member(tx, &channel.id, &user_id)?.ok_or(&error::CHANNEL_MEMBER_MISSING)?;
        let user = user::find(tx, &user_id)?;
        let mention = format!("@{}", user.username);
        let is_direct = channel.kind == ChannelKind::Direct;
        let about = (&*user_id, &*mention, is_direct);
        let counts = sql::count_since(tx, &channel.id, post.create_at, about)?;
        let last_viewed_at = post.create_at - 1;
        let of = (&*channel.id, &*user_id);
        channel::sql::set_unread(tx, of, counts, (last_viewed_at, granted.at()))?;
        let (msg_count, mention_count) = counts;
        let data = json!({
            "msg_count": msg_count, "mention_count": mention_count, "last_viewed_at": last_viewed_at, "post_id": post.id,
        });
        let to = Audience {
            channel_id: channel.id.clone(),
            ..Audience::user(&user_id)
        };
        news.tell("post_unread", data, to);
        Ok(UnreadAt {
            team_id: channel.team_id,
            user_id,
            channel_id: channel.id,
            msg_count,
            mention_count,
            msg_count_root: 0,
            mention_count_root: 0,
            urgent_mention_count: 0,
            last_viewed_at,
        })
    })
}
