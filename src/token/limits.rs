//! How much less than its owner a token may do: its networks, and what a token may give to another.

use super::{Token, sql};
use crate::error::{self, AppError};
use crate::http::Networks;
use crate::permission::{Caller, Scope};
use crate::store::Tx;

/// Networks of a token at most.
const NETWORKS: usize = 64;

/// Looks whether a token can have these networks.
///
/// # Errors
/// One is none, two of them overlap, or there are too many.
pub fn check_networks(networks: &[String]) -> Result<(), AppError> {
    let parsed: Option<Vec<Networks>> = networks.iter().map(|one| single(one)).collect();
    let parsed = parsed.filter(|all| all.len() <= NETWORKS);
    let parsed = parsed.ok_or_else(|| AppError::body_param("allowed_from"))?;
    for (number, one) in parsed.iter().enumerate() {
        let mut others = parsed[..number].iter();
        if others.any(|other| other.include(one) || one.include(other)) {
            return Err(AppError::body_param("allowed_from"));
        }
    }
    Ok(())
}

fn single(network: &str) -> Option<Networks> {
    let is_one = !network.is_empty() && !network.contains(char::is_whitespace);
    is_one.then(|| Networks::parse(network)).flatten()
}

/// Returns the networks that are stored with spaces between.
pub fn of_stored(networks: Option<&str>) -> Vec<String> {
    let networks = networks.unwrap_or_default().split_whitespace();
    networks.map(str::to_owned).collect()
}

/// Returns the networks with spaces between; `None` when there are none, which allows all addresses.
pub fn to_stored(networks: &[String]) -> Option<String> {
    (!networks.is_empty()).then(|| networks.join(" "))
}

/// Returns what the stored networks are together. What cannot be read contains no address.
pub fn together(stored: &str) -> Networks {
    Networks::parse(stored).unwrap_or_default()
}

/// Looks whether a token may do no more than the one that the caller came with, and from nowhere else.
///
/// # Errors
/// 403, with the scope that is missing.
pub fn check_within(tx: &Tx, caller: &Caller, token: &Token) -> Result<(), AppError> {
    let Some(own) = caller.token_id() else {
        return Ok(());
    };
    let own = sql::by_id(tx, own)?.ok_or(&error::SESSION_EXPIRED)?;
    if !own.scope.includes(token.scope) {
        let missing = token
            .scope
            .names()
            .into_iter()
            .find(|name| Scope::parse([*name]).is_ok_and(|scope| !own.scope.includes(scope)));
        return Err(AppError::named(
            &error::TOKEN_SCOPE,
            missing.unwrap_or_default(),
        ));
    }
    let networks = |of: &Token| together(&of.allowed_from.join(" "));
    let is_within = own.allowed_from.is_empty()
        || (!token.allowed_from.is_empty() && networks(&own).include(&networks(token)));
    if !is_within {
        return Err(AppError::named(&error::TOKEN_SCOPE, "allowed_from"));
    }
    Ok(())
}
