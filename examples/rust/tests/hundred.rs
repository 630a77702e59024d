//! A hundred servers in one process: in a test of its own, so that what it needs is what they need.

use std::time::{Duration, Instant};

use patmost::fixture::Fixture;

#[test]
fn a_hundred_servers_are_no_burden() {
    let begun = Instant::now();
    let start = || Fixture::start().expect("a server");
    let servers: Vec<Fixture> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..100).map(|_| scope.spawn(start)).collect();
        let started = starting.into_iter().map(|one| one.join());
        started.map(|one| one.expect("a server")).collect()
    });
    let started = begun.elapsed();
    drop(servers);
    let ended = begun.elapsed();
    println!(
        "100 servers: ready after {started:?}, gone after {ended:?}, {} MB",
        megabytes()
    );
    assert!(ended < Duration::from_secs(2), "{ended:?}");
    assert!(megabytes() < 300, "{} MB", megabytes());
}

/// The most memory that this process had, where the system tells.
fn megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let most = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = most.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0) / 1024
}
