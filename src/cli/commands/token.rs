//! Commands for personal access tokens.

use std::net::IpAddr;
use std::time::Duration;

use pico_args::Arguments;
use serde::Serialize;

use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, duration, nothing_left, table, take_data};
use crate::clock::{Millis, rfc3339};
use crate::error::{AppError, TOKEN_UNKNOWN};
use crate::permission::{Rule, Scope, TOKEN_CREATE, TOKEN_READ, TOKEN_REVOKE};
use crate::secret::SecretHash;
use crate::store::Page;
use crate::token::filter::{Filter, Order, Standing};
use crate::token::ledger::{self, TokenRequest};
use crate::token::{self, Asked, Change, Explanation, NewToken, Rotation, Token, WithUsage, sql};

const EXPIRES_IN: (&str, &str) = (
    "--expires-in TIME",
    "when it ends, such as 12h or 90d; without it, never",
);

const SCOPES: (&str, &str) = (
    "--scopes NAMES",
    "what it may be used for, with commas between: read, and permissions as in patmost reference permissions; full: everything",
);

const ALLOWED_FROM: (&str, &str) = (
    "--allowed-from NETWORKS",
    "the addresses and networks it may be used from, with commas between",
);

/// Reads the options that limit a token. `None` where they are not given.
fn take_limits(arguments: &mut Arguments) -> Result<(Option<Scope>, Option<Vec<String>>), Stop> {
    let list = |text: String| -> Vec<String> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let scopes: Option<String> = arguments.opt_value_from_str("--scopes")?;
    let networks: Option<String> = arguments.opt_value_from_str("--allowed-from")?;
    let scope = scopes.map(list).map(|names| {
        if names.is_empty() {
            return Err(Stop::Usage("--scopes names nothing; full permits everything".into()));
        }
        Scope::parse(names.iter().map(String::as_str)).map_err(|name| {
            Stop::Usage(format!(
                "--scopes: {name:?} is no scope, or does not go with the others; patmost reference permissions lists them"
            ))
        })
    });
    let networks = networks.map(list);
    token::check_networks(networks.as_deref().unwrap_or_default()).map_err(|_| {
        Stop::Usage(
            "--allowed-from: one of these is no address and no network, or two overlap".into(),
        )
    })?;
    Ok((scope.transpose()?, networks))
}

/// Reads when a token ends, from `--expires-in` or `--expires-in-days`.
fn take_end(arguments: &mut Arguments) -> Result<Option<Duration>, Stop> {
    let time: Option<String> = arguments.opt_value_from_str("--expires-in")?;
    let days: Option<u32> = arguments.opt_value_from_str("--expires-in-days")?;
    match (time, days) {
        (Some(_), Some(_)) => Err(Stop::Usage(
            "--expires-in and --expires-in-days say the same; give one".into(),
        )),
        (Some(time), None) => duration("--expires-in", &time).map(Some),
        (None, days) => Ok(days.map(|days| Duration::from_secs(u64::from(days) * 86_400))),
    }
}

fn end(now: Millis, after: Option<Duration>) -> Millis {
    let after = after.map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    after.map_or(0, |after| now.saturating_add(after))
}

/// `patmost token rotate`
pub static ROTATE: Command = Command {
    name: "token rotate",
    takes: "TOKEN_ID [--grace TIME] [--expires-in TIME] [--scopes NAMES] [--allowed-from NETWORKS]",
    does: "Give a token a new secret and print it, this once",
    options: &[
        ("TOKEN_ID", "as in patmost token list"),
        (
            "--grace TIME",
            "how long the old secret is good, at most 7d; without it, no longer",
        ),
        EXPIRES_IN,
        SCOPES,
        ALLOWED_FROM,
    ],
    examples: [
        "patmost token rotate w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token rotate w9qdkbs5ajyzxgcdsqe9ff6f1r --grace 1h --expires-in 90d",
        "TOKEN=$(patmost token rotate w9qdkbs5ajyzxgcdsqe9ff6f1r --grace 1h --quiet)",
    ],
    run: rotate,
};

