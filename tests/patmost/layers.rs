//! The layers of the sources: every import runs downward, and each kind of knowledge stays in its room. `src/lib.rs` shows
//! the same floors as a map.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The floors from the ground up. A room is a module of the crate, or a part of `messaging`. It may use the rooms of the
/// floors below it, and no other: neither above nor beside it.
const FLOORS: &[&[&str]] = &[
    &["error", "metrics", "spelling", "supervisor", "sync"],
    &["clock", "http"],
    &["id"],
    &["logging", "secret"],
    &["store"],
    &["permission"],
    &["audit", "event"],
    &["config"],
    &["app"],
    &["content", "role", "session"],
    &["user"],
    &["bot", "emoji", "login", "preference", "token"],
    &["status"],
    &["messaging/team"],
    &["messaging/channel"],
    &["messaging/file"],
    &["messaging/post"],
    &["messaging/webhook"],
    &["messaging/administration"],
    &["messaging/incoming", "messaging/notice"],
    &["messaging/command"],
    &["auth"],
    &["console"],
    &["api"],
    &["server", "seed"],
    &["fixture"],
    &["cli"],
    &["main"],
];

/// Imports that run otherwise, as `from -> to`, each with a reason. There are none.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Names that only one place may know. Systemd's notification socket is not HTTP's, and speaks one datagram.
const PLACES: &[(&str, &str)] = &[
    ("rusqlite", "store/"),
    ("tiny_http", "http/"),
    ("polling", "http/"),
    ("socket2", "http/"),
    ("TcpListener", "http/"),
    ("TcpStream", "http/"),
    ("UnixDatagram", "supervisor.rs"),
    ("PoisonError", "sync.rs"),
];

#[test]
fn every_room_stands_on_one_floor() {
    let named: Vec<&str> = FLOORS
        .iter()
        .flat_map(|floor| floor.iter().copied())
        .collect();
    let distinct: BTreeSet<&str> = named.iter().copied().collect();
    assert_eq!(named.len(), distinct.len(), "a room stands on two floors");
    let there: BTreeSet<String> = sources().iter().map(|source| source.room.clone()).collect();
    // The crate root names the rooms and uses none.
    let there: BTreeSet<&str> = there
        .iter()
        .map(String::as_str)
        .filter(|room| *room != "lib")
        .collect();
    assert_eq!(there, distinct);
}

#[test]
fn the_map_in_lib_rs_shows_the_floors_in_their_order() {
    let map = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    let map = map.split("# Floors").nth(1).unwrap();
    let map = map.split("In a room,").next().unwrap();
    let shown: Vec<&str> = map.split('`').skip(1).step_by(2).collect();
    let shown = shown.iter().filter(|name| !name.contains('.'));
    let floors = FLOORS.iter().flat_map(|floor| floor.iter());
    assert!(shown.eq(floors.filter(|room| **room != "main")));
}

