//! The command line: finds the command, gives it the open file, prints what it says.
//!
//! Data goes to stdout, words to stderr. Exit code 0: done; 1: not done, and stderr says why; 2: not understood. The
//! commands of each word stand in `commands/`; they run as the operator, who may do everything.

mod child;
mod commands;
mod ephemeral;
mod list;
mod reference;
mod serve;
mod shell;
mod signals;
mod upkeep;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use pico_args::Arguments;
use serde::Serialize;

use crate::app::{App, Options};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::error::{AppError, TOKENS_DISABLED};
use crate::logging::{self, Form};
use crate::permission::Caller;
use crate::secret::password::Cost;
use crate::spelling;
use crate::store::StoreError;

/// A command of the program.
pub struct Command {
    /// One or two words.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// What it does, in a line.
    pub does: &'static str,
    /// What it takes beside what every command takes, a line each.
    pub options: &'static [(&'static str, &'static str)],
    /// Three command lines that can be pasted.
    pub examples: [&'static str; 3],
    /// Runs it.
    pub run: fn(Arguments) -> Result<(), Stop>,
}

/// Flags that commands take beside their own.
const COMMON: [&str; 5] = ["--data", "--json", "--quiet", "--help", "--version"];

impl Command {
    /// Returns its flags, those of all commands included, and the `--` before what it runs.
    fn flags(&self) -> impl Iterator<Item = &'static str> {
        let own = self.options.iter();
        let own = own.filter_map(|(option, _)| option.trim_start().split(' ').next());
        own.filter(|option| option.starts_with("--")).chain(COMMON)
    }

    /// Returns the end with what an argument may have meant that was not understood.
    fn explain(&self, stop: Stop) -> Stop {
        let Stop::Unknown(argument) = stop else {
            return stop;
        };
        let given = argument.split('=').next().unwrap_or_default();
        let meant = match given.starts_with('-') {
            true => spelling::nearest(given, self.flags()),
            false => None,
        };
        let meant = meant.map_or_else(String::new, |meant| format!("; is {meant} meant?"));
        let name = self.name;
        Stop::Usage(format!(
            "{argument:?} is not understood here{meant}; see patmost {name} --help"
        ))
    }
}

/// Every command.
pub static COMMANDS: &[&Command] = &[
    &serve::SERVE,
    &commands::user::CREATE,
    &commands::user::LIST,
    &commands::user::SHOW,
    &commands::user::ROLES,
    &commands::user::ACTIVATE,
    &commands::user::DEACTIVATE,
    &commands::user::UNLOCK,
    &commands::user::PASSWORD,
    &commands::user::DELETE,
    &commands::bot::CREATE,
    &commands::bot::LIST,
    &commands::bot::ENABLE,
    &commands::bot::DISABLE,
    &commands::bot::ASSIGN,
    &commands::token::CREATE,
    &commands::token::LIST,
    &commands::token::SHOW,
    &commands::token::ROTATE,
    &commands::token::EXPLAIN,
    &commands::token::REQUESTS,
    &commands::token::REVOKE,
    &commands::token::DISABLE,
    &commands::token::ENABLE,
    &commands::session::LIST,
    &commands::session::REVOKE,
    &commands::role::LIST,
    &commands::role::SHOW,
    &commands::webhook::CREATE,
    &commands::webhook::LIST,
    &commands::webhook::SHOW,
    &commands::webhook::DELETE,
    &commands::config::GET,
    &commands::config::SET,
    &commands::audit::AUDIT,
    &commands::seed::APPLY,
    &upkeep::BACKUP,
    &upkeep::RESTORE,
    &upkeep::COMPACT,
    &upkeep::CHECK,
    &upkeep::HEALTHCHECK,
    &reference::REFERENCE,
    &reference::OPENAPI,
    &shell::COMPLETIONS,
    &shell::MAN,
    &VERSION,
];

static VERSION: Command = Command {
    name: "version",
    takes: "",
    does: "Print the version, and that of the Mattermost API it speaks",
    options: &[],
    examples: [
        "patmost version",
        "patmost version --json",
        "patmost version --quiet",
    ],
    run: version,
};

/// Why a command ended early.
#[derive(Debug)]
pub enum Stop {
    /// It was not understood: exit code 2.
    Usage(String),
    /// An argument was not understood: exit code 2, with what it may have meant.
    Unknown(String),
    /// It was not done: exit code 1.
    Failed(String),
    /// Whoever reads its output has read enough: exit code 0.
    Unread,
    /// The command that it ran ended with this code.
    Exit(u8),
}

