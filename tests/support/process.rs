//! A server as a process of its own, for what only a process shows: its end, its signals, its limits.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use super::*;

/// A server of its own process.
pub struct Process {
    child: Child,
    log: BufReader<ChildStderr>,
    /// What it says first: as a rule one line, that with the address, or why there is none.
    pub first_line: String,
    /// `127.0.0.1:port`
    pub address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it in the folder, on a free port, and waits for its first line.
pub fn serve(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Process {
    start(
        Command::new(env!("CARGO_BIN_EXE_patmost")),
        "127.0.0.1:0",
        folder,
        arguments,
        environment,
    )
}

/// The same with so many descriptors and no more.
pub fn serve_within(descriptors: usize, folder: &Path, arguments: &[&str]) -> Process {
    let mut shell = Command::new("sh");
    let run = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
    shell.args(["-c", &run, env!("CARGO_BIN_EXE_patmost")]);
    let environment = [("RUST_LOG", "warn")];
    start(shell, "127.0.0.1:0", folder, arguments, &environment)
}

/// Starts it in the folder on an address that strangers can reach, and waits for its first line.
pub fn serve_to_all(folder: &Path) -> Process {
    let program = Command::new(env!("CARGO_BIN_EXE_patmost"));
    start(program, "0.0.0.0:0", folder, &[], &[])
}

fn start(
    mut command: Command,
    listen: &str,
    folder: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Process {
    command
        .args(["serve", "--listen", listen])
        .args(arguments)
        .env_remove("RUST_LOG")
        .envs(environment.iter().copied());
    let mut child = command
        .current_dir(folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut first_line = String::new();
    while !first_line.contains("http://") && log.read_line(&mut first_line).unwrap() > 0 {}
    let address = first_line
        .split_once("http://")
        .map(|(_, rest)| rest.split([',', ' ']).next().unwrap().to_owned())
        .unwrap_or_default();
    Process {
        child,
        log,
        first_line,
        address,
    }
}

impl Process {
    /// Sends it a signal, by name.
    pub fn signal(&self, name: &str) {
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &self.child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for its end with this exit code; the rest of its log.
    pub fn ends_with(mut self, code: i32) -> String {
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        rest
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Killed with the signal 9: from here on it does nothing.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The next line of its log.
    pub fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        line
    }

    /// Sends a request on a connection of its own.
    pub fn send(&self, method: &str, path: &str, secret: &str, body: Value) -> Answer {
        let request = Request::new(method, &format!("/api/v4{path}"))
            .header("Authorization", &format!("Bearer {secret}"));
        client::send(&self.address, &request.body(body.to_string()))
    }

    /// Logs the admin in; his secret.
    pub fn login(&self) -> String {
        let answer = self.send(
            "POST",
            "/users/login",
            "",
            json!({"login_id": "admin", "password": PASSWORD}),
        );
        answer.header("token").unwrap().to_owned()
    }

    /// The same with its first account.
    pub fn with_admin(self) -> Process {
        let account =
            json!({"username": "admin", "email": "admin@example.com", "password": PASSWORD});
        self.send("POST", "/users", "", account).created();
        self
    }
}

/// Runs a command of the program in the folder.
pub fn patmost(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Runs a command of the program, which finds the text on standard input.
pub fn patmost_reading(arguments: &[&str], environment: &[(&str, &str)], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(std::env::temp_dir());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

/// Runs a command that fails with exit code 1, and returns what it wrote to stderr.
pub fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = patmost(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Runs a command that succeeds, and returns what it wrote to stdout.
pub fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = patmost(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Compiles `tests/support/NAME.c` into the folder: a library that is loaded before the program's own (`LD_PRELOAD`). The C
/// compiler is there, for SQLite needs it, too.
pub fn library(name: &str, folder: &Path) -> PathBuf {
    let source = format!("{}/tests/support/{name}.c", env!("CARGO_MANIFEST_DIR"));
    let library = folder.join(format!("{name}.so"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", &source, "-o"]);
    assert!(compiler.arg(&library).status().unwrap().success());
    library
}
