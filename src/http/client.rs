//! The one request that patmost sends: to a server of its own, for `patmost healthcheck`.

use std::io::{Error, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 16 * 1024;

/// Returns the beginning of the answer to a `GET`, head included. The connection and each read may take `within`.
pub fn get(address: &str, target: &str, within: Duration) -> Result<Vec<u8>> {
    let nowhere = || Error::other("no such address");
    let address = address.to_socket_addrs()?.next().ok_or_else(nowhere)?;
    let mut stream = TcpStream::connect_timeout(&address, within)?;
    stream.set_read_timeout(Some(within))?;
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(answer)
}
