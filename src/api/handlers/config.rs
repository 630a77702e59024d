//! HTTP endpoints of the configuration.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::api::{Answer, Context, answer, json as body};
use crate::config::{self as config, Config, Live};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::permission::{CONFIG_READ, CONFIG_WRITE, Caller};
use crate::store::{Store, Tx};
use crate::{audit, user};

/// Mattermost: the configuration is never kept by a cache.
const NOT_CACHED: (&str, &str) = ("Cache-Control", "no-cache, no-store, must-revalidate");

/// `GET /config`
pub fn get(cx: &Context, _: &Tx) -> Answer {
    CONFIG_READ.ask(cx.caller()?)?;
    let answer = match cx.flag("remove_defaults") {
        true => answer::json(&cx.config.beyond_defaults()),
        false => answer::json(cx.config.document()),
    };
    Ok(answer.with(NOT_CACHED.0, NOT_CACHED.1))
}

/// `PUT /config/patch`
pub fn patch(cx: &Context) -> Answer {
    change(cx, Live::patch)
}

/// `POST /config/reload`: the configuration file and the environment; what is stored in the data file holds at once anyway.
pub fn reload(cx: &Context) -> Answer {
    let granted = CONFIG_WRITE.ask(cx.caller()?)?;
    let app = cx.app;
    if let Some(read_pins) = cx.router.pins.get() {
        let refused = |error: String| AppError::named(&error::CONFIG_RELOAD, &error);
        let pins = read_pins().map_err(refused)?;
        app.store.read(|tx| app.config.repin(tx, pins))?;
    }
    audit::record_alone(&app.store, granted)?;
    Ok(answer::ok())
}

/// `PUT /config`
pub fn update(cx: &Context) -> Answer {
    change(cx, Live::replace)
}

type Change = fn(&Live, &Store, &Caller, Map<String, Value>) -> Result<Arc<Config>, AppError>;

fn change(cx: &Context, change: Change) -> Answer {
    let given = body::object(cx.body(), "config")?;
    let (live, store) = (&cx.app.config, &cx.app.store);
    let config = change(live, store, cx.caller()?, given.members().clone())?;
    let mut values = of_a_stranger(&config);
    values["NoAccounts"] = text(false).into();
    of_a_session(&config, &mut values);
    let mut news = News::default();
    news.tell(
        "config_changed",
        json!({"config": values}),
        Audience::default(),
    );
    cx.app.tell(news);
    Ok(answer::json(config.document()).with(NOT_CACHED.0, NOT_CACHED.1))
}

/// `GET /config/environment`: what is pinned, as true under its section; with `?include_source=true`, as what pins it. Mattermost:
/// whoever may not read the configuration is shown none of it.
pub fn environment(cx: &Context, _: &Tx) -> Answer {
    let mut pinned = json!({});
    if CONFIG_READ.ask(cx.caller()?).is_err() {
        return Ok(answer::json(&pinned));
    }
    for pin in cx.app.config.pins().iter() {
        pinned[pin.setting.section][pin.setting.name] = if cx.flag("include_source") {
            pin.by.as_str().into()
        } else {
            true.into()
        };
    }
    Ok(answer::json(&pinned))
}

/// `GET /config/client?format=old`: a flat map, all values are strings; more of them with a session.
pub fn client(cx: &Context, tx: &Tx) -> Answer {
    match cx.query("format") {
        "old" => {}
        "" => return Err(AppError::new(&error::CLIENT_FORMAT)),
        _ => return Err(AppError::body_param("format")),
    }
    let nobody = user::sql::none(tx)?;
    let mut values = of_a_stranger(&cx.config);
    values["NoAccounts"] = text(nobody).into();
    if nobody && cx.router.setup_code.get().is_some() {
        values["SetupCodeRequired"] = text(true).into();
    }
    if cx.caller().is_ok() {
        of_a_session(&cx.config, &mut values);
    }
    Ok(answer::json(&values))
}

