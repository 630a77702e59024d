//! Commands for incoming webhooks.

use pico_args::Arguments;
use serde::Serialize;

use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, nothing_left, table, take_data};
use crate::clock::rfc3339;
use crate::error::AppError;
use crate::messaging::channel::{self, Channel};
use crate::messaging::team;
use crate::messaging::webhook::{self, Fields, Webhook, sql};
use crate::store::{Page, Tx};
use crate::user;

/// `patmost webhook create`
pub static CREATE: Command = Command {
    name: "webhook create",
    takes: "TEAM/CHANNEL --user USER [--display-name TEXT] [--channel-locked]",
    does: "Create an incoming webhook and print its secret, this once",
    options: &[
        (
            "TEAM/CHANNEL",
            "where it posts: two names, or the id of a channel",
        ),
        (
            "--user USER",
            "in whose name: an id, a username or an e-mail address",
        ),
        (
            "--display-name TEXT",
            "the name that people read, at most 64 bytes",
        ),
        (
            "--channel-locked",
            "it posts in this channel only, whatever a request says",
        ),
    ],
    examples: [
        "patmost webhook create core/builds --user ci --display-name Builds",
        "SECRET=$(patmost webhook create core/builds --user ci --quiet)",
        "patmost webhook create core/builds --user ci --channel-locked --json",
    ],
    run: create,
};

/// What `--json` says of a webhook; the secret of a new one, this once.
#[derive(Serialize)]
struct Printed<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'w str>,
    #[serde(flatten)]
    of: &'w Webhook,
}

fn create(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let owner: String = arguments.value_from_str("--user")?;
    let display_name: Option<String> = arguments.opt_value_from_str("--display-name")?;
    let channel_locked = arguments.contains("--channel-locked");
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&CREATE, data, false)?;
    let owner = super::user::find(&operator, &owner)?;
    let channel = channel_of(&operator, &name)?;
    let new = Fields {
        user_id: owner.id,
        channel_id: channel.id,
        display_name: display_name.unwrap_or_default(),
        channel_locked,
        ..Fields::default()
    };
    let (made, secret) = webhook::create(&operator.app, &operator.caller, new)?;
    let words = format!(
        "created webhook {} of {} in {name}; its secret, shown this once, posts at /hooks/:\n{}",
        made.id,
        owner.username,
        secret.reveal()
    );
    let printed = Printed {
        secret: Some(secret.reveal()),
        of: &made,
    };
    format.print(&printed, &words, secret.reveal())
}

/// Returns the channel with the id, or with these names of team and channel.
fn channel_of(operator: &Operator, name: &str) -> Result<Channel, Stop> {
    let found = operator.app.store.read(|tx| {
        let Some((team, channel)) = name.split_once('/') else {
            return Ok(channel::sql::by_id(tx, name)?);
        };
        let Some(team) = team::sql::by_name(tx, team)? else {
            return Ok(None);
        };
        Ok(channel::sql::by_name(tx, &team.id, channel)?)
    })?;
    let missing = || Stop::Failed(format!("there is no channel {name:?}"));
    found.ok_or_else(missing)
}

/// `patmost webhook list`
pub static LIST: Command = Command {
    name: "webhook list",
    takes: "[USER]",
    does: "List incoming webhooks, never their secrets",
    options: &[(
        "USER",
        "only those of this account: an id, a username or an e-mail address",
    )],
    examples: [
        "patmost webhook list",
        "patmost webhook list ci --json",
        "patmost webhook list ci --quiet",
    ],
    run: list_webhooks,
};

fn list_webhooks(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&LIST, data)?;
    let owner = name
        .map(|name| super::user::find(&operator, &name))
        .transpose()?;
    let filter = sql::Filter {
        user_id: owner.as_ref().map_or("", |owner| &owner.id),
        ..sql::Filter::default()
    };
    let reading = operator.app.store.begin()?;
    list::print(format, &HEADER, |take| {
        let tx = reading.tx();
        Page::each(PAGE, |page| {
            let webhooks = sql::list(&tx, filter, page)?;
            for webhook in &webhooks {
                let cells = cells(&tx, webhook)?;
                take(&Row { webhook, cells })?;
            }
            Ok(webhooks.len())
        })
    })
}

/// Webhooks that are read together.
const PAGE: i64 = 500;

/// A row of the list.
struct Row<'w> {
    webhook: &'w Webhook,
    cells: Vec<String>,
}

impl Listed for Row<'_> {
    fn cells(&self) -> Vec<String> {
        self.cells.clone()
    }

    fn id(&self) -> &str {
        &self.webhook.id
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self.webhook)
    }
}

const HEADER: [&str; 6] = ["ID", "USER", "CHANNEL", "LOCKED", "CREATED", "DISPLAY NAME"];

/// Returns what a line of the list says of a webhook.
fn cells(tx: &Tx, webhook: &Webhook) -> Result<Vec<String>, AppError> {
    let owner = user::sql::by_id(tx, &webhook.user_id)?;
    let team = team::sql::by_id(tx, &webhook.team_id)?;
    let channel = channel::sql::by_id(tx, &webhook.channel_id)?;
    let team = team.map_or_else(String::new, |team| team.name);
    let channel = channel.map_or_else(String::new, |channel| channel.name);
    Ok(vec![
        webhook.id.clone(),
        owner.map_or_else(String::new, |owner| owner.username),
        format!("{team}/{channel}"),
        if webhook.channel_locked { "yes" } else { "no" }.to_owned(),
        rfc3339(webhook.create_at),
        webhook.display_name.clone(),
    ])
}

/// `patmost webhook show`
pub static SHOW: Command = Command {
    name: "webhook show",
    takes: "WEBHOOK_ID",
    does: "Show an incoming webhook, without its secret",
    options: &[("WEBHOOK_ID", "as in patmost webhook list, or its secret")],
    examples: [
        "patmost webhook show w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost webhook show w9qdkbs5ajyzxgcdsqe9ff6f1r --json",
        "patmost webhook show $SECRET --quiet",
    ],
    run: show,
};

fn show(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let asked: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&SHOW, data)?;
    let (found, cells) = operator.app.store.read(|tx| {
        let found = webhook::find(tx, &operator.config, &asked)?;
        let cells = cells(tx, &found)?;
        Ok((found, cells))
    })?;
    format.print(&found, &table(&HEADER, &[cells]), &found.id)
}

/// `patmost webhook delete`
pub static DELETE: Command = Command {
    name: "webhook delete",
    takes: "WEBHOOK_ID",
    does: "Delete an incoming webhook for good; nothing is posted by it from the next request on",
    options: &[("WEBHOOK_ID", "as in patmost webhook list, or its secret")],
    examples: [
        "patmost webhook delete w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost webhook delete w9qdkbs5ajyzxgcdsqe9ff6f1r --quiet",
        "patmost webhook list ci --quiet | xargs -n 1 patmost webhook delete",
    ],
    run: delete,
};

fn delete(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let asked: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&DELETE, data, false)?;
    let found = operator
        .app
        .store
        .read(|tx| webhook::find(tx, &operator.config, &asked))?;
    webhook::delete(&operator.app, &operator.caller, &asked)?;
    format.print(
        &serde_json::json!({"id": found.id, "done": "deleted"}),
        &format!("deleted {}", found.id),
        &found.id,
    )
}
