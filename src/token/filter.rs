//! Which tokens a list shows, and in which order.

use crate::clock::{DAY, Millis};

/// Mattermost has no such word: a token that ends within a week is about to end.
pub const SOON: Millis = 7 * DAY;

/// The state of a token, by the token alone: whether its owner and the settings let it work is said by `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Neither disabled nor ended.
    Active,
    /// Refused until it is enabled.
    Disabled,
    /// Ended, and not yet deleted.
    Expired,
    /// Active, and about to end.
    Expiring,
}

impl Standing {
    /// Returns the state with the name. `None` when nobody knows it.
    pub fn parse(name: &str) -> Option<Standing> {
        let known = [
            Standing::Active,
            Standing::Disabled,
            Standing::Expired,
            Standing::Expiring,
        ];
        known.into_iter().find(|standing| standing.as_str() == name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Disabled => "disabled",
            Standing::Expired => "expired",
            Standing::Expiring => "expiring",
        }
    }
}

/// What a list of tokens is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// When they were made.
    Creation,
    /// When they end; those that never do are last.
    End,
    /// When they were used last.
    Use,
    /// What they are for.
    Description,
    /// Whose they are.
    Username,
}

/// The names of the orders, as clients write them.
pub const KEYS: [(&str, Key); 5] = [
    ("create_at", Key::Creation),
    ("expires_at", Key::End),
    ("last_used_at", Key::Use),
    ("description", Key::Description),
    ("username", Key::Username),
];

/// The order of a list of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// What it is by.
    pub key: Key,
    /// The other way round.
    pub descending: bool,
}

impl Order {
    /// The oldest first.
    pub const BY_AGE: Order = Order {
        key: Key::Creation,
        descending: false,
    };

    /// Returns the order that is written so: a name, and `-` before it for the other way round. `None` when nobody knows it.
    pub fn parse(text: &str) -> Option<Order> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let (_, key) = KEYS.iter().find(|(known, _)| *known == name)?;
        Some(Order {
            key: *key,
            descending,
        })
    }
}

/// Which tokens a list shows. Empty texts and 0: all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this account.
    pub user_id: String,
    /// Only those in this state.
    pub standing: Option<Standing>,
    /// Until when a token that is about to end has ended; 0: within [`SOON`].
    pub soon: Millis,
    /// Only those that were not used since then, and are older.
    pub unused_since: Millis,
    /// Only those that end before.
    pub expires_before: Millis,
    /// Only those with this scope; `full`: those that may do everything.
    pub scope: String,
    /// Only those that come behind this one by age.
    pub after: Option<(Millis, String)>,
}

impl Filter {
    /// Returns whether it shows all tokens.
    pub fn is_all(&self) -> bool {
        self.user_id.is_empty()
            && self.standing.is_none()
            && self.unused_since == 0
            && self.expires_before == 0
            && self.scope.is_empty()
            && self.after.is_none()
    }
}
