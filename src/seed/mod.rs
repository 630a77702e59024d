//! What a server is to hold: a JSON file of settings, roles, accounts, bots, tokens, teams, channels, webhooks and posts. Owns the
//! format and its errors, each with the line in the file; how it comes into the data is `apply.rs`.
//!
//! `examples/seed.schema.json` describes the format to editors.

mod apply;

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub use apply::{Applied, Secrets, apply, apply_settings};

use crate::clock::Millis;
use crate::error::AppError;
use crate::id;
use crate::permission::Scope;
use crate::token;

/// The file as it is written, its entries not yet looked into.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Document<'t> {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    #[serde(borrow, deserialize_with = "as_written")]
    admin: Option<&'t RawValue>,
    #[serde(borrow)]
    settings: Option<&'t RawValue>,
    #[serde(borrow)]
    roles: Vec<&'t RawValue>,
    #[serde(borrow)]
    users: Vec<&'t RawValue>,
    #[serde(borrow)]
    bots: Vec<&'t RawValue>,
    #[serde(borrow)]
    tokens: Vec<&'t RawValue>,
    #[serde(borrow)]
    teams: Vec<&'t RawValue>,
    #[serde(borrow)]
    channels: Vec<&'t RawValue>,
    #[serde(borrow)]
    webhooks: Vec<&'t RawValue>,
    #[serde(borrow)]
    posts: Vec<&'t RawValue>,
}

/// An entry of the file that makes something.
pub trait Entry {
    /// Such as `user`.
    const KIND: &'static str;

    /// Returns its name in the file.
    fn name(&self) -> String;
}

impl<T: Entry> At<T> {
    /// Returns where it stands: the line, the kind and the name.
    pub fn place(&self) -> String {
        let (line, kind, name) = (self.line, T::KIND, self.value.name());
        format!("line {line}: {kind} {name}")
    }

    /// Returns the error as one about this entry.
    pub fn wrong(&self, error: impl std::fmt::Display) -> String {
        format!("{}: {error}", self.place())
    }
}

/// Something, and the line of the file it begins in.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// Counts from 1.
    pub line: usize,
    /// What stands there.
    pub value: T,
}

/// A seed that can be read; whether it can be applied is another question.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// Whether an ephemeral server makes no account and no token of an admin.
    pub without_admin: bool,
    /// Section -> setting -> value.
    pub settings: Option<At<Map<String, Value>>>,
    /// What roles permit.
    pub roles: Vec<At<Role>>,
    /// Accounts of people.
    pub users: Vec<At<User>>,
    /// Bots.
    pub bots: Vec<At<Bot>>,
    /// Personal access tokens.
    pub tokens: Vec<At<Token>>,
    /// Teams.
    pub teams: Vec<At<Team>>,
    /// Channels of teams.
    pub channels: Vec<At<Channel>>,
    /// Incoming webhooks.
    pub webhooks: Vec<At<Webhook>>,
    /// Posts, oldest first.
    pub posts: Vec<At<Post>>,
}

/// What a role permits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// All of it.
    pub permissions: Vec<String>,
}

impl Entry for Role {
    const KIND: &'static str = "role";

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// An account. What is not named is left as it is, and has its default in a new one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// 26 lowercase letters and digits; without one, it gets one of its own.
    pub id: Option<String>,
    /// By which it is known.
    pub username: String,
    /// Without one, `username@localhost`.
    pub email: Option<String>,
    /// Of a new account; an existing one keeps its own. Without one there is no login by password.
    pub password: Option<String>,
    /// All roles, with spaces between.
    pub roles: Option<String>,
    /// Nickname.
    pub nickname: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Whether it is not deactivated.
    pub is_active: Option<bool>,
}

impl Entry for User {
    const KIND: &'static str = "user";

    fn name(&self) -> String {
        self.username.clone()
    }
}

/// A bot.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bot {
    /// 26 lowercase letters and digits; without one, it gets one of its own.
    pub id: Option<String>,
    /// By which it is known.
    pub username: String,
    /// What people read.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Username of its owner; without one, the first system admin.
    pub owner: Option<String>,
    /// All roles, with spaces between.
    pub roles: Option<String>,
}

