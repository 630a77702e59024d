//! Who listens on a WebSocket, and who of them hears what.

use crate::event::Event;

/// The listeners.
#[derive(Default)]
pub struct Hub {}

impl Hub {
    /// Gives the events to those who may hear them.
    pub fn publish(&self, _events: Vec<Event>) {}
}
