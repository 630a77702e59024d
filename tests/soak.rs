//! A crowd of connections that do nothing good, and one client who works on. `PATMOST_CROWD` is the number of connections
//! that the server may have, `PATMOST_P99_MS` what the client's p99 must stay under:
//! `PATMOST_CROWD=4096 PATMOST_P99_MS=10 cargo test --release --test soak` is 2,000 that trickle and 4,000 that are idle.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod support;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};
use support::connection::Connection;
use support::process::{Process, serve_within};
use support::*;

fn number(variable: &str, or: usize) -> usize {
    std::env::var(variable).map_or(or, |text| text.parse().unwrap())
}

/// Shown also when the test passes, which what the macros print is not.
fn say(text: &str) {
    let line = format!("soak: {text}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

fn connect(address: &str, many: usize) -> Vec<TcpStream> {
    (0..many)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect()
}

/// The server, its metrics, and a client who works.
struct Scene {
    process: Process,
    metrics: String,
    admin: String,
    bound: usize,
    good: Connection,
}

impl Scene {
    fn new(folder: &std::path::Path, bound: usize) -> Scene {
        let arguments = ["--metrics", "127.0.0.1:0", "--enable-user-access-tokens"];
        let mut process = serve_within(bound * 3, folder, &arguments);
        let line = process.next_line();
        let (_, metrics) = line.split_once("http://").unwrap();
        let metrics = metrics.split('/').next().unwrap().to_owned();
        let process = process.with_admin();
        let (admin, good) = (process.login(), Connection::to(&process.address).unwrap());
        Scene {
            process,
            metrics,
            admin,
            bound,
            good,
        }
    }

    /// A number of the metrics page.
    fn metric(&self, name: &str) -> usize {
        let page = client::send(&self.metrics, &Request::new("GET", "/metrics")).text();
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap().parse().unwrap()
    }

    /// The server's descriptors and threads.
    fn holds(&self) -> [usize; 2] {
        ["fd", "task"].map(|what| {
            std::fs::read_dir(format!("/proc/{}/{what}", self.process.id()))
                .unwrap()
                .count()
        })
    }

    fn ask(&mut self) -> Duration {
        let begun = Instant::now();
        self.good
            .ask("GET", "/users/me", &self.admin, "")
            .unwrap()
            .ok();
        begun.elapsed()
    }

    /// Works for a while, on a connection that stays and on new ones; says and checks its p99.
    fn work(&mut self, when: &str) {
        // The one from before may have given way, idle as it was.
        self.good = Connection::to(&self.process.address).unwrap();
        let mut times: Vec<Duration> = (0..2000).map(|_| self.ask()).collect();
        for _ in 0..200 {
            let begun = Instant::now();
            let mut fresh = Connection::to(&self.process.address).unwrap();
            fresh.ask("GET", "/users/me", &self.admin, "").unwrap().ok();
            times.push(begun.elapsed());
        }
        times.sort();
        let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        say(&format!(
            "{when}: {} requests, p50 {p50:.2?}, p99 {p99:.2?}, worst {:.2?}",
            times.len(),
            times[times.len() - 1]
        ));
        let most = Duration::from_millis(number("PATMOST_P99_MS", 500) as u64);
        assert!(p99 < most, "{when}: p99 is {p99:?}");
    }

    /// Bytes of memory that the server has.
    fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.unwrap().trim().trim_end_matches(" kB");
        kilobytes.parse::<usize>().unwrap() * 1024
    }

    /// Returns when there are no more than so many connections; each look is an exchange with the server.
    fn until_connections(&self, most: usize) -> Duration {
        let begun = Instant::now();
        while self.metric("patmost_connections") > most {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "connections are left"
            );
        }
        begun.elapsed()
    }
}

