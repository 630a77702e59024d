//! Bits that the disk returns otherwise than they were written.

use std::fs;
use std::path::Path;

use crate::support::process::{fails, serve, succeeds};
use crate::support::*;

/// A folder with a data file that no server has open any more, and the id of a token in it.
fn folder_with_a_token() -> (std::path::PathBuf, String) {
    let folder = new_folder();
    let process = serve(&folder, &["--enable-user-access-tokens"], &[]).with_admin();
    let secret = process.login();
    let admin = process.send("GET", "/users/me", &secret, json!({})).ok();
    let path = format!("/users/{}/tokens", admin.text("id"));
    let token = process.send("POST", &path, &secret, json!({"description": "nightly"}));
    let id = token.ok().text("id");
    process.signal("TERM");
    process.ends_with(0);
    (folder, id)
}

fn flip(path: &Path, at: usize, bit: u8) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1 << bit;
    fs::write(path, bytes).unwrap();
}

#[test]
fn check_finds_every_flipped_bit_of_a_backup() {
    let (folder, _) = folder_with_a_token();
    let (backup, data) = (folder.join("backup.db"), folder.join("patmost.db"));
    succeeds(&folder, &["backup", "backup.db"]);
    let check = ["check", "--data", "backup.db"];
    succeeds(&folder, &check);
    // All but the seal itself, of which nothing else depends.
    let bytes = fs::metadata(&backup).unwrap().len() as usize - 48;
    for number in 0..40 {
        let (at, bit) = (number * (bytes - 1) / 39, number as u8 % 8);
        flip(&backup, at, bit);
        fails(&folder, &check);
        flip(&backup, at, bit);
    }
    succeeds(&folder, &check);
    // One that is used as data is changed, and its seal says nothing any more.
    fs::rename(&backup, &data).unwrap();
    let process = serve(&folder, &[], &[]);
    process.login();
    succeeds(&folder, &["check"]);
    process.signal("TERM");
    process.ends_with(0);
    succeeds(&folder, &["check"]);
    assert_eq!(fs::metadata(&data).unwrap().len() % 4096, 0);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_server_finds_that_an_index_is_not_that_of_its_table() {
    let (folder, id) = folder_with_a_token();
    let data = folder.join("patmost.db");
    let bytes = fs::read(&data).unwrap();
    let is_id = |window: &[u8]| window == id.as_bytes();
    let places: Vec<usize> = bytes
        .windows(id.len())
        .enumerate()
        .filter(|(_, window)| is_id(window))
        .map(|(at, _)| at)
        .collect();
    assert!(
        places.len() > 1,
        "the id stands in the table and in its index"
    );
    flip(&data, places[0], 0);
    let mut process = serve(&folder, &[], &[]);
    loop {
        let line = process.next_line();
        assert!(!line.is_empty(), "the server ended");
        if line.contains("is damaged: ") {
            assert!(
                line.contains("ERROR") && line.contains("patmost restore"),
                "{line}"
            );
            break;
        }
    }
    process.signal("TERM");
    process.ends_with(0);
    fs::remove_dir_all(folder).unwrap();
}
