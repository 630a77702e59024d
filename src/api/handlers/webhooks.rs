//! HTTP endpoints of incoming webhooks: their life. By which they post: `incoming.rs`.

use serde_json::json;

use crate::api::json::Object;
use crate::api::{Answer, Context, answer, json as of_json};
use crate::audit;
use crate::error::AppError;
use crate::messaging::team;
use crate::messaging::webhook::{self, Fields, Webhook, check_enabled, may_manage, sql};
use crate::permission::WEBHOOK_OTHERS;
use crate::store::Tx;

fn fields(body: &Object) -> Fields {
    let text = |name| body.text(name).unwrap_or_default().to_owned();
    Fields {
        id: text("id"),
        user_id: text("user_id"),
        channel_id: text("channel_id"),
        team_id: text("team_id"),
        display_name: text("display_name"),
        description: text("description"),
        username: text("username"),
        icon_url: text("icon_url"),
        channel_locked: body.bool("channel_locked").unwrap_or(false),
    }
}

/// `POST /hooks/incoming`: the one answer that shows the secret, under the name that Mattermost gives it.
pub fn create(cx: &Context) -> Answer {
    let body = of_json::object(cx.body(), "incoming_webhook")?;
    let caller = cx.caller()?;
    let created = || webhook::create(cx.app, caller, fields(&body));
    let (webhook, secret) = audit::attempt(&cx.app.store, caller, &["attempt"], created)?;
    let shown = answer::created(&webhook.named(secret.reveal()));
    Ok(shown.with("Cache-Control", "no-store"))
}

/// `GET /hooks/incoming`: of a team, or of all; others' only for those who may manage those.
pub fn list(cx: &Context, tx: &Tx) -> Answer {
    let caller = cx.caller()?;
    let team_id = cx.query("team_id");
    let here = match team_id {
        "" => caller.permissions,
        team_id => team::permissions(tx, caller, team_id)?,
    };
    may_manage(caller, here)?;
    let sees_others = WEBHOOK_OTHERS.ask_in(caller, here).is_ok();
    check_enabled(&cx.config)?;
    let filter = sql::Filter {
        team_id,
        user_id: if sees_others { "" } else { &caller.user_id },
    };
    let webhooks = sql::list(tx, filter, cx.page())?;
    let shown: Vec<Webhook> = webhooks
        .into_iter()
        .map(|webhook| webhook.listed(&cx.config))
        .collect();
    Ok(if cx.flag("include_total_count") {
        let total_count = sql::count(tx, filter)?;
        answer::secret(&json!({"incoming_webhooks": shown, "total_count": total_count}))
    } else {
        answer::secret(&shown)
    })
}

/// `GET /hooks/incoming/{hook_id}`
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let asked = cx.id("hook_id")?;
    let (webhook, _) = webhook::find_for(tx, &cx.config, cx.caller()?, asked)?;
    Ok(answer::secret(&webhook.named(asked)))
}

/// `PUT /hooks/incoming/{hook_id}`: a field that is not named is emptied.
pub fn update(cx: &Context) -> Answer {
    let asked = cx.id("hook_id")?;
    let body = of_json::object(cx.body(), "incoming_webhook")?;
    if body.text("id") != Some(asked) {
        return Err(AppError::body_param("hook_id"));
    }
    let caller = cx.caller()?;
    let updated = || webhook::update(cx.app, caller, asked, fields(&body));
    let webhook = audit::attempt(&cx.app.store, caller, &["attempt"], updated)?;
    // Mattermost: 201, although nothing was made.
    Ok(answer::created(&webhook).with("Cache-Control", "no-store"))
}

/// `DELETE /hooks/incoming/{hook_id}`
pub fn delete(cx: &Context) -> Answer {
    let (asked, caller) = (cx.id("hook_id")?, cx.caller()?);
    audit::attempt(&cx.app.store, caller, &["attempt"], || {
        webhook::delete(cx.app, caller, asked)
    })?;
    Ok(answer::ok())
}
