//! What happened, for those who listen on a WebSocket: told after the change is on disk, in the order of the changes, and
//! only to those who may see it.

use std::sync::Arc;

use serde_json::Value;

use crate::app::App;
use crate::error::AppError;
use crate::store::Tx;

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

/// What a change has to tell once it is on disk.
#[derive(Default)]
pub struct News(Vec<Event>);

impl News {
    /// Adds an event.
    pub fn tell(&mut self, name: &'static str, data: Value, to: Audience) {
        self.0.push(Event { name, data, to });
    }
}

impl App {
    /// Tells what is no change.
    pub fn tell(&self, news: News) {
        self.hub.add(news.0);
        self.hub.tell(&self.store);
    }

    /// Runs a change as [`crate::store::Store::write`] does, and tells its news once it is on disk. When it comes back
    /// everybody who listens has the news in his queue.
    pub fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx, &mut News) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let hub = Arc::clone(&self.hub);
        let work = move |tx: &Tx| {
            let mut news = News::default();
            Ok((work(tx, &mut news)?, news))
        };
        let value = self.store.write_then(work, move |(value, news)| {
            hub.add(news.0);
            value
        })?;
        self.hub.tell(&self.store);
        Ok(value)
    }
}
