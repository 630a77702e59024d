//! The store against a real file: what it refuses, what it keeps, what others see, and that no statement scans a table.

use super::*;
use crate::error::INTERNAL;
use rusqlite::Connection;
use std::sync::atomic::{AtomicU32, Ordering};

/// A path of its own, whose files are gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "patmost-store-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("patmost.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A new file of these tests has no first rows.
fn no_rows(_: &Tx, _: i64) -> Result<(), StoreError> {
    Ok(())
}

fn open(path: &Path) -> Result<Store, String> {
    Store::open(path, no_rows)
}

fn refused(path: &Path) -> String {
    let before = std::fs::read(path).unwrap();
    let refusal = open(path).err().unwrap();
    assert_eq!(
        std::fs::read(path).unwrap(),
        before,
        "a refused file was changed"
    );
    refusal
}

#[test]
fn what_is_not_ours_is_refused_and_left_alone() {
    let folder = Folder::new();
    std::fs::write(
        folder.file(),
        "no database, and long enough to be looked at",
    )
    .unwrap();
    assert!(refused(&folder.file()).contains("is not a SQLite database"));
    std::fs::remove_file(folder.file()).unwrap();
    Connection::open(folder.file())
        .unwrap()
        .execute_batch("CREATE TABLE other (a)")
        .unwrap();
    assert!(refused(&folder.file()).contains("not one of patmost"));
}

#[test]
fn a_newer_schema_is_refused_with_both_versions() {
    let folder = Folder::new();
    drop(open(&folder.file()).unwrap());
    Connection::open(folder.file())
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let refusal = refused(&folder.file());
    assert!(
        refusal.contains("99") && refusal.contains("version 3"),
        "{refusal}"
    );
}

#[test]
#[cfg(unix)]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(open(&folder.file()).unwrap());
    assert_eq!(
        std::fs::metadata(folder.file())
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
}

#[test]
fn what_was_answered_survives_a_power_cut_by_the_rules_of_sqlite() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    let pragma = |name: &'static str| {
        store.write(move |tx| {
            Ok(tx
                .one(&format!("PRAGMA {name}"), params![], |row| {
                    row.get::<String>(0)
                })
                .or_else(|_| {
                    tx.one(&format!("PRAGMA {name}"), params![], |row| {
                        Ok(row.get::<i64>(0)?.to_string())
                    })
                })?)
        })
    };
    assert_eq!(pragma("journal_mode").unwrap(), "wal");
    assert_eq!(pragma("synchronous").unwrap(), "2");
    assert_eq!(pragma("foreign_keys").unwrap(), "1");
}

fn count(store: &Store) -> i64 {
    store
        .read(|tx| Ok(tx.one("SELECT count(*) FROM statuses", params![], |row| row.get(0))?))
        .unwrap()
}

fn user(tx: &Tx, id: &str) -> Result<(), AppError> {
    tx.execute(
        "INSERT INTO users (id, create_at, update_at, username, email, roles, notify_props, timezone, last_password_update) VALUES ($1, 1, 1, $1, $1, '', '{}', '{}', 1)",
        params![id],
    )?;
    tx.execute(
        "INSERT INTO statuses (user_id, status) VALUES ($1, 'away')",
        params![id],
    )?;
    Ok(())
}

#[test]
fn a_change_that_fails_or_panics_leaves_nothing_and_takes_nobody_with_it() {
    let folder = Folder::new();
    let store = std::sync::Arc::new(open(&folder.file()).unwrap());
    let writers = (0..30).map(|number| {
        let store = std::sync::Arc::clone(&store);
        std::thread::spawn(move || {
            let result = store.write(move |tx| {
                user(tx, &format!("u{number}"))?;
                match number % 3 {
                    0 => Ok(()),
                    1 => Err(AppError::new(&INTERNAL)),
                    _ => panic!("on purpose"),
                }
            });
            assert_eq!(result.is_ok(), number % 3 == 0);
        })
    });
    writers
        .collect::<Vec<_>>()
        .into_iter()
        .for_each(|writer| writer.join().unwrap());
    assert_eq!(count(&store), 10);
}

