//! HTTP endpoints of custom emoji.

use serde_json::Value;

use crate::api::{Answer, Context, answer, json, multipart};
use crate::emoji::{self, Emoji, check_enabled, sql};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::store::Tx;

/// Mattermost: clients keep a picture for a month; an emoji does not change.
const KEPT: &str = "max-age=2592000, private";

/// Emoji that a search finds at most.
const FOUND: i64 = 200;

/// Emoji that are offered for what was typed, at most.
const COMPLETED: i64 = 100;

/// Names that are asked for at once, at most.
const NAMES: usize = 200;

/// `POST /emoji`: a form with the emoji as JSON and its `image`. Mattermost: the answer is 200.
pub fn create(cx: &Context) -> Answer {
    check_enabled(&cx.config)?;
    if cx.body().len() > emoji::MOST {
        return Err(AppError::new(&error::EMOJI_LARGE));
    }
    let malformed = || AppError::new(&error::EMOJI_FORM);
    let wanted = [("emoji", false), ("image", true)];
    let [sent, image] = multipart::parts(cx.request, wanted, malformed)?;
    let refused = || AppError::body_param("emoji");
    let sent = json::object(&sent.ok_or_else(refused)?, "emoji")?;
    let text = |name| sent.text(name).unwrap_or_default();
    let new = (text("name"), text("creator_id"));
    let made = emoji::create(cx.app, cx.caller()?, new, image)?;
    Ok(answer::json(&made))
}

/// `GET /emoji`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    check_enabled(&cx.config)?;
    let by_name = match cx.query("sort") {
        "" => false,
        "name" => true,
        _ => return Err(AppError::url_param("sort")),
    };
    Ok(answer::json(&sql::list(tx, by_name, cx.page())?))
}

/// `GET /emoji/{emoji_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("emoji_id")?;
    check_enabled(&cx.config)?;
    Ok(answer::json(&emoji::find(tx, id)?))
}

/// `GET /emoji/name/{emoji_name}`
pub fn get_by_name(cx: &Context, tx: &Tx) -> Answer {
    let found = sql::by_name(tx, cx.param("emoji_name"))?;
    Ok(answer::json(&found.ok_or(&error::EMOJI_NAME_UNKNOWN)?))
}

/// `GET /emoji/{emoji_id}/image`
pub fn image(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("emoji_id")?;
    check_enabled(&cx.config)?;
    let (kind, bytes) = sql::image(tx, id)?.ok_or(&error::EMOJI_MISSING)?;
    let picture = Response::empty(200)
        .with("Content-Type", kind)
        .with("Cache-Control", KEPT);
    Ok(picture.body(bytes))
}

/// `DELETE /emoji/{emoji_id}`
pub fn delete(cx: &Context) -> Answer {
    emoji::delete(cx.app, cx.caller()?, cx.id("emoji_id")?)?;
    Ok(answer::ok())
}

/// `POST /emoji/search`
pub fn search(cx: &Context, tx: &Tx) -> Answer {
    let body = json::object(cx.body(), "term")?;
    let term = body.required("term")?;
    let prefix_only = body.get("prefix_only").and_then(Value::as_bool);
    let found = match prefix_only.unwrap_or(false) {
        true => sql::beginning(tx, term, FOUND)?,
        false => sql::containing(tx, term, FOUND)?,
    };
    Ok(answer::json(&found))
}

/// `GET /emoji/autocomplete`
pub fn complete(cx: &Context, tx: &Tx) -> Answer {
    let name = cx.query("name");
    if name.is_empty() {
        return Err(AppError::url_param("name"));
    }
    Ok(answer::json(&sql::beginning(tx, name, COMPLETED)?))
}

/// `POST /emoji/names`: unknown ones are left out.
pub fn get_by_names(cx: &Context, tx: &Tx) -> Answer {
    check_enabled(&cx.config)?;
    let names = json::texts(cx.body(), "names")?;
    if names.is_empty() || names.len() > NAMES {
        return Err(AppError::body_param("names"));
    }
    let found = names.iter().map(|name| sql::by_name(tx, name));
    let found = found.collect::<Result<Vec<Option<Emoji>>, _>>()?;
    Ok(answer::json(
        &found.into_iter().flatten().collect::<Vec<_>>(),
    ))
}
