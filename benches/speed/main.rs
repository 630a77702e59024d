//! `cargo bench`: the figures in README, "Speed", on Linux. Each ratio is taken in one run, subject and yardstick in
//! turns, and is the median of its rounds; a figure that is missed is printed as such and is no failure.
//!
//! `cargo bench -- NAME...` measures some subjects, `--quick` takes a short look at all, `--full` the long way.
//! `cargo bench -- seed FILE USERS` makes a data file with so many accounts and tokens; `load ADDRESS USERS MILLISECONDS` sends
//! `GET /users/me` with them to a server on it, for a look with a profiler.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod data;
mod load;
mod process;
mod subjects;
mod table;
mod yardstick;

/// The lock that the engine uses.
#[path = "../../src/sync.rs"]
#[allow(unused)]
mod sync;

/// patmost's own engine, for the yardstick that is nothing but it.
#[path = "../../src/http/mod.rs"]
#[allow(unused)]
mod engine;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use load::{Measured, median};
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn fail<T>(why: &str) -> Result<T> {
    Err(why.into())
}

/// How much work is put into the figures.
pub struct Effort {
    /// Rounds of subject and yardstick; odd, so that one is in the middle.
    pub rounds: usize,
    /// How long each side of a round takes.
    pub round: Duration,
    /// Accounts in the large file.
    pub large: usize,
    /// Requests over which memory has to stay as it is.
    pub requests: u64,
    /// Logins in a storm.
    pub logins: u64,
    /// How long strangers attack.
    pub abuse: Duration,
    /// Starts of the program, and posts to everybody.
    pub times: usize,
}

const USUAL: Effort = Effort {
    rounds: 5,
    round: Duration::from_millis(1000),
    large: 1_000_000,
    requests: 400_000,
    logins: 1000,
    abuse: Duration::from_secs(60),
    times: 21,
};

const QUICK: Effort = Effort {
    rounds: 1,
    round: Duration::from_millis(100),
    large: 10_000,
    requests: 20_000,
    logins: 32,
    abuse: Duration::from_secs(2),
    times: 3,
};

const FULL: Effort = Effort {
    rounds: 9,
    round: Duration::from_millis(3000),
    requests: 2_000_000,
    abuse: Duration::from_secs(600),
    times: 101,
    ..USUAL
};

/// What every subject is given.
pub struct Bench {
    effort: Effort,
    folder: PathBuf,
    table: Table,
}

impl Bench {
    /// A file for data in the folder that is deleted in the end.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension("db")
    }

    /// A fresh file with so many accounts.
    fn made(&self, name: &str, users: usize) -> Result<PathBuf> {
        let file = self.file(name);
        data::make(&file, users)?;
        Ok(file)
    }

    /// Rounds of two loads in turns.
    fn rounds(
        &self,
        mut one: impl FnMut() -> Result<Measured>,
        mut other: impl FnMut() -> Result<Measured>,
    ) -> Result<Vec<[Measured; 2]>> {
        (0..self.effort.rounds)
            .map(|_| Ok([one()?, other()?]))
            .collect()
    }
}

/// The median over rounds of what the first is, divided by what the second is.
fn ratio(rounds: &[[Measured; 2]], of: fn(&Measured) -> f64) -> f64 {
    let ratio = |[one, other]: &[Measured; 2]| of(one) / of(other);
    median(rounds.iter().map(ratio).collect())
}

fn main() -> ExitCode {
    // Cargo adds `--bench` by itself.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the measurement failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        ["yardstick", name, address] => return yardstick::run(name, address),
        ["seed", file, users] => return data::make(Path::new(file), users.parse()?),
        ["load", address, users, milliseconds] => {
            let time = Duration::from_millis(milliseconds.parse()?);
            return subjects::load(address.parse()?, users.parse()?, time);
        }
        _ => {}
    }
    let (flags, names): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    let effort = match flags.as_slice() {
        [] => USUAL,
        ["--quick"] => QUICK,
        ["--full"] => FULL,
        _ => return fail(&format!("{flags:?} is none of --quick and --full")),
    };
    let known = |name: &&str| subjects::ALL.iter().any(|(known, _)| known == name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let known: Vec<&str> = subjects::ALL.iter().map(|(name, _)| *name).collect();
        return fail(&format!("there is no {name}, but {}", known.join(", ")));
    }
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("speed-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut bench = Bench {
        effort,
        folder,
        table: Table::default(),
    };
    let result = subjects::ALL
        .iter()
        .filter(|(name, _)| names.is_empty() || names.contains(name))
        .try_for_each(|(name, subject)| {
            let started = Instant::now();
            subject(&mut bench)?;
            eprintln!("{name}: {:.0} s", started.elapsed().as_secs_f64());
            Ok(())
        });
    std::fs::remove_dir_all(&bench.folder)?;
    println!("{}", bench.table.text());
    result
}
