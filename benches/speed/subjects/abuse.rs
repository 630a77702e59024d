//! What a stranger without an account can make the data file grow by.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::load::{Until, request, run};
use crate::process::Process;
use crate::{Bench, Result, fail};

/// Clients that send without pause, all from one address.
const CLIENTS: usize = 8;

/// The time that the figure is about, in seconds.
const TEN_MINUTES: f64 = 600.0;

/// How long the server may take to write its log back.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request that leaves something behind, and the status of its answer. It is given a text that no other request has.
type Attack = (&'static str, u16, fn(&str) -> Vec<u8>);

const ATTACKS: [Attack; 5] = [
    ("logins with blank passwords and long names", 400, |text| {
        let body = json!({"login_id": text.repeat(100), "password": ""});
        request("POST", "/users/login", "", &body.to_string())
    }),
    ("logins with wrong passwords and new names", 401, |text| {
        let body = json!({"login_id": text, "password": text});
        request("POST", "/users/login", "", &body.to_string())
    }),
    ("unknown secrets", 401, |text| {
        request("GET", "/users/me", text, "")
    }),
    ("sign-ups with long addresses", 403, |text| {
        let email = format!("{}@example.com", text.repeat(100));
        let body = json!({"email": email, "username": text, "password": "Correct-Horse-1"});
        request("POST", "/users", "", &body.to_string())
    }),
    ("paths that there are not", 404, |text| {
        request("GET", &format!("/{}", text.repeat(100)), "", "")
    }),
];

/// Each attack for a while, then the one by which the file grew most, on fresh files.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let mut worst: Option<(f64, &Attack)> = None;
    for attack in &ATTACKS {
        let grown = growth(bench, attack, bench.effort.round)?;
        if worst.is_none_or(|(most, _)| grown > most) {
            worst = Some((grown, attack));
        }
    }
    let Some((_, attack)) = worst else {
        return Ok(());
    };
    let grown = growth(bench, attack, bench.effort.abuse)?;
    let seconds = bench.effort.abuse.as_secs_f64();
    bench.table.at_most(
        format!(
            "{CLIENTS} strangers for ten minutes (of {seconds} s), {}: the file grows by",
            attack.0
        ),
        grown * (TEN_MINUTES / seconds).max(1.0),
        10.0,
        " MB",
    );
    Ok(())
}

/// Megabytes that the file has more after the attack.
fn growth(bench: &Bench, (name, status, attack): &Attack, time: Duration) -> Result<f64> {
    let file = bench.made(&format!("abuse-{}-{}", name.len(), time.as_millis()), 1)?;
    let server = Process::patmost(&file)?;
    let before = size(&file)?;
    let sent = run(
        server.address,
        CLIENTS,
        Until::Over(time),
        *status,
        |client, sent| attack(&format!("stranger-{client}-{sent}")),
    )?;
    let grown = (size(&file)? - before) / 1e6;
    eprintln!("{name}: {:.0} a second, {grown:.3} MB", sent.rate());
    Ok(grown)
}

/// The bytes of the file once the server has written its log back, as it does some seconds after the last change.
fn size(file: &Path) -> Result<f64> {
    let log = file.with_extension("db-wal");
    let end = Instant::now() + PATIENCE;
    while std::fs::metadata(&log).map_or(0, |found| found.len()) > 0 {
        if Instant::now() > end {
            return fail("the log was not written back");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(std::fs::metadata(file)?.len() as f64)
}
