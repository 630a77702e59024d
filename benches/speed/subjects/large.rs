//! What a million accounts and tokens cost.

use std::path::PathBuf;

use crate::load::{Measured, Until, request, run};
use crate::process::Process;
use crate::{Bench, Result, data, ratio};

use super::requests::{USERS, who_am_i};

/// Requests by which a p99 is taken.
const ASKED: u64 = 1000;

/// Pages that lists are read to.
const PAGES: u64 = 100;

/// Makes the request of a number.
type Asked<'a> = &'a (dyn Fn(u64) -> Vec<u8> + Sync);

/// Against a file of a thousand.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let users = bench.effort.large;
    let file = kept(users)?;
    // What the system has not in memory any more would be the disk's time.
    std::io::copy(&mut std::fs::File::open(&file)?, &mut std::io::sink())?;
    let large = Process::patmost(&file)?;
    let small = Process::patmost(&bench.made("small", USERS)?)?;
    let rounds = || {
        bench.rounds(
            || who_am_i(bench, &large, users),
            || who_am_i(bench, &small, USERS),
        )
    };
    // A server touches the pages of its file once: after that it is as fast as it stays.
    rounds()?;
    let rounds = rounds()?;
    let what = format!("GET /users/me with {users} tokens: rate to that with {USERS}");
    bench
        .table
        .at_least(what, ratio(&rounds, Measured::rate), 0.8, "");

    let admin = data::secret(0);
    let any = |sent: u64| (sent * 32_452_843) as usize % users;
    let page = |list: &str, sent: u64| {
        request(
            "GET",
            &format!("/{list}?page={}&per_page=60", sent % PAGES),
            &admin,
            "",
        )
    };
    let search = |term: &str| {
        request(
            "POST",
            "/users/tokens/search",
            &admin,
            &format!(r#"{{"term":"{term}"}}"#),
        )
    };
    let asked: [(&str, Asked); 6] = [
        ("GET /users, a page of the first 100", &|sent| {
            page("users", sent)
        }),
        ("GET /users/tokens, a page of the first 100", &|sent| {
            page("users/tokens", sent)
        }),
        ("GET /users/{user_id}/tokens", &|sent| {
            request(
                "GET",
                &format!("/users/{}/tokens", data::user_id(any(sent))),
                &admin,
                "",
            )
        }),
        ("token search by token id", &|sent| {
            search(&data::token_id(any(sent)))
        }),
        ("token search by user id", &|sent| {
            search(&data::user_id(any(sent)))
        }),
        ("token search by username", &|sent| {
            search(&data::username(any(sent)))
        }),
    ];
    for (what, requests) in asked {
        let measured = run(large.address, 1, Until::Sent(ASKED), 200, |_, sent| {
            requests(sent)
        })?;
        bench.table.at_most(
            format!("{what}, {users} accounts: p99"),
            measured.p99(),
            5.0,
            " ms",
        );
    }
    let last = request(
        "GET",
        &format!("/users?page={}&per_page=60", users / 60),
        &admin,
        "",
    );
    let measured = run(large.address, 1, Until::Sent(5), 200, |_, _| last.clone())?;
    bench.table.note(
        format!("GET /users, the last page, {users} accounts: p99"),
        measured.p99(),
        " ms",
    );
    drop((large, small));
    super::bounded::measure(bench, &file, users)
}

/// The large file takes a minute to make, so it is kept until the schema changes.
fn kept(users: usize) -> Result<PathBuf> {
    use sha2::{Digest, Sha256};
    let made_by = concat!(
        include_str!("../../../schema.sql"),
        include_str!("../data.rs")
    );
    let version = hex::encode(&Sha256::digest(made_by)[..4]);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("{users}-{version}.db"));
    if !file.exists() {
        let unfinished = folder.join(format!("{users}-unfinished.db"));
        // What an interrupted run has left.
        drop(std::fs::remove_file(&unfinished));
        data::make(&unfinished, users)?;
        data::add_audits(&unfinished, users * 5)?;
        std::fs::rename(unfinished, &file)?;
    }
    Ok(file)
}
