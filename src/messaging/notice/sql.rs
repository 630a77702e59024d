//! SQL of what the system bot tells.

use crate::store::{StoreError, Tx, params};

/// Returns the ids of active people who are system admin, the first ones first.
pub fn admin_ids(tx: &Tx, limit: i64) -> Result<Vec<String>, StoreError> {
    tx.many(
        "SELECT id FROM users WHERE instr(' ' || roles || ' ', ' system_admin ') > 0 AND delete_at = 0 AND bot_owner_id IS NULL
         ORDER BY number LIMIT $1",
        params![limit],
        |row| row.get(0),
    )
}
