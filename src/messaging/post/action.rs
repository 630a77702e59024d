//! Interactive messages: somebody presses a button of an attachment or chooses from its list, the integration behind it is
//! asked, and what it says is done.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::dialog::Trigger;
use super::{Post, attachment, hashtags, located, markdown, sql};
use crate::app::App;
use crate::config::{
    ALLOWED_UNTRUSTED_INTERNAL_CONNECTIONS, Config, OUTGOING_INTEGRATION_REQUESTS_TIMEOUT,
};
use crate::error::{self, AppError};
use crate::event::{Audience, News};
use crate::http::outgoing::{self, AllowedHosts, Answered, Outgoing};
use crate::messaging::channel::{self, Channel, may_read};
use crate::messaging::team;
use crate::permission::{CHANNEL_READ, Caller, Granted};
use crate::store::Tx;
use crate::user;

/// Mattermost: props that an integration cannot change.
const KEPT_PROPS: [&str; 3] = ["from_webhook", "override_icon_url", "override_username"];

/// What an integration answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reply {
    update: Option<Update>,
    ephemeral_text: Option<String>,
    skip_slack_parsing: Option<bool>,
}

/// What the post is to become.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Update {
    message: Option<String>,
    props: Option<Map<String, Value>>,
}

/// What an integration is to be asked.
struct Question {
    url: String,
    body: Value,
}

/// Asks the integration of an action, and does what it says: changes the post, and tells the caller something. Returns the
/// id under which the integration knows this one time.
///
/// # Errors
/// In Mattermost's order: 403, there is no such post, it has no such action, the integration was not reached or its answer
/// is none, the post cannot be changed.
pub fn run(
    app: &App,
    caller: &Caller,
    post_id: &str,
    action_id: &str,
    selected_option: &str,
) -> Result<String, AppError> {
    let trigger = Trigger::new(&caller.user_id, app.clock.now());
    let question = app.store.read(|tx| {
        let (_, post, channel) = found(tx, caller, post_id)?;
        question(
            tx,
            caller,
            (&post, &channel),
            action_id,
            selected_option,
            &trigger.text,
        )
    })?;
    let reply = ask(&app.config.last(), &question)?;
    let (mut caller, post_id, clock) = (caller.clone(), post_id.to_owned(), app.clock.clone());
    app.change(move |tx, news| {
        // The request was sent before the integration was asked.
        caller.at = clock.now();
        let (granted, post, channel) = found(tx, &caller, &post_id)?;
        let (first_id, kept) = (post.first_id().to_owned(), kept(&post.props));
        if let Some(update) = reply.update {
            apply(tx, news, &granted, (post, &channel), update)?;
        }
        if let Some(text) = reply.ephemeral_text.filter(|text| !text.is_empty()) {
            let text = match reply.skip_slack_parsing {
                Some(true) => text,
                _ => markdown::links(&text),
            };
            let mut told = Post::new(&caller.user_id, &channel.id, text, granted.at());
            told.kind = "system_ephemeral".to_owned();
            told.root_id.clone_from(&first_id);
            told.parent_id = first_id;
            told.set_props(Value::Object(kept));
            told.check()?;
            super::create::tell_one(news, &caller.user_id, &told);
        }
        Ok(())
    })?;
    Ok(trigger.client_id)
}

/// Returns the post with the id, and its channel, which the caller may read.
fn found(tx: &Tx, caller: &Caller, id: &str) -> Result<(Granted, Post, Channel), AppError> {
    let Some((post, channel)) = located(tx, id)? else {
        CHANNEL_READ.ask(caller)?;
        return Err(AppError::new(&error::POST_MISSING));
    };
    let here = channel::permissions(tx, caller, &channel)?;
    Ok((may_read(caller, &channel, here)?, post, channel))
}

