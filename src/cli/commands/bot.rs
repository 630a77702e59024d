//! Commands for bots.

use pico_args::Arguments;

use crate::bot::{self, Bot, NewBot};
use crate::cli::list::{self, Listed};
use crate::cli::{Command, Format, Operator, Stop, nothing_left, take_data};
use crate::clock::rfc3339;
use crate::store::Page;
use crate::user::sql::{Bots, bots};
use crate::user::{self, User};

/// `patmost bot create`
pub static CREATE: Command = Command {
    name: "bot create",
    takes: "USERNAME --owner USER [--display-name TEXT] [--description TEXT]",
    does: "Create a bot: an account that cannot log in and acts through tokens",
    options: &[
        ("USERNAME", "the name it acts under"),
        (
            "--owner USER",
            "whose it is: an id, a username or an e-mail address",
        ),
        ("--display-name TEXT", "the name that people read"),
        ("--description TEXT", "the purpose"),
    ],
    examples: [
        "patmost bot create deploy --owner admin",
        "patmost bot create deploy --owner admin --display-name Deploy --description \"rolls out\"",
        "patmost token create $(patmost bot create deploy --owner admin --quiet) --description deploy",
    ],
    run: create,
};

fn create(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let owner: String = arguments.value_from_str("--owner")?;
    let display_name: Option<String> = arguments.opt_value_from_str("--display-name")?;
    let description: Option<String> = arguments.opt_value_from_str("--description")?;
    let username: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(&CREATE, data, false)?;
    let owner = super::user::find(&operator, &owner)?;
    let new = NewBot {
        id: String::new(),
        username,
        display_name: display_name.unwrap_or_default(),
        description: description.unwrap_or_default(),
    };
    let by = operator.caller.in_the_name_of(&owner.id);
    let made = bot::create(&operator.app, &operator.config, &by, new)?;
    let words = format!("created {} with id {}", made.username, made.id);
    format.print(&Bot::of(&made), &words, &made.id)
}

/// `patmost bot list`
pub static LIST: Command = Command {
    name: "bot list",
    takes: "[USER]",
    does: "List bots, oldest first",
    options: &[(
        "USER",
        "only those of this owner: an id, a username or an e-mail address",
    )],
    examples: [
        "patmost bot list",
        "patmost bot list admin --json",
        "patmost bot list --quiet",
    ],
    run: list_all,
};

fn list_all(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: Option<String> = arguments.opt_free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open_read_only(&LIST, data)?;
    let owner = name
        .map(|name| super::user::find(&operator, &name))
        .transpose()?;
    let reading = operator.app.store.begin()?;
    let header = [
        "ID",
        "USERNAME",
        "OWNER",
        "STATE",
        "CREATED",
        "DISPLAY NAME",
    ];
    list::print(format, &header, |take| {
        let tx = reading.tx();
        Page::each(PAGE, |page| {
            let which = Bots {
                owner_id: owner.as_ref().map_or("", |owner| &owner.id),
                disabled: true,
                orphaned: false,
            };
            let some = bots(&tx, which, page)?;
            for bot in &some {
                let owner_id = bot.bot_owner_id.clone().unwrap_or_default();
                let owner = user::sql::by_id(&tx, &owner_id)?.map(|owner| owner.username);
                take(&Row {
                    owner: owner.unwrap_or(owner_id),
                    bot,
                })?;
            }
            Ok(some.len())
        })
    })
}

/// Bots that are read together.
const PAGE: i64 = 500;

/// A row of the list.
struct Row<'u> {
    bot: &'u User,
    owner: String,
}

impl Listed for Row<'_> {
    fn cells(&self) -> Vec<String> {
        let bot = self.bot;
        let state = if bot.delete_at > 0 {
            "disabled"
        } else {
            "enabled"
        };
        vec![
            bot.id.clone(),
            bot.username.clone(),
            self.owner.clone(),
            state.to_owned(),
            rfc3339(bot.create_at),
            bot.first_name.clone(),
        ]
    }

    fn id(&self) -> &str {
        &self.bot.id
    }

    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Bot::of(self.bot))
    }
}

/// `patmost bot enable`
pub static ENABLE: Command = Command {
    name: "bot enable",
    takes: "BOT",
    does: "Enable a bot; its tokens work again",
    options: &[("BOT", "an id or a username")],
    examples: [
        "patmost bot enable deploy",
        "patmost bot enable deploy --quiet",
        "patmost bot enable deploy --data /var/lib/patmost/patmost.db",
    ],
    run: |arguments| active(arguments, &ENABLE, true),
};

/// `patmost bot disable`
pub static DISABLE: Command = Command {
    name: "bot disable",
    takes: "BOT",
    does: "Disable a bot: its tokens are refused from the next request on",
    options: &[("BOT", "an id or a username")],
    examples: [
        "patmost bot disable deploy",
        "patmost bot disable deploy --quiet",
        "patmost bot list admin --quiet | xargs -n 1 patmost bot disable",
    ],
    run: |arguments| active(arguments, &DISABLE, false),
};

fn active(mut arguments: Arguments, command: &Command, active: bool) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let name: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    let operator = Operator::open(command, data, false)?;
    let found = find(&operator, &name)?;
    let changed = bot::update_active(&operator.app, &operator.caller, &found.id, active)?;
    let done = if active { "enabled" } else { "disabled" };
    let words = format!("{done} {}", changed.username);
    format.print(&Bot::of(&changed), &words, &changed.id)
}

/// `patmost bot assign`
pub static ASSIGN: Command = Command {
    name: "bot assign",
    takes: "BOT USER",
    does: "Give a bot another owner",
    options: &[
        ("BOT", "an id or a username"),
        (
            "USER",
            "the new owner: an id, a username or an e-mail address",
        ),
    ],
    examples: [
        "patmost bot assign deploy admin",
        "patmost bot assign deploy admin@example.com --json",
        "patmost bot list gone --quiet | xargs -I BOT patmost bot assign BOT admin",
    ],
    run: assign,
};

fn assign(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let (name, owner): (String, String) = (arguments.free_from_str()?, arguments.free_from_str()?);
    nothing_left(arguments)?;
    let operator = Operator::open(&ASSIGN, data, false)?;
    let (found, owner) = (
        find(&operator, &name)?,
        super::user::find(&operator, &owner)?,
    );
    if owner.is_bot() {
        let why = format!("{} is a bot, which can own none", owner.username);
        return Err(Stop::Failed(why));
    }
    let changed = bot::assign(&operator.app, &operator.caller, &found.id, &owner.id)?;
    let words = format!("{} is owned by {} now", changed.username, owner.username);
    format.print(&Bot::of(&changed), &words, &changed.id)
}

fn find(operator: &Operator, name: &str) -> Result<User, Stop> {
    let found = super::user::find(operator, name)?;
    if found.is_bot() {
        return Ok(found);
    }
    Err(Stop::Failed(format!(
        "{name} is no bot; patmost bot list shows them"
    )))
}
