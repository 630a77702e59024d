//! Whether a token is good now. Owns the rules that need no request; `auth` refuses by them, and `explain` tells of them.

use crate::clock::Millis;
use crate::config::{Config, ENABLE_USER_ACCESS_TOKENS};

/// What decides about a token.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Whether it is not disabled.
    pub is_active: bool,
    /// When it ends; 0: never.
    pub expires_at: Millis,
    /// Whether its owner is deactivated.
    pub owner_is_deactivated: bool,
    /// Whether its owner is a bot.
    pub owner_is_bot: bool,
}

/// One thing that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It is not disabled.
    Active,
    /// It has not ended.
    Expiry,
    /// Its owner is active.
    Owner,
    /// Tokens are on, or it is a bot's.
    Switch,
}

/// The gates in the order in which they are asked.
const ORDER: [Gate; 4] = [Gate::Active, Gate::Expiry, Gate::Owner, Gate::Switch];

impl State {
    /// Returns the first gate that the token does not pass; `None`: it works.
    pub fn closed(&self, config: &Config, now: Millis) -> Option<Gate> {
        let is_closed = |gate: &Gate| !self.passes(*gate, config, now);
        ORDER.into_iter().find(is_closed)
    }

    /// Whether the token passes the gate.
    pub fn passes(&self, gate: Gate, config: &Config, now: Millis) -> bool {
        match gate {
            Gate::Active => self.is_active,
            Gate::Expiry => self.expires_at == 0 || self.expires_at > now,
            Gate::Owner => !self.owner_is_deactivated,
            Gate::Switch => self.owner_is_bot || config.is_on(&ENABLE_USER_ACCESS_TOKENS),
        }
    }
}
