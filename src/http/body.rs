//! A request whose head is complete and whose body is on the way. The body grows by what arrives, never by what was
//! announced. Owns no deadline and no socket.

use super::buffers::Share;
use super::parse::Framing;
use super::request::Request;
use super::transfer::PIECE;
use super::{Lane, Refusal};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is kept between two reads of a body.
pub(super) struct Pending {
    pub request: Request,
    pub framing: Framing,
    pub lane: Lane,
    pub limit: usize,
    /// Bytes that are read before the application is asked whether the body may come.
    pub unasked: usize,
    /// The memory of a large body that the application let come.
    pub let_in: Option<Share>,
}

/// What an upload was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Nothing yet, or there is no upload.
    Nothing,
    /// A piece, and it takes more.
    Piece,
    /// A piece, and it takes no more.
    Enough,
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

    /// Returns the memory of a large body; 0: of a small one, which does not count.
    pub fn large_bytes(&self) -> usize {
        self.let_in.as_ref().map_or(0, Share::bytes)
    }

    /// Counts the memory of a large body.
    pub fn count(&mut self) {
        if let Some(share) = &mut self.let_in {
            share.grow(self.request.body.capacity());
        }
    }

    /// Gives what came to the upload, if there is one, and it is a piece's worth or the last.
    pub fn give(&mut self, is_complete: bool) -> Result<Given, Refusal> {
        let body = &mut self.request.body;
        let is_due = body.len() >= PIECE || (is_complete && !body.is_empty());
        let Some(upload) = self.request.upload.as_ref().filter(|_| is_due) else {
            return Ok(Given::Nothing);
        };
        let wants_more = catch_unwind(AssertUnwindSafe(|| upload.take(body)));
        let wants_more = wants_more.map_err(|_| Refusal::Panicked)?;
        body.clear();
        Ok(if wants_more || is_complete {
            Given::Piece
        } else {
            Given::Enough
        })
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
