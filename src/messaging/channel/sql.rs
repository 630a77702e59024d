//! SQL of channels.

use serde_json::{Value, json};

use super::{Channel, ChannelKind, DEFAULTS, Member, roles_of};
use crate::clock::Millis;
use crate::store::Page;
use crate::store::{Row, StoreError, Tx, params};

const COLUMNS: &str = "c.id, c.create_at, c.update_at, c.delete_at, c.team_id, c.type, c.display_name, c.name, c.header, c.purpose, \
                       c.last_post_at, c.total_msg_count, c.creator_id";

fn channel(row: &Row) -> Result<Channel, StoreError> {
    let kind = ChannelKind::parse(row.text(5)?)
        .ok_or_else(|| StoreError::Other("a channel is of no known kind".into()))?;
    let (team_id, display_name, name): (String, String, String) =
        (row.get(4)?, row.get(6)?, row.get(7)?);
    let mut channel = Channel::new(
        &team_id,
        kind,
        &name,
        &display_name,
        &row.get::<String>(12)?,
        row.get(1)?,
    );
    channel.id = row.get(0)?;
    channel.update_at = row.get(2)?;
    channel.delete_at = row.get(3)?;
    channel.header = row.get(8)?;
    channel.purpose = row.get(9)?;
    channel.last_post_at = row.get(10)?;
    channel.total_msg_count = row.get(11)?;
    Ok(channel)
}

/// The channel with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Channel>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM channels c WHERE c.id = $1"),
        params![id],
        channel,
    )
}

/// The channel of a team (empty: of none) with the name.
pub fn by_name(tx: &Tx, team_id: &str, name: &str) -> Result<Option<Channel>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM channels c WHERE c.team_id = $1 AND c.name = $2"),
        params![team_id, name],
        channel,
    )
}

/// A part of the team's channels of a kind, by display name; archived ones, or those that are not.
pub fn list(
    tx: &Tx,
    team_id: &str,
    kind: ChannelKind,
    archived: bool,
    page: Page,
) -> Result<Vec<Channel>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels c WHERE c.team_id = $1 AND c.type = $2 AND (c.delete_at > 0) = $3
         ORDER BY c.display_name LIMIT $4 OFFSET $5"
    );
    tx.many(
        &sql,
        params![team_id, kind.as_str(), archived, page.limit, page.offset],
        channel,
    )
}

/// The team's public channels with the term in the name, the display name or the purpose.
pub fn search(tx: &Tx, team_id: &str, term: &str) -> Result<Vec<Channel>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels c
         WHERE c.team_id = $1 AND c.type = 'O' AND c.delete_at = 0
             AND instr(c.name || char(10) || lower(c.display_name) || char(10) || lower(c.purpose), $2) > 0
         ORDER BY c.display_name LIMIT 100"
    );
    tx.many(&sql, params![team_id, term], channel)
}

/// Returns the channels of an account in a team (empty: in every team), and its direct and group messages. With `archived_since`, also those that
/// were archived then or later.
pub fn of_user(
    tx: &Tx,
    user_id: &str,
    team_id: &str,
    archived_since: Option<Millis>,
) -> Result<Vec<Channel>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channel_members m JOIN channels c ON c.id = m.channel_id
         WHERE m.user_id = $1 AND ($2 = '' OR c.team_id = $2 OR c.team_id = '') AND (c.delete_at = 0 OR c.delete_at >= $3) ORDER BY c.display_name"
    );
    let since = archived_since.unwrap_or(Millis::MAX);
    tx.many(&sql, params![user_id, team_id, since], channel)
}

/// Returns the channels that the user may see in the team, of those with the term in the name, the display name or the purpose;
/// with `own_only`, those that the user is in.
pub fn complete(
    tx: &Tx,
    (team_id, user_id): (&str, &str),
    term: &str,
    own_only: bool,
) -> Result<Vec<Channel>, StoreError> {
    const OWN: &str =
        "EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = c.id AND m.user_id = $2)";
    let seen = match own_only {
        true => OWN.to_owned(),
        false => format!("(c.type = 'O' OR {OWN})"),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM channels c
         WHERE c.team_id = $1 AND c.delete_at = 0 AND {seen}
             AND instr(c.name || char(10) || lower(c.display_name) || char(10) || lower(c.purpose), $3) > 0
         ORDER BY c.display_name LIMIT 50"
    );
    tx.many(&sql, params![team_id, user_id, term], channel)
}

