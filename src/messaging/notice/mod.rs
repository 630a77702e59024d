//! What the system bot tells people in direct messages: that a token of theirs ends, was deleted, or was found by somebody.
//! Owns the system bot.

mod expiry;
mod report;
pub mod sql;

pub use self::expiry::{delete_ended, tell_of_ends};
pub use self::report::report;

use crate::error::AppError;
use crate::event::News;
use crate::messaging::administration::channel::direct;
use crate::messaging::post::{self, OfIntegration};
use crate::permission::Granted;
use crate::store::Tx;
use crate::token::Token;
use crate::user::{self, NewUser, User};

/// Mattermost: the username of the system bot, and the name that people read.
const USERNAME: &str = "system-bot";
const DISPLAY_NAME: &str = "System";

/// Returns the system bot, which is made when there is none; the first system admin owns it. `None` when there is no admin,
/// or a person has its name.
fn system_bot(tx: &Tx, news: &mut News, granted: &Granted) -> Result<Option<User>, AppError> {
    if let Some(user) = user::sql::by_username(tx, USERNAME)? {
        return Ok(Some(user).filter(User::is_bot));
    }
    let Some(owner_id) = sql::admin_ids(tx, 1)?.pop() else {
        return Ok(None);
    };
    let new = NewUser {
        username: USERNAME.to_owned(),
        email: format!("{USERNAME}@localhost"),
        first_name: DISPLAY_NAME.to_owned(),
        bot_owner_id: Some(owner_id),
        ..NewUser::default()
    };
    let bot = user::made(granted.caller(), new)?;
    user::add(tx, news, granted, &bot)?;
    Ok(Some(bot))
}

/// Tells an account something in a direct message of the system bot; false when it cannot be told: it is deactivated, or there
/// is no system bot.
fn tell(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    user_id: &str,
    message: String,
) -> Result<bool, AppError> {
    let user = user::sql::by_id(tx, user_id)?.filter(|user| user.delete_at == 0 && !user.is_bot());
    let (Some(user), Some(bot)) = (user, system_bot(tx, news, granted)?) else {
        return Ok(false);
    };
    let channel = direct(tx, news, granted, [&bot.id, &user.id])?;
    let post = OfIntegration {
        message,
        ..OfIntegration::default()
    };
    post::by_integration(tx, news, (granted, &channel, &bot, granted.at()), post)?;
    Ok(true)
}

/// Returns whom to tell of a token, and how it is called for them: its owner, or, for a bot's, the owner of the bot. `None`
/// when its owner is gone.
fn reader_of(tx: &Tx, token: &Token) -> Result<Option<(String, String)>, AppError> {
    let Some(owner) = user::sql::by_id(tx, &token.user_id)? else {
        return Ok(None);
    };
    // In a code span nothing of it is a mention or a link.
    let description: String = token
        .description
        .chars()
        .map(|letter| match letter {
            '`' => '\'',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect();
    let name = match description.trim() {
        "" => format!("`{}`", token.id),
        _ => format!("`{description}` (`{}`)", token.id),
    };
    Ok(Some(match owner.bot_owner_id {
        None => (owner.id, format!("Your personal access token {name}")),
        Some(of_bot) => (
            of_bot,
            format!("The token {name} of your bot `{}`", owner.username),
        ),
    }))
}
