//! The kinds of channels, by Mattermost's letters.

use serde::{Serialize, Serializer};

/// The kind of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// `O`: everybody in the team may find it.
    Public,
    /// `P`: for its members.
    Private,
    /// `D`: between two users.
    Direct,
    /// `G`: between three to eight users.
    Group,
}

impl ChannelKind {
    /// Returns the kind with the letter, or `None` if there is none.
    pub fn parse(letter: &str) -> Option<ChannelKind> {
        let kinds = [
            ChannelKind::Public,
            ChannelKind::Private,
            ChannelKind::Direct,
            ChannelKind::Group,
        ];
        kinds.into_iter().find(|kind| kind.as_str() == letter)
    }

    /// Returns Mattermost's letter.
    pub fn as_str(self) -> &'static str {
        match self {
            ChannelKind::Public => "O",
            ChannelKind::Private => "P",
            ChannelKind::Direct => "D",
            ChannelKind::Group => "G",
        }
    }
}

impl Serialize for ChannelKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