/// Which of the channels of all teams a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfTeams<'o> {
    /// Archived ones, too.
    pub archived: bool,
    /// Without those that every team has.
    pub without_defaults: bool,
    /// Only archived ones.
    pub archived_only: bool,
    /// Only those of these teams, as JSON; empty: of all.
    pub team_ids: &'o str,
    /// Only those with this in the name or the display name; empty: all.
    pub term: &'o str,
    /// Only channels of this kind.
    pub kind: Option<ChannelKind>,
}

impl OfTeams<'_> {
    /// Returns the condition; its values are the kind, the term and the ids.
    fn condition(self) -> String {
        let mut condition = "c.team_id > ''".to_owned();
        if !self.archived {
            condition += " AND c.delete_at = 0";
        }
        if self.without_defaults {
            let names = DEFAULTS.map(|(name, _)| format!("'{name}'"));
            condition += &format!(" AND c.name NOT IN ({})", names.join(", "));
        }
        if self.archived_only {
            condition += " AND c.delete_at > 0";
        }
        condition
            + " AND ($1 = '' OR c.type = $1) AND ($2 = '' OR instr(c.name || char(10) || lower(c.display_name), $2) > 0 OR c.id = $2)
             AND ($3 = '' OR c.team_id IN (SELECT value FROM json_each($3)))"
    }
}

/// Returns a part of the channels of all teams, each with the name, the display name and the last change of its team.
pub fn list_all(
    tx: &Tx,
    which: OfTeams,
    page: Page,
) -> Result<Vec<(Channel, String, String, Millis)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, t.name, t.display_name, t.update_at FROM channels c JOIN teams t ON t.id = c.team_id
         WHERE {} ORDER BY c.team_id, c.display_name LIMIT $4 OFFSET $5",
        which.condition()
    );
    let kind = which.kind.map_or("", ChannelKind::as_str);
    let values = params![kind, which.term, which.team_ids, page.limit, page.offset];
    tx.many(&sql, values, |row| {
        Ok((channel(row)?, row.get(13)?, row.get(14)?, row.get(15)?))
    })
}

/// Returns how many channels of all teams there are.
pub fn count_all(tx: &Tx, which: OfTeams) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM channels c WHERE {}",
        which.condition()
    );
    let kind = which.kind.map_or("", ChannelKind::as_str);
    tx.one(&sql, params![kind, which.term, which.team_ids], |row| {
        row.get(0)
    })
}

/// Whether the team has that many channels, or more; archived ones count, because they stay in the file.
pub fn has_as_many(tx: &Tx, team_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM channels WHERE team_id = $1 LIMIT 1 OFFSET $2 - 1)",
        params![team_id, number],
        |row| row.get(0),
    )
}

/// Adds a channel.
pub fn insert(tx: &Tx, channel: &Channel) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO channels (id, create_at, update_at, delete_at, team_id, type, display_name, name, header, purpose, last_post_at, creator_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            channel.id,
            channel.create_at,
            channel.update_at,
            channel.delete_at,
            channel.team_id,
            channel.kind.as_str(),
            channel.display_name,
            channel.name,
            channel.header,
            channel.purpose,
            channel.last_post_at,
            channel.creator_id,
        ],
    )?;
    Ok(())
}

/// Writes every field that can change.
pub fn update(tx: &Tx, channel: &Channel) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channels SET update_at = $2, delete_at = $3, display_name = $4, name = $5, header = $6, purpose = $7, type = $8
         WHERE id = $1",
        params![
            channel.id,
            channel.update_at,
            channel.delete_at,
            channel.display_name,
            channel.name,
            channel.header,
            channel.purpose,
            channel.kind.as_str(),
        ],
    )?;
    Ok(())
}

/// Puts a channel into another team, with its incoming webhooks.
pub fn move_to(tx: &Tx, channel_id: &str, team_id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channels SET team_id = $2, update_at = $3 WHERE id = $1",
        params![channel_id, team_id, at],
    )?;
    tx.execute(
        "UPDATE incoming_webhooks SET team_id = $2 WHERE channel_id = $1",
        params![channel_id, team_id],
    )?;
    Ok(())
}

/// Returns whether somebody is in the channel who is not in the team.
pub fn has_strangers_to(tx: &Tx, channel_id: &str, team_id: &str) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (
             SELECT 1 FROM channel_members c WHERE c.channel_id = $1
             AND NOT EXISTS (SELECT 1 FROM team_members t WHERE t.team_id = $2 AND t.user_id = c.user_id))",
        params![channel_id, team_id],
        |row| row.get(0),
    )
}

