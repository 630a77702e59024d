//! The data file moved, replaced or deleted under a running server: no change is answered that is not on disk.

use std::fs;
use std::path::Path;

use crate::support::process::{Process, patmost, serve, succeeds};
use crate::support::*;

const LOST: &str = "app.store.lost.app_error";

fn make(process: &Process, admin: &str) -> Answer {
    let token = json!({"description": "x"});
    process.send("POST", "/users/me/tokens", admin, token)
}

fn healthy(process: &Process, folder: &Path) -> bool {
    let asked = patmost(folder, &["healthcheck", "--address", &process.address]);
    asked.status.success()
}

/// A server with an admin who is signed in and has two tokens.
fn with_tokens(folder: &Path) -> (Process, String) {
    let process = serve(folder, &["--enable-user-access-tokens"], &[]).with_admin();
    let admin = process.login();
    for _ in 0..2 {
        make(&process, &admin).ok();
    }
    (process, admin)
}

/// Changes are refused from now on, reads are not, and health says so.
fn is_lost(process: &Process, folder: &Path, admin: &str) {
    make(process, admin).refused(503, LOST);
    process.send("GET", "/users/me", admin, json!({})).ok();
    let ping = "/system/ping?get_server_status=true";
    let ping = process.send("GET", ping, "", json!({}));
    assert_eq!(
        (ping.status, &ping.json()["status"]),
        (500, &json!("UNHEALTHY"))
    );
    assert!(!healthy(process, folder));
}

#[test]
fn a_deleted_file_ends_changes_at_once() {
    let folder = new_folder();
    let (process, admin) = with_tokens(&folder);
    assert!(healthy(&process, &folder));
    fs::remove_file(folder.join("patmost.db")).unwrap();
    is_lost(&process, &folder, &admin);
    process.signal("TERM");
    let log = process.ends_with(0);
    assert!(log.contains("the data file is lost"), "{log}");
    assert!(log.contains("patmost.db cannot be found"), "{log}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_loss_is_logged_though_nobody_asks_for_anything() {
    let folder = new_folder();
    let mut process = serve(&folder, &[], &[("RUST_LOG", "warn")]);
    fs::remove_file(folder.join("patmost.db")).unwrap();
    // Waits for each line; the clean-up of the start may fail before.
    loop {
        let line = process.next_line();
        assert!(!line.is_empty(), "the log ended");
        if line.contains("the data file is lost") {
            break;
        }
    }
    process.signal("TERM");
    process.ends_with(0);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_comes_back_is_changed_again() {
    let folder = new_folder();
    let (process, admin) = with_tokens(&folder);
    let (file, away) = (folder.join("patmost.db"), folder.join("away.db"));
    fs::rename(&file, &away).unwrap();
    is_lost(&process, &folder, &admin);
    fs::rename(&away, &file).unwrap();
    make(&process, &admin).ok();
    assert!(healthy(&process, &folder));
    process.signal("TERM");
    let log = process.ends_with(0);
    assert!(log.contains("the data file is back"), "{log}");
    assert_eq!(
        succeeds(&folder, &["token", "list", "--quiet"])
            .lines()
            .count(),
        3
    );
    succeeds(&folder, &["check"]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_moved_over_it_is_not_spoilt_and_the_old_one_is_whole() {
    let folder = new_folder();
    let (process, admin) = with_tokens(&folder);
    let (file, away) = (folder.join("patmost.db"), folder.join("away.db"));
    succeeds(&folder, &["backup", "new.db"]);
    make(&process, &admin).ok();
    fs::hard_link(&file, &away).unwrap();
    fs::rename(folder.join("new.db"), &file).unwrap();
    is_lost(&process, &folder, &admin);
    process.signal("TERM");
    process.ends_with(0);
    succeeds(&folder, &["check"]);
    let count = |data: &str| {
        let listed = succeeds(&folder, &["token", "list", "--quiet", "--data", data]);
        listed.lines().count()
    };
    assert_eq!((count("patmost.db"), count("away.db")), (2, 3));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_log_that_was_deleted_ends_changes_too() {
    let folder = new_folder();
    let (process, admin) = with_tokens(&folder);
    fs::remove_file(folder.join("patmost.db-wal")).unwrap();
    is_lost(&process, &folder, &admin);
    process.signal("TERM");
    process.ends_with(0);
    assert_eq!(
        succeeds(&folder, &["token", "list", "--quiet"])
            .lines()
            .count(),
        2
    );
    fs::remove_dir_all(folder).unwrap();
}
