//! What may be wanted of a server while it runs, by signals or otherwise: that it ends, or reads its settings again.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::Stop;

/// How often the engine's threads are looked after.
const LOOK: Duration = Duration::from_secs(1);

/// What somebody wants of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it ends; why, in words.
    Stop(String),
    /// That it reads its settings again.
    Reload,
}

/// The wishes that come in.
pub struct Wishes {
    /// For wishes that are no signals.
    pub tell: Sender<Wish>,
    told: Receiver<Wish>,
}

/// Catches signals from here on. Without a file to read again, SIGHUP stays what it is to every program: the end, or
/// nothing under `nohup`.
///
/// # Errors
/// When the system does not let signals be caught.
pub fn catch(reloads: bool) -> std::io::Result<Wishes> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGXFSZ])?;
    if reloads {
        signals.add_signal(SIGHUP)?;
    }
    let (tell, told) = channel();
    let by_signal = tell.clone();
    let listen = move || {
        let mut ending = false;
        for signal in signals.forever() {
            let wish = match signal {
                // A file reached the limit on its size. Caught, it is the failure of one write instead of the end.
                SIGXFSZ => continue,
                SIGHUP => Wish::Reload,
                // Told twice: at once.
                _ if ending => std::process::exit(1),
                _ => Wish::Stop(format!("signal {signal}")),
            };
            ending |= wish != Wish::Reload;
            // When nobody listens any more the server is already stopping.
            let _ = by_signal.send(wish);
        }
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(listen)?;
    Ok(Wishes { tell, told })
}

impl Wishes {
    /// Returns when somebody wants the end, or after the time; fails when the engine has lost a thread, so that a
    /// supervisor starts it anew.
    pub fn wait(
        self,
        within: Option<Duration>,
        is_alive: impl Fn() -> bool,
        reload: impl Fn(),
    ) -> Result<(), Stop> {
        let begun = Instant::now();
        loop {
            let left = within.map(|within| within.saturating_sub(begun.elapsed()));
            if left == Some(Duration::ZERO) {
                log::info!("stopping: its time is over");
                return Ok(());
            }
            match self.told.recv_timeout(left.unwrap_or(LOOK).min(LOOK)) {
                Ok(Wish::Reload) => reload(),
                Ok(Wish::Stop(why)) => {
                    log::info!("stopping: {why}");
                    return Ok(());
                }
                Err(RecvTimeoutError::Timeout) if is_alive() => {}
                Err(_) => return Err(Stop::Failed("a thread of the server ended, which it never should; please report the lines above".into())),
            }
        }
    }
}
