//! What is posted by incoming webhooks: where it goes, in whose name, and how Slack's forms become Mattermost's.

pub mod slack;
mod split;

use serde_json::{Map, Value};

use crate::app::App;
use crate::config::{
    Config, ENABLE_INCOMING_WEBHOOKS, ENABLE_POST_ICON_OVERRIDE, ENABLE_POST_USERNAME_OVERRIDE,
};
use crate::error::{self, AppError};
use crate::event::News;
use crate::id;
use crate::messaging::administration::channel::direct;
use crate::messaging::channel::{self, Channel, may_read};
use crate::messaging::post;
use crate::messaging::webhook::{self, Webhook};
use crate::permission::{Caller, Granted, WEBHOOK_USE};
use crate::secret::SecretHash;
use crate::store::Tx;
use crate::user::{self, User};

/// Mattermost: the name that posts of webhooks are shown under when nobody says another.
const DEFAULT_USERNAME: &str = "webhook";

/// Mattermost: props that are not taken from a request.
const OWN_PROPS: [&str; 4] = [
    "attachments",
    "from_webhook",
    "override_icon_url",
    "override_username",
];

/// What is sent to a webhook.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    /// What it says.
    pub text: String,
    /// The name the post is shown under; empty: the webhook's.
    pub username: String,
    /// The address of its picture; empty: the webhook's.
    pub icon_url: String,
    /// The name of an emoji in place of a picture.
    pub icon_emoji: String,
    /// Where it goes: the name of a channel, with or without `#`, or its id, or `@` and a username; empty: where the
    /// webhook posts.
    pub channel: String,
    /// Further props.
    pub props: Map<String, Value>,
    /// Complete attachments; `None` when there is no list of them.
    pub attachments: Option<Vec<Value>>,
    /// Empty, or a type of the client's own.
    pub kind: String,
}

/// Posts in the name of the owner of the webhook with the secret; whoever sends the request, and by which credential, does
/// not matter.
///
/// # Errors
/// In Mattermost's order: webhooks are disabled, there is no text, there is no such webhook, nobody has the username, there
/// is no such channel, the webhook is locked to another one, its owner is gone or deactivated, the owner may not read the
/// channel, the post itself.
pub fn deliver(app: &App, sender: &Caller, secret: &str, payload: Payload) -> Result<(), AppError> {
    let config = app.config.last();
    if !config.is_on(&ENABLE_INCOMING_WEBHOOKS) {
        return Err(AppError::new(&error::WEBHOOK_POSTS_DISABLED));
    }
    if payload.text.is_empty() && payload.attachments.is_none() {
        return Err(AppError::new(&error::WEBHOOK_TEXT));
    }
    let (address, at) = (sender.address.clone(), sender.at);
    let (secret_hash, clock) = (SecretHash::of(secret), app.clock.clone());
    app.change(move |tx, news| {
        let webhook = webhook::sql::by_secret(tx, &secret_hash)?.ok_or(&error::WEBHOOK_UNKNOWN)?;
        let action = format!("/hooks/{}", webhook.id);
        let caller = Caller::stranger(address, action, at).in_the_name_of(&webhook.user_id);
        let granted = WEBHOOK_USE.ask(&caller)?;
        let channel = channel_of(tx, news, &granted, &webhook, &payload.channel)?;
        if webhook.channel_locked && channel.id != webhook.channel_id {
            return Err(AppError::new(&error::WEBHOOK_CHANNEL_LOCKED));
        }
        let owner = user::sql::by_id(tx, &webhook.user_id)?.filter(|user| user.delete_at == 0);
        let owner = owner.ok_or(&error::WEBHOOK_OWNER)?;
        check_private(tx, &owner, &channel)?;
        for new in posts(tx, &config, &webhook, payload)? {
            let made = (&granted, &channel, &owner, clock.now());
            post::by_integration(tx, news, made, new)?;
        }
        Ok(())
    })
}

/// Returns where the payload goes. Mattermost: a direct channel is made when there is none.
fn channel_of(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    webhook: &Webhook,
    name: &str,
) -> Result<Channel, AppError> {
    if name.is_empty() {
        return channel::find(tx, &webhook.channel_id);
    }
    if let Some(username) = name.strip_prefix('@') {
        let user = user::sql::by_username(tx, &username.to_lowercase())?;
        let user = user.ok_or(&error::WEBHOOK_USER)?;
        return direct(tx, news, granted, [&webhook.user_id, &user.id]);
    }
    let bare = name.strip_prefix('#').unwrap_or(name);
    let mut channel = channel::sql::by_name(tx, &webhook.team_id, bare)?;
    if channel.is_none() && id::is_valid(name) {
        let of_team =
            |channel: &Channel| channel.is_direct_or_group() || channel.team_id == webhook.team_id;
        channel = channel::sql::by_id(tx, name)?.filter(of_team);
    }
    let channel = channel.filter(|channel| channel.delete_at == 0);
    Ok(channel.ok_or(&error::WEBHOOK_CHANNEL)?)
}

/// Fails where the channel is not public and the owner may not read it.
fn check_private(tx: &Tx, owner: &User, channel: &Channel) -> Result<(), AppError> {
    if channel.is_public() {
        return Ok(());
    }
    let mut caller = Caller::stranger(String::new(), String::new(), 0).in_the_name_of(&owner.id);
    caller.permissions = crate::permission::sql::permissions(tx, &owner.roles)?;
    let here = channel::permissions(tx, &caller, channel)?;
    let refused = |_| AppError::new(&error::WEBHOOK_PERMISSIONS);
    may_read(&caller, channel, here).map(drop).map_err(refused)
}

/// Returns what is posted: one post, or several where one cannot hold it.
fn posts(
    tx: &Tx,
    config: &Config,
    webhook: &Webhook,
    payload: Payload,
) -> Result<Vec<post::OfIntegration>, AppError> {
    let message = slack::text(tx, &payload.text)?;
    let mut attachments = payload.attachments.unwrap_or_default();
    for attachment in &mut attachments {
        slack::attachment(tx, attachment)?;
    }
    let kind = match attachments.is_empty() {
        true => payload.kind,
        false => "slack_attachment".to_owned(),
    };
    let mut props = payload.props;
    props.retain(|name, _| !OWN_PROPS.contains(&name.as_str()));
    let mut own = |name: &str, value: &str| props.insert(name.to_owned(), value.into());
    own("webhook_display_name", &webhook.display_name);
    own("from_webhook", "true");
    let first = |texts: [&str; 2]| {
        texts
            .into_iter()
            .find(|text| !text.is_empty())
            .map(str::to_owned)
    };
    if config.is_on(&ENABLE_POST_USERNAME_OVERRIDE) {
        let name = first([&payload.username, &webhook.username]);
        own(
            "override_username",
            name.as_deref().unwrap_or(DEFAULT_USERNAME),
        );
    }
    if config.is_on(&ENABLE_POST_ICON_OVERRIDE) {
        if let Some(url) = first([&payload.icon_url, &webhook.icon_url]) {
            own("override_icon_url", &url);
        }
        if !payload.icon_emoji.is_empty() {
            own("override_icon_emoji", &payload.icon_emoji);
        }
    }
    split::split(&kind, message, &props, attachments)
}
