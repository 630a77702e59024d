//! A hundred servers in one process: in a test of its own, so that what it needs is what they need.

use std::time::Instant;

use patmost::fixture::Fixture;

#[test]
fn a_hundred_servers_are_no_burden() {
    let start = || Fixture::start().expect("a server");
    // The first one also reads the program from the disk.
    drop(start());
    let begun = Instant::now();
    drop(start());
    let one = begun.elapsed();
    let begun = Instant::now();
    let servers: Vec<Fixture> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..100).map(|_| scope.spawn(start)).collect();
        let started = starting.into_iter().map(|one| one.join());
        started.map(|one| one.expect("a server")).collect()
    });
    let started = begun.elapsed();
    drop(servers);
    let ended = begun.elapsed();
    println!(
        "one server: gone after {one:?}; 100 servers: ready after {started:?}, gone after {ended:?}, {} MB",
        megabytes()
    );
    // Each costs what one alone does, and a little for the crowd.
    assert!(ended < one * 200, "{ended:?}");
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
