//! The server that the fuzzer sends its inputs to: a fixture in the same process, so that their way through it is seen. A
//! panic ends the fuzzer, in whatever thread and whether or not it is caught; so does an answer that says so.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use patmost::fixture::Fixture;

/// Inputs after which the data is as it was at the start, so that the file does not grow for ever.
const RESET_AFTER: u32 = 2000;

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    static SENT: AtomicU32 = AtomicU32::new(0);
    let fixture = FIXTURE.get_or_init(|| Fixture::start().expect("a fixture"));
    if SENT.fetch_add(1, Ordering::Relaxed) % RESET_AFTER == RESET_AFTER - 1 {
        fixture.reset().expect("a reset");
    }
    fixture
}

/// Returns the secret of an admin's token.
pub fn secret() -> &'static str {
    &fixture().admin().token
}

/// Sends the bytes, says that no more will come, and returns what the server says until it closes the connection.
///
/// # Panics
/// When the server is gone, does not answer within 20 s, or answers with an internal error.
pub fn send(bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(fixture().address()).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a time limit");
    // The server may have refused, and closed, before it has read all.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "no answer");
    }
    let fault = b"HTTP/1.1 500";
    assert!(
        !answer.windows(fault.len()).any(|part| part == fault),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    answer
}
