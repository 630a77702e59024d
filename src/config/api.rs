//! HTTP endpoints of the configuration.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{self as config, Config};
use crate::app::App;
use crate::error::{self, AppError};
use crate::http::{Answer, Context, answer, json as body};
use crate::permission::{CONFIG_READ, CONFIG_WRITE, Granted};

/// Mattermost: the configuration is never kept by a cache.
const NOT_CACHED: (&str, &str) = ("Cache-Control", "no-cache, no-store, must-revalidate");

/// `GET /config`
pub fn get(cx: &Context) -> Answer {
    CONFIG_READ.ask(cx.caller()?)?;
    Ok(answer::json(cx.config.document()).with(NOT_CACHED.0, NOT_CACHED.1))
}

/// `PUT /config/patch`
pub fn patch(cx: &Context) -> Answer {
    change(cx, config::patch)
}

/// `PUT /config`
pub fn update(cx: &Context) -> Answer {
    change(cx, config::replace)
}

type Change = fn(&App, Granted, Map<String, Value>) -> Result<Arc<Config>, AppError>;

fn change(cx: &Context, change: Change) -> Answer {
    let given = body::object(cx.body(), "config")?;
    let granted = CONFIG_WRITE.ask(cx.caller()?)?;
    let config = change(cx.app, granted, given.members().clone())?;
    Ok(answer::json(config.document()).with(NOT_CACHED.0, NOT_CACHED.1))
}

/// `GET /config/environment`: what is pinned, as true under its section.
pub fn environment(cx: &Context) -> Answer {
    CONFIG_READ.ask(cx.caller()?)?;
    let mut pinned = json!({});
    for pin in cx.app.config.pins().iter() {
        pinned[pin.setting.section][pin.setting.name] = true.into();
    }
    Ok(answer::json(&pinned))
}

/// `GET /config/client?format=old`: a flat map, all values are strings; more of them with a session.
pub fn client(cx: &Context) -> Answer {
    match cx.request.query("format") {
        Some("old") => {}
        None | Some("") => return Err(AppError::new(&error::CLIENT_FORMAT)),
        Some(_) => return Err(AppError::body_param("format")),
    }
    let text = |on: bool| if on { "true" } else { "false" };
    let switch = |setting| text(cx.config.is_on(setting));
    let mut values = json!({
        "Version": config::MATTERMOST_VERSION,
        "BuildNumber": concat!("patmost-", env!("CARGO_PKG_VERSION")),
        "BuildEnterpriseReady": "false",
        "SiteName": cx.config.text(&config::SITE_NAME),
        "EnableSignInWithEmail": switch(&config::SIGN_IN_WITH_EMAIL),
        "EnableSignInWithUsername": switch(&config::SIGN_IN_WITH_USERNAME),
        "EnableSignUpWithEmail": switch(&config::ENABLE_USER_CREATION),
        "EnableUserCreation": switch(&config::ENABLE_USER_CREATION),
        "EnableOpenServer": switch(&config::ENABLE_OPEN_SERVER),
        "EnableBotAccountCreation": switch(&config::ENABLE_BOT_ACCOUNT_CREATION),
        "PasswordMinimumLength": cx.config.int(&config::PASSWORD_MINIMUM_LENGTH).to_string(),
        "PasswordRequireLowercase": switch(&config::PASSWORD_LOWERCASE),
        "PasswordRequireUppercase": switch(&config::PASSWORD_UPPERCASE),
        "PasswordRequireNumber": switch(&config::PASSWORD_NUMBER),
        "PasswordRequireSymbol": switch(&config::PASSWORD_SYMBOL),
        "DefaultClientLocale": "en",
    });
    let lifetime = cx.config.int(&config::MAXIMUM_TOKEN_LIFETIME_DAYS);
    values["MaximumPersonalAccessTokenLifetimeDays"] = lifetime.to_string().into();
    if cx.caller().is_ok() {
        values["EnableUserAccessTokens"] = switch(&config::ENABLE_USER_ACCESS_TOKENS).into();
        values["EnableUserDeactivation"] = switch(&config::ENABLE_USER_DEACTIVATION).into();
        values["EnableDeveloper"] = switch(&config::ENABLE_DEVELOPER).into();
        values["ShowEmailAddress"] = switch(&config::SHOW_EMAIL_ADDRESS).into();
        values["ShowFullName"] = switch(&config::SHOW_FULL_NAME).into();
    }
    Ok(answer::json(&values))
}
