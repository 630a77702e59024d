//! SQL of tokens.

use serde::Serialize;

use super::filter::{Filter, Key, Order, SOON, Standing};
use super::ledger::{KEPT, TokenRequest};
use super::{Token, limits};
use crate::clock::{DAY, Millis};
use crate::permission::Scope;
use crate::secret::SecretHash;
use crate::store::Page;
use crate::store::{Row, StoreError, ToSql, Tx, end_of, params};

/// Rows that a search shows at most, and one by a term of one or two letters, which fits a large part of all.
const FOUND_MOST: i64 = 1000;
const FOUND_MOST_OF_SHORT: i64 = 200;

/// Accounts whose tokens a search looks for at most: there may be many without one.
const OWNERS_MOST: i64 = 5000;

const COLUMNS: &str = "t.id, (SELECT id FROM users WHERE number = t.owner), t.description, t.is_active, t.expires_at, t.create_at, t.last_used_at, t.last_used_from, coalesce(t.parent, ''), t.scopes, t.allowed_from,
    (SELECT until FROM previous_secrets WHERE token_id = t.id), (SELECT last_used_at FROM previous_secrets WHERE token_id = t.id)";

/// The number of the column behind those of a token.
const BEHIND: usize = 13;

fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.get(0)?,
        user_id: row.get(1)?,
        description: row.get(2)?,
        is_active: row.get(3)?,
        expires_at: row.get(4)?,
        create_at: row.get(5)?,
        last_used_at: row.get(6)?,
        last_used_from: row.get(7)?,
        parent_id: row.get(8)?,
        scope: Scope::of_stored(row.get::<Option<String>>(9)?.as_deref()),
        allowed_from: limits::of_stored(row.get::<Option<String>>(10)?.as_deref()),
        previous_secret_until: row.get::<Option<Millis>>(11)?.unwrap_or_default(),
        previous_secret_last_used_at: row.get::<Option<Millis>>(12)?.unwrap_or_default(),
    })
}

/// The token with the id.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Token>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM tokens t WHERE t.id = $1"),
        params![id],
        token,
    )
}

/// Returns the id of the token that has the secret, or had it before the one it has.
pub fn id_of_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<String>, StoreError> {
    tx.optional(
        "SELECT id FROM tokens WHERE secret_hash = $1 UNION ALL SELECT token_id FROM previous_secrets WHERE secret_hash = $1",
        params![secret_hash.as_str()],
        |row| row.get(0),
    )
}

/// A part of the account's tokens, oldest first.
pub fn list_of(tx: &Tx, user_id: &str, page: Page) -> Result<Vec<Token>, StoreError> {
    // Those before the page are counted in an index, and not looked at; so below.
    let sql = format!(
        "SELECT {COLUMNS} FROM (
             SELECT secret_hash AS met FROM tokens WHERE owner = (SELECT number FROM users WHERE id = $1)
             ORDER BY create_at, id LIMIT $2 OFFSET $3
         ) CROSS JOIN tokens t ON t.secret_hash = met"
    );
    tx.many(&sql, params![user_id, page.limit, page.offset], token)
}

/// A part of all tokens, oldest first.
pub fn list_all(tx: &Tx, page: Page) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (SELECT secret_hash AS met FROM tokens ORDER BY create_at, id LIMIT $1 OFFSET $2)
         CROSS JOIN tokens t ON t.secret_hash = met"
    );
    tx.many(&sql, params![page.limit, page.offset], token)
}

/// What the conditions of a filter compare with.
struct Values<'f> {
    filter: &'f Filter,
    now: Millis,
    soon: Millis,
    after: (Millis, &'f str),
}

