//! `patmost serve --ephemeral` as a process: what it says, what ends it, and that it leaves nothing.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use support::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_patmost");

/// A fixture in a process of its own, whose temporary folder is `folder`.
struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "--ephemeral"])
        .args(arguments)
        .env("TMPDIR", folder)
        .env("RUST_LOG", "warn")
        .current_dir(folder);
    command
}

fn serve(folder: &Path, arguments: &[&str]) -> Process {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    stdout.read_line(&mut ready).unwrap();
    Process {
        child,
        stdout,
        ready,
    }
}

fn failed(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn says(output: &Output, code: i32, text: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(text), "{stderr}");
    assert!(output.stdout.is_empty());
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

impl Process {
    fn ready(&self) -> Value {
        serde_json::from_str(&self.ready).unwrap()
    }

    fn me(&self, secret: &str) -> Answer {
        let request = Request::new("GET", "/api/v4/users/me")
            .header("Authorization", &format!("Bearer {secret}"));
        client::send(&self.ready().text("url").replace("http://", ""), &request)
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end; nothing more may have been said on stdout.
    fn ends_well(mut self) {
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

fn folder() -> PathBuf {
    // Without links in it, as the program will name it.
    new_folder().canonicalize().unwrap()
}

#[test]
fn one_line_says_that_it_is_ready_and_nothing_is_left() {
    let folder = folder();
    let process = serve(&folder, &["--ready-file", "ready.json"]);
    assert!(
        process
            .ready
            .starts_with("{\"ready\":true,\"url\":\"http://127.0.0.1:"),
        "{}",
        process.ready
    );
    let ready = process.ready();
    let me = process.me(&ready["admin"].text("token")).ok();
    assert_eq!(
        (me["id"].clone(), me["username"].clone()),
        (
            ready["admin"]["id"].clone(),
            ready["admin"]["username"].clone()
        )
    );
    assert_eq!(
        std::fs::read_to_string(folder.join("ready.json")).unwrap(),
        process.ready
    );
    let inside = names(&folder);
    assert_eq!(inside.len(), 2, "{inside:?}");
    process.signal("TERM");
    process.ends_well();
    assert_eq!(names(&folder), [""; 0]);
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn it_ends_with_standard_input() {
    let folder = folder();
    let mut process = serve(&folder, &["--exit-with-stdin"]);
    process.me(&process.ready()["admin"].text("token")).ok();
    process
        .child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(b"noise")
        .unwrap();
    process.me(&process.ready()["admin"].text("token")).ok();
    drop(process.child.stdin.take());
    process.ends_well();
    // Closed at the start: empty, and not there at all.
    for stdin in ["</dev/null", "<&-"] {
        let script = format!("exec \"$0\" serve --ephemeral --exit-with-stdin {stdin}");
        let mut shell = Command::new("sh");
        let output = shell
            .args(["-c", &script, PROGRAM])
            .env("TMPDIR", &folder)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(names(&folder), [""; 0]);
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn it_ends_after_its_lifetime() {
    let folder = folder();
    serve(&folder, &["--max-lifetime", "1s"]).ends_well();
    assert_eq!(names(&folder), [""; 0]);
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn what_a_killed_one_left_is_removed_by_the_next() {
    let folder = folder();
    let (mut killed, living) = (serve(&folder, &[]), serve(&folder, &[]));
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert_eq!(names(&folder).len(), 2);
    let next = serve(&folder, &["--max-lifetime", "1s"]);
    living.me(&living.ready()["admin"].text("token")).ok();
    // It tidies up after it has said that it is ready, and before it ends.
    next.ends_well();
    assert_eq!(names(&folder).len(), 1);
    living.me(&living.ready()["admin"].text("token")).ok();
    living.signal("TERM");
    living.ends_well();
    assert_eq!(names(&folder), [""; 0]);
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn a_seed_comes_from_a_file_or_from_standard_input() {
    let folder = folder();
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/seed.json");
    let process = serve(&folder, &["--seed", seed]);
    assert_eq!(
        process.me("abcdefghijklmnopqrstuvwxyz").ok()["username"],
        "ci"
    );
    process.me("zyxwvutsrqponmlkjihgfedcba").expired();
    let tokens = process.ready()["tokens"].clone();
    assert_eq!(
        tokens.each("name"),
        ["nightly build of ci", "no more of ci", "greeter of greeter"]
    );
    drop(process);
    let child = command(&folder, &["--seed", "-", "--max-lifetime", "1s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    child.stdin.take().unwrap().write_all(br#"{"users": [{"username": "only", "password": "Correct-Horse-1"}, {"username": "admin", "password": "Chosen-Horse-1"}]}"#).unwrap();
    let output = child.wait_with_output().unwrap();
    let ready: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(ready["admin"]["password"], "Chosen-Horse-1");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let folder = folder();
    std::fs::write(
        folder.join("bad.json"),
        "{\n\"users\": [\n{\"name\": \"x\"}]}",
    )
    .unwrap();
    std::fs::write(folder.join("ready.json"), "of an earlier run").unwrap();
    let refused = failed(
        &folder,
        &["--seed", "bad.json", "--ready-file", "ready.json"],
    );
    says(&refused, 1, "bad.json: line 3: unknown field `name`");
    assert_eq!(names(&folder), ["bad.json"]);
    says(
        &failed(&folder, &["--seed", "none.json"]),
        1,
        "cannot read none.json",
    );
    says(
        &failed(&folder, &["--data", "x.db"]),
        2,
        "--ephemeral has no --data",
    );
    says(
        &failed(&folder, &["--seed", "-", "--exit-with-stdin"]),
        2,
        "both need standard input",
    );
    for time in ["10", "0s", "m", "-1s", "1d", "5µ", ""] {
        says(
            &failed(&folder, &["--max-lifetime", time]),
            2,
            "is not like 90s, 10m or 1h",
        );
    }
    let flags: [&[&str]; 5] = [
        &["--seed", "bad.json"],
        &["--deterministic", "a"],
        &["--ready-file", "x"],
        &["--exit-with-stdin"],
        &["--max-lifetime", "1s"],
    ];
    for flag in flags {
        let output = Command::new(PROGRAM)
            .arg("serve")
            .args(flag)
            .current_dir(&folder)
            .output();
        says(
            &output.unwrap(),
            2,
            &format!("{} is for --ephemeral alone", flag[0]),
        );
    }
    assert_eq!(names(&folder), ["bad.json"]);
    std::fs::remove_dir_all(folder).unwrap();
}
