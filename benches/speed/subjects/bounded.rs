//! What must have a bound at any size of the file, each with what it was before it had one (a million accounts and tokens,
//! five million audit rows).

use std::path::Path;

use crate::load::{Until, once, request, run};
use crate::process::{Process, cost, free_address, patmost};
use crate::{Bench, Result, data};

/// Requests by which a p99 is taken.
const ASKED: u64 = 200;

/// Requests that meet.
const AT_ONCE: usize = 8;

/// Megabytes for each of them.
const EACH: f64 = 8.0;

/// A request, and what it took before, where that was measured.
type Asked = (&'static str, &'static str, &'static str, &'static str);

/// What an admin asks.
const ASKED_BY_ADMIN: [Asked; 9] = [
    ("GET", "/users?role=system_admin", "", " (was 275 ms)"),
    ("GET", "/users?inactive=true", "", " (was 123 ms)"),
    ("GET", "/users?active=true", "", ""),
    ("GET", "/users/stats", "", " (was 86 ms)"),
    (
        "GET",
        "/users/stats/filtered?roles=system_admin",
        "",
        " (was 242 ms)",
    ),
    ("GET", "/system/dashboard", "", " (was 226 ms)"),
    ("GET", "/audits", "", ""),
    ("GET", "/users/tokens/non_compliant/count", "", ""),
    (
        "POST",
        "/users/tokens/search",
        r#"{"term":"a"}"#,
        " (was 2,900 ms)",
    ),
];

/// What any account asks.
const ASKED_BY_ANY: [Asked; 4] = [
    (
        "POST",
        "/users/search",
        r#"{"term":"user"}"#,
        " (was 1,800 ms)",
    ),
    (
        "POST",
        "/users/search",
        r#"{"term":"user use user0999"}"#,
        "",
    ),
    ("POST", "/users/search", r#"{"term":"user zoe"}"#, ""),
    (
        "GET",
        "/users/autocomplete?name=user",
        "",
        " (was 1,400 ms)",
    ),
];

/// Questions, commands, and writes beside work in the background.
pub fn measure(bench: &mut Bench, file: &Path, users: usize) -> Result<()> {
    questions(bench, file)?;
    for (arguments, before, most) in [
        (&["token", "list"] as &[&str], 2500.0, 50.0),
        (&["token", "list", "--json"], 2500.0, 50.0),
        (&["user", "list"], 2700.0, 50.0),
        (&["check"], 867.0, 100.0),
    ] {
        let (memory, seconds) = cost(file, arguments)?;
        let name = arguments.join(" ");
        let what = format!("patmost {name} (was {before} MB): memory");
        bench.table.at_most(what, memory, most, " MB");
        bench
            .table
            .note(format!("patmost {name}: takes"), seconds, " s");
    }
    writes(bench, file, users)
}

fn questions(bench: &mut Bench, file: &Path) -> Result<()> {
    let metrics = free_address()?.to_string();
    let server = Process::patmost_with(file, |command| {
        command.args(["--metrics", &metrics]);
    })?;
    let (admin, any) = (data::secret(0), data::secret(1));
    let by_admin = ASKED_BY_ADMIN.iter().map(|asked| (asked, &admin));
    let by_any = ASKED_BY_ANY.iter().map(|asked| (asked, &any));
    for ((method, path, body, was), secret) in by_admin.chain(by_any) {
        let ask = request(method, path, secret, body);
        // The pages that it needs are read from the disk once.
        once(server.address, 200, &ask)?;
        let one = run(server.address, 1, Until::Sent(ASKED), 200, |_, _| {
            ask.clone()
        })?;
        let what = format!("{method} {path} {body}{was}: p99");
        bench.table.at_most(what, one.p99(), 10.0, " ms");
        let before = server.anonymous()?;
        run(server.address, AT_ONCE, Until::Sent(ASKED), 200, |_, _| {
            ask.clone()
        })?;
        let grown = server.anonymous()? - before;
        let what = format!("{method} {path} {body}, {AT_ONCE} at once: memory kept");
        bench
            .table
            .at_most(what, grown, EACH * AT_ONCE as f64, " MB");
    }
    let ask = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let scrapes = run(metrics.parse()?, 1, Until::Sent(ASKED), 200, |_, _| {
        ask.to_vec()
    })?;
    let what = "a scrape of the metrics (was 130 ms): p99";
    bench.table.at_most(what, scrapes.p99(), 10.0, " ms");
    let what = "after all of these (was 239 MB): memory";
    bench
        .table
        .at_most(what, server.anonymous()?, EACH * AT_ONCE as f64, " MB");
    Ok(())
}

/// The longest that one client waits for a small change beside a backup, and beside the clean-up of tokens.
fn writes(bench: &mut Bench, file: &Path, users: usize) -> Result<()> {
    let time = bench.effort.round * 10;
    let change = |_, sent| {
        let body = format!(
            r#"[{{"user_id":"{}","category":"bench","name":"bench","value":"{sent}"}}]"#,
            data::user_id(1)
        );
        request("PUT", "/users/me/preferences", &data::secret(1), &body)
    };
    let longest = |server: &Process| -> Result<f64> {
        let measured = run(server.address, 1, Until::Over(time), 200, change)?;
        Ok(measured.waits.last().copied().unwrap_or_default())
    };
    let copy = bench.file("many");
    std::fs::copy(file, &copy)?;
    let backup = bench.file("backup").display().to_string();
    {
        let server = Process::patmost(&copy)?;
        let waited = std::thread::scope(|scope| {
            let backing = scope.spawn(|| patmost(&copy, &["backup", &backup], ""));
            let waited = longest(&server);
            match backing.join() {
                Ok(done) => done.and(waited),
                Err(_) => crate::fail("the backup panicked"),
            }
        })?;
        let what = "a write beside a backup (was 447 ms): longest";
        bench.table.at_most(what, waited, 50.0, " ms");
    }
    data::end_tokens(&copy, users * 3 / 10)?;
    let server = Process::patmost(&copy)?;
    let what = "a write beside the clean-up of 300,000 tokens (was 290 ms): longest";
    bench.table.at_most(what, longest(&server)?, 50.0, " ms");
    Ok(())
}
