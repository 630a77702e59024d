//! Incoming webhooks. Owns their life: made, changed, deleted. What is posted by them stands in `messaging/incoming/`.
//!
//! Mattermost has one id for a webhook: whoever knows it posts by it, and every list shows it. Here that id is a secret,
//! stored as a hash; lists show another id, which is public. Where a webhook is named, both are understood.

pub mod sql;

use serde::Serialize;

use crate::app::App;
use crate::audit;
use crate::clock::Millis;
use crate::config::{
    Config, ENABLE_INCOMING_WEBHOOKS, ENABLE_POST_ICON_OVERRIDE, ENABLE_POST_USERNAME_OVERRIDE,
    MAXIMUM_WEBHOOKS_PER_USER, SHOW_WEBHOOK_IDS,
};
use crate::error::{self, AppError};
use crate::id;
use crate::messaging::channel::{self, Channel, may_read};
use crate::messaging::team;
use crate::permission::{
    Caller, Granted, Permission, PermissionSet, WEBHOOK_MANAGE, WEBHOOK_OTHERS, WEBHOOK_OWN,
};
use crate::secret::{Secret, SecretHash};
use crate::store::Tx;
use crate::user::{self, valid::is_username};

/// Mattermost: bytes of a display name, a description and the address of an icon at most.
const DISPLAY_NAME_BYTES: usize = 64;
const DESCRIPTION_BYTES: usize = 500;
const ICON_URL_BYTES: usize = 1024;

/// An incoming webhook as the API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Webhook {
    /// 26 letters; public, unless it is shown under its secret: [`Webhook::named`].
    pub id: String,
    /// When made.
    pub create_at: Millis,
    /// When changed last.
    pub update_at: Millis,
    /// Always 0: a webhook that is deleted is gone.
    pub delete_at: Millis,
    /// In whose name it posts.
    pub user_id: String,
    /// Where it posts, unless a request says otherwise.
    pub channel_id: String,
    /// The team of that channel.
    pub team_id: String,
    /// The name that people read.
    pub display_name: String,
    /// The purpose.
    pub description: String,
    /// The name its posts are shown under, where settings allow one.
    pub username: String,
    /// The address of the picture that its posts are shown with, where settings allow one.
    pub icon_url: String,
    /// Whether it posts in its own channel only.
    pub channel_locked: bool,
    /// Its secret, where settings keep it in clear.
    #[serde(skip)]
    pub kept_secret: Option<String>,
}

impl Webhook {
    /// Returns the webhook under the id by which it was asked for, which may be its secret.
    pub fn named(mut self, asked: &str) -> Webhook {
        asked.clone_into(&mut self.id);
        self
    }

    /// Returns the webhook as lists show it: under its secret where settings say so and it is kept, else under its id.
    pub fn listed(mut self, config: &Config) -> Webhook {
        let kept = self.kept_secret.take();
        match kept.filter(|_| config.is_on(&SHOW_WEBHOOK_IDS)) {
            Some(secret) => self.named(&secret),
            None => self,
        }
    }

    fn check(&self) -> Result<(), AppError> {
        let fits = |text: &str, most| text.len() <= most && !text.contains('\0');
        if !self.username.is_empty() && !is_username(&self.username) {
            return Err(AppError::new(&error::WEBHOOK_USERNAME));
        }
        if !fits(&self.display_name, DISPLAY_NAME_BYTES) {
            return Err(AppError::new(&error::WEBHOOK_DISPLAY_NAME));
        }
        if !fits(&self.description, DESCRIPTION_BYTES) {
            return Err(AppError::new(&error::WEBHOOK_DESCRIPTION));
        }
        if !fits(&self.icon_url, ICON_URL_BYTES) {
            return Err(AppError::new(&error::WEBHOOK_ICON_URL));
        }
        Ok(())
    }
}

/// The fields of a webhook, as they are sent.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Must be empty for a new one. Mattermost: an id is a sign that an update was meant.
    pub id: String,
    /// In whose name it posts; empty: the caller's.
    pub user_id: String,
    /// Where it posts.
    pub channel_id: String,
    /// Must be empty or the team that it is in.
    pub team_id: String,
    /// The name that people read.
    pub display_name: String,
    /// The purpose.
    pub description: String,
    /// The name its posts are shown under.
    pub username: String,
    /// The address of the picture that its posts are shown with.
    pub icon_url: String,
    /// Whether it posts in its own channel only.
    pub channel_locked: bool,
}

/// Fails where there are no incoming webhooks.
///
/// # Errors
/// 501.
pub fn check_enabled(config: &Config) -> Result<(), AppError> {
    if config.is_on(&ENABLE_INCOMING_WEBHOOKS) {
        Ok(())
    } else {
        Err(AppError::new(&error::WEBHOOKS_DISABLED))
    }
}

