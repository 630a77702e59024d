//! A slash command is given: its integration is asked, and what it answers is posted.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{SlashCommand, check_enabled, sql};
use crate::app::App;
use crate::config::{Config, ENABLE_POST_ICON_OVERRIDE, ENABLE_POST_USERNAME_OVERRIDE};
use crate::error::{self, AppError};
use crate::event::News;
use crate::http::outgoing::{Answered, Outgoing};
use crate::id;
use crate::messaging::channel::{self, Channel};
use crate::messaging::incoming::slack;
use crate::messaging::post::action::ask_integration;
use crate::messaging::post::dialog::Trigger;
use crate::messaging::post::{self, OfIntegration, attachment};
use crate::messaging::team;
use crate::permission::{Caller, Granted, POST_CREATE};
use crate::store::Tx;
use crate::user::{self, User};

/// Further answers of an integration to one command at most.
const EXTRA_RESPONSES: usize = 50;

/// Mattermost: bytes of a trigger that a refusal repeats.
const SHOWN_TRIGGER: usize = 512;

/// A command as a client gives it.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The whole text, with its `/`.
    pub command: String,
    /// Where.
    pub channel_id: String,
    /// The thread; empty: none.
    pub root_id: String,
    /// The team, for a channel that is of none.
    pub team_id: String,
}

/// The answer of an integration, as the client is told it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CommandResponse {
    response_type: String,
    text: String,
    username: String,
    channel_id: String,
    icon_url: String,
    #[serde(rename = "type")]
    kind: String,
    props: Option<Map<String, Value>>,
    goto_location: String,
    trigger_id: String,
    skip_slack_parsing: bool,
    attachments: Option<Vec<Value>>,
    extra_responses: Option<Vec<CommandResponse>>,
}

/// Gives a command, posts what its integration answers, and returns that answer.
///
/// # Errors
/// In Mattermost's order: it is no command, the caller may not post in the channel, the channel is archived, commands are
/// disabled, the team has none of that name, the integration was not reached or its answer is none, what it answers cannot be
/// posted.
pub fn run(app: &App, caller: &Caller, given: &Given) -> Result<CommandResponse, AppError> {
    if given.command.len() <= 1
        || !given.command.starts_with('/')
        || !id::is_valid(&given.channel_id)
    {
        return Err(AppError::new(&error::COMMAND_START));
    }
    let config = app.config.last();
    let trigger = Trigger::new(&caller.user_id, app.clock.now());
    let (word, text) = given
        .command
        .split_once(char::is_whitespace)
        .unwrap_or((&given.command, ""));
    let word = word[1..].to_lowercase();
    let (command, fields) = app.store.read(|tx| {
        let (_, channel) = may_give(tx, caller, &given.channel_id)?;
        let team_id = match channel.team_id.as_str() {
            "" => &given.team_id,
            of_channel => of_channel,
        };
        check_enabled(&config)?;
        let team = team::find(tx, team_id)?;
        let mut shown: String = word.chars().take(SHOWN_TRIGGER).collect();
        if shown.len() < word.len() {
            shown.push_str("...");
        }
        let command = sql::by_trigger(tx, &team.id, &word)?
            .ok_or_else(|| AppError::named(&error::COMMAND_UNKNOWN, &shown))?;
        let user = user::find(tx, &caller.user_id)?;
        let slashed = format!("/{word}");
        // Sorted, as Mattermost sends them.
        let fields = encoded(&[
            ("channel_id", &channel.id),
            ("channel_name", &channel.name),
            ("command", &slashed),
            ("root_id", &given.root_id),
            ("team_domain", &team.name),
            ("team_id", &team.id),
            ("text", text),
            ("token", &command.token),
            ("trigger_id", &trigger.text),
            ("user_id", &user.id),
            ("user_name", &user.username),
        ]);
        Ok::<_, AppError>((command, fields))
    })?;
    let mut answered = answer_of(&config, &command, &fields)?;
    answered.trigger_id.clone_from(&trigger.client_id);
    let (mut caller, given, clock) = (caller.clone(), given.clone(), app.clock.clone());
    app.change(move |tx, news| {
        // The request was sent before the integration was asked.
        caller.at = clock.now();
        let (granted, channel) = may_give(tx, &caller, &given.channel_id)?;
        let here = Place {
            channel: &channel,
            root_id: &given.root_id,
            author: user::find(tx, &caller.user_id)?,
        };
        publish(
            tx,
            news,
            &config,
            (&granted, &here),
            &command,
            &mut answered,
        )?;
        for extra in answered.extra_responses.iter_mut().flatten() {
            publish(tx, news, &config, (&granted, &here), &command, extra)?;
        }
        Ok(answered.for_clients())
    })
}

