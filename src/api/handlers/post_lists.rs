//! HTTP endpoints of lists of posts: of a channel, a thread, what is pinned, what is found.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::{Answer, Context, answer, json as of_json};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::channel::find_as_member;
use crate::messaging::post::search::Terms;
use crate::messaging::post::sql::Window;
use crate::messaging::post::{self, Post, sql};
use crate::messaging::team;
use crate::permission::TEAM_VIEW;
use crate::store::{Page, Tx};

/// A list of posts: their order, and each by its id.
#[derive(Serialize)]
struct List {
    order: Vec<String>,
    posts: Map<String, Value>,
    next_post_id: String,
    prev_post_id: String,
    first_inaccessible_post_time: i64,
}

impl List {
    fn new(tx: &Tx, posts: Vec<Post>) -> Result<List, AppError> {
        let order = posts.iter().map(|post| post.id.clone()).collect();
        let mut by_id = Map::new();
        for post in posts {
            // The first post of a thread comes with its answers.
            if !post.root_id.is_empty()
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
            first_inaccessible_post_time: 0,
        })
    }
}

/// `GET /channels/{channel_id}/posts`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let (channel_id, caller) = (cx.id("channel_id")?, cx.caller()?);
    let id_of = |name| match cx.request.query(name) {
        None | Some("") => Ok(None),
        Some(text) if id::is_valid(text) => Ok(Some(text)),
        Some(_) => Err(AppError::body_param(name)),
    };
    let (before, after) = (id_of("before")?, id_of("after")?);
    let since = match cx.request.query("since") {
        None | Some("") => 0,
        Some(text) => text.parse().map_err(|_| AppError::body_param("since"))?,
    };
    find_as_member(tx, caller, channel_id)?;
    let page = cx.page();
    let anchor = match after.or(before) {
        Some(id) => sql::by_id(tx, id)?,
        None => None,
    };
    let posts = match (&anchor, before, after) {
        _ if since > 0 => sql::list(tx, channel_id, Window::Since(since))?,
        (Some(post), _, Some(_)) => sql::list(tx, channel_id, Window::After(post, page))?,
        (Some(post), Some(_), None) => sql::list(tx, channel_id, Window::Before(post, page))?,
        // Mattermost: before and after a post that does not exist there is none.
        (None, Some(_), _) | (None, None, Some(_)) => Vec::new(),
        (_, None, None) => sql::list(tx, channel_id, Window::Page(page))?,
    };
    let neighbour = |window| {
        let found = sql::list(tx, channel_id, window)?.pop();
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
        ..List::new(tx, posts)?
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
    let post = post::readable(tx, cx.caller()?, post_id)?;
    let thread = sql::thread(tx, post.first_id())?;
    Ok(answer::json(&List::new(tx, thread)?))
}

/// `GET /channels/{channel_id}/pinned`
pub fn pinned(cx: &Context, tx: &Tx) -> Answer {
    let channel_id = cx.id("channel_id")?;
    find_as_member(tx, cx.caller()?, channel_id)?;
    let pinned = sql::pinned(tx, channel_id)?;
    Ok(answer::json(&List::new(tx, pinned)?))
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
    let any = body.bool("is_or_search").unwrap_or(false);
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
        sql::search(tx, &caller.user_id, team_id, &terms, any, page)?
    };
    let found = Found {
        list: List::new(tx, found)?,
        matches: None,
    };
    Ok(answer::json(&found).with("Cache-Control", "no-cache, no-store, must-revalidate"))
}
