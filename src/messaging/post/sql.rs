//! SQL of posts.

use serde_json::json;

use super::Post;
use super::attachment::show_embeds;
use super::reaction::Reaction;
use super::search::Terms;
use crate::clock::Millis;
use crate::messaging::file;
use crate::store::Page;
use crate::store::{Row, StoreError, ToSql, Tx, params};

const COLUMNS: &str = "p.id, p.create_at, p.update_at, p.edit_at, p.delete_at, p.is_pinned, p.user_id, p.channel_id, p.root_id, p.message, \
                       p.type, p.props, p.hashtags, p.pending_post_id";

fn post(row: &Row) -> Result<Post, StoreError> {
    let root_id: String = row.get(8)?;
    let (props, mut metadata) = (row.json(11)?, json!({}));
    show_embeds(&mut metadata, &props);
    Ok(Post {
        id: row.get(0)?,
        create_at: row.get(1)?,
        update_at: row.get(2)?,
        edit_at: row.get(3)?,
        delete_at: row.get(4)?,
        is_pinned: row.get(5)?,
        user_id: row.get(6)?,
        channel_id: row.get(7)?,
        parent_id: root_id.clone(),
        root_id,
        original_id: "",
        message: row.get(9)?,
        kind: row.get(10)?,
        metadata,
        props,
        hashtags: row.get(12)?,
        file_ids: Vec::new(),
        pending_post_id: row.get(13)?,
        reply_count: 0,
        last_reply_at: 0,
        participants: None,
        has_reactions: false,
    })
}

/// The posts that a statement finds, with their files and reactions.
fn posts(tx: &Tx, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<Post>, StoreError> {
    let mut posts = tx.many(sql, params, post)?;
    for post in &mut posts {
        post.show(&file::sql::of_post(tx, &post.id)?);
        post.show_reactions(&reactions(tx, &post.id)?);
    }
    Ok(posts)
}

/// The post with how many answers its thread has.
pub fn with_replies<E: From<StoreError>>(tx: &Tx, post: Post) -> Result<Post, E> {
    let (reply_count, last_reply_at) = tx.one(
        "SELECT count(*), coalesce(max(create_at), 0) FROM posts WHERE root_id = $1 AND root_id <> '' AND delete_at = 0",
        params![post.first_id()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(Post {
        reply_count,
        last_reply_at: if post.root_id.is_empty() {
            last_reply_at
        } else {
            0
        },
        ..post
    })
}

/// The post with the id, also a deleted one.
pub fn by_id(tx: &Tx, id: &str) -> Result<Option<Post>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM posts p WHERE p.id = $1");
    Ok(posts(tx, &sql, params![id])?.pop())
}

/// The post that the client gave this id.
pub fn by_pending_id(
    tx: &Tx,
    user_id: &str,
    pending_post_id: &str,
) -> Result<Option<Post>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM posts p WHERE p.user_id = $1 AND p.pending_post_id = $2 AND p.pending_post_id <> ''"
    );
    Ok(posts(tx, &sql, params![user_id, pending_post_id])?.pop())
}

/// Which posts of a channel a list shows.
#[derive(Clone, Copy, Debug)]
pub enum Window<'w> {
    /// A page, newest first.
    Page(Page),
    /// Those that changed since, deleted ones too.
    Since(Millis),
    /// A page of those that are older than this post.
    Before(&'w Post, Page),
    /// A page of those that are newer than this post.
    After(&'w Post, Page),
}

/// Which posts of a window a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'s> {
    /// Only posts of this type; `None`: all.
    pub kind: Option<&'s str>,
    /// Only the first posts of threads.
    pub roots_only: bool,
    /// Deleted posts, too.
    pub deleted: bool,
}

/// Returns posts of a channel, newest first.
pub fn list(
    tx: &Tx,
    channel_id: &str,
    window: Window,
    shown: Shown,
) -> Result<Vec<Post>, StoreError> {
    let (mut condition, order, values): (String, _, Vec<&dyn ToSql>) = match &window {
        Window::Page(page) => (
            "1".into(),
            "p.create_at DESC, p.number DESC LIMIT $2 OFFSET $3",
            vec![&page.limit, &page.offset],
        ),
        Window::Since(since) => (
            "p.update_at > $2".into(),
            "p.create_at DESC, p.number DESC LIMIT 1000",
            vec![since],
        ),
        Window::Before(than, page) => (
            "(p.create_at, p.number) < ($2, (SELECT number FROM posts WHERE id = $3))".into(),
            "p.create_at DESC, p.number DESC LIMIT $4 OFFSET $5",
            vec![&than.create_at, &than.id, &page.limit, &page.offset],
        ),
        Window::After(than, page) => (
            "(p.create_at, p.number) > ($2, (SELECT number FROM posts WHERE id = $3))".into(),
            "p.create_at, p.number LIMIT $4 OFFSET $5",
            vec![&than.create_at, &than.id, &page.limit, &page.offset],
        ),
    };
    if !shown.deleted && !matches!(window, Window::Since(_)) {
        condition += " AND p.delete_at = 0";
    }
    if shown.roots_only {
        condition += " AND p.root_id = ''";
    }
    let channel: [&dyn ToSql; 1] = [&channel_id];
    let mut values: Vec<&dyn ToSql> = channel.into_iter().chain(values).collect();
    if let Some(kind) = &shown.kind {
        values.push(kind);
        condition += &format!(" AND p.type = ${}", values.len());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM posts p WHERE p.channel_id = $1 AND {condition} ORDER BY {order}"
    );
    let mut posts = posts(tx, &sql, &values)?;
    if matches!(window, Window::After(..)) {
        posts.reverse();
    }
    Ok(posts)
}

