//! The server as a process: how it starts, how it stops, what signals do.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use support::process::serve;
use support::*;

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
        second.first_line.contains("tokens are on; log in: curl"),
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
