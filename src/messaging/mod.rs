//! Teams, channels and posts: one subject. A channel belongs to a team, a post to a channel, and changes of teams and
//! channels are announced by posts.

pub mod administration;
pub mod channel;
pub mod incoming;
pub mod post;
pub mod team;
pub mod webhook;
