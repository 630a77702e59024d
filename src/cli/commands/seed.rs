//! The command for seeds.

use std::io::Read;
use std::path::{Path, PathBuf};

use pico_args::Arguments;

use crate::cli::{Command, Format, Operator, Stop, nothing_left, take_data};
use crate::seed::{Applied, Secrets, Seed, apply};

/// Bytes of a seed at most.
const MOST: u64 = 64 << 20;

/// `patmost seed apply`
pub static APPLY: Command = Command {
    name: "seed apply",
    takes: "FILE [--secrets FILE]",
    does: "Bring settings, accounts, bots, tokens, teams, channels, webhooks and posts to what a JSON file says; again, and nothing changes",
    options: &[
        (
            "FILE",
            "as examples/seed.schema.json describes; - is standard input. Secrets in it are not used: new tokens and webhooks get new ones, printed this once",
        ),
        (
            "--secrets FILE",
            "a file that only its owner can read (mode 0600): a JSON object with the secrets of tokens by USER/DESCRIPTION, which are hashed at once; PATMOST_SEED_SECRETS may have the same text instead",
        ),
    ],
    examples: [
        "patmost seed apply seed.json --secrets secrets.json",
        "patmost seed apply - --json < seed.json",
        "SECRET=$(patmost seed apply seed.json --quiet)",
    ],
    run,
};

fn run(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let secrets: Option<PathBuf> = arguments.opt_value_from_str("--secrets")?;
    let file: PathBuf = arguments.free_from_str()?;
    nothing_left(arguments)?;
    // Before the data is opened: a file that cannot be read changes nothing.
    let seed = read(&file)?;
    if seed.without_admin {
        let file = file.display();
        let why = "admin: only an ephemeral server makes an admin by itself";
        return Err(Stop::Failed(format!("{file}: {why}")));
    }
    let secrets = read_secrets(secrets.as_deref())?;
    let operator = Operator::open(&APPLY, data, true)?;
    let done = apply(&operator.app, &operator.caller, &seed, &secrets)
        .map_err(|error| Stop::Failed(format!("{}: {error}", file.display())))?;
    let secrets: Vec<&str> = done.iter().filter_map(|one| one.token.as_deref()).collect();
    let words: Vec<String> = done.iter().map(words).collect();
    let words = if words.is_empty() {
        "done".to_owned()
    } else {
        words.join("\n")
    };
    format.print(&done, &words, &secrets.join("\n"))
}

/// The variable that may have the secrets.
const SECRETS: &str = "PATMOST_SEED_SECRETS";

/// Reads the secrets of tokens, from a file that only its owner can read, or from the environment.
fn read_secrets(file: Option<&Path>) -> Result<Secrets, Stop> {
    let Some(file) = file else {
        return match std::env::var(SECRETS) {
            Ok(text) => {
                Secrets::parse(&text).map_err(|error| Stop::Failed(format!("{SECRETS}: {error}")))
            }
            Err(_) => Ok(Secrets::made()),
        };
    };
    let shown = file.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file).map_or(0, |found| found.permissions().mode());
        if mode & 0o077 != 0 {
            return Err(Stop::Failed(format!(
                "{shown} is open to other users of this machine (mode {:o}); chmod 600 {shown}",
                mode & 0o777
            )));
        }
    }
    let text =
        text_of(file).map_err(|error| Stop::Failed(format!("cannot read {shown}: {error}")))?;
    Secrets::parse(&text).map_err(|error| Stop::Failed(format!("{shown}: {error}")))
}

fn words(one: &Applied) -> String {
    let Applied { kind, name, id, .. } = one;
    match (&one.token, one.existed) {
        (Some(secret), _) => {
            format!("created {kind} {name} with id {id}; its secret, shown this once: {secret}")
        }
        (None, false) => format!("created {kind} {name} with id {id}"),
        (None, true) => format!("there is {kind} {name} with id {id}"),
    }
}

/// Reads a seed from a file, or from standard input.
pub fn read(file: &Path) -> Result<Seed, Stop> {
    let text = text_of(file)
        .map_err(|error| Stop::Failed(format!("cannot read {}: {error}", file.display())))?;
    Seed::parse(&text).map_err(|error| Stop::Failed(format!("{}: {error}", file.display())))
}

fn text_of(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let source: Box<dyn Read> = match file.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(file)?),
    };
    let size = source.take(MOST + 1).read_to_string(&mut text)?;
    if size as u64 > MOST {
        return Err(std::io::Error::other("it is too large"));
    }
    Ok(text)
}
