//! A log that is not read, as with `subprocess.Popen(stderr=PIPE)`, blocks neither requests nor the end; and errors that
//! repeat do not fill it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::connection::Connection;
use crate::support::process::{Process, serve};
use crate::support::*;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, pidfd_open, prlimit};

const PROGRAM: &str = env!("CARGO_BIN_EXE_patmost");

/// Lines of about 200 bytes: more than a pipe and the buffers of the log can hold.
const TOO_MANY: usize = 24_000;

/// Requests that are sent before their answers are read.
const AT_ONCE: usize = 200;

/// Sends requests, each of which logs a line, and reads their answers.
fn ask(address: &str, requests: usize) {
    let mut connection = Connection::to(address).unwrap();
    let request = "GET /api/v4/users/me HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for _ in 0..requests / AT_ONCE {
        connection.write(request.repeat(AT_ONCE)).unwrap();
        for _ in 0..AT_ONCE {
            connection.answer().unwrap().expired();
        }
    }
}

/// Waits until a process has ended; fails after 30 seconds.
fn ends_in_time(id: u32) {
    let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    let process = pidfd_open(id, PidfdFlags::empty()).unwrap();
    let mut ends = [PollFd::new(&process, PollFlags::IN)];
    let within = Timespec {
        tv_sec: 30,
        tv_nsec: 0,
    };
    assert_eq!(poll(&mut ends, Some(&within)), Ok(1), "it does not end");
}

/// The number of lines that were dropped, as the metrics have it.
fn dropped(metrics: &str) -> usize {
    let page = client::send(metrics, &Request::new("GET", "/metrics")).text();
    let name = "patmost_log_lines_dropped_total ";
    let mut values = page.lines().filter_map(|line| line.strip_prefix(name));
    values.next().unwrap().parse().unwrap()
}