#[test]
fn a_good_client_is_answered_whatever_the_crowd_does() {
    let bound = number("PATMOST_CROWD", 300);
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )
    .unwrap();
    let folder = new_folder();
    let mut scene = Scene::new(&folder, bound);
    assert_eq!(scene.metric("patmost_connections_limit"), bound);
    scene.work("alone");
    scene.until_connections(1);
    let before = scene.holds();

    trickling_and_idle(&mut scene);
    scene.until_connections(1);
    logins_without_an_end(&mut scene);
    scene.until_connections(1);
    web_sockets_of_one_account(&mut scene);
    scene.until_connections(1);
    large_bodies(&mut scene);
    scene.until_connections(1);
    answers_not_taken(&mut scene);
    scene.until_connections(1);
    vanishing(&mut scene);
    let took = scene.until_connections(1);
    say(&format!(
        "all that vanished were gone from the server {took:.2?} later"
    ));
    without_descriptors(&mut scene);
    scene.until_connections(1);
    scene.work("alone again");
    scene.until_connections(1);

    let after = scene.holds();
    say(&format!(
        "descriptors and threads: {before:?} before, {after:?} after"
    ));
    assert_eq!(after[1], before[1], "threads");
    // SQLite opened a reader for each worker that ever read at the same time as others.
    assert!(
        after[0] <= before[0] + 3 * 16,
        "descriptors: {before:?}, {after:?}"
    );
    scene.process.signal("TERM");
    scene.process.ends_with(0);
    std::fs::remove_dir_all(folder).unwrap();
}

