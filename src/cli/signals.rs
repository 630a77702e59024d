//! Signals while a server runs: what ends it, what makes it read its settings again, and what is no more than an error.

use std::sync::mpsc::{Receiver, channel};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// What somebody wants of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it ends; the number of the signal.
    Stop(i32),
    /// That it reads its settings again.
    Reload,
}

/// Catches signals from here on and gives them one by one. Without a file to read again, SIGHUP stays what it is to every
/// program: the end, or nothing under `nohup`.
///
/// # Errors
/// When the system does not let signals be caught.
pub fn catch(reloads: bool) -> std::io::Result<Receiver<Wish>> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGXFSZ])?;
    if reloads {
        signals.add_signal(SIGHUP)?;
    }
    let (tell, told) = channel();
    let listen = move || {
        let mut ending = false;
        for signal in signals.forever() {
            let wish = match signal {
                // A file reached the limit on its size. Caught, it is the failure of one write instead of the end.
                SIGXFSZ => continue,
                SIGHUP => Wish::Reload,
                // Told twice: at once.
                _ if ending => std::process::exit(1),
                _ => Wish::Stop(signal),
            };
            ending |= wish != Wish::Reload;
            // When nobody listens any more the server is already stopping.
            let _ = tell.send(wish);
        }
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(listen)?;
    Ok(told)
}