#[test]
fn a_change_by_another_process_is_seen_by_the_next_read() {
    let folder = Folder::new();
    let (store, other) = (open(&folder.file()).unwrap(), open(&folder.file()).unwrap());
    assert_eq!(count(&store), 0);
    other.write(|tx| user(tx, "u")).unwrap();
    assert_eq!(count(&store), 1);
}

#[test]
fn a_parameter_is_the_one_of_its_number() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    let read = |sql: &'static str| {
        store.read(|tx| Ok(tx.one(sql, params!["a", "b"], |row| row.get::<String>(0))?))
    };
    assert_eq!(read("SELECT $2 || $1 || $2").unwrap(), "bab");
    assert!(read("SELECT $1").is_err());
}

#[test]
fn a_backup_is_whole_private_and_never_over_another_file() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    store.write(|tx| user(tx, "u")).unwrap();
    let copy = folder.0.join("copy.db");
    backup(store.path(), &copy).unwrap();
    assert_eq!(count(&open(&copy).unwrap()), 1);
    assert!(backup(store.path(), &copy).unwrap_err().contains("already"));
    assert_eq!(faults(&store), Vec::<String>::new());
}

fn faults(store: &Store) -> Vec<String> {
    let looks = check(store.path()).unwrap();
    looks.into_iter().flat_map(|look| look.faults).collect()
}

#[test]
fn check_finds_what_should_not_be_there() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    store.write(|tx| user(tx, "u")).unwrap();
    let other = Connection::open(folder.file()).unwrap();
    let secret = "abcdefghijkmnopqrstuwxyz13";
    let hash = crate::secret::SecretHash::of(secret);
    for (change, found) in [
        (
            "UPDATE users SET password_hash = 'Correct-Horse-1'",
            "user u has something else than a hash",
        ),
        (
            "INSERT INTO tokens (id, owner, secret_hash, description, create_at) VALUES ('t', 1, 'abc', 'x', 1)",
            "token t has something else than a hash",
        ),
        (
            "PRAGMA foreign_keys = 0; INSERT INTO statuses VALUES ('nobody', 'away', 0)",
            "a row of statuses refers to a row that is missing",
        ),
        ("CREATE TABLE other (a)", "table other is not patmost's"),
        ("DROP INDEX tokens_by_age", "index tokens_by_age is missing"),
    ] {
        other.execute_batch(change).unwrap();
        let faults = faults(&store);
        assert!(
            faults.iter().any(|fault| fault.starts_with(found)),
            "{change}: {faults:?}"
        );
    }
    other
        .execute("UPDATE tokens SET secret_hash = ?1", params![hash.as_str()])
        .unwrap();
    other
        .execute(
            "INSERT INTO audits (id, create_at, user_id, action, extra_info, ip_address, session_id) VALUES ('a', 1, 'u', '/users/' || ?1, '', '', '')",
            [secret],
        )
        .unwrap();
    let faults = faults(&store);
    assert!(
        faults.contains(&"audit row a has the secret of token t".to_owned()),
        "{faults:?}"
    );
    assert!(!faults.concat().contains(secret));
}

#[test]
fn what_sqlite_refuses_is_told_apart_and_passes() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    let pragma = |pragma: &'static str| {
        store
            .write(move |tx| Ok(tx.optional(pragma, params![], |_| Ok(()))?))
            .unwrap();
    };
    let id = |result: Result<(), AppError>| result.unwrap_err().id().to_owned();
    // No more pages than there are now.
    pragma("PRAGMA max_page_count = 1");
    let many = |tx: &Tx| (0..500).try_for_each(|number| user(tx, &format!("many{number}")));
    assert_eq!(id(store.write(many)), "app.store.full.app_error");
    assert_eq!(count(&store), 0);
    pragma("PRAGMA max_page_count = 1000000");
    let written = reading::connect_reader(store.path())
        .unwrap()
        .execute("DELETE FROM statuses", []);
    assert!(matches!(
        written.unwrap_err().into(),
        StoreError::ReadOnly(_)
    ));
    pragma("PRAGMA busy_timeout = 1");
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(
        id(store.write(|tx| user(tx, "u"))),
        "app.store.locked.app_error"
    );
    assert_eq!(count(&store), 0);
    other.execute_batch("COMMIT").unwrap();
    store.write(many).unwrap();
    assert_eq!(count(&store), 500);
}