impl<'f> Values<'f> {
    fn new(filter: &'f Filter, now: Millis) -> Values<'f> {
        let after = filter.after.as_ref();
        Values {
            filter,
            now,
            soon: match filter.soon {
                0 => now + SOON,
                soon => soon,
            },
            after: after.map_or((Millis::MIN, ""), |(at, id)| (*at, id.as_str())),
        }
    }

    /// Returns the condition that the filter shows a token, and its parameters, which come first. What is not asked for is no part
    /// of it, so that an index can be used.
    fn condition(&self) -> (String, Vec<&dyn ToSql>) {
        let (mut values, mut conditions) = (Vec::<&dyn ToSql>::new(), vec!["1".to_owned()]);
        let filter = self.filter;
        if !filter.user_id.is_empty() {
            values.push(&filter.user_id);
            conditions.push(format!(
                "t.owner = (SELECT number FROM users WHERE id = ${})",
                values.len()
            ));
        }
        if let Some(standing) = filter.standing {
            values.push(&self.now);
            let now = values.len();
            let has_not_ended = format!("(t.expires_at = 0 OR t.expires_at > ${now})");
            conditions.push(match standing {
                Standing::Active => format!("t.is_active = 1 AND {has_not_ended}"),
                Standing::Disabled => format!("t.is_active = 0 AND {has_not_ended}"),
                Standing::Expired => format!("t.expires_at > 0 AND t.expires_at <= ${now}"),
                Standing::Expiring => {
                    values.push(&self.soon);
                    format!(
                        "t.is_active = 1 AND t.expires_at > 0 AND t.expires_at > ${now} AND t.expires_at <= ${}",
                        values.len()
                    )
                }
            });
        }
        if filter.unused_since > 0 {
            values.push(&filter.unused_since);
            let since = values.len();
            conditions.push(format!(
                "t.last_used_at < ${since} AND t.create_at < ${since}"
            ));
        }
        if filter.expires_before > 0 {
            values.push(&filter.expires_before);
            conditions.push(format!(
                "t.expires_at > 0 AND t.expires_at < ${}",
                values.len()
            ));
        }
        match filter.scope.as_str() {
            "" => {}
            "full" => conditions.push("t.scopes IS NULL".into()),
            _ => {
                values.push(&filter.scope);
                conditions.push(format!(
                    "instr(' ' || t.scopes || ' ', ' ' || ${} || ' ') > 0",
                    values.len()
                ));
            }
        }
        if filter.after.is_some() {
            values.extend([&self.after.0 as &dyn ToSql, &self.after.1]);
            let id = values.len();
            conditions.push(format!("(t.create_at, t.id) > (${}, ${id})", id - 1));
        }
        (conditions.join(" AND "), values)
    }
}

const USERNAME: &str = "(SELECT username FROM users WHERE number = t.owner)";

/// Returns a part of the tokens that a filter shows.
pub fn list(
    tx: &Tx,
    filter: &Filter,
    order: Order,
    now: Millis,
    page: Page,
) -> Result<Vec<Token>, StoreError> {
    let mut tokens = Vec::new();
    list_each(tx, filter, order, now, page, |token, _| {
        tokens.push(token);
        Ok::<(), StoreError>(())
    })?;
    Ok(tokens)
}

/// Gives a part of the tokens that a filter shows, one after the other, each with its owner's username.
pub fn list_each<E: From<StoreError>>(
    tx: &Tx,
    filter: &Filter,
    order: Order,
    now: Millis,
    page: Page,
    mut give: impl FnMut(Token, String) -> Result<(), E>,
) -> Result<(), E> {
    let way = if order.descending { " DESC" } else { "" };
    let keys = match order.key {
        Key::Creation => format!("t.create_at{way}, t.id{way}"),
        Key::End => format!("t.expires_at = 0{way}, t.expires_at{way}, t.id{way}"),
        Key::Use => format!("t.last_used_at{way}, t.id{way}"),
        Key::Description => format!("lower(t.description){way}, t.id{way}"),
        Key::Username => format!("{USERNAME}{way}, t.id{way}"),
    };
    let compared = Values::new(filter, now);
    let (condition, mut values) = compared.condition();
    values.extend([&page.limit as &dyn ToSql, &page.offset]);
    let last = values.len();
    let sql = format!(
        "SELECT {COLUMNS}, {USERNAME} FROM tokens t WHERE {condition} ORDER BY {keys} LIMIT ${} OFFSET ${last}",
        last - 1
    );
    tx.each(&sql, &values, |row| give(token(row)?, row.get(BEHIND)?))
}

/// Returns how many tokens a filter shows.
pub fn count(tx: &Tx, filter: &Filter, now: Millis) -> Result<i64, StoreError> {
    if filter.is_all() {
        let sql = "SELECT coalesce(sum(count), 0) FROM token_counts";
        return tx.one(sql, params![], |row| row.get(0));
    }
    let compared = Values::new(filter, now);
    let (condition, values) = compared.condition();
    let sql = format!("SELECT count(*) FROM tokens t WHERE {condition}");
    tx.one(&sql, &values, |row| row.get(0))
}

/// The tokens whose id, owner's id or owner's username begins with the term; no letter of it means anything but itself. Of
/// too many those are found first whose own id begins so.
pub fn search(tx: &Tx, term: &str) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t WHERE t.secret_hash IN (
             SELECT secret_hash FROM tokens WHERE id >= $1 AND id < $2
             UNION ALL SELECT o.secret_hash FROM (SELECT number FROM users WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $4) u
             CROSS JOIN tokens o ON o.owner = u.number
             UNION ALL SELECT o.secret_hash FROM (SELECT number FROM users WHERE username >= $1 AND username < $2 ORDER BY username LIMIT $4) u
             CROSS JOIN tokens o ON o.owner = u.number
             LIMIT $3
         ) ORDER BY t.create_at, t.id"
    );
    let most = match term.len() {
        0..3 => FOUND_MOST_OF_SHORT,
        _ => FOUND_MOST,
    };
    let values = params![term, end_of(term), most, OWNERS_MOST];
    tx.many(&sql, values, token)
}

