//! `patmost serve`: answers until it is told to stop.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pico_args::Arguments;

use super::ephemeral::{self, Flags};
use super::{Command, Stop, default_data, nothing_left, signals};
use crate::app::Options;
use crate::clock::Clock;
use crate::config::{self, ENABLE_USER_ACCESS_TOKENS, Pin, TRUSTED_PROXIES};
use crate::http::{self, Listener};
use crate::logging;
use crate::secret::password::Cost;
use crate::server::Server;
use crate::supervisor;

/// How long requests in flight may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(10);

pub static SERVE: Command = Command {
    name: "serve",
    takes: "[--listen ADDRESS]... [--socket-mode MODE] [--data FILE] [--must-exist] [--config FILE] [--enable-user-access-tokens] [--trusted-proxy ADDRESS]... [--metrics ADDRESS] [--log-format FORMAT] [--ephemeral ... [-- COMMAND ARGUMENTS...]]",
    does: "Answer the Mattermost API",
    options: &[
        (
            "--listen ADDRESS",
            "where; default 127.0.0.1:8065, reached from this machine only; :8065 is every address of the machine, port 0 a free port, unix:/run/patmost.sock a socket in the file system; may be repeated",
        ),
        (
            "--socket-mode MODE",
            "who may connect to such a socket; default 600, 660 for its group, too",
        ),
        (
            "--data FILE",
            "the SQLite file, made when there is none; default patmost.db",
        ),
        (
            "--must-exist",
            "refuses to start without the data file, and never makes a new one",
        ),
        (
            "--config FILE",
            "JSON, section -> setting -> value; beats what is stored; SIGHUP reads it again",
        ),
        (
            "--enable-user-access-tokens",
            "pins ServiceSettings.EnableUserAccessTokens to true",
        ),
        (
            "--trusted-proxy ADDRESS",
            "an address or network in front of the server that may say who the client is; may be repeated",
        ),
        (
            "--metrics ADDRESS",
            "where GET /metrics answers, for Prometheus; default nowhere",
        ),
        ("--log-format FORMAT", "logfmt (the default) or json"),
        (
            "--ephemeral",
            "for tests: no file is left, a free port unless --listen says otherwise, tokens on, an admin ready; the first line on stdout is JSON that says where and who. With it:",
        ),
        (
            "  --seed FILE",
            "what it holds, as examples/seed.schema.json describes; - is standard input",
        ),
        (
            "  --deterministic TEXT",
            "ids and secrets follow from the text: the same calls give the same ones",
        ),
        (
            "  --ready-file PATH",
            "the same JSON, in a file that is there once it is whole",
        ),
        (
            "  --exit-with-stdin",
            "ends when standard input is closed, also if it is at the start",
        ),
        ("  --max-lifetime TIME", "ends after 90s, 10m, 1h"),
        (
            "  --journal NUMBER",
            "how many requests it keeps for tests to look at; default 1000, at most 100000",
        ),
        (
            "  -- COMMAND ARGUMENTS...",
            "runs the command with PATMOST_URL, PATMOST_TOKEN, PATMOST_ADMIN and PATMOST_PASSWORD set, and ends with its exit code",
        ),
        (
            "MM_SECTION_NAME=VALUE",
            "environment; pins a setting, and beats --config",
        ),
    ],
    examples: [
        "patmost serve",
        "patmost serve --data /var/lib/patmost/patmost.db --enable-user-access-tokens",
        "patmost serve --ephemeral --seed seed.json -- pytest",
    ],
    run: serve,
};

fn serve(arguments: Arguments) -> Result<(), Stop> {
    start(arguments, None)
}

/// Serves while a command runs, which ends it.
pub fn around(arguments: Arguments, to_run: Vec<OsString>) -> Result<(), Stop> {
    start(arguments, Some(to_run))
}

