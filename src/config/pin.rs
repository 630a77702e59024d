//! Values that are fixed while the process runs: by the config file, the environment, a flag.

use std::path::Path;

use serde_json::{Map, Value};

use super::{SETTINGS, Setting, find};

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
                log::warn!(
                    "{place}: {section}.{name} is not a setting of patmost and does nothing"
                );
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

/// Pins of environment variables, `MM_SECTION_NAME`.
///
/// # Errors
/// One sentence that names the variable.
pub fn pins_of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Vec<Pin>, String> {
    let mut pins = Vec::new();
    for setting in SETTINGS {
        let name = setting.variable();
        if let Some(text) = variable(&name) {
            let value = setting
                .parse(&text)
                .map_err(|error| format!("environment variable {name}: {error}"))?;
            pins.push(Pin {
                setting,
                value,
                by: name,
            });
        }
    }
    Ok(pins)
}
