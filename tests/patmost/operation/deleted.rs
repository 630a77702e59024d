//! Deleted is gone from the disk, and a log that another program has held up becomes small again.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::*;

/// A text of the data file, read past the server.
fn stored(mm: &Mattermost, sql: &str) -> String {
    let file = rusqlite::Connection::open(mm.data()).unwrap();
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap_or_default();
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

/// Waits for what the server does in the background within some seconds.
fn eventually(what: &str, done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn deleted_account_and_revoked_token_are_gone_from_file_log_and_backup() {
    let mm = server();
    mm.set("ServiceSettings", "EnableAPIUserDeletion", true);
    let bob = mm.user("bob");
    let (kept, revoked) = (
        bob.token("kept-until-the-end"),
        mm.admin().token("revoked-early"),
    );
    let password = stored(
        &mm,
        "SELECT password_hash FROM users WHERE username = 'bob'",
    );
    let hashes = [&kept, &revoked].map(|token| {
        let sql = format!("SELECT secret_hash FROM tokens WHERE id = '{}'", token.id);
        stored(&mm, &sql)
    });
    let texts = [
        password.as_str(),
        &hashes[0],
        &hashes[1],
        "bob@example.com",
        "kept-until-the-end",
        "revoked-early",
    ];
    let file = mm.data();
    let log = file.with_extension("db-wal");
    let there = |text: &&str| holds(&file, text) || holds(&log, text);
    assert!(texts.iter().all(there));

    let revoke = json!({"token_id": revoked.id});
    mm.admin()
        .post("/users/tokens/revoke", revoke)
        .acknowledged();
    let path = format!("/users/{}?permanent=true", bob.id);
    mm.admin().delete(&path).acknowledged();

    eventually("what was deleted stays in the file or its log", || {
        !texts.iter().any(there)
    });
    let backup = file.with_file_name("backup.db");
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    let done = command
        .arg("backup")
        .arg(&backup)
        .arg("--data")
        .arg(&file)
        .output();
    assert!(done.unwrap().status.success());
    for text in texts {
        assert!(!holds(&backup, text), "{text} is in a new backup");
    }
}

#[test]
fn log_is_small_again_after_a_reader_that_held_it_up_has_gone() {
    let mm = fresh();
    let log = mm.data().with_extension("db-wal");
    let size = || std::fs::metadata(&log).map_or(0, |log| log.len());
    let reader = rusqlite::Connection::open(mm.data()).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM users")
        .unwrap();
    while size() < 17 << 20 {
        mm.set("TeamSettings", "SiteName", size().to_string());
    }
    drop(reader);
    eventually("the log stays large", || size() < 1 << 20);
}
