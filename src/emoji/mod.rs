//! Custom emoji: a name and a small picture, for everyone. Owns who may make and delete them, and how many there may be.

pub mod sql;

use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{Config, ENABLE_CUSTOM_EMOJI, MAXIMUM_EMOJI};
use crate::content::{self, kind};
use crate::error::{self, AppError};
use crate::event::Audience;
use crate::id;
use crate::permission::{Caller, EMOJI_CREATE, EMOJI_DELETE, EMOJI_DELETE_OTHERS};
use crate::store::Tx;

/// Mattermost: bytes of a picture at most.
pub const MOST: usize = 512 * 1024;

/// Mattermost: letters of a name at most.
const NAME_LETTERS: usize = 64;

/// Names of the emoji that clients have built in, a line each: those of the Unicode emoji, and Mattermost's own.
const SYSTEM_NAMES: &str = include_str!("system_names.txt");

/// An emoji as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Emoji {
    /// 26 letters.
    pub id: String,
    /// When made.
    pub create_at: Millis,
    update_at: Millis,
    delete_at: Millis,
    /// Who made it.
    pub creator_id: String,
    /// What is written between colons.
    pub name: String,
}

impl Emoji {
    /// Returns an emoji that was never changed.
    fn new(id: String, create_at: Millis, creator_id: String, name: String) -> Emoji {
        Emoji {
            id,
            create_at,
            update_at: create_at,
            delete_at: 0,
            creator_id,
            name,
        }
    }
}

/// Checks that there are custom emoji.
///
/// # Errors
/// 501 where they are switched off.
pub fn check_enabled(config: &Config) -> Result<(), AppError> {
    match config.is_on(&ENABLE_CUSTOM_EMOJI) {
        true => Ok(()),
        false => Err(AppError::new(&error::EMOJI_DISABLED)),
    }
}

/// Returns the emoji with the id.
///
/// # Errors
/// There is none.
pub fn find(tx: &Tx, id: &str) -> Result<Emoji, AppError> {
    Ok(sql::by_id(tx, id)?.ok_or(&error::EMOJI_MISSING)?)
}

/// Makes an emoji.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the name, it is another's, the name is taken, there is no picture, it is too
/// large or none that is known; there are too many.
pub fn create(
    app: &App,
    caller: &Caller,
    (name, creator_id): (&str, &str),
    image: Option<Vec<u8>>,
) -> Result<Emoji, AppError> {
    let (caller, name, creator_id) = (caller.clone(), name.to_owned(), creator_id.to_owned());
    let (most, most_bytes) = (app.config.last().int(&MAXIMUM_EMOJI), content::most(app));
    app.change(move |tx, news| {
        let granted = EMOJI_CREATE.ask(&caller)?;
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        if !(1..=NAME_LETTERS).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(AppError::new(&error::EMOJI_NAME));
        }
        if SYSTEM_NAMES.lines().any(|known| known == name) {
            return Err(AppError::new(&error::EMOJI_SYSTEM_NAME));
        }
        if creator_id != caller.user_id {
            return Err(AppError::new(&error::EMOJI_OTHERS));
        }
        if sql::by_name(tx, &name)?.is_some() {
            return Err(AppError::new(&error::EMOJI_DUPLICATE));
        }
        let image = image.ok_or_else(|| AppError::body_param("createEmoji"))?;
        if image.len() > MOST {
            return Err(AppError::new(&error::EMOJI_LARGE));
        }
        let kind = kind::of_picture(&image).ok_or(&error::EMOJI_IMAGE)?;
        if most > 0 && sql::count(tx)? >= most {
            return Err(AppError::named(&error::EMOJI_LIMIT, &most.to_string()));
        }
        let emoji = Emoji::new(id::new(), granted.at(), creator_id, name);
        sql::insert(tx, &emoji, kind, &image)?;
        content::check_total(tx, most_bytes)?;
        let text = serde_json::to_string(&emoji).unwrap_or_default();
        news.tell("emoji_added", json!({"emoji": text}), Audience::default());
        audit::record(tx, &granted, &format!("name={}", emoji.name))?;
        Ok(emoji)
    })
}

/// Deletes an emoji for good; its name is free again.
///
/// # Errors
/// There is none; the rules' refusals.
pub fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), AppError> {
    let (caller, id) = (caller.clone(), id.to_owned());
    app.change(move |tx, _| {
        let emoji = find(tx, &id)?;
        let mut granted = EMOJI_DELETE.ask(&caller)?;
        if emoji.creator_id != caller.user_id {
            granted = EMOJI_DELETE_OTHERS.ask(&caller)?;
        }
        sql::delete(tx, &id)?;
        audit::record(tx, &granted, &format!("name={}", emoji.name))
    })
}