/// Every SQL text in the `sql.rs` files: what stands between quotes and begins like a statement.
fn statements() -> Vec<String> {
    let mut found = Vec::new();
    for file in sql_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let source = std::fs::read_to_string(file).unwrap();
        let constant = |name: &str| {
            let text = source
                .split_once(&format!("const {name}: &str"))
                .map(|(_, rest)| rest.split('"').nth(1).unwrap_or_default());
            text.unwrap_or_default().replace("\\\n", " ")
        };
        for text in source.split('"').skip(1).step_by(2) {
            let text = text.trim();
            if ["SELECT", "INSERT", "UPDATE", "DELETE"]
                .iter()
                .any(|verb| text.starts_with(&format!("{verb} ")))
            {
                let sql = text
                    .replace("{COLUMNS}", &constant("COLUMNS"))
                    .replace("{MEMBER}", &constant("MEMBER"));
                found.push(sql.replace("{{", "{").replace("}}", "}"));
            }
        }
    }
    found
}

/// Every `sql.rs` below the folder.
fn sql_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sql_files(&path),
            false if path.ends_with("sql.rs") => vec![path],
            false => Vec::new(),
        })
        .collect()
}

/// Lists of everything, which are read in the order of an index and a page at a time, and small tables.
const WHOLE: [&str; 19] = [
    // The oldest ones, in the order of an index.
    "FROM token_requests ORDER BY at LIMIT",
    // In an index that holds system admins alone.
    "AND delete_at = 0 AND bot_owner_id IS NULL\n         ORDER BY number LIMIT",
    // In an index that holds those alone whose secret is kept in clear.
    " WHERE secret IS NOT NULL",
    // The first of them.
    "SELECT file_id FROM leftover_files LIMIT 1",
    // A handful of rows, when one of them has changed.
    "SELECT name, permissions FROM roles",
    // A row for each kind of account, and for each pair of days.
    "FROM user_counts",
    "FROM token_counts",
    // By age: as far as the page, or row by row for a command.
    "FROM tokens ORDER BY",
    // By username: as far as the page.
    "SELECT number AS met, username AS place FROM users",
    // In an index that holds the bots alone.
    "FROM users\n         WHERE bot_owner_id IS NOT NULL AND ($1",
    "FROM audits ORDER BY",
    "FROM roles ORDER BY",
    // As many emoji as there may be.
    "FROM emoji WHERE instr(name",
    "SELECT count(*) FROM emoji",
    "FROM teams t WHERE t.delete_at = 0",
    "DELETE FROM sessions",
    // No further than the bound on their number.
    "SELECT EXISTS (SELECT 1 FROM teams LIMIT 1 OFFSET",
    "SELECT NOT EXISTS (SELECT 1 FROM users)",
    // In an index that holds the system admins alone.
    "SELECT EXISTS (SELECT 1 FROM users WHERE instr(' ' || roles || ' ', ' system_admin ') > 0\n",
];

/// Sorts of what is bounded before it is sorted.
const SORTED: [&str; 10] = [
    // The emoji of one post, as many as may be.
    "SELECT DISTINCT emoji_name FROM reactions",
    // What a search has found: as many as it shows at most of each kind.
    "WHERE t.secret_hash IN (\n",
    // The networks of an account, of which a number is kept.
    "ORDER BY last_at DESC LIMIT -1 OFFSET $2",
    // The flagged posts of an account, whose preferences have a bound.
    "f.category = 'flagged_post'",
    // The channels of an account: a sum for each of its teams.
    "GROUP BY c.team_id",
    // The reactions to a post, whose number has a bound.
    "WHERE r.post_id = $1 ORDER BY r.create_at",
    // The channels of a user in a team, which a client is given whole.
    "ORDER BY c.display_name",
    // All that share a channel with a user: an id each, once.
    "SELECT DISTINCT o.user_id",
    // Teams, whose number has a bound: a page of them, those that a search finds, those of a user.
    "ORDER BY t.display_name, t.name",
    "ORDER BY t.name",
];

