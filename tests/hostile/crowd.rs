//! Strangers who come in a crowd, and one client who works on. The server may have 32 connections.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::connection::Connection;
use crate::support::process::{Process, serve_within};
use crate::support::socket::frame;
use crate::support::*;

/// Connections that the server may have: a third of its descriptors.
const BOUND: usize = 32;

/// A server in a folder of its own, and a client who works.
struct Scene {
    process: Process,
    folder: std::path::PathBuf,
    admin: String,
    good: Connection,
}

impl Scene {
    fn new(arguments: &[&str]) -> Scene {
        let folder = new_folder();
        let process = serve_within(BOUND * 3, &folder, arguments).with_admin();
        let admin = process.login();
        let good = Connection::to(&process.address).unwrap();
        Scene {
            process,
            folder,
            admin,
            good,
        }
    }

    /// The client works on, on the connection that it has.
    fn work(&mut self) {
        let answer = self.good.ask("GET", "/users/me", &self.admin, "");
        answer.unwrap().ok();
    }

    /// An account beside the admin's; its secret.
    fn other(&self) -> String {
        let account = json!({"username": "ci", "email": "ci@example.com", "password": PASSWORD});
        let created = self.process.send("POST", "/users", &self.admin, account);
        created.created();
        let login = json!({"login_id": "ci", "password": PASSWORD});
        let login = self.process.send("POST", "/users/login", "", login);
        login.header("token").unwrap().to_owned()
    }

    /// Listens on a WebSocket.
    fn listen(&self, secret: &str) -> TcpStream {
        let mut stream = self.begin(format!(
            "GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ));
        assert!(heard(&mut stream, b"\"hello\"").starts_with(b"HTTP/1.1 101 "));
        stream
    }

    /// The client is also answered on new connections.
    fn come_anew(&self) {
        for _ in 0..5 {
            let mut fresh = Connection::to(&self.process.address).unwrap();
            let answer = fresh.ask("GET", "/users/me", &self.admin, "");
            answer.unwrap().ok();
        }
    }

    /// Sends this on a connection that stays.
    fn begin(&self, bytes: impl AsRef<[u8]>) -> TcpStream {
        let mut stream = TcpStream::connect(&self.process.address).unwrap();
        // It may have been closed already, for one that came later.
        let _ = stream.write_all(bytes.as_ref());
        stream
    }

    fn end(self) {
        self.process.signal("TERM");
        self.process.ends_with(0);
        std::fs::remove_dir_all(self.folder).unwrap();
    }
}

/// Reads until this was heard; all that was heard.
fn heard(stream: &mut TcpStream, what: &[u8]) -> Vec<u8> {
    let (mut all, mut byte) = (Vec::new(), [0]);
    while !all.ends_with(what) {
        stream.read_exact(&mut byte).unwrap();
        all.extend(byte);
    }
    all
}

#[test]
fn requests_that_are_never_complete_keep_nobody_out() {
    let mut scene = Scene::new(&[]);
    for half in [
        "POST /api/v4/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
        "GET /api/v4/users/me HTTP/1.1\r\nHost: localhost\r\nX: ",
    ] {
        let mut crowd = Vec::new();
        for _ in 0..BOUND + 8 {
            crowd.push(scene.begin(half));
            scene.work();
        }
        scene.come_anew();
        scene.work();
    }
    scene.end();
}

#[test]
fn the_web_sockets_of_one_account_keep_nobody_out() {
    let mut scene = Scene::new(&[]);
    let other = scene.other();
    let mut single = scene.listen(&other);
    let mut crowd = Vec::new();
    for _ in 0..BOUND + 8 {
        crowd.push(scene.listen(&scene.admin));
        scene.work();
    }
    scene.come_anew();
    scene.work();
    // The oldest of the crowd was told why; the other account's only one is still there.
    let mut said = Vec::new();
    crowd[0].read_to_end(&mut said).unwrap();
    let again = 1013_u16.to_be_bytes();
    assert!(said.ends_with(&[&again[..], b"Too many connections."].concat()));
    single.write_all(&frame(0x89, b"here?")).unwrap();
    heard(&mut single, b"\x8a\x05here?");
    scene.end();
}

#[test]
fn large_bodies_of_strangers_are_not_waited_for() {
    let mut scene = Scene::new(&[]);
    for (path, status) in [("users/ids", 401), ("users/login", 413), ("nope", 404)] {
        let head = format!(
            "POST /api/v4/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wrong\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        let part = format!("4001\r\n{}\r\n", "x".repeat(0x4001));
        let answers: Vec<u16> = (0..BOUND + 8)
            .map(|_| {
                let bytes = client::raw(&scene.process.address, (head.clone() + &part).as_bytes());
                Answer::parse(&bytes).status
            })
            .collect();
        assert_eq!(answers, vec![status; BOUND + 8], "{path}");
        scene.work();
    }
    scene.end();
}
