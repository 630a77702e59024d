//! A secret that somebody found: whoever knows it hands it in, and it is worth nothing from then on.

use super::{reader_of, sql, tell};
use crate::app::App;
use crate::audit;
use crate::error::AppError;
use crate::permission::{Caller, TOKEN_REPORT};
use crate::secret::SecretHash;
use crate::token;

/// System admins that are told of a secret that was found, at most.
const ADMINS: i64 = 20;

/// Revokes the token that has the secret, or had it before its last rotation, and tells its owner and the system admins. A
/// secret that no token has changes nothing.
///
/// # Errors
/// The data file cannot be changed.
pub fn report(app: &App, caller: &Caller, secret: &str) -> Result<(), AppError> {
    let (caller, secret_hash) = (caller.clone(), SecretHash::of(secret));
    app.take_away(move |tx, news| {
        let granted = TOKEN_REPORT.ask(&caller)?;
        let id = token::sql::id_of_secret(tx, &secret_hash)?;
        let found = id.map(|id| token::sql::by_id(tx, &id)).transpose()?;
        let Some(found) = found.flatten() else {
            return Ok(());
        };
        token::sql::delete(tx, &found.id)?;
        audit::record(
            tx,
            &granted,
            &format!("reported and revoked - token_id={}", found.id),
        )?;
        log::warn!(
            "the secret of token_id={} of user_id={} was found and handed in from {}; the token is revoked",
            found.id,
            found.user_id,
            caller.address
        );
        let Some((reader, name)) = reader_of(tx, &found)? else {
            return Ok(());
        };
        let message = format!(
            "{name} is revoked: somebody found its secret and handed it in. Make another one, and look where the old one lay open."
        );
        tell(tx, news, &granted, &reader, message)?;
        let owner = &found.user_id;
        let message = format!(
            "The token `{}` of the account `{owner}` is revoked. Somebody found its secret and handed it in, so it is revoked.",
            found.id
        );
        for admin in sql::admin_ids(tx, ADMINS)? {
            if admin != reader {
                tell(tx, news, &granted, &admin, message.clone())?;
            }
        }
        Ok(())
    })
}
