//! The one request that patmost sends: to a server of its own, for `patmost healthcheck`.

use super::listener;
use std::io::{Read, Result, Write};
use std::time::Duration;

/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 16 * 1024;

/// Returns the beginning of the answer to a `GET`, head included. The connection and each read may take `within`.
pub fn get(address: &str, target: &str, within: Duration) -> Result<Vec<u8>> {
    let mut stream = listener::connect(address, within)?;
    stream.set_read_timeout(Some(within))?;
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(answer)
}
