//! Connections on which nothing happens.

use std::net::TcpStream;

use crate::load::{once, request};
use crate::process::Process;
use crate::{Bench, Result, data};

/// As many as the server takes, but for a few to ask it with.
const IDLE: usize = 4000;

/// Opens them, looks, closes them again.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let server = Process::patmost(&bench.made("connections", 1)?)?;
    let ask = || {
        once(
            server.address,
            200,
            &request("GET", "/users/me", &data::secret(0), ""),
        )
    };
    ask()?;
    let before = server.descriptors_at_rest()?;
    let (memory, threads) = (server.memory()?, server.threads()?);
    let idle = (0..IDLE)
        .map(|_| TcpStream::connect(server.address))
        .collect::<std::io::Result<Vec<_>>>()?;
    server.wait_for_descriptors(before + IDLE)?;
    ask()?;
    let (memory, threads) = (server.memory()? - memory, server.threads()? - threads);
    drop(idle);
    server.wait_for_descriptors(before)?;
    let table = &mut bench.table;
    table.at_most(
        format!("{IDLE} idle connections: memory"),
        memory,
        10.0,
        " MB",
    );
    table.at_most(
        format!("{IDLE} idle connections: threads"),
        threads as f64,
        0.0,
        "",
    );
    Ok(())
}
