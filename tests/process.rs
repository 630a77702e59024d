//! The server as a process: how it starts, how it stops, and what a kill leaves.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use support::*;

struct Process {
    child: Child,
    log: BufReader<ChildStderr>,
    first_line: String,
    address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .envs(environment.iter().copied());
    let mut child = command
        .env_remove("RUST_LOG")
        .current_dir(folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut first_line = String::new();
    log.read_line(&mut first_line).unwrap();
    let address = first_line
        .split_once("http://")
        .map(|(_, rest)| rest.split(',').next().unwrap().to_owned())
        .unwrap_or_default();
    Process {
        child,
        log,
        first_line,
        address,
    }
}

impl Process {
    fn signal(&self, name: &str) {
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &self.child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
    }

    fn ends_with(mut self, code: i32) -> String {
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        rest
    }

    /// Killed with the signal 9, and started anew on the same file.
    fn killed(mut self, folder: &Path) -> Process {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        serve(folder, &["--enable-user-access-tokens"], &[])
    }

    fn send(&self, method: &str, path: &str, secret: &str, body: Value) -> Answer {
        let request = Request::new(method, &format!("/api/v4{path}"))
            .header("Authorization", &format!("Bearer {secret}"));
        client::send(&self.address, &request.body(body.to_string()))
    }

    fn login(&self) -> String {
        let answer = self.send(
            "POST",
            "/users/login",
            "",
            json!({"login_id": "admin", "password": PASSWORD}),
        );
        answer.header("token").unwrap().to_owned()
    }

    fn with_admin(self) -> Process {
        let account =
            json!({"username": "admin", "email": "admin@example.com", "password": PASSWORD});
        self.send("POST", "/users", "", account).created();
        self
    }
}

#[test]
fn the_first_line_says_where_and_what_to_do_first() {
    let folder = new_folder();
    let first = serve(&folder, &[], &[]);
    for part in [
        "listens on http://127.0.0.1:",
        "patmost.db",
        "tokens are off",
        "first create your account",
        "/api/v4/users -d",
    ] {
        assert!(first.first_line.contains(part), "{}", first.first_line);
    }
    let first = first.with_admin();
    first.signal("TERM");
    assert!(first.ends_with(0).contains("stopped"));
    let second = serve(&folder, &["--enable-user-access-tokens"], &[]);
    assert!(
        second
            .first_line
            .contains("tokens are on; log in: open http://"),
        "{}",
        second.first_line
    );
    second.signal("INT");
    second.ends_with(0);
    assert!(
        !folder.join("patmost.db-wal").exists(),
        "the file was not closed in good order"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]);
    let mut idle = TcpStream::connect(&process.address).unwrap();
    let mut busy = TcpStream::connect(&process.address).unwrap();
    let body = json!({"username": "admin", "email": "a@b", "password": PASSWORD}).to_string();
    write!(
        busy,
        "POST /api/v4/users HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    process.signal("TERM");
    let (mut answer, mut nothing) = (String::new(), String::new());
    busy.read_to_string(&mut answer).unwrap();
    idle.read_to_string(&mut nothing).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 201 ") && nothing.is_empty(),
        "{answer}{nothing}"
    );
    process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn settings_are_pinned_by_file_environment_and_flag() {
    let folder = new_folder();
    std::fs::write(folder.join("c.json"), r#"{"ServiceSettings":{"EnableUserAccessTokens":true,"MaximumLoginAttempts":3},"TeamSettings":{"SiteName":"File"}}"#).unwrap();
    let process = serve(
        &folder,
        &["--config", "c.json"],
        &[("MM_TEAMSETTINGS_SITENAME", "Environment")],
    )
    .with_admin();
    let config = process
        .send("GET", "/config", &process.login(), json!({}))
        .ok();
    assert_eq!(
        (
            config["TeamSettings"]["SiteName"].as_str(),
            config["ServiceSettings"]["MaximumLoginAttempts"].as_i64()
        ),
        (Some("Environment"), Some(3))
    );
    drop(process);
    let bad = serve(
        &folder,
        &[],
        &[("MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS", "none")],
    );
    assert!(
        bad.first_line
            .contains("MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS"),
        "{}",
        bad.first_line
    );
    bad.ends_with(1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_address_in_use_is_one_sentence_and_leaves_nothing_behind() {
    let folder = new_folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    let output = command
        .args([
            "serve",
            "--listen",
            &taken.local_addr().unwrap().to_string(),
        ])
        .current_dir(&folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(1) && text.contains("cannot listen on"),
        "{text}"
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_answered_change_is_there_after_kill_9() {
    let folder = new_folder();
    let mut process = serve(&folder, &["--enable-user-access-tokens"], &[]).with_admin();
    let admin = process.login();
    let mut kept: Vec<(String, String)> = Vec::new();
    for round in 0..25 {
        let made = process
            .send(
                "POST",
                "/users/me/tokens",
                &admin,
                json!({"description": round.to_string()}),
            )
            .ok();
        if round % 3 == 2 {
            let (id, secret) = kept.pop().unwrap();
            process
                .send(
                    "POST",
                    "/users/tokens/revoke",
                    &admin,
                    json!({"token_id": id}),
                )
                .acknowledged();
            process = process.killed(&folder);
            process
                .send("GET", "/users/me", &secret, json!({}))
                .expired();
        } else {
            process = process.killed(&folder);
        }
        kept.push((made.text("id"), made.text("token")));
        for (_, secret) in &kept {
            process.send("GET", "/users/me", secret, json!({})).ok();
        }
    }
    drop(process);
    let check = Command::new(env!("CARGO_BIN_EXE_patmost"))
        .arg("check")
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
    std::fs::remove_dir_all(folder).unwrap();
}
