//! Data files that cannot be used, or cannot be written any more: what is said, and that nothing is lost.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::{Process, library, serve};
use crate::support::*;
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::{Pid, Resource, Rlimit, getuid, prlimit};

/// A folder with the file of a server that has ended.
fn data_file() -> (PathBuf, PathBuf) {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    process.signal("TERM");
    process.ends_with(0);
    let file = folder.join("patmost.db");
    (folder, file)
}

/// Commands on the file: each is refused with exit code 1 and one sentence that has `words`, and the file is as it was.
fn refused(folder: &Path, file: &Path, words: &str, change: impl Fn(&mut Command)) {
    let before = fs::read(file).unwrap();
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["check"],
        &["user", "list"],
        &["config", "set", "TeamSettings.SiteName", "x"],
        &["backup", "copy.db"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
        command.args(arguments).current_dir(folder);
        change(&mut command);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.starts_with("patmost: "), "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
        assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    }
    assert!(fs::read(file).unwrap() == before, "the file was changed");
    assert!(!folder.join("copy.db").exists(), "half a backup was left");
}

#[test]
fn a_file_that_is_not_sqlite_is_refused() {
    let (folder, file) = data_file();
    fs::write(
        &file,
        "a letter to my aunt, long enough for a header of SQLite".repeat(30),
    )
    .unwrap();
    refused(
        &folder,
        &file,
        "is not a SQLite database; choose another file with --data",
        |_| {},
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_damaged_file_is_refused() {
    let (folder, file) = data_file();
    let damaged = OpenOptions::new().write(true).open(&file).unwrap();
    // The pages of the schema, behind the header of 100 bytes.
    damaged.write_all_at(&[0x5a; 8000], 100).unwrap();
    refused(
        &folder,
        &file,
        "is damaged; restore it from a backup",
        |_| {},
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn damage_that_does_not_show_at_once_is_found_by_check() {
    let (folder, file) = data_file();
    let size = fs::metadata(&file).unwrap().len();
    let damaged = OpenOptions::new().write(true).open(&file).unwrap();
    damaged.write_all_at(&[0x5a; 4096], size - 4096).unwrap();
    let refused = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
        let output = command.args(arguments).current_dir(&folder).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let [stdout, stderr] = refused(&["check"]);
    assert!(
        stdout.contains("NO  pages and indexes are whole"),
        "{stdout}"
    );
    assert!(stderr.contains("restore it from a backup"), "{stderr}");
    let [_, stderr] = refused(&["user", "list"]);
    assert!(
        stderr.contains("is malformed; patmost check tells what is damaged"),
        "{stderr}"
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_newer_schema_is_refused() {
    let (folder, file) = data_file();
    // `user_version` stands in the header, big-endian.
    let newer = OpenOptions::new().write(true).open(&file).unwrap();
    newer.write_all_at(&99_u32.to_be_bytes(), 60).unwrap();
    refused(
        &folder,
        &file,
        "has schema version 99, and this patmost knows version",
        |_| {},
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_another_process_holds_is_refused() {
    let (folder, file) = data_file();
    let held = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&file)
        .unwrap();
    fcntl_lock(&held, FlockOperation::NonBlockingLockExclusive).unwrap();
    // The file is read without closing another descriptor of it, which would give the lock back.
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    let output = command
        .args(["config", "set", "TeamSettings.SiteName", "x"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("is locked by another process; stop that process"),
        "{text}"
    );
    drop(held);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_may_not_be_opened_is_refused() {
    let (folder, file) = data_file();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let is_root = getuid().is_root();
    if !is_root {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    }
    // Root may open anything, so it becomes nobody.
    let as_nobody = |command: &mut Command| {
        if is_root {
            command.uid(65_534).gid(65_534);
        }
    };
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["check"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
        command.args(arguments).current_dir(&folder);
        as_nobody(&mut command);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {text}");
        assert!(text.contains("patmost.db"), "{arguments:?}: {text}");
        assert!(
            text.contains("check its permissions") || text.contains("Permission denied"),
            "{arguments:?}: {text}"
        );
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::remove_dir_all(folder).unwrap();
}

/// Lets no file of the process grow beyond so many bytes.
fn limit_files(process: &Process, bytes: Option<u64>) {
    let pid = Pid::from_raw(i32::try_from(process.id()).unwrap());
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(pid, Resource::Fsize, limit).unwrap();
}

/// The story of a server that cannot write from `ends` on until `returns`: every change is refused with the status and the
/// id, reads go on, nothing is half done, and it recovers.
fn cannot_write(
    folder: &Path,
    environment: &[(&str, &str)],
    (status, id): (u16, &str),
    ends: impl FnOnce(&Process),
    returns: impl FnOnce(&Process),
) {
    let environment = [environment, &[("RUST_LOG", "error")]].concat();
    let process = serve(folder, &["--enable-user-access-tokens"], &environment).with_admin();
    let admin = process.login();
    let make = |number: usize| {
        let token = json!({"description": number.to_string()});
        process.send("POST", "/users/me/tokens", &admin, token)
    };
    let count = || {
        let tokens = process.send("GET", "/users/me/tokens?per_page=200", &admin, json!({}));
        tokens.ok().as_array().unwrap().len()
    };
    let unused = make(0).ok().text("token").to_owned();
    ends(&process);
    let mut made = 1;
    let refused = loop {
        let answer = make(made);
        if answer.status != 200 {
            break answer;
        }
        made += 1;
    };
    for answer in [refused, make(made), make(made)] {
        let body = answer.refused(status, id);
        assert!(body.text("message").contains("nothing was changed"));
        assert_eq!(count(), made);
    }
    // A login stores a session; who is signed in is not locked out, and nor is a token that was never used.
    let login = json!({"login_id": "admin", "password": PASSWORD});
    process
        .send("POST", "/users/login", "", login.clone())
        .refused(status, id);
    for secret in [&admin, &unused] {
        process.send("GET", "/users/me", secret, json!({})).ok();
    }

    returns(&process);
    make(made).ok();
    process.send("POST", "/users/login", "", login).ok();
    assert_eq!(count(), made + 1);
    process.signal("TERM");
    let log = process.ends_with(0);
    assert!(log.contains("cause="), "{log}");
    let check = Command::new(env!("CARGO_BIN_EXE_patmost"))
        .arg("check")
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
}

#[test]
fn without_room_changes_are_refused_reads_go_on_and_it_recovers() {
    let folder = new_folder();
    cannot_write(
        &folder,
        &[],
        (507, "app.store.full.app_error"),
        |process| {
            let log = fs::metadata(folder.join("patmost.db-wal")).unwrap();
            limit_files(process, Some(log.len() + 20_000));
        },
        |process| limit_files(process, None),
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn on_a_disk_that_turns_read_only_changes_are_refused_reads_go_on_and_it_recovers() {
    let (folder, other) = (new_folder(), new_folder());
    let library = library("read_only_disk", &other);
    let mark = folder.join("read-only");
    cannot_write(
        &folder,
        &[
            ("LD_PRELOAD", library.to_str().unwrap()),
            ("READ_ONLY_FOLDER", folder.to_str().unwrap()),
        ],
        (503, "app.store.read_only.app_error"),
        |_| drop(File::create(&mark).unwrap()),
        |_| fs::remove_file(&mark).unwrap(),
    );
    for folder in [folder, other] {
        fs::remove_dir_all(folder).unwrap();
    }
}
