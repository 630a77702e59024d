//! Strangers who come in a crowd, and one client who works on. The server may have 32 connections.

use std::io::Write;
use std::net::TcpStream;

use crate::support::connection::Connection;
use crate::support::process::{Process, serve_within};
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

#[test]
fn requests_that_are_never_complete_keep_nobody_out() {
    let mut scene = Scene::new(&[]);
    for half in [
        "POST /api/v4/users/login HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{",
        "GET /api/v4/users/me HTTP/1.1\r\nHost: h\r\nX: ",
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