impl CommandResponse {
    /// Returns the answer without the integrations of its attachments, which only the server may know.
    fn for_clients(mut self) -> CommandResponse {
        if let Some(attachments) = self.attachments.take() {
            let mut holder = json!({"attachments": attachments});
            attachment::remove_integrations(&mut holder);
            self.attachments = holder["attachments"].as_array().cloned();
        }
        let extra = self.extra_responses.take();
        self.extra_responses =
            extra.map(|all| all.into_iter().map(CommandResponse::for_clients).collect());
        self
    }
}

/// Returns the channel where the caller may post.
fn may_give(tx: &Tx, caller: &Caller, channel_id: &str) -> Result<(Granted, Channel), AppError> {
    // Mattermost: a channel that does not exist is one where nobody may post.
    let channel = channel::sql::by_id(tx, channel_id)?.ok_or(POST_CREATE.refused)?;
    let granted = channel::ask(tx, &POST_CREATE, caller, &channel)?;
    if channel.delete_at > 0 {
        return Err(AppError::new(&error::COMMAND_CHANNEL_DELETED));
    }
    Ok((granted, channel))
}

/// Returns fields as a form is sent.
fn encoded(fields: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, text) in fields {
        let and = if out.is_empty() { "" } else { "&" };
        let _ = write!(out, "{and}{name}=");
        for byte in text.bytes() {
            let _ = match byte {
                b' ' => write!(out, "+"),
                b'-' | b'_' | b'.' | b'~' => write!(out, "{}", char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => write!(out, "{}", char::from(byte)),
                _ => write!(out, "%{byte:02X}"),
            };
        }
    }
    out
}

fn answer_of(
    config: &Config,
    command: &SlashCommand,
    fields: &str,
) -> Result<CommandResponse, AppError> {
    let token = command.token.as_str();
    let answered = if command.method == "G" {
        let and = if command.url.contains('?') { "&" } else { "?" };
        let url = format!("{}{and}{fields}", command.url);
        ask_integration(config, &url, &Outgoing::Get { token })
    } else {
        ask_integration(config, &command.url, &Outgoing::Form { fields, token })
    };
    let failed = |why: &str| {
        AppError::named(&error::COMMAND_FAILED, &command.trigger).detail(format!("err={why}"))
    };
    let answered = answered.map_err(|why| failed(&why))?;
    let response = read(&answered).ok_or_else(|| failed("its answer is not the JSON of one"))?;
    let extra = response.extra_responses.as_ref().map_or(0, Vec::len);
    if extra > EXTRA_RESPONSES {
        return Err(failed("it has too many extra_responses"));
    }
    Ok(response)
}

/// Reads an answer; `None` where it says to be JSON and is not that of one. Mattermost: anything else is a text.
fn read(answered: &Answered) -> Option<CommandResponse> {
    if !answered.is_json {
        return Some(CommandResponse {
            text: String::from_utf8_lossy(&answered.body).into_owned(),
            ..CommandResponse::default()
        });
    }
    let mut value: Value = serde_json::from_slice(&answered.body).ok()?;
    if !value.is_object() {
        return None;
    }
    // A member that is null is as one that is not there.
    drop_nulls(&mut value);
    serde_json::from_value(value).ok()
}

