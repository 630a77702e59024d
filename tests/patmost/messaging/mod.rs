//! Teams, channels and posts.

mod channels;
mod posting;
mod posts;
mod team_channels;
mod teams;