/// Whether one may have webhooks where these are one's permissions. Mattermost: in 11.x there is a permission for that
/// alone; the older one lets a webhook post in other channels than its own, too.
///
/// # Errors
/// 403.
pub fn may_manage(caller: &Caller, here: PermissionSet) -> Result<Granted, AppError> {
    let granted = WEBHOOK_MANAGE.ask_in(caller, here);
    granted.or_else(|_| WEBHOOK_OWN.ask_in(caller, here))
}

/// Whether a webhook of the caller's must stay in its own channel.
fn is_bound_to_lock(caller: &Caller, here: PermissionSet) -> bool {
    let unlocked = [
        Permission::ManageIncomingWebhooks,
        Permission::BypassIncomingWebhookChannelLock,
    ];
    !unlocked
        .iter()
        .any(|permission| here.has(*permission) || caller.has(*permission))
}

/// Returns what the caller may do in the team of a channel. Mattermost: in no team nobody may anything.
fn permissions_in_team(tx: &Tx, caller: &Caller, team_id: &str) -> Result<PermissionSet, AppError> {
    if team_id.is_empty() {
        return Err(WEBHOOK_MANAGE.refusal());
    }
    team::permissions(tx, caller, team_id)
}

/// Makes a webhook. The secret is in this answer and, unless settings say otherwise, never again anywhere.
///
/// # Errors
/// In Mattermost's order: there is no such channel, the rule's refusal, the caller may not read the channel, may not make
/// one for that user, there is no such user, webhooks are disabled, it has an id, a field that is not as it must be, the
/// user has too many.
pub fn create(app: &App, caller: &Caller, new: Fields) -> Result<(Webhook, Secret), AppError> {
    let secret = Secret::new();
    let webhook = create_with(app, caller, new, &secret)?;
    Ok((webhook, secret))
}

/// Makes a webhook with a secret that exists already.
///
/// # Errors
/// As [`create`].
pub fn create_with(
    app: &App,
    caller: &Caller,
    new: Fields,
    secret: &Secret,
) -> Result<Webhook, AppError> {
    let (caller, config, secret) = (caller.clone(), app.config.last(), secret.clone());
    app.store.write(move |tx| {
        let channel = channel::find(tx, &new.channel_id)?;
        let here = permissions_in_team(tx, &caller, &channel.team_id)?;
        let granted = may_manage(&caller, here)?;
        let in_channel = channel::permissions(tx, &caller, &channel)?;
        may_read(&caller, &channel, in_channel)?;
        let user_id = owner_of(tx, &caller, here, &new.user_id)?;
        check_enabled(&config)?;
        if !new.id.is_empty() {
            return Err(AppError::new(&error::WEBHOOK_EXISTING));
        }
        let mut webhook = Webhook {
            id: id::new(),
            create_at: granted.at(),
            update_at: granted.at(),
            delete_at: 0,
            user_id,
            channel_id: channel.id,
            team_id: channel.team_id,
            display_name: String::new(),
            description: String::new(),
            username: String::new(),
            icon_url: String::new(),
            channel_locked: new.channel_locked || is_bound_to_lock(&caller, here),
            kept_secret: config
                .is_on(&SHOW_WEBHOOK_IDS)
                .then(|| secret.reveal().to_owned()),
        };
        set_texts(&mut webhook, &config, new);
        webhook.check()?;
        let most = config.int(&MAXIMUM_WEBHOOKS_PER_USER);
        if most > 0 && sql::has_as_many(tx, &webhook.user_id, most)? {
            return Err(AppError::named(&error::WEBHOOK_LIMIT, &most.to_string()));
        }
        sql::insert(tx, &webhook, &secret)?;
        record(tx, &granted, &webhook)?;
        Ok(webhook)
    })
}

/// Returns in whose name a new webhook posts: the caller's, or, with the permission, that of the user who was named.
fn owner_of(
    tx: &Tx,
    caller: &Caller,
    here: PermissionSet,
    named: &str,
) -> Result<String, AppError> {
    if named.is_empty() || named == caller.user_id {
        return Ok(caller.user_id.clone());
    }
    WEBHOOK_OTHERS.ask_in(caller, here)?;
    Ok(user::find(tx, named)?.id)
}

/// Gives the webhook its texts. Mattermost: name and picture stay as they were where settings do not allow them.
fn set_texts(webhook: &mut Webhook, config: &Config, fields: Fields) {
    webhook.display_name = fields.display_name;
    webhook.description = fields.description;
    if config.is_on(&ENABLE_POST_USERNAME_OVERRIDE) {
        webhook.username = fields.username;
    }
    if config.is_on(&ENABLE_POST_ICON_OVERRIDE) {
        webhook.icon_url = fields.icon_url;
    }
}

