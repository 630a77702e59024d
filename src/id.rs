//! The 26-letter ids: 130 random bits in Mattermost's base 32; in a test, if it wants that, from a [`Sequence`] that is
//! the same each time.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// Mattermost's alphabet (z-base-32), used for ids and for secrets.
const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// Letters of an id and of a secret.
pub const LENGTH: usize = 26;

/// What letters are for. In a [`Sequence`] each kind counts for itself: whoever asks once more, or is refused once more,
/// does not change the ids of what is made.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// The id of an account, a token, a team, a channel, a post, a role.
    Made,
    /// A secret.
    Secret,
    /// The id of a session.
    Session,
    /// The id of a request.
    Request,
    /// The id of an audit row.
    Audit,
}

/// How many kinds there are.
const KINDS: usize = 5;

/// Letters from the operating system's randomness, whatever sequence the thread has.
///
/// # Panics
/// When the operating system has no randomness: nothing safe could be done without it.
#[allow(clippy::expect_used)]
pub fn random() -> String {
    let mut bytes = [0u8; LENGTH];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    letters(&bytes)
}

/// The id of something that is made.
pub fn new() -> String {
    of(Kind::Made)
}

/// New letters: random ones, or those that come next in the thread's [`Sequence`].
pub fn of(kind: Kind) -> String {
    let next = SEQUENCE.with_borrow(|sequence| Some(sequence.as_ref()?.next(kind)));
    next.unwrap_or_else(|| match kind {
        // Each is drawn by itself: no secret lies in memory before it is made.
        Kind::Secret => random(),
        _ => STOCK.with_borrow_mut(Stock::draw),
    })
}

/// Random bytes for ids. Every request has an id, and to ask the system for each would be a call for each.
struct Stock {
    bytes: [u8; LENGTH * 64],
    used: usize,
}

impl Stock {
    /// Nothing yet.
    const EMPTY: Stock = Stock {
        bytes: [0; LENGTH * 64],
        used: LENGTH * 64,
    };

    #[allow(clippy::expect_used)]
    fn draw(&mut self) -> String {
        if self.used == self.bytes.len() {
            getrandom::fill(&mut self.bytes).expect("the operating system gives random bytes");
            self.used = 0;
        }
        let drawn = &self.bytes[self.used..self.used + LENGTH];
        self.used += LENGTH;
        letters(drawn)
    }
}

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock::EMPTY) };
}

thread_local! {
    static SEQUENCE: RefCell<Option<Arc<Sequence>>> = const { RefCell::new(None) };
}

/// Ids and secrets that follow from a text, for tests: whoever knows the text knows them all.
#[derive(Debug)]
pub struct Sequence {
    seed: [u8; 32],
    drawn: [AtomicU64; KINDS],
}

impl Sequence {
    /// The sequence that follows from the text.
    pub fn new(seed: &str) -> Sequence {
        Sequence {
            seed: Sha256::digest(seed).into(),
            drawn: Default::default(),
        }
    }

    /// Runs `work` with the ids and secrets of this sequence.
    pub fn during<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let before = SEQUENCE.replace(Some(Arc::clone(self)));
        let result = work();
        SEQUENCE.set(before);
        result
    }

    fn next(&self, kind: Kind) -> String {
        let number = self.drawn[kind as usize].fetch_add(1, Ordering::SeqCst);
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update([kind as u8]);
        hash.update(number.to_be_bytes());
        letters(&hash.finalize()[..LENGTH])
    }

    /// How much of it was drawn.
    pub fn mark(&self) -> [u64; KINDS] {
        std::array::from_fn(|kind| self.drawn[kind].load(Ordering::SeqCst))
    }

    /// Goes back to a mark.
    pub fn rewind(&self, mark: [u64; KINDS]) {
        for (drawn, mark) in self.drawn.iter().zip(mark) {
            drawn.store(mark, Ordering::SeqCst);
        }
    }
}

/// One letter for each byte, of which five bits count.
pub fn letters(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// Whether the text has the form of an id. Mattermost: letters of either case and digits, 26 of them.
pub fn is_valid(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_is_valid_and_new() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| new()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| is_valid(id)));
    }

    #[test]
    fn a_sequence_is_the_same_each_time_and_its_kinds_do_not_mix() {
        let drawn = |seed, kinds: &[Kind]| -> Vec<String> {
            let sequence = Arc::new(Sequence::new(seed));
            sequence.during(|| kinds.iter().map(|kind| of(*kind)).collect())
        };
        let ids = drawn("a", &[Kind::Made, Kind::Made]);
        assert_eq!(ids, drawn("a", &[Kind::Made, Kind::Made]));
        assert_eq!(
            ids[1],
            drawn("a", &[Kind::Made, Kind::Secret, Kind::Made])[2]
        );
        assert_ne!(ids, drawn("b", &[Kind::Made, Kind::Made]));
        assert_ne!(ids[0], drawn("a", &[Kind::Secret])[0]);
        assert!(ids[0] != ids[1] && ids.iter().all(|id| is_valid(id)));
        // Outside, the letters are random again.
        assert_ne!(new(), new());
    }

    #[test]
    fn every_letter_is_as_likely_as_the_others() {
        let all: Vec<u8> = (0..=255).collect();
        let text = letters(&all);
        assert!(
            ALPHABET
                .iter()
                .all(|letter| text.bytes().filter(|byte| byte == letter).count() == 8)
        );
    }
}
