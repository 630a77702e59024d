//! SQL of the audit.

use super::Event;
use crate::clock::Millis;
use crate::id;
use crate::store::{StoreError, Tx, params};

/// Adds a row.
pub fn insert(tx: &Tx, at: Millis, event: &Event) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO audits (id, create_at, user_id, action, extra_info, ip_address, session_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id::new(), at, event.user_id, event.action, event.extra_info, event.ip_address, event.session_id],
    )?;
    Ok(())
}