/// Which part of a thread a list shows.
#[derive(Clone, Copy, Debug)]
pub struct Part<'p> {
    /// From newer posts to older ones.
    pub is_up: bool,
    /// By when they were changed, not by when they were made.
    pub by_change: bool,
    /// Only posts beyond this time; 0: all.
    pub beyond: Millis,
    /// Also the posts of that very time that are beyond the one with this id; empty: none of that time.
    pub beyond_id: &'p str,
    /// Posts at most.
    pub limit: i64,
}

/// Returns a part of a thread: its first post and its answers.
pub fn thread(tx: &Tx, root_id: &str, part: Part) -> Result<Vec<Post>, StoreError> {
    let (beyond, order) = if part.is_up {
        ("<", "DESC")
    } else {
        (">", "ASC")
    };
    let time = if part.by_change {
        "update_at"
    } else {
        "create_at"
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM posts p
         WHERE p.number IN (SELECT number FROM posts WHERE id = $1 UNION ALL SELECT number FROM posts WHERE root_id = $1 AND root_id <> '')
             AND p.delete_at = 0
             AND ($2 = 0 OR p.{time} {beyond} $2
                 OR (p.{time} = $2 AND p.number {beyond} (SELECT number FROM posts WHERE id = $3)))
         ORDER BY p.{time} {order}, p.number {order} LIMIT $4"
    );
    posts(
        tx,
        &sql,
        params![root_id, part.beyond, part.beyond_id, part.limit],
    )
}

/// The pinned posts of a channel, newest first.
pub fn pinned(tx: &Tx, channel_id: &str) -> Result<Vec<Post>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM posts p WHERE p.channel_id = $1 AND p.is_pinned = 1 AND p.delete_at = 0 ORDER BY p.create_at DESC, p.number DESC"
    );
    posts(tx, &sql, params![channel_id])
}

/// Returns how many posts of a channel that count as unread were made at that time or later, and how many of them mention one of
/// the words (`@name`, `@channel`, `@all`); in a direct channel each post of somebody else does.
pub fn count_since(
    tx: &Tx,
    channel_id: &str,
    since: Millis,
    (user_id, mention, is_direct): (&str, &str, bool),
) -> Result<(i64, i64), StoreError> {
    tx.one(
        "SELECT count(*), count(*) FILTER (WHERE p.user_id <> $3 AND ($5 OR instr(lower(p.message), $4) > 0
             OR instr(lower(p.message), '@channel') > 0 OR instr(lower(p.message), '@all') > 0))
         FROM posts p WHERE p.channel_id = $1 AND p.create_at >= $2 AND p.delete_at = 0 AND substr(p.type, 1, 7) <> 'system_'",
        params![channel_id, since, user_id, mention, is_direct],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Returns a part of the posts that a user has flagged and may read, newest first; empty ids: in every team, in every channel.
pub fn flagged(
    tx: &Tx,
    user_id: &str,
    (team_id, channel_id): (&str, &str),
    page: Page,
) -> Result<Vec<Post>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM preferences f JOIN posts p ON p.id = f.name JOIN channels c ON c.id = p.channel_id
         WHERE f.user_id = $1 AND f.category = 'flagged_post' AND f.value = 'true' AND p.delete_at = 0
             AND EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = p.channel_id AND m.user_id = $1)
             AND ($2 = '' OR c.team_id = $2 OR c.team_id = '') AND ($3 = '' OR c.id = $3)
         ORDER BY p.create_at DESC, p.number DESC LIMIT $4 OFFSET $5"
    );
    posts(
        tx,
        &sql,
        params![user_id, team_id, channel_id, page.limit, page.offset],
    )
}

/// How wide a search is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wide {
    /// One of the words is enough.
    pub any_word: bool,
    /// Archived channels, too.
    pub archived_channels: bool,
}

