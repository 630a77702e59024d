//! The drill of a backup put back: by command it always works, and by hand a log that was left spoils nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::process::{Process, fails, serve, succeeds};
use crate::support::*;

fn tokens(folder: &Path, data: &str) -> usize {
    let listed = succeeds(folder, &["token", "list", "--quiet", "--data", data]);
    listed.lines().count()
}

fn make(process: &Process, admin: &str) {
    let token = json!({"description": "x"});
    process.send("POST", "/users/me/tokens", admin, token).ok();
}

/// A folder with a backup that has one token, and the data of a server that was killed with three, its log beside it.
fn killed() -> std::path::PathBuf {
    let folder = new_folder();
    let mut process = serve(&folder, &["--enable-user-access-tokens"], &[]).with_admin();
    let admin = process.login();
    make(&process, &admin);
    succeeds(&folder, &["backup", "backup.db"]);
    for _ in 0..2 {
        make(&process, &admin);
    }
    process.kill();
    assert!(fs::metadata(folder.join("patmost.db-wal")).unwrap().len() > 0);
    folder
}

/// Starts a server and ends it.
fn starts(folder: &Path) {
    let process = serve(folder, &["--must-exist"], &[]);
    assert!(
        process.first_line.contains("listens"),
        "{}",
        process.first_line
    );
    process.signal("TERM");
    process.ends_with(0);
}

#[test]
fn after_a_kill_a_backup_is_restored_and_what_was_there_is_kept_whole() {
    let folder = killed();
    let words = succeeds(&folder, &["restore", "backup.db"]);
    assert!(words.contains("kept as"), "{words}");
    assert_eq!(tokens(&folder, "patmost.db"), 1);
    assert_eq!(tokens(&folder, "patmost.db-replaced-1"), 3);
    let mode = fs::metadata(folder.join("patmost.db"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    starts(&folder);
    // Again, and over a damaged file.
    fs::write(folder.join("patmost.db"), "damaged").unwrap();
    succeeds(&folder, &["restore", "backup.db"]);
    assert_eq!(tokens(&folder, "patmost.db"), 1);
    assert!(folder.join("patmost.db-replaced-2").exists());
    // And where there is nothing.
    fs::remove_file(folder.join("patmost.db")).unwrap();
    succeeds(&folder, &["restore", "backup.db"]);
    starts(&folder);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_backup_put_there_by_hand_is_not_spoilt_by_the_log_that_was_left() {
    for by_rename in [false, true] {
        let folder = killed();
        let (data, backup) = (folder.join("patmost.db"), folder.join("backup.db"));
        let bytes = fs::read(&backup).unwrap();
        if by_rename {
            fs::copy(&backup, folder.join("copy.db")).unwrap();
            fs::rename(folder.join("copy.db"), &data).unwrap();
        } else {
            // Into the same file.
            fs::copy(&backup, &data).unwrap();
        }
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["check"],
            &["user", "list"],
            &["config", "set", "TeamSettings.SiteName", "x"],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let text = fails(&folder, arguments);
            assert!(
                text.contains("patmost.db-wal is the log of another file"),
                "{text}"
            );
            assert!(text.contains("patmost restore"), "{text}");
        }
        assert!(fs::read(&data).unwrap() == bytes, "the backup was changed");
        // As the message says.
        fs::rename(folder.join("patmost.db-wal"), folder.join("away")).unwrap();
        starts(&folder);
        assert_eq!(tokens(&folder, "patmost.db"), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn a_server_that_was_killed_starts_again_however_often() {
    let folder = killed();
    for _ in 0..3 {
        let mut process = serve(&folder, &["--enable-user-access-tokens"], &[]);
        let admin = process.login();
        make(&process, &admin);
        process.kill();
        // A command in between makes no difference.
        succeeds(&folder, &["config", "set", "TeamSettings.SiteName", "x"]);
        succeeds(&folder, &["check"]);
    }
    starts(&folder);
    assert_eq!(tokens(&folder, "patmost.db"), 6);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn restore_refuses_what_is_in_use_and_what_is_not_sound() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    succeeds(&folder, &["backup", "backup.db"]);
    let text = fails(&folder, &["restore", "backup.db"]);
    assert!(text.contains("is served already"), "{text}");
    process.signal("TERM");
    process.ends_with(0);
    let other = rusqlite::Connection::open(folder.join("patmost.db")).unwrap();
    let users = "SELECT count(*) FROM users";
    other.query_row(users, [], |_| Ok(())).unwrap();
    let text = fails(&folder, &["restore", "backup.db"]);
    assert!(text.contains("is in use by another process"), "{text}");
    drop(other);
    fs::write(folder.join("empty.db"), "").unwrap();
    for (backup, words) in [
        ("empty.db", "is empty"),
        ("missing.db", "there is no backup"),
        ("patmost.db", "the data file itself"),
    ] {
        let text = fails(&folder, &["restore", backup]);
        assert!(text.contains(words), "{text}");
    }
    starts(&folder);
    assert!(!folder.join("patmost.db-replaced-1").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_put_in_place_of_a_served_one_is_opened_by_no_command() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    succeeds(&folder, &["backup", "backup.db"]);
    fs::rename(folder.join("backup.db"), folder.join("patmost.db")).unwrap();
    let login = json!({"login_id": "admin", "password": PASSWORD});
    process
        .send("POST", "/users/login", "", login)
        .refused(503, "app.store.lost.app_error");
    let text = fails(&folder, &["config", "set", "TeamSettings.SiteName", "x"]);
    assert!(
        text.contains("a running server has another file open"),
        "{text}"
    );
    process.signal("TERM");
    process.ends_with(0);
    starts(&folder);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_server_that_must_have_its_file_makes_none() {
    let folder = new_folder();
    let must = ["serve", "--must-exist", "--listen", "127.0.0.1:0"];
    let text = fails(&folder, &must);
    assert!(text.contains("there is no data file patmost.db"), "{text}");
    fs::write(folder.join("patmost.db"), "").unwrap();
    assert!(fails(&folder, &must).contains("is empty"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_others_can_read_is_warned_of() {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]);
    process.signal("TERM");
    assert!(!process.ends_with(0).contains("chmod"));
    let data = folder.join("patmost.db");
    fs::set_permissions(data, fs::Permissions::from_mode(0o644)).unwrap();
    let process = serve(&folder, &[], &[]);
    process.signal("TERM");
    assert!(
        process.first_line.contains("mode 644"),
        "{}",
        process.first_line
    );
    process.ends_with(0);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_mark_of_a_server_follows_no_symbolic_link() {
    let folder = new_folder();
    std::os::unix::fs::symlink("victim", folder.join("patmost.db-serving")).unwrap();
    fails(&folder, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!folder.join("victim").exists());
    fs::remove_dir_all(folder).unwrap();
}
