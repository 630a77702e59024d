//! Commands for whoever keeps a server running: copy the data, make it small, look whether it is sound, ask whether the server answers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pico_args::Arguments;
use serde_json::json;

use super::{Command, Format, Stop, must_be_there, nothing_left, take_data};
use crate::logging::{self, Form};
use crate::store::{self, megabytes};
use crate::{http, id};

pub static BACKUP: Command = Command {
    name: "backup",
    takes: "FILE",
    does: "Copy the data into a new file, also while the server runs",
    options: &[("FILE", "must not exist yet; - is standard output")],
    examples: [
        "patmost backup patmost-backup.db",
        "patmost backup --data /var/lib/patmost/patmost.db /var/backups/patmost.db",
        "patmost backup - | gzip > patmost-backup.db.gz",
    ],
    run: backup,
};

fn backup(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let to: PathBuf = arguments.free_from_str()?;
    nothing_left(arguments)?;
    must_be_there(&data)?;
    if to == Path::new("-") {
        return to_stdout(&data).map_err(Stop::Failed);
    }
    store::backup(&data, &to).map_err(Stop::Failed)?;
    let path = to.display().to_string();
    format.print(
        &json!({ "backup": path }),
        &format!("copied to {path}"),
        &path,
    )
}

/// Writes the backup to standard output, from a temporary file that is gone when it is open.
fn to_stdout(data: &Path) -> Result<(), String> {
    let path = std::env::temp_dir().join(format!("patmost-backup-{}", id::random()));
    store::backup(data, &path)?;
    let opened = std::fs::File::open(&path);
    drop(std::fs::remove_file(&path));
    let mut stdout = std::io::stdout().lock();
    let copied = opened
        .and_then(|mut file| std::io::copy(&mut file, &mut stdout))
        .and_then(|_| stdout.flush());
    copied.map_err(|error| format!("cannot write to stdout: {error}"))
}

pub static RESTORE: Command = Command {
    name: "restore",
    takes: "FILE",
    does: "Put a backup in place of the data, which is kept under another name",
    options: &[(
        "FILE",
        "the backup, which is checked first; it stays where it is",
    )],
    examples: [
        "patmost restore patmost-backup.db",
        "patmost restore --data /var/lib/patmost/patmost.db /var/backups/patmost.db",
        "patmost restore patmost-backup.db --json",
    ],
    run: restore,
};

fn restore(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    let backup: PathBuf = arguments.free_from_str()?;
    nothing_left(arguments)?;
    if !backup.exists() {
        let backup = backup.display();
        return Err(Stop::Failed(format!("there is no backup {backup}")));
    }
    let aside = store::restore(&backup, &data).map_err(Stop::Failed)?;
    let (data, aside) = (
        data.display().to_string(),
        aside.map(|aside| aside.display().to_string()),
    );
    let kept = aside.as_ref().map_or_else(String::new, |aside| {
        format!("; what was there is kept as {aside}")
    });
    format.print(
        &json!({ "restored": data, "kept": aside }),
        &format!("restored {data}{kept}"),
        &data,
    )
}

pub static COMPACT: Command = Command {
    name: "compact",
    takes: "",
    does: "Give the room of deleted rows back to the disk, while no server runs",
    options: &[],
    examples: [
        "patmost compact",
        "patmost compact --data /var/lib/patmost/patmost.db",
        "patmost compact --json",
    ],
    run: compact,
};

fn compact(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    nothing_left(arguments)?;
    must_be_there(&data)?;
    logging::init("warn", Form::default());
    let shown = data.display().to_string();
    let mut before = None;
    let begin = |size: store::Size| {
        before = Some(size);
        logging::always(&format!(
            "{shown} has {}, of which {} are unused; the copy needs {} of room on the disk",
            megabytes(size.bytes),
            megabytes(size.unused),
            megabytes(size.bytes - size.unused)
        ));
    };
    let progress = |share: f64| logging::always(&format!("{:.0} % are written", share * 100.0));
    store::compact(&data, begin, progress).map_err(Stop::Failed)?;
    let after = std::fs::metadata(&data).map_or(0, |found| found.len());
    format.print(
        &json!({ "before": before, "bytes": after }),
        &format!("{shown} has {} now", megabytes(after)),
        &shown,
    )
}

pub static CHECK: Command = Command {
    name: "check",
    takes: "",
    does: "Look whether the data file is sound and holds no secret in clear",
    options: &[],
    examples: [
        "patmost check",
        "patmost check --data patmost-backup.db",
        "patmost check --json",
    ],
    run: check,
};

fn check(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let data = take_data(&mut arguments)?;
    nothing_left(arguments)?;
    must_be_there(&data)?;
    let looks = store::check(&data).map_err(Stop::Failed)?;
    let faults: Vec<&str> = looks
        .iter()
        .flat_map(|look| look.faults.iter().map(String::as_str))
        .collect();
    let mut words = String::new();
    for look in &looks {
        let sound = if look.faults.is_empty() { "ok" } else { "NO" };
        words += &format!("{sound}  {}\n", look.what);
    }
    let json = json!({ "checked": looks, "faults": faults });
    if faults.is_empty() {
        return format.print(&json, &(words + "the data file is sound"), "");
    }
    let told = faults.join("\n");
    format.print(&json, &(words + &told), &told)?;
    Err(Stop::Failed(
        "the data file is not sound; restore it from a backup".into(),
    ))
}

pub static HEALTHCHECK: Command = Command {
    name: "healthcheck",
    takes: "[--address ADDRESS] [--wait SECONDS]",
    does: "Ask a server whether it answers",
    options: &[
        (
            "--address ADDRESS",
            "where it listens; default 127.0.0.1:8065",
        ),
        (
            "--wait SECONDS",
            "ask again until it does, at most so long; default 0",
        ),
    ],
    examples: [
        "patmost healthcheck",
        "patmost healthcheck --wait 5s",
        "patmost healthcheck --address 127.0.0.1:9000 --quiet",
    ],
    run: healthcheck,
};

/// How long one question may take, and the pause before the next.
const ANSWER: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(50);

fn healthcheck(mut arguments: Arguments) -> Result<(), Stop> {
    let format = Format::take(&mut arguments);
    let address: String = arguments
        .opt_value_from_str("--address")?
        .unwrap_or_else(|| "127.0.0.1:8065".into());
    let wait = arguments
        .opt_value_from_fn("--wait", seconds)?
        .unwrap_or_default();
    nothing_left(arguments)?;
    let begun = Instant::now();
    loop {
        match ping(&address) {
            Ok(()) => {
                return format.print(&json!({"status": "OK"}), &format!("{address} answers"), "");
            }
            Err(error) if begun.elapsed() >= wait => {
                return Err(Stop::Failed(format!("{address} does not answer: {error}")));
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

/// `5` or `5s`
fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text).parse::<f64>();
    let number = number.map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

fn ping(address: &str) -> std::io::Result<()> {
    let answer = http::get(
        address,
        "/api/v4/system/ping?get_server_status=true",
        ANSWER,
    )?;
    let healthy = answer.starts_with(b"HTTP/1.1 200 ")
        && answer.windows(13).any(|part| part == b"\"status\":\"OK\"");
    if healthy {
        Ok(())
    } else {
        Err(std::io::Error::other("another answer than OK"))
    }
}