impl From<pico_args::Error> for Stop {
    fn from(error: pico_args::Error) -> Stop {
        Stop::Usage(error.to_string())
    }
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Stop {
        let hint = if error.is(&TOKENS_DISABLED) {
            "\nturn them on: patmost config set ServiceSettings.EnableUserAccessTokens true"
        } else {
            ""
        };
        Stop::Failed(format!("{error}{hint}"))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        AppError::from(error).into()
    }
}

/// Runs the program with its arguments (without its own name) and gives its exit code.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let (arguments, command) = split(arguments);
    let (code, text) = match dispatch(Arguments::from_vec(arguments), command) {
        Err(Stop::Exit(code)) => (code, None),
        Ok(()) | Err(Stop::Unread) => (0, None),
        Err(Stop::Failed(text)) => (1, Some(text)),
        Err(Stop::Usage(text) | Stop::Unknown(text)) => (2, Some(text)),
    };
    logging::finish(text.map(|text| format!("patmost: {text}")).as_deref());
    ExitCode::from(code)
}

/// Returns the arguments before `--`, and the command after it; `None` without a `--`.
fn split(mut arguments: Vec<OsString>) -> (Vec<OsString>, Option<Vec<OsString>>) {
    match arguments.iter().position(|argument| argument == "--") {
        None => (arguments, None),
        Some(place) => {
            let command = arguments.split_off(place + 1);
            arguments.truncate(place);
            (arguments, Some(command))
        }
    }
}

fn dispatch(mut arguments: Arguments, to_run: Option<Vec<OsString>>) -> Result<(), Stop> {
    let help = arguments.contains(["-h", "--help"]);
    if arguments.contains(["-V", "--version"]) {
        return version(arguments);
    }
    let mut words = Vec::new();
    while let (true, Some(word)) = (words.len() < 2, arguments.subcommand()?) {
        words.push(word);
        if COMMANDS
            .iter()
            .any(|command| command.name == words.join(" "))
        {
            break;
        }
    }
    let name = words.join(" ");
    let under =
        |command: &&&Command| command.name == name || command.name.starts_with(&format!("{name} "));
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) if help => print(&help_for(command)),
        Some(command) => match to_run {
            None => (command.run)(arguments).map_err(|stop| command.explain(stop)),
            Some(to_run) if command.name == serve::SERVE.name => {
                serve::around(arguments, to_run).map_err(|stop| command.explain(stop))
            }
            Some(_) => Err(Stop::Usage(
                "-- COMMAND is for patmost serve --ephemeral alone".into(),
            )),
        },
        None if name.is_empty() || name == "help" => {
            print(&overview(&COMMANDS.iter().collect::<Vec<_>>()))
        }
        None if COMMANDS.iter().any(|command| under(&command)) => print(&overview(
            &COMMANDS.iter().filter(under).collect::<Vec<_>>(),
        )),
        None => {
            let names = COMMANDS.iter().map(|command| command.name);
            let meant = spelling::nearest(&name, names.chain(["help"]));
            let meant = meant.map_or_else(String::new, |meant| format!("; is {meant:?} meant?"));
            Err(Stop::Usage(format!(
                "there is no command {name:?}{meant}; patmost --help lists them"
            )))
        }
    }
}

fn overview(commands: &[&&Command]) -> String {
    let mut text = String::from(
        "Personal access tokens the Mattermost way, in one executable over one SQLite file.\n\nCommands:\n",
    );
    for command in commands {
        text += &format!("  {:<16} {}\n", command.name, command.does);
    }
    text + "\nEvery command: --help, and --data FILE (default patmost.db). Those that print data: --json, --quiet.\n\
            \nStart here:\n  patmost serve\n  patmost user create --email admin@example.com --username admin --password-stdin < password.txt\n  patmost token create --help\n"
}

fn help_for(command: &Command) -> String {
    let mut text = format!(
        "{}\n\nUsage: patmost {} {}\n",
        command.does, command.name, command.takes
    );
    if !command.options.is_empty() {
        text += "\nOptions:\n";
    }
    for (option, does) in command.options {
        text += &format!("  {option:<30} {does}\n");
    }
    text += "\nExamples:\n";
    for example in command.examples {
        text += &format!("  {example}\n");
    }
    text
}

