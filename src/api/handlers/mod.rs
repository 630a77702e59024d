//! The endpoints: a file for each word of the domain.

pub mod audits;
pub mod bots;
pub mod channel_lists;
pub mod channel_members;
pub mod channels;
pub mod commands;
pub mod config;
pub mod dialogs;
pub mod emoji;
pub mod files;
pub mod incoming;
pub mod pictures;
pub mod post_lists;
pub mod posts;
pub mod preferences;
pub mod reactions;
pub mod roles;
pub mod sessions;
pub mod statuses;
pub mod system;
pub mod teams;
pub mod tokens;
pub mod user_edits;
pub mod user_lists;
pub mod users;
pub mod webhooks;
