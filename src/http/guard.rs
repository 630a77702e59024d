//! The application's handler behind `catch_unwind`, so that a panic in it costs one answer and never a thread.

use super::{Admission, Handler, Refusal, Request, Response};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A handler that does not panic.
pub(super) struct Guarded(pub Arc<dyn Handler>);

impl Guarded {
    pub fn admit(&self, request: &mut Request) -> Result<Admission, Refusal> {
        catch_unwind(AssertUnwindSafe(|| self.0.admit(request))).map_err(|_| Refusal::Panicked)
    }

    pub fn turn_away(&self, request: &mut Request) -> Option<Response> {
        catch_unwind(AssertUnwindSafe(|| self.0.turn_away(request)))
            .unwrap_or_else(|_| Some(self.refuse(Refusal::Panicked, request.peer)))
    }

    pub fn handle(&self, request: Request) -> Response {
        let peer = request.peer;
        catch_unwind(AssertUnwindSafe(|| self.0.handle(request)))
            .unwrap_or_else(|_| self.refuse(Refusal::Panicked, peer))
    }

    pub fn refuse(&self, refusal: Refusal, peer: SocketAddr) -> Response {
        catch_unwind(AssertUnwindSafe(|| self.0.refuse(refusal, peer)))
            .unwrap_or_else(|_| Response::empty(refusal.status()))
    }
}
