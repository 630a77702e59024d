//! SQL of the audience of events.

use crate::store::{StoreError, Tx, params};

/// Returns the ids of the members of a team.
pub fn team_member_ids(tx: &Tx, team_id: &str) -> Result<Vec<String>, StoreError> {
    tx.many(
        "SELECT user_id FROM team_members WHERE team_id = $1",
        params![team_id],
        |row| row.get(0),
    )
}

/// Returns the ids of the members of a channel.
pub fn channel_member_ids(tx: &Tx, channel_id: &str) -> Result<Vec<String>, StoreError> {
    tx.many(
        "SELECT user_id FROM channel_members WHERE channel_id = $1",
        params![channel_id],
        |row| row.get(0),
    )
}