/// Whether the account has that many tokens, or more.
pub fn has_as_many(tx: &Tx, user_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM tokens WHERE owner = (SELECT number FROM users WHERE id = $1) LIMIT 1 OFFSET $2 - 1)",
        params![user_id, number],
        |row| row.get(0),
    )
}

/// Adds a token that was not used yet.
pub fn insert(tx: &Tx, token: &Token, secret_hash: &SecretHash) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tokens (id, owner, secret_hash, description, is_active, create_at, expires_at, parent, scopes, allowed_from)
         VALUES ($1, (SELECT number FROM users WHERE id = $2), $3, $4, $5, $6, $7, nullif($8, ''), $9, $10)",
        params![
            token.id,
            token.user_id,
            secret_hash.as_str(),
            token.description,
            token.is_active,
            token.create_at,
            token.expires_at,
            token.parent_id,
            token.scope.to_stored(),
            limits::to_stored(&token.allowed_from)
        ],
    )?;
    Ok(())
}

/// Returns the ids of the tokens that were made by the token, or by one of those.
pub fn descendants(tx: &Tx, id: &str) -> Result<Vec<String>, StoreError> {
    tx.many(
        "WITH RECURSIVE made (id) AS (
             SELECT id FROM tokens WHERE parent = $1 UNION SELECT t.id FROM tokens t JOIN made ON t.parent = made.id
         ) SELECT id FROM made WHERE id <> $1",
        params![id],
        |row| row.get(0),
    )
}

/// Disables, which ends the session, or enables.
pub fn update_is_active(tx: &Tx, id: &str, is_active: bool) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET is_active = $2, session_id = NULL WHERE id = $1",
        params![id, is_active],
    )?;
    Ok(())
}

/// Notes a use, and from which address.
pub fn used(tx: &Tx, id: &str, at: Millis, from: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET last_used_at = $2, last_used_from = $3 WHERE id = $1",
        params![id, at, from],
    )?;
    Ok(())
}

/// Deletes a token.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM tokens WHERE id = $1", params![id])?;
    Ok(())
}

/// Opens the session, or finds the one that another request has just opened; none when the secret was ended.
pub fn open_session(
    tx: &Tx,
    secret_hash: &SecretHash,
    session_id: &str,
    at: Millis,
    from: &str,
) -> Result<Option<String>, StoreError> {
    tx.execute(
        "UPDATE tokens SET session_id = $2, session_create_at = $3, last_used_at = $3, last_used_from = $4
         WHERE secret_hash = $1 AND session_id IS NULL AND is_active = 1
             AND (SELECT delete_at FROM users WHERE number = tokens.owner) = 0",
        params![secret_hash.as_str(), session_id, at, from],
    )?;
    let open = tx.optional(
        "SELECT session_id FROM tokens WHERE secret_hash = $1",
        params![secret_hash.as_str()],
        |row| row.get(0),
    )?;
    Ok(open.flatten())
}

/// Keeps the secret that the token has as the one that it had before.
pub fn keep_previous_secret(tx: &Tx, id: &str, until: Millis) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO previous_secrets (secret_hash, token_id, until)
         SELECT secret_hash, id, $2 FROM tokens WHERE id = $1",
        params![id, until],
    )?;
    Ok(())
}

