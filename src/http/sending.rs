//! How a connection answers and ends: sending without blocking, the step to the next request, the lingering close.
//! Reading is `connection.rs`; the bytes of an answer are `response.rs`.

use super::connection::{Connection, Next, Stage, Step, Terms, Turn};
use super::guard::Guarded;
use super::limits::Limits;
use super::source::Interest;
use super::{Refusal, Response};
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Instant;

impl Connection {
    /// Puts an answer on its way; [`Connection::advance`] sends it.
    pub fn answer(&mut self, response: &Response, stopping: bool, limits: &Limits) {
        self.terms.keep_alive &= !response.close && !stopping;
        let Terms {
            head_only,
            keep_alive,
            http10,
        } = self.terms;
        response.write(&mut self.output, head_only, keep_alive, http10);
        self.rest = response.rest(head_only);
        self.stage = Stage::Sending;
        // Idle counts from here, before the client can know: so two clients agree with us on who came first.
        self.since = Instant::now();
        self.deadline = self.since + limits.write_deadline;
    }

    /// Answers and closes: after a refusal nobody knows where the next request would begin.
    pub fn refuse(&mut self, refusal: Refusal, handler: &Guarded, limits: &Limits) {
        let response = handler.refuse(refusal, self.peer);
        self.input = Vec::new();
        self.answer(&response, true, limits);
    }

    /// Sends what there is to send; true when nothing is left.
    pub(super) fn flush(&mut self) -> std::io::Result<bool> {
        while self.sent < self.output.len() {
            match self.source.socket().write(&self.output[self.sent..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(size) => self.sent += size,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.output.clear();
        self.sent = 0;
        Ok(true)
    }

    /// The answer is out: the next request, or the end.
    pub(super) fn after_answer(&mut self, limits: &Limits) -> Step {
        let now = Instant::now();
        if self.upgraded.is_some() {
            self.stage = Stage::Upgraded;
            return Step::Again;
        }
        if !self.terms.keep_alive {
            self.input = Vec::new();
            self.output = Vec::new();
            self.deadline = now + limits.linger_deadline;
            self.stage = Stage::Draining {
                left: limits.linger_bytes,
            };
            let shut = self.source.socket().shutdown(Shutdown::Write);
            return if shut.is_ok() {
                Step::Again
            } else {
                Step::Done(Next::Close)
            };
        }
        if self.input.is_empty() {
            // An idle connection keeps no buffers.
            self.input = Vec::new();
            self.output = Vec::new();
            self.stage = Stage::Idle;
            self.deadline = now + limits.idle_deadline;
            return Step::MoreInput;
        }
        self.begin_head(limits);
        Step::Again
    }

    pub(super) fn drain(&mut self, turn: &mut Turn<'_>, mut left: usize) -> Next {
        while turn.reads > 0 && left > 0 {
            turn.reads -= 1;
            match self.source.socket().read(turn.scratch) {
                Ok(0) => return Next::Close,
                Ok(size) => left = left.saturating_sub(size),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => return Next::Close,
            }
        }
        self.stage = Stage::Draining { left };
        if left == 0 {
            Next::Close
        } else {
            Next::Park(Interest::Read)
        }
    }
}
