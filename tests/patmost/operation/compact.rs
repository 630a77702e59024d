//! `patmost compact`: what deleted rows leave is given back to the disk, and nothing else changes.

use std::fs;
use std::path::Path;

use crate::support::process::{fails, patmost, serve, succeeds};
use crate::support::*;

/// A folder with a data file of which most pages are unused.
fn shrunk() -> std::path::PathBuf {
    let folder = new_folder();
    let process = serve(&folder, &[], &[]).with_admin();
    process.signal("TERM");
    process.ends_with(0);
    let file = rusqlite::Connection::open(folder.join("patmost.db")).unwrap();
    file.execute_batch(
        "CREATE TABLE large (text); INSERT INTO large VALUES (zeroblob(4000000)); DROP TABLE large",
    )
    .unwrap();
    folder
}

fn size(folder: &Path) -> u64 {
    fs::metadata(folder.join("patmost.db")).unwrap().len()
}

#[test]
fn compact_gives_unused_pages_back_and_says_how_much_before() {
    let folder = shrunk();
    assert!(size(&folder) > 4_000_000);
    let users = succeeds(&folder, &["user", "list"]);
    let output = patmost(&folder, &["compact"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{words}");
    assert!(words.contains("MB are unused"), "{words}");
    assert!(size(&folder) < 1_000_000);
    assert_eq!(succeeds(&folder, &["user", "list"]), users);
    succeeds(&folder, &["check"]);
    let again = succeeds(&folder, &["compact", "--json"]);
    let again: Value = serde_json::from_str(&again).unwrap();
    let (before, after) = (&again["before"]["bytes"], &again["bytes"]);
    // The same pages; the seal of a copy stands behind the last one.
    assert_eq!(before.as_u64().unwrap() + 48, after.as_u64().unwrap());
    assert_eq!(again["before"]["unused"], 0);
    // The server takes the file as it is.
    let process = serve(&folder, &["--must-exist"], &[]);
    process.signal("TERM");
    process.ends_with(0);
}

#[test]
fn compact_is_refused_while_a_server_or_another_program_has_the_data() {
    let folder = shrunk();
    let process = serve(&folder, &[], &[]);
    let refusal = fails(&folder, &["compact"]);
    assert!(refusal.contains("is served already"), "{refusal}");
    process.signal("TERM");
    process.ends_with(0);
    let other = rusqlite::Connection::open(folder.join("patmost.db")).unwrap();
    other.pragma_update(None, "journal_mode", "WAL").unwrap();
    let reads = "BEGIN; SELECT count(*) FROM users";
    other.execute_batch(reads).unwrap();
    let before = size(&folder);
    let refusal = fails(&folder, &["compact"]);
    assert!(
        refusal.contains("is locked by another process"),
        "{refusal}"
    );
    assert_eq!(size(&folder), before);
}