/// Gives the token another secret, and what a rotation may change. The session goes on while the old secret is good.
pub fn update_secret(
    tx: &Tx,
    token: &Token,
    secret_hash: &SecretHash,
    keeps_session: bool,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE tokens SET secret_hash = $2, expires_at = $3, scopes = $4, allowed_from = $5,
             session_id = iif($6, session_id, NULL) WHERE id = $1",
        params![
            token.id,
            secret_hash.as_str(),
            token.expires_at,
            token.scope.to_stored(),
            limits::to_stored(&token.allowed_from),
            keeps_session
        ],
    )?;
    Ok(())
}

/// Notes a use of the secret that the token had before.
pub fn used_previous(tx: &Tx, id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE previous_secrets SET last_used_at = $2 WHERE token_id = $1",
        params![id, at],
    )?;
    Ok(())
}

/// Ends the secret that the token had before, if it is still good.
pub fn end_previous_secret(tx: &Tx, id: &str, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE previous_secrets SET until = $2 WHERE token_id = $1 AND until > $2",
        params![id, at],
    )?;
    Ok(())
}

/// Forgets some of the secrets that ended before. Returns whether there were any.
pub fn forget_previous_secrets(tx: &Tx, before: Millis, limit: i64) -> Result<bool, StoreError> {
    let forgotten = tx.execute(
        "DELETE FROM previous_secrets WHERE secret_hash IN (SELECT secret_hash FROM previous_secrets WHERE until < $1 LIMIT $2)",
        params![before, limit],
    )?;
    Ok(forgotten > 0)
}

/// A part of the tokens by age, of which some are looked for.
pub struct Part {
    /// Those that were looked for.
    pub found: Vec<Token>,
    /// When the last one was made, and its id; none: there are no more.
    pub end: Option<(Millis, String)>,
}

