//! A seed into the data, through the same changes as the API and the command line. Applied again it changes nothing more.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{At, Bot, Channel, Entry, Post, Role, Seed, Team, Token, User, Webhook};
use crate::app::App;
use crate::error::{self, AppError};
use crate::event;
use crate::messaging::channel::ChannelKind;
use crate::messaging::{administration, channel, post, team, webhook};
use crate::permission::roles::SYSTEM_ADMIN;
use crate::permission::{Caller, TOKEN_CREATE, TOKEN_REVOKE};
use crate::secret::Secret;
use crate::store::Page;
use crate::store::Tx;
use crate::token::{self, Change};
use crate::user::{self, NewUser, Patch};
use crate::{audit, bot, role};

/// Where the secrets of tokens and webhooks come from.
pub enum Secrets {
    /// From the seed: in a fixture, where they protect nothing.
    Chosen,
    /// They are new ones that nobody has written down; but for tokens that are named here, by `USER/DESCRIPTION`, which have these.
    Made(BTreeMap<String, Secret>),
}

impl Secrets {
    /// Returns new secrets for all.
    pub fn made() -> Secrets {
        Secrets::Made(BTreeMap::new())
    }

    /// Reads secrets of tokens: a JSON object of texts by `USER/DESCRIPTION`.
    ///
    /// # Errors
    /// One sentence without any of the secrets.
    pub fn parse(text: &str) -> Result<Secrets, String> {
        let form = "secrets must be a JSON object of texts by USER/DESCRIPTION";
        let texts: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|_| form.to_owned())?;
        let mut secrets = BTreeMap::new();
        for (name, secret) in texts {
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if !SECRET_LETTERS.contains(&secret.len()) || !secret.bytes().all(is_letter) {
                return Err(format!(
                    "the secret of {name:?} must have {} to {} letters, digits, - and _",
                    SECRET_LETTERS.start(),
                    SECRET_LETTERS.end()
                ));
            }
            secrets.insert(name, Secret::chosen(secret));
        }
        Ok(Secrets::Made(secrets))
    }

    /// Fails when a token that has a secret here is not in the seed: a slip of the pen would be a token that nobody knows.
    fn check_names(&self, seed: &Seed) -> Result<(), String> {
        let Secrets::Made(secrets) = self else {
            return Ok(());
        };
        let known: Vec<String> = seed
            .tokens
            .iter()
            .map(|token| key_of(&token.value))
            .collect();
        match secrets.keys().find(|name| !known.contains(name)) {
            Some(name) => Err(format!("secrets: the seed has no token {name:?}")),
            None => Ok(()),
        }
    }
}

/// Letters of a secret that is given.
const SECRET_LETTERS: RangeInclusive<usize> = 26..=128;

/// Returns the name by which secrets name a token.
fn key_of(token: &Token) -> String {
    format!("{}/{}", token.user, token.description)
}

