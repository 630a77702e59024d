//! The wire contract (`tests/wire/`, recorded from a real server) and the tests: every line of it is named by a test.
//!
//! A line is a row of a table or an item of a list. A test names it in a comment, `wire PAGE: TEXT`, where the text is the
//! beginning of that line and of no other; the published clients and the stories of `.ci/run` may name lines as well.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where tests are.
const TESTS: [&str; 3] = ["tests", "examples", ".ci"];

/// A line that no test can name.
struct Untestable {
    page: &'static str,
    text: &'static str,
    reason: &'static str,
}

const UNTESTABLE: &[Untestable] = &[Untestable {
    page: "tokens",
    text: "`expires_at` sent to 5.37",
    reason: "patmost has the lifetimes of 11.x: here it counts (tests/patmost/tokens/expiry.rs)",
}];

/// A page that is wholly named.
macro_rules! pages {
    ($($name:ident $page:literal)*) => {
        $(#[test] fn $name() { assert_named($page); })*
        /// The pages that have a test here.
        const PAGES: &[&str] = &[$($page),*];
    };
}

pages! {
    errors "errors-and-auth"
    configuration "config-and-system"
    teams "teams-channels-posts"
    tokens "tokens"
    bots "bots"
    sessions_and_audits "sessions-and-audits"
    users_and_roles "users-and-roles"
    websocket "websocket"
    clients "clients"
}

#[test]
fn no_test_names_a_line_that_is_not_there() {
    for Named { page, text, file } in named() {
        let lines = lines(&page);
        let fitting = fitting(&lines, &text);
        assert!(
            fitting.len() == 1,
            "{}: {page}.md has {} lines that begin with {text:?}",
            file.display(),
            fitting.len()
        );
    }
    for Untestable { page, text, reason } in UNTESTABLE {
        assert!(PAGES.contains(page) && !reason.is_empty(), "{page}: {text}");
        assert_eq!(fitting(&lines(page), text).len(), 1, "{page}: {text}");
    }
}

fn assert_named(page: &str) {
    let lines = lines(page);
    let named = named().into_iter().map(|named| (named.page, named.text));
    let untestable = UNTESTABLE
        .iter()
        .map(|line| (line.page.to_owned(), line.text.to_owned()));
    let covered: HashSet<&str> = named
        .chain(untestable)
        .filter(|(of, _)| of == page)
        .flat_map(|(_, text)| fitting(&lines, &text))
        .collect();
    let missing: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !covered.contains(line) && !is_newer(line))
        .collect();
    assert!(
        missing.is_empty(),
        "no test names {} of {} lines of {page}.md:\n{}",
        missing.len(),
        lines.len(),
        missing.join("\n")
    );
}

/// What was not seen, but read in the source of 11.x.
fn is_newer(line: &str) -> bool {
    line.split('|').next().unwrap_or_default().contains("[11]")
}

/// The lines of a page that begin with the text; a whole first cell goes before the mere beginning of others.
fn fitting<'l>(lines: &'l [String], text: &str) -> Vec<&'l str> {
    let lines = || lines.iter().map(String::as_str);
    let whole: Vec<&str> = lines()
        .filter(|line| {
            line.split('|')
                .next()
                .is_some_and(|cell| cell.trim() == text)
        })
        .collect();
    if whole.is_empty() {
        lines().filter(|line| line.starts_with(text)).collect()
    } else {
        whole
    }
}

/// Rows of tables, without their heads, and items of lists, without what they begin with.
fn lines(page: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/wire/{page}.md"));
    let text = fs::read_to_string(path).unwrap();
    let all: Vec<&str> = text.lines().collect();
    let is_rule = |line: &&str| line.starts_with("| --");
    let content = |(at, line): (usize, &&str)| {
        let is_head = all.get(at + 1).is_some_and(&is_rule);
        if is_head || is_rule(line) {
            return None;
        }
        let item = line.strip_prefix("- ").or(line.strip_prefix("| "))?;
        Some(item.trim_start_matches('|').trim().to_owned())
    };
    all.iter().enumerate().filter_map(content).collect()
}

/// A line that a test names, and the file of the test.
struct Named {
    page: String,
    text: String,
    file: PathBuf,
}

fn named() -> Vec<Named> {
    let mut files = Vec::new();
    for folder in TESTS {
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut files,
        );
    }
    let mut named = Vec::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        for line in text.lines() {
            let comment = line
                .trim_start()
                .trim_start_matches(['/', '#', '!', '*', ' ']);
            if line.trim_start().starts_with(['/', '#', '*'])
                && let Some((page, text)) = comment
                    .strip_prefix("wire ")
                    .and_then(|rest| rest.split_once(": "))
                && !page.contains(' ')
            {
                named.push(Named {
                    page: page.to_owned(),
                    text: text.trim().to_owned(),
                    file: file.clone(),
                });
            }
        }
    }
    named
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("node_modules" | "target" | "wire" | "snapshots") => {}
            _ if path.is_dir() => collect(&path, files),
            _ => files.push(path),
        }
    }
}
