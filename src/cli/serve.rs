//! `patmost serve`: answers until it is told to stop.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use pico_args::Arguments;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{Command, Stop, nothing_left, take_data};
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
    takes: "[--listen ADDRESS] [--data FILE] [--config FILE] [--enable-user-access-tokens]",
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
            "MM_SECTION_NAME=VALUE",
            "environment; pins a setting, and beats --config",
        ),
    ],
    examples: [
        "patmost serve",
        "patmost serve --data /var/lib/patmost/patmost.db --enable-user-access-tokens",
        "MM_TEAMSETTINGS_ENABLEOPENSERVER=true patmost serve --listen 127.0.0.1:0",
    ],
    run: serve,
};

fn serve(mut arguments: Arguments) -> Result<(), Stop> {
    let listen: String = arguments
        .opt_value_from_str("--listen")?
        .unwrap_or_else(|| "127.0.0.1:8065".into());
    let data = take_data(&mut arguments)?;
    let file: Option<PathBuf> = arguments.opt_value_from_str("--config")?;
    let enabled = arguments.contains("--enable-user-access-tokens");
    nothing_left(arguments)?;
    log_line::init("info");

    let pins = pins(file, enabled)?;
    // The address is taken before the file is made: a second start by mistake leaves nothing behind.
    let listener = TcpListener::bind(&listen).map_err(|error| {
        Stop::Failed(format!(
            "cannot listen on {listen}: {error}; choose another address with --listen"
        ))
    })?;
    // Caught before anyone can be told that the server is up.
    let signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Stop::Failed(format!("cannot catch signals: {error}")))?;
    let options = Options {
        data,
        pins,
        clock: Clock::System,
        cost: Cost::Owasp,
    };
    let server = Server::start(listener, options).map_err(Stop::Failed)?;
    log_line::always(&server.greeting().map_err(Stop::Failed)?);
    tell_supervisor();

    let told = wait(&server, signals);
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

/// Returns when a signal says so, or fails when the engine has lost a thread, so that a supervisor starts it anew.
fn wait(server: &Server, mut signals: Signals) -> Result<(), Stop> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for (count, signal) in signals.forever().enumerate() {
            if count > 0 {
                // Told twice: at once.
                std::process::exit(1);
            }
            // When nobody listens any more the server is already stopping.
            let _ = tell.send(signal);
        }
    });
    loop {
        match told.recv_timeout(LOOK) {
            Ok(signal) => {
                log::info!("stopping: signal {signal}");
                return Ok(());
            }
            Err(RecvTimeoutError::Timeout) if server.is_alive() => {}
            Err(_) => return Err(Stop::Failed("a thread of the server ended, which it never should; please report the lines above".into())),
        }
    }
}
