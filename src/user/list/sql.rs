//! SQL of lists, searches and counts of accounts.

use crate::clock::Millis;
use crate::store::{Page, StoreError, ToSql, Tx, end_of, params};
use crate::user::User;
use crate::user::sql::{COLUMNS, user};

/// Which accounts a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter<'f> {
    /// Only those that are not deactivated.
    pub active: bool,
    /// Only those that are.
    pub inactive: bool,
    /// Only those with the role; empty: all.
    pub role: &'f str,
    /// Only those with one of the roles, commas between; `system_user` means no role beside it. Empty: all.
    pub roles: &'f str,
    /// Only the members of the team; empty: all.
    pub team_id: &'f str,
    /// Only the members of the channel; empty: all.
    pub channel_id: &'f str,
    /// Without the members of the team; empty: all.
    pub not_in_team: &'f str,
    /// Without the members of the channel; empty: all.
    pub not_in_channel: &'f str,
    /// Only those that are in no team.
    pub without_team: bool,
    /// Beside those of `roles`: those whose role in the team is `team_user` or `team_admin`, commas between. Empty: none beside.
    pub team_roles: &'f str,
    /// Beside those of `roles`: those whose role in the channel is `channel_user` or `channel_admin`, commas between.
    pub channel_roles: &'f str,
}

/// Returns the condition that an account has one of the roles in a parameter.
fn has_role_of(parameter: &str) -> String {
    format!(
        "((instr({parameter}, 'system_user') > 0 AND roles = 'system_user')
                 OR (instr({parameter}, 'system_admin') > 0 AND instr(' ' || roles || ' ', ' system_admin ') > 0)
                 OR (instr({parameter}, 'system_guest') > 0 AND instr(' ' || roles || ' ', ' system_guest ') > 0))"
    )
}

/// Returns the condition for what a filter shows by what accounts are; its values come first among the parameters.
fn is_of_kind() -> String {
    format!(
        "($1 = 0 OR delete_at = 0) AND ($2 = 0 OR delete_at > 0) AND ($3 = '' OR instr(' ' || roles || ' ', ' ' || $3 || ' ') > 0)
             AND ($4 = '' OR {})",
        has_role_of("$4")
    )
}

/// Returns the condition for what a filter shows by where accounts are; its values follow those of [`is_of_kind`].
///
/// Mattermost: the roles in a team and in a channel are those of no system admin, and any of all these roles is enough.
fn is_in_place() -> String {
    format!(
        "{IN_PLACE} AND ($11 || $12 = '' OR {} OR (instr(' ' || roles || ' ', ' system_admin ') = 0 AND (
             EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $5 AND m.user_id = users.id
                 AND instr($11, iif(m.scheme_admin, 'team_admin', 'team_user')) > 0)
             OR EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = $6 AND m.user_id = users.id
                 AND instr($12, iif(m.scheme_admin, 'channel_admin', 'channel_user')) > 0))))",
        has_role_of("$10")
    )
}

const IN_PLACE: &str = "($5 = '' OR EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $5 AND m.user_id = users.id))
             AND ($6 = '' OR EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = $6 AND m.user_id = users.id))
             AND ($7 = '' OR NOT EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $7 AND m.user_id = users.id))
             AND ($8 = '' OR NOT EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = $8 AND m.user_id = users.id))
             AND ($9 = 0 OR NOT EXISTS (SELECT 1 FROM team_members m WHERE m.user_id = users.id))";

impl Filter<'_> {
    fn values(&self) -> Vec<&dyn ToSql> {
        let of_kind = match self.has_roles_of_places() {
            true => &"",
            false => &self.roles,
        };
        vec![
            &self.active,
            &self.inactive,
            &self.role,
            of_kind,
            &self.team_id,
            &self.channel_id,
            &self.not_in_team,
            &self.not_in_channel,
            &self.without_team,
            &self.roles,
            &self.team_roles,
            &self.channel_roles,
        ]
    }

    fn has_roles_of_places(&self) -> bool {
        !self.team_roles.is_empty() || !self.channel_roles.is_empty()
    }

    /// Whether it shows accounts by where they are.
    pub fn is_of_places(&self) -> bool {
        let ids = [
            self.team_id,
            self.channel_id,
            self.not_in_team,
            self.not_in_channel,
        ];
        self.without_team || ids != [""; 4]
    }
}

/// Accounts in the order of an index by username: all, or those of some kinds.
#[derive(Debug)]
pub struct Walk {
    /// Roles of each kind, and whether its accounts are deactivated. None: all accounts.
    kinds: Option<Vec<(String, bool)>>,
    /// How many accounts there are in it.
    pub count: i64,
}

