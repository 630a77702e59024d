//! Values that are fixed while the process runs: by the config file, the environment, a flag.

use std::path::Path;

use serde_json::{Map, Value};

use super::{SETTINGS, Setting, find};
use crate::spelling;

/// A value that is fixed while the process runs, and what fixed it.
#[derive(Clone, Debug)]
pub struct Pin {
    /// Which setting.
    pub setting: &'static Setting,
    /// Its value.
    pub value: Value,
    /// `config file settings.json`, the name of a variable, or the flag.
    pub by: String,
}

impl Pin {
    /// A value that is fixed by name, such as `ServiceSettings.EnableUserAccessTokens` and `true`.
    ///
    /// # Errors
    /// One sentence: there is no such setting, or the value is not possible.
    pub fn new(path: &str, text: &str, by: &str) -> Result<Pin, String> {
        let setting = find(path).ok_or_else(|| format!("there is no setting {path:?}"))?;
        Ok(Pin {
            setting,
            value: setting.parse(text)?,
            by: by.to_owned(),
        })
    }
}

/// Pins of the config file, weakest of the three.
///
/// # Errors
/// One sentence: the file cannot be read, or names a value that is not possible.
pub fn pins_of_file(path: &Path) -> Result<Vec<Pin>, String> {
    let place = format!("config file {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
    let document: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| format!("{place}: {error}"))?;
    let mut pins = Vec::new();
    for (section, values) in &document {
        let values = values
            .as_object()
            .ok_or_else(|| format!("{place}: {section} must be an object of settings"))?;
        for (name, value) in values {
            let Some(setting) = find(&format!("{section}.{name}")) else {
                warn_of(&place, &format!("{section}.{name}"), Setting::path);
                continue;
            };
            setting
                .check(value)
                .map_err(|error| format!("{place}: {}", error.message()))?;
            pins.push(Pin {
                setting,
                value: value.clone(),
                by: place.clone(),
            });
        }
    }
    Ok(pins)
}

/// Pins of environment variables, `MM_SECTION_NAME`. A variable that looks like one and is none is warned of, with the name that it
/// may have meant.
///
/// # Errors
/// One sentence that names the variable.
pub fn pins_of_environment() -> Result<Vec<Pin>, String> {
    let mut pins = Vec::new();
    for (name, text) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("MM_")) else {
            continue;
        };
        let mut settings = SETTINGS.iter();
        let Some(setting) = settings.find(|setting| setting.variable() == name) else {
            warn_of("environment variable", name, Setting::variable);
            continue;
        };
        let value = text.to_str().ok_or_else(|| "it is no text".to_owned());
        let value = value.and_then(|text| setting.parse(text));
        pins.push(Pin {
            setting,
            value: value.map_err(|error| format!("environment variable {name}: {error}"))?,
            by: name.to_owned(),
        });
    }
    Ok(pins)
}

/// Warns of a name that is no setting; `write` gives the names of settings as they are written there.
fn warn_of(place: &str, name: &str, write: fn(&Setting) -> String) {
    let known: Vec<String> = SETTINGS.iter().map(|setting| write(setting)).collect();
    let meant = spelling::nearest(name, known.iter().map(String::as_str));
    let meant = meant.map_or_else(String::new, |meant| format!("; is {meant} meant?"));
    log::warn!("{place} {name} is not a setting of patmost and does nothing{meant}");
}
