//! The values in force, and how a running process keeps up with what is stored.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{ANNOUNCED_VERSION, Pin, SETTINGS, SITE_URL, Setting, TRUSTED_PROXIES, get, set, sql};
use crate::error::AppError;
use crate::http::Origin;
use crate::http::proxy::Proxies;
use crate::permission::PermissionSet;
use crate::store::Tx;
use crate::sync::Mutex;

/// Settings of Mattermost that are kept and shown without any effect, by section; each value is what is so here. A client that
/// knows them (mmctl) takes a section that is missing for one that is hidden.
static WITHOUT_EFFECT: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    // Only the crate's own file; a test reads it.
    serde_json::from_str(include_str!("without_effect.json")).unwrap_or_default()
});

/// What is in force at one moment: settings, and what each role permits.
#[derive(Clone, Debug)]
pub struct Config {
    revision: i64,
    document: Map<String, Value>,
    version: String,
    proxies: Proxies,
    site: Option<Origin>,
    below: String,
    roles: HashMap<String, PermissionSet>,
}

/// Settings, and what each role permits, as the file holds them.
type Stored = (Map<String, Value>, HashMap<String, PermissionSet>);

fn read(tx: &Tx) -> Result<Stored, AppError> {
    Ok((
        sql::stored(tx)?,
        crate::permission::sql::all_permissions(tx)?,
    ))
}

impl Config {
    /// Every default, nothing stored, nothing pinned.
    #[cfg(test)]
    pub fn defaults() -> Config {
        Config::new(0, Stored::default(), &[])
    }

