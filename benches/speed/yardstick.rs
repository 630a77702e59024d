//! What patmost is held against: servers that give one fixed answer to everything. Each runs in a process of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use crate::engine::{Admission, Handler, Lane, Limits, Refusal, Request, Response, Server};
use crate::{Result, fail};

const BODY: &str = r#"{"status":"OK"}"#;

/// Threads that take requests from `tiny_http`; it starts one more for each connection by itself.
const TINY_HTTP_THREADS: usize = 4;

/// Answers until the process ends.
pub fn run(name: &str, address: &str) -> Result<()> {
    match name {
        "raw" => raw(TcpListener::bind(address)?),
        "tiny_http" => tiny_http(address),
        "engine" => engine(TcpListener::bind(address)?),
        _ => fail(&format!("there is no yardstick {name}")),
    }
}

/// The least that a server can do: a thread for each connection, `httparse`, bytes that are ready.
fn raw(listener: TcpListener) -> Result<()> {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let answer: Arc<[u8]> = answer.into_bytes().into();
    for stream in listener.incoming() {
        let (stream, answer) = (stream?, Arc::clone(&answer));
        // A client that goes away ends its thread, and nobody needs to know.
        std::thread::spawn(move || drop(answer_all(stream, &answer)));
    }
    Ok(())
}

fn answer_all(mut stream: TcpStream, answer: &[u8]) -> Result<()> {
    stream.set_nodelay(true)?;
    let (mut input, mut part) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        match httparse::Request::new(&mut headers).parse(&input)? {
            httparse::Status::Complete(end) => {
                stream.write_all(answer)?;
                input.drain(..end);
            }
            httparse::Status::Partial => match stream.read(&mut part)? {
                0 => return Ok(()),
                size => input.extend_from_slice(&part[..size]),
            },
        }
    }
}

/// `tiny_http` as it comes.
fn tiny_http(address: &str) -> Result<()> {
    let server = match tiny_http::Server::http(address) {
        Ok(server) => Arc::new(server),
        Err(error) => return fail(&format!("tiny_http: {error}")),
    };
    let threads: Vec<_> = (0..TINY_HTTP_THREADS)
        .map(|_| {
            let server = Arc::clone(&server);
            std::thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let answer = tiny_http::Response::from_string(BODY);
                    // A client that went away is nobody's loss.
                    let _ = request.respond(answer);
                }
            })
        })
        .collect();
    for thread in threads {
        let _ = thread.join();
    }
    Ok(())
}

/// patmost's own engine, without what is behind it.
fn engine(listener: TcpListener) -> Result<()> {
    let _server = Server::start(listener.into(), Limits::default(), Arc::new(Fixed))?;
    loop {
        std::thread::park();
    }
}

struct Fixed;

impl Handler for Fixed {
    fn admit(&self, _: &mut Request) -> Admission {
        Admission {
            lane: Lane::Fast,
            body_limit: 0,
            is_upload: false,
        }
    }

    fn handle(&self, _request: Request) -> Response {
        Response::json(200, BODY)
    }

    fn refuse(&self, refusal: Refusal, _peer: SocketAddr) -> Response {
        Response::new(refusal.status(), "text/plain", refusal.message())
    }
}
