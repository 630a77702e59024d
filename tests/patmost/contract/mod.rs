//! What patmost promises: the recorded wire, its own description, published clients, README.

mod api_document;
mod clients;
mod openapi;
mod readme;
mod recorded;
mod wire;
