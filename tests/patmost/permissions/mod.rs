//! Roles, and the table of rules.

mod matrix;
mod roles;