/// Takes those out of a channel who are deactivated and, with `strangers_to`, those who are not in that team.
pub fn delete_members_before_move(
    tx: &Tx,
    channel_id: &str,
    strangers_to: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM channel_members WHERE channel_id = $1
         AND user_id IN (SELECT u.id FROM channel_members c JOIN users u ON u.id = c.user_id WHERE c.channel_id = $1 AND u.delete_at > 0)",
        params![channel_id],
    )?;
    if let Some(team_id) = strangers_to {
        tx.execute(
            "DELETE FROM channel_members WHERE channel_id = $1
             AND NOT EXISTS (SELECT 1 FROM team_members t WHERE t.team_id = $2 AND t.user_id = channel_members.user_id)",
            params![channel_id, team_id],
        )?;
    }
    Ok(())
}

/// Notes a post. Mattermost: system messages do not count.
pub fn posted(tx: &Tx, channel_id: &str, at: Millis, counts: bool) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channels SET last_post_at = max(last_post_at, $2), total_msg_count = total_msg_count + $3 WHERE id = $1",
        params![channel_id, at, i64::from(counts)],
    )?;
    Ok(())
}

const MEMBER: &str = "m.channel_id, m.user_id, m.scheme_admin, m.last_viewed_at, m.msg_count, m.mention_count, m.last_update_at, m.notify_props";

fn member_of(row: &Row) -> Result<Member, StoreError> {
    let scheme_admin: bool = row.get(2)?;
    Ok(Member {
        channel_id: row.get(0)?,
        user_id: row.get(1)?,
        roles: roles_of(scheme_admin),
        last_viewed_at: row.get(3)?,
        msg_count: row.get(4)?,
        mention_count: row.get(5)?,
        mention_count_root: 0,
        urgent_mention_count: 0,
        msg_count_root: 0,
        notify_props: match row.get::<Option<String>>(7)? {
            None => default_notify_props(),
            Some(props) => serde_json::from_str(&props)
                .map_err(|error| StoreError::Other(error.to_string()))?,
        },
        last_update_at: row.get(6)?,
        scheme_guest: false,
        scheme_user: true,
        scheme_admin,
        explicit_roles: "",
    })
}

/// Mattermost: what a channel notifies a new member of.
fn default_notify_props() -> Value {
    json!({
        "desktop": "default", "email": "default", "ignore_channel_mentions": "default", "mark_unread": "all", "push": "default",
    })
}

/// The membership of an account.
pub fn member(tx: &Tx, channel_id: &str, user_id: &str) -> Result<Option<Member>, StoreError> {
    let sql = format!(
        "SELECT {MEMBER} FROM channel_members m WHERE m.channel_id = $1 AND m.user_id = $2"
    );
    tx.optional(&sql, params![channel_id, user_id], member_of)
}

/// A part of a channel's members.
pub fn members(tx: &Tx, channel_id: &str, page: Page) -> Result<Vec<Member>, StoreError> {
    let sql = format!(
        "SELECT {MEMBER} FROM channel_members m WHERE m.channel_id = $1 ORDER BY m.user_id LIMIT $2 OFFSET $3"
    );
    tx.many(
        &sql,
        params![channel_id, page.limit, page.offset],
        member_of,
    )
}

/// The memberships of an account in a team, and in its direct and group messages.
pub fn memberships(tx: &Tx, user_id: &str, team_id: &str) -> Result<Vec<Member>, StoreError> {
    let sql = format!(
        "SELECT {MEMBER} FROM channel_members m JOIN channels c ON c.id = m.channel_id
         WHERE m.user_id = $1 AND (c.team_id = $2 OR c.team_id = '') AND c.delete_at = 0 ORDER BY c.display_name"
    );
    tx.many(&sql, params![user_id, team_id], member_of)
}

