//! Lists and searches of accounts, bounded: a million accounts are not looked at for a page of them.

pub mod sql;

use sql::{Filter, Place, Search, Walk};

use super::User;
use crate::store::{Page, StoreError, Tx};

/// Accounts of which a set is looked at one by one. One that has more is looked at in the order of usernames until the page is
/// full.
const SET_MOST: usize = 1000;

/// Members of a team or channel that are looked at one by one.
const MEMBERS_MOST: usize = 4000;

/// Accounts that a search looks at in the order of usernames.
const WALK_MOST: i64 = 2500;

/// Returns a part of the accounts, by username.
pub fn list(tx: &Tx, filter: Filter, page: Page) -> Result<Vec<User>, StoreError> {
    let walk = Walk::for_filter(tx, &filter)?;
    let mut users = Vec::new();
    if !filter.is_of_places() {
        sql::each(tx, &walk, page, |user| {
            users.push(user);
            Ok::<(), StoreError>(())
        })?;
        return Ok(users);
    }
    let search = Search::all(filter);
    match members(tx, &filter)? {
        Some(members) => sql::among(tx, &search, &members, page),
        None => {
            let found = sql::first(tx, &search, &walk, i64::MAX, page)?;
            sql::among(tx, &search, &found, Page::first(page.limit))
        }
    }
}

/// Returns the places of the accounts of a team or channel, in no order: of one that has more than [`MEMBERS_MOST`], of the
/// first ones by id.
pub fn places(tx: &Tx, filter: Filter) -> Result<Vec<Place>, StoreError> {
    let members = match filter.channel_id {
        "" => sql::of_team(tx, filter.team_id, MEMBERS_MOST as i64)?,
        id => sql::of_channel(tx, id, MEMBERS_MOST as i64)?,
    };
    sql::places_among(tx, filter, &members)
}

/// Returns the numbers of the members of the team or channel that the filter names, if these are few.
fn members(tx: &Tx, filter: &Filter) -> Result<Option<Vec<i64>>, StoreError> {
    let most = MEMBERS_MOST as i64;
    for (id, members) in [
        (filter.channel_id, sql::of_channel as sql::Beginning),
        (filter.team_id, sql::of_team),
    ] {
        if !id.is_empty() {
            let found = members(tx, id, most)?;
            if found.len() < MEMBERS_MOST {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// Returns the accounts that a search finds, by username, `limit` at most.
///
/// All are found when the beginning of a word, a team, a channel or the roles leave few. When there are more, the first accounts by
/// username are looked at, and of each field the first that begin with a word.
pub fn search(tx: &Tx, search: &Search, limit: i64) -> Result<Vec<User>, StoreError> {
    let page = Page::first(limit);
    let mut begun = Vec::new();
    for word in search.words {
        let fields = beginning(tx, search, word)?;
        if fields.iter().all(|field| field.len() < SET_MOST) {
            return sql::among(tx, search, &fields.concat(), page);
        }
        begun.extend(fields);
    }
    if let Some(members) = members(tx, &search.filter)? {
        return sql::among(tx, search, &members, page);
    }
    let walk = Walk::for_filter(tx, &search.filter)?;
    let mut found = sql::first(tx, search, &walk, WALK_MOST, page)?;
    if (found.len() as i64) < limit && walk.count > WALK_MOST {
        let most = SET_MOST / search.words.len().max(1);
        found.extend(begun.iter().flat_map(|field| field.iter().take(most)));
    }
    sql::among(tx, search, &found, page)
}

/// Returns the numbers of the accounts that a word finds, for each field the first of them.
fn beginning(tx: &Tx, search: &Search, word: &str) -> Result<Vec<Vec<i64>>, StoreError> {
    let fields: [(bool, sql::Beginning); 5] = [
        (true, sql::BY_USERNAME),
        (true, sql::BY_NICKNAME),
        (search.names, sql::BY_FIRST_NAME),
        (search.names, sql::BY_LAST_NAME),
        (search.emails, sql::BY_EMAIL),
    ];
    let mut found = vec![sql::by_id(tx, word)?.into_iter().collect()];
    for (_, field) in fields.iter().filter(|(is_looked_at, _)| *is_looked_at) {
        found.push(field(tx, word, SET_MOST as i64)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
