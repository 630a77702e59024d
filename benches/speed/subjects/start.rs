//! What the program costs before anybody asks for anything.

use std::path::Path;
use std::time::Instant;

use crate::load::{median, once};
use crate::process::{PATMOST, Process};
use crate::{Bench, Result};

/// Starts, on a file that is there and on none; size; memory.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let (mut existing, mut new) = (Vec::new(), Vec::new());
    let there = bench.made("there", 1000)?;
    for time in 0..bench.effort.times {
        existing.push(start(&there)?);
        new.push(start(&bench.file(&format!("new-{time}")))?);
    }
    let idle = Process::patmost(&bench.file("idle"))?;
    std::thread::sleep(bench.effort.round);
    let table = &mut bench.table;
    table.at_most(
        "start to first answer, existing file",
        median(existing),
        10.0,
        " ms",
    );
    table.at_most("start to first answer, new file", median(new), 30.0, " ms");
    table.at_most(
        "executable",
        std::fs::metadata(PATMOST)?.len() as f64 / 1e6,
        5.0,
        " MB",
    );
    table.at_most("idle memory", idle.memory()?, 10.0, " MB");
    Ok(())
}

/// Milliseconds from the start of the process to its first answer.
fn start(file: &Path) -> Result<f64> {
    let started = Instant::now();
    let server = Process::patmost(file)?;
    once(
        server.address,
        200,
        b"GET /api/v4/system/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
    )?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}