/// What became of an entry.
#[derive(Clone, Debug, Serialize)]
pub struct Applied {
    /// `user`, `token`, `team`...
    pub kind: &'static str,
    /// As the file names it.
    pub name: String,
    /// 26 letters; empty for settings.
    pub id: String,
    /// Whether it was there before.
    pub existed: bool,
    /// The secret of a new token or webhook, this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Applies the seed, in the order of the settings, roles, accounts, bots, tokens, teams, channels, webhooks and
/// posts.
///
/// # Errors
/// One sentence that begins with the line. When it names something that is nowhere, nothing was changed; what fails
/// later leaves what was done before it, and applying the file again goes on from there.
pub fn apply(
    app: &App,
    caller: &Caller,
    seed: &Seed,
    secrets: &Secrets,
) -> Result<Vec<Applied>, String> {
    check_names(app, seed)?;
    secrets.check_names(seed)?;
    let mut applying = Applying {
        app,
        caller,
        secrets,
        posts: HashMap::new(),
        repeated: HashMap::new(),
    };
    apply_settings(app, caller, seed)?;
    let mut done = Vec::new();
    each(&seed.roles, &mut done, |one| applying.role(one))?;
    each(&seed.users, &mut done, |one| applying.user(one))?;
    each(&seed.bots, &mut done, |one| applying.bot(one))?;
    each(&seed.tokens, &mut done, |one| applying.token(one))?;
    each(&seed.teams, &mut done, |one| applying.team(one))?;
    each(&seed.channels, &mut done, |one| applying.channel(one))?;
    each(&seed.webhooks, &mut done, |one| applying.webhook(one))?;
    each(&seed.posts, &mut done, |one| applying.post(one))?;
    Ok(done)
}

/// Applies the settings of the seed alone.
///
/// # Errors
/// One sentence that begins with the line.
pub fn apply_settings(app: &App, caller: &Caller, seed: &Seed) -> Result<(), String> {
    let Some(At { line, value }) = &seed.settings else {
        return Ok(());
    };
    let new = Value::Object(value.clone());
    if !holds(&Value::Object(app.config.last().document().clone()), &new) {
        let patched = app.config.patch(&app.store, caller, value.clone());
        patched.map_err(|error| format!("line {line}: settings: {error}"))?;
    }
    Ok(())
}

fn each<T: Entry>(
    entries: &[At<T>],
    done: &mut Vec<Applied>,
    mut apply: impl FnMut(&T) -> Result<Applied, AppError>,
) -> Result<(), String> {
    for entry in entries {
        done.push(apply(&entry.value).map_err(|error| entry.wrong(error))?);
    }
    Ok(())
}

/// Whether everything that the new value says is so already.
fn holds(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (_, Value::Null) => true,
        (Value::Object(old), Value::Object(new)) => new
            .iter()
            .all(|(name, new)| holds(old.get(name).unwrap_or(&Value::Null), new)),
        (old, new) => old == new,
    }
}

