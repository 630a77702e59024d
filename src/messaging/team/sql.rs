//! SQL of teams.

use super::{Member, Team, roles_of};
use crate::store::Page;
use crate::store::{Row, StoreError, Tx, params};

const COLUMNS: &str = "t.id, t.create_at, t.update_at, t.delete_at, t.display_name, t.name, t.description, t.email, t.type, t.invite_id, t.allow_open_invite, t.company_name, t.allowed_domains";

fn team(row: &Row) -> Result<Team, StoreError> {
    Ok(Team {
        id: row.get(0)?,
        create_at: row.get(1)?,
        update_at: row.get(2)?,
        delete_at: row.get(3)?,
        display_name: row.get(4)?,
        name: row.get(5)?,
        description: row.get(6)?,
        email: row.get(7)?,
        kind: row.get(8)?,
        company_name: row.get(11)?,
        allowed_domains: row.get(12)?,
        invite_id: row.get(9)?,
        allow_open_invite: row.get(10)?,
        scheme_id: None,
        group_constrained: None,
        policy_id: None,
        cloud_limits_archived: false,
    })
}

/// The team with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Team>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM teams t WHERE t.id = $1"),
        params![id],
        team,
    )
}

/// The team with the name.
pub fn by_name(tx: &Tx, name: &str) -> Result<Option<Team>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM teams t WHERE t.name = $1"),
        params![name],
        team,
    )
}

/// A part of all teams, or of the open ones, by display name.
pub fn list(tx: &Tx, all: bool, page: Page) -> Result<Vec<Team>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM teams t WHERE t.delete_at = 0 AND ($1 OR (t.type = 'O' AND t.allow_open_invite = 1))
         ORDER BY t.display_name, t.name LIMIT $2 OFFSET $3"
    );
    tx.many(&sql, params![all, page.limit, page.offset], team)
}

/// How many teams there are, or open ones.
pub fn count(tx: &Tx, all: bool) -> Result<i64, StoreError> {
    tx.one(
        "SELECT count(*) FROM teams t WHERE t.delete_at = 0 AND ($1 OR (t.type = 'O' AND t.allow_open_invite = 1))",
        params![all],
        |row| row.get(0),
    )
}

/// Returns the team with the invite id, unless it is archived.
pub fn by_invite_id(tx: &Tx, invite_id: &str) -> Result<Option<Team>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM teams t WHERE t.invite_id = $1 AND t.invite_id <> '' AND t.delete_at = 0"
    );
    tx.optional(&sql, params![invite_id], team)
}

/// Returns the teams with the term in the name or the display name; of all teams, or of those that anyone may join. With `open`
/// only those where that is so.
pub fn search(tx: &Tx, term: &str, all: bool, open: Option<bool>) -> Result<Vec<Team>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM teams t WHERE t.delete_at = 0
             AND instr(t.name || char(10) || lower(t.display_name), $1) > 0
             AND ($2 OR (t.type = 'O' AND t.allow_open_invite = 1))
             AND ($3 IS NULL OR t.allow_open_invite = $3)
         ORDER BY t.display_name, t.name"
    );
    tx.many(&sql, params![term, all, open], team)
}

/// The teams of an account, by name.
pub fn of_user(tx: &Tx, user_id: &str) -> Result<Vec<Team>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1 AND t.delete_at = 0 ORDER BY t.name"
    );
    tx.many(&sql, params![user_id], team)
}

/// Whether there are that many teams, or more.
pub fn are_as_many(tx: &Tx, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM teams LIMIT 1 OFFSET $1 - 1)",
        params![number],
        |row| row.get(0),
    )
}

/// Adds a team.
pub fn insert(tx: &Tx, team: &Team) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO teams (id, create_at, update_at, delete_at, display_name, name, description, email, type, invite_id, allow_open_invite, company_name, allowed_domains)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            team.id,
            team.create_at,
            team.update_at,
            team.delete_at,
            team.display_name,
            team.name,
            team.description,
            team.email,
            team.kind,
            team.invite_id,
            team.allow_open_invite,
            team.company_name,
            team.allowed_domains,
        ],
    )?;
    Ok(())
}

/// Writes every field that can change.
pub fn update(tx: &Tx, team: &Team) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE teams SET update_at = $2, delete_at = $3, display_name = $4, description = $5, type = $6, invite_id = $7,
             allow_open_invite = $8, company_name = $9, allowed_domains = $10
         WHERE id = $1",
        params![
            team.id,
            team.update_at,
            team.delete_at,
            team.display_name,
            team.description,
            team.kind,
            team.invite_id,
            team.allow_open_invite,
            team.company_name,
            team.allowed_domains,
        ],
    )?;
    Ok(())
}

fn member_of(row: &Row) -> Result<Member, StoreError> {
    let scheme_admin: bool = row.get(2)?;
    Ok(Member {
        team_id: row.get(0)?,
        user_id: row.get(1)?,
        roles: roles_of(scheme_admin),
        delete_at: 0,
        scheme_guest: false,
        scheme_user: true,
        scheme_admin,
        explicit_roles: "",
    })
}

/// The membership of an account.
pub fn member(tx: &Tx, team_id: &str, user_id: &str) -> Result<Option<Member>, StoreError> {
    let sql = "SELECT team_id, user_id, scheme_admin FROM team_members WHERE team_id = $1 AND user_id = $2";
    tx.optional(sql, params![team_id, user_id], member_of)
}

/// Returns a part of a team's members, by user id; with `active_only` without deactivated accounts.
pub fn members(
    tx: &Tx,
    team_id: &str,
    active_only: bool,
    page: Page,
) -> Result<Vec<Member>, StoreError> {
    let is_active = match active_only {
        true => " AND EXISTS (SELECT 1 FROM users u WHERE u.id = user_id AND u.delete_at = 0)",
        false => "",
    };
    let sql = format!(
        "SELECT team_id, user_id, scheme_admin FROM team_members WHERE team_id = $1{is_active} ORDER BY user_id LIMIT $2 OFFSET $3"
    );
    tx.many(&sql, params![team_id, page.limit, page.offset], member_of)
}

/// The memberships of an account.
pub fn memberships(tx: &Tx, user_id: &str) -> Result<Vec<Member>, StoreError> {
    let sql = "SELECT team_id, user_id, scheme_admin FROM team_members WHERE user_id = $1 ORDER BY team_id";
    tx.many(sql, params![user_id], member_of)
}

/// Adds a member.
pub fn insert_member(tx: &Tx, team_id: &str, user_id: &str, admin: bool) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO team_members (team_id, user_id, scheme_admin) VALUES ($1, $2, $3) ON CONFLICT (team_id, user_id) DO NOTHING",
        params![team_id, user_id, admin],
    )?;
    Ok(())
}

/// Makes a member an admin of the team, or no admin.
pub fn update_member(tx: &Tx, team_id: &str, user_id: &str, admin: bool) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE team_members SET scheme_admin = $3 WHERE team_id = $1 AND user_id = $2",
        params![team_id, user_id, admin],
    )?;
    Ok(())
}

/// Takes a member out.
pub fn delete_member(tx: &Tx, team_id: &str, user_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM team_members WHERE team_id = $1 AND user_id = $2",
        params![team_id, user_id],
    )?;
    Ok(())
}

/// Returns how many are in a team, and how many of them are active.
pub fn count_members(tx: &Tx, team_id: &str) -> Result<(i64, i64), StoreError> {
    let counts = tx.optional(
        "SELECT members, members - deactivated FROM member_counts WHERE place_id = $1",
        params![team_id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(counts.unwrap_or((0, 0)))
}