fn rotate(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let grace: Option<String> = arguments.opt_value_from_str("--grace")?;
    let grace = grace.map(|text| duration("--grace", &text)).transpose()?;
    let grace_seconds = grace.map_or(0, |grace| {
        i64::try_from(grace.as_secs()).unwrap_or(i64::MAX)
    });
    if grace_seconds > token::GRACE_MOST {
        return Err(Stop::Usage("--grace: at most 7d".into()));
    }
    let ends = take_end(&mut arguments)?;
    let (scope, allowed_from) = take_limits(&mut arguments)?;
    let token_id: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&ROTATE, data, false)?;
    let rotation = Rotation {
        token_id,
        expires_at: end(operator.caller.at, ends),
        grace_seconds,
        scope,
        allowed_from,
    };
    let named = rotation.token_id.clone();
    let rotated = token::rotate(&operator.app, &operator.config, &operator.caller, rotation);
    let (token, secret) = rotated.map_err(unknown(&named))?;
    let words = format!(
        "rotated token {}; its new secret, shown this once:\n{}",
        token.id,
        secret.reveal()
    );
    format.print(
        &Printed::new(&token, Some(secret.reveal())),
        &words,
        secret.reveal(),
    )
}

/// `patmost token explain`
pub static EXPLAIN: Command = Command {
    name: "token explain",
    takes: "TOKEN_ID|--secret-stdin [--address ADDRESS]",
    does: "Tell why a token works, or does not",
    options: &[
        ("TOKEN_ID", "as in patmost token list"),
        (
            "--secret-stdin",
            "reads the secret from the first line of standard input instead",
        ),
        (
            "--address ADDRESS",
            "the address that a request would come from",
        ),
    ],
    examples: [
        "patmost token explain w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token explain w9qdkbs5ajyzxgcdsqe9ff6f1r --address 203.0.113.7 --json",
        "patmost token explain --secret-stdin < secret",
    ],
    run: explain,
};

fn explain(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let by_secret = arguments.contains("--secret-stdin");
    let address: Option<IpAddr> = arguments.opt_value_from_str("--address")?;
    let token_id: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let secret = by_secret
        .then(|| super::user::line_of_stdin("secret"))
        .transpose()?;
    let operator = Operator::open_read_only(&EXPLAIN, data)?;
    let gates = operator.app.store.read(|tx| {
        let token_id = match (&secret, token_id) {
            (Some(secret), _) => {
                sql::id_of_secret(tx, &SecretHash::of(secret))?.unwrap_or_default()
            }
            (None, id) => id.unwrap_or_default(),
        };
        let found = token::allowed(tx, &TOKEN_READ, &operator.caller, &token_id);
        let (_, token, owner) = found?;
        let asked = Asked {
            address,
            is_reading: None,
        };
        Ok(token::explain(
            &operator.config,
            &token,
            &owner,
            asked,
            operator.caller.at,
        ))
    })?;
    let works = gates.iter().all(|gate| gate.passed);
    let line = |gate: &Explanation| {
        format!(
            "{}  {}: {}",
            if gate.passed { "ok" } else { "NO" },
            gate.gate,
            gate.says
        )
    };
    let words: Vec<String> = gates.iter().map(line).collect();
    format.print(
        &serde_json::json!({"works": works, "gates": gates}),
        &words.join("\n"),
        if works { "works" } else { "does not work" },
    )
}

