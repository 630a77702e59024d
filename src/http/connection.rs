//! One connection: its stages, its buffers and its deadline, and how it reads (`sending.rs` is how it answers). Never blocks. Owns no thread and no
//! place among the others: `worker.rs` gives it turns, `parked.rs` keeps it in between.

use super::body::{Given, Pending};
use super::buffers::{Buffers, Share};
use super::guard::Guarded;
use super::limits::Limits;
use super::parked::{Parked, Seat};
use super::parse::{self, Framing, Head, Scanner};
use super::request::Request;
use super::source::{Interest, Source};
use super::transfer::Transfer;
use super::upgrade::{After, Upgrade, Upgraded};
use super::{Lane, Refusal, Response};
use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// What a connection lends for a turn: the worker's buffer, and how often it may still read.
pub(super) struct Turn<'a> {
    pub handler: &'a Guarded,
    pub limits: &'a Limits,
    pub buffers: &'a Arc<Buffers>,
    pub scratch: &'a mut [u8],
    pub reads: usize,
}

/// What a connection needs after it went as far as it could. Lives for one move, so its size does not matter.
#[allow(clippy::large_enum_variant)]
pub(super) enum Next {
    Park(Interest),
    Run(Request, Lane),
    Answer(Response),
    Close,
}

/// One step inside a turn. Lives for one move, so its size does not matter.
#[allow(clippy::large_enum_variant)]
pub(super) enum Step {
    Again,
    MoreInput,
    Done(Next),
}

pub(super) enum Stage {
    /// Nothing of a request is here.
    Idle,
    Head(Scanner),
    Body(Box<Pending>),
    /// The request is with a handler.
    Handling,
    /// The answer is in `output`.
    Sending,
    /// The answer is in `output`, and its time has not come.
    Held,
    /// Another protocol has its turns.
    Upgraded,
    /// Our side is shut; what still comes is thrown away so that the client sees the answer and no reset.
    Draining {
        left: usize,
    },
}

/// How the answer to the present request is written.
#[derive(Clone, Copy, Default)]
pub(super) struct Terms {
    pub head_only: bool,
    pub keep_alive: bool,
    pub http10: bool,
}

/// A connection and all it holds; a few hundred bytes while it is idle.
pub(super) struct Connection {
    pub(super) source: Source<TcpStream>,
    pub(super) peer: SocketAddr,
    pub(super) stage: Stage,
    pub(super) terms: Terms,
    pub(super) deadline: Instant,
    /// Since when it is idle, or has a request that is not complete.
    pub(super) since: Instant,
    pub(super) input: Vec<u8>,
    pub(super) output: Vec<u8>,
    pub(super) sent: usize,
    /// What of the answer comes behind `output`.
    pub(super) rest: Option<Transfer>,
    /// The memory of `output`, when it is large and the client does not take it.
    pub(super) untaken: Option<Share>,
    pub(super) upgraded: Option<Upgraded>,
    _seat: Seat,
}

impl Connection {
    pub fn new(
        source: Source<TcpStream>,
        peer: SocketAddr,
        seat: Seat,
        limits: &Limits,
    ) -> Connection {
        let now = Instant::now();
        Connection {
            source,
            peer,
            stage: Stage::Idle,
            terms: Terms::default(),
            deadline: now + limits.idle_deadline,
            since: now,
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            rest: None,
            untaken: None,
            upgraded: None,
            _seat: seat,
        }
    }

    pub fn key(&self) -> usize {
        self.source.key()
    }

    /// Asks the poller for one event; [`super::parked::Parked`] does, when it has it.
    pub fn arm(&self, interest: Interest) -> std::io::Result<()> {
        self.source.arm(interest)
    }

    pub fn is_overdue(&self, now: Instant) -> bool {
        self.deadline <= now
    }

    /// Whether a request has begun and is not complete.
    pub fn is_reading(&self) -> bool {
        matches!(self.stage, Stage::Head(_) | Stage::Body(_))
    }

    /// Begins another protocol; its first turn is after the answer.
    pub fn upgrade(&mut self, upgrade: &Upgrade, parked: &Arc<Parked>) {
        self.upgraded = upgrade.start(self.key(), parked);
    }

    /// Keeps the answer until then; without one, the connection.
    pub fn hold(&mut self, until: Instant) {
        self.stage = Stage::Held;
        self.deadline = until;
    }

