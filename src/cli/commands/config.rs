//! Commands for settings.

use pico_args::Arguments;
use serde_json::{Map, Value, json};

use crate::cli::{Command, Format, Operator, Stop, nothing_left, table, take_data};
use crate::config::{SETTINGS, Setting, find};

/// `patmost config get`
pub static GET: Command = Command {
    name: "config get",
    takes: "[SETTING]",
    does: "Show settings, and what pins them",
    options: &[(
        "SETTING",
        "such as ServiceSettings.EnableUserAccessTokens; without it, all",
    )],
    examples: [
        "patmost config get",
        "patmost config get ServiceSettings.EnableUserAccessTokens --quiet",
        "patmost config get --json",
    ],
    run: get,
};

fn get(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let one = name.as_deref().map(known).transpose()?;
    let operator = Operator::open_read_only(&GET, data)?;
    let shown: Vec<&Setting> = SETTINGS
        .iter()
        .copied()
        .filter(|setting| one.is_none_or(|one| std::ptr::eq(one, *setting)))
        .collect();
    let text = |setting: &Setting| match operator.config.value(setting) {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let pinned = |setting: &Setting| {
        operator
            .app
            .config
            .pin(setting)
            .map_or(String::new(), |pin| format!("pinned by {}", pin.by))
    };
    let rows: Vec<_> = shown
        .iter()
        .map(|setting| {
            vec![
                setting.path(),
                text(setting),
                pinned(setting),
                setting.does.to_owned(),
            ]
        })
        .collect();
    let quiet: Vec<_> = shown.iter().map(|setting| text(setting)).collect();
    let mut document = Map::new();
    for setting in &shown {
        crate::config::set(
            &mut document,
            setting,
            operator.config.value(setting).clone(),
        );
    }
    format.print(
        &document,
        &table(&["SETTING", "VALUE", "", "DOES"], &rows),
        &quiet.join("\n"),
    )
}

/// `patmost config set`
pub static SET: Command = Command {
    name: "config set",
    takes: "SETTING VALUE",
    does: "Change a setting; a running server follows on its next request",
    options: &[
        ("SETTING", "such as ServiceSettings.EnableUserAccessTokens"),
        ("VALUE", "true or false, a whole number, or a text"),
    ],
    examples: [
        "patmost config set ServiceSettings.EnableUserAccessTokens true",
        "patmost config set ServiceSettings.MaximumLoginAttempts 5",
        "patmost config set TeamSettings.SiteName \"Our tokens\"",
    ],
    run: set,
};

fn set(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let (name, text): (String, String) = (arguments.free_from_str()?, arguments.free_from_str()?);
    nothing_left(arguments)?;
    let setting = known(&name)?;
    let value = setting.parse(&text).map_err(Stop::Usage)?;
    let operator = Operator::open(&SET, data, true)?;
    if let Some(pin) = operator.app.config.pin(setting) {
        return Err(Stop::Failed(format!(
            "{} is pinned by {} and cannot be changed here",
            setting.path(),
            pin.by
        )));
    }
    let change: Map<String, Value> = [(setting.section.to_owned(), json!({setting.name: value}))]
        .into_iter()
        .collect();
    let (live, store) = (&operator.app.config, &operator.app.store);
    live.patch(store, &operator.caller, change.clone())?;
    format.print(&change, &format!("{} = {text}", setting.path()), &text)
}

fn known(name: &str) -> Result<&'static Setting, Stop> {
    find(name).ok_or_else(|| {
        Stop::Usage(format!(
            "there is no setting {name:?}; patmost config get lists them"
        ))
    })
}
