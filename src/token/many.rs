//! What is done to many tokens at once.

use super::filter::{Filter, Order, Standing};
use super::{Token, latest_end, revoke_all, sql};
use crate::app::App;
use crate::audit;
use crate::clock::{DAY, Millis};
use crate::config::Config;
use crate::error::AppError;
use crate::permission::{Caller, TOKEN_ALL, TOKEN_REVOKE};
use crate::store::{Page, Tx};

/// Tokens that an answer names at most; the audit names each.
const NAMED: usize = 200;

/// What was done to many tokens, or would be.
#[derive(Debug, Default)]
pub struct Done {
    /// How many they are.
    pub count: i64,
    /// The first of them.
    pub tokens: Vec<Token>,
}

impl Done {
    fn add(&mut self, tokens: Vec<Token>) {
        self.count += tokens.len() as i64;
        let room = NAMED - self.tokens.len();
        self.tokens.extend(tokens.into_iter().take(room));
    }
}

/// Revokes every token of a user.
///
/// # Errors
/// The rule's refusal; there is no such user.
pub fn revoke_of(app: &App, caller: &Caller, user_id: &str) -> Result<i64, AppError> {
    let mut revoked = 0;
    app.store.in_batches(|limit| {
        let (caller, user_id) = (caller.clone(), user_id.to_owned());
        let some = app.store.take_away(move |tx| {
            let granted = TOKEN_REVOKE.ask_about(tx, &caller, &user_id)?;
            crate::user::find(tx, &user_id)?;
            let tokens = sql::list_of(tx, &user_id, Page::first(limit))?;
            revoke_all(tx, &granted, &tokens)
        })?;
        revoked += some;
        Ok(some > 0)
    })?;
    Ok(revoked)
}

/// Disables the active tokens that were not used since a moment and are older, or tells which these are. Enabling them undoes it.
///
/// # Errors
/// The rule's refusal.
pub fn disable_unused(
    app: &App,
    caller: &Caller,
    since: Millis,
    dry_run: bool,
) -> Result<Done, AppError> {
    let (mut done, mut after) = (Done::default(), None);
    app.store.in_batches(|limit| {
        let filter = Filter {
            standing: Some(Standing::Active),
            unused_since: since,
            after: after.take(),
            ..Filter::default()
        };
        let caller = caller.clone();
        let work = move |tx: &Tx| {
            let granted = TOKEN_ALL.ask(&caller)?;
            let now = granted.at();
            let tokens = sql::list(tx, &filter, Order::BY_AGE, now, Page::first(limit))?;
            if !dry_run {
                for token in &tokens {
                    sql::update_is_active(tx, &token.id, false)?;
                    audit::record(tx, &granted, &format!("success - token_id={}", token.id))?;
                }
            }
            Ok::<_, AppError>(tokens)
        };
        let tokens = match dry_run {
            true => app.store.read(work)?,
            false => app.store.take_away(work)?,
        };
        after = tokens.last().map(|last| (last.create_at, last.id.clone()));
        let is_more = !tokens.is_empty();
        done.add(tokens);
        Ok(is_more)
    })?;
    Ok(done)
}

/// Returns people's active tokens that live longer than a limit in days allows; `None`: than the limit that is set.
///
/// # Errors
/// The rule's refusal.
pub fn non_compliant(
    app: &App,
    config: &Config,
    caller: &Caller,
    days: Option<i64>,
) -> Result<Done, AppError> {
    TOKEN_ALL.ask(caller)?;
    let latest = match days {
        Some(days) => Some(caller.at + days * DAY),
        None => latest_end(config, caller.at),
    };
    let (mut done, mut after) = (Done::default(), None);
    let Some(latest) = latest else {
        return Ok(done);
    };
    app.store.in_batches(|limit| {
        let begin = after.take();
        let part = app
            .store
            .read(|tx| Ok::<_, AppError>(sql::beyond(tx, latest, begin.as_ref(), limit)?))?;
        done.add(part.found);
        after = part.end;
        Ok(after.is_some())
    })?;
    Ok(done)
}