    /// Gives another protocol its turn, or lets go what was held, because the time has come; false when there is nothing
    /// to do, or the client does not read.
    pub fn is_due(&mut self, limits: &Limits) -> bool {
        self.deadline = Instant::now() + limits.write_deadline;
        if matches!(self.stage, Stage::Held) {
            self.stage = Stage::Sending;
            return !self.output.is_empty();
        }
        matches!(self.stage, Stage::Upgraded) && self.output.is_empty()
    }

    /// A turn of another protocol.
    fn speak(&mut self, limits: &Limits) -> Step {
        let Some(upgraded) = &mut self.upgraded else {
            return Step::Done(Next::Close);
        };
        upgraded.woken.store(false, Ordering::SeqCst);
        let (input, output) = (&mut self.input, &mut self.output);
        match catch_unwind(AssertUnwindSafe(|| upgraded.protocol.turn(input, output))) {
            Ok(After::Stay { until }) if self.output.is_empty() => {
                // A quiet connection keeps no buffers.
                self.input = Vec::new();
                self.output = Vec::new();
                self.deadline = until;
                Step::MoreInput
            }
            Ok(After::Stay { .. }) => {
                self.deadline = Instant::now() + limits.write_deadline;
                Step::Again
            }
            Ok(After::End) | Err(_) => {
                self.upgraded = None;
                self.terms.keep_alive = false;
                self.stage = Stage::Sending;
                self.deadline = Instant::now() + limits.write_deadline;
                Step::Again
            }
        }
    }

    /// Lets another protocol say its last, as far as that goes without blocking.
    pub fn give_way(&mut self) {
        let output = &mut self.output;
        if let Some(upgraded) = &mut self.upgraded {
            let last = AssertUnwindSafe(|| upgraded.protocol.give_way(output));
            // The connection is closed either way.
            drop(catch_unwind(last).map(|()| self.flush()));
        }
    }

    /// Goes as far as it can without blocking.
    pub fn advance(&mut self, turn: &mut Turn<'_>) -> Next {
        loop {
            match self.flush() {
                Ok(true) if self.rest.is_some() => match self.next_piece(turn) {
                    None => continue,
                    Some(next) => return next,
                },
                Ok(true) => self.untaken = None,
                Ok(false) => {
                    self.count_untaken(turn);
                    return Next::Park(Interest::Write);
                }
                Err(_) => return Next::Close,
            }
            let step = match self.stage {
                Stage::Idle | Stage::Head(_) => self.read_head(turn),
                Stage::Body(_) => self.read_body(turn),
                Stage::Sending | Stage::Held => Ok(self.after_answer(turn.limits)),
                Stage::Upgraded => Ok(self.speak(turn.limits)),
                Stage::Draining { left } => return self.drain(turn, left),
                Stage::Handling => return Next::Close,
            };
            match step {
                Ok(Step::Again) => {}
                Ok(Step::MoreInput) => match self.fill(turn) {
                    None => {}
                    Some(next) => return next,
                },
                Ok(Step::Done(next)) => return next,
                Err(refusal) => self.refuse(refusal, turn.handler, turn.limits),
            }
        }
    }

    /// Puts the next piece of a download into the output; `Some` if the turn is over.
    fn next_piece(&mut self, turn: &mut Turn<'_>) -> Option<Next> {
        if turn.reads == 0 {
            return Some(Next::Park(Interest::Write));
        }
        turn.reads -= 1;
        let rest = self.rest.as_mut()?;
        if !rest.append(&mut self.output) {
            return Some(Next::Close);
        }
        if rest.left() == 0 {
            self.rest = None;
        }
        // Who takes it slowly has the time for each piece.
        self.deadline = Instant::now() + turn.limits.write_deadline;
        None
    }

    /// Counts the memory of an answer that the client does not take as fast as it comes.
    fn count_untaken(&mut self, turn: &Turn<'_>) {
        let bytes = self.output.capacity();
        if bytes > turn.limits.unasked_bytes {
            let share = self.untaken.get_or_insert_with(|| turn.buffers.share());
            share.grow(bytes);
        }
    }

