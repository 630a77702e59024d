//! SQL of slash commands.

use super::SlashCommand;
use crate::store::{Row, StoreError, Tx, params};

const COLUMNS: &str = "id, token, create_at, update_at, creator_id, team_id, trigger_word, method, username, icon_url, auto_complete, \
                       auto_complete_desc, auto_complete_hint, display_name, description, url";

fn command(row: &Row) -> Result<SlashCommand, StoreError> {
    Ok(SlashCommand {
        id: row.get(0)?,
        token: row.get(1)?,
        create_at: row.get(2)?,
        update_at: row.get(3)?,
        creator_id: row.get(4)?,
        team_id: row.get(5)?,
        trigger: row.get(6)?,
        method: row.get(7)?,
        username: row.get(8)?,
        icon_url: row.get(9)?,
        auto_complete: row.get(10)?,
        auto_complete_desc: row.get(11)?,
        auto_complete_hint: row.get(12)?,
        display_name: row.get(13)?,
        description: row.get(14)?,
        url: row.get(15)?,
        ..SlashCommand::default()
    })
}

/// Returns the command with the id; `None` if there is none.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<SlashCommand>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM slash_commands WHERE id = $1"),
        params![id],
        command,
    )
}

/// Returns the command of a team with the trigger; `None` if there is none.
pub fn by_trigger(
    tx: &Tx,
    team_id: &str,
    trigger: &str,
) -> Result<Option<SlashCommand>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM slash_commands WHERE team_id = $1 AND trigger_word = $2"),
        params![team_id, trigger],
        command,
    )
}

/// Returns the commands of a team, by trigger.
pub fn of_team(tx: &Tx, team_id: &str) -> Result<Vec<SlashCommand>, StoreError> {
    tx.many(
        &format!("SELECT {COLUMNS} FROM slash_commands WHERE team_id = $1 ORDER BY trigger_word"),
        params![team_id],
        command,
    )
}

/// Returns whether the team has that many, or more.
pub fn has_as_many(tx: &Tx, team_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM slash_commands WHERE team_id = $1 LIMIT 1 OFFSET $2 - 1)",
        params![team_id, number],
        |row| row.get(0),
    )
}

/// Adds a command.
pub fn insert(tx: &Tx, command: &SlashCommand) -> Result<(), StoreError> {
    tx.execute(
        &format!("INSERT INTO slash_commands ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"),
        params![
            command.id,
            command.token,
            command.create_at,
            command.update_at,
            command.creator_id,
            command.team_id,
            command.trigger,
            command.method,
            command.username,
            command.icon_url,
            command.auto_complete,
            command.auto_complete_desc,
            command.auto_complete_hint,
            command.display_name,
            command.description,
            command.url,
        ],
    )?;
    Ok(())
}

/// Writes every field that can change.
pub fn update(tx: &Tx, command: &SlashCommand) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE slash_commands SET token = $2, update_at = $3, trigger_word = $4, method = $5, username = $6, icon_url = $7,
             auto_complete = $8, auto_complete_desc = $9, auto_complete_hint = $10, display_name = $11, description = $12, url = $13
         WHERE id = $1",
        params![
            command.id,
            command.token,
            command.update_at,
            command.trigger,
            command.method,
            command.username,
            command.icon_url,
            command.auto_complete,
            command.auto_complete_desc,
            command.auto_complete_hint,
            command.display_name,
            command.description,
            command.url,
        ],
    )?;
    Ok(())
}

/// Deletes a command.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM slash_commands WHERE id = $1", params![id])?;
    Ok(())
}
