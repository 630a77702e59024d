//! Whether anything is left of a request that is over.

use crate::load::{Until, request, run};
use crate::process::Process;
use crate::{Bench, Result, data};

use super::requests::{CONNECTIONS, USERS};

/// Requests after which everything that is kept on purpose is there: connections to the file, the last lines of the log.
const WARM: u64 = 20_000;

/// Memory that may come and go.
const FLAT: f64 = 1.0;

/// Many requests, then a look at what there was before.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let server = Process::patmost(&bench.made("memory", USERS)?)?;
    let ask = |requests| {
        run(
            server.address,
            CONNECTIONS,
            Until::Sent(requests),
            200,
            |connection, sent| {
                request(
                    "GET",
                    "/users/me",
                    &data::secret((connection + sent as usize) % USERS),
                    "",
                )
            },
        )
    };
    ask(WARM)?;
    // Reads that take long meet: after some each worker has used a connection of its own.
    run(
        server.address,
        CONNECTIONS,
        Until::Sent(WARM / 2),
        200,
        |_, _| request("GET", "/users?per_page=200", &data::secret(0), ""),
    )?;
    let before = (
        server.memory()?,
        server.threads()?,
        server.descriptors_at_rest()?,
    );
    ask(bench.effort.requests)?;
    let descriptors = server.descriptors_at_rest()?;
    let what = format!("after {} more requests:", bench.effort.requests);
    let table = &mut bench.table;
    table.at_most(
        format!("{what} memory gained"),
        server.memory()? - before.0,
        FLAT,
        " MB",
    );
    table.at_most(
        format!("{what} threads gained"),
        server.threads()? as f64 - before.1 as f64,
        0.0,
        "",
    );
    table.at_most(
        format!("{what} descriptors gained"),
        descriptors as f64 - before.2 as f64,
        0.0,
        "",
    );
    Ok(())
}