/// `patmost token create`
pub static CREATE: Command = Command {
    name: "token create",
    takes: "USER --description TEXT [--expires-in TIME] [--scopes NAMES] [--allowed-from NETWORKS]",
    does: "Create a token and print its secret, this once",
    options: &[
        ("USER", "an id, a username or an e-mail address"),
        ("--description TEXT", "what it is for, at most 255 bytes"),
        EXPIRES_IN,
        ("--expires-in-days N", "the same in days"),
        SCOPES,
        ALLOWED_FROM,
    ],
    examples: [
        "patmost token create ci --description \"nightly build\"",
        "TOKEN=$(patmost token create ci --description \"nightly build\" --quiet)",
        "patmost token create ci@example.com --description backup --expires-in 90d --scopes read --allowed-from 10.0.0.0/8",
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
    let ends = take_end(&mut arguments)?;
    let (scope, allowed_from) = take_limits(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    if description.is_empty() {
        return Err(Stop::Usage(
            "--description must say what the token is for".into(),
        ));
    }
    let operator = Operator::open(&CREATE, data, false)?;
    let user = super::user::find(&operator, &name)?;
    let new = NewToken {
        user_id: user.id,
        description,
        expires_at: end(operator.caller.at, ends),
        scope: scope.unwrap_or_default(),
        allowed_from: allowed_from.unwrap_or_default(),
    };
    let (token, secret) = token::create(&operator.app, &operator.config, &operator.caller, new)?;
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
    takes: "[USER] [--state STATE] [--expiring TIME] [--unused TIME] [--scope NAME]",
    does: "List tokens with their last use, never their secrets",
    options: &[
        (
            "USER",
            "only those of this account: an id, a username or an e-mail address; also --user USER",
        ),
        (
            "--state STATE",
            "only those in this state: active, disabled, expired, expiring (within a week)",
        ),
        (
            "--expiring TIME",
            "only active ones that end within this time, such as 14d",
        ),
        (
            "--unused TIME",
            "only those that were not used for so long, such as 30d, and are older",
        ),
        (
            "--scope NAME",
            "only those with this scope; full: those that may do everything",
        ),
    ],
    examples: [
        "patmost token list",
        "patmost token list --expiring 14d --json",
        "patmost token list ci --unused 30d --quiet",
    ],
    run: list_tokens,
};

fn list_tokens(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let state: Option<String> = arguments.opt_value_from_str("--state")?;
    let expiring: Option<String> = arguments.opt_value_from_str("--expiring")?;
    let unused: Option<String> = arguments.opt_value_from_str("--unused")?;
    let scope: Option<String> = arguments.opt_value_from_str("--scope")?;
    let named: Option<String> = arguments.opt_value_from_str("--user")?;
    let name: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let standing = state
        .map(|name| {
            let standing = Standing::parse(&name);
            standing.ok_or_else(|| {
                Stop::Usage(format!(
                    "--state: {name:?} is none of active, disabled, expired, expiring"
                ))
            })
        })
        .transpose()?;
    if standing.is_some() && expiring.is_some() {
        return Err(Stop::Usage(
            "--state and --expiring both say a state; give one".into(),
        ));
    }
    let scope = scope.unwrap_or_default();
    if !scope.is_empty() && Scope::parse([scope.as_str()]).is_err() {
        return Err(Stop::Usage(format!(
            "--scope: {scope:?} is no scope; patmost reference permissions lists them"
        )));
    }
    let time = |flag: &str, text: Option<String>| {
        let time = text.map(|text| duration(flag, &text)).transpose()?;
        Ok::<_, Stop>(time.map(|time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    };
    let (within, unused) = (time("--expiring", expiring)?, time("--unused", unused)?);
    let operator = Operator::open_read_only(&LIST, data)?;
    let owner = name
        .or(named)
        .map(|name| super::user::find(&operator, &name))
        .transpose()?;
    let now = operator.caller.at;
    let filter = Filter {
        user_id: owner.map(|owner| owner.id).unwrap_or_default(),
        standing: within.map(|_| Standing::Expiring).or(standing),
        soon: within.map_or(0, |within| now.saturating_add(within)),
        unused_since: unused.map_or(0, |unused| (now - unused).max(1)),
        scope,
        ..Filter::default()
    };
    let reading = operator.app.store.begin()?;
    list::print(format, &HEADER, |take| {
        let all = Page::first(i64::MAX);
        sql::list_each(
            &reading.tx(),
            &filter,
            Order::BY_AGE,
            now,
            all,
            |token, username| take(&Row { token, username }),
        )
    })
}

const HEADER: [&str; 11] = [
    "ID",
    "USER",
    "STATE",
    "CREATED",
    "LAST USED",
    "FROM",
    "MADE BY",
    "EXPIRES",
    "SCOPES",
    "ALLOWED FROM",
    "DESCRIPTION",
];

/// `patmost token show`
pub static SHOW: Command = Command {
    name: "token show",
    takes: "TOKEN_ID",
    does: "Show a token, without its secret",
    options: &[("TOKEN_ID", "as in patmost token list")],
    examples: [
        "patmost token show w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token show w9qdkbs5ajyzxgcdsqe9ff6f1r --json",
        "patmost token show w9qdkbs5ajyzxgcdsqe9ff6f1r --quiet",
    ],
    run: show,
};

fn show(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let token_id: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&SHOW, data)?;
    let found = operator
        .app
        .store
        .read(|tx| token::allowed(tx, &TOKEN_READ, &operator.caller, &token_id));
    let (_, token, owner) = found.map_err(unknown(&token_id))?;
    let row = Row {
        token,
        username: owner.username,
    };
    let words = table(&HEADER, &[row.cells()]);
    format.print(&Printed::new(&row.token, None), &words, &row.token.id)
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
            token.scope.names().join(","),
            token.allowed_from.join(","),
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

/// Says of a token that there is none, in words of what was typed.
fn unknown(token_id: &str) -> impl Fn(AppError) -> Stop {
    move |error| match error.is(&TOKEN_UNKNOWN) {
        true => Stop::Failed(format!(
            "there is no token {token_id}; patmost token list shows them"
        )),
        false => error.into(),
    }
}

/// `patmost token requests`
pub static REQUESTS: Command = Command {
    name: "token requests",
    takes: "TOKEN_ID",
    does: "List what a token did last, newest first; what a running server did in the last seconds is not yet in it",
    options: &[("TOKEN_ID", "as in patmost token list")],
    examples: [
        "patmost token requests w9qdkbs5ajyzxgcdsqe9ff6f1r",
        "patmost token requests w9qdkbs5ajyzxgcdsqe9ff6f1r --json",
        "patmost token requests w9qdkbs5ajyzxgcdsqe9ff6f1r | grep 403",
    ],
    run: requests,
};

fn requests(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let token_id: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&REQUESTS, data)?;
    let done = operator.app.store.read(|tx| {
        token::allowed(tx, &TOKEN_READ, &operator.caller, &token_id)?;
        Ok(ledger::newest(sql::requests_of(tx, &token_id)?, Vec::new()))
    });
    let done = done.map_err(unknown(&token_id))?;
    let header = ["AT", "METHOD", "ROUTE", "STATUS", "ADDRESS", "USER AGENT"];
    list::print(format, &header, |take| {
        done.iter().try_for_each(|one| take(one))
    })
}

impl Listed for TokenRequest {
    fn cells(&self) -> Vec<String> {
        vec![
            rfc3339(self.at),
            self.method.to_string(),
            self.route.to_string(),
            self.status.to_string(),
            self.address.clone(),
            self.user_agent.clone(),
        ]
    }

    fn id(&self) -> &str {
        &self.route
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// `patmost token revoke`
pub static REVOKE: Command = Command {
    name: "token revoke",
    takes: "TOKEN_ID|--secret-stdin [--with-children]",
    does: "Delete a token for good; it is refused from the next request on",
    options: &[
        ("TOKEN_ID", "as in patmost token list"),
        (
            "--secret-stdin",
            "read its secret from standard input instead: what somebody found is in no list of commands",
        ),
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
    let by_secret = change != Change::Disable && change != Change::Enable;
    let secret = match by_secret && arguments.contains("--secret-stdin") {
        true => Some(SecretHash::of(&super::user::line_of_stdin("secret")?)),
        false => None,
    };
    let named: Option<String> = match secret {
        Some(_) => None,
        None => Some(arguments.free_from_str()?),
    };
    nothing_left(arguments)?;
    let operator = Operator::open(command, data, false)?;
    let token_id = match (secret, named) {
        (Some(secret), _) => {
            let id = operator
                .app
                .store
                .read(|tx| Ok(sql::id_of_secret(tx, &secret)?))?;
            id.ok_or_else(|| Stop::Failed("no token has this secret".into()))?
        }
        (None, named) => named.unwrap_or_default(),
    };
    let changed = token::change(&operator.app, &operator.caller, rule, &token_id, change);
    changed.map_err(unknown(&token_id))?;
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
