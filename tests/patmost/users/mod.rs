//! Users, their profiles, and bots.

mod bots;
mod bounds;
mod changes;
mod creation;
mod lists;
mod pictures;
mod powers;
mod profile;