/// Returns the posts that have what the terms say, in the channels of the user in the team and in their direct ones, newest first.
pub fn search(
    tx: &Tx,
    user_id: &str,
    team_id: &str,
    terms: &Terms,
    wide: Wide,
    page: Page,
) -> Result<Vec<Post>, StoreError> {
    let mut values: Vec<&dyn ToSql> = vec![&user_id, &team_id, &page.limit, &page.offset];
    let mut conditions = Vec::new();
    const FROM: &str = "(SELECT id FROM users WHERE username = ?)";
    let is_from = format!("p.user_id IS {FROM}");
    let is_not_from = format!("p.user_id IS NOT {FROM}");
    let between_words = if wide.any_word { " OR " } else { " AND " };
    for (texts, condition, between) in [
        (
            &terms.words,
            "instr(lower(p.message), ?) > 0",
            between_words,
        ),
        (
            &terms.excluded_words,
            "instr(lower(p.message), ?) = 0",
            " AND ",
        ),
        (&terms.from, &is_from, " OR "),
        (&terms.excluded_from, &is_not_from, " AND "),
        (&terms.channels, "c.name = ?", " OR "),
        (&terms.excluded_channels, "c.name <> ?", " AND "),
    ] {
        let mut all = Vec::new();
        for text in texts {
            values.push(text);
            all.push(condition.replace('?', &format!("${}", values.len())));
        }
        if !all.is_empty() {
            conditions.push(format!("({})", all.join(between)));
        }
    }
    let (since, until) = (terms.since.unwrap_or(0), terms.until.unwrap_or(Millis::MAX));
    values.extend([&since as &dyn ToSql, &until]);
    conditions.push(format!(
        "p.create_at >= ${} AND p.create_at < ${}",
        values.len() - 1,
        values.len()
    ));
    let sql = format!(
        "SELECT {COLUMNS} FROM channel_members m JOIN channels c ON c.id = m.channel_id JOIN posts p ON p.channel_id = c.id
         WHERE m.user_id = $1 AND (c.team_id = $2 OR c.team_id = '') AND (c.delete_at = 0 OR {}) AND p.delete_at = 0 AND p.type = '' AND {}
         ORDER BY p.create_at DESC, p.number DESC LIMIT $3 OFFSET $4",
        i64::from(wide.archived_channels),
        conditions.join(" AND ")
    );
    posts(tx, &sql, &values)
}

/// Adds a post.
pub fn insert(tx: &Tx, post: &Post) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO posts (id, create_at, update_at, user_id, channel_id, root_id, message, type, props, hashtags, pending_post_id, is_pinned)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            post.id,
            post.create_at,
            post.update_at,
            post.user_id,
            post.channel_id,
            post.root_id,
            post.message,
            post.kind,
            post.props.to_string(),
            post.hashtags,
            post.pending_post_id,
            post.is_pinned,
        ],
    )?;
    Ok(())
}

/// Writes every field that can change.
pub fn update(tx: &Tx, post: &Post) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE posts SET update_at = $2, edit_at = $3, is_pinned = $4, message = $5, props = $6, hashtags = $7 WHERE id = $1",
        params![post.id, post.update_at, post.edit_at, post.is_pinned, post.message, post.props.to_string(), post.hashtags],
    )?;
    Ok(())
}

/// Deletes a post and the answers to it, with their files.
pub fn delete(tx: &Tx, id: &str, at: Millis) -> Result<(), StoreError> {
    file::sql::delete_of_thread(tx, id)?;
    tx.execute(
        "UPDATE posts SET delete_at = $2, update_at = $2 WHERE id = $1",
        params![id, at],
    )?;
    tx.execute("UPDATE posts SET delete_at = $2, update_at = $2 WHERE root_id = $1 AND root_id <> '' AND delete_at = 0", params![id, at])?;
    Ok(())
}

fn reaction(row: &Row) -> Result<Reaction, StoreError> {
    let (user_id, post_id, emoji_name): (String, String, String) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let mut reaction = Reaction::new(&user_id, &post_id, &emoji_name, row.get(3)?);
    reaction.channel_id = row.get(4)?;
    Ok(reaction)
}

/// The reactions to a post, oldest first.
pub fn reactions(tx: &Tx, post_id: &str) -> Result<Vec<Reaction>, StoreError> {
    tx.many(
        "SELECT r.user_id, r.post_id, r.emoji_name, r.create_at, p.channel_id FROM reactions r JOIN posts p ON p.id = r.post_id
         WHERE r.post_id = $1 ORDER BY r.create_at",
        params![post_id],
        reaction,
    )
}

/// Adds a reaction.
pub fn insert_reaction(tx: &Tx, reaction: &Reaction) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO reactions (post_id, user_id, emoji_name, create_at) VALUES ($1, $2, $3, $4) ON CONFLICT (post_id, user_id, emoji_name) DO NOTHING",
        params![reaction.post_id, reaction.user_id, reaction.emoji_name, reaction.create_at],
    )?;
    Ok(())
}

/// Whether more than that many different emoji react to the post.
pub fn has_more_emoji(tx: &Tx, post_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT count(*) > $2 FROM (SELECT DISTINCT emoji_name FROM reactions WHERE post_id = $1 LIMIT $2 + 1)",
        params![post_id, number],
        |row| row.get(0),
    )
}

/// Takes a reaction away.
pub fn delete_reaction(tx: &Tx, reaction: &Reaction) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM reactions WHERE post_id = $1 AND user_id = $2 AND emoji_name = $3",
        params![reaction.post_id, reaction.user_id, reaction.emoji_name],
    )?;
    Ok(())
}
