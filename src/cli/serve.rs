//! `patmost serve`: answers until it is told to stop.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use pico_args::Arguments;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::ephemeral::{self, Flags};
use super::{Command, Stop, default_data, nothing_left};
use crate::app::Options;
use crate::clock::Clock;
use crate::config::{self, ENABLE_USER_ACCESS_TOKENS, Pin};
use crate::log_line;
use crate::password::Cost;
use crate::server::Server;

/// How long requests in flight may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// How often the engine's threads are looked after.
const LOOK: Duration = Duration::from_secs(1);

pub static SERVE: Command = Command {
    name: "serve",
    takes: "[--listen ADDRESS] [--data FILE] [--config FILE] [--enable-user-access-tokens] [--ephemeral ...]",
    does: "Answer the Mattermost API",
    options: &[
        (
            "--listen ADDRESS",
            "where; default 127.0.0.1:8065, reached from this machine only; port 0 takes a free one",
        ),
        (
            "--data FILE",
            "the SQLite file, made when there is none; default patmost.db",
        ),
        (
            "--config FILE",
            "JSON, section -> setting -> value; beats what is stored",
        ),
        (
            "--enable-user-access-tokens",
            "pins ServiceSettings.EnableUserAccessTokens to true",
        ),
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
            "MM_SECTION_NAME=VALUE",
            "environment; pins a setting, and beats --config",
        ),
    ],
    examples: [
        "patmost serve",
        "patmost serve --data /var/lib/patmost/patmost.db --enable-user-access-tokens",
        "patmost serve --ephemeral --seed seed.json --exit-with-stdin --max-lifetime 10m",
    ],
    run: serve,
};

fn serve(mut arguments: Arguments) -> Result<(), Stop> {
    let (ephemeral, flags) = (
        arguments.contains("--ephemeral"),
        Flags::take(&mut arguments)?,
    );
    let listen: Option<String> = arguments.opt_value_from_str("--listen")?;
    let named: Option<PathBuf> = arguments.opt_value_from_str("--data")?;
    let file: Option<PathBuf> = arguments.opt_value_from_str("--config")?;
    let enabled = arguments.contains("--enable-user-access-tokens");
    nothing_left(arguments)?;
    if ephemeral {
        if named.is_some() {
            return Err(Stop::Usage(
                "--ephemeral has no --data: it leaves no file".into(),
            ));
        }
        let listen = listen.as_deref().unwrap_or("127.0.0.1:0");
        return ephemeral::run(listen, flags, pins(file, enabled)?);
    }
    if let Some(name) = flags.given() {
        return Err(Stop::Usage(format!("{name} is for --ephemeral alone")));
    }
    let listen = listen.unwrap_or_else(|| "127.0.0.1:8065".into());
    let data = named.unwrap_or_else(default_data);
    log_line::init("info");

    let pins = pins(file, enabled)?;
    // The address is taken before the file is made: a second start by mistake leaves nothing behind.
    let listener = TcpListener::bind(&listen).map_err(|error| {
        Stop::Failed(format!(
            "cannot listen on {listen}: {error}; choose another address with --listen"
        ))
    })?;
    // Caught before anyone can be told that the server is up.
    let ends = ends()?;
    let options = Options {
        data,
        pins,
        clock: Clock::System,
        cost: Cost::Owasp,
    };
    let server = Server::start(listener, options).map_err(Stop::Failed)?;
    log::info!("{}", server.greeting().map_err(Stop::Failed)?);
    tell_supervisor();

    let told = ends.wait(None, || server.is_alive());
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

/// systemd's protocol (sd_notify): a datagram to the socket that the environment names.
#[cfg(unix)]
fn tell_supervisor() {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let sent = std::os::unix::net::UnixDatagram::unbound()
        .and_then(|socket| socket.send_to(b"READY=1", &name));
    if let Err(error) = sent {
        log::warn!("the supervisor was not told that the server is ready: {error}");
    }
}

#[cfg(not(unix))]
fn tell_supervisor() {}

/// File < environment < flags.
fn pins(file: Option<PathBuf>, enabled: bool) -> Result<Vec<Pin>, Stop> {
    let mut pins = match file {
        Some(path) => config::pins_of_file(&path).map_err(Stop::Failed)?,
        None => Vec::new(),
    };
    pins.extend(
        config::pins_of_environment(|name| std::env::var(name).ok()).map_err(Stop::Failed)?,
    );
    if enabled {
        pins.push(Pin {
            setting: &ENABLE_USER_ACCESS_TOKENS,
            value: true.into(),
            by: "flag --enable-user-access-tokens".into(),
        });
    }
    Ok(pins)
}

/// Why a server ends.
pub enum End {
    /// A signal.
    Signal(i32),
    /// Whatever else, in words.
    Said(String),
}

/// What may end the server.
pub struct Ends {
    pub tell: Sender<End>,
    told: Receiver<End>,
}

/// Listens for signals from here on.
pub fn ends() -> Result<Ends, Stop> {
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Stop::Failed(format!("cannot catch signals: {error}")))?;
    let (tell, told) = channel();
    let by_signal = tell.clone();
    std::thread::spawn(move || {
        for (count, signal) in signals.forever().enumerate() {
            if count > 0 {
                // Told twice: at once.
                std::process::exit(1);
            }
            // When nobody listens any more the server is already stopping.
            let _ = by_signal.send(End::Signal(signal));
        }
    });
    Ok(Ends { tell, told })
}

impl Ends {
    /// Returns when something says so, or after the time; fails when the engine has lost a thread, so that a supervisor
    /// starts it anew.
    pub fn wait(self, within: Option<Duration>, is_alive: impl Fn() -> bool) -> Result<(), Stop> {
        let begun = Instant::now();
        loop {
            let left = within.map(|within| within.saturating_sub(begun.elapsed()));
            if left == Some(Duration::ZERO) {
                log::info!("stopping: its time is over");
                return Ok(());
            }
            match self.told.recv_timeout(left.unwrap_or(LOOK).min(LOOK)) {
                Ok(End::Signal(signal)) => log::info!("stopping: signal {signal}"),
                Ok(End::Said(why)) => log::info!("stopping: {why}"),
                Err(RecvTimeoutError::Timeout) if is_alive() => continue,
                Err(_) => return Err(Stop::Failed("a thread of the server ended, which it never should; please report the lines above".into())),
            }
            return Ok(());
        }
    }
}