/// Kinds that are merged into one order at most; among more all accounts are looked at.
const KINDS_MOST: usize = 8;

impl Walk {
    /// Returns the shortest walk that meets all accounts of the kinds that the filter shows.
    pub fn for_filter(tx: &Tx, filter: &Filter) -> Result<Walk, StoreError> {
        let sql = format!(
            "SELECT roles, delete_at, sum(count) FROM (SELECT roles, is_deactivated AS delete_at, count FROM user_counts)
             WHERE {} GROUP BY roles, delete_at",
            is_of_kind()
        );
        let counted = tx.many(&sql, &filter.values()[..4], |row| {
            let kind = (row.get::<String>(0)?, row.get::<bool>(1)?);
            Ok((kind, row.get::<i64>(2)?))
        })?;
        let is_all = !filter.active && !filter.inactive && filter.role.is_empty();
        let of_any_role = filter.roles.is_empty() || filter.has_roles_of_places();
        if (is_all && of_any_role) || counted.len() > KINDS_MOST {
            let count = "SELECT coalesce(sum(count), 0) FROM user_counts";
            return Ok(Walk {
                kinds: None,
                count: tx.one(count, params![], |row| row.get(0))?,
            });
        }
        Ok(Walk {
            count: counted.iter().map(|(_, count)| count).sum(),
            kinds: Some(counted.into_iter().map(|(kind, _)| kind).collect()),
        })
    }

    /// Returns a query for the numbers of its accounts, whose parameters follow those of `values`.
    fn query<'w>(&'w self, page: &'w Page, values: &mut Vec<&'w dyn ToSql>) -> String {
        let parts = match &self.kinds {
            None => vec!["SELECT number AS met, username AS place FROM users".to_owned()],
            // A query needs a part.
            Some(kinds) if kinds.is_empty() => {
                vec![
                    "SELECT number AS met, username AS place FROM users WHERE number IS NULL"
                        .to_owned(),
                ]
            }
            Some(kinds) => {
                let part = |(roles, is_deactivated): &'w (String, bool)| {
                    values.extend([roles as &dyn ToSql, is_deactivated]);
                    let at = values.len();
                    format!(
                        "SELECT number AS met, username AS place FROM users WHERE roles = ${} AND (delete_at > 0) = ${at}",
                        at - 1
                    )
                };
                kinds.iter().map(part).collect()
            }
        };
        values.extend([&page.limit as &dyn ToSql, &page.offset]);
        let (all, at) = (parts.join(" UNION ALL "), values.len());
        format!("{all} ORDER BY place LIMIT ${} OFFSET ${at}", at - 1)
    }
}

/// Gives a part of the accounts of a walk, by username, one after the other.
pub fn each<E: From<StoreError>>(
    tx: &Tx,
    walk: &Walk,
    page: Page,
    mut give: impl FnMut(User) -> Result<(), E>,
) -> Result<(), E> {
    let mut values = Vec::new();
    // Those before the page are counted in the index, and not looked at.
    let met = walk.query(&page, &mut values);
    let sql = format!("SELECT {COLUMNS} FROM ({met}) CROSS JOIN users ON number = met");
    tx.each(&sql, &values, |row| give(user(row)?))
}

/// What a search looks for, and where.
#[derive(Clone, Copy, Debug)]
pub struct Search<'s> {
    /// Each of them must be the beginning of one of the fields; in lower case.
    pub words: &'s [&'s str],
    /// First and last names, too.
    pub names: bool,
    /// Addresses, too.
    pub emails: bool,
    /// Which accounts are looked at.
    pub filter: Filter<'s>,
}

impl<'s> Search<'s> {
    /// Returns the search for all that a filter shows.
    pub fn all(filter: Filter<'s>) -> Search<'s> {
        Search {
            words: &[],
            names: false,
            emails: false,
            filter,
        }
    }
}

impl Search<'_> {
    /// Returns the condition and its values, which come first among the parameters. `ends` are those of the words.
    fn condition<'s>(&'s self, ends: &'s [String]) -> (String, Vec<&'s dyn ToSql>) {
        let mut fields = vec!["username", "lower(nickname)"];
        if self.names {
            fields.extend(["lower(first_name)", "lower(last_name)"]);
        }
        if self.emails {
            fields.push("email");
        }
        let mut values = self.filter.values();
        let mut condition = format!("{} AND {}", is_of_kind(), is_in_place());
        for (word, end) in self.words.iter().zip(ends) {
            values.extend([word as &dyn ToSql, end]);
            let (from, to) = (values.len() - 1, values.len());
            let begins: Vec<String> = fields
                .iter()
                .map(|field| format!("({field} >= ${from} AND {field} < ${to})"))
                .collect();
            // Mattermost: an id is found whole.
            condition += &format!(" AND (id = ${from} OR {})", begins.join(" OR "));
        }
        (condition, values)
    }

    fn ends(&self) -> Vec<String> {
        self.words.iter().map(|word| end_of(word)).collect()
    }
}