fn drop_nulls(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    for extra in value
        .get_mut("extra_responses")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        drop_nulls(extra);
    }
}

/// Where a command was given, and by whom.
struct Place<'p> {
    channel: &'p Channel,
    root_id: &'p str,
    author: User,
}

/// Posts one answer: in the channel, or for the caller alone.
fn publish(
    tx: &Tx,
    news: &mut News,
    config: &Config,
    (granted, here): (&Granted, &Place),
    command: &SlashCommand,
    response: &mut CommandResponse,
) -> Result<(), AppError> {
    let author = &here.author;
    let elsewhere = match response.channel_id.as_str() {
        "" => None,
        id => {
            let member = channel::sql::member(tx, id, &author.id)?;
            member.ok_or(&error::COMMAND_FORBIDDEN)?;
            Some(channel::find(tx, id)?)
        }
    };
    let channel = elsewhere.as_ref().unwrap_or(here.channel);
    let mut props = response.props.clone().unwrap_or_default();
    let mut own = |name: &str, value: &str| props.insert(name.to_owned(), value.into());
    let first = |own: &str, answered: &str| match own {
        "" => Some(answered.to_owned()).filter(|text| !text.is_empty()),
        own => Some(own.to_owned()),
    };
    if config.is_on(&ENABLE_POST_USERNAME_OVERRIDE)
        && let Some(name) = first(&command.username, &response.username)
    {
        own("override_username", &name);
    }
    if config.is_on(&ENABLE_POST_ICON_OVERRIDE)
        && let Some(url) = first(&command.icon_url, &response.icon_url)
    {
        own("override_icon_url", &url);
    }
    own("from_webhook", "true");
    if let Some(attachments) = &mut response.attachments {
        let complete = attachments.iter().map(attachment::complete);
        let complete: Option<Vec<Value>> = complete.collect();
        *attachments = complete.ok_or(&error::COMMAND_POST_FAILED)?;
    }
    if !response.skip_slack_parsing {
        response.text = slack::text(tx, &response.text)?;
        for attachment in response.attachments.iter_mut().flatten() {
            slack::attachment(tx, attachment)?;
        }
    }
    if let Some(attachments) = response.attachments.as_ref().filter(|all| !all.is_empty()) {
        props.insert("attachments".to_owned(), attachments.clone().into());
    }
    let has_attachments = props.contains_key("attachments");
    let new = OfIntegration {
        kind: match (has_attachments, response.kind.as_str()) {
            (true, "") => "slack_attachment".to_owned(),
            (_, kind) => kind.to_owned(),
        },
        message: response.text.clone(),
        root_id: match elsewhere.is_some() {
            true => String::new(),
            false => here.root_id.to_owned(),
        },
        props,
    };
    let of = (granted, channel, author, granted.at());
    let failed = |_| AppError::new(&error::COMMAND_POST_FAILED);
    if response.response_type == "in_channel" {
        post::by_integration(tx, news, of, new).map_err(failed)?;
    } else if !response.text.is_empty() || response.attachments.is_some() {
        post::by_integration_for_one(news, of, new).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded_as_a_form() {
        let fields = [("text", "a b&c=\u{e4}~"), ("b", "")];
        assert_eq!(encoded(&fields), "text=a+b%26c%3D%C3%A4~&b=");
    }

    #[test]
    fn an_answer_is_json_only_where_it_says_so() {
        let of = |is_json, body: &str| {
            let body = body.as_bytes().to_vec();
            read(&Answered { is_json, body })
        };
        assert_eq!(
            of(false, r#"{"text":"t"}"#).unwrap().text,
            r#"{"text":"t"}"#
        );
        let nulls =
            r#"{"text":"t","props":null,"username":null,"extra_responses":[{"text":null}]}"#;
        assert_eq!(of(true, nulls).unwrap().text, "t");
        assert!(of(true, "[]").is_none() && of(true, "").is_none());
        assert!(of(true, r#"{"text":1}"#).is_none());
    }
}
