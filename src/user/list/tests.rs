//! Lists and searches of more accounts than are looked at one by one: what they find, in which order, and how.

use std::path::PathBuf;

use super::*;
use crate::store::{Durability, Store};

/// Accounts, more than a search looks at in the order of usernames.
const ACCOUNTS: i64 = WALK_MOST + 1000;

/// A data file with many accounts, gone with it.
struct Crowd {
    store: Store,
    folder: PathBuf,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Every second account is `Zoe`, every tenth deactivated, the last but ten a system admin and `Rare`.
fn account(number: i64) -> User {
    let roles = if number == ACCOUNTS - 10 {
        "system_user system_admin"
    } else {
        "system_user"
    };
    let rare = number == ACCOUNTS - 10;
    User {
        id: format!("{number:026}"),
        create_at: 1,
        update_at: 1,
        delete_at: i64::from(number % 10 == 0 && !rare),
        username: format!("user{number:05}"),
        email: format!("mail{number:05}@example.com"),
        nickname: if number % 2 == 0 { "Zoe" } else { "" }.into(),
        first_name: if rare { "Rare" } else { "" }.into(),
        last_name: String::new(),
        position: String::new(),
        locale: String::new(),
        roles: roles.into(),
        password_hash: String::new(),
        auth_service: String::new(),
        auth_data: None,
        notify_props: Box::default(),
        timezone: Box::default(),
        last_password_update: 1,
        failed_attempts: 0,
        bot_owner_id: None,
        bot_description: String::new(),
        email_verified: false,
        props: Box::default(),
    }
}

fn crowd(name: &str) -> Crowd {
    let name = format!("patmost-crowd-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("patmost.db");
    let store = Store::open_for(&file, Durability::Ephemeral, None, |_, _| Ok(())).unwrap();
    let fill =
        |tx: &Tx| (0..ACCOUNTS).try_for_each(|at| crate::user::sql::insert(tx, &account(at)));
    store.write(move |tx| Ok(fill(tx)?)).unwrap();
    Crowd { store, folder }
}

fn looked_for<'s>(words: &'s [&'s str], filter: Filter<'s>) -> Search<'s> {
    Search {
        words,
        names: true,
        emails: true,
        filter,
    }
}

/// What a search finds when every account is looked at.
fn due(words: &[&str], filter: Filter, limit: usize) -> Vec<String> {
    let is_found = |user: &User| {
        let fields = [
            &user.id,
            &user.username,
            &user.nickname,
            &user.first_name,
            &user.email,
        ];
        let begins = |word: &&str| {
            fields
                .iter()
                .any(|field| field.to_lowercase().starts_with(word))
        };
        words.iter().all(begins)
            && (!filter.active || user.delete_at == 0)
            && (!filter.inactive || user.delete_at > 0)
            && user.roles.contains(filter.role)
    };
    let found = (0..ACCOUNTS).map(account).filter(is_found).take(limit);
    found.map(|user| user.username).collect()
}

fn usernames(users: Vec<User>) -> Vec<String> {
    users.into_iter().map(|user| user.username).collect()
}

const ACTIVE: Filter = Filter {
    active: true,
    inactive: false,
    role: "",
    roles: "",
    team_id: "",
    channel_id: "",
    not_in_team: "",
    not_in_channel: "",
    without_team: false,
    team_roles: "",
    channel_roles: "",
};
const ADMINS: Filter = Filter {
    active: false,
    role: "system_admin",
    ..ACTIVE
};
const INACTIVE: Filter = Filter {
    active: false,
    inactive: true,
    ..ACTIVE
};

#[test]
fn a_search_among_many_finds_what_a_look_at_each_finds() {
    let crowd = crowd("search");
    for words in [
        &["user"] as &[&str],
        &["mail"],
        &["zoe"],
        &["rare"],
        &["user", "zoe"],
        &["zoe", "user05"],
        &["zoe", "rare"],
        &["nobody"],
        &["00000000000000000000000017"],
        &[],
    ] {
        for filter in [ACTIVE, ADMINS, INACTIVE, Filter::default()] {
            let search = looked_for(words, filter);
            let found = crowd.store.read(|tx| Ok(super::search(tx, &search, 100)?));
            let found = usernames(found.unwrap());
            assert_eq!(found, due(words, filter, 100), "{words:?} {filter:?}");
        }
    }
}

#[test]
fn a_page_of_a_list_is_a_part_of_the_whole() {
    let crowd = crowd("pages");
    for filter in [ACTIVE, ADMINS, INACTIVE, Filter::default()] {
        let all = due(&[], filter, usize::MAX);
        for offset in [0, 60, 5400] {
            let page = Page { limit: 60, offset };
            let listed = crowd.store.read(|tx| Ok(list(tx, filter, page)?));
            let offset = usize::try_from(offset).unwrap();
            let due = all.iter().skip(offset).take(60).cloned();
            assert_eq!(usernames(listed.unwrap()), due.collect::<Vec<_>>());
        }
    }
}

#[test]
fn no_list_or_search_of_accounts_sorts_or_scans_more_than_it_shows() {
    let crowd = crowd("plans");
    let places = Filter {
        team_id: "team",
        not_in_channel: "channel",
        ..ACTIVE
    };
    let nowhere = Filter {
        without_team: true,
        ..ADMINS
    };
    let run = |tx: &Tx| {
        for filter in [ACTIVE, ADMINS, places, nowhere, Filter::default()] {
            list(tx, filter, Page::first(60)).unwrap();
            for words in [
                &["user"] as &[&str],
                &["zoe", "rare"],
                &["user", "none"],
                &[],
            ] {
                super::search(tx, &looked_for(words, filter), 100).unwrap();
            }
        }
        let kind = sql::Kind {
            team_roles: "",
            channel_roles: "",
            deactivated: false,
            bots: false,
            roles: &["system_admin"],
            team_id: "",
            channel_id: "",
        };
        for (team_id, channel_id) in [("", ""), ("team", ""), ("team", "channel")] {
            let kind = sql::Kind {
                team_id,
                channel_id,
                ..kind
            };
            sql::count(tx, kind).unwrap();
        }
    };
    let plans = crowd.store.read(|tx| Ok(tx.plans(run))).unwrap();
    let mut looked_at = 0;
    for (sql, steps) in plans {
        looked_at += 1;
        // A row for each kind of account; numbers that were found; an order that ends with the page.
        const SCANNED: [&str; 4] = ["user_counts", "json_each", "(subquery-", "m"];
        let walks = sql.contains("ORDER BY place LIMIT");
        let is_bounded = |step: &str| {
            let scanned = step.strip_prefix("SCAN ").unwrap_or_default();
            let is_walk =
                walks && step == "SCAN users USING COVERING INDEX sqlite_autoindex_users_2";
            is_walk || SCANNED.iter().any(|known| scanned.starts_with(known))
        };
        let scan = steps
            .iter()
            .find(|step| step.starts_with("SCAN ") && !is_bounded(step));
        assert_eq!(scan, None, "{sql}\n{steps:?}");
        // The numbers that were found are put in order.
        let is_found = sql.contains("json_each") || sql.contains("GROUP BY roles, delete_at");
        let sort = steps.iter().find(|step| step.contains("TEMP B-TREE"));
        assert!(sort.is_none() || is_found, "{sql}\n{steps:?}");
    }
    assert!(looked_at > 30, "only {looked_at} statements ran");
}
