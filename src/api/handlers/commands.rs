//! HTTP endpoints of slash commands.

use serde_json::json;

use crate::api::json::Object;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::audit;
use crate::error::AppError;
use crate::messaging::command::{self, Given, SlashCommand};
use crate::store::Tx;

fn sent(body: &Object) -> SlashCommand {
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    SlashCommand {
        id: text("id"),
        token: text("token"),
        creator_id: text("creator_id"),
        team_id: text("team_id"),
        trigger: text("trigger"),
        method: text("method"),
        username: text("username"),
        icon_url: text("icon_url"),
        auto_complete: body.bool("auto_complete").unwrap_or(false),
        auto_complete_desc: text("auto_complete_desc"),
        auto_complete_hint: text("auto_complete_hint"),
        display_name: text("display_name"),
        description: text("description"),
        url: text("url"),
        ..SlashCommand::default()
    }
}

/// `POST /commands`
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "command")?;
    let caller = cx.caller()?;
    let created = || command::create(cx.app, caller, sent(&body));
    let created = audit::attempt(&cx.app.store, caller, &["attempt"], created)?;
    Ok(answer::created(&created).with("Cache-Control", "no-store"))
}

/// `GET /commands?team_id=...`; with `custom_only=true` those that the caller manages, with their tokens.
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let team_id = cx.query("team_id");
    if team_id.is_empty() {
        return Err(AppError::body_param("team_id"));
    }
    let only_managed = cx.flag("custom_only");
    let commands = command::list(tx, &cx.config, cx.caller()?, team_id, only_managed)?;
    Ok(answer::secret(&commands))
}

/// `GET /teams/{team_id}/commands/autocomplete`
pub fn complete(cx: &Context, tx: &Tx) -> Answer {
    let commands = command::complete(tx, &cx.config, cx.caller()?, cx.id("team_id")?)?;
    Ok(answer::json(&commands))
}

/// `GET /commands/{command_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let found = command::find(tx, &cx.config, cx.caller()?, cx.id("command_id")?)?;
    Ok(answer::secret(&found))
}

/// `PUT /commands/{command_id}`: a field that is not named is emptied.
pub fn update(cx: &Context) -> Answer {
    let id = cx.id("command_id")?;
    let body = of_json::object(cx.body(), "command")?;
    if body.text("id") != Some(id) {
        return Err(AppError::body_param("command"));
    }
    let caller = cx.caller()?;
    let updated = || command::update(cx.app, caller, sent(&body));
    let updated = audit::attempt(&cx.app.store, caller, &["attempt"], updated)?;
    Ok(answer::secret(&updated))
}

/// `PUT /commands/{command_id}/regen_token`
pub fn regenerate_token(cx: &Context) -> Answer {
    let (id, caller) = (cx.id("command_id")?, cx.caller()?);
    let token = audit::attempt(&cx.app.store, caller, &["attempt"], || {
        command::regenerate_token(cx.app, caller, id)
    })?;
    Ok(answer::secret(&json!({"token": token})))
}

/// `DELETE /commands/{command_id}`
pub fn delete(cx: &Context) -> Answer {
    let (id, caller) = (cx.id("command_id")?, cx.caller()?);
    audit::attempt(&cx.app.store, caller, &["attempt"], || {
        command::delete(cx.app, caller, id)
    })?;
    Ok(answer::ok())
}

/// `POST /commands/execute`
pub fn execute(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "command_args")?;
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    let given = Given {
        command: text("command"),
        channel_id: text("channel_id"),
        root_id: text("root_id"),
        team_id: text("team_id"),
    };
    Ok(answer::json(&command::run(cx.app, cx.caller()?, &given)?))
}
