//! A request whose head is complete and whose body is on the way. The body grows by what arrives, never by what was
//! announced. Owns no deadline and no socket.

use super::parse::Framing;
use super::request::Request;
use super::{Lane, Refusal};

/// What is kept between two reads of a body.
pub(super) struct Pending {
    pub request: Request,
    pub framing: Framing,
    pub lane: Lane,
    pub limit: usize,
    /// Whether the application let a body of more than a few bytes come.
    pub is_let_in: bool,
}

impl Pending {
    /// Returns the size that the body has at least, by what came and by what was announced.
    pub fn size(&self) -> usize {
        let announced = match self.framing {
            Framing::Length(left) => left,
            Framing::Chunked(_) => 0,
        };
        self.request.body.len().saturating_add(announced)
    }

    /// Moves what belongs to this body out of the input; true when the body is complete.
    pub fn take(&mut self, input: &mut Vec<u8>) -> Result<bool, Refusal> {
        let body = &mut self.request.body;
        match &mut self.framing {
            Framing::Length(left) => {
                let part = (*left).min(input.len());
                body.extend(input.drain(..part));
                *left -= part;
                Ok(*left == 0)
            }
            Framing::Chunked(decoder) => {
                let used = decoder.decode(input, body, self.limit)?;
                input.drain(..used);
                Ok(decoder.is_done())
            }
        }
    }
}