    /// Returns the defaults but for these.
    #[cfg(test)]
    pub fn with(values: &[(&'static Setting, Value)]) -> Config {
        let mut document = Map::new();
        for (setting, value) in values {
            set(&mut document, setting, value.clone());
        }
        Config::new(0, (document, HashMap::new()), &[])
    }

    /// What is stored, completed by the defaults, overruled by the pins.
    fn new(revision: i64, (stored, roles): Stored, pins: &[Pin]) -> Config {
        let mut document = stored;
        for (section, settings) in &*WITHOUT_EFFECT {
            let kept = document.entry(section).or_insert_with(|| json!({}));
            let (Some(kept), Some(settings)) = (kept.as_object_mut(), settings.as_object()) else {
                continue;
            };
            for (name, value) in settings {
                kept.entry(name).or_insert_with(|| value.clone());
            }
        }
        for setting in SETTINGS {
            if get(&document, setting).is_none() {
                set(&mut document, setting, setting.default());
            }
        }
        for pin in pins {
            set(&mut document, pin.setting, pin.value.clone());
        }
        let mut config = Config {
            revision,
            document,
            version: String::new(),
            proxies: Proxies::default(),
            site: None,
            below: String::new(),
            roles,
        };
        // What cannot be read is nobody.
        config.proxies = Proxies::parse(config.text(&TRUSTED_PROXIES)).unwrap_or_default();
        config.version = version(&config);
        config.site = Origin::of_url(config.text(&SITE_URL));
        config.below = path_of(config.text(&SITE_URL)).to_owned();
        config
    }

    /// What the roles (names with spaces between) permit together; a role that does not exist permits nothing.
    pub fn permissions(&self, roles: &str) -> PermissionSet {
        let sets = roles.split(' ').filter_map(|name| self.roles.get(name));
        sets.fold(PermissionSet::default(), |all, set| all.and(*set))
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

    /// The value of a number that is a size.
    pub fn size(&self, setting: &'static Setting) -> usize {
        usize::try_from(self.int(setting)).unwrap_or(0)
    }

    /// The value of a text.
    pub fn text(&self, setting: &'static Setting) -> &str {
        self.value(setting).as_str().unwrap_or("")
    }

    /// The whole configuration, as `GET /config` shows it.
    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    /// Returns the configuration without the settings that have their default.
    pub fn beyond_defaults(&self) -> Map<String, Value> {
        let mut document = self.document.clone();
        for setting in SETTINGS.iter().filter(|it| *self.value(it) == it.default()) {
            if let Some(section) = document
                .get_mut(setting.section)
                .and_then(Value::as_object_mut)
            {
                section.remove(setting.name);
            }
        }
        for (section, settings) in &*WITHOUT_EFFECT {
            if let Some(shown) = document.get_mut(section).and_then(Value::as_object_mut) {
                shown.retain(|name, value| settings.get(name) != Some(value));
            }
        }
        document.retain(|_, section| {
            section
                .as_object()
                .is_none_or(|section| !section.is_empty())
        });
        document
    }

    /// Whom to believe what they say about a client.
    pub fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// The origin of `ServiceSettings.SiteURL`; `None` when that is not set.
    pub fn site(&self) -> Option<&Origin> {
        self.site.as_ref()
    }

    /// Returns the path of `ServiceSettings.SiteURL`, such as `/tokens`, below which the server is reached; empty at the root.
    pub fn below(&self) -> &str {
        &self.below
    }

    /// `X-Version-Id`: Mattermost's version, ours, a hash of the configuration, and that there is no licence.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Returns the path of a URL, without the `/` at its end.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = rest.find('/').map_or("", |begin| &rest[begin..]);
    path.trim_end_matches('/')
}

/// Mattermost: clients switch features on by the first three numbers.
fn version(config: &Config) -> String {
    let document = Value::Object(config.document.clone()).to_string();
    let hash = hex::encode(Sha256::digest(document));
    format!(
        "{}.patmost-{}.{}.false",
        config.text(&ANNOUNCED_VERSION),
        env!("CARGO_PKG_VERSION"),
        &hash[..32]
    )
}

/// The version of Mattermost whose API this is.
pub const MATTERMOST_VERSION: &str = "11.10.0";

/// The configuration of a running process: pins, and what is stored as it was read last.
pub struct Live(Mutex<Values>);

/// They change together.
struct Values {
    pins: Arc<[Pin]>,
    last: Arc<Config>,
}

impl Live {
    /// With the given pins, weakest first; nothing is read yet.
    pub fn new(pins: Vec<Pin>) -> Live {
        let last = Arc::new(Config::new(0, Stored::default(), &pins));
        let pins = pins.into();
        Live(Mutex::new(Values { pins, last }))
    }

    /// The values in force in this transaction. A change, also one by another process, holds at once: the stored
    /// revision is looked at every time.
    pub fn current(&self, tx: &Tx) -> Result<Arc<Config>, AppError> {
        self.at(tx, sql::revision(tx)?)
    }

    /// The same when the transaction's revision is known.
    pub fn at(&self, tx: &Tx, revision: i64) -> Result<Arc<Config>, AppError> {
        let last = self.last();
        if last.revision == revision {
            return Ok(last);
        }
        let stored = read(tx)?;
        let mut values = self.0.lock();
        values.last = Arc::new(Config::new(revision, stored, &values.pins));
        Ok(Arc::clone(&values.last))
    }

    /// Other pins from here on.
    pub fn repin(&self, tx: &Tx, pins: Vec<Pin>) -> Result<(), AppError> {
        let config = Config::new(sql::revision(tx)?, read(tx)?, &pins);
        *self.0.lock() = Values {
            pins: pins.into(),
            last: Arc::new(config),
        };
        Ok(())
    }

    /// The values as they were read last, for what needs no exact answer.
    pub fn last(&self) -> Arc<Config> {
        Arc::clone(&self.0.lock().last)
    }

    /// The pins, weakest first.
    pub fn pins(&self) -> Arc<[Pin]> {
        Arc::clone(&self.0.lock().pins)
    }

    /// What pins the setting, if anything does.
    pub fn pin(&self, setting: &Setting) -> Option<Pin> {
        let pins = self.pins();
        let pin = pins
            .iter()
            .rev()
            .find(|pin| std::ptr::eq(pin.setting, setting));
        pin.cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::find;

    #[test]
    fn settings_without_effect_are_not_those_that_have_one() {
        assert!(WITHOUT_EFFECT.len() > 30);
        for (section, settings) in &*WITHOUT_EFFECT {
            for name in settings.as_object().unwrap().keys() {
                let path = format!("{section}.{name}");
                assert!(find(&path).is_none(), "{path}");
            }
        }
    }
}
