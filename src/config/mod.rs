//! Settings: their names, defaults and limits, and where each value comes from.
//!
//! Defaults < stored < file < environment < flags. The last three are pins: fixed while the process runs, and they beat
//! what is stored. Owns the table of settings; README's table is printed from it.

pub mod api;
pub mod cli;
pub mod sql;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::error::AppError;
use crate::permission::Granted;
use crate::store::Tx;
use crate::{app::App, audit};

/// A setting that does something here.
#[derive(Debug)]
pub struct Setting {
    /// Mattermost's section, such as `ServiceSettings`.
    pub section: &'static str,
    /// Mattermost's name in that section.
    pub name: &'static str,
    /// Type, default and limits.
    pub kind: Kind,
    /// What it does, for README and help.
    pub does: &'static str,
}

/// Type, default and limits of a setting.
#[derive(Debug)]
pub enum Kind {
    /// A switch and its default.
    Bool(bool),
    /// A whole number: default, least, most, and the part of Mattermost's error id that names it.
    Int(i64, i64, i64, &'static str),
    /// A text and its default.
    Text(&'static str),
}

use Kind::{Bool, Int, Text};

macro_rules! settings {
    ($($constant:ident = $section:ident.$name:ident, $kind:expr, $does:literal;)*) => {
        $(#[doc = $does] pub static $constant: Setting =
            Setting { section: stringify!($section), name: stringify!($name), kind: $kind, does: $does };)*
        /// Every setting that does something here.
        pub static SETTINGS: &[&Setting] = &[$(&$constant),*];
    };
}

settings! {
    ENABLE_USER_ACCESS_TOKENS = ServiceSettings.EnableUserAccessTokens, Bool(false), "Personal access tokens can be created, and those of people are accepted";
    SESSION_LENGTH_WEB_IN_DAYS = ServiceSettings.SessionLengthWebInDays, Int(180, 1, 36_500, "session_length_web_in_days"), "How long a login lasts";
    SESSION_LENGTH_MOBILE_IN_DAYS = ServiceSettings.SessionLengthMobileInDays, Int(180, 1, 36_500, "session_length_mobile_in_days"), "How long a login with a `device_id` lasts";
    MAXIMUM_LOGIN_ATTEMPTS = ServiceSettings.MaximumLoginAttempts, Int(10, 1, 1_000_000, "login_attempts"), "Wrong passwords before an account is locked";
    ENABLE_DEVELOPER = ServiceSettings.EnableDeveloper, Bool(false), "Errors say more under `detailed_error`";
    SITE_NAME = TeamSettings.SiteName, Text("patmost"), "The name that clients show";
    ENABLE_USER_CREATION = TeamSettings.EnableUserCreation, Bool(true), "Accounts can be created without being an admin, where sign-up is open";
    ENABLE_OPEN_SERVER = TeamSettings.EnableOpenServer, Bool(false), "Sign-up is open: anyone who reaches the server can create an account";
    ENABLE_USER_DEACTIVATION = TeamSettings.EnableUserDeactivation, Bool(false), "An account can deactivate itself";
    PASSWORD_MINIMUM_LENGTH = PasswordSettings.MinimumLength, Int(10, 5, 72, "password_length"), "Bytes of a password at least";
    PASSWORD_LOWERCASE = PasswordSettings.Lowercase, Bool(true), "A password needs a lowercase letter";
    PASSWORD_UPPERCASE = PasswordSettings.Uppercase, Bool(true), "A password needs an uppercase letter";
    PASSWORD_NUMBER = PasswordSettings.Number, Bool(true), "A password needs a digit";
    PASSWORD_SYMBOL = PasswordSettings.Symbol, Bool(true), "A password needs a symbol";
    SHOW_EMAIL_ADDRESS = PrivacySettings.ShowEmailAddress, Bool(true), "Everyone sees e-mail addresses";
    SHOW_FULL_NAME = PrivacySettings.ShowFullName, Bool(true), "Everyone sees first and last names";
    SIGN_IN_WITH_EMAIL = EmailSettings.EnableSignInWithEmail, Bool(true), "Login by e-mail address";
    SIGN_IN_WITH_USERNAME = EmailSettings.EnableSignInWithUsername, Bool(true), "Login by username";
}

impl Setting {
    /// The value when nothing else says so.
    pub fn default(&self) -> Value {
        match self.kind {
            Bool(value) => value.into(),
            Int(value, ..) => value.into(),
            Text(value) => value.into(),
        }
    }

    /// `ServiceSettings.EnableUserAccessTokens`
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS`
    pub fn variable(&self) -> String {
        format!("MM_{}_{}", self.section, self.name).to_uppercase()
    }

    /// The value, when it has the right type and lies within its limits.
    fn check(&self, value: &Value) -> Result<(), AppError> {
        let limits = match (&self.kind, value) {
            (Bool(_), Value::Bool(_)) | (Text(_), Value::String(_)) => return Ok(()),
            (Int(_, least, most, rule), Value::Number(number)) => {
                number.as_i64().map(|number| (number, *least, *most, *rule))
            }
            _ => None,
        };
        // Mattermost: a value of the wrong type silently became false; that loses what an admin meant, so it is refused.
        let (number, least, most, rule) =
            limits.ok_or_else(|| AppError::body_param(&self.path()))?;
        if (least..=most).contains(&number) {
            return Ok(());
        }
        Err(AppError::config_value(rule, self.out_of_range(least, most)))
    }

    fn out_of_range(&self, least: i64, most: i64) -> String {
        if self.name == MAXIMUM_LOGIN_ATTEMPTS.name {
            return "Invalid maximum login attempts for service settings. Must be a positive number.".into();
        }
        format!(
            "Invalid value for {}. Must be between {least} and {most}.",
            self.path()
        )
    }

    /// A value written as text: on the command line or in the environment.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let value = match self.kind {
            Bool(_) => text
                .to_ascii_lowercase()
                .parse::<bool>()
                .ok()
                .map(Value::from),
            Int(..) => text.parse::<i64>().ok().map(Value::from),
            Text(_) => Some(text.into()),
        };
        let value = value
            .ok_or_else(|| format!("{}: {text:?} is not {}", self.path(), self.type_in_words()))?;
        self.check(&value)
            .map_err(|error| error.message().to_owned())?;
        Ok(value)
    }

    fn type_in_words(&self) -> &'static str {
        match self.kind {
            Bool(_) => "true or false",
            Int(..) => "a whole number",
            Text(_) => "a text",
        }
    }
}

/// The setting of that name, such as `ServiceSettings.EnableUserAccessTokens`, in any case.
pub fn find(path: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| setting.path().eq_ignore_ascii_case(path))
        .copied()
}

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

    fn new(revision: i64, stored: Map<String, Value>, pins: &[Pin]) -> Config {
        let mut document = Map::new();
        for setting in SETTINGS {
            let value = stored
                .get(setting.section)
                .and_then(|section| section.get(setting.name))
                .cloned();
            set(
                &mut document,
                setting,
                value.unwrap_or_else(|| setting.default()),
            );
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

    fn value(&self, setting: &Setting) -> &Value {
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

fn set(document: &mut Map<String, Value>, setting: &Setting, value: Value) {
    let section = document.entry(setting.section).or_insert_with(|| json!({}));
    if let Some(section) = section.as_object_mut() {
        section.insert(setting.name.to_owned(), value);
    }
}

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

    /// What pins the setting, if anything does.
    pub fn pin(&self, setting: &Setting) -> Option<&Pin> {
        self.pins
            .iter()
            .rev()
            .find(|pin| std::ptr::eq(pin.setting, setting))
    }
}

/// Stores the values of `patch` (section -> setting -> value). Settings that are not patmost's and members that are null
/// are ignored; pinned ones keep their pinned value. All or nothing.
pub fn patch(
    app: &App,
    granted: Granted,
    patch: &Map<String, Value>,
) -> Result<Arc<Config>, AppError> {
    let mut changes = Vec::new();
    for (section, values) in patch {
        for setting in SETTINGS.iter().filter(|setting| setting.section == section) {
            match values.get(setting.name) {
                None | Some(Value::Null) => {}
                Some(value) => {
                    setting.check(value)?;
                    changes.push((*setting, value.clone()));
                }
            }
        }
    }
    changes.retain(|(setting, _)| app.config.pin(setting).is_none());
    app.store.write(move |tx| {
        let mut stored = sql::stored(tx)?;
        for (setting, value) in changes {
            set(&mut stored, setting, value);
        }
        sql::store(tx, &stored)?;
        audit::record(tx, &granted, "")
    })?;
    app.store.read(|tx| app.config.current(tx))
}
