//! Files of older versions: what they hold is answered as before, what they were is kept, and nobody loses anything.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use crate::support::process;
use crate::support::*;
use patmost::Clock;
use rusqlite::Connection;

/// A folder with the file that `migration/1.sql` makes, and what that version answered on it.
fn version_1() -> (PathBuf, Value) {
    let folder = new_folder();
    let file = Connection::open(folder.join("patmost.db")).unwrap();
    file.pragma_update(None, "journal_mode", "WAL").unwrap();
    file.execute_batch(include_str!("../../migration/1.sql"))
        .unwrap();
    let answers = serde_json::from_str(include_str!("../../migration/1.json")).unwrap();
    (folder, answers)
}

/// A server on it, at the hour when it was written.
fn serve(folder: PathBuf, then: &Value) -> Mattermost {
    let clock = Clock::fixed();
    clock.set(then["at"].as_i64().unwrap());
    let tokens = ("ServiceSettings.EnableUserAccessTokens", "true");
    start(folder, &[tokens], clock)
}

fn patmost(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
    command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A command that brings the file up to date.
const CHANGE: [&str; 4] = ["config", "set", "TeamSettings.SiteName", "x"];

fn version(file: &Path) -> i64 {
    let file = Connection::open(file).unwrap();
    file.query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_file_of_version_1_answers_as_before() {
    let (folder, then) = version_1();
    let mm = serve(folder.clone(), &then);
    let of = |secret: &Value| mm.anonymous().with_token(secret.as_str().unwrap());
    let admin = of(&then["logins"]["admin"]);
    for (path, answer) in then["answers"].as_object().unwrap() {
        assert_eq!(admin.get(path).ok(), *answer, "{path}");
    }
    of(&then["logins"]["ci"]).me().ok();
    for name in ["used", "unused", "ends", "bot"] {
        of(&then["tokens"][name]).me().ok();
    }
    of(&then["tokens"]["disabled"]).me().expired();
    mm.login("ci").me().ok();
}

#[test]
fn sessions_and_tokens_of_version_1_can_be_ended() {
    let (folder, then) = version_1();
    let mm = serve(folder, &then);
    let of = |secret: &Value| mm.anonymous().with_token(secret.as_str().unwrap());
    let (admin, used, ci) = (
        &then["logins"]["admin"],
        &then["tokens"]["used"],
        &then["logins"]["ci"],
    );
    let tokens = of(admin).get("/users/tokens").ok();
    let id = tokens[0]["id"].as_str().unwrap();
    of(admin)
        .post("/users/tokens/revoke", json!({"token_id": id}))
        .ok();
    of(used).me().expired();
    let me = of(ci).me().ok().text("id");
    of(admin)
        .post(&format!("/users/{me}/sessions/revoke/all"), json!({}))
        .ok();
    of(ci).me().expired();
    // A token lives on, with a new session.
    let ends = of(&then["tokens"]["ends"]);
    ends.me().ok();
    assert_eq!(ends.sessions().ok().as_array().unwrap().len(), 1);
    mm.clock().set(4_102_444_800_000);
    ends.me().expired();
    mm.clock().advance(Duration::from_secs(31 * 86_400));
    mm.clean_up();
}

#[test]
fn a_file_of_version_1_is_sound_afterwards_and_kept_as_it_was() {
    let (folder, _) = version_1();
    let file = folder.join("patmost.db");
    // A look changes nothing, and a list has nothing to read yet.
    let checked = patmost(&folder, &["check"]);
    assert!(checked.status.success(), "{checked:?}");
    let listed = patmost(&folder, &["user", "list"]);
    let text = String::from_utf8(listed.stderr).unwrap();
    assert!(text.contains("is of an older version"), "{text}");
    assert_eq!(version(&file), 1);
    let changed = patmost(&folder, &CHANGE);
    assert!(changed.status.success(), "{changed:?}");
    let checked = patmost(&folder, &["check"]);
    assert!(checked.status.success(), "{checked:?}");
    assert_eq!(version(&file), 3);
    let kept = folder.join("patmost.db-schema-1");
    assert_eq!(version(&kept), 1);
    // Whoever goes back to it, after whatever went wrong, can come again.
    std::fs::copy(&kept, &file).unwrap();
    std::fs::write(folder.join("patmost.db-schema-1.part"), "half").unwrap();
    std::fs::write(folder.join("patmost.db-schema-1.part-journal"), "half").unwrap();
    let changed = patmost(&folder, &CHANGE);
    assert!(changed.status.success(), "{changed:?}");
    let listed = patmost(&folder, &["user", "list", "--quiet"]);
    let text = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!((version(&file), version(&kept)), (3, 1));
    assert!(!folder.join("patmost.db-schema-1.part").exists());
    assert!(!folder.join("patmost.db-schema-1.part-journal").exists());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_of_version_1_that_an_older_patmost_has_open_is_left_alone() {
    let (folder, _) = version_1();
    let file = folder.join("patmost.db");
    let older = Connection::open(&file).unwrap();
    let users = || older.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0));
    assert_eq!(users().unwrap(), 3);
    let refused = patmost(&folder, &CHANGE);
    let text = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{text}");
    assert!(
        text.contains("is locked by another process; stop that process"),
        "{text}"
    );
    assert_eq!((users().unwrap(), version(&file)), (3, 1));
    assert!(!folder.join("patmost.db-schema-1").exists());
    drop(older);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn of_several_commands_at_once_one_brings_it_up_to_date_and_nothing_is_lost() {
    let (folder, _) = version_1();
    let listed: Vec<Output> = std::thread::scope(|scope| {
        let commands: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| patmost(&folder, &CHANGE)))
            .collect();
        commands
            .into_iter()
            .map(|command| command.join().unwrap())
            .collect()
    });
    for output in listed {
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let refused = text.contains("is locked by another process");
        assert!(output.status.success() || refused, "{text}");
    }
    let checked = patmost(&folder, &["check"]);
    assert!(checked.status.success(), "{checked:?}");
    assert_eq!(version(&folder.join("patmost.db-schema-1")), 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn it_says_what_it_needs_and_the_supervisor_waits() {
    let (folder, _) = version_1();
    let socket = UnixDatagram::bind(folder.join("notify")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let name = folder.join("notify").display().to_string();
    let process = process::serve(&folder, &[], &[("NOTIFY_SOCKET", &name)]);
    let said = &process.first_line;
    assert!(
        said.contains("is brought to schema version 3: that needs 0."),
        "{said}"
    );
    let told = || {
        let mut text = [0; 200];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    assert_eq!(told(), "EXTEND_TIMEOUT_USEC=60000000");
    assert_eq!(told(), "READY=1");
    drop(process);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn without_room_for_it_nothing_is_begun() {
    let (folder, _) = version_1();
    let path = folder.join("patmost.db");
    let before = std::fs::metadata(&path).unwrap().len();
    // A file that has a hole behind its last page: SQLite takes no notice, and no disk has room for two more of it.
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(1 << 43).unwrap();
    let refused = process::serve(&folder, &[], &[]);
    let said = refused.first_line.clone();
    assert!(
        said.contains("patmost.db needs 17592186.0 MB of room on its disk"),
        "{said}"
    );
    refused.ends_with(1);
    assert!(!folder.join("patmost.db-schema-1").exists());
    file.set_len(before).unwrap();
    assert_eq!(version(&path), 1);
    assert!(patmost(&folder, &CHANGE).status.success());
    std::fs::remove_dir_all(folder).unwrap();
}
