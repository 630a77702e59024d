//! A full disk: what takes power away is still done, in the room that is kept in reserve for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::process::{Process, library, serve};
use crate::support::*;

const RESERVE: u64 = 1 << 20;

/// A folder on a small disk, and what is loaded into a program to make it one.
struct SmallDisk {
    folder: PathBuf,
    library: PathBuf,
}

impl SmallDisk {
    fn new() -> SmallDisk {
        let (folder, library) = (new_folder(), library("small_disk", &new_folder()));
        SmallDisk { folder, library }
    }

    fn serve(&self) -> Process {
        let environment = [
            ("LD_PRELOAD", self.library.to_str().unwrap()),
            ("SMALL_DISK", self.folder.to_str().unwrap()),
            ("RUST_LOG", "warn"),
            ("MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION", "true"),
        ];
        serve(&self.folder, &["--enable-user-access-tokens"], &environment)
    }

    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patmost"));
        command
            .args(arguments)
            .env("LD_PRELOAD", &self.library)
            .env("SMALL_DISK", &self.folder)
            .current_dir(&self.folder)
            .output()
            .unwrap()
    }

    /// Leaves no room.
    fn fill(&self) {
        let files = fs::read_dir(&self.folder).unwrap();
        let used: u64 = files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum();
        fs::write(self.folder.join("disk"), used.to_string()).unwrap();
    }

    fn make_room(&self) {
        fs::remove_file(self.folder.join("disk")).unwrap();
    }

    fn reserve(&self) -> PathBuf {
        self.folder.join("patmost.db-reserve")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
        drop(fs::remove_dir_all(self.library.parent().unwrap()));
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

fn is_whole(reserve: &Path) -> bool {
    reserve
        .symlink_metadata()
        .is_ok_and(|found| found.len() == RESERVE)
}

#[test]
fn on_a_full_disk_what_takes_power_away_is_still_done() {
    let disk = SmallDisk::new();
    let process = disk.serve().with_admin();
    let admin = process.login();
    let send = |path: &str, body: Value| process.send("POST", path, &admin, body);
    let make = || send("/users/me/tokens", json!({"description": "x"}));
    let tokens: Vec<Value> = (0..3).map(|_| make().ok()).collect();
    let account = json!({"username": "bob", "email": "bob@example.com", "password": PASSWORD});
    let bob = send("/users", account).created().text("id");
    let roles = format!("/users/{bob}/roles");
    let set_roles = |roles_of: &str| {
        let roles_of = json!({ "roles": roles_of });
        process.send("PUT", &roles, &admin, roles_of)
    };
    set_roles("system_user system_admin").ok();
    let bot = send("/bots", json!({"username": "bot"}));
    let bot = bot.created().text("user_id");
    wait_until("there is no reserve", || is_whole(&disk.reserve()));

    disk.fill();
    wait_until("the disk is not full", || make().status == 507);
    let id = |at: usize| json!({"token_id": tokens[at]["id"]});
    send("/users/tokens/revoke", id(0)).ok();
    assert!(!disk.reserve().exists());
    // What is left is not for those who make more.
    make().refused(507, "app.store.full.app_error");
    send("/users/tokens/disable", id(1)).ok();
    let revoked = disk.command(&["token", "revoke", &tokens[2].text("id")]);
    assert!(revoked.status.success(), "{revoked:?}");
    for token in &tokens {
        let me = process.send("GET", "/users/me", &token.text("token"), json!({}));
        assert_eq!(me.status, 401);
    }
    set_roles("system_user").ok();
    send(&format!("/bots/{bot}/disable"), json!({})).ok();
    send(&format!("/users/{bob}/sessions/revoke/all"), json!({})).ok();
    process
        .send("DELETE", &format!("/users/{bob}"), &admin, json!({}))
        .ok();

    disk.make_room();
    wait_until("the reserve was not taken again", || {
        is_whole(&disk.reserve())
    });
    wait_until("changes are still refused", || make().status == 200);
    send("/users/logout", json!({})).ok();
    process.signal("TERM");
    let log = process.ends_with(0);
    assert!(log.contains("patmost.db-reserve was given up"), "{log}");
    assert!(log.contains("there is room on the disk again"), "{log}");
}

#[test]
fn a_command_takes_power_away_on_a_full_disk_without_a_server() {
    let disk = SmallDisk::new();
    let process = disk.serve().with_admin();
    let admin = process.login();
    let made = process.send(
        "POST",
        "/users/me/tokens",
        &admin,
        json!({"description": "x"}),
    );
    let token = made.ok().text("id");
    wait_until("there is no reserve", || is_whole(&disk.reserve()));
    process.signal("TERM");
    process.ends_with(0);
    disk.fill();
    let revoked = disk.command(&["token", "revoke", &token]);
    assert!(revoked.status.success(), "{revoked:?}");
    let list = disk.command(&["token", "list", "--quiet"]);
    assert!(list.status.success() && list.stdout.is_empty(), "{list:?}");
}

#[test]
fn the_reserve_is_private_and_made_through_no_link() {
    use std::os::unix::fs::PermissionsExt;
    let disk = SmallDisk::new();
    let process = disk.serve().with_admin();
    wait_until("there is no reserve", || is_whole(&disk.reserve()));
    let mode = fs::metadata(disk.reserve()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    process.signal("TERM");
    process.ends_with(0);
    fs::remove_file(disk.reserve()).unwrap();
    std::os::unix::fs::symlink("victim", disk.reserve()).unwrap();
    let process = disk.serve();
    let first_line = process.first_line.clone();
    process.signal("TERM");
    let log = first_line + &process.ends_with(0);
    assert!(log.contains("there is no room in reserve"), "{log}");
    assert!(!disk.folder.join("victim").exists());
}