fn version(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    nothing_left(arguments)?;
    #[derive(Serialize)]
    struct Version {
        patmost: &'static str,
        mattermost: &'static str,
    }
    let version = Version {
        patmost: env!("CARGO_PKG_VERSION"),
        mattermost: config::MATTERMOST_VERSION,
    };
    let words = format!(
        "patmost {}, API of Mattermost {}",
        version.patmost, version.mattermost
    );
    format.print(&version, &words, version.patmost)
}

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Words,
    /// For machines.
    Json,
    /// Only the secret or the id.
    Quiet,
}

impl Format {
    /// Reads `--json` and `--quiet`.
    pub fn take(arguments: &mut Arguments) -> Format {
        let (json, quiet) = (
            arguments.contains("--json"),
            arguments.contains(["-q", "--quiet"]),
        );
        if json {
            Format::Json
        } else if quiet {
            Format::Quiet
        } else {
            Format::Words
        }
    }

    /// Prints the form that was asked for.
    pub fn print(self, json: &impl Serialize, words: &str, quiet: &str) -> Result<(), Stop> {
        match self {
            Format::Words => print(words),
            Format::Json => print(
                &serde_json::to_string_pretty(json)
                    .map_err(|error| Stop::Failed(error.to_string()))?,
            ),
            Format::Quiet => print(quiet),
        }
    }
}

/// Writes data to stdout, ended by a line break.
pub fn print(text: &str) -> Result<(), Stop> {
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        return Ok(());
    }
    match writeln!(std::io::stdout(), "{text}") {
        // Whoever reads has read enough: `patmost user list | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Stop::Failed(format!("cannot write to stdout: {error}"))),
    }
}

/// Columns, as wide as they need to be.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut columns = list::Columns::new(header);
    rows.iter().for_each(|row| columns.fit(row));
    let mut lines = vec![columns.header()];
    lines.extend(rows.iter().map(|row| columns.line(row)));
    lines.join("\n")
}

/// Reads a time such as `90s`, `10m`, `1h` or `30d`.
///
/// # Errors
/// The usage, with the flag.
pub fn duration(flag: &str, text: &str) -> Result<Duration, Stop> {
    let bad = || Stop::Usage(format!("{flag}: {text:?} is not like 90s, 10m, 1h or 30d"));
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(bad()),
    };
    let number: u32 = number.parse().map_err(|_| bad())?;
    match u64::from(number) * seconds {
        0 => Err(bad()),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// Reads `--data`.
pub fn take_data(arguments: &mut Arguments) -> Result<PathBuf, Stop> {
    Ok(arguments
        .opt_value_from_str("--data")?
        .unwrap_or_else(default_data))
}

/// Where the data is when nobody says.
pub fn default_data() -> PathBuf {
    PathBuf::from("patmost.db")
}

/// Refuses what nobody has read.
pub fn nothing_left(arguments: Arguments) -> Result<(), Stop> {
    match arguments.finish().first() {
        None => Ok(()),
        Some(argument) => Err(Stop::Unknown(argument.to_string_lossy().into_owned())),
    }
}

/// The open file, in the hands of the operator.
pub struct Operator {
    /// The state.
    pub app: App,
    /// The settings in force.
    pub config: Arc<Config>,
    /// Who asks.
    pub caller: Caller,
}

fn must_be_there(data: &Path) -> Result<(), Stop> {
    if data.exists() {
        return Ok(());
    }
    Err(Stop::Failed(format!(
        "there is no data file {}; name it with --data, or start with patmost serve",
        data.display()
    )))
}

impl Operator {
    /// Opens the file for a command that changes it, and makes it where the command may be the first one.
    pub fn open(command: &Command, data: PathBuf, make: bool) -> Result<Operator, Stop> {
        if !make {
            must_be_there(&data)?;
        }
        Operator::with(command, data, App::open)
    }

    /// Opens the file for a command that only lists: it needs no write access.
    pub fn open_read_only(command: &Command, data: PathBuf) -> Result<Operator, Stop> {
        must_be_there(&data)?;
        Operator::with(command, data, App::open_read_only)
    }

    fn with(
        command: &Command,
        data: PathBuf,
        open: fn(Options) -> Result<App, String>,
    ) -> Result<Operator, Stop> {
        logging::init("warn", Form::default());
        let pins = config::pins_of_environment().map_err(Stop::Usage)?;
        let app = open(Options {
            data,
            pins,
            clock: Clock::System,
            cost: Cost::Owasp,
        })
        .map_err(Stop::Failed)?;
        let config = app.config.last();
        let caller = Caller::operator(command.name, app.clock.now());
        Ok(Operator {
            app,
            config,
            caller,
        })
    }
}
