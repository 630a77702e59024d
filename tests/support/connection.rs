//! A connection that stays open from one request to the next, and that may break.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::client::Answer;

/// One connection and what came too early on it.
pub struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
}

impl Connection {
    pub fn to(address: &str) -> io::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Connection {
            stream,
            input: Vec::new(),
        })
    }

    /// Sends a request and reads its answer; an error when the connection ends before that.
    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        secret: &str,
        body: &str,
    ) -> io::Result<Answer> {
        let length = body.len();
        self.write(format!(
            "{method} /api/v4{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))?;
        self.answer()
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Reads one answer with a length.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let head = loop {
            match self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.more()?,
            }
        };
        let mut answer = Answer::parse(&self.input[..head]);
        let length: usize = answer
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        while self.input.len() < head + length {
            self.more()?;
        }
        answer.body = self.input[head..head + length].to_vec();
        self.input.drain(..head + length);
        Ok(answer)
    }

    fn more(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            size => {
                self.input.extend(&bytes[..size]);
                Ok(())
            }
        }
    }
}
