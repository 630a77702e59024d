//! Routes, headers, bodies and errors, whatever the route is about.

mod bad_input;
mod console;
mod errors;
mod large_bodies;
mod origins;
mod proxies;
mod routes;
mod server;
