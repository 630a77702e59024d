//! `patmost backup` and `patmost check`: what they leave, and that they change nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::process::{fails, patmost, serve, succeeds};
use crate::support::*;

/// A folder with the file of a server that has ended, and an account.
fn data() -> std::path::PathBuf {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    process.signal("TERM");
    process.ends_with(0);
    folder
}

/// The names in a folder and what the files hold.
fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut all: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn an_empty_a_foreign_and_an_unfinished_file_are_not_sound_and_stay_as_they_are() {
    let folder = data();
    fs::write(folder.join("empty.db"), "").unwrap();
    rusqlite::Connection::open(folder.join("foreign.db"))
        .unwrap()
        .execute_batch("CREATE TABLE other (a)")
        .unwrap();
    fs::copy(folder.join("patmost.db"), folder.join("half.db")).unwrap();
    fs::write(folder.join("half.db-journal"), "what it was").unwrap();
    let before = all(&folder);
    for (file, words) in [
        ("empty.db", "is empty"),
        ("foreign.db", "not one of patmost"),
        ("half.db", "was not finished"),
    ] {
        let text = fails(&folder, &["check", "--data", file]);
        assert!(text.contains(words), "{text}");
        let text = fails(&folder, &["backup", "copy.db", "--data", file]);
        assert!(text.contains(words), "{text}");
    }
    assert!(all(&folder) == before, "something was changed");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn commands_that_only_look_change_nothing_not_even_after_a_kill() {
    let folder = data();
    let mut process = serve(&folder, &[], &[]);
    process.login();
    process.kill();
    // The index of the log is no data.
    let before = || {
        let mut files = all(&folder);
        files.retain(|(name, _)| name != "patmost.db-shm");
        files
    };
    let (then, has_log) = (before(), folder.join("patmost.db-wal").exists());
    assert!(has_log);
    for command in [
        &["check"][..],
        &["user", "list"],
        &["token", "list"],
        &["config", "get"],
    ] {
        succeeds(&folder, command);
        assert!(before() == then, "{command:?} changed something");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn commands_that_only_look_need_no_write_access() {
    let (folder, elsewhere) = (data(), new_folder());
    for (path, mode) in [(folder.join("patmost.db"), 0o444), (folder.clone(), 0o555)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o777)).unwrap();
    let copy = elsewhere.join("copy.db").display().to_string();
    for arguments in [
        &["check"][..],
        &["user", "list"],
        &["token", "list"],
        &["config", "get"],
        &["backup", &copy],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
        command.args(arguments).current_dir(&folder);
        if rustix::process::getuid().is_root() {
            std::os::unix::process::CommandExt::uid(&mut command, 65_534);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    for folder in [folder, elsewhere] {
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn a_backup_is_there_whole_or_not_at_all_and_the_next_removes_what_a_killed_one_left() {
    let folder = data();
    for left in ["copy.db-part", "copy.db-part-journal", "copy.db-journal"] {
        fs::write(folder.join(left), "half").unwrap();
    }
    succeeds(&folder, &["backup", "copy.db"]);
    let names: Vec<_> = all(&folder).into_iter().map(|(name, _)| name).collect();
    let left = names.iter().filter(|name| name.starts_with("copy.db"));
    assert_eq!(left.collect::<Vec<_>>(), ["copy.db"]);
    succeeds(&folder, &["check", "--data", "copy.db"]);
    // Without room for it nothing is left.
    let mut shell = Command::new("sh");
    let limited = "ulimit -f 20; trap '' XFSZ; \"$0\" backup full.db";
    shell.args(["-c", limited, env!("CARGO_BIN_EXE_patmost")]);
    let output = shell.current_dir(&folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        all(&folder)
            .iter()
            .all(|(name, _)| !name.starts_with("full.db"))
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_backup_follows_no_symbolic_link() {
    let folder = data();
    std::os::unix::fs::symlink("victim", folder.join("copy.db")).unwrap();
    std::os::unix::fs::symlink("victim", folder.join("other.db-part")).unwrap();
    let text = fails(&folder, &["backup", "copy.db"]);
    assert!(text.contains("there is such a file already"), "{text}");
    succeeds(&folder, &["backup", "other.db"]);
    assert!(!folder.join("victim").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_backup_goes_to_standard_output() {
    let folder = data();
    let bytes = patmost(&folder, &["backup", "-"]).stdout;
    fs::write(folder.join("copy.db"), bytes).unwrap();
    succeeds(&folder, &["check", "--data", "copy.db"]);
    assert!(!folder.join("-").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_tables_of_litestream_are_known() {
    let folder = data();
    rusqlite::Connection::open(folder.join("patmost.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);
             CREATE TABLE _litestream_lock (id INTEGER);",
        )
        .unwrap();
    succeeds(&folder, &["check"]);
    fs::remove_dir_all(folder).unwrap();
}
