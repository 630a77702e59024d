//! HTTP endpoints of the pictures of accounts.

use crate::api::{Answer, Context, answer, multipart};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::store::Tx;
use crate::user::{self, picture, portrait};

/// A client asks whether it has changed. Mattermost lets it keep a picture for a day, whose address changes with it.
const KEPT: &str = "no-cache, private";

/// `GET /users/{user_id}/image`: the account's own, or the one made from its id.
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("user_id")?;
    let Some(update_at) = portrait::sql::update_at(tx, id)? else {
        return get_default(cx, tx);
    };
    let (kind, bytes) = portrait::sql::read(tx, id)?;
    let picture = || {
        Response::empty(200)
            .with("Content-Type", kind)
            .with("Cache-Control", KEPT)
            .body(bytes)
    };
    Ok(cx.unless_known(&format!("{id}.{update_at}"), picture))
}

/// `GET /users/{user_id}/image/default`: a picture made from the id.
pub fn get_default(cx: &Context, tx: &Tx) -> Answer {
    let id = cx.id("user_id")?;
    user::find(tx, id)?;
    let picture = || Response::new(200, "image/png", picture::png(id)).with("Cache-Control", KEPT);
    Ok(cx.unless_known(id, picture))
}

/// `POST /users/{user_id}/image`
pub fn set(cx: &Context) -> Answer {
    portrait::set(cx.app, cx.caller()?, cx.id("user_id")?, sent(cx))?;
    Ok(answer::ok())
}

/// `DELETE /users/{user_id}/image`
pub fn delete(cx: &Context) -> Answer {
    portrait::delete(cx.app, cx.caller()?, cx.id("user_id")?)?;
    Ok(answer::ok())
}

/// The file that the form has under `image`. Mattermost: what is no form is told as a fault of the server.
fn sent(cx: &Context) -> Result<Vec<u8>, AppError> {
    let malformed = || AppError::new(&error::PICTURE_FORM);
    let [image] = multipart::parts(cx.request, [("image", true)], malformed)?;
    image.ok_or_else(|| AppError::new(&error::PICTURE_MISSING))
}
