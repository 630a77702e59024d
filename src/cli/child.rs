//! The command that an ephemeral server runs: it is told where the server is, and its end is the server's.

use std::ffi::OsString;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::Stop;
use super::signals::Wish;
use crate::fixture::Fixture;

/// How long the command may take to end once it is told to.
const END_WITHIN: Duration = Duration::from_secs(5);

/// A running command.
pub struct Child {
    pid: Option<Pid>,
    name: Arc<str>,
    ended: Receiver<std::io::Result<ExitStatus>>,
}

impl Child {
    /// Starts the command, with the server's address and admin in its environment; `tell` is told when it ends.
    ///
    /// # Errors
    /// There is no command, or it cannot be started.
    pub fn start(
        command: &[OsString],
        fixture: &Fixture,
        tell: Sender<Wish>,
    ) -> Result<Child, Stop> {
        let missing = || Stop::Usage("-- is followed by a command".into());
        let (program, arguments) = command.split_first().ok_or_else(missing)?;
        let admin = fixture.admin();
        let name: Arc<str> = program.to_string_lossy().into();
        let mut child = Command::new(program)
            .args(arguments)
            .env("PATMOST_URL", fixture.url())
            .env("PATMOST_TOKEN", &admin.token)
            .env("PATMOST_ADMIN", &admin.username)
            .env("PATMOST_PASSWORD", &admin.password)
            .spawn()
            .map_err(|error| Stop::Failed(format!("cannot run {name}: {error}")))?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (end, ended) = channel();
        let why = format!("{name} ended");
        std::thread::spawn(move || {
            // Neither is heard when the server is already stopping.
            let _ = end.send(child.wait());
            let _ = tell.send(Wish::Stop(why));
        });
        Ok(Child { pid, name, ended })
    }

    /// Waits for the end of the command, which is told to end if it still runs, and killed when it does not.
    ///
    /// # Errors
    /// It did not end with 0: its exit code; 128 and the number of the signal that ended it.
    pub fn end(self) -> Result<(), Stop> {
        let mut status = self.ended.recv_timeout(Duration::ZERO);
        for signal in [Signal::TERM, Signal::KILL] {
            if status.is_ok() {
                break;
            }
            // It may have ended meanwhile.
            let _ = self.pid.map(|pid| kill_process(pid, signal));
            status = self.ended.recv_timeout(END_WITHIN);
        }
        match status {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(Stop::Exit(code(status))),
            _ => Err(Stop::Failed(format!("{} was not seen to end", self.name))),
        }
    }
}

/// Returns the code as a shell would have it.
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let by_signal = status.signal().map(|signal| 128 + signal);
    let code = status.code().or(by_signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
