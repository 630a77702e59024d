//! Teams, channels, posts and their files: one subject. A channel belongs to a team, a post to a channel, and changes of teams and
//! channels are announced by posts.

pub mod administration;
pub mod channel;
pub mod command;
pub mod file;
pub mod incoming;
pub mod notice;
pub mod post;
pub mod team;
pub mod webhook;
