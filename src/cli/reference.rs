//! `patmost reference`: endpoints, rules and settings, printed from the tables that the program runs by.

use pico_args::Arguments;

use super::{COMMANDS, Command, Stop, nothing_left, print};
use crate::api::openapi;
use crate::api::routes::{Access, ROUTES};
use crate::config::SETTINGS;
use crate::fixture;
use crate::permission::{Permission, RULES};

pub static REFERENCE: Command = Command {
    name: "reference",
    takes: "endpoints|ignored|permissions|settings|commands|fixture",
    does: "Print what there is, as a table in Markdown",
    options: &[],
    examples: [
        "patmost reference endpoints",
        "patmost reference permissions",
        "patmost reference settings",
    ],
    run: reference,
};

pub static OPENAPI: Command = Command {
    name: "openapi",
    takes: "",
    does: "Print the endpoints as an OpenAPI document, for client generators and test tools",
    options: &[],
    examples: [
        "patmost openapi > openapi.json",
        "st run --url http://127.0.0.1:8065/api/v4 openapi.json",
        "curl http://127.0.0.1:8065/api/v4/openapi.json",
    ],
    run: |arguments| {
        nothing_left(arguments)?;
        print(&openapi::TEXT)
    },
};

fn reference(mut arguments: Arguments) -> Result<(), Stop> {
    let topic: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    print(&match topic.as_str() {
        "endpoints" => endpoints(),
        "ignored" => ignored(),
        "permissions" => permissions(),
        "settings" => settings(),
        "commands" => commands(),
        "fixture" => fixture(),
        _ => {
            return Err(Stop::Usage(format!(
                "{topic:?} is none of {}",
                REFERENCE.takes
            )));
        }
    })
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| format!("| {} |\n", cells.join(" | "));
    let head = line(header.map(str::to_owned)) + &line([(); N].map(|()| "---".to_owned()));
    head + &rows.map(line).collect::<String>()
}

fn endpoints() -> String {
    let entry = |access| {
        if access != Access::Session {
            "anyone"
        } else {
            "signed in"
        }
    };
    let row = |route: &crate::api::routes::Route| {
        [
            format!("`{} {}`", route.method, route.path),
            entry(route.access).to_owned(),
            route.doc.to_owned(),
        ]
    };
    table(
        ["endpoint", "who may enter", "does"],
        ROUTES.iter().map(row),
    )
}

fn ignored() -> String {
    table(
        ["where", "parameter or members", "why"],
        openapi::without_effect().map(|(place, names, why)| [place, names, why]),
    )
}

fn permissions() -> String {
    let name = |permission: Option<Permission>| {
        permission.map_or("-".to_owned(), |permission| {
            format!("`{}`", permission.name())
        })
    };
    let bots = |rule: &crate::permission::Rule| {
        rule.bots.map_or("-".to_owned(), |(own, others)| {
            format!("`{}`, `{}`", own.name(), others.name())
        })
    };
    let row = |rule: &&crate::permission::Rule| {
        [
            rule.operation.to_owned(),
            name(rule.needs),
            name(rule.others),
            bots(rule),
        ]
    };
    table(
        [
            "to",
            "needs",
            "for another user's account also",
            "for a bot's account instead (own, others')",
        ],
        RULES.iter().map(row),
    )
}

fn settings() -> String {
    let row = |setting: &&crate::config::Setting| {
        [
            format!("`{}`", setting.path()),
            format!("`{}`", setting.default()),
            setting.does.to_owned(),
        ]
    };
    table(["setting", "default", "effect"], SETTINGS.iter().map(row))
}

fn commands() -> String {
    let row = |command: &&Command| {
        [
            format!("`patmost {}`", command.name),
            format!("`{}`", command.takes)
                .replace('|', "\\|")
                .replace("``", ""),
            command.does.to_owned(),
        ]
    };
    table(["command", "takes", "does"], COMMANDS.iter().map(row))
}

fn fixture() -> String {
    let row = |route: &fixture::api::Route| {
        let endpoint = format!("`{} {}`", route.method, route.path);
        [endpoint, route.doc.to_owned()]
    };
    table(["endpoint", "does"], fixture::api::ROUTES.iter().map(row))
}
