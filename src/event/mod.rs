//! What happened, for those who listen on a WebSocket: told after the change is on disk, in the order of the changes, and
//! only to those who may see it.

pub mod hub;
pub mod sql;

use serde_json::{Value, json};

/// Something that happened.
#[derive(Debug)]
pub struct Event {
    /// Mattermost's name.
    pub name: &'static str,
    /// An object.
    pub data: Value,
    /// Who hears of it.
    pub to: Audience,
}

/// Who hears of an event: whoever fits all that is named. All empty: everyone who is connected.
#[derive(Debug, Default)]
pub struct Audience {
    /// This account.
    pub user_id: String,
    /// The members of this channel.
    pub channel_id: String,
    /// The members of this team.
    pub team_id: String,
    /// But not this account.
    pub omitted: String,
    /// And this account, whatever is named: it has just left.
    pub also: String,
}

impl Audience {
    /// One account.
    pub fn user(id: &str) -> Audience {
        Audience {
            user_id: id.to_owned(),
            ..Audience::default()
        }
    }

    /// The members of a channel.
    pub fn channel(id: &str) -> Audience {
        Audience {
            channel_id: id.to_owned(),
            ..Audience::default()
        }
    }

    /// The members of a team.
    pub fn team(id: &str) -> Audience {
        Audience {
            team_id: id.to_owned(),
            ..Audience::default()
        }
    }
}

/// The events of a change, in order; they are published once the change is on disk.
#[derive(Default)]
pub struct News(Vec<Event>);

impl News {
    /// Adds an event.
    pub fn tell(&mut self, name: &'static str, data: Value, to: Audience) {
        self.0.push(Event { name, data, to });
    }

    /// Adds the event that tells a user, on all their devices, how others see their status.
    pub fn status_changed(&mut self, user_id: &str, status: &str) {
        let data = json!({"status": status, "user_id": user_id});
        self.tell("status_change", data, Audience::user(user_id));
    }

    /// Returns the events.
    pub fn into_events(self) -> Vec<Event> {
        self.0
    }
}
