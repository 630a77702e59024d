//! Who listens on a WebSocket, and who of them hears what. Owns the queues between a change and its listeners; knows
//! neither sockets nor frames.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::app::App;
use crate::auth;
use crate::channel;
use crate::error::AppError;
use crate::event::{Audience, Event};
use crate::http::engine::Waker;
use crate::permission::Caller;
use crate::secret::SecretHash;
use crate::store::{Store, Tx};
use crate::team;

/// Events that may wait for a listener, and their bytes. One who falls behind further is dropped: he connects again.
const WAITING: usize = 1024;
const WAITING_BYTES: usize = 4 << 20;

/// The listeners.
#[derive(Default)]
pub struct Hub {
    listeners: Mutex<HashMap<u64, Arc<Listener>>>,
    next: AtomicU64,
}

/// Somebody who listens.
pub struct Listener {
    number: u64,
    /// Who.
    pub user_id: String,
    secret_hash: SecretHash,
    queue: Mutex<Queue>,
    waker: Waker,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Arc<str>>,
    bytes: usize,
    ended: bool,
}

impl Hub {
    /// Lets an account listen, until [`Hub::leave`].
    pub fn enter(&self, user_id: &str, secret_hash: SecretHash, waker: Waker) -> Arc<Listener> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let listener = Listener {
            number,
            user_id: user_id.to_owned(),
            secret_hash,
            queue: Mutex::default(),
            waker,
        };
        let listener = Arc::new(listener);
        lock(&self.listeners).insert(number, Arc::clone(&listener));
        listener
    }

    /// How many listen.
    pub fn count(&self) -> usize {
        lock(&self.listeners).len()
    }

    /// Ends it.
    pub fn leave(&self, listener: &Listener) {
        lock(&self.listeners).remove(&listener.number);
    }

    fn everybody(&self) -> Vec<Arc<Listener>> {
        lock(&self.listeners).values().cloned().collect()
    }

    /// Gives the events to those who may hear them.
    pub fn publish(&self, store: &Store, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let listeners = self.everybody();
        if listeners.is_empty() {
            return;
        }
        for event in events {
            match members(store, &event.to) {
                Err(error) => log::error!("an event was lost: {error}"),
                Ok(members) => {
                    let text: Arc<str> = text(&event).into();
                    let hears = |listener: &&Arc<Listener>| {
                        event.to.includes(&listener.user_id, members.as_ref())
                    };
                    listeners
                        .iter()
                        .filter(hears)
                        .for_each(|listener| listener.push(&text));
                }
            }
        }
    }

    /// Ends the listeners whose credential is good no more, whoever ended it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn recheck(&self, app: &App) -> Result<(), AppError> {
        let listeners = self.everybody();
        if listeners.is_empty() {
            return Ok(());
        }
        app.store.read(|tx| {
            let config = app.config.current(tx)?;
            for listener in listeners {
                if !auth::is_good(app, tx, &config, &listener.secret_hash)? {
                    listener.end();
                }
            }
            Ok(())
        })
    }
}

impl Audience {
    fn includes(&self, user_id: &str, members: Option<&HashSet<String>>) -> bool {
        let named = self.user_id.is_empty() || self.user_id == user_id;
        named && self.omitted != user_id && members.is_none_or(|members| members.contains(user_id))
    }
}

/// The members of the channel or the team; none: it is about neither.
fn members(store: &Store, to: &Audience) -> Result<Option<HashSet<String>>, AppError> {
    if to.channel_id.is_empty() && to.team_id.is_empty() {
        return Ok(None);
    }
    let ids = store.read(|tx| {
        Ok(match to.channel_id.as_str() {
            "" => team::sql::member_ids(tx, &to.team_id)?,
            channel_id => channel::sql::member_ids(tx, channel_id)?,
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
        let mut queue = lock(&self.queue);
        queue.bytes += text.len();
        queue.events.push_back(Arc::clone(text));
        if queue.events.len() > WAITING || queue.bytes > WAITING_BYTES {
            *queue = Queue {
                ended: true,
                ..Queue::default()
            };
        }
        drop(queue);
        self.waker.wake();
    }

    fn end(&self) {
        lock(&self.queue).ended = true;
        self.waker.wake();
    }

    /// Who listens, with what he may do now; none: his credential is good no more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn caller(&self, app: &App, tx: &Tx) -> Result<Option<Caller>, AppError> {
        auth::again(app, tx, &self.secret_hash)
    }

    /// Takes the events that wait; none: it is over.
    pub fn take(&self) -> Option<VecDeque<Arc<str>>> {
        let mut queue = lock(&self.queue);
        let events = std::mem::take(&mut *queue);
        queue.ended = events.ended;
        (!events.ended).then_some(events.events)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