/// People's active tokens that live beyond `until`, or for ever, in the part that comes after another; `limit` tokens are looked at.
pub fn beyond(
    tx: &Tx,
    until: Millis,
    after: Option<&(Millis, String)>,
    limit: i64,
) -> Result<Part, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, t.is_active = 1 AND u.bot_owner_id IS NULL AND (t.expires_at = 0 OR t.expires_at > $1)
         FROM (SELECT secret_hash AS met FROM tokens WHERE (create_at, id) > ($2, $3) ORDER BY create_at, id LIMIT $4)
         CROSS JOIN tokens t ON t.secret_hash = met CROSS JOIN users u ON u.number = t.owner"
    );
    let (at, id) = after.map_or((Millis::MIN, ""), |(at, id)| (*at, id.as_str()));
    let mut part = Part {
        found: Vec::new(),
        end: None,
    };
    tx.each(&sql, params![until, at, id, limit], |row| {
        let token = token(row)?;
        part.end = Some((token.create_at, token.id.clone()));
        if row.get(BEHIND)? {
            part.found.push(token);
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(part)
}

/// How many there are.
pub fn count_beyond(tx: &Tx, until: Millis) -> Result<i64, StoreError> {
    let beyond = count_all(tx, 0)?.active - count_ended(tx, until, 0)?.active;
    let of_bots: i64 = tx.one(
        "SELECT count(*) FROM users u CROSS JOIN tokens t ON t.owner = u.number
         WHERE u.bot_owner_id IS NOT NULL AND t.is_active = 1 AND (t.expires_at = 0 OR t.expires_at > $1)",
        params![until],
        |row| row.get(0),
    )?;
    Ok(beyond - of_bots)
}

/// Numbers of tokens.
struct Counts {
    active: i64,
    disabled: i64,
    /// Those of the active ones that were not used since some day.
    unused: i64,
}

fn counts(row: &Row) -> Result<Counts, StoreError> {
    Ok(Counts {
        active: row.get(0)?,
        disabled: row.get(1)?,
        unused: row.get(2)?,
    })
}

fn count_all(tx: &Tx, used_since: i64) -> Result<Counts, StoreError> {
    tx.one(
        "SELECT coalesce(sum(count) FILTER (WHERE is_active = 1), 0), coalesce(sum(count) FILTER (WHERE is_active = 0), 0),
                coalesce(sum(count) FILTER (WHERE is_active = 1 AND used_day < $1), 0) FROM token_counts",
        params![used_since],
        counts,
    )
}

/// Counts those that end until a moment: by days, and those of the last day one by one.
fn count_ended(tx: &Tx, until: Millis, used_since: i64) -> Result<Counts, StoreError> {
    let last_day = until.div_euclid(DAY);
    let days = tx.one(
        "SELECT coalesce(sum(count) FILTER (WHERE is_active = 1), 0), coalesce(sum(count) FILTER (WHERE is_active = 0), 0),
                coalesce(sum(count) FILTER (WHERE is_active = 1 AND used_day < $1), 0)
         FROM token_counts WHERE end_day >= 0 AND end_day < $2",
        params![used_since, last_day],
        counts,
    )?;
    let last = tx.one(
        "SELECT count(*) FILTER (WHERE is_active = 1), count(*) FILTER (WHERE is_active = 0),
                count(*) FILTER (WHERE is_active = 1 AND used_day < $1)
         FROM tokens WHERE expires_at > 0 AND expires_at >= $2 AND expires_at <= $3",
        params![used_since, last_day * DAY, until],
        counts,
    )?;
    Ok(Counts {
        active: days.active + last.active,
        disabled: days.disabled + last.disabled,
        unused: days.unused + last.unused,
    })
}

/// How many tokens are in each state.
#[derive(Debug, Serialize)]
pub struct States {
    /// Usable.
    pub active: i64,
    /// Of these, how many end within a week.
    pub expires_soon: i64,
    /// Of these, how many have not been used lately.
    pub unused: i64,
    /// Refused until they are enabled.
    pub disabled: i64,
    /// Ended, and not yet deleted.
    pub expired: i64,
}

/// Counts them at a moment; `soon` and `lately` are the bounds of those words, the second exact to a day (UTC).
pub fn count_by_state(
    tx: &Tx,
    now: Millis,
    soon: Millis,
    lately: Millis,
) -> Result<States, StoreError> {
    let used_since = lately.div_euclid(DAY);
    let all = count_all(tx, used_since)?;
    let ended = count_ended(tx, now, used_since)?;
    let ended_soon = if soon > now {
        count_ended(tx, soon, used_since)?.active
    } else {
        ended.active
    };
    Ok(States {
        active: all.active - ended.active,
        expires_soon: ended_soon - ended.active,
        unused: all.unused - ended.unused,
        disabled: all.disabled - ended.disabled,
        expired: ended.active + ended.disabled,
    })
}

/// Usable tokens that have not been used lately, by the day of their last use, those that never were first, and then by age. No
/// more than [`LOOKED_AT_MOST`] of those that are not disabled are looked at.
pub fn unused(tx: &Tx, now: Millis, lately: Millis, limit: i64) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM (
             SELECT secret_hash AS met FROM tokens WHERE is_active = 1 AND used_day < $2 ORDER BY used_day, create_at, id LIMIT $4
         ) CROSS JOIN tokens t ON t.secret_hash = met WHERE t.expires_at = 0 OR t.expires_at > $1 LIMIT $3"
    );
    let used_since = lately.div_euclid(DAY);
    tx.many(&sql, params![now, used_since, limit, LOOKED_AT_MOST], token)
}

/// Tokens that a list of some of them looks at, for expired ones may come first.
const LOOKED_AT_MOST: i64 = 5000;

/// Days before the end of a token at which that is told.
pub const STAGES: [i64; 3] = [1, 3, 7];

/// Returns active tokens that end within the last of [`STAGES`], from a time of the end on, with the stage that they are at; not
/// those of which that was told already, of deactivated owners, and with a life of a day or less.
pub fn due_for_notice(
    tx: &Tx,
    now: Millis,
    from: Millis,
    limit: i64,
) -> Result<Vec<(Token, i64)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, iif(t.expires_at <= $1 + {DAY}, {}, iif(t.expires_at <= $1 + {} * {DAY}, {}, {})) AS stage FROM tokens t
         LEFT JOIN expiry_notices n ON n.token_id = t.id AND n.expires_at = t.expires_at
         WHERE t.is_active = 1 AND t.expires_at > 0 AND t.expires_at > $1 AND t.expires_at >= $2 AND t.expires_at <= $1 + {} * {DAY}
             AND t.expires_at - t.create_at > {DAY} AND (n.days IS NULL OR n.days > stage)
             AND (SELECT delete_at FROM users WHERE number = t.owner) = 0
         ORDER BY t.expires_at LIMIT $3",
        STAGES[0], STAGES[1], STAGES[1], STAGES[2], STAGES[2]
    );
    tx.many(&sql, params![now, from, limit], |row| {
        Ok((token(row)?, row.get(BEHIND)?))
    })
}