#[test]
fn no_statement_scans_or_sorts_a_table() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    let connection = file::connect(store.path()).unwrap();
    let (mut looked_at, mut wrong, mut excepted) = (0, Vec::<String>::new(), Vec::new());
    for sql in statements() {
        // Those that are put together while the program runs are looked at with the parts they have.
        if sql.contains('{') {
            continue;
        }
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
        let (mut rows, mut details) = (plan.raw_query(), Vec::<String>::new());
        while let Some(row) = rows.next().unwrap() {
            details.push(row.get(3).unwrap());
        }
        looked_at += 1;
        let is_scan = |detail: &String| detail.starts_with("SCAN ") && !is_found(detail);
        let is_sort = |detail: &String| detail.starts_with("USE TEMP B-TREE");
        let within = |known: &[&str]| known.iter().any(|part| sql.contains(part));
        if details.iter().any(is_scan) && !within(&WHOLE) {
            wrong.push(format!("scans: {sql}\n{details:?}"));
        }
        if details.iter().any(is_sort) && !within(&SORTED) {
            wrong.push(format!("sorts: {sql}\n{details:?}"));
        }
        if details
            .iter()
            .any(|detail| is_scan(detail) || is_sort(detail))
        {
            excepted.push(sql);
        }
    }
    for part in WHOLE.iter().chain(&SORTED) {
        if !excepted.iter().any(|sql| sql.contains(part)) {
            wrong.push(format!("no exception any more: {part}"));
        }
    }
    assert!(looked_at > 60, "only {looked_at} statements were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Whether that is a scan of what a part of the statement has found, which is looked at like others.
fn is_found(scan: &str) -> bool {
    const FOUND: [&str; 6] = [
        "SCAN CONSTANT ROW",
        "SCAN all_sessions",
        "SCAN (subquery-",
        "SCAN made",
        "SCAN m",
        "SCAN u",
    ];
    FOUND.iter().any(|found| match found.strip_suffix('-') {
        Some(_) => scan.starts_with(found),
        None => scan == *found,
    })
}

#[test]
fn no_statement_is_prepared_anew_for_other_values() {
    let folder = Folder::new();
    let store = open(&folder.file()).unwrap();
    // What ANALYZE finds out about a table is what tempts SQLite to plan for each value.
    connect_writer(store.path(), Durability::Full)
        .unwrap()
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
             INSERT INTO tokens (id, owner, secret_hash, description, is_active, create_at, expires_at, last_used_at)
             SELECT printf('t%025d', n), n % 7, printf('%064x', n), '', 1, n, n, n FROM n;
             ANALYZE;",
        )
        .unwrap();
    let connection = reading::connect_reader(store.path()).unwrap();
    let mut looked_at = 0;
    for sql in statements() {
        if sql.contains('{') || !sql.starts_with("SELECT") {
            continue;
        }
        for value in ["t", "t0000000000000000000000001", "u", "1"] {
            let mut statement = connection.prepare_cached(&sql).unwrap();
            for index in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(index, value).unwrap();
            }
            // Some want a number for LIMIT: they are refused when they run, prepared as often as the others.
            drop(statement.raw_query().next());
            let again = statement.get_status(rusqlite::StatementStatus::RePrepare);
            assert_eq!(again, 0, "{sql}");
        }
        looked_at += 1;
    }
    assert!(looked_at > 40, "only {looked_at} statements were found");
}

#[test]
fn the_log_begins_anew_though_somebody_always_reads() {
    let folder = Folder::new();
    let store = Store::open_for(&folder.file(), Durability::Ephemeral, None, no_rows).unwrap();
    for number in 0..3000 {
        let name = format!("user{number}");
        store.write(move |tx| user(tx, &name)).unwrap();
    }
    let log = std::fs::metadata(folder.file().with_extension("db-wal")).unwrap();
    // The writer writes it back at 3000 pages of 4 kB; each change here is a handful of pages.
    assert!(log.len() < 16 << 20, "{} bytes", log.len());
}