/// Whether the text is the secret of a webhook.
pub fn is_known(tx: &Tx, secret: &str) -> Result<bool, AppError> {
    Ok(sql::by_secret(tx, &SecretHash::of(secret))?.is_some())
}

/// Returns the webhook with the id, or with this secret.
///
/// # Errors
/// Webhooks are disabled; there is none.
pub fn find(tx: &Tx, config: &Config, asked: &str) -> Result<Webhook, AppError> {
    check_enabled(config)?;
    Ok(sql::by_id_or_secret(tx, asked)?.ok_or(&error::WEBHOOK_MISSING)?)
}

/// Returns a webhook that the caller may read and delete.
///
/// # Errors
/// As [`find`]; there is no channel any more; 403.
pub fn find_for(
    tx: &Tx,
    config: &Config,
    caller: &Caller,
    asked: &str,
) -> Result<(Webhook, Granted), AppError> {
    let webhook = find(tx, config, asked)?;
    let channel = channel::find(tx, &webhook.channel_id)?;
    let here = permissions_in_team(tx, caller, &webhook.team_id)?;
    let granted = may_manage(caller, here)?;
    check_private(tx, caller, &channel)?;
    if caller.user_id != webhook.user_id {
        WEBHOOK_OTHERS.ask_in(caller, here)?;
    }
    Ok((webhook, granted))
}

/// Fails where the channel is not public and the caller may not read it.
fn check_private(tx: &Tx, caller: &Caller, channel: &Channel) -> Result<(), AppError> {
    if channel.is_public() {
        return Ok(());
    }
    let here = channel::permissions(tx, caller, channel)?;
    may_read(caller, channel, here).map(drop)
}

/// Changes a webhook that was sent as a whole.
///
/// # Errors
/// In Mattermost's order: as [`find`], another team, there is no such channel, it is in another team, 403, a field that is
/// not as it must be.
pub fn update(
    app: &App,
    caller: &Caller,
    asked: &str,
    fields: Fields,
) -> Result<Webhook, AppError> {
    let (caller, asked, config) = (caller.clone(), asked.to_owned(), app.config.last());
    app.store.write(move |tx| {
        let mut webhook = find(tx, &config, &asked)?;
        if !fields.team_id.is_empty() && fields.team_id != webhook.team_id {
            return Err(AppError::new(&error::WEBHOOK_TEAM));
        }
        let channel = channel::find(tx, &fields.channel_id)?;
        if channel.team_id != webhook.team_id {
            return Err(AppError::body_param("channel_id"));
        }
        let here = permissions_in_team(tx, &caller, &webhook.team_id)?;
        let granted = may_manage(&caller, here)?;
        if caller.user_id != webhook.user_id {
            WEBHOOK_OTHERS.ask_in(&caller, here)?;
        }
        check_private(tx, &caller, &channel)?;
        webhook.update_at = granted.at();
        webhook.channel_id = channel.id;
        webhook.channel_locked = fields.channel_locked || is_bound_to_lock(&caller, here);
        set_texts(&mut webhook, &config, fields);
        webhook.check()?;
        sql::update(tx, &webhook)?;
        record(tx, &granted, &webhook)?;
        Ok(webhook.named(&asked))
    })
}

/// Deletes a webhook for good: from here on nothing is posted by it.
///
/// # Errors
/// As [`find_for`].
pub fn delete(app: &App, caller: &Caller, asked: &str) -> Result<(), AppError> {
    let (caller, asked, config) = (caller.clone(), asked.to_owned(), app.config.last());
    app.store.take_away(move |tx| {
        let (webhook, granted) = find_for(tx, &config, &caller, &asked)?;
        // Before it is gone: a row finds the secret in the path of the request only while that is one.
        record(tx, &granted, &webhook)?;
        Ok(sql::delete(tx, &webhook.id)?)
    })
}

/// Mattermost: a row for the attempt and a row for the success.
fn record(tx: &Tx, granted: &Granted, webhook: &Webhook) -> Result<(), AppError> {
    audit::record(tx, granted, "attempt")?;
    audit::record(tx, granted, &format!("success - hook_id={}", webhook.id))
}

/// Forgets the secrets that are kept in clear, where settings do not say to keep them.
pub fn clean_up(app: &App) -> Result<(), AppError> {
    if app.config.last().is_on(&SHOW_WEBHOOK_IDS)
        || !app.store.read(|tx| Ok(sql::has_secrets(tx)?))?
    {
        return Ok(());
    }
    app.store.write(|tx| Ok(sql::forget_secrets(tx)?))
}