fn text(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

/// What anyone is told; what patmost has not is told as a Team Edition that does not use it.
fn of_a_stranger(config: &Config) -> Value {
    let switch = |setting| text(config.is_on(setting));
    let mut values = json!({
        "Version": config.text(&config::ANNOUNCED_VERSION),
        "BuildNumber": concat!("patmost-", env!("CARGO_PKG_VERSION")),
        "BuildEnterpriseReady": "false",
        "SiteName": config.text(&config::SITE_NAME),
        "SiteURL": config.text(&config::SITE_URL),
        "EnableSignInWithEmail": switch(&config::SIGN_IN_WITH_EMAIL),
        "EnableSignInWithUsername": switch(&config::SIGN_IN_WITH_USERNAME),
        "EnableSignUpWithEmail": switch(&config::ENABLE_USER_CREATION),
        "EnableUserCreation": switch(&config::ENABLE_USER_CREATION),
        "EnableOpenServer": switch(&config::ENABLE_OPEN_SERVER),
        "EnableBotAccountCreation": switch(&config::ENABLE_BOT_ACCOUNT_CREATION),
        "PasswordMinimumLength": config.int(&config::PASSWORD_MINIMUM_LENGTH).to_string(),
        "PasswordRequireLowercase": switch(&config::PASSWORD_LOWERCASE),
        "PasswordRequireUppercase": switch(&config::PASSWORD_UPPERCASE),
        "PasswordRequireNumber": switch(&config::PASSWORD_NUMBER),
        "PasswordRequireSymbol": switch(&config::PASSWORD_SYMBOL),
        "DefaultClientLocale": "en",
    });
    let lifetime = config.int(&config::MAXIMUM_TOKEN_LIFETIME_DAYS);
    values["MaximumPersonalAccessTokenLifetimeDays"] = lifetime.to_string().into();
    for name in OFF {
        values[*name] = "false".into();
    }
    for name in EMPTY {
        values[*name] = "".into();
    }
    values
}

/// What whoever is signed in is told besides.
fn of_a_session(config: &Config, values: &mut Value) {
    for (name, setting) in [
        ("EnableUserAccessTokens", &config::ENABLE_USER_ACCESS_TOKENS),
        ("EnableUserDeactivation", &config::ENABLE_USER_DEACTIVATION),
        ("EnableCommands", &config::ENABLE_COMMANDS),
        ("EnableDeveloper", &config::ENABLE_DEVELOPER),
        ("EnableIncomingWebhooks", &config::ENABLE_INCOMING_WEBHOOKS),
        ("EnableCustomEmoji", &config::ENABLE_CUSTOM_EMOJI),
        ("EnableFileAttachments", &config::ENABLE_FILE_ATTACHMENTS),
        ("EnableMobileFileDownload", &config::ENABLE_FILE_ATTACHMENTS),
        ("EnableMobileFileUpload", &config::ENABLE_FILE_ATTACHMENTS),
        ("ShowEmailAddress", &config::SHOW_EMAIL_ADDRESS),
        ("ShowFullName", &config::SHOW_FULL_NAME),
        (
            "ExtendSessionLengthWithActivity",
            &config::EXTEND_SESSION_LENGTH_WITH_ACTIVITY,
        ),
    ] {
        values[name] = text(config.is_on(setting)).into();
    }
    values["MaxFileSize"] = config.int(&config::MAX_FILE_SIZE).to_string().into();
    for (name, value) in FIXED {
        values[*name] = (*value).into();
    }
}

/// Parts of Mattermost that patmost has not.
const OFF: &[&str] = &[
    "DiagnosticsEnabled",
    "EnableCustomBrand",
    "EnableDiagnostics",
    "EnableFile",
    "EnableGuestAccounts",
    "EnableLdap",
    "EnableMultifactorAuthentication",
    "EnableSaml",
    "EnableSignUpWithGitLab",
    "EnableSignUpWithGoogle",
    "EnableSignUpWithOffice365",
    "EnableSignUpWithOpenId",
    "EnforceMultifactorAuthentication",
    "GuestAccountsEnforceMultifactorAuthentication",
    "HasImageProxy",
    "PluginsEnabled",
];

/// What nobody has set. `DiagnosticId`: nothing is sent to anybody.
const EMPTY: &[&str] = &[
    "AboutLink",
    "AppDownloadLink",
    "BuildDate",
    "BuildHash",
    "BuildHashEnterprise",
    "CustomBrandText",
    "CustomDescriptionText",
    "DiagnosticId",
    "HelpLink",
    "LdapLoginFieldName",
    "PrivacyPolicyLink",
    "ReportAProblemLink",
    "SamlLoginButtonText",
    "SupportEmail",
    "TelemetryId",
    "TermsOfServiceLink",
    "WebsocketURL",
];

/// What is so and cannot be set.
const FIXED: &[(&str, &str)] = &[
    ("AvailableLocales", ""),
    ("CollapsedThreads", "disabled"),
    ("EnableChannelViewedMessages", "true"),
    ("EnableEmojiPicker", "true"),
    ("EnableLinkPreviews", "false"),
    ("EnableOutgoingWebhooks", "false"),
    ("EnablePublicLink", "false"),
    ("EnableUserStatuses", "true"),
    ("EnableUserTypingMessages", "true"),
    ("MinimumHashtagLength", "3"),
    ("PostEditTimeLimit", "-1"),
    ("RequireEmailVerification", "false"),
    ("SQLDriverName", "sqlite3"),
    ("SendEmailNotifications", "false"),
    ("SendPushNotifications", "false"),
    ("TeammateNameDisplay", "username"),
    ("TimeBetweenUserTypingUpdatesMilliseconds", "5000"),
];