#[test]
fn every_import_runs_downward() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room != "lib") {
        for room in source.rooms_used() {
            let import = format!("{} -> {room}", source.room);
            let excepted = EXCEPTIONS.iter().any(|(known, _)| *known == import);
            if room != source.room && floor(&room) >= floor(&source.room) && !excepted {
                wrong.push(format!("{}: {import}", source.path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these imports do not run downward:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_exception_is_idle() {
    let sources = sources();
    let imports = sources.iter().flat_map(|source| {
        let used = source.rooms_used().into_iter();
        used.map(|room| format!("{} -> {room}", source.room))
    });
    let imports: BTreeSet<String> = imports.collect();
    for (import, reason) in EXCEPTIONS {
        assert!(
            imports.contains(*import),
            "{import} ({reason}) is no import any more"
        );
    }
}

#[test]
fn each_kind_of_knowledge_stays_in_its_room() {
    for (name, place) in PLACES {
        let mut at_home = false;
        for source in sources() {
            let mut words = source.code.split(|letter: char| !is_of_name(letter));
            let found = words.any(|word| word == *name);
            if source.within.starts_with(place) {
                at_home |= found;
            } else {
                assert!(
                    !found,
                    "src/{} names {name}, which belongs in src/{place}",
                    source.within
                );
            }
        }
        assert!(at_home, "src/{place} does not name {name} any more");
    }
}

#[test]
fn sql_stands_in_the_sql_file_of_its_word() {
    let verbs = [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE FROM ",
        "WITH RECURSIVE ",
        "CREATE ",
        "ALTER ",
        "DROP ",
        "PRAGMA ",
    ];
    for source in sources() {
        let is_sql = source.path.ends_with("sql.rs");
        // The store itself opens, checks and migrates the file.
        if is_sql || source.room == "store" {
            continue;
        }
        for text in source.texts() {
            let sql = verbs
                .iter()
                .find(|verb| text.trim_start().starts_with(**verb));
            assert!(
                sql.is_none(),
                "{} holds SQL: {text:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn handlers_change_nothing_themselves() {
    for source in sources() {
        if source.within.starts_with("api/handlers/") || source.within.starts_with("cli/commands/")
        {
            for word in [".write(", ".change(", ".write_then("] {
                let word = source.code.contains(&format!("store{word}"))
                    || source.code.contains(&format!("app{word}"));
                assert!(
                    !word,
                    "src/{} changes the file; that belongs to the room of its word",
                    source.within
                );
            }
        }
    }
}

fn floor(room: &str) -> usize {
    let at = FLOORS.iter().position(|floor| floor.contains(&room));
    at.unwrap_or_else(|| panic!("{room} is no room: add it to a floor"))
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// A file of the sources.
struct Source {
    path: PathBuf,
    /// The path in `src`.
    within: String,
    /// The module's path in the crate, such as `["api", "handlers", "users"]`.
    module: Vec<String>,
    room: String,
    /// The text without comments.
    code: String,
}

impl Source {
    /// The rooms that the file names: by `crate::`, or by `super::` that leads out of its own.
    fn rooms_used(&self) -> BTreeSet<String> {
        let mut rooms = BTreeSet::new();
        for (at, _) in self.code.match_indices("::") {
            let before = &self.code[..at];
            let start = before
                .rfind(|letter| !is_of_name(letter))
                .map_or(0, |end| end + 1);
            let base = match &before[start..] {
                "crate" => Vec::new(),
                "super" if !before[..start].ends_with("super::") => {
                    self.outside(before, &self.code[at..])
                }
                _ => continue,
            };
            let rest = self.code[at + 2..].trim_start_matches("super::");
            for path in paths(rest) {
                let whole: Vec<&str> = base
                    .iter()
                    .map(String::as_str)
                    .chain(path.iter().map(String::as_str))
                    .collect();
                rooms.extend(room_of(&whole));
            }
        }
        rooms
    }

    /// The module that a chain of `super::` leads to. In a module within the file, the first only leads out of that.
    fn outside(&self, before: &str, chain: &str) -> Vec<String> {
        let mut ups = 1 + chain[2..]
            .split("::")
            .take_while(|part| *part == "super")
            .count();
        let nested = before
            .lines()
            .rev()
            .find(|line| line.starts_with("mod ") || *line == "}");
        if nested.is_some_and(|line| line.ends_with('{')) {
            ups -= 1;
        }
        self.module[..self.module.len().saturating_sub(ups)].to_vec()
    }

    /// The texts in quotes.
    fn texts(&self) -> Vec<&str> {
        self.code.split('"').skip(1).step_by(2).collect()
    }
}

/// The paths of a tree of imports: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(inner) = text.strip_prefix('{') {
        let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
        for letter in inner.chars() {
            match letter {
                '}' if depth == 0 => break,
                ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
                '{' | '}' => {
                    depth += if letter == '{' { 1 } else { -1 };
                    part.push(letter);
                }
                _ => part.push(letter),
            }
        }
        parts.push(part);
        let filled = parts.iter().filter(|part| !part.trim().is_empty());
        return filled.flat_map(|part| paths(part)).collect();
    }
    let end = text
        .find(|letter| !is_of_name(letter))
        .unwrap_or(text.len());
    let (name, rest) = (text[..end].to_owned(), &text[end..]);
    match rest.strip_prefix("::") {
        Some(rest) => paths(rest)
            .into_iter()
            .map(|path| [vec![name.clone()], path].concat())
            .collect(),
        None => vec![vec![name]],
    }
}

/// The room that a path in the crate leads to; `None` for the crate root.
fn room_of(path: &[&str]) -> Option<String> {
    match path {
        [] | ["self", ..] | [""] => None,
        ["messaging", part, ..] => Some(format!("messaging/{part}")),
        [room, ..] => Some((*room).to_owned()),
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    collect(&root, &root, &mut found);
    found.into_values().collect()
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let within = path.strip_prefix(root).unwrap().with_extension("");
        let mut module: Vec<String> = within
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        let parts: Vec<&str> = module.iter().map(String::as_str).collect();
        // `messaging/mod.rs` only names the parts.
        let Some(room) = room_of(&parts).filter(|_| parts != ["messaging"]) else {
            continue;
        };
        let within = path
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect();
        let code = code.join("\n");
        found.insert(
            path.clone(),
            Source {
                path,
                within,
                module,
                room,
                code,
            },
        );
    }
}
