//! Who listens on a WebSocket, and who of them hears what. Owns the order in which changes are told and the queues between
//! a change and its listeners; knows neither sockets nor frames.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::error::AppError;
use crate::event::{Audience, Event, sql};
use crate::http::Waker;
use crate::permission::Caller;
use crate::secret::SecretHash;
use crate::store::Store;
use crate::sync::Mutex;

/// Events that may wait for a listener, and their bytes. One who falls behind further is dropped: he connects again.
const WAITING: usize = 1024;
const WAITING_BYTES: usize = 4 << 20;

/// The listeners, and what they are to be told.
#[derive(Default)]
pub struct Hub {
    accounts: Mutex<HashMap<String, Account>>,
    /// On disk and not told yet, in the order of the commits.
    news: Mutex<Vec<Event>>,
    /// Held by whoever tells: one at a time, so that everybody hears in that order.
    telling: Mutex<()>,
}

/// An account that listens, or has listened.
#[derive(Default)]
struct Account {
    listeners: Vec<Arc<Listener>>,
    /// When it went.
    left_at: Millis,
}

/// Whether an account is here.
#[derive(Clone, Copy, Debug)]
pub enum Presence {
    /// It listens, and was active then.
    Here(Millis),
    /// It listened until then.
    Left(Millis),
    /// It has not listened since the server was started.
    Unknown,
}

/// Somebody who listens.
pub struct Listener {
    /// Who.
    pub user_id: String,
    /// The number of that account in the data file.
    pub user_number: i64,
    /// By which credential, and by which of its sessions: one that is enabled again opens another.
    pub secret_hash: SecretHash,
    pub session_id: String,
    active_at: AtomicI64,
    queue: Mutex<Queue>,
    waker: Waker,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Arc<str>>,
    bytes: usize,
    ended: Option<Ended>,
}

/// Why somebody listens no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Too much waited for it, or the server ends.
    Dropped,
    /// Its credential is no longer valid.
    Refused,
    /// A newer listener of the account took the place.
    Displaced,
}

impl Hub {
    /// Lets an account listen, until [`Hub::leave`]; when it has more listeners than `most`, its oldest ends. True: nobody
    /// listened for it before.
    pub fn enter(
        &self,
        caller: &Caller,
        secret_hash: SecretHash,
        waker: Waker,
        most: usize,
    ) -> (Arc<Listener>, bool) {
        let listener = Arc::new(Listener {
            user_id: caller.user_id.clone(),
            user_number: caller.user_number,
            secret_hash,
            session_id: caller.session_id.clone(),
            active_at: AtomicI64::new(caller.at),
            queue: Mutex::default(),
            waker,
        });
        let mut accounts = self.accounts.lock();
        let account = accounts.entry(caller.user_id.clone()).or_default();
        let first = account.listeners.is_empty();
        account.listeners.push(Arc::clone(&listener));
        let displaced = account.listeners.len().saturating_sub(most);
        let displaced: Vec<_> = account.listeners.drain(..displaced).collect();
        drop(accounts);
        displaced.iter().for_each(|one| one.end(Ended::Displaced));
        (listener, first)
    }

    /// How many listen.
    pub fn count(&self) -> usize {
        let accounts = self.accounts.lock();
        accounts.values().map(|one| one.listeners.len()).sum()
    }

    /// Ends it.
    pub fn leave(&self, listener: &Arc<Listener>, now: Millis) {
        if let Some(account) = self.accounts.lock().get_mut(&listener.user_id) {
            account
                .listeners
                .retain(|other| !Arc::ptr_eq(other, listener));
            account.left_at = now;
        }
    }

    /// The account has just done something.
    pub fn is_active(&self, user_id: &str, now: Millis) {
        let mut accounts = self.accounts.lock();
        match accounts.get_mut(user_id) {
            Some(account) if !account.listeners.is_empty() => {
                let listeners = account.listeners.iter();
                listeners.for_each(|one| one.active_at.store(now, Ordering::Relaxed));
            }
            // It may have gone, but it is back.
            _ => drop(accounts.remove(user_id)),
        }
    }

    /// Whether the account is here.
    pub fn presence(&self, user_id: &str) -> Presence {
        let accounts = self.accounts.lock();
        let Some(account) = accounts.get(user_id) else {
            return Presence::Unknown;
        };
        let active = account.listeners.iter();
        match active
            .map(|one| one.active_at.load(Ordering::Relaxed))
            .max()
        {
            Some(at) => Presence::Here(at),
            None => Presence::Left(account.left_at),
        }
    }

