//! Teams, channels and posts.

mod attachments;
mod channels;
mod commands;
mod emoji;
mod files;
mod posting;
mod posts;
mod team_channels;
mod teams;
mod webhooks;
