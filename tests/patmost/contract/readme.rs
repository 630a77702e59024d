//! README says what the program says: its tables are those of `patmost reference`, its dependencies those of `Cargo.toml`,
//! its two commands are there. `UPDATE_README=1 cargo test readme` writes the tables anew.

use std::path::{Path, PathBuf};
use std::process::Command;

const TOPICS: [&str; 6] = [
    "endpoints",
    "ignored",
    "permissions",
    "settings",
    "commands",
    "fixture",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// What the program prints.
fn reference(topic: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_patmost"))
        .args(["reference", topic])
        .output()
        .unwrap();
    assert!(output.status.success(), "patmost reference {topic}");
    String::from_utf8(output.stdout).unwrap()
}

/// The text with the table between the markers of the topic replaced, and the table it had.
fn replaced(readme: &str, topic: &str, table: &str) -> (String, String) {
    let marker = format!("<!-- patmost reference {topic} -->\n");
    let (before, rest) = readme
        .split_once(&marker)
        .unwrap_or_else(|| panic!("README has no line {marker:?}"));
    assert!(!rest.contains(&marker), "README has {marker:?} twice");
    let (old, after) = rest
        .split_once("<!-- end -->\n")
        .unwrap_or_else(|| panic!("the table of {topic} has no end"));
    (
        format!("{before}{marker}{table}<!-- end -->\n{after}"),
        old.to_owned(),
    )
}

#[test]
fn the_tables_are_those_of_the_program() {
    let readme = file("README.md");
    let (mut fresh, mut stale) = (readme.clone(), Vec::new());
    for topic in TOPICS {
        let table = reference(topic);
        assert!(table.lines().count() > 5, "{topic}: {table}");
        let (text, old) = replaced(&fresh, topic, &table);
        if old != table {
            stale.push(topic);
        }
        fresh = text;
    }
    if std::env::var_os("UPDATE_README").is_some() {
        // Renamed into place: the tests beside this one read the file meanwhile.
        let new: PathBuf = root().join("target").join("README.md.new");
        std::fs::create_dir_all(new.parent().unwrap()).unwrap();
        std::fs::write(&new, fresh).unwrap();
        std::fs::rename(&new, root().join("README.md")).unwrap();
    } else {
        assert!(
            stale.is_empty(),
            "README is stale: {stale:?}. Run UPDATE_README=1 cargo test readme"
        );
    }
}

/// First cells of the rows of the table under a heading, without their backticks.
fn rows(readme: &str, heading: &str) -> Vec<String> {
    let (_, rest) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ")
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = file("Cargo.toml");
    let mut section = "";
    let mut dependencies: Vec<String> = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(['=', '.'])
            && !line.starts_with('#')
        {
            dependencies.push(name.trim().to_owned());
        }
    }
    let mut explained = rows(&file("README.md"), "Dependencies");
    dependencies.sort();
    // What the benches use more of than the program stands in the manifest twice.
    dependencies.dedup();
    explained.sort();
    assert!(dependencies.len() > 10, "{dependencies:?}");
    assert_eq!(explained, dependencies);
}

#[test]
fn the_two_commands_are_there() {
    let readme = file("README.md");
    let (_, rest) = readme.split_once("\n## Two commands\n").unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let commands: Vec<&str> = section
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("\n```").next().unwrap())
        .collect();
    assert_eq!(commands, ["cargo run --release -- serve", "cargo test"]);
}
