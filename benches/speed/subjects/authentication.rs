//! From a secret to who sent it, without HTTP: hash, lookup, rules.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use patmost::{Clock, Cost, Options, Server};

use crate::load::median;
use crate::{Bench, Result, data, fail};

/// Looks at the tokens of a file that holds a tenth of the large one's.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let tokens = bench.effort.large / 10;
    let options = Options {
        data: bench.made("authentication", tokens)?,
        pins: Vec::new(),
        clock: Clock::System,
        cost: Cost::Cheapest,
    };
    let server = Server::start(TcpListener::bind("127.0.0.1:0")?.into(), options)?;
    let secrets: Vec<String> = (0..tokens).map(data::secret).collect();
    let mut each = Vec::new();
    for _ in 0..bench.effort.rounds {
        let (started, before, mut count) = (Instant::now(), processor_seconds()?, 0);
        // Far apart, as those of strangers are.
        for secret in secrets.iter().cycle().step_by(7919) {
            if !server.knows(secret)? {
                return fail("a good token was refused");
            }
            count += 1;
            if count % 100 == 0 && started.elapsed() >= bench.effort.round {
                break;
            }
        }
        each.push((processor_seconds()? - before) * 1e6 / f64::from(count));
    }
    server.stop(Duration::from_secs(10));
    let what = format!("authentication alone, {tokens} tokens");
    bench.table.at_most(what, median(each), 6.0, " us");
    Ok(())
}

/// What this thread has had of a processor: others on the machine do not count.
fn processor_seconds() -> Result<f64> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = times.split_whitespace().next().unwrap_or_default();
    Ok(nanoseconds.parse::<f64>()? / 1e9)
}
