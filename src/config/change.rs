//! Changes of what is stored: all or nothing, and nothing that is not possible.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Config, Live, SETTINGS, Setting, get, set, sql};
use crate::audit;
use crate::error::AppError;
use crate::permission::{CONFIG_WRITE, Caller};
use crate::store::Store;

/// Bytes of the stored configuration at most.
const DOCUMENT_BYTES: usize = 1_000_000;

/// What is shown, and kept, in place of a secret.
const MASK: &str = "********************************";

impl Live {
    /// Stores the values of `patch` (section -> setting -> value); what it does not name stays, and so does what it names
    /// with null. Pinned settings keep their pinned value. All or nothing.
    ///
    /// # Errors
    /// The rule's refusal; the first value that is not possible, by its name.
    pub fn patch(
        &self,
        store: &Store,
        caller: &Caller,
        patch: Map<String, Value>,
    ) -> Result<Arc<Config>, AppError> {
        self.change(store, caller, patch, merge)
    }

    /// Stores a whole configuration in place of the stored one; what it does not name goes back to its default.
    ///
    /// # Errors
    /// As [`Live::patch`].
    pub fn replace(
        &self,
        store: &Store,
        caller: &Caller,
        whole: Map<String, Value>,
    ) -> Result<Arc<Config>, AppError> {
        self.change(store, caller, whole, |stored, whole| {
            stored.clear();
            merge(stored, whole);
        })
    }

    fn change(
        &self,
        store: &Store,
        caller: &Caller,
        mut given: Map<String, Value>,
        apply: fn(&mut Map<String, Value>, Map<String, Value>),
    ) -> Result<Arc<Config>, AppError> {
        let pinned: Vec<&'static Setting> = self.pins().iter().map(|pin| pin.setting).collect();
        let caller = caller.clone();
        store.write(move |tx| {
            let granted = CONFIG_WRITE.ask(&caller)?;
            check(&given)?;
            mask_secrets(&mut given);
            let before = sql::stored(tx)?;
            let mut stored = before.clone();
            apply(&mut stored, given);
            for setting in pinned {
                keep(&before, &mut stored, setting);
            }
            if Value::Object(stored.clone()).to_string().len() > DOCUMENT_BYTES {
                return Err(AppError::body_param("config"));
            }
            sql::store(tx, &stored)?;
            audit::record(tx, &granted, "")
        })?;
        store.read(|tx| self.current(tx))
    }
}

/// Whether every value is possible; settings that are not patmost's may be anything.
fn check(given: &Map<String, Value>) -> Result<(), AppError> {
    for setting in SETTINGS {
        match given.get(setting.section) {
            None | Some(Value::Null) => {}
            Some(Value::Object(section)) => match section.get(setting.name) {
                None | Some(Value::Null) => {}
                Some(value) => setting.check(value)?,
            },
            Some(_) => return Err(AppError::body_param(setting.section)),
        }
    }
    Ok(())
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => {}
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, Value::Object(new)) => {
                let mut made = Map::new();
                merge(&mut made, new);
                into.insert(name, Value::Object(made));
            }
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

/// A pinned setting stays as it was stored: what is written back is what the pin shows, not what somebody chose.
fn keep(before: &Map<String, Value>, stored: &mut Map<String, Value>, setting: &Setting) {
    match get(before, setting) {
        Some(value) => set(stored, setting, value.clone()),
        None => {
            if let Some(section) = stored
                .get_mut(setting.section)
                .and_then(Value::as_object_mut)
            {
                section.remove(setting.name);
            }
        }
    }
}

/// Settings of other parts of Mattermost may be secrets: those are not for this file.
fn mask_secrets(given: &mut Map<String, Value>) {
    const ENDS: [&str; 6] = ["password", "secret", "salt", "key", "token", "datasource"];
    for (name, value) in given {
        match value {
            Value::Object(inner) => mask_secrets(inner),
            Value::String(text)
                if !text.is_empty()
                    && ENDS.iter().any(|end| name.to_lowercase().ends_with(end)) =>
            {
                *text = MASK.to_owned();
            }
            _ => {}
        }
    }
}