impl Entry for Bot {
    const KIND: &'static str = "bot";

    fn name(&self) -> String {
        self.username.clone()
    }
}

/// A personal access token, known by its owner and its description.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Username of its owner.
    pub user: String,
    /// What it is for.
    pub description: String,
    /// 26 letters and digits; only in a fixture, elsewhere a new one is made.
    pub secret: Option<String>,
    /// In milliseconds since 1970; 0: never.
    pub expires_at: Option<Millis>,
    /// False while disabled.
    pub is_active: Option<bool>,
    /// What it may be used for; without it, everything.
    pub scopes: Option<Vec<String>>,
    /// The addresses and networks it may be used from; without them, all.
    pub allowed_from: Option<Vec<String>>,
}

impl Token {
    /// Returns what it may be used for.
    ///
    /// # Errors
    /// A name is no scope, or the networks are none.
    pub fn scope(&self) -> Result<Scope, AppError> {
        token::check_networks(self.allowed_from.as_deref().unwrap_or_default())?;
        let scopes = self.scopes.as_deref().unwrap_or_default();
        match scopes.is_empty() {
            true => Ok(Scope::default()),
            false => Scope::parse(scopes.iter().map(String::as_str))
                .map_err(|_| AppError::body_param("scopes")),
        }
    }
}

impl Entry for Token {
    const KIND: &'static str = "token";

    fn name(&self) -> String {
        format!("{} of {}", self.description, self.user)
    }
}

/// A team.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// 26 lowercase letters and digits; without one, it gets one of its own.
    pub id: Option<String>,
    /// By which it is known.
    pub name: String,
    /// What people read; without one, the name.
    pub display_name: Option<String>,
    /// `O` (also without one) or `I`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether anyone may join.
    #[serde(default)]
    pub allow_open_invite: bool,
    /// Username of its first member and admin; without one, the first system admin.
    pub creator: Option<String>,
    /// Usernames.
    #[serde(default)]
    pub members: Vec<String>,
}

impl Entry for Team {
    const KIND: &'static str = "team";

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// A channel of a team.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// 26 lowercase letters and digits; without one, it gets one of its own.
    pub id: Option<String>,
    /// Name of its team.
    pub team: String,
    /// By which it is known in the team.
    pub name: String,
    /// What people read; without one, the name.
    pub display_name: Option<String>,
    /// `O` (also without one) or `P`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Shown above the posts.
    #[serde(default)]
    pub header: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// Username of its first member and admin; without one, the first system admin.
    pub creator: Option<String>,
    /// Usernames.
    #[serde(default)]
    pub members: Vec<String>,
}

impl Entry for Channel {
    const KIND: &'static str = "channel";

    fn name(&self) -> String {
        format!("{}/{}", self.team, self.name)
    }
}

/// An incoming webhook, known by its channel and its display name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Name of the team.
    pub team: String,
    /// Name of the channel.
    pub channel: String,
    /// Username of its owner; without one, the first system admin.
    pub user: Option<String>,
    /// The id by which it posts, 26 letters and digits; only in a fixture, elsewhere a new one is made.
    pub id: Option<String>,
    /// What people read.
    #[serde(default)]
    pub display_name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The name its posts are shown under, where settings allow one.
    #[serde(default)]
    pub username: String,
    /// The address of the picture that its posts are shown with, where settings allow one.
    #[serde(default)]
    pub icon_url: String,
    /// Whether it posts in its own channel only.
    #[serde(default)]
    pub channel_locked: bool,
}

impl Entry for Webhook {
    const KIND: &'static str = "webhook";

    fn name(&self) -> String {
        format!("{:?} of {}/{}", self.display_name, self.team, self.channel)
    }
}

