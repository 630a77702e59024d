//! Why a token works or does not: each gate that a request with it has to pass, in the order in which they are asked.

use std::net::IpAddr;

use serde::Serialize;

use super::gate::{Gate, State};
use super::{Token, limits};
use crate::clock::{Millis, rfc3339};
use crate::config::{Config, ENABLE_USER_ACCESS_TOKENS};
use crate::user::User;

/// What a request with the token would be; `None` for what is not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// The address that it comes from.
    pub address: Option<IpAddr>,
    /// Whether it only reads.
    pub is_reading: Option<bool>,
}

/// What one gate says.
#[derive(Debug, Serialize)]
pub struct Explanation {
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
) -> Vec<Explanation> {
    let state = State {
        is_active: token.is_active,
        expires_at: token.expires_at,
        owner_is_deactivated: owner.delete_at > 0,
        owner_is_bot: owner.is_bot(),
    };
    let passes = |gate| state.passes(gate, config, now);
    vec![
        active(passes(Gate::Active)),
        expiry(token, passes(Gate::Expiry)),
        owner_is_active(owner, passes(Gate::Owner)),
        switch(config, passes(Gate::Switch)),
        address(token, asked.address),
        scope(token, asked.is_reading),
    ]
}

fn gate(
    gate: &'static str,
    passed: bool,
    yes: impl Into<String>,
    no: impl Into<String>,
) -> Explanation {
    let says = if passed { yes.into() } else { no.into() };
    Explanation { gate, passed, says }
}

fn active(passed: bool) -> Explanation {
    let no = "It is disabled: enable it, or use another one.";
    gate("active", passed, "It is enabled.", no)
}

fn expiry(token: &Token, passed: bool) -> Explanation {
    let at = rfc3339(token.expires_at);
    let yes = match token.expires_at {
        0 => "It never ends.".to_owned(),
        _ => format!("It ends at {at}."),
    };
    let no = format!("It ended at {at}: rotate it, or create another one.");
    gate("expiry", passed, yes, no)
}

fn owner_is_active(owner: &User, passed: bool) -> Explanation {
    let name = &owner.username;
    let yes = format!("Its owner {name} is active.");
    let no = format!("Its owner {name} is deactivated: activate the account.");
    gate("owner", passed, yes, no)
}

fn switch(config: &Config, passed: bool) -> Explanation {
    let yes = match config.is_on(&ENABLE_USER_ACCESS_TOKENS) {
        true => "Personal access tokens are on.",
        false => "Personal access tokens are off, which does not concern those of bots.",
    };
    let no = "Personal access tokens are off: set ServiceSettings.EnableUserAccessTokens.";
    gate("switch", passed, yes, no)
}

fn address(token: &Token, address: Option<IpAddr>) -> Explanation {
    let from = token.allowed_from.join(", ");
    let networks = limits::together(&token.allowed_from.join(" "));
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

fn scope(token: &Token, is_reading: Option<bool>) -> Explanation {
    let names = token.scope.names().join(", ");
    let refused = is_reading == Some(false) && token.scope.changes_nothing();
    let yes = format!("Its scopes are: {names}. What its owner may not do it may not do either.");
    let no = format!(
        "Its scopes are: {names}, and this request changes something: rotate it with more scopes."
    );
    gate("scope", !refused, yes, no)
}