    /// Reads once; `Some` if the turn is over.
    fn fill(&mut self, turn: &mut Turn<'_>) -> Option<Next> {
        if turn.reads == 0 {
            return Some(Next::Park(Interest::Read));
        }
        match self.source.socket().read(turn.scratch) {
            Ok(0) => Some(Next::Close),
            Ok(size) => {
                // A short read emptied the socket: asking again would only cost a call.
                turn.reads = if size < turn.scratch.len() {
                    0
                } else {
                    turn.reads - 1
                };
                if matches!(self.stage, Stage::Idle) {
                    self.begin_head(turn.limits);
                }
                self.input.extend_from_slice(&turn.scratch[..size]);
                None
            }
            Err(error) => match error.kind() {
                ErrorKind::Interrupted => None,
                ErrorKind::WouldBlock => Some(Next::Park(Interest::Read)),
                _ => Some(Next::Close),
            },
        }
    }

    pub(super) fn begin_head(&mut self, limits: &Limits) {
        self.stage = Stage::Head(Scanner::default());
        self.terms = Terms::default();
        self.since = Instant::now();
        self.deadline = self.since + limits.head_deadline;
    }

    fn read_head(&mut self, turn: &mut Turn<'_>) -> Result<Step, Refusal> {
        let Stage::Head(scanner) = &mut self.stage else {
            return Ok(Step::MoreInput);
        };
        let Some(end) = scanner.find_end(&self.input, turn.limits)? else {
            return Ok(Step::MoreInput);
        };
        let head = parse::head(&self.input[..end], self.peer, turn.limits)?;
        self.input.drain(..end);
        self.admit(head, turn)
    }

    /// The head is good: asks the application where it goes and how large it may be.
    fn admit(&mut self, mut head: Head, turn: &mut Turn<'_>) -> Result<Step, Refusal> {
        let head_only = head.request.method == "HEAD";
        self.terms = Terms {
            head_only,
            keep_alive: head.keep_alive,
            http10: head.http10,
        };
        let admission = turn.handler.admit(&mut head.request)?;
        if matches!(head.framing, Framing::Length(length) if length > admission.body_limit) {
            return Err(Refusal::BodyTooLarge);
        }
        if matches!(head.framing, Framing::Length(0)) {
            self.stage = Stage::Handling;
            return Ok(Step::Done(Next::Run(head.request, admission.lane)));
        }
        let mut pending = Box::new(Pending {
            request: head.request,
            framing: head.framing,
            lane: admission.lane,
            limit: admission.body_limit,
            unasked: match admission.is_upload {
                true => 0,
                false => turn.limits.unasked_bytes,
            },
            let_in: None,
        });
        if let Some(answer) = self.turn_away(&mut pending, turn) {
            return Ok(answer);
        }
        // A client that already sends does not wait for leave.
        if head.expects_continue && self.input.is_empty() {
            self.output
                .extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        self.deadline = Instant::now() + turn.limits.body_deadline;
        self.stage = Stage::Body(pending);
        Ok(Step::Again)
    }

    fn read_body(&mut self, turn: &Turn<'_>) -> Result<Step, Refusal> {
        let Stage::Body(mut pending) = std::mem::replace(&mut self.stage, Stage::Handling) else {
            return Ok(Step::Again);
        };
        let is_complete = pending.take(&mut self.input)?;
        if let Some(answer) = self.turn_away(&mut pending, turn) {
            return Ok(answer);
        }
        let given = pending.give(is_complete)?;
        if given == Given::Enough {
            // What is left of the body is not read.
            self.terms.keep_alive = false;
            self.input = Vec::new();
        }
        if is_complete || given == Given::Enough {
            return Ok(Step::Done(Next::Run(pending.request, pending.lane)));
        }
        if given == Given::Piece {
            // A large upload has the time for each piece.
            self.deadline = Instant::now() + turn.limits.body_deadline;
        }
        // A body that is waited for keeps no other buffer.
        self.input = Vec::new();
        pending.count();
        self.stage = Stage::Body(pending);
        Ok(Step::MoreInput)
    }

    /// Asks the application once whether a body of more than a few bytes may come; `Some` when it answers instead.
    fn turn_away(&mut self, pending: &mut Pending, turn: &Turn<'_>) -> Option<Step> {
        if pending.let_in.is_some() || pending.size() <= pending.unasked {
            return None;
        }
        let Some(response) = turn.handler.turn_away(&mut pending.request) else {
            pending.let_in = Some(turn.buffers.share());
            return None;
        };
        self.stage = Stage::Handling;
        self.input = Vec::new();
        let close = true;
        Some(Step::Done(Next::Answer(Response { close, ..response })))
    }
}
