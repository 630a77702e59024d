//! Teams, channels and posts.

mod attachments;
mod channels;
mod posting;
mod posts;
mod team_channels;
mod teams;
mod webhooks;
