//! Clients that send without pause, and how long each of them waited. One thread serves many connections, so that the
//! clients take as little as possible of the processors that they share with the server.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};

use crate::{Result, fail};

/// Threads of the clients.
const THREADS: usize = 2;

/// How long a client waits for an answer before that is a failure of the run.
const PATIENCE: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

/// When a load ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After this time.
    Over(Duration),
    /// After so many requests.
    Sent(u64),
}

/// What was measured.
#[derive(Default)]
pub struct Measured {
    /// From the first request to the last answer.
    pub seconds: f64,
    /// From the request to the whole answer, in milliseconds, in ascending order.
    pub waits: Vec<f64>,
}

impl Measured {
    /// Requests per second.
    pub fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.seconds
    }

    /// The wait that 99 of 100 requests stayed under, in milliseconds.
    pub fn p99(&self) -> f64 {
        percentile(&self.waits, 99.0)
    }
}

/// The value that so many of 100 are not above; `ascending` must not be empty.
pub fn percentile(ascending: &[f64], percent: f64) -> f64 {
    let rank = (percent / 100.0 * ascending.len() as f64).ceil() as usize;
    ascending[rank.clamp(1, ascending.len()) - 1]
}

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(&values, 50.0)
}

/// A request as it is sent, given the connection's number and how many it has sent before.
pub trait Requests: Fn(usize, u64) -> Vec<u8> + Sync {}
impl<F: Fn(usize, u64) -> Vec<u8> + Sync> Requests for F {}

/// Keeps that many connections busy, each with one request at a time. Every answer must have the status.
pub fn run(
    address: SocketAddr,
    connections: usize,
    until: Until,
    status: u16,
    requests: impl Requests,
) -> Result<Measured> {
    let threads = THREADS.min(connections);
    let started = Instant::now();
    let waits = std::thread::scope(|scope| {
        let requests = &requests;
        let clients: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let numbers = (thread..connections).step_by(threads);
                    let until = match until {
                        Until::Sent(all) => Until::Sent(all / threads as u64),
                        over => over,
                    };
                    Clients::connect(address, numbers)?.run(until, status, requests)
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| fail("a client panicked")))
            .collect::<Result<Vec<_>>>()
    })?;
    let mut waits = waits.concat();
    let seconds = started.elapsed().as_secs_f64();
    waits.sort_by(f64::total_cmp);
    if waits.is_empty() {
        return fail("no request was answered");
    }
    Ok(Measured { seconds, waits })
}

/// Waits for events, in place of those that are there; false when a client has run out of patience.
pub fn wait(poll: &rustix::fd::OwnedFd, events: &mut Vec<epoll::Event>) -> Result<bool> {
    events.clear();
    epoll::wait(
        poll,
        rustix::buffer::spare_capacity(events),
        Some(&PATIENCE),
    )?;
    Ok(!events.is_empty())
}

struct Client {
    number: usize,
    stream: TcpStream,
    sent: u64,
    at: Instant,
    answer: Vec<u8>,
}

/// The connections of one thread.
struct Clients {
    poll: rustix::fd::OwnedFd,
    clients: Vec<Client>,
}

impl Clients {
    fn connect(address: SocketAddr, numbers: impl Iterator<Item = usize>) -> Result<Clients> {
        let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut clients = Vec::new();
        for number in numbers {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(clients.len() as u64);
            epoll::add(&poll, &stream, data, epoll::EventFlags::IN)?;
            clients.push(Client {
                number,
                stream,
                sent: 0,
                at: Instant::now(),
                answer: Vec::new(),
            });
        }
        Ok(Clients { poll, clients })
    }

    fn run(&mut self, until: Until, status: u16, requests: &impl Requests) -> Result<Vec<f64>> {
        let (started, mut sent) = (Instant::now(), 0);
        let mut go_on = move |now: Instant| {
            sent += 1;
            match until {
                Until::Over(time) => now - started < time,
                Until::Sent(all) => sent <= all,
            }
        };
        let mut open = 0;
        for client in &mut self.clients {
            if go_on(Instant::now()) {
                client.send(requests)?;
                open += 1;
            }
        }
        let (mut waits, mut events) = (Vec::new(), Vec::with_capacity(self.clients.len()));
        while open > 0 {
            if !wait(&self.poll, &mut events)? {
                return fail("no answer within 30 s");
            }
            for event in &events {
                let client = &mut self.clients[usize::try_from(event.data.u64())?];
                if !client.receive(status)? {
                    continue;
                }
                let now = Instant::now();
                waits.push((now - client.at).as_secs_f64() * 1000.0);
                if go_on(now) {
                    client.send(requests)?;
                } else {
                    // Closed at once: there are servers that only now look at who came later.
                    client.stream.shutdown(std::net::Shutdown::Both)?;
                    epoll::delete(&self.poll, &client.stream)?;
                    open -= 1;
                }
            }
        }
        Ok(waits)
    }
}

impl Client {
    fn send(&mut self, requests: &impl Requests) -> Result<()> {
        let request = requests(self.number, self.sent);
        self.sent += 1;
        self.at = Instant::now();
        // A request is small and the connection is quiet, so there is room for it.
        Ok(self.stream.write_all(&request)?)
    }

    /// Reads what is there; true once the answer is whole.
    fn receive(&mut self, status: u16) -> Result<bool> {
        let mut part = [0; 16 * 1024];
        match self.stream.read(&mut part) {
            Ok(0) => return fail("the server closed a connection"),
            Ok(size) => self.answer.extend_from_slice(&part[..size]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let Some((got, length)) = whole(&self.answer)? else {
            return Ok(false);
        };
        if got != status || length != self.answer.len() {
            let text = String::from_utf8_lossy(&self.answer);
            return fail(&format!("{status} was expected, and this came: {text}"));
        }
        self.answer.clear();
        Ok(true)
    }
}

/// Status and bytes of the first answer in the bytes; none: it is not whole yet.
pub fn whole(bytes: &[u8]) -> Result<Option<(u16, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = head.parse(bytes)? else {
        return Ok(None);
    };
    let length = head
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length: usize = match length {
        Some(header) => std::str::from_utf8(header.value)?.parse()?,
        None => 0,
    };
    let status = head.code.unwrap_or_default();
    Ok((bytes.len() >= end + length).then_some((status, end + length)))
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, secret: &str, body: &str) -> Vec<u8> {
    let length = if method == "GET" {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    format!("{method} /api/v4{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n{length}\r\n{body}").into_bytes()
}

/// One request on a connection of its own; the body of its answer, which must have the status.
pub fn once(address: SocketAddr, status: u16, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(request)?;
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut part)? {
            0 => return fail("the server closed a connection"),
            size => answer.extend_from_slice(&part[..size]),
        }
        if let Some((got, length)) = whole(&answer)? {
            if got != status || length != answer.len() {
                let text = String::from_utf8_lossy(&answer);
                return fail(&format!("{status} was expected, and this came: {text}"));
            }
            let body = answer.windows(4).position(|four| four == b"\r\n\r\n");
            return Ok(answer.split_off(body.map_or(length, |end| end + 4)));
        }
    }
}
