//! HTTP endpoints of lists of posts: of a channel, a thread, what is pinned, what is found.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::channel::find_as_member;
use crate::messaging::post::search::Terms;
use crate::messaging::post::sql::{Part, Shown, Wide, Window};
use crate::messaging::post::{self, Post, sql};
use crate::messaging::team;
use crate::permission::{POST_READ_DELETED, PREFERENCES, TEAM_VIEW};
use crate::store::{Page, Tx};

/// A list of posts: their order, and each by its id.
#[derive(Serialize)]
struct List {
    order: Vec<String>,
    posts: Map<String, Value>,
    next_post_id: String,
    prev_post_id: String,
    /// Of a thread: whether there is more of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    has_next: Option<bool>,
    first_inaccessible_post_time: i64,
}

impl List {
    fn new(tx: &Tx, posts: Vec<Post>) -> Result<List, AppError> {
        List::with_roots(tx, posts, true)
    }

    /// Returns a list of the posts; with `roots`, the first post of a thread comes with its answers.
    fn with_roots(tx: &Tx, posts: Vec<Post>, roots: bool) -> Result<List, AppError> {
        let order = posts.iter().map(|post| post.id.clone()).collect();
        let mut by_id = Map::new();
        for post in posts {
            if roots
                && !post.root_id.is_empty()
                && !by_id.contains_key(&post.root_id)
                && let Some(root) = sql::by_id(tx, &post.root_id)?
            {
                by_id.insert(
                    root.id.clone(),
                    json!(sql::with_replies::<AppError>(tx, root)?),
                );
            }
            by_id.insert(
                post.id.clone(),
                json!(sql::with_replies::<AppError>(tx, post)?),
            );
        }
        Ok(List {
            order,
            posts: by_id,
            next_post_id: String::new(),
            prev_post_id: String::new(),
            has_next: None,
            first_inaccessible_post_time: 0,
        })
    }
}

/// `GET /channels/{channel_id}/posts`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    let id_of = |name| match cx.query(name) {
        "" => Ok(None),
        text if id::is_valid(text) => Ok(Some(text)),
        _ => Err(AppError::body_param(name)),
    };
    let (before, after) = (id_of("before")?, id_of("after")?);
    let since = cx.time("since")?;
    let kind = cx.query("type");
    let shown = Shown {
        kind: (!kind.is_empty()).then_some(kind),
        roots_only: cx.flag("collapsedThreads"),
        deleted: cx.flag("include_deleted"),
    };
    if shown.deleted {
        POST_READ_DELETED.ask(caller)?;
    }
    find_as_member(tx, caller, channel_id)?;
    let page = cx.page();
    let anchor = match after.or(before) {
        Some(id) => sql::by_id(tx, id)?,
        None => None,
    };
    let in_window = |window| sql::list(tx, channel_id, window, shown);
    let posts = match (&anchor, before, after) {
        _ if since > 0 => in_window(Window::Since(since))?,
        (Some(post), _, Some(_)) => in_window(Window::After(post, page))?,
        (Some(post), Some(_), None) => in_window(Window::Before(post, page))?,
        // Mattermost: before and after a post that does not exist there is none.
        (None, Some(_), _) | (None, None, Some(_)) => Vec::new(),
        (_, None, None) => in_window(Window::Page(page))?,
    };
    let neighbour = |window| {
        let found = in_window(window)?.pop();
        Ok::<_, AppError>(found.map_or_else(String::new, |post| post.id))
    };
    let (mut next, mut prev) = (String::new(), String::new());
    if let (true, Some(newest), Some(oldest)) = (since <= 0, posts.first(), posts.last()) {
        next = neighbour(Window::After(newest, Page::first(1)))?;
        prev = neighbour(Window::Before(oldest, Page::first(1)))?;
    } else if since <= 0 && page.offset == 0 {
        // Mattermost: an empty page is beside the post that was named.
        next = before
            .filter(|_| after.is_none())
            .unwrap_or_default()
            .to_owned();
        prev = after.unwrap_or_default().to_owned();
    }
    let list = List {
        next_post_id: next,
        prev_post_id: prev,
        ..List::with_roots(tx, posts, !cx.flag("skipFetchThreads"))?
    };
    let newest = list
        .posts
        .values()
        .filter_map(|post| post["update_at"].as_i64())
        .max()
        .unwrap_or(0);
    let etag = format!("{channel_id}.{}.{newest}", list.order.join("."));
    let etag = crate::secret::SecretHash::of(&etag).as_str()[..32].to_owned();
    Ok(cx.unless_known(&etag, || answer::json(&list)))
}