/// What the entries of a file refer to by name, each with the place of the entry.
#[derive(Default)]
struct Names<'s> {
    users: Vec<(&'s str, String)>,
    teams: Vec<(&'s str, String)>,
    channels: Vec<(&'s str, &'s str, String)>,
}

impl<'s> Names<'s> {
    fn users<T: Entry>(&mut self, of: &At<T>, names: impl IntoIterator<Item = &'s String>) {
        let names = names.into_iter().map(|name| (&**name, of.place()));
        self.users.extend(names);
    }

    fn channel<T: Entry>(&mut self, of: &At<T>, team: &'s str, name: &'s str) {
        self.channels.push((team, name, of.place()));
    }
}

/// Whether everything that the file refers to is in the file or in the data.
fn check_names(app: &App, seed: &Seed) -> Result<(), String> {
    let mut names = Names::default();
    for one in &seed.tokens {
        names.users(one, [&one.value.user]);
    }
    for one in &seed.bots {
        names.users(one, &one.value.owner);
    }
    for one in &seed.teams {
        names.users(one, one.value.members.iter().chain(&one.value.creator));
    }
    for one in &seed.channels {
        names.users(one, one.value.members.iter().chain(&one.value.creator));
        names.teams.push((&one.value.team, one.place()));
    }
    for one in &seed.webhooks {
        names.users(one, &one.value.user);
        names.channel(one, &one.value.team, &one.value.channel);
    }
    for one in &seed.posts {
        names.users(one, [&one.value.user]);
        names.channel(one, &one.value.team, &one.value.channel);
    }
    let in_file = |name: &str| {
        let mut all = seed.users.iter().map(|one| &one.value.username);
        let mut bots = seed.bots.iter().map(|one| &one.value.username);
        all.any(|other| other.eq_ignore_ascii_case(name))
            || bots.any(|other| other.eq_ignore_ascii_case(name))
    };
    let team_in_file = |name: &str| seed.teams.iter().any(|one| one.value.name == name);
    let missing = app.store.read(|tx| {
        for (name, of) in names.users {
            if !in_file(name) && user::sql::by_username(tx, &name.to_lowercase())?.is_none() {
                return Ok(Some(format!("{of}: there is no account {name:?}")));
            }
        }
        for (name, of) in names.teams {
            if !team_in_file(name) && team::sql::by_name(tx, name)?.is_none() {
                return Ok(Some(format!("{of}: there is no team {name:?}")));
            }
        }
        for (team, name, of) in names.channels {
            let here = |one: &At<Channel>| one.value.team == team && one.value.name == name;
            let default = channel::is_default(name) && team_in_file(team);
            if !seed.channels.iter().any(here) && !default && find_channel(tx, team, name).is_err()
            {
                return Ok(Some(format!(
                    "{of}: there is no channel {name:?} in the team {team:?}"
                )));
            }
        }
        Ok(None)
    });
    match missing {
        Ok(None) => Ok(()),
        Ok(Some(missing)) => Err(missing),
        Err(error) => Err(error.to_string()),
    }
}

fn find_channel(tx: &Tx, team: &str, name: &str) -> Result<channel::Channel, AppError> {
    let team = find_team(tx, team)?;
    let found = channel::sql::by_name(tx, &team.id, name)?;
    found.ok_or_else(|| AppError::new(&error::CHANNEL_MISSING))
}

fn find_team(tx: &Tx, name: &str) -> Result<team::Team, AppError> {
    team::sql::by_name(tx, name)?.ok_or_else(|| AppError::new(&error::TEAM_MISSING))
}

/// Whether a text that may be wanted is there.
fn is(wanted: &Option<String>, there: &str) -> bool {
    wanted.as_deref().is_none_or(|wanted| wanted == there)
}

fn is_as(user: &user::User, new: &User) -> bool {
    let lower = new.email.as_ref().map(|email| email.to_lowercase());
    is(&lower, &user.email)
        && is(&new.nickname, &user.nickname)
        && is(&new.first_name, &user.first_name)
        && is(&new.last_name, &user.last_name)
        && is(&new.position, &user.position)
}

fn same(one: &[String], other: &[String]) -> bool {
    one.iter().all(|name| other.contains(name)) && other.iter().all(|name| one.contains(name))
}

struct Applying<'a> {
    app: &'a App,
    caller: &'a Caller,
    secrets: &'a Secrets,
    /// Ids by their names in the file.
    posts: HashMap<String, String>,
    /// How often the same was said by the same in the same place.
    repeated: HashMap<String, u32>,
}

