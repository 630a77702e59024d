//! SQL of lists, searches and counts of accounts.

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
}

/// The accounts that a filter shows by what they are, and by where they are; its values come first among the parameters.
const OF_KIND: &str = "($1 = 0 OR delete_at = 0) AND ($2 = 0 OR delete_at > 0) AND ($3 = '' OR instr(' ' || roles || ' ', ' ' || $3 || ' ') > 0)
             AND ($4 = '' OR (instr($4, 'system_user') > 0 AND roles = 'system_user')
                 OR (instr($4, 'system_admin') > 0 AND instr(' ' || roles || ' ', ' system_admin ') > 0)
                 OR (instr($4, 'system_guest') > 0 AND instr(' ' || roles || ' ', ' system_guest ') > 0))";
const IN_PLACE: &str = "($5 = '' OR EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $5 AND m.user_id = users.id))
             AND ($6 = '' OR EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = $6 AND m.user_id = users.id))
             AND ($7 = '' OR NOT EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $7 AND m.user_id = users.id))
             AND ($8 = '' OR NOT EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = $8 AND m.user_id = users.id))
             AND ($9 = 0 OR NOT EXISTS (SELECT 1 FROM team_members m WHERE m.user_id = users.id))";

impl Filter<'_> {
    fn values(&self) -> Vec<&dyn ToSql> {
        vec![
            &self.active,
            &self.inactive,
            &self.role,
            &self.roles,
            &self.team_id,
            &self.channel_id,
            &self.not_in_team,
            &self.not_in_channel,
            &self.without_team,
        ]
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
             WHERE {OF_KIND} GROUP BY roles, delete_at"
        );
        let counted = tx.many(&sql, &filter.values()[..4], |row| {
            let kind = (row.get::<String>(0)?, row.get::<bool>(1)?);
            Ok((kind, row.get::<i64>(2)?))
        })?;
        let is_all = !filter.active && !filter.inactive && filter.role.is_empty();
        if (is_all && filter.roles.is_empty()) || counted.len() > KINDS_MOST {
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
        let mut condition = format!("{OF_KIND} AND {IN_PLACE}");
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
    /// Only those with one of the roles; none: all.
    pub roles: &'k [&'k str],
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
    for (id, members, of) in [
        (&kind.team_id, "team_members", "team_id"),
        (&kind.channel_id, "channel_members", "channel_id"),
    ] {
        if !id.is_empty() {
            values.push(id);
            let at = values.len();
            // The smaller of both is a channel of a team.
            from = format!(
                "(SELECT u.id, u.roles, u.delete_at, u.bot_owner_id, 1 AS count FROM {members} f CROSS JOIN users u ON u.id = f.user_id WHERE f.{of} = ${at})"
            );
            conditions += &format!(
                " AND EXISTS (SELECT 1 FROM {members} m WHERE m.{of} = ${at} AND m.user_id = id)"
            );
        }
    }
    let mut having = Vec::new();
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
