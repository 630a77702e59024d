//! Bodies that go piece by piece, into the application and out of it.

use super::super::super::transfer::PIECE;
use super::super::super::{Download, Transfer, Upload};
use super::*;

/// Says what it takes, and that it ends; wants no more behind so many pieces.
#[derive(Debug)]
pub struct Told {
    pub tell: Sender<String>,
    pub wanted: usize,
    pub taken: Mutex<Vec<usize>>,
}

impl Upload for Told {
    fn take(&self, piece: &[u8]) -> bool {
        assert!(piece.iter().all(|byte| *byte == b'u'));
        self.tell.send(format!("took {}", piece.len())).unwrap();
        let mut taken = self.taken.lock();
        taken.push(piece.len());
        taken.len() < self.wanted
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        // Nobody listens any more when the test has ended.
        let _ = self.tell.send("dropped".to_owned());
    }
}

/// The answer to an upload: how many bytes it took.
pub fn taken(request: &Request) -> Response {
    let upload: &dyn std::any::Any = request.upload.as_ref().unwrap().as_ref();
    let taken = upload.downcast_ref::<Told>().unwrap().taken.lock().clone();
    let sum: usize = taken.iter().sum();
    Response::new(200, "text/plain", format!("took {sum} in all"))
}

/// A body of `d`s that cannot be read to its end when it is said to be longer.
#[derive(Debug)]
pub struct Made(pub u64);

impl Download for Made {
    fn piece(&self, start: u64) -> Option<Vec<u8>> {
        let left = self.0.saturating_sub(start).min(PIECE as u64);
        (left > 0).then(|| vec![b'd'; left as usize])
    }
}

/// The answer with so many bytes, of which there are so many.
pub fn download(there: u64, said: u64) -> Response {
    Response {
        download: Some(Transfer::new(Arc::new(Made(there)), 0, said)),
        ..Response::new(200, "text/plain", "")
    }
}

fn upload(path: &str, length: usize) -> String {
    post(&format!("Content-Length: {length}\r\n"), "").replacen("/post", path, 1)
}

#[test]
fn an_upload_is_taken_before_it_is_complete() {
    let test = server(|_| {});
    let mut client = test.connect();
    for _ in 0..2 {
        client.send(upload("/upload", 3 * PIECE));
        client.send(vec![b'u'; PIECE + 20_000]);
        let first = test.entered.recv().unwrap();
        let size: usize = first.strip_prefix("took ").unwrap().parse().unwrap();
        assert!((PIECE..PIECE + 20_000).contains(&size), "{size}");
        client.send(vec![b'u'; 2 * PIECE - 20_000]);
        // The connection goes on.
        assert_eq!(client.answer().1, format!("took {} in all", 3 * PIECE));
        while test.entered.recv().unwrap() != "dropped" {}
    }
    client.send(upload("/upload", 0));
    assert_eq!(client.answer().1, "nothing to take");
    client.send(
        post(
            "Transfer-Encoding: chunked\r\n",
            "2\r\nuu\r\n1\r\nu\r\n0\r\n\r\n",
        )
        .replacen("/post", "/upload", 1),
    );
    assert_eq!(client.answer().1, "took 3 in all");
    test.stop();
}

#[test]
fn an_upload_that_wants_no_more_is_answered_at_once() {
    let test = server(|_| {});
    let mut client = test.connect();
    client.send(upload("/upload?wanted=1", 100 * PIECE));
    client.send(vec![b'u'; PIECE]);
    let rest = client.rest();
    assert!(
        rest.contains("Connection: close") && rest.ends_with("in all"),
        "{rest}"
    );
    assert_eq!(test.calls(), ["/upload"]);
    test.stop();
}

#[test]
fn an_upload_without_leave_is_refused_before_a_byte_of_it_came() {
    let test = server(|_| {});
    assert_eq!(status(&test.send(upload("/upload?refused=1", 1))), 401);
    assert!(test.calls().is_empty());
    test.stop();
}

#[test]
fn an_upload_that_stalls_or_breaks_off_ends_and_is_not_handled() {
    let test = server(|limits| limits.body_deadline = Duration::from_millis(50));
    let stalled = test.send(upload("/upload", 2 * PIECE) + &"u".repeat(PIECE));
    assert_eq!(status(&stalled), 408);
    while test.entered.recv().unwrap() != "dropped" {}
    let mut client = test.connect();
    client.send(upload("/upload", 2 * PIECE) + &"u".repeat(PIECE));
    drop(client);
    while test.entered.recv().unwrap() != "dropped" {}
    assert!(test.calls().is_empty());
    test.stop();
}

#[test]
fn a_download_arrives_whole_and_the_next_answer_behind_it() {
    let test = server(|_| {});
    let mut client = test.connect();
    client.send(get("/download?there=5000000&said=5000000") + &get("/next"));
    let body = client.answer().1;
    assert!(body.len() == 5_000_000 && body.bytes().all(|byte| byte == b'd'));
    assert_eq!(client.answer().1, "/next|");
    client.send("HEAD /download?there=10&said=10 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    let head = client.rest();
    assert!(
        head.contains("Content-Length: 10\r\n") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    test.stop();
}

#[test]
fn a_download_that_cannot_be_read_on_ends_with_its_connection() {
    let test = server(|_| {});
    let cut = test.send(get("/download?there=200000&said=300000") + &get("/next"));
    assert!(cut.contains("Content-Length: 300000\r\n") && !cut.contains("/next"));
    assert_eq!(cut.split("\r\n\r\n").nth(1).unwrap().len(), 200_000);
    test.stop();
}
