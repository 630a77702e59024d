//! Teams, channels and posts: one subject. A channel belongs to a team, and what changes in it is said as a post.

pub mod channel;
pub mod post;
pub mod team;
