//! Many who listen, and one who posts.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use rustix::event::epoll;
use serde_json::json;

use super::durable::channel;
use crate::load::{median, once, request, wait};
use crate::process::Process;
use crate::{Bench, Result, data, fail};

/// Accounts that listen.
const LISTENERS: usize = 1000;

/// Memory of all, how fast a post reaches all, and what they cost while nothing happens.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let file = bench.made("sockets", LISTENERS)?;
    let server = Process::patmost(&file)?;
    let channel = channel(&server, &file)?;
    let alone = (0..bench.effort.times)
        .map(|number| post(server.address, &channel, &format!("nobody-{number}-hears")))
        .collect::<Result<Vec<_>>>()?;
    let mut listeners = Listeners::connect(server.address)?;
    let (mut reached, mut answered) = (Vec::new(), Vec::new());
    for number in 0..bench.effort.times {
        let marker = format!("everybody-{number}-hears");
        let started = Instant::now();
        let answer = std::thread::scope(|scope| {
            let post = scope.spawn(|| post(server.address, &channel, &marker));
            listeners.hear(&marker)?;
            reached.push(started.elapsed().as_secs_f64() * 1000.0);
            post.join().map_err(|_| "the post panicked")?
        });
        answered.push(answer?);
    }
    let (used, quiet) = (server.seconds()?, Instant::now());
    std::thread::sleep(bench.effort.round * 5);
    let share = (server.seconds()? - used) / quiet.elapsed().as_secs_f64() * 100.0;
    let table = &mut bench.table;
    table.at_most(
        format!("{LISTENERS} open sockets: memory"),
        server.memory()?,
        100.0,
        " MB",
    );
    table.at_most(
        format!("{LISTENERS} open sockets: until a post has reached all"),
        median(reached),
        50.0,
        " ms",
    );
    table.note(
        format!("{LISTENERS} open sockets: until the post is answered"),
        median(answered),
        " ms",
    );
    table.note(
        "no open socket: until a post is answered",
        median(alone),
        " ms",
    );
    table.note(
        format!("{LISTENERS} open sockets: of one processor while nothing happens"),
        share,
        " %",
    );
    Ok(())
}

/// Posts, and tells how many milliseconds the answer took.
fn post(address: SocketAddr, channel: &str, message: &str) -> Result<f64> {
    let body = json!({"channel_id": channel, "message": message}).to_string();
    let started = Instant::now();
    once(
        address,
        201,
        &request("POST", "/posts", &data::secret(0), &body),
    )?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}

/// The sockets of all accounts.
struct Listeners {
    poll: rustix::fd::OwnedFd,
    streams: Vec<(TcpStream, Vec<u8>)>,
}

impl Listeners {
    fn connect(address: SocketAddr) -> Result<Listeners> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut streams = Vec::new();
        for number in 0..LISTENERS {
            let mut stream = TcpStream::connect(address)?;
            let secret = data::secret(number);
            write!(
                stream,
                "GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nConnection: Upgrade\r\n\
                 Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )?;
            stream.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&poll, &stream, data, epoll::EventFlags::IN)?;
            streams.push((stream, Vec::new()));
        }
        let mut listeners = Listeners { poll, streams };
        // The last thing that each hears at first.
        listeners.hear("status_change")?;
        Ok(listeners)
    }

    /// Waits until each has heard the words.
    fn hear(&mut self, words: &str) -> Result<()> {
        let (mut part, mut heard) = ([0; 16 * 1024], vec![false; self.streams.len()]);
        let (mut left, mut events) = (self.streams.len(), Vec::with_capacity(256));
        while left > 0 {
            if !wait(&self.poll, &mut events)? {
                return fail(&format!("{left} sockets did not hear {words} within 30 s"));
            }
            for event in &events {
                let number = usize::try_from(event.data.u64())?;
                let (stream, said) = &mut self.streams[number];
                match stream.read(&mut part) {
                    Ok(0) => return fail("a socket was closed"),
                    Ok(size) => said.extend_from_slice(&part[..size]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                    Err(error) => return Err(error.into()),
                }
                if said
                    .windows(words.len())
                    .any(|some| some == words.as_bytes())
                {
                    said.clear();
                    left -= usize::from(!std::mem::replace(&mut heard[number], true));
                }
            }
        }
        Ok(())
    }
}
