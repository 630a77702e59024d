//! What clients ask over the connection, and what is answered. Owns no frame.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tungstenite::protocol::frame::coding::CloseCode;

use super::socket::{End, Socket};
use crate::auth::{self, Entry};
use crate::error::{self, AppError};
use crate::event::hub::Listener;
use crate::event::{Audience, News};
use crate::secret::SecretHash;
use crate::{config, id, messaging::channel, messaging::post, status};

/// A request of a client. Mattermost: a member of another type ends the connection.
#[derive(Deserialize)]
struct Asked {
    seq: Option<i64>,
    action: Option<String>,
    data: Option<Map<String, Value>>,
}

/// How a connection ends whose credential is not accepted; the answer to a stranger does not say why.
const REFUSED: End = End::Said(CloseCode::Policy, "The credential is not valid.");

impl Socket {
    /// One request of a client.
    pub fn act(&mut self, text: &[u8]) -> Result<(), End> {
        let object = serde_json::from_slice(text).map(Value::Object);
        let Ok(Asked { seq, action, data }) = object.and_then(serde_json::from_value) else {
            return Err(End::Said(CloseCode::Unsupported, "This is no request."));
        };
        let (seq, data) = (seq.unwrap_or(0), data.unwrap_or_default());
        let action = action.as_deref().unwrap_or_default();
        if action == "authentication_challenge" && seq > 0 {
            return self.challenge(seq, &data);
        }
        let Some(listener) = self.listener.clone() else {
            return Ok(());
        };
        let result = if action.is_empty() {
            Err(AppError::new(&error::WEBSOCKET_NO_ACTION))
        } else if seq <= 0 {
            Err(AppError::new(&error::WEBSOCKET_BAD_SEQ))
        } else {
            self.perform(action, &data, &listener)
        };
        self.reply(seq, result);
        Ok(())
    }

    fn challenge(&mut self, seq: i64, data: &Map<String, Value>) -> Result<(), End> {
        if self.listener.is_some() {
            return Ok(());
        }
        let secret = data
            .get("token")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let entered =
            auth::enter_by_secret(&self.app, secret, self.address.clone(), self.path.clone());
        match entered {
            // Whoever listens reads everything that the account may read.
            Ok((_, Entry::Known(caller))) if !caller.scope.reads() => Err(REFUSED),
            Ok((config, Entry::Known(caller))) => {
                log::info!(
                    user_id = caller.user_id, token_id = caller.token_id().unwrap_or("-"), address = self.address;
                    "websocket"
                );
                self.enter(&config, &caller, SecretHash::of(secret));
                self.reply(seq, Ok(None));
                Ok(())
            }
            Ok((_, Entry::Refused(refused, _))) => {
                log::info!(
                    credential = refused.reason.as_str(), token_id = refused.token_id.as_deref().unwrap_or("-"),
                    address = self.address;
                    "websocket"
                );
                Err(REFUSED)
            }
            Ok((_, Entry::Stranger(_))) => Err(REFUSED),
            Err(_) => Err(End::Said(
                CloseCode::Again,
                "The server cannot check the credential now.",
            )),
        }
    }

    fn perform(
        &self,
        action: &str,
        data: &Map<String, Value>,
        listener: &Listener,
    ) -> Result<Option<Value>, AppError> {
        let user_id = &listener.user_id;
        let now = self.app.clock.now();
        match action {
            "ping" => {
                let config = self.app.config.last();
                let version = config.text(&config::ANNOUNCED_VERSION);
                Ok(Some(
                    json!({"text": "pong", "version": version, "server_time": now, "node_id": ""}),
                ))
            }
            "get_statuses" => {
                let known = self
                    .app
                    .store
                    .read(|tx| Ok(channel::sql::known_to(tx, user_id)?))?;
                self.statuses(known.into_iter().chain([user_id.to_owned()]).collect())
            }
            "get_statuses_by_ids" => {
                let ids = data
                    .get("user_ids")
                    .and_then(Value::as_array)
                    .ok_or_else(|| AppError::named(&error::WEBSOCKET_PARAM, "user_ids"))?;
                self.statuses(
                    ids.iter()
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect(),
                )
            }
            "user_typing" => self.typing(data, listener),
            "user_update_active_status" => {
                let active = data.get("user_is_active").and_then(Value::as_bool);
                if active
                    .ok_or_else(|| AppError::named(&error::WEBSOCKET_PARAM, "user_is_active"))?
                {
                    self.app.hub.is_active(user_id, now);
                }
                Ok(None)
            }
            _ => Err(AppError::new(&error::WEBSOCKET_BAD_ACTION)),
        }
    }

    fn statuses(&self, user_ids: Vec<String>) -> Result<Option<Value>, AppError> {
        let now = self.app.clock.now();
        let statuses = self.app.store.read(|tx| {
            let of = |user_id: &String| {
                Ok(status::of(tx, &self.app.hub, user_id, now)?
                    .map(|status| (user_id.clone(), status.status.into())))
            };
            user_ids
                .iter()
                .filter_map(|user_id| of(user_id).transpose())
                .collect::<Result<Map<String, Value>, AppError>>()
        })?;
        Ok(Some(Value::Object(statuses)))
    }

    /// Told to those who are in the channel, by somebody who may post there.
    fn typing(
        &self,
        data: &Map<String, Value>,
        listener: &Listener,
    ) -> Result<Option<Value>, AppError> {
        let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let channel_id = text("channel_id");
        let bad = || AppError::named(&error::WEBSOCKET_PARAM, "channel_id");
        if !id::is_valid(channel_id) {
            return Err(bad());
        }
        self.app.store.read(|tx| {
            let channel = channel::sql::by_id(tx, channel_id)?.ok_or_else(bad)?;
            let caller = super::watch::caller(&self.app, tx, listener)?
                .ok_or_else(|| AppError::new(&error::SESSION_EXPIRED))?;
            let here = channel::permissions(tx, &caller, &channel)?;
            // Mattermost: who may not is told that there is no such channel.
            post::may_post(&caller, &channel, here).map_err(|_| bad())
        })?;
        let to = Audience {
            omitted: listener.user_id.clone(),
            ..Audience::channel(channel_id)
        };
        let data = json!({"parent_id": text("parent_id"), "user_id": listener.user_id});
        let mut news = News::default();
        news.tell("typing", data, to);
        self.app.tell(news);
        Ok(None)
    }
}
