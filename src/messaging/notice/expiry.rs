//! Tokens that end: whoever has one is told 7, 3 and 1 days before, and when it is deleted, once each.

use super::{reader_of, tell};
use crate::app::App;
use crate::audit;
use crate::clock::{DAY, Millis, rfc3339};
use crate::config::ENABLE_TOKEN_EXPIRY_NOTICES;
use crate::error::AppError;
use crate::event::News;
use crate::permission::{Caller, Granted, TOKEN_ALL};
use crate::store::Tx;
use crate::token::{self, Token, sql};

/// Tells of the tokens that end within a week and of which it was not told at this stage; tells how many.
///
/// # Errors
/// The data file cannot be changed.
pub fn tell_of_ends(app: &App) -> Result<i64, AppError> {
    if !app.config.last().is_on(&ENABLE_TOKEN_EXPIRY_NOTICES) {
        return Ok(0);
    }
    let caller = Caller::operator("expiry", app.clock.now());
    let (mut told, mut from) = (0, 0);
    app.store.clean_up_in_batches(|limit| {
        // Looked for without keeping anybody from writing: among many there may be few.
        let due = app
            .store
            .read(|tx| Ok(sql::due_for_notice(tx, caller.at, from, limit)?))?;
        let Some((last, _)) = due.last() else {
            return Ok(false);
        };
        from = last.expires_at;
        told += due.len() as i64;
        let caller = caller.clone();
        app.change(move |tx, news| {
            let granted = TOKEN_ALL.ask(&caller)?;
            for (token, days) in &due {
                let now = sql::by_id(tx, &token.id)?;
                let is_due = |now: &Token| now.is_active && now.expires_at == token.expires_at;
                if now.as_ref().is_some_and(is_due) {
                    tell_of_end(tx, news, &granted, token, *days)?;
                }
            }
            Ok(true)
        })
    })?;
    Ok(told)
}

fn tell_of_end(
    tx: &Tx,
    news: &mut News,
    granted: &Granted,
    token: &Token,
    days: i64,
) -> Result<(), AppError> {
    sql::note_notice(tx, token, days)?;
    if let Some((reader, name)) = reader_of(tx, token)? {
        let left = in_words(token.expires_at - granted.at());
        let end = rfc3339(token.expires_at);
        let message = format!(
            "{name} ends in {left}, at {end}. Rotate it, or make another one, before programs that use it are refused."
        );
        tell(tx, news, granted, &reader, message)?;
    }
    let (id, owner) = (&token.id, &token.user_id);
    log::info!("token_id={id} of user_id={owner} ends within {days} days");
    audit::record(
        tx,
        granted,
        &format!("ends soon - token_id={id} days={days}"),
    )
}

/// Deletes the tokens that ended long ago, and tells of each; returns how many.
///
/// # Errors
/// The data file cannot be changed.
pub fn delete_ended(app: &App) -> Result<i64, AppError> {
    let is_told = app.config.last().is_on(&ENABLE_TOKEN_EXPIRY_NOTICES);
    token::clean_up(
        app,
        if is_told {
            deleted
        } else {
            |_, _, _, _| Ok(())
        },
    )
}

fn deleted(tx: &Tx, news: &mut News, granted: &Granted, token: &Token) -> Result<(), AppError> {
    if let Some((reader, name)) = reader_of(tx, token)? {
        let end = rfc3339(token.expires_at);
        let kept = token::EXPIRED_KEPT_DAYS;
        let message = format!("{name} ended at {end} and was deleted after {kept} days.");
        tell(tx, news, granted, &reader, message)?;
    }
    let (id, owner) = (&token.id, &token.user_id);
    log::info!("token_id={id} of user_id={owner} ended long ago and was deleted");
    Ok(())
}

/// Returns a time in whole days, or in hours when it is less than two days.
fn in_words(time: Millis) -> String {
    const HOUR: Millis = DAY / 24;
    // What is begun counts: 6 days and 23 hours are 7 days.
    let (number, unit) = match time {
        time if time > 2 * DAY => ((time + DAY - 1) / DAY, "day"),
        time => ((time + HOUR - 1) / HOUR, "hour"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_days_and_hours() {
        for (time, words) in [
            (7 * DAY, "7 days"),
            (7 * DAY - 1, "7 days"),
            (2 * DAY + 1, "3 days"),
            (2 * DAY, "48 hours"),
            (DAY / 24, "1 hour"),
            (1, "1 hour"),
        ] {
            assert_eq!(in_words(time), words);
        }
    }
}
