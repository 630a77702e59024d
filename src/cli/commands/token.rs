//! Commands for personal access tokens.

use pico_args::Arguments;
use serde::Serialize;

use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, nothing_left, take_data};
use crate::clock::{DAY, Millis, rfc3339};
use crate::permission::{Rule, TOKEN_CREATE, TOKEN_REVOKE};
use crate::token::{Change, NewToken, Token, WithUsage, sql};

/// `patmost token create`
pub static CREATE: Command = Command {
    name: "token create",
    takes: "USER --description TEXT [--expires-in-days N]",
    does: "Create a token and print its secret, this once",
    options: &[
        ("USER", "an id, a username or an e-mail address"),
        ("--description TEXT", "what it is for, at most 255 bytes"),
        ("--expires-in-days N", "when it ends; without it, never"),
    ],
    examples: [
        "patmost token create ci --description \"nightly build\"",
        "TOKEN=$(patmost token create ci --description \"nightly build\" --quiet)",
        "patmost token create ci@example.com --description backup --expires-in-days 90 --json",
    ],
    run: create,
};

/// What `--json` says of a token: the API's fields, and what only the command line shows.
#[derive(Serialize)]
struct Printed<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'t str>,
    #[serde(flatten)]
    of: WithUsage<'t>,
}

impl<'t> Printed<'t> {
    fn new(of: &'t Token, token: Option<&'t str>) -> Printed<'t> {
        let of = of.with_usage();
        Printed { token, of }
    }
}

fn create(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let description: String = arguments.value_from_str("--description")?;
    let days: Option<u32> = arguments.opt_value_from_str("--expires-in-days")?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    if description.is_empty() {
        return Err(Stop::Usage(
            "--description must say what the token is for".into(),
        ));
    }
    let operator = Operator::open(&CREATE, data, false)?;
    let user = super::user::find(&operator, &name)?;
    let expires_at = days.map_or(0, |days| operator.caller.at + i64::from(days) * DAY);
    let new = NewToken {
        user_id: user.id,
        description,
        expires_at,
    };
    let (token, secret) =
        crate::token::create(&operator.app, &operator.config, &operator.caller, new)?;
    let words = format!(
        "created token {} for {}; its secret, shown this once:\n{}",
        token.id,
        user.username,
        secret.reveal()
    );
    format.print(
        &Printed::new(&token, Some(secret.reveal())),
        &words,
        secret.reveal(),
    )
}

/// `patmost token list`
pub static LIST: Command = Command {
    name: "token list",
    takes: "[USER]",
    does: "List tokens with their last use, never their secrets",
    options: &[(
        "USER",
        "only those of this account: an id, a username or an e-mail address",
    )],
    examples: [
        "patmost token list",
        "patmost token list ci --json",
        "patmost token list ci --quiet",
    ],
    run: list_tokens,
};

fn list_tokens(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&LIST, data)?;
    let owner = name
        .map(|name| super::user::find(&operator, &name))
        .transpose()?;
    let owner_id = owner.map(|owner| owner.id);
    let reading = operator.app.store.begin()?;
    let header = [
        "ID",
        "USER",
        "STATE",
        "CREATED",
        "LAST USED",
        "FROM",
        "MADE BY",
        "EXPIRES",
        "DESCRIPTION",
    ];
    list::print(format, &header, |take| {
        sql::each(&reading.tx(), owner_id.as_deref(), |token, username| {
            take(&Row { token, username })
        })
    })
}

/// A row of the list.
struct Row {
    token: Token,
    username: String,
}

impl Listed for Row {
    fn cells(&self) -> Vec<String> {
        let token = &self.token;
        let when = |at: Millis| {
            if at > 0 {
                rfc3339(at)
            } else {
                "never".to_owned()
            }
        };
        let state = if token.is_active {
            "active"
        } else {
            "disabled"
        };
        vec![
            token.id.clone(),
            self.username.clone(),
            state.to_owned(),
            when(token.create_at),
            when(token.last_used_at),
            token.last_used_from.clone(),
            token.parent_id.clone(),
            when(token.expires_at),
            token.description.clone(),
        ]
    }

    fn id(&self) -> &str {
        &self.token.id
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Printed::new(&self.token, None))
    }
}

/// `patmost token revoke`
pub static REVOKE: Command = Command {
    name: "token revoke",
    takes: "TOKEN_ID [--with-children]",
    does: "Delete a token for good; it is refused from the next request on",
    options: &[
        ("TOKEN_ID", "as in patmost token list"),
        (
            "--with-children",
            "also every token that was made by it, or by one of those",
        ),
    ],
    examples: [
        "patmost token revoke w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token revoke w9qdkbs5ajyzxgcdsqe9ff6f1r --quiet",
        "patmost token list ci --quiet | xargs -n 1 patmost token revoke",
    ],
    run: |mut arguments| {
        let kind = if arguments.contains("--with-children") {
            Change::RevokeWithChildren
        } else {
            Change::Revoke
        };
        change(arguments, &REVOKE, &TOKEN_REVOKE, kind)
    },
};

/// `patmost token disable`
pub static DISABLE: Command = Command {
    name: "token disable",
    takes: "TOKEN_ID",
    does: "Refuse a token until it is enabled again",
    options: &[("TOKEN_ID", "as in patmost token list")],
    examples: [
        "patmost token disable w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token disable w9qdkbs5ajyzxgcdsqe9ff6f1r --quiet",
        "patmost token list ci --quiet | xargs -n 1 patmost token disable",
    ],
    run: |arguments| change(arguments, &DISABLE, &TOKEN_REVOKE, Change::Disable),
};

/// `patmost token enable`
pub static ENABLE: Command = Command {
    name: "token enable",
    takes: "TOKEN_ID",
    does: "Accept a disabled token again",
    options: &[("TOKEN_ID", "as in patmost token list")],
    examples: [
        "patmost token enable w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token enable w9qdkbs5ajyzxgcdsqe9ff6f1r --quiet",
        "patmost token list ci --quiet | xargs -n 1 patmost token enable",
    ],
    run: |arguments| change(arguments, &ENABLE, &TOKEN_CREATE, Change::Enable),
};

fn change(
    mut arguments: Arguments,
    command: &Command,
    rule: &'static Rule,
    change: Change,
) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let token_id: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(command, data, false)?;
    crate::token::change(&operator.app, &operator.caller, rule, &token_id, change)?;
    let done = match change {
        Change::Revoke | Change::RevokeWithChildren => "revoked",
        Change::Disable => "disabled",
        Change::Enable => "enabled",
    };
    format.print(
        &serde_json::json!({"id": token_id, "done": done}),
        &format!("{done} {token_id}"),
        &token_id,
    )
}
