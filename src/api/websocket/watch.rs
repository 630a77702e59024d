//! Ends the listeners whose credential is no longer valid.

use crate::app::App;
use crate::auth;
use crate::error::AppError;
use crate::event::hub::{Ended, Listener};
use crate::permission::Caller;
use crate::store::Tx;

/// Ends the listeners whose credential is no longer valid, whoever revoked it.
///
/// # Errors
/// When the store fails.
pub fn recheck(app: &App) -> Result<(), AppError> {
    let listeners = app.hub.listeners();
    if listeners.is_empty() {
        return Ok(());
    }
    app.store.read(|tx| {
        for listener in listeners {
            let opens = auth::session_id(app, tx, &listener.secret_hash)?;
            if opens.is_none_or(|id| id != listener.session_id) {
                listener.end(Ended::Refused);
            }
        }
        Ok(())
    })
}

/// Who listens, with the permissions of this moment; `None` when the credential is no longer valid.
///
/// # Errors
/// When the store fails.
pub fn caller(app: &App, tx: &Tx, listener: &Listener) -> Result<Option<Caller>, AppError> {
    let caller = auth::again(app, tx, &listener.secret_hash)?;
    let caller = caller.filter(|caller| caller.session_id == listener.session_id);
    // What comes over a WebSocket changes nothing.
    Ok(caller.map(|caller| caller.limited(true)))
}
