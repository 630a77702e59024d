//! SQL of roles.

use std::collections::HashMap;

use super::caller::Target;
use super::roles::{BUILT_IN, Role};
use super::{Permission, PermissionSet};
use crate::clock::Millis;
use crate::id;
use crate::store::{Row, StoreError, Tx, params};

const COLUMNS: &str = "id, name, display_name, description, create_at, update_at, delete_at, permissions, scheme_managed, built_in";

fn role(row: &Row) -> Result<Role, StoreError> {
    let permissions: String = row.get(7)?;
    Ok(Role {
        id: row.get(0)?,
        name: row.get(1)?,
        display_name: row.get(2)?,
        description: row.get(3)?,
        create_at: row.get(4)?,
        update_at: row.get(5)?,
        delete_at: row.get(6)?,
        permissions: permissions.split_whitespace().map(str::to_owned).collect(),
        scheme_managed: row.get(8)?,
        built_in: row.get(9)?,
    })
}

/// Returns what rules look at in the user with the id, who need not exist.
pub fn target(tx: &Tx, user_id: &str) -> Result<Target, StoreError> {
    let target = tx.optional(
        "SELECT roles, bot_owner_id FROM users WHERE id = $1",
        params![user_id],
        |row| Ok((row.get::<String>(0)?, row.get(1)?)),
    )?;
    let Some((roles, bot_owner_id)) = target else {
        return Ok(Target::default());
    };
    Ok(Target {
        permissions: permissions(tx, &roles)?,
        bot_owner_id,
    })
}

/// The role with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Role>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM roles WHERE id = $1"),
        params![id],
        role,
    )
}

/// The role with the name.
pub fn by_name(tx: &Tx, name: &str) -> Result<Option<Role>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM roles WHERE name = $1"),
        params![name],
        role,
    )
}

/// What the roles (names with spaces between) permit together; a role that does not exist permits nothing.
pub fn permissions(tx: &Tx, roles: &str) -> Result<PermissionSet, StoreError> {
    let mut set = PermissionSet::default();
    for name in roles.split_whitespace() {
        let role = tx.optional(
            "SELECT permissions FROM roles WHERE name = $1",
            params![name],
            |row| Ok(PermissionSet::parse(row.text(0)?)),
        )?;
        set = set.and(role.unwrap_or_default());
    }
    Ok(set)
}

/// What each role permits, by name.
pub fn all_permissions(tx: &Tx) -> Result<HashMap<String, PermissionSet>, StoreError> {
    let roles = tx.many("SELECT name, permissions FROM roles", params![], |row| {
        Ok((row.get(0)?, PermissionSet::parse(row.text(1)?)))
    })?;
    Ok(roles.into_iter().collect())
}

/// Writes the built-in roles into a new file.
pub fn insert_built_in(tx: &Tx, now: Millis) -> Result<(), StoreError> {
    for role in BUILT_IN {
        let every = || {
            Permission::ALL
                .iter()
                .map(|permission| permission.name())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let permissions = if role.permissions == "*" {
            every()
        } else {
            role.permissions
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        let key = |part| format!("authentication.roles.{}.{part}", role.key);
        tx.execute(
            &format!("INSERT INTO roles ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $5, 0, $6, $7, 1)"),
            params![
                id::new(),
                role.name,
                key("name"),
                key("description"),
                now,
                permissions,
                role.scheme_managed
            ],
        )?;
    }
    Ok(())
}

/// All roles, by name.
pub fn list(tx: &Tx) -> Result<Vec<Role>, StoreError> {
    tx.many(
        &format!("SELECT {COLUMNS} FROM roles ORDER BY name"),
        params![],
        role,
    )
}

/// Replaces what a role permits.
pub fn update_permissions(
    tx: &Tx,
    id: &str,
    permissions: &[String],
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE roles SET permissions = $2, update_at = $3 WHERE id = $1",
        params![id, permissions.join(" "), at],
    )?;
    Ok(())
}