fn question(
    tx: &Tx,
    caller: &Caller,
    (post, channel): (&Post, &Channel),
    action_id: &str,
    selected_option: &str,
    trigger: &str,
) -> Result<Question, AppError> {
    let action = attachment::find_action(&post.props, action_id);
    let integration = action.and_then(|action| Some((action, action.get("integration")?)));
    let (action, integration) = integration.ok_or(&error::ACTION_MISSING)?;
    let text = |of: &Value, name: &str| {
        of.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let user = user::find(tx, &caller.user_id)?;
    let team_name = match channel.team_id.as_str() {
        "" => String::new(),
        id => team::find(tx, id)?.name,
    };
    let mut context = integration
        .get("context")
        .cloned()
        .unwrap_or_else(|| json!({}));
    let mut data_source = String::new();
    if text(action, "type") == "select" && !selected_option.is_empty() {
        context["selected_option"] = selected_option.into();
        data_source = text(action, "data_source");
    }
    let mut body = json!({
        "user_id": user.id, "user_name": user.username, "channel_id": channel.id, "channel_name": channel.name,
        "team_id": channel.team_id, "team_domain": team_name, "post_id": post.id, "trigger_id": trigger,
        "type": text(action, "type"), "data_source": data_source,
    });
    if context
        .as_object()
        .is_some_and(|members| !members.is_empty())
    {
        body["context"] = context;
    }
    let url = text(integration, "url");
    Ok(Question { url, body })
}

fn ask(config: &Config, question: &Question) -> Result<Reply, AppError> {
    let answer = call(config, &question.url, &question.body)?;
    if answer.is_empty() {
        return Ok(Reply::default());
    }
    serde_json::from_slice(&answer).map_err(|_| failed("its answer is not the JSON of one"))
}

fn failed(why: &str) -> AppError {
    AppError::new(&error::ACTION_INTEGRATION).detail(format!("err={why}"))
}

/// Sends JSON to an integration, and returns what it answers.
///
/// # Errors
/// It was not reached, or did not answer as it must.
pub(super) fn call(config: &Config, url: &str, body: &Value) -> Result<Vec<u8>, AppError> {
    let reply = ask_integration(config, url, &Outgoing::Json(&body.to_string()));
    reply.map(|reply| reply.body).map_err(|why| failed(&why))
}

/// Asks an integration, where settings allow its host, and within the time that they give it.
///
/// # Errors
/// Why there is no answer, in words.
pub fn ask_integration(
    config: &Config,
    url: &str,
    outgoing: &Outgoing,
) -> Result<Answered, String> {
    let allowed = AllowedHosts::parse(config.text(&ALLOWED_UNTRUSTED_INTERNAL_CONNECTIONS));
    let seconds = config.int(&OUTGOING_INTEGRATION_REQUESTS_TIMEOUT);
    let within = Duration::from_secs(u64::try_from(seconds).unwrap_or(1));
    outgoing::ask(url, outgoing, &allowed, within)
}

/// Returns the props that an integration cannot change.
fn kept(props: &Value) -> Map<String, Value> {
    let kept = |name: &str| Some((name.to_owned(), props.get(name)?.clone()));
    KEPT_PROPS.into_iter().filter_map(kept).collect()
}

/// Changes the post. Mattermost: its message becomes what was sent, also when that is nothing.
fn apply(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    (mut post, channel): (Post, &Channel),
    update: Update,
) -> Result<(), AppError> {
    if post.kind.starts_with("system_") {
        return Err(AppError::new(&error::POST_SYSTEM));
    }
    if channel.delete_at > 0 {
        return Err(AppError::new(&error::POST_UPDATE_CHANNEL_DELETED));
    }
    let message = update.message.unwrap_or_default();
    if message != post.message {
        post.hashtags = hashtags(&message);
        post.message = message;
        post.edit_at = granted.at();
    }
    if let Some(mut props) = update.props {
        props.retain(|name, _| !KEPT_PROPS.contains(&name.as_str()));
        props.extend(kept(&post.props));
        post.set_props(Value::Object(props));
    }
    post.update_at = granted.at();
    post.check()?;
    sql::update(tx, &post)?;
    let to = Audience::channel(&post.channel_id);
    news.tell("post_edited", json!({"post": post.as_text()}), to);
    Ok(())
}
