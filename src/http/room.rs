//! Who gives way to a new connection when the bound on them is reached: of whoever holds most of them, a request that is
//! not complete before an idle connection; and to a large buffer when these take too much memory. Owns the choice and closes
//! nothing.

use super::buffers::Share;
use super::connection::{Connection, Stage};
use super::network::network;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

/// Who holds a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// The clients of one network.
    Network(IpAddr),
    /// An account that another protocol serves, as the application numbers them.
    Account(i64),
}

/// What a connection loses when it gives way; in the order in which they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loss {
    /// A request that has begun and is not complete.
    Request,
    /// Nothing: it is between two requests.
    Nothing,
    /// What another protocol would have told an account.
    Service,
    /// The rest of an answer: it gives way only when it takes too much memory.
    Answer,
}

/// One connection, as far as the choice is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The connection's key.
    pub key: usize,
    pub holder: Holder,
    /// What it loses, and since when it had that; none: it is owed an answer, and does not give way.
    pub loss: Option<(Loss, Instant)>,
    /// The memory of a large body that is on its way, or of a large answer that is not taken.
    pub buffers: usize,
}

impl Connection {
    /// Whose it is, and what it loses when it gives way to another.
    pub fn place(&self) -> Place {
        let upgraded = self.upgraded.as_ref();
        let account = upgraded.and_then(|upgraded| upgraded.protocol.serves());
        let loss = match self.stage {
            Stage::Head(_) | Stage::Body(_) => Some(Loss::Request),
            Stage::Idle | Stage::Draining { .. } => Some(Loss::Nothing),
            Stage::Upgraded if account.is_some() => Some(Loss::Service),
            Stage::Upgraded => Some(Loss::Nothing),
            Stage::Sending => Some(Loss::Answer),
            Stage::Handling | Stage::Held => None,
        };
        // Behind a proxy only a head says who the client is, and only as long as its request lasts.
        let (client, large_body) = match &self.stage {
            Stage::Body(pending) => (pending.request.peer, pending.large_bytes()),
            _ => (self.peer, 0),
        };
        let network = Holder::Network(network(client.ip()));
        Place {
            key: self.key(),
            holder: account.map_or(network, Holder::Account),
            loss: loss.map(|loss| (loss, self.since)),
            buffers: large_body + self.untaken.as_ref().map_or(0, Share::bytes),
        }
    }
}

/// Returns the key of the connection that gives way to a new one of the network. `None` when each of them is owed an
/// answer, serves an account that has no other, or is held by someone who has less than that network.
pub(super) fn who_gives_way(places: &[Place], newcomer: IpAddr) -> Option<usize> {
    let mut held: HashMap<Holder, usize> = HashMap::new();
    for place in places {
        *held.entry(place.holder).or_default() += 1;
    }
    let of = |holder: &Holder| held.get(holder).copied().unwrap_or(0);
    let least = of(&Holder::Network(newcomer));
    let rank = |place: &Place| {
        let (count, (loss, since)) = (of(&place.holder), place.loss?);
        let least = match loss {
            Loss::Answer => return None,
            Loss::Service => least.max(2),
            Loss::Request | Loss::Nothing => least,
        };
        (count >= least).then_some((Reverse(count), loss, since, place.key))
    };
    let (.., key) = places.iter().filter_map(rank).min()?;
    Some(key)
}

/// Returns the key of the large body or answer that gives way when these take too much memory: the oldest of whoever holds
/// most of it. `None` when there is at most one, which is always taken and sent.
pub(super) fn whose_buffer_gives_way(places: &[Place]) -> Option<usize> {
    let large = || places.iter().filter(|place| place.buffers > 0);
    let mut held: HashMap<Holder, usize> = HashMap::new();
    for place in large() {
        *held.entry(place.holder).or_default() += place.buffers;
    }
    let rank = |place: &Place| {
        let (_, since) = place.loss?;
        Some((Reverse(held.get(&place.holder)), since, place.key))
    };
    let (.., key) = large().filter_map(rank).min()?;
    (large().count() > 1).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Loss::{Nothing, Request, Service};
    use std::time::Duration;

    const A: Holder = Holder::Network(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const B: Holder = Holder::Network(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)));
    const X: Holder = Holder::Account(1);
    const Y: Holder = Holder::Account(2);

    /// Who gives way of these, each one older than those after it, to a connection from 192.0.2.1.
    fn chosen(places: &[(Holder, Option<Loss>)]) -> Option<usize> {
        let begun = Instant::now();
        let place = |(key, (holder, loss)): (usize, &(Holder, Option<Loss>))| Place {
            key,
            holder: *holder,
            loss: loss.map(|loss| (loss, begun + Duration::from_secs(key as u64))),
            buffers: 0,
        };
        let places: Vec<Place> = places.iter().enumerate().map(place).collect();
        who_gives_way(&places, [192, 0, 2, 1].into())
    }

    #[test]
    fn of_who_has_most_an_unfinished_request_goes_first_and_then_the_longest_idle() {
        let [request, idle, service] = [Request, Nothing, Service].map(Some);
        #[rustfmt::skip]
        let rows = [
            // Of one network: the oldest request, then the oldest of the others; never one that is owed an answer.
            (&[(A, idle), (A, None), (A, request), (A, request)][..], Some(2)),
            (&[(A, None), (A, idle), (A, idle)], Some(1)),
            (&[(A, None), (A, None)], None),
            // Whoever has most, whatever the others lose; those that are owed an answer count as well.
            (&[(A, request), (B, idle), (B, idle)], Some(1)),
            (&[(B, request), (A, None), (A, idle)], Some(2)),
            (&[(A, idle), (B, request)], Some(1)),
            // Nobody gives way to someone who has more.
            (&[(B, idle), (A, None), (A, None)], None),
            (&[(B, idle), (A, None)], Some(0)),
            // The account with most, then as long as it has another.
            (&[(A, idle), (X, service), (Y, service), (Y, service)], Some(2)),
            (&[(A, request), (X, service)], Some(0)),
            (&[(A, None), (X, service), (Y, service)], None),
            (&[], None),
        ];
        for (places, key) in rows {
            assert_eq!(chosen(places), key, "{places:?}");
        }
    }
}