/// Notes that it was told, at a stage, when the token ends.
pub fn note_notice(tx: &Tx, token: &Token, days: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT OR REPLACE INTO expiry_notices (token_id, expires_at, days) VALUES ($1, $2, $3)",
        params![token.id, token.expires_at, days],
    )?;
    Ok(())
}

/// Returns how many active tokens that have an end have each of these times left at most, how many there are, and the sum of what
/// they have left. A token counts as good until midnight (UTC).
pub fn time_left(
    tx: &Tx,
    now: Millis,
    times: &[Millis],
) -> Result<(Vec<i64>, i64, Millis), StoreError> {
    let ended = count_ended(tx, now, 0)?.active;
    let (mut counts, mut all, mut sum) = (vec![-ended; times.len()], -ended, 0);
    let sql = "SELECT end_day, sum(count) FROM token_counts WHERE is_active = 1 AND end_day >= 0 GROUP BY end_day";
    let days = tx.many(sql, params![], |row| {
        Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
    })?;
    for (day, count) in days {
        let left = (day + 1) * DAY - now;
        all += count;
        sum += left.max(0) * count;
        for (time, counted) in times.iter().zip(&mut counts) {
            *counted += if left <= *time { count } else { 0 };
        }
    }
    // None of a day that is over is left.
    counts.iter_mut().for_each(|count| *count = (*count).max(0));
    Ok((counts, all, sum))
}

/// Tokens that ended before.
pub fn ended_before(tx: &Tx, before: Millis, limit: i64) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t WHERE t.expires_at > 0 AND t.expires_at < $1 LIMIT $2"
    );
    tx.many(&sql, params![before, limit], token)
}

/// Stores requests of a token, oldest first, in place of its oldest ones. One that is gone has none.
pub fn insert_requests<'r>(
    tx: &Tx,
    token_id: &str,
    requests: impl IntoIterator<Item = &'r TokenRequest>,
) -> Result<(), StoreError> {
    let last = tx.optional(
        "SELECT (SELECT max(number) FROM token_requests WHERE token_id = $1) FROM tokens WHERE id = $1",
        params![token_id],
        |row| row.get::<Option<i64>>(0),
    )?;
    let Some(last) = last else {
        return Ok(());
    };
    for (number, request) in (last.unwrap_or(0) + 1..).zip(requests) {
        tx.execute(
            "INSERT INTO token_requests (token_id, slot, number, at, method, route, status, address, user_agent)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT DO UPDATE SET number = $3, at = $4, method = $5, route = $6, status = $7, address = $8, user_agent = $9",
            params![
                token_id,
                number % KEPT as i64,
                number,
                request.at,
                request.method,
                request.route,
                request.status,
                request.address,
                request.user_agent
            ],
        )?;
    }
    Ok(())
}

/// Returns the stored requests of a token, oldest first.
pub fn requests_of(tx: &Tx, token_id: &str) -> Result<Vec<TokenRequest>, StoreError> {
    let mut found = tx.many(
        "SELECT number, at, method, route, status, address, user_agent FROM token_requests WHERE token_id = $1",
        params![token_id],
        |row| {
            let request = TokenRequest {
                at: row.get(1)?,
                method: row.get::<String>(2)?.into(),
                route: row.get::<String>(3)?.into(),
                status: row.get(4)?,
                address: row.get(5)?,
                user_agent: row.get(6)?,
            };
            Ok((row.get::<i64>(0)?, request))
        },
    )?;
    found.sort_by_key(|(number, _)| *number);
    Ok(found.into_iter().map(|(_, request)| request).collect())
}

/// Returns how many requests are stored, of all tokens together.
pub fn count_requests(tx: &Tx) -> Result<i64, StoreError> {
    tx.one(
        "SELECT count FROM token_request_count WHERE id = 1",
        params![],
        |row| row.get(0),
    )
}

/// Deletes the oldest requests, so many of them.
pub fn delete_oldest_requests(tx: &Tx, number: i64) -> Result<(), StoreError> {
    let oldest: Vec<(String, i64)> = tx.many(
        "SELECT token_id, slot FROM token_requests ORDER BY at LIMIT $1",
        params![number],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (token_id, slot) in oldest {
        tx.execute(
            "DELETE FROM token_requests WHERE token_id = $1 AND slot = $2",
            params![token_id, slot],
        )?;
    }
    Ok(())
}