/// Returns how many are in a channel. Mattermost: without deactivated accounts.
pub fn count_members(tx: &Tx, channel_id: &str) -> Result<i64, StoreError> {
    let count = tx.optional(
        "SELECT members - deactivated FROM member_counts WHERE place_id = $1",
        params![channel_id],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// How many posts are pinned to a channel.
pub fn count_pinned(tx: &Tx, channel_id: &str) -> Result<i64, StoreError> {
    tx.one(
        "SELECT count(*) FROM posts WHERE channel_id = $1 AND is_pinned = 1 AND delete_at = 0",
        params![channel_id],
        |row| row.get(0),
    )
}

/// Accounts that are told to share a channel with another, at most.
const KNOWN_MOST: i64 = 10_000;

/// Returns the accounts that share a channel with this one, the first [`KNOWN_MOST`] that are met.
pub fn known_to(tx: &Tx, user_id: &str) -> Result<Vec<String>, StoreError> {
    tx.many(
        "SELECT DISTINCT o.user_id FROM channel_members m JOIN channel_members o ON o.channel_id = m.channel_id
         WHERE m.user_id = $1 AND o.user_id <> $1 LIMIT $2",
        params![user_id, KNOWN_MOST],
        |row| row.get(0),
    )
}

/// Adds a member.
pub fn insert_member(
    tx: &Tx,
    channel_id: &str,
    user_id: &str,
    admin: bool,
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO channel_members (channel_id, user_id, scheme_admin, last_update_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (channel_id, user_id) DO NOTHING",
        params![channel_id, user_id, admin, at],
    )?;
    Ok(())
}

/// Makes a member an admin of the channel, or no admin.
pub fn update_member(
    tx: &Tx,
    channel_id: &str,
    user_id: &str,
    admin: bool,
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channel_members SET scheme_admin = $3, last_update_at = $4 WHERE channel_id = $1 AND user_id = $2",
        params![channel_id, user_id, admin, at],
    )?;
    Ok(())
}

/// Sets what the channel notifies a member of.
pub fn update_notify_props(
    tx: &Tx,
    channel_id: &str,
    user_id: &str,
    props: &str,
    at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channel_members SET notify_props = $3, last_update_at = $4 WHERE channel_id = $1 AND user_id = $2",
        params![channel_id, user_id, props, at],
    )?;
    Ok(())
}

/// Takes a member out.
pub fn delete_member(tx: &Tx, channel_id: &str, user_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM channel_members WHERE channel_id = $1 AND user_id = $2",
        params![channel_id, user_id],
    )?;
    Ok(())
}

/// Takes an account out of all channels of a team.
pub fn delete_memberships(tx: &Tx, team_id: &str, user_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM channel_members WHERE user_id = $2 AND channel_id IN (SELECT id FROM channels WHERE team_id = $1)",
        params![team_id, user_id],
    )?;
    Ok(())
}

/// What a user has not read in the channels of a team.
#[derive(Clone, Debug, Default)]
pub struct TeamUnread {
    /// The team.
    pub team_id: String,
    /// Posts, but for those of channels of which only mentions count.
    pub msg_count: i64,
    /// Mentions.
    pub mention_count: i64,
}

/// Returns what a user has not read in each of its teams, by team id.
pub fn unread_of_teams(tx: &Tx, user_id: &str) -> Result<Vec<TeamUnread>, StoreError> {
    tx.many(
        "SELECT c.team_id,
             sum(iif(coalesce(m.notify_props ->> 'mark_unread', 'all') = 'mention', 0, max(c.total_msg_count - m.msg_count, 0))),
             sum(m.mention_count)
         FROM channel_members m JOIN channels c ON c.id = m.channel_id
         WHERE m.user_id = $1 AND c.team_id <> '' AND c.delete_at = 0 GROUP BY c.team_id",
        params![user_id],
        |row| {
            Ok(TeamUnread {
                team_id: row.get(0)?,
                msg_count: row.get(1)?,
                mention_count: row.get(2)?,
            })
        },
    )
}

/// Marks what follows a time in a channel as not read: so many posts and mentions.
pub fn set_unread(
    tx: &Tx,
    (channel_id, user_id): (&str, &str),
    (posts, mentions): (i64, i64),
    (viewed, at): (Millis, Millis),
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channel_members SET last_viewed_at = $5, mention_count = $4, last_update_at = $6,
             msg_count = max((SELECT total_msg_count FROM channels WHERE id = $1) - $3, 0)
         WHERE channel_id = $1 AND user_id = $2",
        params![channel_id, user_id, posts, mentions, viewed, at],
    )?;
    Ok(())
}

/// Marks everything in a channel as read.
pub fn viewed(tx: &Tx, channel_id: &str, user_id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channel_members SET last_viewed_at = max(last_viewed_at, $3), mention_count = 0, last_update_at = $3,
             msg_count = (SELECT total_msg_count FROM channels WHERE id = $1)
         WHERE channel_id = $1 AND user_id = $2",
        params![channel_id, user_id, at],
    )?;
    Ok(())
}

/// Counts a mention that was not seen.
pub fn mentioned(tx: &Tx, channel_id: &str, user_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE channel_members SET mention_count = mention_count + 1 WHERE channel_id = $1 AND user_id = $2",
        params![channel_id, user_id],
    )?;
    Ok(())
}
