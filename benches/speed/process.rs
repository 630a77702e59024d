//! The servers that are measured, each a process of its own, and what the system says about them.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Result, fail};

/// The program as `cargo build --release` makes it.
pub const PATMOST: &str = env!("CARGO_BIN_EXE_patmost");

/// A running server; ended when dropped.
pub struct Process {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Process {
    /// `patmost serve` on the file, with its log beside it.
    pub fn patmost(data: &Path) -> Result<Process> {
        Process::patmost_with(data, |_| {})
    }

    /// The same, with more in its environment.
    pub fn patmost_with(data: &Path, change: impl FnOnce(&mut Command)) -> Result<Process> {
        let address = free_address()?;
        let mut command = Command::new(PATMOST);
        command
            .args(["serve", "--listen", &address.to_string(), "--data"])
            .arg(data)
            .stderr(std::fs::File::create(data.with_extension("log"))?);
        change(&mut command);
        Process::start(command, address)
    }

    /// One of the loops of `yardstick.rs`.
    pub fn yardstick(name: &str) -> Result<Process> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["yardstick", name, &address.to_string()]);
        Process::start(command, address)
    }

    fn start(mut command: Command, address: SocketAddr) -> Result<Process> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut process = Process { child, address };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if process.child.try_wait()?.is_some() || started.elapsed() > Duration::from_secs(30) {
                return fail(&format!("this does not answer: {command:?}"));
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(process)
    }

    /// Megabytes that it has in memory, its own code included. A page of the data that several readers have mapped counts
    /// once, which it does not in `VmRSS`.
    pub fn memory(&self) -> Result<f64> {
        Ok(self.told("smaps_rollup", "Pss:")? / 1000.0)
    }

    /// Megabytes that it has in memory beside its code and the pages of the data.
    pub fn anonymous(&self) -> Result<f64> {
        Ok(self.told("status", "RssAnon:")? / 1000.0)
    }

    /// Its threads.
    pub fn threads(&self) -> Result<usize> {
        Ok(self.told("status", "Threads:")? as usize)
    }

    /// Its open descriptors.
    pub fn descriptors(&self) -> Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// The same once nobody has come or gone for a while.
    pub fn descriptors_at_rest(&self) -> Result<usize> {
        let mut last = self.descriptors()?;
        loop {
            std::thread::sleep(Duration::from_millis(50));
            match self.descriptors()? {
                now if now == last => return Ok(now),
                now => last = now,
            }
        }
    }

    /// Waits until there are so many.
    pub fn wait_for_descriptors(&self, count: usize) -> Result<()> {
        let started = Instant::now();
        while self.descriptors()? != count {
            if started.elapsed() > Duration::from_secs(10) {
                let now = self.descriptors()?;
                return fail(&format!(
                    "{now} descriptors are open where {count} were expected"
                ));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Seconds that it has used of the processors.
    pub fn seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything, in brackets.
        let numbers = stat.rsplit(')').next().unwrap_or_default();
        let ticks = |at: usize| numbers.split_whitespace().nth(at)?.parse::<f64>().ok();
        match (ticks(11), ticks(12)) {
            // `USER_HZ` is 100 on every Linux.
            (Some(user), Some(system)) => Ok((user + system) / 100.0),
            _ => fail("/proc/.../stat cannot be read"),
        }
    }

    /// A number that the system tells about it.
    fn told(&self, file: &str, name: &str) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        let number = number.ok_or_else(|| format!("/proc/.../{file} has no {name}"))?;
        Ok(number.parse()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command of the program to its end; the megabytes that it had in memory at most, and the seconds.
pub fn cost(data: &Path, arguments: &[&str]) -> Result<(f64, f64)> {
    let started = Instant::now();
    let mut child = Command::new(PATMOST)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdout(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    let done = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        peak = number.map_or(Ok(peak), str::parse)?;
        if let Some(done) = child.try_wait()? {
            break done;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    if !done.success() {
        return fail(&format!("patmost {arguments:?} failed"));
    }
    Ok((peak / 1000.0, started.elapsed().as_secs_f64()))
}

/// Runs a command of the program to its end.
pub fn patmost(data: &Path, arguments: &[&str], input: &str) -> Result<()> {
    use std::io::Write;
    let mut child = Command::new(PATMOST)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return fail(&format!("patmost {arguments:?} failed: {said}"));
    }
    Ok(())
}

/// An address that nobody listens on.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