#[test]
fn an_unread_log_blocks_no_request_and_its_dropped_lines_are_counted() {
    let folder = new_folder();
    let mut process = serve(&folder, &["--metrics", "127.0.0.1:0"], &[]);
    let line = process.next_line();
    let (_, metrics) = line.split_once("metrics are on http://").unwrap();
    let (metrics, _) = metrics.split_once("/metrics").unwrap();
    ask(&process.address, AT_ONCE);
    assert_eq!(dropped(metrics), 0);
    ask(&process.address, TOO_MANY);
    assert!(dropped(metrics) > 0);
    let healthy = Command::new(PROGRAM)
        .args(["healthcheck", "--address", &process.address])
        .output()
        .unwrap();
    assert!(healthy.status.success(), "{healthy:?}");

    let says = "lines of the log were dropped";
    let (mut read, mut line) = (0, String::new());
    while !line.contains(says) {
        read += 1;
        line = process.next_line();
        assert!(!line.is_empty(), "nothing says that lines were dropped");
    }
    let lost = line.split(' ').nth(2).unwrap().parse::<usize>().unwrap();
    assert!(line.contains(" WARN "), "{line}");
    assert_eq!(dropped(metrics), lost);
    // Those of the requests, and of the monitor that asked for the health.
    assert_eq!(read - 1 + lost, AT_ONCE + TOO_MANY + 1);
    let answer = process.send("GET", "/users/me", "nobody", json!({}));
    let newer = answer.header("x-request-id").unwrap().to_owned();
    line = process.next_line();
    assert!(line.contains(&newer), "{line}");
    process.signal("TERM");
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn get_logs_has_the_newest_line_while_the_log_is_not_read() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    let admin = process.login();
    ask(&process.address, TOO_MANY);
    let answer = process.send("GET", "/users/me", "nobody", json!({}));
    let newest = answer.header("x-request-id").unwrap();
    let lines = process.send("GET", "/logs?logs_per_page=1", &admin, json!({}));
    let lines = lines.ok();
    assert!(lines[0].as_str().unwrap().contains(newest), "{lines}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn sigterm_ends_a_server_whose_log_is_not_read() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]);
    ask(&process.address, TOO_MANY);
    process.signal("TERM");
    ends_in_time(process.id());
    process.ends_with(0);
    assert!(!folder.join("patmost.db-wal").exists());
    std::fs::remove_dir_all(folder).unwrap();
}

/// A fixture whose standard output and error are pipes.
struct Fixture(Child);

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn fixture(folder: &Path, arguments: &[&str]) -> Fixture {
    let mut command = Command::new(PROGRAM);
    command
        .args(["serve", "--ephemeral"])
        .args(arguments)
        .env("TMPDIR", folder)
        .env_remove("RUST_LOG")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Fixture(command.spawn().unwrap())
}

#[test]
fn sigterm_ends_a_fixture_whose_log_is_not_read() {
    let folder = new_folder();
    let mut fixture = fixture(&folder, &[]);
    let mut ready = String::new();
    let mut stdout = BufReader::new(fixture.0.stdout.take().unwrap());
    stdout.read_line(&mut ready).unwrap();
    let ready: Value = serde_json::from_str(&ready).unwrap();
    ask(&ready.text("url").replace("http://", ""), TOO_MANY);
    let id = fixture.0.id();
    let mut kill = Command::new("kill");
    assert!(kill.arg(id.to_string()).status().unwrap().success());
    ends_in_time(id);
    assert_eq!(fixture.0.wait().unwrap().code(), Some(0));
    std::fs::remove_dir(folder).unwrap();
}

#[test]
fn a_fixture_whose_ready_line_is_not_read_ends_after_its_lifetime() {
    let folder = new_folder();
    let token = |number| json!({"user": "ci", "description": format!("{number:0200}")});
    let tokens: Vec<Value> = (0..300).map(token).collect();
    let seed = json!({"users": [{"username": "ci"}], "tokens": tokens});
    std::fs::write(folder.join("seed.json"), seed.to_string()).unwrap();
    let mut fixture = fixture(&folder, &["--seed", "seed.json", "--max-lifetime", "1s"]);
    ends_in_time(fixture.0.id());
    assert_eq!(fixture.0.wait().unwrap().code(), Some(0));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Limits the size of the process's files.
fn limit_files(process: &Process, bytes: u64) {
    let id = Pid::from_raw(i32::try_from(process.id()).unwrap());
    let limit = Rlimit {
        current: Some(bytes),
        maximum: None,
    };
    prlimit(id, Resource::Fsize, limit).unwrap();
}

#[test]
fn an_error_that_repeats_has_one_line_and_a_count() {
    let folder = new_folder();
    let environment = [("RUST_LOG", "error")];
    let arguments = ["--enable-user-access-tokens", "--log-format", "json"];
    let process = serve(&folder, &arguments, &environment).with_admin();
    let admin = process.login();
    let log = std::fs::metadata(folder.join("patmost.db-wal")).unwrap();
    limit_files(&process, log.len() + 20_000);
    let mut connection = Connection::to(&process.address).unwrap();
    let mut refused = 0;
    for _ in 0..500 {
        let token = r#"{"description":"x"}"#;
        let answer = connection.ask("POST", "/users/me/tokens", &admin, token);
        refused += usize::from(answer.unwrap().status == 507);
    }
    assert!(refused > 100, "{refused}");
    process.signal("TERM");
    let log = process.ends_with(0);
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // A request that was refused, and the bookkeeping that it deferred: two causes, each with two lines.
    assert!((3..=4).contains(&lines.len()), "{log}");
    let refusals = lines.iter().filter(|line| line["cause"].is_string());
    assert_eq!(refusals.count(), 1, "{log}");
    let says = format!("and {} more like it: cause=", refused - 1);
    let counts = lines.iter().filter_map(|line| line["msg"].as_str());
    assert_eq!(
        counts.filter(|text| text.starts_with(&says)).count(),
        1,
        "{log}"
    );
    assert!(lines.iter().all(|line| line["level"] == "error"), "{log}");
    std::fs::remove_dir_all(folder).unwrap();
}
