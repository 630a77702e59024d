//! Why a token works or does not: each gate that a request with it has to pass, in the order in which they are asked.

use std::net::IpAddr;

use serde::Serialize;

use super::Token;
use crate::clock::{Millis, rfc3339};
use crate::config::{Config, ENABLE_USER_ACCESS_TOKENS};
use crate::http::Networks;
use crate::user::User;

/// What a request with the token would be; `None` for what is not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// The address that it comes from.
    pub address: Option<IpAddr>,
    /// Whether it only reads.
    pub is_reading: Option<bool>,
}

/// One thing that decides.
#[derive(Debug, Serialize)]
pub struct Gate {
    /// Its name.
    pub gate: &'static str,
    /// Whether the token passes.
    pub passed: bool,
    /// One sentence: why it passes, or what to do.
    pub says: String,
}

/// Explains whether the token is accepted now. A stranger is told none of it: every refusal is the same 401.
pub fn explain(
    config: &Config,
    token: &Token,
    owner: &User,
    asked: Asked,
    now: Millis,
) -> Vec<Gate> {
    vec![
        active(token),
        expiry(token, now),
        owner_is_active(owner),
        switch(config, owner),
        address(token, asked.address),
        scope(token, asked.is_reading),
    ]
}

fn gate(gate: &'static str, passed: bool, yes: impl Into<String>, no: impl Into<String>) -> Gate {
    let says = if passed { yes.into() } else { no.into() };
    Gate { gate, passed, says }
}

fn active(token: &Token) -> Gate {
    let no = "It is disabled: enable it, or use another one.";
    gate("active", token.is_active, "It is enabled.", no)
}

fn expiry(token: &Token, now: Millis) -> Gate {
    let (end, at) = (token.expires_at, rfc3339(token.expires_at));
    let yes = match end {
        0 => "It never ends.".to_owned(),
        _ => format!("It ends at {at}."),
    };
    let no = format!("It ended at {at}: rotate it, or create another one.");
    gate("expiry", end == 0 || end > now, yes, no)
}

fn owner_is_active(owner: &User) -> Gate {
    let name = &owner.username;
    let yes = format!("Its owner {name} is active.");
    let no = format!("Its owner {name} is deactivated: activate the account.");
    gate("owner", owner.delete_at == 0, yes, no)
}

fn switch(config: &Config, owner: &User) -> Gate {
    let is_on = config.is_on(&ENABLE_USER_ACCESS_TOKENS);
    let yes = match is_on {
        true => "Personal access tokens are on.",
        false => "Personal access tokens are off, which does not concern those of bots.",
    };
    let no = "Personal access tokens are off: set ServiceSettings.EnableUserAccessTokens.";
    gate("switch", is_on || owner.is_bot(), yes, no)
}

fn address(token: &Token, address: Option<IpAddr>) -> Gate {
    let from = token.allowed_from.join(", ");
    let networks = Networks::parse(&token.allowed_from.join(" ")).unwrap_or_default();
    let (passed, yes) = match address {
        _ if token.allowed_from.is_empty() => (true, "It may be used from everywhere.".to_owned()),
        None => (
            true,
            format!("It may be used from {from}; name an address to know about that one."),
        ),
        Some(address) => (
            networks.contain(address),
            format!("{address} is in {from}."),
        ),
    };
    let no = format!(
        "It may be used from {from} alone: use it there, or rotate it with another allowed_from."
    );
    gate("address", passed, yes, no)
}

fn scope(token: &Token, is_reading: Option<bool>) -> Gate {
    let names = token.scope.names().join(", ");
    let refused = is_reading == Some(false) && token.scope.changes_nothing();
    let yes = format!("Its scopes are: {names}. What its owner may not do it may not do either.");
    let no = format!(
        "Its scopes are: {names}, and this request changes something: rotate it with more scopes."
    );
    gate("scope", !refused, yes, no)
}
