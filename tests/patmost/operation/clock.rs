//! A clock that is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::process::{Process, library, serve};
use crate::support::*;

const DAY: i64 = 86_400;

/// A machine whose calendar can be set wrong.
struct Machine {
    folder: PathBuf,
    library: PathBuf,
    ahead: PathBuf,
}

impl Machine {
    fn new() -> Machine {
        let folder = new_folder();
        Machine {
            library: library("wrong_clock", &folder),
            ahead: folder.join("ahead"),
            folder,
        }
    }

    fn set_ahead(&self, seconds: i64) {
        // Written beside and renamed, because it is read at any time.
        let part = self.folder.join("part");
        fs::write(&part, seconds.to_string()).unwrap();
        fs::rename(part, &self.ahead).unwrap();
    }

    fn serve(&self) -> Process {
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let (library, ahead) = (path(&self.library), path(&self.ahead));
        let environment = [
            ("LD_PRELOAD", &*library),
            ("WRONG_CLOCK", &*ahead),
            ("RUST_LOG", "warn"),
        ];
        serve(&self.folder, &[], &environment)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn status_of_me(process: &Process, secret: &str) -> u16 {
    process.send("GET", "/users/me", secret, json!({})).status
}

fn ends_without_a_panic(process: Process) -> String {
    process.signal("TERM");
    let log = process.ends_with(0);
    assert!(!log.contains("panicked"), "{log}");
    log
}

#[test]
fn a_clock_before_1970_and_after_9999_ends_no_thread() {
    for ahead in [-60 * 365 * DAY, 9000 * 365 * DAY] {
        let machine = Machine::new();
        machine.set_ahead(ahead);
        let process = machine.serve().with_admin();
        let secret = process.login();
        for _ in 0..20 {
            let answer = process.send("GET", "/users/me", &secret, json!({}));
            answer.ok();
            assert_eq!(answer.header("date"), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
        }
        ends_without_a_panic(process);
    }
}

#[test]
fn a_clock_that_jumps_while_the_server_runs_is_not_believed_at_once() {
    let machine = Machine::new();
    let process = machine.serve().with_admin();
    let secret = process.login();
    for days in [200, 0, -200, 0] {
        machine.set_ahead(days * DAY);
        for _ in 0..3 {
            assert_eq!(status_of_me(&process, &secret), 200, "{days} days ahead");
        }
    }
    let log = ends_without_a_panic(process);
    let said = |words| log.matches(words).count();
    assert_eq!(
        said("that is believed, until the clock has shown the other for an hour"),
        2,
        "{log}"
    );
    assert_eq!(said("shows the time again that was believed"), 2, "{log}");
}

#[test]
fn a_start_believes_a_later_time_than_that_of_the_data_and_no_earlier_one() {
    let machine = Machine::new();
    let process = machine.serve().with_admin();
    let secret = process.login();
    ends_without_a_panic(process);
    // A machine without a battery begins in the past, where sessions and tokens that have ended would be good again.
    machine.set_ahead(-200 * DAY);
    let process = machine.serve();
    assert_eq!(status_of_me(&process, &secret), 200);
    let before = process.send("GET", "/users/me", &secret, json!({})).ok()["create_at"]
        .as_i64()
        .unwrap();
    process.login();
    let logins = process
        .send("GET", "/users/me/sessions", &secret, json!({}))
        .ok();
    let newest = logins
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["create_at"].as_i64().unwrap())
        .max()
        .unwrap();
    assert!(
        newest >= before && newest - before < 3_600_000,
        "{newest} {before}"
    );
    let said = &process.first_line;
    assert!(said.contains("by the last entry in the data"), "{said}");
    ends_without_a_panic(process);
    // One that was off for long.
    machine.set_ahead(200 * DAY);
    let process = machine.serve();
    assert_eq!(status_of_me(&process, &secret), 401);
    ends_without_a_panic(process);
}
