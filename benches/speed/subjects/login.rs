//! Logins hash passwords, which is work on purpose: whether they leave the others alone.

use serde_json::json;

use crate::load::{Measured, Until, request, run};
use crate::process::{Process, patmost};
use crate::{Bench, Result, data, ratio};

/// Clients that log in without pause.
const CLIENTS: usize = 32;

/// Clients that meanwhile use a token.
const OTHERS: usize = 1;

/// Quiet, then with a storm, in turns; then what is left of the storm in memory.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let file = bench.made("login", 1)?;
    let password = "Correct-Horse-1";
    let account = [
        "user",
        "create",
        "--email",
        "ci@example.com",
        "--username",
        "ci",
        "--password-stdin",
    ];
    patmost(&file, &account, password)?;
    let server = Process::patmost(&file)?;
    let token = request("GET", "/users/me", &data::secret(0), "");
    let login = json!({"login_id": "ci", "password": password}).to_string();
    let login = request("POST", "/users/login", "", &login);
    let quiet = || {
        run(
            server.address,
            OTHERS,
            Until::Over(bench.effort.round),
            200,
            |_, _| token.clone(),
        )
    };
    quiet()?;
    let idle = server.memory()?;
    let each = bench.effort.logins / bench.effort.rounds as u64;
    let mut logins = Vec::new();
    let mut storm = || {
        std::thread::scope(|scope| {
            let storm = scope.spawn(|| {
                run(server.address, CLIENTS, Until::Sent(each), 200, |_, _| {
                    login.clone()
                })
            });
            let mut measured = Measured::default();
            while !storm.is_finished() {
                let more = quiet()?;
                measured.seconds += more.seconds;
                measured.waits.extend(more.waits);
            }
            measured.waits.sort_by(f64::total_cmp);
            logins.push(storm.join().map_err(|_| "a client panicked")??.rate());
            Ok(measured)
        })
    };
    let rounds = bench.rounds(&mut storm, quiet)?;
    let table = &mut bench.table;
    let what = "32 clients log in without pause:";
    table.at_most(
        format!("{what} p99 of a token request to the quiet one"),
        ratio(&rounds, Measured::p99),
        3.0,
        "",
    );
    table.note(
        format!("{what} logins per second"),
        crate::load::median(logins),
        "",
    );
    table.at_most(
        format!("memory after {} logins above idle", bench.effort.logins),
        server.memory()? - idle,
        25.0,
        " MB",
    );
    Ok(())
}
