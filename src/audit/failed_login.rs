//! Failed logins in the audit. A stranger makes as many of them as they like, so what they write has a bound: one row a
//! minute for an address or a name, with a count.

use super::{record, redact, sql};
use crate::clock::Millis;
use crate::error::AppError;
use crate::id;
use crate::permission::Granted;
use crate::secret::SecretHash;
use crate::store::Tx;

/// How long failed logins are counted in the row of the first.
const WINDOW: Millis = 60_000;

/// Letters of a name that nobody has which are kept: people type passwords there.
const LETTERS: usize = 2;

/// Digits of the hash: enough to tell two names apart, too few to look a password up.
const DIGITS: usize = 6;

/// Records a failed login, in Mattermost's words: a row for the attempt and one for the failure.
pub fn record_failed_login(
    tx: &Tx,
    granted: &Granted,
    login_id: &str,
    user_id: &str,
    is_known: bool,
) -> Result<(), AppError> {
    let login_id = name_in_audit(tx, login_id, is_known)?;
    let since = granted.at() - WINDOW;
    if sql::count_failed_login(tx, since, &granted.caller().address, &login_id)? {
        return Ok(());
    }
    let user_id = redact(tx, user_id)?;
    // What has not the form of an id is nobody's.
    let user_id = if id::is_valid(&user_id) { &user_id } else { "" };
    let of_nobody = granted.clone().acting_as(user_id, "");
    for word in ["attempt", "failure"] {
        record(tx, &of_nobody, &format!("{word} - login_id={login_id}"))?;
    }
    Ok(())
}

/// Returns the name as it may stand in the audit: the name of a user, or the beginning of another text and its hash.
pub fn name_in_audit(tx: &Tx, login_id: &str, is_known: bool) -> Result<String, AppError> {
    let clean = redact(tx, login_id)?;
    if is_known || clean != login_id || login_id.is_empty() {
        return Ok(clean);
    }
    Ok(shortened(login_id))
}

/// Returns the beginning of a text and its hash: two of them can be told apart, and neither can be read.
pub fn shortened(text: &str) -> String {
    let begin: String = text.chars().take(LETTERS).collect();
    let hash = SecretHash::of(text);
    format!("{begin}~{}", &hash.as_str()[..DIGITS])
}