/// A post.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// 26 lowercase letters and digits; without one, it gets one of its own.
    pub id: Option<String>,
    /// Name of the team.
    pub team: String,
    /// Name of the channel.
    pub channel: String,
    /// Username of its author.
    pub user: String,
    /// What it says.
    pub message: String,
    /// A name for it in this file, so that another post can answer it.
    pub name: Option<String>,
    /// The post in this file that it answers.
    pub root: Option<String>,
    /// An object.
    #[serde(default)]
    pub props: Map<String, Value>,
}

impl Entry for Post {
    const KIND: &'static str = "post";

    fn name(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => format!("of {} in {}/{}", self.user, self.team, self.channel),
        }
    }
}

impl Seed {
    /// Reads a seed.
    ///
    /// # Errors
    /// One sentence that begins with the line.
    pub fn parse(text: &str) -> Result<Seed, String> {
        let document: Document =
            serde_json::from_str(text).map_err(|error| in_line(error.line(), &error))?;
        if let Some(admin) = document.admin {
            let At { line, value } = entry::<Value>(text, admin)?;
            if !value.is_null() {
                return Err(format!(
                    "line {line}: admin can only be null: no admin is made"
                ));
            }
        }
        let seed = Seed {
            without_admin: document.admin.is_some(),
            settings: document.settings.map(|raw| entry(text, raw)).transpose()?,
            roles: entries(text, &document.roles)?,
            users: entries(text, &document.users)?,
            bots: entries(text, &document.bots)?,
            tokens: entries(text, &document.tokens)?,
            teams: entries(text, &document.teams)?,
            channels: entries(text, &document.channels)?,
            webhooks: entries(text, &document.webhooks)?,
            posts: entries(text, &document.posts)?,
        };
        seed.check()?;
        Ok(seed)
    }

    fn check_ids(&self) -> Result<(), String> {
        let mut seen = HashSet::new();
        check_ids(&self.users, |one| &one.id, &mut seen)?;
        check_ids(&self.bots, |one| &one.id, &mut seen)?;
        check_ids(&self.teams, |one| &one.id, &mut seen)?;
        check_ids(&self.channels, |one| &one.id, &mut seen)?;
        check_ids(&self.posts, |one| &one.id, &mut seen)
    }

    /// What needs no data to be seen: what stands there twice, and secrets that are none.
    fn check(&self) -> Result<(), String> {
        let people = self.users.iter().map(|one| (one.line, &one.value.username));
        let bots = self.bots.iter().map(|one| (one.line, &one.value.username));
        once("account", people.chain(bots), |name| name.to_lowercase())?;
        let role = |one: &'_ At<Role>| (one.line, one.value.name.clone());
        once("role", self.roles.iter().map(role), String::clone)?;
        let team = |one: &'_ At<Team>| (one.line, one.value.name.clone());
        once("team", self.teams.iter().map(team), String::clone)?;
        let channel =
            |one: &'_ At<Channel>| (one.line, format!("{}/{}", one.value.team, one.value.name));
        once("channel", self.channels.iter().map(channel), String::clone)?;
        let token = |one: &'_ At<Token>| {
            let (user, description) = (&one.value.user, &one.value.description);
            (one.line, format!("{description} of {user}"))
        };
        once("token", self.tokens.iter().map(token), String::clone)?;
        let webhook = |one: &'_ At<Webhook>| {
            let Webhook {
                team,
                channel,
                display_name,
                ..
            } = &one.value;
            (one.line, format!("{display_name:?} of {team}/{channel}"))
        };
        once("webhook", self.webhooks.iter().map(webhook), String::clone)?;
        let of_tokens = self
            .tokens
            .iter()
            .map(|one| (one.line, "token", &one.value.secret));
        let of_webhooks = self
            .webhooks
            .iter()
            .map(|one| (one.line, "webhook", &one.value.id));
        let mut secrets = HashSet::new();
        for (line, what, secret) in of_tokens.chain(of_webhooks) {
            if let Some(secret) = secret {
                if !id::is_valid(secret) {
                    return Err(format!(
                        "line {line}: a secret is {} letters and digits",
                        id::LENGTH
                    ));
                }
                if !secrets.insert(secret) {
                    return Err(format!("line {line}: another {what} has this secret"));
                }
            }
        }
        for At { line, value } in &self.tokens {
            if value.scope().is_err() {
                return Err(format!(
                    "line {line}: scopes must be read, full or names of permissions, and allowed_from addresses and networks that do not overlap"
                ));
            }
        }
        self.check_ids()?;
        let mut named = HashSet::new();
        for At { line, value } in &self.posts {
            if let Some(root) = value.root.as_ref().filter(|root| !named.contains(root)) {
                return Err(format!(
                    "line {line}: there is no post {root:?} before this one"
                ));
            }
            if let Some(name) = value.name.as_ref().filter(|name| !named.insert(*name)) {
                return Err(format!("line {line}: the post {name:?} is there twice"));
            }
        }
        Ok(())
    }
}