/// Returns the numbers of the first accounts of a walk that a search finds, by username; it looks at no more than `most`.
pub fn first(
    tx: &Tx,
    search: &Search,
    walk: &Walk,
    most: i64,
    page: Page,
) -> Result<Vec<i64>, StoreError> {
    let (ends, looked_at) = (search.ends(), Page::first(most));
    let (condition, mut values) = search.condition(&ends);
    let met = walk.query(&looked_at, &mut values);
    values.extend([&page.limit as &dyn ToSql, &page.offset]);
    let at = values.len();
    let sql = format!(
        "SELECT met FROM ({met}) CROSS JOIN users ON number = met WHERE {condition} LIMIT ${} OFFSET ${at}",
        at - 1
    );
    tx.many(&sql, &values, |row| row.get(0))
}

/// Returns a part of those of the numbers whose accounts a search finds, by username.
pub fn among(
    tx: &Tx,
    search: &Search,
    numbers: &[i64],
    page: Page,
) -> Result<Vec<User>, StoreError> {
    let (ends, numbers) = (search.ends(), format!("{numbers:?}"));
    let (condition, mut values) = search.condition(&ends);
    values.extend([&numbers as &dyn ToSql, &page.limit, &page.offset]);
    let at = values.len();
    let sql = format!(
        "SELECT {COLUMNS} FROM users WHERE number IN (SELECT value FROM json_each(${})) AND {condition}
         ORDER BY username LIMIT ${} OFFSET ${at}",
        at - 2,
        at - 1
    );
    tx.many(&sql, &values, user)
}

/// What of an account decides where it stands in a list that is not in the order of usernames.
#[derive(Clone, Debug)]
pub struct Place {
    /// The number of the account.
    pub number: i64,
    /// Its id.
    pub id: String,
    /// Its username.
    pub username: String,
    /// When it was made.
    pub create_at: Millis,
    /// Whether it is an admin of the channel that the filter names.
    pub is_channel_admin: bool,
}

/// Returns the places of those of the numbers whose accounts a filter shows.
pub fn places_among(tx: &Tx, filter: Filter, numbers: &[i64]) -> Result<Vec<Place>, StoreError> {
    let search = Search::all(filter);
    let numbers = format!("{numbers:?}");
    let (condition, mut values) = search.condition(&[]);
    values.push(&numbers);
    let sql = format!(
        "SELECT number, id, username, create_at,
             EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = $6 AND m.user_id = users.id AND m.scheme_admin)
         FROM users WHERE number IN (SELECT value FROM json_each(${})) AND {condition}",
        values.len()
    );
    tx.many(&sql, &values, |row| {
        Ok(Place {
            number: row.get(0)?,
            id: row.get(1)?,
            username: row.get(2)?,
            create_at: row.get(3)?,
            is_channel_admin: row.get(4)?,
        })
    })
}

/// The numbers of the accounts of which a field begins with a text.
pub type Beginning = fn(&Tx, &str, i64) -> Result<Vec<i64>, StoreError>;

fn numbers(tx: &Tx, sql: &str, text: &str, most: i64) -> Result<Vec<i64>, StoreError> {
    tx.many(sql, params![text, end_of(text), most], |row| row.get(0))
}

/// By username.
pub const BY_USERNAME: Beginning = |tx, text, most| {
    const SQL: &str = "SELECT number FROM users WHERE username >= $1 AND username < $2 ORDER BY username LIMIT $3";
    numbers(tx, SQL, text, most)
};

/// By nickname.
pub const BY_NICKNAME: Beginning = |tx, text, most| {
    const SQL: &str = "SELECT number FROM users WHERE lower(nickname) >= $1 AND lower(nickname) < $2 ORDER BY lower(nickname) LIMIT $3";
    numbers(tx, SQL, text, most)
};

/// By first name.
pub const BY_FIRST_NAME: Beginning = |tx, text, most| {
    const SQL: &str = "SELECT number FROM users WHERE lower(first_name) >= $1 AND lower(first_name) < $2 ORDER BY lower(first_name) LIMIT $3";
    numbers(tx, SQL, text, most)
};