/// Tells the thread beside it to end, also when the test fails.
struct Ends<'e>(&'e AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Half of what fits trickles, half is idle; then more idle ones come than fit, and all of those give way.
fn trickling_and_idle(scene: &mut Scene) {
    let (address, bound) = (scene.process.address.clone(), scene.bound);
    let mut trickling = connect(&address, bound / 2);
    let mut idle = connect(&address, bound / 2 - 10);
    for stream in &mut trickling {
        stream.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
    }
    let end = AtomicBool::new(false);
    let ends = Ends(&end);
    std::thread::scope(|threads| {
        let ends = ends;
        threads.spawn(|| {
            // A byte of each now and then: the pause is what is tried here.
            while !end.load(Ordering::SeqCst) {
                for mut stream in &trickling {
                    let _ = stream.write_all(b"x");
                }
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        scene.work(&format!(
            "{} that trickle, {} idle",
            trickling.len(),
            idle.len()
        ));
        let kept = idle.len();
        idle.extend(connect(&address, bound));
        scene.work(&format!("{bound} more than fit"));
        let gave_way = scene.metric("patmost_connections_gave_way_total");
        // The good client's own new connections gave way, too, or made others do so.
        say(&format!("{gave_way} connections gave way"));
        assert!(scene.metric("patmost_connections") <= bound);
        assert!(gave_way >= trickling.len() + kept);
        for stream in &mut idle[..kept] {
            assert_eq!(stream.read(&mut [0]).unwrap(), 0, "an older one was kept");
        }
        drop(ends);
    });
}

/// More logins than fit, of which each sends one byte of nine.
fn logins_without_an_end(scene: &mut Scene) {
    let half =
        b"POST /api/v4/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{";
    let mut crowd = connect(&scene.process.address, scene.bound * 5 / 4);
    for stream in &mut crowd {
        // The first have given way already.
        let _ = stream.write_all(half);
    }
    scene.work(&format!(
        "{} logins that send one byte of nine",
        crowd.len()
    ));
}

/// More WebSockets of one account than fit.
fn web_sockets_of_one_account(scene: &mut Scene) {
    let no_limit = json!({"PatmostSettings": {"MaximumWebSocketsPerUser": 0}});
    let patched = scene
        .process
        .send("PUT", "/config/patch", &scene.admin, no_limit);
    patched.ok();
    let open = format!(
        "GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        scene.admin
    );
    let mut crowd = Vec::new();
    for _ in 0..scene.bound * 5 / 4 {
        let mut stream = TcpStream::connect(&scene.process.address).unwrap();
        stream.write_all(open.as_bytes()).unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        crowd.push(stream);
    }
    scene.work(&format!("{} WebSockets of one account", crowd.len()));
    let left = scene.metric("patmost_websockets");
    assert!(left > scene.bound / 2, "only {left} WebSockets are left");
}

/// Large bodies without an end: as much of each as a stranger may send, and one byte less than all of it by a client who is
/// signed in.
fn large_bodies(scene: &mut Scene) {
    let admin = scene.admin.clone();
    // Of a stranger what README names for head and body; of the others 64 MiB altogether, and what the allocator keeps.
    let most = [scene.bound * 72 * 1024, 160 << 20];
    let crowds = [("strangers", "", 16_384), ("an account", &*admin, 299_998)];
    for ((who, secret, size), most) in crowds.into_iter().zip(most) {
        let before = scene.memory();
        let head = format!(
            "POST /api/v4/users/ids HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nTransfer-Encoding: chunked\r\nX: {}\r\n\r\n493df\r\n",
            "x".repeat(16_000)
        );
        let mut crowd = connect(&scene.process.address, scene.bound - 10);
        for stream in &mut crowd {
            stream.write_all(head.as_bytes()).unwrap();
            // It may have given way in the middle.
            let _ = stream.write_all(&vec![b' '; size]);
        }
        scene.work(&format!(
            "{} bodies of {who} that stop after {size} bytes",
            crowd.len()
        ));
        let more = scene.memory().saturating_sub(before);
        say(&format!("memory of bodies of {who}: {more} bytes"));
        assert!(more < most, "{more} bytes for bodies of {who}");
        drop(crowd);
        scene.until_connections(1);
    }
}

/// The largest answer that a stranger gets, asked for again and again, and never read.
fn answers_not_taken(scene: &mut Scene) {
    let before = scene.memory();
    let ask = "GET /api/v4/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(60);
    let mut crowd = connect(&scene.process.address, scene.bound - 10);
    for stream in &mut crowd {
        // It may have given way in the middle.
        let _ = stream.write_all(ask.as_bytes());
    }
    scene.work(&format!("{} that do not read their answers", crowd.len()));
    let more = scene.memory().saturating_sub(before);
    say(&format!("memory of answers: {more} bytes"));
    assert!(more < 160 << 20, "{more} bytes for answers");
}

/// Connections that end in the middle of a body, and in the middle of an answer.
fn vanishing(scene: &mut Scene) {
    for number in 0..50 {
        let body = json!({"description": format!("{number} {}", "x".repeat(200))}).to_string();
        scene
            .good
            .ask("POST", "/users/me/tokens", &scene.admin, &body)
            .unwrap()
            .ok();
    }
    let ask = format!(
        "GET /api/v4/users/me/tokens?per_page=200 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
        scene.admin
    );
    let half = "POST /api/v4/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"login_id\":";
    for _ in 0..scene.bound / 4 {
        let mut in_body = TcpStream::connect(&scene.process.address).unwrap();
        in_body.write_all(half.as_bytes()).unwrap();
        let mut in_answer = TcpStream::connect(&scene.process.address).unwrap();
        // More answers than the system holds for us: one byte is read, and the rest is a reset.
        in_answer.write_all(ask.repeat(20).as_bytes()).unwrap();
        in_answer.read_exact(&mut [0]).unwrap();
    }
    scene.work("while connections vanish in bodies and answers");
}

/// No descriptor is left for a new connection: those there are work on, and later ones are taken when there is room.
fn without_descriptors(scene: &mut Scene) {
    let pid = Pid::from_raw(i32::try_from(scene.process.id()).unwrap());
    let [descriptors, _] = scene.holds();
    let most = scene.bound * 3;
    let limit = |current: usize| {
        let current = Some(current as u64);
        let maximum = Some(most as u64);
        prlimit(pid, Resource::Nofile, Rlimit { current, maximum }).unwrap();
    };
    limit(descriptors + 20);
    let crowd = connect(&scene.process.address, 100);
    let times: Vec<Duration> = (0..1000).map(|_| scene.ask()).collect();
    say(&format!(
        "no descriptor left: {} requests, worst {:.2?}",
        times.len(),
        times.iter().max().unwrap()
    ));
    drop(crowd);
    limit(most);
    let begun = Instant::now();
    let mut late = Connection::to(&scene.process.address).unwrap();
    late.ask("GET", "/users/me", &scene.admin, "").unwrap().ok();
    say(&format!(
        "a new connection was answered {:.2?} after they were given back",
        begun.elapsed()
    ));
}