/// Tells what stands there, `null` included.
fn as_written<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

/// Looks whether the ids of the entries have the form of ids, and none of them is there already.
fn check_ids<'s, T: Entry + 's>(
    entries: &'s [At<T>],
    id: impl Fn(&'s T) -> &'s Option<String>,
    seen: &mut HashSet<&'s str>,
) -> Result<(), String> {
    for entry in entries {
        let Some(id) = id(&entry.value) else { continue };
        let is_lower = !id.bytes().any(|byte| byte.is_ascii_uppercase());
        if !id::is_valid(id) || !is_lower {
            let letters = id::LENGTH;
            let wrong = format!("an id is {letters} lowercase letters and digits");
            return Err(entry.wrong(wrong));
        }
        if !seen.insert(id) {
            return Err(entry.wrong("another entry has this id"));
        }
    }
    Ok(())
}

fn once<N: std::fmt::Display>(
    what: &str,
    names: impl Iterator<Item = (usize, N)>,
    key: impl Fn(&N) -> String,
) -> Result<(), String> {
    let mut seen = HashSet::new();
    for (line, name) in names {
        if !seen.insert(key(&name)) {
            return Err(format!("line {line}: the {what} {name} is there twice"));
        }
    }
    Ok(())
}

fn entries<T: DeserializeOwned>(text: &str, raws: &[&RawValue]) -> Result<Vec<At<T>>, String> {
    raws.iter().map(|raw| entry(text, raw)).collect()
}

fn entry<T: DeserializeOwned>(text: &str, raw: &RawValue) -> Result<At<T>, String> {
    // The raw value is a part of the text, so its place says its line.
    let begin = (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let before = text.as_bytes().get(..begin).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let value = serde_json::from_str(raw.get())
        .map_err(|error| in_line(line + error.line().max(1) - 1, &error))?;
    Ok(At { line, value })
}

fn in_line(line: usize, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(what, _)| what);
    format!("line {}: {what}", line.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Seed::parse(text).unwrap_err()
    }

    #[test]
    fn an_error_names_the_line() {
        let cases = [
            ("{\n \"users\": [\n", "line 3: EOF"),
            ("{\n \"persons\": []}", "line 2: unknown field `persons`"),
            (
                "{\n \"users\": [\n  {\"username\": \"a\"},\n  {\n   \"usrname\": \"b\"}]}",
                "line 5: unknown field `usrname`",
            ),
            ("{\"users\": [\n\n{}]}", "line 3: missing field `username`"),
            (
                "{\"users\": [{\"username\": \"a\"},\n {\"username\": \"A\"}]}",
                "line 2: the account A is there twice",
            ),
            (
                "{\"tokens\": [\n{\"user\": \"a\", \"description\": \"d\", \"secret\": \"short\"}]}",
                "line 2: a secret is 26",
            ),
            (
                "{\"posts\": [\n\n\n{\"team\": \"t\", \"channel\": \"c\", \"user\": \"u\", \"message\": \"m\", \"root\": \"r\"}]}",
                "line 4: there is no post \"r\"",
            ),
        ];
        for (text, error) in cases {
            assert!(refused(text).starts_with(error), "{}", refused(text));
        }
    }
}