/// By last name.
pub const BY_LAST_NAME: Beginning = |tx, text, most| {
    const SQL: &str = "SELECT number FROM users WHERE lower(last_name) >= $1 AND lower(last_name) < $2 ORDER BY lower(last_name) LIMIT $3";
    numbers(tx, SQL, text, most)
};

/// By address.
pub const BY_EMAIL: Beginning = |tx, text, most| {
    const SQL: &str =
        "SELECT number FROM users WHERE email >= $1 AND email < $2 ORDER BY email LIMIT $3";
    numbers(tx, SQL, text, most)
};

/// The number of the account with the id, if there is one.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT number FROM users WHERE id = $1";
    tx.optional(sql, params![id], |row| row.get(0))
}

/// The numbers of the members of a team.
pub fn of_team(tx: &Tx, team_id: &str, most: i64) -> Result<Vec<i64>, StoreError> {
    tx.many(
        "SELECT u.number FROM (SELECT user_id FROM team_members WHERE team_id = $1 LIMIT $2) m CROSS JOIN users u ON u.id = m.user_id",
        params![team_id, most],
        |row| row.get(0),
    )
}

/// The numbers of the members of a channel.
pub fn of_channel(tx: &Tx, channel_id: &str, most: i64) -> Result<Vec<i64>, StoreError> {
    tx.many(
        "SELECT u.number FROM (SELECT user_id FROM channel_members WHERE channel_id = $1 LIMIT $2) m CROSS JOIN users u ON u.id = m.user_id",
        params![channel_id, most],
        |row| row.get(0),
    )
}

/// How many accounts are not deactivated.
pub fn count_active(tx: &Tx) -> Result<i64, StoreError> {
    tx.one(
        "SELECT coalesce(sum(count), 0) FROM user_counts WHERE is_deactivated = 0",
        params![],
        |row| row.get(0),
    )
}

/// Which accounts are counted.
#[derive(Clone, Copy, Debug)]
pub struct Kind<'k> {
    /// Those that are deactivated, too.
    pub deactivated: bool,
    /// Bots, too.
    pub bots: bool,
    /// Only those with one of these roles, or of those in the team or the channel; none: all.
    pub roles: &'k [&'k str],
    /// Roles in the team: `team_user`, `team_admin`, commas between.
    pub team_roles: &'k str,
    /// Roles in the channel: `channel_user`, `channel_admin`, commas between.
    pub channel_roles: &'k str,
    /// Only the members of the team; empty: all.
    pub team_id: &'k str,
    /// Only the members of the channel; empty: all.
    pub channel_id: &'k str,
}

/// How many accounts there are of a kind. Members of a team or a channel are counted one by one, all others are counted
/// already.
pub fn count(tx: &Tx, kind: Kind) -> Result<i64, StoreError> {
    let mut values: Vec<&dyn ToSql> = vec![&kind.deactivated, &kind.bots];
    let mut conditions = String::from("($1 OR delete_at = 0) AND ($2 OR bot_owner_id IS NULL)");
    let mut from = "(SELECT roles, is_deactivated AS delete_at, iif(is_bot, '', NULL) AS bot_owner_id, count FROM user_counts)".to_owned();
    let mut having = Vec::new();
    for (id, roles, word) in [
        (&kind.team_id, &kind.team_roles, "team"),
        (&kind.channel_id, &kind.channel_roles, "channel"),
    ] {
        if !id.is_empty() {
            let (members, of) = (format!("{word}_members"), format!("{word}_id"));
            values.push(id);
            let at = values.len();
            // The smaller of both is a channel of a team.
            from = format!(
                "(SELECT u.id, u.roles, u.delete_at, u.bot_owner_id, 1 AS count FROM {members} f CROSS JOIN users u ON u.id = f.user_id WHERE f.{of} = ${at})"
            );
            let member =
                format!("SELECT 1 FROM {members} m WHERE m.{of} = ${at} AND m.user_id = id");
            conditions += &format!(" AND EXISTS ({member})");
            if !roles.is_empty() {
                values.push(roles);
                having.push(format!(
                    "(instr(' ' || roles || ' ', ' system_admin ') = 0
                         AND EXISTS ({member} AND instr(${}, iif(m.scheme_admin, '{word}_admin', '{word}_user')) > 0))",
                    values.len()
                ));
            }
        }
    }
    for role in kind.roles {
        values.push(role);
        having.push(format!(
            "instr(' ' || roles || ' ', ' ' || ${} || ' ') > 0",
            values.len()
        ));
    }
    if !having.is_empty() {
        conditions += &format!(" AND ({})", having.join(" OR "));
    }
    let sql = format!("SELECT coalesce(sum(count), 0) FROM {from} WHERE {conditions}");
    tx.one(&sql, &values, |row| row.get(0))
}
