//! What the system says in a channel, in the name of the account that did it, to the letter of Mattermost.

use serde_json::{Value, json};

use super::Post;
use super::create::{Delivery, publish};
use crate::clock::Millis;
use crate::error::AppError;
use crate::event::News;
use crate::messaging::channel::Channel;
use crate::store::Tx;
use crate::user::User;

/// Something the system says.
pub struct Notice {
    kind: &'static str,
    message: String,
    props: Value,
}

/// Says it.
pub fn say(
    tx: &Tx,
    news: &mut News,
    channel: &Channel,
    by: &User,
    notice: Notice,
    at: Millis,
) -> Result<(), AppError> {
    let mut post = Post::new(&by.id, &channel.id, notice.message, at);
    post.kind = notice.kind.to_owned();
    post.props = notice.props;
    post.props["username"] = by.username.clone().into();
    super::sql::insert(tx, &post)?;
    publish(tx, news, channel, by, &post, Delivery::default())
}

impl Notice {
    fn new(kind: &'static str, message: String) -> Notice {
        let props = json!({});
        Notice {
            kind,
            message,
            props,
        }
    }

    /// Somebody came into the channel.
    pub fn joined_channel(user: &User) -> Notice {
        let message = format!("{} joined the channel.", user.username);
        Notice::new("system_join_channel", message)
    }

    /// Somebody was put into the channel.
    pub fn added_to_channel(user: &User, by: &User) -> Notice {
        let message = format!("{} added to the channel by {}.", user.username, by.username);
        Notice {
            props: json!({"userId": by.id, "addedUserId": user.id, "addedUsername": user.username}),
            ..Notice::new("system_add_to_channel", message)
        }
    }

    /// Somebody left the channel.
    pub fn left_channel(user: &User) -> Notice {
        let message = format!("{} left the channel.", user.username);
        Notice::new("system_leave_channel", message)
    }

    /// Somebody was taken out of the channel.
    pub fn removed_from_channel(user: &User) -> Notice {
        let message = format!("{} removed from the channel.", user.username);
        Notice {
            props: json!({"removedUserId": user.id, "removedUsername": user.username}),
            ..Notice::new("system_remove_from_channel", message)
        }
    }

    /// Somebody came into the team.
    pub fn joined_team(user: &User) -> Notice {
        let message = format!("{} joined the team.", user.username);
        Notice::new("system_join_team", message)
    }

    /// Somebody left the team.
    pub fn left_team(user: &User) -> Notice {
        let message = format!("{} left the team.", user.username);
        Notice::new("system_leave_team", message)
    }

    /// Somebody was taken out of the team.
    pub fn removed_from_team(user: &User) -> Notice {
        let message = format!("{} was removed from the team.", user.username);
        Notice::new("system_remove_from_team", message)
    }

    /// The channel was archived.
    pub fn archived(by: &User) -> Notice {
        let message = format!("{} archived the channel.", by.username);
        Notice::new("system_channel_deleted", message)
    }

    /// The channel is back.
    pub fn restored(by: &User) -> Notice {
        let message = format!("{} unarchived the channel.", by.username);
        Notice::new("system_channel_restored", message)
    }

    /// The channel is open to everybody in the team, or to its members only.
    pub fn privacy(public: bool) -> Notice {
        let message = if public {
            "This channel has been converted to a Public Channel and can be joined by any team member."
        } else {
            "This channel has been converted to a Private Channel."
        };
        Notice::new("system_change_chan_privacy", message.to_owned())
    }

    /// The channel came from another team.
    pub fn moved(by: &User, previous: &str) -> Notice {
        let message = format!("This channel has been moved to this team from {previous}.");
        Notice {
            props: json!({"username": by.username}),
            ..Notice::new("system_move_channel", message)
        }
    }

    /// The channel has another name.
    pub fn display_name(by: &User, old: &str, new: &str) -> Notice {
        let who = &by.username;
        let message = format!("{who} updated the channel display name from: {old} to: {new}");
        Notice {
            props: json!({"old_displayname": old, "new_displayname": new}),
            ..Notice::new("system_displayname_change", message)
        }
    }

    /// The channel has another header.
    pub fn header(by: &User, old: &str, new: &str) -> Notice {
        Notice {
            props: json!({"old_header": old, "new_header": new}),
            ..Notice::new("system_header_change", changed(by, "header", old, new))
        }
    }

    /// The channel has another purpose.
    pub fn purpose(by: &User, old: &str, new: &str) -> Notice {
        Notice {
            props: json!({"old_purpose": old, "new_purpose": new}),
            ..Notice::new("system_purpose_change", changed(by, "purpose", old, new))
        }
    }
}

fn changed(by: &User, what: &str, old: &str, new: &str) -> String {
    let who = &by.username;
    match (old, new) {
        ("", new) => format!("{who} updated the channel {what} to: {new}"),
        (old, "") => format!("{who} removed the channel {what} (was: {old})"),
        (old, new) => format!("{who} updated the channel {what} from: {old} to: {new}"),
    }
}
