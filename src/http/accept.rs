//! New connections: taking them, the bound on them, and what happens when taking one fails. Owns nothing of a
//! connection once it is parked.

use super::Refusal;
use super::connection::Connection;
use super::network::network;
use super::room::{Loss, Place, who_gives_way};
use super::source::{Interest, Source};
use super::worker::Shared;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Accepted in one go before the connections there are have their turn.
const IN_A_ROW: usize = 64;

impl Shared {
    /// Takes the connections that wait at the listener with the key, then watches for more.
    pub fn accept(&self, key: usize) {
        match self.accept_waiting(key) {
            Ok(()) => self.watch_listener(key),
            Err(error) => self.accept_failed(&error),
        }
    }

    /// Takes the connections that wait at the listener with the key.
    pub fn accept_waiting(&self, key: usize) -> io::Result<()> {
        for _ in 0..IN_A_ROW {
            match self.accept_one(key) {
                Ok(Some((stream, peer))) => self.welcome(stream, peer),
                Ok(None) => return Ok(()),
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted
                    ) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// `None` when the listener is gone.
    fn accept_one(&self, key: usize) -> io::Result<Option<(TcpStream, SocketAddr)>> {
        let listeners = self.listeners.lock();
        listeners
            .get(key)
            .map(|listener| listener.socket().accept())
            .transpose()
    }

    /// Asks for events of all listeners.
    pub fn watch_listeners(&self) {
        let listeners = self.listeners.lock().len();
        (0..listeners).for_each(|key| self.watch_listener(key));
    }

    /// Asks for an event of the listener with the key.
    fn watch_listener(&self, key: usize) {
        let listeners = self.listeners.lock();
        let armed = listeners
            .get(key)
            .map_or(Ok(()), |listener| listener.arm(Interest::Read));
        drop(listeners);
        if let Err(error) = armed {
            self.accept_failed(&error);
        }
    }

    /// Most often there are no descriptors left. The next sweep tries again; until then the connections there are go
    /// on, and by and by give theirs back.
    fn accept_failed(&self, error: &io::Error) {
        let mut logged = self.accept_logged.lock();
        if logged.is_none_or(|last| last.elapsed() >= Duration::from_secs(1)) {
            *logged = Some(Instant::now());
            log::error!("a connection could not be accepted: {error}");
        }
        self.accept_paused.store(true, Ordering::SeqCst);
    }

    /// Closes a connection for one from this address; false when none gives way.
    fn one_gives_way(&self, newcomer: IpAddr) -> bool {
        let choose = |places: &[Place]| who_gives_way(places, network(newcomer));
        let Some((mut connection, loss)) = self.parked.take_chosen(choose) else {
            return false;
        };
        self.gave_way.fetch_add(1, Ordering::Relaxed);
        match loss {
            Loss::Request => self.dismiss(*connection, Refusal::Full),
            Loss::Nothing | Loss::Service | Loss::Answer => connection.give_way(),
        }
        true
    }

    fn welcome(&self, stream: TcpStream, peer: SocketAddr) {
        let full = self.open.count() >= self.bound && !self.one_gives_way(peer.ip());
        let key = self.next_key.fetch_add(1, Ordering::Relaxed);
        let ready = stream.set_nonblocking(true);
        match ready.and_then(|()| Source::new(stream, key, &self.poller)) {
            Err(error) => log::debug!("a connection was gone before it began: {error}"),
            Ok(source) => {
                let connection = Connection::new(source, peer, self.open.take_seat(), &self.limits);
                match full {
                    true => self.dismiss(connection, Refusal::Full),
                    false => self.park(Box::new(connection), Interest::Read),
                }
            }
        }
    }
}