    /// Ends every listener, and forgets who listened.
    pub fn clear(&self) {
        for (_, account) in self.accounts.lock().drain() {
            account
                .listeners
                .iter()
                .for_each(|one| one.end(Ended::Dropped));
        }
    }

    /// Adds what is on disk; [`Hub::tell`] tells it.
    pub fn add(&self, events: Vec<Event>) {
        self.news.lock().extend(events);
    }

    /// Tells what was added, also by others, to those who may hear it.
    pub fn tell(&self, store: &Store) {
        let _telling = self.telling.lock();
        for event in std::mem::take(&mut *self.news.lock()) {
            match self.audience(store, &event.to) {
                Err(error) => log::error!("an event was lost: {error}"),
                Ok(listeners) if listeners.is_empty() => {}
                Ok(listeners) => {
                    let text: Arc<str> = text(&event).into();
                    listeners.iter().for_each(|listener| listener.push(&text));
                }
            }
        }
    }

    /// Those of the listeners who may hear it.
    fn audience(&self, store: &Store, to: &Audience) -> Result<Vec<Arc<Listener>>, AppError> {
        // When nobody is here the store need not be asked who might hear it.
        if self.named(to, |_| true).is_empty() {
            return Ok(Vec::new());
        }
        let members = members(store, to)?;
        Ok(self.named(to, |user_id| {
            let within = |members: &HashSet<String>| members.contains(user_id);
            (members.as_ref().is_none_or(within) || to.also == user_id) && to.omitted != user_id
        }))
    }

    /// The listeners of the account that is named, or of all; of those that fit.
    fn named(&self, to: &Audience, fits: impl Fn(&str) -> bool) -> Vec<Arc<Listener>> {
        let accounts = self.accounts.lock();
        let of = |(id, account): (&String, &Account)| {
            let listeners = fits(id).then(|| account.listeners.clone());
            listeners.unwrap_or_default()
        };
        match to.user_id.as_str() {
            "" => accounts.iter().flat_map(of).collect(),
            user_id => accounts
                .get_key_value(user_id)
                .into_iter()
                .flat_map(of)
                .collect(),
        }
    }

    /// All who listen.
    pub fn listeners(&self) -> Vec<Arc<Listener>> {
        let accounts = self.accounts.lock();
        let listeners = accounts.values().flat_map(|account| &account.listeners);
        listeners.cloned().collect()
    }
}

/// The members of the channel or the team; none: it is about neither.
fn members(store: &Store, to: &Audience) -> Result<Option<HashSet<String>>, AppError> {
    if to.channel_id.is_empty() && to.team_id.is_empty() {
        return Ok(None);
    }
    let ids = store.read(|tx| {
        Ok(match to.channel_id.as_str() {
            "" => sql::team_member_ids(tx, &to.team_id)?,
            channel_id => sql::channel_member_ids(tx, channel_id)?,
        })
    })?;
    Ok(Some(ids.into_iter().collect()))
}

/// An event without its end: the number that each listener counts for himself.
pub fn text(event: &Event) -> String {
    let omitted = if event.to.omitted.is_empty() {
        Value::Null
    } else {
        json!({ event.to.omitted.as_str(): true })
    };
    let broadcast = json!({
        "omit_users": omitted, "user_id": event.to.user_id, "channel_id": event.to.channel_id, "team_id": event.to.team_id,
    });
    format!(
        r#"{{"event":"{}","data":{},"broadcast":{broadcast},"seq":"#,
        event.name, event.data
    )
}

impl Listener {
    fn push(&self, text: &Arc<str>) {
        let mut queue = self.queue.lock();
        if queue.ended.is_some() {
            return;
        }
        queue.bytes += text.len();
        queue.events.push_back(Arc::clone(text));
        if queue.events.len() > WAITING || queue.bytes > WAITING_BYTES {
            *queue = Queue {
                ended: Some(Ended::Dropped),
                ..Queue::default()
            };
        }
        drop(queue);
        self.waker.wake();
    }

    /// Ends it; the first reason stays.
    pub fn end(&self, why: Ended) {
        self.queue.lock().ended.get_or_insert(why);
        self.waker.wake();
    }

    /// Takes the event that waits for the longest time.
    pub fn take(&self) -> Option<Arc<str>> {
        let mut queue = self.queue.lock();
        let event = queue.events.pop_front()?;
        queue.bytes -= event.len();
        Some(event)
    }

    /// Returns why it is over, `None` while it is not; what waited before that may still be taken.
    pub fn ended(&self) -> Option<Ended> {
        self.queue.lock().ended
    }
}