/// `GET /posts/{post_id}/thread`
pub fn thread(cx: &Context, tx: &Tx) -> Answer {
    let post_id = cx.id("post_id")?;
    let (part, per_page) = part_of_thread(cx)?;
    let post = post::readable(tx, cx.caller()?, post_id)?;
    if cx.flag("skipFetchThreads") {
        return Ok(answer::json(&List::with_roots(tx, vec![post], false)?));
    }
    let mut thread = sql::thread(tx, post.first_id(), part)?;
    let has_next = per_page.is_some_and(|per_page| thread.len() > per_page);
    if has_next {
        thread.pop();
    }
    // Mattermost: the post that was asked for is in each part, and comes first in what is not the whole.
    if per_page.is_some() || part.beyond > 0 {
        thread.retain(|other| other.id != post.id);
        thread.insert(0, post);
    }
    Ok(answer::json(&List {
        has_next: Some(has_next),
        ..List::with_roots(tx, thread, false)?
    }))
}

/// Posts of a page of a thread, at most.
const OF_THREAD_MOST: usize = 200;

/// Returns which part of a thread is asked for, and how many posts of it; the part has one more, by which one sees that there
/// are more.
fn part_of_thread<'c>(cx: &'c Context) -> Result<(Part<'c>, Option<usize>), AppError> {
    let per_page = match cx.query("perPage") {
        "" | "0" => None,
        text => match text.parse() {
            Ok(number @ 1..=OF_THREAD_MOST) => Some(number),
            _ => return Err(AppError::body_param("perPage")),
        },
    };
    let (made, changed) = (cx.time("fromCreateAt")?, cx.time("fromUpdateAt")?);
    let beyond_id = cx.query("fromPost");
    if !beyond_id.is_empty() && made == 0 {
        return Err(AppError::body_param(
            "if fromPost is set, then fromCreateAt must also be set",
        ));
    }
    let updates_only = cx.flag("updatesOnly");
    if changed != 0 && made != 0 || updates_only && changed == 0 {
        return Err(AppError::body_param("fromUpdateAt"));
    }
    let is_up = match cx.query("direction") {
        "" => (made != 0 || changed != 0) && !updates_only,
        "up" => true,
        "down" => false,
        _ => return Err(AppError::body_param("direction")),
    };
    if updates_only && is_up {
        return Err(AppError::body_param("updatesOnly"));
    }
    let part = Part {
        is_up,
        by_change: changed != 0,
        beyond: made.max(changed),
        beyond_id,
        limit: per_page.map_or(i64::MAX, |number| number as i64 + 1),
    };
    Ok((part, per_page))
}

/// `GET /channels/{channel_id}/pinned`
pub fn pinned(cx: &Context, tx: &Tx) -> Answer {
    let channel_id = cx.id("channel_id")?;
    find_as_member(tx, cx.caller()?, channel_id)?;
    let pinned = sql::pinned(tx, channel_id)?;
    Ok(answer::json(&List::new(tx, pinned)?))
}

/// `GET /users/{user_id}/posts/flagged`
pub fn flagged(cx: &Context, tx: &Tx) -> Answer {
    let user_id = cx.id("user_id")?;
    PREFERENCES.ask_about(tx, cx.caller()?, user_id)?;
    let place = (cx.query("team_id"), cx.query("channel_id"));
    let flagged = sql::flagged(tx, user_id, place, cx.page())?;
    Ok(answer::json(&List::with_roots(tx, flagged, false)?))
}

/// A list of posts that were found. Mattermost: where in them is told by the search engines of larger installations only.
#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    list: List,
    matches: Option<()>,
}

/// Posts that are found when the client does not say how many.
const FOUND: i64 = 60;

/// Posts that are found at once, at most.
const FOUND_MOST: i64 = 200;

/// `POST /teams/{team_id}/posts/search`
pub fn search(cx: &Context, tx: &Tx) -> Answer {
    let (team_id, caller) = (cx.id("team_id")?, cx.caller()?);
    team::ask(tx, &TEAM_VIEW, caller, team_id)?;
    let body = of_json::object(cx.body(), "search")
        .map_err(|_| AppError::new(&error::POST_SEARCH_BODY))?;
    let seconds_ahead = body.get("time_zone_offset").and_then(Value::as_i64);
    let terms = Terms::parse(
        body.required("terms")?,
        seconds_ahead.unwrap_or(0).clamp(-86_400, 86_400),
    );
    let wide = Wide {
        any_word: body.bool("is_or_search").unwrap_or(false),
        archived_channels: body.bool("include_deleted_channels").unwrap_or(false),
    };
    let number = |name, or| {
        body.get(name)
            .and_then(Value::as_i64)
            .filter(|n| *n >= 0)
            .unwrap_or(or)
    };
    let limit = number("per_page", FOUND).min(FOUND_MOST);
    let page = Page {
        limit,
        offset: number("page", 0).saturating_mul(limit),
    };
    let found = if terms.is_empty() {
        Vec::new()
    } else {
        sql::search(tx, &caller.user_id, team_id, &terms, wide, page)?
    };
    let found = Found {
        list: List::new(tx, found)?,
        matches: None,
    };
    Ok(answer::json(&found).with("Cache-Control", "no-cache, no-store, must-revalidate"))
}
