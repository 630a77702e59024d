//! The engine over real sockets: each hole that the design names is tried. Nothing sleeps and nothing measures time:
//! a test waits for the end of a socket, a channel or a barrier.

mod fairness;
mod life;
mod refusals;
mod requests;
mod transfers;

use super::super::{Admission, After, Lane, Limits, Protocol, Refusal, Request, Response, Upgrade};
use super::*;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What the handler saw, and what it waits for.
struct Echo {
    calls: Mutex<Vec<String>>,
    entered: Mutex<Sender<String>>,
    go_on: Mutex<Receiver<()>>,
}

impl Handler for Echo {
    fn admit(&self, request: &mut Request) -> Admission {
        let path = request.path.as_str();
        assert_ne!(path, "/admit-panic");
        if let Some(client) = request.header("x-client") {
            request.peer.set_ip(client.parse().unwrap());
        }
        let path = request.path.as_str();
        Admission {
            lane: if path.starts_with("/slow") {
                Lane::Slow
            } else {
                Lane::Fast
            },
            body_limit: match path {
                "/upload" => usize::MAX,
                "/guarded" => 100_000,
                _ => 1000,
            },
            is_upload: path == "/upload",
        }
    }

    fn turn_away(&self, request: &mut Request) -> Option<Response> {
        if request.path == "/upload" && request.query("refused").is_none() {
            let wanted = request
                .query("wanted")
                .map(|wanted| wanted.parse().unwrap());
            request.upload = Some(Arc::new(transfers::Told {
                tell: self.entered.lock().clone(),
                wanted: wanted.unwrap_or(usize::MAX),
                taken: Mutex::default(),
            }));
            return None;
        }
        let is_known = request.header("x-client").is_some();
        (["/guarded", "/upload"].contains(&&*request.path) && !is_known)
            .then(|| Response::new(401, "text/plain", "who?"))
    }

    fn handle(&self, request: Request) -> Response {
        self.calls.lock().push(request.path.clone());
        match request.path.as_str() {
            "/panic" => panic!("on purpose"),
            "/huge" => Response::new(200, "text/plain", vec![b'h'; 32 << 20]),
            "/upload" if request.upload.is_none() => {
                Response::new(200, "text/plain", "nothing to take")
            }
            "/upload" => transfers::taken(&request),
            "/download" => {
                let number = |name| request.query(name).unwrap().parse().unwrap();
                transfers::download(number("there"), number("said"))
            }
            "/header" => Response::empty(200).with("X", request.query("v").unwrap_or_default()),
            "/close" => Response {
                close: true,
                ..Response::empty(200)
            },
            "/stranger" | "/listener" => {
                let serves = (request.path == "/listener").then_some(1);
                let quiet = move |_| Box::new(life::Quiet { serves }) as Box<dyn Protocol>;
                Response {
                    upgrade: Some(Upgrade::new(quiet)),
                    ..Response::empty(101)
                }
            }
            path if path.ends_with("/wait") => {
                self.entered.lock().send(path.to_owned()).unwrap();
                self.go_on.lock().recv().unwrap();
                Response::new(200, "text/plain", "waited")
            }
            path => Response::new(
                200,
                "text/plain",
                [path.as_bytes(), b"|", &request.body].concat(),
            ),
        }
    }

    fn refuse(&self, refusal: Refusal, _peer: SocketAddr) -> Response {
        Response::new(refusal.status(), "text/plain", "refused")
    }
}

/// A server, and the other ends of what its handler waits for.
struct Test {
    server: Server,
    echo: Arc<Echo>,
    entered: Receiver<String>,
    go_on: Sender<()>,
}

fn server(change: impl FnOnce(&mut Limits)) -> Test {
    let mut limits = Limits {
        workers: 4,
        sweep: Duration::from_millis(10),
        ..Limits::default()
    };
    change(&mut limits);
    let ((enter, entered), (go_on, go)) = (channel(), channel());
    let echo = Arc::new(Echo {
        calls: Mutex::default(),
        entered: Mutex::new(enter),
        go_on: Mutex::new(go),
    });
    let listener = Listener::bind(&["127.0.0.1:0"], 0o600).unwrap();
    let server = Server::start(listener, limits, Arc::clone(&echo) as Arc<dyn Handler>).unwrap();
    Test {
        server,
        echo,
        entered,
        go_on,
    }
}

impl Test {
    fn connect(&self) -> Client {
        Client(TcpStream::connect(self.server.local_addr()).unwrap())
    }

    /// Sends it on a connection of its own; everything until the server closes.
    fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut client = self.connect();
        client.send(bytes);
        client.rest()
    }

    fn calls(&self) -> Vec<String> {
        self.echo.calls.lock().clone()
    }

    fn stop(self) {
        assert!(self.server.is_alive());
        assert!(self.server.stop(Duration::from_secs(20)));
    }
}

struct Client(TcpStream);

impl Client {
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Everything until the server closes; a reset is a failure.
    fn rest(&mut self) -> String {
        let mut text = Vec::new();
        self.0.read_to_end(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    /// One answer with a length: status line and body.
    fn answer(&mut self) -> (String, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head
            .split("Content-Length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next())
            .map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (
            head.lines().next().unwrap().to_owned(),
            String::from_utf8(body).unwrap(),
        )
    }

    fn get(&mut self, path: &str) -> String {
        self.send(get(path));
        self.answer().1
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")
}

fn last(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
}

fn post(lines: &str, body: &str) -> String {
    format!("POST /post HTTP/1.1\r\nHost: h\r\n{lines}\r\n{body}")
}

/// A request to where large bodies are let in by who sends them.
fn guarded(lines: &str, body: &str) -> String {
    post(lines, body).replacen("/post", "/guarded", 1)
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no status in {answer:?}"))
}
