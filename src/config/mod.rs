//! Settings: their names, defaults and limits, and where each value comes from.
//!
//! Defaults < stored < file < environment < flags. The last three are pins: fixed while the process runs, and they beat
//! what is stored. Owns the table of settings; README's table is printed from it.

pub mod api;
pub mod cli;
pub mod sql;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::error::AppError;
use crate::http::proxy::Proxies;
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
    /// Addresses and networks, with spaces between; none by default.
    Networks,
}

use Kind::{Bool, Int, Networks, Text};

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
    MAXIMUM_TOKEN_LIFETIME_DAYS = ServiceSettings.MaximumPersonalAccessTokenLifetimeDays, Int(0, 0, 36_500, "max_personal_access_token_lifetime_days"), "New tokens of people must end within so many days; 0: no limit";
    ENABLE_BOT_ACCOUNT_CREATION = ServiceSettings.EnableBotAccountCreation, Bool(false), "Bots can be created";
    DISABLE_BOTS_WHEN_OWNER_IS_DEACTIVATED = ServiceSettings.DisableBotsWhenOwnerIsDeactivated, Bool(true), "Bots are disabled with their owner";
    ENABLE_API_USER_DELETION = ServiceSettings.EnableAPIUserDeletion, Bool(false), "`DELETE /users/{user_id}?permanent=true` deletes for good";
    SESSION_IDLE_TIMEOUT_IN_MINUTES = ServiceSettings.SessionIdleTimeoutInMinutes, Int(43_200, 0, 5_256_000, "session_idle_timeout_in_minutes"), "A login unused for so long ends; 0: never";
    EXTEND_SESSION_LENGTH_WITH_ACTIVITY = ServiceSettings.ExtendSessionLengthWithActivity, Bool(false), "A login's length counts from its last use, and the idle time-out does not apply";
    MAXIMUM_PAYLOAD_SIZE_BYTES = ServiceSettings.MaximumPayloadSizeBytes, Int(300_000, 1_000, 50_000_000, "max_payload_size"), "Bytes of a request's body at most";
    ALLOW_CORS_FROM = ServiceSettings.AllowCorsFrom, Text(""), "Origins whose pages may call, with spaces between; `*`: any";
    TRUSTED_PROXIES = ServiceSettings.TrustedProxies, Networks, "Addresses and networks of the servers in front, with spaces between: what they say about the client is believed";
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
    RATE_LIMIT = RateLimitSettings.Enable, Bool(false), "Requests are limited, see the next five";
    RATE_LIMIT_PER_SEC = RateLimitSettings.PerSec, Int(10, 1, 1_000_000, "rate_sec"), "Requests per second in the long run";
    RATE_LIMIT_MAX_BURST = RateLimitSettings.MaxBurst, Int(100, 1, 1_000_000, "max_burst"), "Requests at once";
    RATE_LIMIT_MEMORY = RateLimitSettings.MemoryStoreSize, Int(10_000, 1, 10_000_000, "rate_mem"), "Addresses and accounts that are remembered";
    RATE_LIMIT_BY_ADDRESS = RateLimitSettings.VaryByRemoteAddr, Bool(true), "Each address has its own limit";
    RATE_LIMIT_BY_USER = RateLimitSettings.VaryByUser, Bool(false), "Each account has its own limit";
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
            Networks => "".into(),
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
            (Networks, Value::String(text)) if Proxies::parse(text).is_some() => return Ok(()),
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
            Networks => Proxies::parse(text).map(|_| text.into()),
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
            Networks => "addresses and networks with spaces between",
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
    proxies: Proxies,
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
        let mut config = Config {
            revision,
            document,
            version,
            proxies: Proxies::default(),
        };
        // What cannot be read is nobody.
        config.proxies = Proxies::parse(config.text(&TRUSTED_PROXIES)).unwrap_or_default();
        config
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

    /// Whom to believe what they say about a client.
    pub fn proxies(&self) -> &Proxies {
        &self.proxies
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

fn get<'d>(document: &'d Map<String, Value>, setting: &Setting) -> Option<&'d Value> {
    document.get(setting.section)?.get(setting.name)
}

fn set(document: &mut Map<String, Value>, setting: &Setting, value: Value) {
    let section = document.entry(setting.section).or_insert_with(|| json!({}));
    if let Some(section) = section.as_object_mut() {
        section.insert(setting.name.to_owned(), value);
    }
}

/// The configuration of a running process: pins, and what is stored as it was read last.
pub struct Live(RwLock<Values>);

/// They change together.
struct Values {
    pins: Arc<[Pin]>,
    last: Arc<Config>,
}

impl Live {
    /// With the given pins, weakest first; nothing is read yet.
    pub fn new(pins: Vec<Pin>) -> Live {
        let last = Arc::new(Config::new(0, Map::new(), &pins));
        let pins = pins.into();
        Live(RwLock::new(Values { pins, last }))
    }

    fn values(&self) -> RwLockReadGuard<'_, Values> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The values in force in this transaction. A change, also one by another process, holds at once: the stored
    /// revision is looked at every time.
    pub fn current(&self, tx: &Tx) -> Result<Arc<Config>, AppError> {
        let revision = sql::revision(tx)?;
        let last = self.last();
        if last.revision == revision {
            return Ok(last);
        }
        let stored = sql::stored(tx)?;
        let mut values = self.0.write().unwrap_or_else(PoisonError::into_inner);
        values.last = Arc::new(Config::new(revision, stored, &values.pins));
        Ok(Arc::clone(&values.last))
    }

    /// Other pins from here on.
    pub fn repin(&self, tx: &Tx, pins: Vec<Pin>) -> Result<(), AppError> {
        let config = Config::new(sql::revision(tx)?, sql::stored(tx)?, &pins);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Values {
            pins: pins.into(),
            last: Arc::new(config),
        };
        Ok(())
    }

    /// The values as they were read last, for what needs no exact answer.
    pub fn last(&self) -> Arc<Config> {
        Arc::clone(&self.values().last)
    }

    /// The pins, weakest first.
    pub fn pins(&self) -> Arc<[Pin]> {
        Arc::clone(&self.values().pins)
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

/// Bytes of the stored configuration at most.
const DOCUMENT_BYTES: usize = 1_000_000;

/// What is shown, and kept, in place of a secret.
const MASK: &str = "********************************";

/// Stores the values of `patch` (section -> setting -> value); what it does not name stays, and so does what it names
/// with null. Pinned settings keep their pinned value. All or nothing.
///
/// # Errors
/// The first value that is not possible, by its name.
pub fn patch(
    app: &App,
    granted: Granted,
    patch: Map<String, Value>,
) -> Result<Arc<Config>, AppError> {
    change(app, granted, patch, |stored, patch| {
        merge(stored, patch);
    })
}

/// Stores a whole configuration in place of what is stored; what it does not name goes back to its default.
///
/// # Errors
/// As [`patch`].
pub fn replace(
    app: &App,
    granted: Granted,
    whole: Map<String, Value>,
) -> Result<Arc<Config>, AppError> {
    change(app, granted, whole, |stored, whole| {
        stored.clear();
        merge(stored, whole);
    })
}

fn change(
    app: &App,
    granted: Granted,
    mut given: Map<String, Value>,
    apply: impl FnOnce(&mut Map<String, Value>, Map<String, Value>) + Send + 'static,
) -> Result<Arc<Config>, AppError> {
    check(&given)?;
    mask_secrets(&mut given);
    let pinned: Vec<&'static Setting> = app.config.pins().iter().map(|pin| pin.setting).collect();
    app.store.write(move |tx| {
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
    app.store.read(|tx| app.config.current(tx))
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
