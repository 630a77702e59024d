//! The first account of a server that strangers can reach.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::client::send;
use crate::support::process::{Process, serve, serve_to_all, succeeds};
use crate::support::*;

const FILE: &str = "patmost.db-setup-code";
const REFUSED: &str = "api.user.create_user.setup_code.app_error";

fn sign_up(process: &Process, username: &str, code: Option<&str>) -> Answer {
    let email = format!("{username}@example.com");
    let account = json!({"username": username, "email": email, "password": PASSWORD});
    let request = Request::new("POST", "/api/v4/users").body(account.to_string());
    let request = match code {
        Some(code) => request.header("X-Patmost-Setup-Code", code),
        None => request,
    };
    send(&process.address, &request)
}

fn code_in(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
    text.trim_end().to_owned()
}

#[test]
fn first_account_over_the_network_asks_for_the_code_that_was_printed() {
    let folder = new_folder();
    let process = serve_to_all(&folder);
    let code = code_in(&folder);
    assert!(code.len() == 26 && process.first_line.contains(&code));
    let mode = folder.join(FILE).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for wrong in [None, Some(""), Some("x"), Some(&code[1..])] {
        sign_up(&process, "stranger", wrong).refused(403, REFUSED);
    }
    let first = sign_up(&process, "owner", Some(&code)).created();
    assert_eq!(first["roles"], "system_admin system_user");
    // Once there is an account the code is worth nothing, and none is asked for.
    assert!(!folder.join(FILE).exists());
    let closed = "api.user.create_user.no_open_server";
    sign_up(&process, "stranger", Some(&code)).refused(403, closed);
    drop(process);
    let again = serve_to_all(&folder);
    assert!(!folder.join(FILE).exists() && !again.first_line.contains("setup code"));
    drop(again);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn each_start_has_another_code_and_the_command_line_needs_none() {
    let folder = new_folder();
    let first = serve_to_all(&folder);
    let code = code_in(&folder);
    drop(first);
    let elsewhere = folder.join("elsewhere");
    std::fs::write(&elsewhere, "kept").unwrap();
    std::fs::remove_file(folder.join(FILE)).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.join(FILE)).unwrap();
    let second = serve_to_all(&folder);
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "kept");
    sign_up(&second, "stranger", Some(&code)).refused(403, REFUSED);
    let create = [
        "user",
        "create",
        "--email",
        "a@example.com",
        "--username",
        "owner",
    ];
    succeeds(&folder, &[&create[..], &["--system-admin"]].concat());
    assert!(!folder.join(FILE).exists());
    drop(second);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn first_account_on_this_machine_alone_asks_for_no_code() {
    let folder = new_folder();
    drop(serve_to_all(&folder));
    let process = serve(&folder, &[], &[]);
    assert!(!folder.join(FILE).exists());
    sign_up(&process, "owner", None).created();
    drop(process);
    std::fs::remove_dir_all(folder).unwrap();
}
