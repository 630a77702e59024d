//! Changes of teams and channels, and of who is in them. Most of them are announced by a post of the system, so this room
//! stands above teams, channels and posts.

pub mod channel;
pub mod channel_change;
pub mod channel_member;
pub mod member;
pub mod team;
pub mod team_change;

/// Mattermost: the channel that everybody in a team is in, and nobody leaves.
const TOWN_SQUARE: &str = super::channel::DEFAULTS[0].0;