impl Applying<'_> {
    fn done<T: Entry>(&self, entry: &T, id: String, existed: bool) -> Applied {
        Applied {
            kind: T::KIND,
            name: entry.name(),
            id,
            existed,
            token: None,
        }
    }

    fn account(&self, username: &str) -> Result<Option<user::User>, AppError> {
        let username = username.to_lowercase();
        self.app
            .store
            .read(|tx| Ok(user::sql::by_username(tx, &username)?))
    }

    fn known(&self, username: &str) -> Result<user::User, AppError> {
        self.account(username)?
            .ok_or_else(|| AppError::new(&error::USER_MISSING))
    }

    /// Returns the id that an entry chooses for what is not there yet; empty when it chooses none.
    ///
    /// # Errors
    /// The entry is there with another id, or something else has the id.
    fn chosen(&self, id: &Option<String>, there: Option<&str>) -> Result<String, AppError> {
        let Some(id) = id else {
            return Ok(String::new());
        };
        let is_free = match there {
            Some(there) => there == id,
            None => !self.app.store.read(|tx| Ok(audit::sql::is_id(tx, id)?))?,
        };
        match is_free {
            true => Ok(id.clone()),
            false => Err(AppError::new(&error::SEED_ID)),
        }
    }

    /// In whose name something is made.
    fn maker(&self, username: Option<&str>) -> Result<user::User, AppError> {
        if let Some(username) = username {
            return self.known(username);
        }
        let admins = user::list::sql::Filter {
            active: true,
            role: SYSTEM_ADMIN,
            ..Default::default()
        };
        let mut admins = self
            .app
            .store
            .read(|tx| Ok(user::list::list(tx, admins, Page::first(i64::MAX))?))?;
        admins.sort_by_key(|admin| admin.create_at);
        let missing = || AppError::new(&error::USER_MISSING).cause("there is no system admin yet");
        admins.into_iter().next().ok_or_else(missing)
    }

    fn role(&mut self, new: &Role) -> Result<Applied, AppError> {
        let found = self
            .app
            .store
            .read(|tx| Ok(crate::permission::sql::by_name(tx, &new.name)?))?;
        let role = found.ok_or_else(|| AppError::new(&error::ROLE_UNKNOWN))?;
        if !same(&role.permissions, &new.permissions) {
            let permissions = Some(new.permissions.clone());
            role::patch(self.app, self.caller, &role.id, permissions)?;
        }
        Ok(self.done(new, role.id, true))
    }

    fn user(&mut self, new: &User) -> Result<Applied, AppError> {
        let config = self.app.config.last();
        let found = self.account(&new.username)?;
        let existed = found.is_some();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let chosen = self.chosen(&new.id, found.as_ref().map(|user| &*user.id))?;
        let user = match found {
            Some(user) if is_as(&user, new) => user,
            Some(user) => {
                let patch = Patch {
                    email: new.email.clone(),
                    nickname: new.nickname.clone(),
                    first_name: new.first_name.clone(),
                    last_name: new.last_name.clone(),
                    position: new.position.clone(),
                    ..Patch::default()
                };
                user::update(self.app, self.caller, &user.id, Ok(patch))?
            }
            None => {
                let email = new.email.clone();
                let account = NewUser {
                    id: chosen,
                    username: new.username.clone(),
                    email: email.unwrap_or_else(|| format!("{}@localhost", new.username)),
                    password: new.password.clone(),
                    nickname: text(&new.nickname),
                    first_name: text(&new.first_name),
                    last_name: text(&new.last_name),
                    position: text(&new.position),
                    ..NewUser::default()
                };
                user::create(self.app, &config, self.caller, account)?
            }
        };
        self.roles(&user, new.roles.as_deref())?;
        let active = new.is_active.unwrap_or(user.delete_at == 0);
        if active != (user.delete_at == 0) {
            user::update_active(self.app, &config, self.caller, &user.id, active)?;
        }
        Ok(self.done(new, user.id, existed))
    }

    fn roles(&self, user: &user::User, roles: Option<&str>) -> Result<(), AppError> {
        let Some(roles) = roles
            .map(crate::permission::roles::parse_list)
            .transpose()?
        else {
            return Ok(());
        };
        if roles == user.roles {
            return Ok(());
        }
        user::update_roles(self.app, self.caller, &user.id, roles)
    }

    fn bot(&mut self, new: &Bot) -> Result<Applied, AppError> {
        let found = self.account(&new.username)?;
        let existed = found.is_some();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let chosen = self.chosen(&new.id, found.as_ref().map(|user| &*user.id))?;
        let bot = match found {
            Some(user) if !user.is_bot() => {
                return Err(AppError::new(&error::USERNAME_EXISTS));
            }
            Some(bot)
                if is(&new.display_name, &bot.first_name)
                    && is(&new.description, &bot.bot_description) =>
            {
                bot
            }
            Some(bot) => {
                let patch = Patch {
                    first_name: new.display_name.clone(),
                    bot_description: new.description.clone(),
                    ..Patch::default()
                };
                bot::update(self.app, self.caller, &bot.id, patch)?
            }
            None => {
                let owner = self.maker(new.owner.as_deref())?;
                let bot = bot::NewBot {
                    id: chosen,
                    username: new.username.clone(),
                    display_name: text(&new.display_name),
                    description: text(&new.description),
                };
                let (config, by) = (
                    self.app.config.last(),
                    self.caller.in_the_name_of(&owner.id),
                );
                bot::create(self.app, &config, &by, bot)?
            }
        };
        self.roles(&bot, new.roles.as_deref())?;
        Ok(self.done(new, bot.id, existed))
    }

    fn token(&mut self, new: &Token) -> Result<Applied, AppError> {
        let owner = self.known(&new.user)?;
        let tokens = self
            .app
            .store
            .read(|tx| Ok(token::sql::list_of(tx, &owner.id, Page::first(i64::MAX))?))?;
        let found = tokens
            .into_iter()
            .find(|token| token.description == new.description);
        let existed = found.is_some();
        let given = match self.secrets {
            Secrets::Chosen => None,
            Secrets::Made(given) => given.get(&key_of(new)),
        };
        let (token, secret) = match found {
            Some(token) => {
                if let Some(given) = given {
                    token::replace_secret(self.app, self.caller, &token.id, given)?;
                }
                (token, None)
            }
            None => {
                let config = self.app.config.last();
                let chosen = match self.secrets {
                    Secrets::Chosen => new.secret.clone().map(Secret::chosen),
                    Secrets::Made(_) => given.cloned(),
                };
                let secret = chosen.unwrap_or_else(|| token::new_secret(&config));
                let token = token::NewToken {
                    user_id: owner.id.clone(),
                    description: new.description.clone(),
                    expires_at: new.expires_at.unwrap_or(0),
                    scope: new.scope()?,
                    allowed_from: new.allowed_from.clone().unwrap_or_default(),
                };
                let token = token::create_with(self.app, &config, self.caller, token, &secret)?;
                // Who gave it knows it.
                let shown = given.is_none().then(|| secret.reveal().to_owned());
                (token, shown)
            }
        };
        let active = new.is_active.unwrap_or(token.is_active);
        if active != token.is_active {
            let (rule, change) = match active {
                true => (&TOKEN_CREATE, Change::Enable),
                false => (&TOKEN_REVOKE, Change::Disable),
            };
            token::change(self.app, self.caller, rule, &token.id, change)?;
        }
        Ok(Applied {
            token: secret,
            ..self.done(new, token.id, existed)
        })
    }

    fn team(&mut self, new: &Team) -> Result<Applied, AppError> {
        let found = self
            .app
            .store
            .read(|tx| Ok(team::sql::by_name(tx, &new.name)?))?;
        let existed = found.is_some();
        let chosen = self.chosen(&new.id, found.as_ref().map(|team| &*team.id))?;
        let team = match found {
            Some(team) => team,
            None => {
                let creator = self.maker(new.creator.as_deref())?;
                let team = administration::team::NewTeam {
                    id: chosen,
                    name: new.name.clone(),
                    display_name: new.display_name.as_ref().unwrap_or(&new.name).clone(),
                    kind: new.kind.as_deref().unwrap_or("O").to_owned(),
                    allow_open_invite: new.allow_open_invite,
                    ..Default::default()
                };
                let by = self.caller.in_the_name_of(&creator.id);
                administration::team::create(self.app, &by, team)?
            }
        };
        for username in &new.members {
            let user = self.known(username)?;
            let member = self
                .app
                .store
                .read(|tx| Ok(team::sql::member(tx, &team.id, &user.id)?))?;
            if member.is_none() {
                administration::team::add_member(self.app, self.caller, &team.id, &user.id)?;
            }
        }
        Ok(self.done(new, team.id, existed))
    }

    fn channel(&mut self, new: &Channel) -> Result<Applied, AppError> {
        let (team, found) = self.app.store.read(|tx| {
            let team = find_team(tx, &new.team)?;
            let found = channel::sql::by_name(tx, &team.id, &new.name)?;
            Ok((team, found))
        })?;
        let existed = found.is_some();
        let chosen = self.chosen(&new.id, found.as_ref().map(|channel| &*channel.id))?;
        let channel = match found {
            Some(channel) => channel,
            None => {
                let creator = self.maker(new.creator.as_deref())?;
                let channel = administration::channel::NewChannel {
                    id: chosen,
                    team_id: team.id.clone(),
                    kind: ChannelKind::parse(new.kind.as_deref().unwrap_or("O"))
                        .filter(|kind| matches!(kind, ChannelKind::Public | ChannelKind::Private)),
                    name: new.name.clone(),
                    display_name: new.display_name.as_ref().unwrap_or(&new.name).clone(),
                    header: new.header.clone(),
                    purpose: new.purpose.clone(),
                    without_maker: new.creator.is_none(),
                };
                let by = self.caller.in_the_name_of(&creator.id);
                administration::channel::create(self.app, &by, channel)?
            }
        };
        let members = self.app.store.read(|tx| {
            let ids = event::sql::channel_member_ids(tx, &channel.id)?;
            Ok(ids.into_iter().collect::<std::collections::HashSet<_>>())
        })?;
        let mut joining = Vec::new();
        for username in &new.members {
            let user = self.known(username)?;
            joining.extend((!members.contains(&user.id)).then_some(user.id));
        }
        let id = channel.id;
        if !joining.is_empty() {
            let new = administration::channel_member::NewMembers {
                user_ids: joining,
                post_root_id: String::new(),
            };
            administration::channel_member::add_members(self.app, self.caller, &id, new)?;
        }
        Ok(self.done(new, id, existed))
    }

    fn webhook(&mut self, new: &Webhook) -> Result<Applied, AppError> {
        let owner = self.maker(new.user.as_deref())?;
        let (channel, webhooks) = self.app.store.read(|tx| {
            let channel = find_channel(tx, &new.team, &new.channel)?;
            let of_team = webhook::sql::Filter {
                team_id: &channel.team_id,
                ..Default::default()
            };
            let webhooks = webhook::sql::list(tx, of_team, Page::first(i64::MAX))?;
            Ok((channel, webhooks))
        })?;
        let found = webhooks.into_iter().find(|webhook| {
            webhook.channel_id == channel.id && webhook.display_name == new.display_name
        });
        let existed = found.is_some();
        let (webhook, secret) = match found {
            Some(webhook) => (webhook, None),
            None => {
                let chosen = new
                    .id
                    .clone()
                    .filter(|_| matches!(self.secrets, Secrets::Chosen));
                let secret = chosen.map_or_else(Secret::new, Secret::chosen);
                let webhook = webhook::Fields {
                    user_id: owner.id,
                    channel_id: channel.id,
                    display_name: new.display_name.clone(),
                    description: new.description.clone(),
                    username: new.username.clone(),
                    icon_url: new.icon_url.clone(),
                    channel_locked: new.channel_locked,
                    ..Default::default()
                };
                let webhook = webhook::create_with(self.app, self.caller, webhook, &secret)?;
                (webhook, Some(secret.reveal().to_owned()))
            }
        };
        Ok(Applied {
            token: secret,
            ..self.done(new, webhook.id, existed)
        })
    }

    fn post(&mut self, new: &Post) -> Result<Applied, AppError> {
        let author = self.known(&new.user)?;
        let root_id = new.root.as_ref().and_then(|root| self.posts.get(root));
        let root_id = root_id.cloned().unwrap_or_default();
        let channel = self
            .app
            .store
            .read(|tx| find_channel(tx, &new.team, &new.channel))?;
        // The same post again is the same post: by the id that clients give theirs.
        let said = format!("{}\n{}\n{root_id}\n{}", channel.id, author.id, new.message);
        let repeated = self.repeated.entry(said.clone()).or_default();
        *repeated += 1;
        let digest = hex::encode(Sha256::digest(format!("{said}\n{repeated}")));
        let pending_post_id = format!("seed:{}", &digest[..40]);
        let found = self
            .app
            .store
            .read(|tx| Ok(post::sql::by_pending_id(tx, &author.id, &pending_post_id)?))?;
        let existed = found.is_some();
        let id = self.chosen(&new.id, found.as_ref().map(|post| &*post.id))?;
        let post = post::create(
            self.app,
            &self.caller.in_the_name_of(&author.id),
            &channel.id,
            post::NewPost {
                id,
                message: new.message.clone(),
                root_id,
                props: new.props.clone(),
                pending_post_id,
                ..post::NewPost::default()
            },
        )?;
        if let Some(name) = &new.name {
            self.posts.insert(name.clone(), post.id.clone());
        }
        Ok(self.done(new, post.id, existed))
    }
}
