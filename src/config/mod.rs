//! Settings: their names, defaults and limits, and where each value comes from.
//!
//! Defaults < stored < file < environment < flags. The last three are pins: fixed while the process runs, and they beat
//! what is stored. Owns the table of settings; README's table is printed from it.

mod change;
mod live;
mod pin;
pub mod sql;

use serde_json::{Map, Value, json};

pub use self::live::{Config, Live, MATTERMOST_VERSION};
pub use self::pin::{Pin, pins_of_environment, pins_of_file};
use crate::error::AppError;
use crate::http::Origin;
use crate::http::proxy::Proxies;

/// Bytes of a URL at most.
const MOST_OF_A_URL: usize = 2048;

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
    /// One of two whole numbers: default, the two, and the part of the error id that names it.
    Either(i64, [i64; 2], &'static str),
    /// One of some words, the first of which is the default, and the part of the error id that names it.
    OneOf(&'static [&'static str], &'static str),
    /// Three whole numbers with dots between: default, and the part of the error id that names it.
    Version(&'static str, &'static str),
    /// A text: default, least and most bytes, and the beginning of Mattermost's error id that names it.
    Text(&'static str, usize, usize, &'static str),
    /// Addresses and networks, with spaces between; none by default.
    Networks,
    /// A URL of `http` or `https`; none by default. The beginning of Mattermost's error id that names it.
    Url(&'static str),
}

use Kind::{Bool, Either, Int, Networks, OneOf, Text, Url, Version};

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
    MAXIMUM_LOGIN_ATTEMPTS = ServiceSettings.MaximumLoginAttempts, Int(10, 1, 1_000_000, "login_attempts"), "Wrong passwords from one address before an account is locked to it";
    LOGIN_LOCK_MINUTES = PatmostSettings.LoginLockMinutes, Int(15, 0, 525_600, "login_lock_minutes"), "How long wrong passwords from one address lock an account to that address; 0: as Mattermost, to every address until an admin unlocks it";
    AUDIT_RETENTION_DAYS = PatmostSettings.AuditRetentionDays, Int(365, 0, 36_500, "audit_retention_days"), "How long audit rows are kept; 0: no limit";
    AUDIT_MAXIMUM_ROWS = PatmostSettings.AuditMaximumRows, Int(1_000_000, 0, 1_000_000_000, "audit_maximum_rows"), "How many audit rows are kept, the newest; 0: no limit";
    MAXIMUM_WEB_SOCKETS_PER_USER = PatmostSettings.MaximumWebSocketsPerUser, Int(100, 0, 1_000_000, "max_web_sockets_per_user"), "WebSockets of an account at once; a further one takes the place of the oldest; 0: no limit";
    ANNOUNCED_VERSION = PatmostSettings.AnnouncedVersion, Version(live::MATTERMOST_VERSION, "announced_version"), "The version of Mattermost that clients are told; nothing else changes by it";
    MISSING_ENDPOINT_STATUS = PatmostSettings.MissingEndpointStatus, Either(501, [404, 501], "missing_endpoint_status"), "The answer to what Mattermost has and patmost has not: 501, or 404, which clients do not try again";
    MAXIMUM_TOKENS_PER_USER = PatmostSettings.MaximumTokensPerUser, Int(1000, 0, 1_000_000, "max_tokens_per_user"), "Tokens of an account at most; 0: no limit";
    TOKEN_FORMAT = PatmostSettings.TokenFormat, OneOf(&["plain", "prefixed"], "token_format"), "The form of the secrets of new tokens: `plain` as in Mattermost, 26 letters; `prefixed`: `pat_`, 26 letters and 6 of a checksum, which scanners for secrets find";
    MAXIMUM_TOKEN_REQUESTS = PatmostSettings.MaximumTokenRequests, Int(200_000, 0, 100_000_000, "max_token_requests"), "Requests in the ledger of what tokens did, at most 100 of each and of all together so many; 0: none are kept";
    MAXIMUM_TEAMS = PatmostSettings.MaximumTeams, Int(10_000, 0, 1_000_000, "max_teams"), "Teams at most, archived ones included; 0: no limit";
    MAX_CHANNELS_PER_TEAM = TeamSettings.MaxChannelsPerTeam, Int(2000, 1, 1_000_000, "max_channels"), "Channels of a team at most, archived ones included";
    ENABLE_CUSTOM_EMOJI = ServiceSettings.EnableCustomEmoji, Bool(true), "There are custom emoji";
    MAXIMUM_EMOJI = PatmostSettings.MaximumEmoji, Int(1000, 0, 100_000, "max_emoji"), "Custom emoji at most; 0: no limit";
    UNIQUE_EMOJI_REACTION_LIMIT_PER_POST = ServiceSettings.UniqueEmojiReactionLimitPerPost, Int(50, 0, 500, "unique_emoji_reaction_limit_per_post"), "Different emoji that react to a post at most";
    MAXIMUM_TOKEN_LIFETIME_DAYS = ServiceSettings.MaximumPersonalAccessTokenLifetimeDays, Int(0, 0, 36_500, "max_personal_access_token_lifetime_days"), "New tokens of people must end within so many days; 0: no limit";
    ENABLE_TOKEN_EXPIRY_NOTICES = PatmostSettings.EnableTokenExpiryNotices, Bool(true), "A direct message of the system bot tells whose token it is that it ends in 7, 3 and 1 days, and that it was deleted";
    ENABLE_INCOMING_WEBHOOKS = ServiceSettings.EnableIncomingWebhooks, Bool(true), "There are incoming webhooks";
    ENABLE_POST_USERNAME_OVERRIDE = ServiceSettings.EnablePostUsernameOverride, Bool(false), "Webhooks post under names of their own";
    ENABLE_POST_ICON_OVERRIDE = ServiceSettings.EnablePostIconOverride, Bool(false), "Webhooks post with icons of their own";
    ALLOWED_UNTRUSTED_INTERNAL_CONNECTIONS = ServiceSettings.AllowedUntrustedInternalConnections, Text("", 0, 4096, "allowed_untrusted_internal_connections"), "Hosts, addresses and networks, with spaces or commas between, that integrations may be at; no others are called";
    OUTGOING_INTEGRATION_REQUESTS_TIMEOUT = ServiceSettings.OutgoingIntegrationRequestsTimeout, Int(5, 1, 30, "outgoing_integration_request_timeout"), "Seconds until an integration must have answered";
    ENABLE_COMMANDS = ServiceSettings.EnableCommands, Bool(true), "There are slash commands";
    MAXIMUM_COMMANDS_PER_TEAM = PatmostSettings.MaximumCommandsPerTeam, Int(1000, 0, 100_000, "max_commands_per_team"), "Slash commands of a team at most; 0: no limit";
    SHOW_WEBHOOK_IDS = PatmostSettings.ShowWebhookIds, Bool(false), "As Mattermost, lists show the id by which a webhook posts, which is its secret. Those of webhooks made while this is on are kept in clear until it is off";
    MAXIMUM_WEBHOOKS_PER_USER = PatmostSettings.MaximumWebhooksPerUser, Int(1000, 0, 1_000_000, "max_webhooks_per_user"), "Incoming webhooks of an account at most; 0: no limit";
    ENABLE_BOT_ACCOUNT_CREATION = ServiceSettings.EnableBotAccountCreation, Bool(false), "Bots can be created";
    DISABLE_BOTS_WHEN_OWNER_IS_DEACTIVATED = ServiceSettings.DisableBotsWhenOwnerIsDeactivated, Bool(true), "Bots are disabled with their owner";
    ENABLE_API_USER_DELETION = ServiceSettings.EnableAPIUserDeletion, Bool(false), "`DELETE /users/{user_id}?permanent=true` deletes for good";
    SESSION_IDLE_TIMEOUT_IN_MINUTES = ServiceSettings.SessionIdleTimeoutInMinutes, Int(43_200, 0, 5_256_000, "session_idle_timeout_in_minutes"), "A login unused for so long ends; 0: never";
    EXTEND_SESSION_LENGTH_WITH_ACTIVITY = ServiceSettings.ExtendSessionLengthWithActivity, Bool(false), "A login's length counts from its last use, and the idle time-out does not apply";
    MAXIMUM_PAYLOAD_SIZE_BYTES = ServiceSettings.MaximumPayloadSizeBytes, Int(300_000, 1_000, 50_000_000, "max_payload_size"), "Bytes of a request's body at most";
    ALLOW_CORS_FROM = ServiceSettings.AllowCorsFrom, Text("", 0, 4096, "allow_cors_from"), "Origins whose pages may call, with spaces between; `*`: any, without cookies";
    TRUSTED_PROXIES = ServiceSettings.TrustedProxies, Networks, "Addresses and networks of the servers in front, with spaces between: what they say about the client is believed";
    SITE_URL = ServiceSettings.SiteURL, Url("site_url"), "Where people reach the server, such as `https://chat.example.com`: its pages are the server's own, its host is let in on loopback, `https` makes cookies `Secure`, and below its path the server answers, too";
    ENABLE_DEVELOPER = ServiceSettings.EnableDeveloper, Bool(false), "Errors say more under `detailed_error`";
    SITE_NAME = TeamSettings.SiteName, Text("patmost", 1, 30, "sitename"), "The name that clients show";
    ENABLE_USER_CREATION = TeamSettings.EnableUserCreation, Bool(true), "Accounts can be created without being an admin, where sign-up is open";
    ENABLE_OPEN_SERVER = TeamSettings.EnableOpenServer, Bool(false), "Sign-up is open: anyone who reaches the server can create an account";
    ENABLE_USER_DEACTIVATION = TeamSettings.EnableUserDeactivation, Bool(false), "An account can deactivate itself";
    PASSWORD_MINIMUM_LENGTH = PasswordSettings.MinimumLength, Int(8, 5, 72, "password_length"), "Bytes of a password at least";
    PASSWORD_LOWERCASE = PasswordSettings.Lowercase, Bool(false), "A password needs a lowercase letter";
    PASSWORD_UPPERCASE = PasswordSettings.Uppercase, Bool(false), "A password needs an uppercase letter";
    PASSWORD_NUMBER = PasswordSettings.Number, Bool(false), "A password needs a digit";
    PASSWORD_SYMBOL = PasswordSettings.Symbol, Bool(false), "A password needs a symbol";
    SHOW_EMAIL_ADDRESS = PrivacySettings.ShowEmailAddress, Bool(true), "Everyone sees e-mail addresses";
    SHOW_FULL_NAME = PrivacySettings.ShowFullName, Bool(true), "Everyone sees first and last names";
    ENABLE_FILE_ATTACHMENTS = FileSettings.EnableFileAttachments, Bool(true), "Files can be uploaded";
    MAX_FILE_SIZE = FileSettings.MaxFileSize, Int(104_857_600, 1, 10_737_418_240, "max_file_size"), "Bytes of a file at most";
    MAXIMUM_FILE_BYTES = PatmostSettings.MaximumFileBytes, Int(10_737_418_240, 0, 1_125_899_906_842_624, "max_file_bytes"), "Bytes of all files together, pictures of accounts included; 0: no limit";
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
            Int(value, ..) | Either(value, ..) => value.into(),
            Version(value, _) => value.into(),
            OneOf(words, _) => words.first().copied().unwrap_or_default().into(),
            Text(value, ..) => value.into(),
            Networks | Url(_) => "".into(),
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
            (Bool(_), Value::Bool(_)) => return Ok(()),
            (Text(_, least, most, rule), Value::String(text)) => {
                return self.check_text(text, *least, *most, rule);
            }
            (Networks, Value::String(text)) if Proxies::parse(text).is_some() => return Ok(()),
            (Url(rule), Value::String(text)) => return self.check_url(text, rule),
            (Version(_, rule), Value::String(text)) => return self.check_version(text, rule),
            (OneOf(words, _), Value::String(text)) if words.contains(&text.as_str()) => {
                return Ok(());
            }
            (OneOf(words, rule), Value::String(_)) => {
                let sentence = format!("Must be one of {}.", words.join(", "));
                return Err(self.wrong(rule, &sentence));
            }
            (Either(_, [one, other], rule), Value::Number(number)) => {
                let is_one = [one, other].map(|value| number.as_i64() == Some(*value));
                return match is_one.contains(&true) {
                    true => Ok(()),
                    false => Err(self.wrong(rule, &format!("Must be either {one} or {other}."))),
                };
            }
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

    fn check_text(
        &self,
        text: &str,
        least: usize,
        most: usize,
        rule: &str,
    ) -> Result<(), AppError> {
        if text.contains('\0') {
            return Err(AppError::body_param(&self.path()));
        }
        let (wrong, sentence) = if text.len() < least {
            ("empty", "Must not be empty.".to_owned())
        } else if text.len() > most {
            ("length", format!("Must be {most} or less characters."))
        } else {
            return Ok(());
        };
        Err(self.wrong(&format!("{rule}_{wrong}"), &sentence))
    }

    fn check_url(&self, text: &str, rule: &str) -> Result<(), AppError> {
        let fits = text.len() <= MOST_OF_A_URL && !text.contains(char::is_control);
        let is_url = fits && Origin::of_url(text).is_some();
        if text.is_empty() || is_url {
            return Ok(());
        }
        let sentence = "Must be empty or a URL that starts with http:// or https://.";
        Err(self.wrong(rule, sentence))
    }

    fn check_version(&self, text: &str, rule: &str) -> Result<(), AppError> {
        let numbers: Vec<&str> = text.split('.').collect();
        let is_number =
            |part: &&str| matches!(part.len(), 1..=4) && part.bytes().all(|b| b.is_ascii_digit());
        if numbers.len() == 3 && numbers.iter().all(is_number) {
            return Ok(());
        }
        Err(self.wrong(rule, "Must be three whole numbers with dots between."))
    }

    fn wrong(&self, rule: &str, sentence: &str) -> AppError {
        let path = self.path();
        AppError::config_value(rule, format!("Invalid value for {path}. {sentence}"))
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
            Bool(_) => switch(text).map(Value::from),
            Int(..) | Either(..) => text.parse::<i64>().ok().map(Value::from),
            Text(..) | Url(_) | Version(..) | OneOf(..) => Some(text.into()),
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
            Int(..) | Either(..) => "a whole number",
            Text(..) | Version(..) | OneOf(..) => "a text",
            Networks => "addresses and networks with spaces between",
            Url(_) => "a URL",
        }
    }
}

/// Returns what a text means for a switch; `None` when it means nothing. Mattermost takes `1` and `t`, too.
fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
        "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

/// The setting of that name, such as `ServiceSettings.EnableUserAccessTokens`, in any case.
pub fn find(path: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| setting.path().eq_ignore_ascii_case(path))
        .copied()
}

fn get<'d>(document: &'d Map<String, Value>, setting: &Setting) -> Option<&'d Value> {
    document.get(setting.section)?.get(setting.name)
}

pub fn set(document: &mut Map<String, Value>, setting: &Setting, value: Value) {
    let section = document.entry(setting.section).or_insert_with(|| json!({}));
    if let Some(section) = section.as_object_mut() {
        section.insert(setting.name.to_owned(), value);
    }
}
