//! HTTP endpoints of bots.

use super::user_edits::patch_of;
use crate::api::{Answer, Context, answer, json};
use crate::bot::{Bot, NewBot};
use crate::error::{self, AppError};
use crate::permission::{BOT_READ, Permission};
use crate::store::Tx;
use crate::user::sql::Bots;
use crate::user::{self, Patch, Seen};

/// `POST /bots`
pub fn create(cx: &Context) -> Answer {
    let body = json::object(cx.body(), "bot")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let new = NewBot {
        id: String::new(),
        username: text("username"),
        display_name: text("display_name"),
        description: text("description"),
    };
    let bot = crate::bot::create(cx.app, &cx.config, cx.caller()?, new)?;
    Ok(answer::created(&Bot::of(&bot)))
}

/// `GET /bots/{bot_user_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let bot_id = cx.id("bot_user_id")?;
    let bot = crate::bot::find(tx, bot_id)?;
    let owner_id = bot.bot_owner_id.as_deref().unwrap_or_default();
    BOT_READ.ask_about_bot(cx.caller()?, owner_id)?;
    if bot.delete_at > 0 && !cx.flag("include_deleted") {
        return Err(AppError::new(&error::BOT_MISSING));
    }
    Ok(answer::json(&Bot::of(&bot)))
}

/// `GET /bots`
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let caller = cx.caller()?;
    let owner_id = match (
        caller.has(Permission::ReadOthersBots),
        caller.has(Permission::ReadBots),
    ) {
        (true, _) => "",
        (false, true) => &caller.user_id,
        (false, false) => return Err(AppError::new(&error::PERMISSIONS)),
    };
    let which = Bots {
        owner_id,
        disabled: cx.flag("include_deleted"),
        orphaned: cx.flag("only_orphaned"),
    };
    let bots = user::sql::bots(tx, which, cx.page())?;
    Ok(answer::json(&bots.iter().map(Bot::of).collect::<Vec<_>>()))
}

/// `PUT /bots/{bot_user_id}`
pub fn update(cx: &Context) -> Answer {
    let bot_id = cx.id("bot_user_id")?;
    let body = json::object(cx.body(), "bot")?;
    let text = |name| body.text(name).map(str::to_owned);
    let patch = Patch {
        username: text("username"),
        first_name: text("display_name"),
        bot_description: text("description"),
        ..Patch::default()
    };
    Ok(answer::json(&Bot::of(&crate::bot::update(
        cx.app,
        cx.caller()?,
        bot_id,
        patch,
    )?)))
}

/// `POST /bots/{bot_user_id}/disable`
pub fn disable(cx: &Context) -> Answer {
    update_active(cx, false)
}

/// `POST /bots/{bot_user_id}/enable`
pub fn enable(cx: &Context) -> Answer {
    update_active(cx, true)
}

fn update_active(cx: &Context, active: bool) -> Answer {
    let bot_id = cx.id("bot_user_id")?;
    Ok(answer::json(&Bot::of(&crate::bot::update_active(
        cx.app,
        cx.caller()?,
        bot_id,
        active,
    )?)))
}

/// `POST /bots/{bot_user_id}/assign/{user_id}`
pub fn assign(cx: &Context) -> Answer {
    // Mattermost: in this order.
    let (owner_id, bot_id) = (cx.id("user_id")?, cx.id("bot_user_id")?);
    Ok(answer::json(&Bot::of(&crate::bot::assign(
        cx.app,
        cx.caller()?,
        bot_id,
        owner_id,
    )?)))
}

/// `POST /users/{user_id}/convert_to_bot`
pub fn convert(cx: &Context) -> Answer {
    let user_id = cx.id("user_id")?;
    let bot = crate::bot::convert(cx.app, cx.caller()?, user_id)?;
    Ok(answer::json(&Bot::of(&bot)))
}

/// `POST /bots/{bot_user_id}/convert_to_user`
pub fn convert_to_user(cx: &Context) -> Answer {
    let bot_id = cx.id("bot_user_id")?;
    let body = json::object(cx.body(), "userPatch")?;
    let password = body.required("password")?.to_owned();
    let new = (patch_of(&body)?, password, cx.flag("set_system_admin"));
    let user = crate::bot::convert_to_user(cx.app, &cx.config, cx.caller()?, bot_id, new)?;
    Ok(answer::json(&Seen::ByAdmin.view(&user)))
}
