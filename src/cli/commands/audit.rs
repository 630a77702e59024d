//! The command for the audit.

use pico_args::Arguments;

use crate::audit::{Row, sql};
use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, duration, nothing_left, take_data};
use crate::clock::rfc3339;
use crate::store::Page;

/// `patmost audit`
pub static AUDIT: Command = Command {
    name: "audit",
    takes: "[--user USER] [--token TOKEN_ID] [--since TIME]",
    does: "List what was done, newest first",
    options: &[
        (
            "--user USER",
            "only what this account did: an id, a username or an e-mail address",
        ),
        ("--token TOKEN_ID", "only what names this token"),
        ("--since TIME", "only what is not older, such as 2d"),
    ],
    examples: [
        "patmost audit --since 2d",
        "patmost audit --user admin --json",
        "patmost audit --token w9qdkbs5ajyzxgcdsqe9ff6f1r",
    ],
    run: audit,
};

/// Rows that are read together.
const PAGE: i64 = 1000;

fn audit(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: Option<String> = arguments.opt_value_from_str("--user")?;
    let token: Option<String> = arguments.opt_value_from_str("--token")?;
    let since: Option<String> = arguments.opt_value_from_str("--since")?;
    nothing_left(arguments)?;
    let since = since.map(|text| duration("--since", &text)).transpose()?;
    let operator = Operator::open_read_only(&AUDIT, data)?;
    let user = name
        .map(|name| super::user::find(&operator, &name))
        .transpose()?;
    let since = since.map_or(0, |since| {
        operator.caller.at - i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    let reading = operator.app.store.begin()?;
    let header = ["AT", "USER", "ACTION", "INFO", "FROM"];
    list::print(format, &header, |take| {
        let tx = reading.tx();
        Page::each(PAGE, |page| {
            let rows = match &user {
                Some(user) => sql::list_of(&tx, &user.id, page)?,
                None => sql::list_all(&tx, page)?,
            };
            for row in &rows {
                if row.create_at < since {
                    // All that follow are older.
                    return Ok(0);
                }
                let named = |id: &String| {
                    row.event.extra_info.contains(id.as_str())
                        || row.event.action.contains(id.as_str())
                };
                if token.as_ref().is_none_or(named) {
                    take(row)?;
                }
            }
            Ok(rows.len())
        })
    })
}

impl Listed for Row {
    fn cells(&self) -> Vec<String> {
        let event = &self.event;
        vec![
            rfc3339(self.create_at),
            event.user_id.clone(),
            event.action.clone(),
            event.extra_info.clone(),
            event.ip_address.clone(),
        ]
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}