fn start(mut arguments: Arguments, to_run: Option<Vec<OsString>>) -> Result<(), Stop> {
    let (ephemeral, flags) = (
        arguments.contains("--ephemeral"),
        Flags::take(&mut arguments, to_run)?,
    );
    let listen: Vec<String> = arguments.values_from_str("--listen")?;
    let mode = arguments.opt_value_from_fn("--socket-mode", octal)?;
    let named: Option<PathBuf> = arguments.opt_value_from_str("--data")?;
    let file: Option<PathBuf> = arguments.opt_value_from_str("--config")?;
    let must_exist = arguments.contains("--must-exist");
    let enabled = arguments.contains("--enable-user-access-tokens");
    let proxies: Vec<String> = arguments.values_from_str("--trusted-proxy")?;
    let metrics: Option<String> = arguments.opt_value_from_str("--metrics")?;
    let form = arguments.opt_value_from_str("--log-format")?;
    nothing_left(arguments)?;
    logging::init("info", form.unwrap_or_default());

    http::check_descriptors().map_err(Stop::Failed)?;
    let pinned = flag_pins(enabled, &proxies)?;
    let read_pins = || pins(file.as_deref(), &pinned);
    if ephemeral {
        if named.is_some() {
            return Err(Stop::Usage(
                "--ephemeral has no --data: it leaves no file".into(),
            ));
        }
        let listener = Listen::new(listen, "127.0.0.1:0", mode);
        return ephemeral::run(listener, flags, read_pins()?);
    }
    if let Some(name) = flags.given() {
        return Err(Stop::Usage(format!("{name} is for --ephemeral alone")));
    }
    let data = named.unwrap_or_else(default_data);
    let pins = read_pins()?;
    if must_exist && std::fs::metadata(&data).map_or(0, |found| found.len()) == 0 {
        let data = data.display();
        return Err(Stop::Failed(format!(
            "there is no data file {data}, or it is empty; restore it with patmost restore, or start once without --must-exist"
        )));
    }
    // The address is taken before the file is made: a second start by mistake leaves nothing behind.
    let listener = Listen::new(listen, "127.0.0.1:8065", mode).open("--listen")?;
    let metrics = metrics
        .map(|address| Listen::new(vec![address], "", mode).open("--metrics"))
        .transpose()?;
    // Caught before anyone can be told that the server is up.
    let wishes = signals::catch(file.is_some())
        .map_err(|error| Stop::Failed(format!("cannot catch signals: {error}")))?;
    let options = Options {
        data,
        pins,
        clock: Clock::checked(),
        cost: Cost::Owasp,
    };
    let mut server = Server::start(listener, options).map_err(Stop::Failed)?;
    server.reads_pins_by({
        let (file, pinned) = (file.clone(), pinned.clone());
        Box::new(move || pins_in_words(file.as_deref(), &pinned))
    });
    logging::always(&server.greeting().map_err(Stop::Failed)?);
    if let Some(listener) = metrics {
        let address = server.serve_metrics(listener).map_err(Stop::Failed)?;
        logging::always(&format!("metrics are on http://{address}/metrics"));
    }
    supervisor::ready();

    let told = wishes.wait(
        None,
        || server.is_alive(),
        || {
            reload(&server, || pins_in_words(file.as_deref(), &pinned));
        },
    );
    supervisor::stopping();
    if !server.stop(STOP_WITHIN) {
        log::warn!(
            "some requests were still in flight after {} s",
            STOP_WITHIN.as_secs()
        );
    }
    told?;
    log::info!("stopped");
    Ok(())
}

/// Where to listen.
pub(super) struct Listen {
    addresses: Vec<String>,
    /// Of the files of sockets.
    mode: u32,
}

impl Listen {
    /// Where it was said to listen, or at the usual address.
    fn new(mut addresses: Vec<String>, usual: &str, mode: Option<u32>) -> Listen {
        if addresses.is_empty() {
            addresses.push(usual.to_owned());
        }
        let mode = mode.unwrap_or(0o600);
        Listen { addresses, mode }
    }

    /// Listens there.
    ///
    /// # Errors
    /// An address cannot be had; it names the flag.
    pub(super) fn open(&self, flag: &str) -> Result<Listener, Stop> {
        let addresses: Vec<&str> = self.addresses.iter().map(String::as_str).collect();
        Listener::bind(&addresses, self.mode).map_err(|error| {
            let error = format!("cannot listen on {error}; choose another address with {flag}");
            Stop::Failed(error)
        })
    }
}

/// Reads the mode of a file, such as `660`.
fn octal(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok();
    let mode = mode.filter(|mode| *mode <= 0o777);
    mode.ok_or_else(|| format!("--socket-mode: {text:?} is not like 660"))
}

/// What the flags pin.
fn flag_pins(enabled: bool, proxies: &[String]) -> Result<Vec<Pin>, Stop> {
    let mut pins = Vec::new();
    if enabled {
        pins.push(Pin {
            setting: &ENABLE_USER_ACCESS_TOKENS,
            value: true.into(),
            by: "flag --enable-user-access-tokens".into(),
        });
    }
    if !proxies.is_empty() {
        let by = "flag --trusted-proxy";
        let pin = Pin::new(&TRUSTED_PROXIES.path(), &proxies.join(" "), by);
        pins.push(pin.map_err(|error| Stop::Usage(format!("--trusted-proxy: {error}")))?);
    }
    Ok(pins)
}

/// File < environment < flags.
fn pins(file: Option<&Path>, flags: &[Pin]) -> Result<Vec<Pin>, Stop> {
    let mut pins = match file {
        Some(path) => config::pins_of_file(path).map_err(Stop::Failed)?,
        None => Vec::new(),
    };
    pins.extend(config::pins_of_environment().map_err(Stop::Failed)?);
    pins.extend_from_slice(flags);
    Ok(pins)
}

/// Returns the pins of the settings; in words, why they cannot be read.
fn pins_in_words(file: Option<&Path>, flags: &[Pin]) -> Result<Vec<Pin>, String> {
    pins(file, flags).map_err(|stop| match stop {
        Stop::Failed(error) | Stop::Usage(error) | Stop::Unknown(error) => error,
        // Nothing is printed here.
        Stop::Unread | Stop::Exit(_) => String::new(),
    })
}

/// Reads the settings again; those that cannot be read change nothing.
fn reload(server: &Server, read_pins: impl Fn() -> Result<Vec<Pin>, String>) {
    supervisor::reloading();
    match read_pins().and_then(|pins| server.repin(pins)) {
        Ok(()) => log::info!("the settings were read again"),
        Err(error) => log::error!("the settings stay as they were: {error}"),
    }
    supervisor::ready();
}
