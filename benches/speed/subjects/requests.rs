//! Requests with a token, against what no server could do without.

use std::net::SocketAddr;
use std::time::Duration;

use crate::load::{Measured, Until, median, request, run};
use crate::process::Process;
use crate::{Bench, Result, data, ratio};

/// Connections that are kept busy.
pub const CONNECTIONS: usize = 64;

/// Accounts whose tokens are used.
pub const USERS: usize = 1000;

/// `GET /users/me` with a token, and what stands for it at the yardsticks.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let patmost = Process::patmost(&bench.made("requests", USERS)?)?;
    let [raw, tiny_http, engine] = [
        Process::yardstick("raw")?,
        Process::yardstick("tiny_http")?,
        Process::yardstick("engine")?,
    ];
    let load = |server: &Process| who_am_i(bench, server, USERS);
    let against_raw = bench.rounds(|| load(&patmost), || load(&raw))?;
    let against_tiny_http = bench.rounds(|| load(&patmost), || load(&tiny_http))?;
    let fixed = bench.rounds(|| load(&engine), || load(&raw))?;

    let table = &mut bench.table;
    let me = "GET /users/me, 64 connections:";
    let rate = median(against_raw.iter().map(|[one, _]| one.rate()).collect());
    table.note(format!("{me} requests per second"), rate, "");
    table.at_least(
        format!("{me} rate to the raw loop's"),
        ratio(&against_raw, Measured::rate),
        0.75,
        "",
    );
    table.at_most(
        format!("{me} p99 to the raw loop's"),
        ratio(&against_raw, Measured::p99),
        3.0,
        "",
    );
    table.note(
        format!("{me} rate to plain tiny_http's"),
        ratio(&against_tiny_http, Measured::rate),
        "",
    );
    table.at_least(
        "a fixed answer through the engine: rate to the raw loop's",
        ratio(&fixed, Measured::rate),
        1.0,
        "",
    );
    Ok(())
}

/// A round of it, with tokens from all over the file.
pub fn who_am_i(bench: &Bench, server: &Process, users: usize) -> Result<Measured> {
    keep_asking(server.address, users, bench.effort.round)
}

/// The same to any server.
pub fn load(address: SocketAddr, users: usize, time: Duration) -> Result<()> {
    let measured = keep_asking(address, users, time)?;
    println!("{:.0} requests per second", measured.rate());
    Ok(())
}

fn keep_asking(address: SocketAddr, users: usize, time: Duration) -> Result<Measured> {
    // A prime, so that every token has its turn and neighbours are far apart.
    let number = |connection: usize, sent: u64| {
        (connection * 15_485_863 + sent as usize * 32_452_843) % users
    };
    run(
        address,
        CONNECTIONS,
        Until::Over(time),
        200,
        |connection, sent| {
            request(
                "GET",
                "/users/me",
                &data::secret(number(connection, sent)),
                "",
            )
        },
    )
}
