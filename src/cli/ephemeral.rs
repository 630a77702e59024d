//! `patmost serve --ephemeral`: a fixture as a process, told where it is by one line on stdout, and ended by whatever
//! ends the tests that it serves.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use pico_args::Arguments;

use super::child::Child;
use super::serve::Listen;
use super::signals::{self, Wish};
use super::{Stop, duration, print};
use crate::config::Pin;
use crate::fixture::Builder;

/// How long to wait until the ready line is printed.
const ANNOUNCE: Duration = Duration::from_secs(1);

/// What only an ephemeral server takes.
pub struct Flags {
    seed: Option<PathBuf>,
    deterministic: Option<String>,
    ready_file: Option<PathBuf>,
    exit_with_stdin: bool,
    max_lifetime: Option<String>,
    journal: Option<usize>,
    command: Option<Vec<OsString>>,
}

impl Flags {
    pub fn take(arguments: &mut Arguments, command: Option<Vec<OsString>>) -> Result<Flags, Stop> {
        Ok(Flags {
            seed: arguments.opt_value_from_str("--seed")?,
            deterministic: arguments.opt_value_from_str("--deterministic")?,
            ready_file: arguments.opt_value_from_str("--ready-file")?,
            exit_with_stdin: arguments.contains("--exit-with-stdin"),
            max_lifetime: arguments.opt_value_from_str("--max-lifetime")?,
            journal: arguments.opt_value_from_str("--journal")?,
            command,
        })
    }

    /// One of them that was given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            (self.seed.is_some(), "--seed"),
            (self.deterministic.is_some(), "--deterministic"),
            (self.ready_file.is_some(), "--ready-file"),
            (self.exit_with_stdin, "--exit-with-stdin"),
            (self.max_lifetime.is_some(), "--max-lifetime"),
            (self.journal.is_some(), "--journal"),
            (self.command.is_some(), "-- COMMAND"),
        ];
        given
            .iter()
            .find(|(given, _)| *given)
            .map(|(_, name)| *name)
    }
}

/// Serves until it is told to stop.
pub fn run(listen: Listen, flags: Flags, pins: Vec<Pin>) -> Result<(), Stop> {
    let lifetime = flags.max_lifetime.as_deref();
    let lifetime = lifetime
        .map(|text| duration("--max-lifetime", text))
        .transpose()?;
    let from_stdin = flags.seed.as_deref() == Some(Path::new("-"));
    if from_stdin && flags.exit_with_stdin {
        return Err(Stop::Usage(
            "--seed - and --exit-with-stdin both need standard input".into(),
        ));
    }
    if let Some(path) = &flags.ready_file {
        // What an earlier run left would be taken for this one.
        remove(path)?;
    }
    let mut builder = Builder::default().pins(pins);
    if let Some(file) = &flags.seed {
        builder = builder.with_seed(super::commands::seed::read(file)?);
    }
    if let Some(text) = flags.deterministic {
        builder = builder.deterministic(text);
    }
    if let Some(requests) = flags.journal {
        let journal = builder.journal(requests);
        builder = journal.map_err(|error| Stop::Usage(format!("--journal: {error}")))?;
    }
    let listener = listen.open("--listen")?;
    let wishes = signals::catch(false)
        .map_err(|error| Stop::Failed(format!("cannot catch signals: {error}")))?;
    let fixture = builder.start_on(listener).map_err(Stop::Failed)?;
    if flags.exit_with_stdin {
        end_with_stdin(wishes.tell.clone());
    }
    let ready = fixture.ready();
    if let Some(path) = &flags.ready_file {
        write_by_rename(path, &ready)
            .map_err(|error| Stop::Failed(format!("cannot write {}: {error}", path.display())))?;
    }
    let told = match flags.command {
        None => {
            announce(ready)?;
            log::info!("listens on {}, ephemeral", fixture.url());
            fixture.remove_abandoned();
            wishes.wait(lifetime, || fixture.is_alive(), || {})
        }
        Some(command) => {
            fixture.remove_abandoned();
            let child = Child::start(&command, &fixture, wishes.tell.clone())?;
            let told = wishes.wait(lifetime, || fixture.is_alive(), || {});
            child.end().and(told)
        }
    };
    if let Some(path) = &flags.ready_file {
        remove(path)?;
    }
    drop(fixture);
    told
}

/// Prints the ready line. A client of the ready file may never read stdout: a line that does not fit into its pipe then
/// waits in a thread, and the server goes on.
fn announce(line: String) -> Result<(), Stop> {
    let (done, printed) = channel();
    let work = move || {
        // Fails only after the wait is over.
        let _ = done.send(print(&line));
    };
    std::thread::Builder::new()
        .name("ready".into())
        .spawn(work)
        .map_err(|error| Stop::Failed(format!("cannot start: {error}")))?;
    printed.recv_timeout(ANNOUNCE).unwrap_or(Ok(()))
}

/// Ends with the pipe on standard input: whoever holds its other end has ended, or wants it so.
fn end_with_stdin(tell: Sender<Wish>) {
    std::thread::spawn(move || {
        let (mut stdin, mut thrown_away) = (std::io::stdin().lock(), [0; 1024]);
        while let Ok(1..) = stdin.read(&mut thrown_away) {}
        // When nobody listens any more the server is already stopping.
        let _ = tell.send(Wish::Stop("standard input was closed".into()));
    });
}

/// Whoever waits for the file finds the whole line in it.
fn write_by_rename(path: &Path, line: &str) -> std::io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Made anew, and never through a symbolic link that somebody put there.
    crate::store::remove(Path::new(&new))?;
    options
        .open(&new)?
        .write_all(format!("{line}\n").as_bytes())?;
    std::fs::rename(&new, path)
}

fn remove(path: &Path) -> Result<(), Stop> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Stop::Failed(format!(
            "cannot remove {}: {error}",
            path.display()
        ))),
        _ => Ok(()),
    }
}
