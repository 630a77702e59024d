//! The values in force, and how a running process keeps up with what is stored.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Pin, SETTINGS, Setting, get, set, sql};
use crate::error::AppError;
use crate::store::Tx;

/// The values in force at one moment.
#[derive(Clone, Debug)]
pub struct Config {
    revision: i64,
    document: Map<String, Value>,
    version: String,
}

impl Config {
    /// Every default, nothing stored, nothing pinned.
    #[cfg(test)]
    pub fn defaults() -> Config {
        Config::new(0, Map::new(), &[])
    }

    /// What is stored, completed by the defaults, overruled by the pins.
    fn new(revision: i64, stored: Map<String, Value>, pins: &[Pin]) -> Config {
        let mut document = stored;
        for setting in SETTINGS {
            if get(&document, setting).is_none() {
                set(&mut document, setting, setting.default());
            }
        }
        for pin in pins {
            set(&mut document, pin.setting, pin.value.clone());
        }
        let version = version(&document);
        Config {
            revision,
            document,
            version,
        }
    }

    /// The value, of whatever type.
    pub fn value(&self, setting: &Setting) -> &Value {
        &self.document[setting.section][setting.name]
    }

    /// The value of a switch.
    pub fn is_on(&self, setting: &'static Setting) -> bool {
        self.value(setting).as_bool().unwrap_or(false)
    }

    /// The value of a whole number.
    pub fn int(&self, setting: &'static Setting) -> i64 {
        self.value(setting).as_i64().unwrap_or(0)
    }

    /// The value of a text.
    pub fn text(&self, setting: &'static Setting) -> &str {
        self.value(setting).as_str().unwrap_or("")
    }

    /// The whole configuration, as `GET /config` shows it.
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    /// `X-Version-Id`: Mattermost's version, ours, a hash of the configuration, and that there is no licence.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Mattermost: clients switch features on by the first three numbers.
fn version(document: &Map<String, Value>) -> String {
    let hash = hex::encode(Sha256::digest(Value::Object(document.clone()).to_string()));
    format!(
        "{MATTERMOST_VERSION}.patmost-{}.{}.false",
        env!("CARGO_PKG_VERSION"),
        &hash[..32]
    )
}

/// The version of Mattermost whose API this is.
pub const MATTERMOST_VERSION: &str = "11.10.0";

/// The configuration of a running process: pins, and what is stored as it was read last.
pub struct Live {
    pins: Vec<Pin>,
    last: RwLock<Arc<Config>>,
}

impl Live {
    /// With the given pins, weakest first; nothing is read yet.
    pub fn new(pins: Vec<Pin>) -> Live {
        let last = RwLock::new(Arc::new(Config::new(0, Map::new(), &pins)));
        Live { pins, last }
    }

    /// The values in force in this transaction. A change, also one by another process, holds at once: the stored
    /// revision is looked at every time.
    pub fn current(&self, tx: &Tx) -> Result<Arc<Config>, AppError> {
        let revision = sql::revision(tx)?;
        let last = self.last();
        if last.revision == revision {
            return Ok(last);
        }
        let config = Arc::new(Config::new(revision, sql::stored(tx)?, &self.pins));
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&config);
        Ok(config)
    }

    /// The values as they were read last, for what needs no exact answer.
    pub fn last(&self) -> Arc<Config> {
        Arc::clone(&self.last.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The pins, weakest first.
    pub fn pins(&self) -> &[Pin] {
        &self.pins
    }

    /// What pins the setting, if anything does.
    pub fn pin(&self, setting: &Setting) -> Option<&Pin> {
        self.pins
            .iter()
            .rev()
            .find(|pin| std::ptr::eq(pin.setting, setting))
    }
}
