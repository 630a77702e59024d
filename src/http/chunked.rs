//! The chunked transfer coding, decoded strictly: hex sizes of at most eight digits, CR LF only, extensions and
//! trailers thrown away and bounded. Owns no buffer: bytes go in, the body grows.

use super::Refusal;

/// Bytes of extensions and trailers over the whole body; they carry nothing for this server.
const EXTRA: usize = 4096;

/// Where in the coding the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Size { digits: u8 },
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    EndLf,
    End,
}

/// The decoder's memory between reads.
#[derive(Debug)]
pub(super) struct Chunked {
    at: At,
    left: usize,
    extra: usize,
}

impl Chunked {
    pub fn new() -> Chunked {
        Chunked {
            at: At::Size { digits: 0 },
            left: 0,
            extra: 0,
        }
    }

    /// Whether the last byte of the body was seen.
    pub fn is_done(&self) -> bool {
        self.at == At::End
    }

    /// Takes what belongs to this body from the front of `input`, says how much that was.
    pub fn decode(
        &mut self,
        input: &[u8],
        body: &mut Vec<u8>,
        limit: usize,
    ) -> Result<usize, Refusal> {
        let mut used = 0;
        while used < input.len() && self.at != At::End {
            if self.at == At::Data {
                let part = self.left.min(input.len() - used);
                body.extend_from_slice(&input[used..used + part]);
                used += part;
                self.left -= part;
                if self.left == 0 {
                    self.at = At::DataCr;
                }
            } else {
                self.at = self.framing(input[used])?;
                used += 1;
                if body.len().saturating_add(self.left) > limit {
                    return Err(Refusal::BodyTooLarge);
                }
            }
        }
        Ok(used)
    }

    /// One byte that is not data.
    fn framing(&mut self, byte: u8) -> Result<At, Refusal> {
        match (self.at, byte) {
            (At::Size { digits }, _) if byte.is_ascii_hexdigit() => self.digit(digits, byte),
            (At::Size { digits: 1.. }, b';') => Ok(At::Extension),
            (At::Size { digits: 1.. }, b'\r') | (At::Extension, b'\r') => Ok(At::SizeLf),
            (At::SizeLf, b'\n') if self.left == 0 => Ok(At::TrailerStart),
            (At::SizeLf, b'\n') => Ok(At::Data),
            (At::DataCr, b'\r') => Ok(At::DataLf),
            (At::DataLf, b'\n') => Ok(At::Size { digits: 0 }),
            (At::TrailerStart, b'\r') => Ok(At::EndLf),
            (At::TrailerStart, _) if super::parse::is_token(byte) => {
                self.thrown_away(byte, At::Trailer)
            }
            (At::Trailer, b'\r') => Ok(At::TrailerLf),
            (At::TrailerLf, b'\n') => Ok(At::TrailerStart),
            (At::EndLf, b'\n') => Ok(At::End),
            (At::Extension | At::Trailer, _) => self.thrown_away(byte, self.at),
            _ => Err(Refusal::BadRequest("The chunked body is malformed.")),
        }
    }

    fn digit(&mut self, digits: u8, byte: u8) -> Result<At, Refusal> {
        if digits == 8 {
            return Err(Refusal::BadRequest("A chunk size has too many digits."));
        }
        let value = char::from(byte).to_digit(16).unwrap_or(0) as usize;
        self.left = if digits == 0 {
            value
        } else {
            self.left.saturating_mul(16).saturating_add(value)
        };
        Ok(At::Size { digits: digits + 1 })
    }

    fn thrown_away(&mut self, byte: u8, at: At) -> Result<At, Refusal> {
        self.extra += 1;
        if self.extra > EXTRA {
            return Err(Refusal::BadRequest(
                "The chunked body has too many extensions or trailers.",
            ));
        }
        if byte != b'\t' && !(0x20..0x7f).contains(&byte) {
            return Err(Refusal::BadRequest(
                "The chunked body has a control character in its framing.",
            ));
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Body and the rest, the input cut into pieces of `step`.
    fn run(input: &[u8], step: usize, limit: usize) -> Result<Option<(Vec<u8>, usize)>, Refusal> {
        let (mut decoder, mut body, mut used) = (Chunked::new(), Vec::new(), 0);
        for piece in input.chunks(step) {
            used += decoder.decode(piece, &mut body, limit)?;
            if decoder.is_done() {
                return Ok(Some((body, used)));
            }
        }
        Ok(None)
    }

    #[test]
    fn bodies_that_are_taken_however_they_arrive() {
        let long = format!("0;{}\r\n\r\n", "e".repeat(4000));
        let rows: [(&str, &str, usize); 7] = [
            ("0\r\n\r\n", "", 0),
            ("5\r\nhello\r\n0\r\n\r\nGET", "hello", 3),
            ("1\r\na\r\n00002\r\nbc\r\n000\r\n\r\n", "abc", 0),
            ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0),
            (
                "a;x=\"y z\"\r\n0123456789\r\n0;y\r\nX-T: v\r\nY: w\r\n\r\n\r\n",
                "0123456789",
                2,
            ),
            ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0),
            (&long, "", 0),
        ];
        for (given, body, rest) in rows {
            for step in 1..=given.len() {
                let (got, used) = run(given.as_bytes(), step, 100).unwrap().unwrap();
                assert_eq!(got, body.as_bytes(), "{given:?}");
                if step == given.len() {
                    assert_eq!(given.len() - used, rest, "{given:?}");
                }
            }
        }
    }

    #[test]
    fn bodies_that_are_refused() {
        let extensions = format!("1;{}\r\n", "e".repeat(5000));
        let trailers = format!("0\r\n{}\r\n", "X: y\r\n".repeat(2000));
        let rows = [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\n",
            " 1\r\n",
            "1 \r\n",
            "0x1\r\n",
            "1\na",
            "1\r\r\n",
            "1\r\nab",
            "1\r\na\n",
            "1\r\na\r\r",
            "000000001\r\n",
            ";x\r\n",
            "1;\0\r\n",
            "1;\n",
            "0\r\n\n",
            "0\r\n X: y\r\n",
            "0\r\nX: y\n",
            "0\r\nX\r\r",
            "0\r\n\r\r",
            "0\r\n\x7f",
            &extensions,
            &trailers,
        ];
        for given in rows {
            for step in [1, given.len()] {
                assert!(
                    matches!(
                        run(given.as_bytes(), step, 100),
                        Err(Refusal::BadRequest(_))
                    ),
                    "{given:?}"
                );
            }
        }
    }

    #[test]
    fn the_limit_holds_by_what_is_announced_and_by_what_came() {
        assert_eq!(run(b"ffffffff\r\n", 100, 100), Err(Refusal::BodyTooLarge));
        assert_eq!(run(b"3\r\nabc\r\n1", 100, 3), Err(Refusal::BodyTooLarge));
        assert!(run(b"3\r\nabc\r\n0\r\n\r\n", 100, 3).unwrap().is_some());
    }

    /// Every text of up to five of the bytes that mean something, and its continuations, is answered somehow.
    #[test]
    fn nothing_panics() {
        let alphabet = b"\r\n0f;:x \0";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for _ in 0..5 {
            texts = texts
                .iter()
                .flat_map(|text| {
                    alphabet
                        .iter()
                        .map(move |byte| [text.as_slice(), &[*byte]].concat())
                })
                .collect();
            texts.iter().for_each(|text| drop(run(text, 2, 10)));
        }
    }
}
