//! Passwords of users: setting one, the rules for it, and the check of the current one.

use std::sync::Arc;

use super::{User, find, lockout, sql};
use crate::app::App;
use crate::audit;
use crate::config::{self, Config};
use crate::error::{self, AppError, PasswordRules};
use crate::permission::{Caller, USER_PASSWORD, USER_UNLOCK};
use crate::secret::password::MAX_BYTES;
use crate::session;
use crate::store::Tx;

/// A password to be set.
pub struct PasswordChange<'c> {
    /// The present one, which users show for their own account; empty: not sent.
    pub current: &'c str,
    /// The new one, in clear.
    pub new: &'c str,
    /// Whether `new` is said to be a hash.
    pub already_hashed: bool,
    /// Whether all sessions of the user end, but for the one that changes the password.
    pub revoke_sessions: bool,
    /// Whether all tokens of the user are deleted, but for the one that changes the password.
    pub revoke_tokens: bool,
}

/// Sets a password. Mattermost: sessions and tokens go on, so they end only where that is asked for; a lock is lifted; an account of another service becomes one
/// with a password.
///
/// # Errors
/// In Mattermost's order: the rule's refusal, the current password, the rules in force, by Mattermost's name for them. The
/// password was changed meanwhile.
pub fn update_password(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    user_id: &str,
    change: PasswordChange,
) -> Result<(), AppError> {
    let (asking, user_id) = (caller.clone(), user_id.to_owned());
    let granted = move |tx: &Tx| {
        // Mattermost: an account that does not exist is refused as somebody else's.
        let user = sql::by_id(tx, &user_id)?.ok_or(USER_PASSWORD.refused)?;
        Ok((USER_PASSWORD.ask_about(tx, &asking, &user_id)?, user))
    };
    // Asked before the work of hashing, and again in the transaction that writes.
    let (before, user) = app.store.read(&granted)?;
    let own = before.caller().user_id == user.id;
    if change.already_hashed {
        // Taken for a password, somebody else's hash would lock the account.
        let own = own && !before.caller().is_system_admin();
        return Err(AppError::new(if own {
            &error::PASSWORD_HASHED
        } else {
            &error::NOT_IMPLEMENTED
        }));
    }
    if own {
        if change.current.is_empty() {
            return Err(AppError::body_param("current_password"));
        }
        if user.auth_data.is_some() {
            return Err(AppError::new(&error::PASSWORD_OF_SERVICE));
        }
        check_current(app, config, caller, &user, change.current)?;
    }
    check_rules(config, change.new).map_err(AppError::password_rules)?;
    let hash = app.passwords.hash(change.new)?;
    let (revoke_sessions, revoke_tokens) = (change.revoke_sessions, change.revoke_tokens);
    app.store.write(move |tx| {
        let (granted, now) = granted(tx)?;
        if own && now.password_hash != user.password_hash {
            return Err(AppError::new(&error::PASSWORD_INCORRECT));
        }
        sql::update_password(tx, &user.id, &hash, granted.at())?;
        lockout::lift(tx, &user.id)?;
        if revoke_sessions {
            session::sql::delete_all_of_but(tx, &user.id, &granted.caller().session_id)?;
        }
        if revoke_tokens {
            sql::delete_tokens_but(
                tx,
                &user.id,
                granted.caller().token_id().unwrap_or_default(),
            )?;
        }
        audit::record(tx, &granted, "attempted")?;
        audit::record(tx, &granted, "completed")
    })
}

/// Forgets the wrong passwords since the last right one, so that a lock is lifted.
///
/// # Errors
/// In Mattermost's order: the caller may unlock nobody, the user does not exist, another service knows the password, the
/// rule's refusal.
pub fn unlock(app: &App, caller: &Caller, user_id: &str) -> Result<(), AppError> {
    let (caller, user_id) = (caller.clone(), user_id.to_owned());
    app.store.write(move |tx| {
        // Mattermost: who may unlock nobody is not told who is there.
        USER_UNLOCK.ask(&caller)?;
        let user = find(tx, &user_id)?;
        if !["", "ldap"].contains(&user.auth_service.as_str()) {
            return Err(AppError::new(&error::UNLOCK_SERVICE));
        }
        let granted = USER_UNLOCK.ask_about(tx, &caller, &user_id)?;
        lockout::lift(tx, &user_id)?;
        audit::record(tx, &granted, &format!("user_id={user_id}"))
    })
}

/// Checks the password of a user who is signed in, and counts a wrong one.
///
/// # Errors
/// Locked, or wrong.
pub fn check_current(
    app: &App,
    config: &Arc<Config>,
    caller: &Caller,
    user: &User,
    password: &str,
) -> Result<(), AppError> {
    let refusal = |tx: &Tx| lockout::refusal(tx, config, user, caller);
    if let Some(refusal) = app.store.read(refusal)? {
        return Err(refusal);
    }
    let right = app.passwords.verify(password, Some(&user.password_hash))?;
    let (config, caller, user_id) = (Arc::clone(config), caller.clone(), user.id.clone());
    app.store.write(move |tx| {
        let user = find(tx, &user_id)?;
        lockout::record(tx, &config, &user, &caller, right)
    })?;
    if right {
        Ok(())
    } else {
        Err(AppError::new(&error::PASSWORD_INCORRECT))
    }
}

/// Whether a new password keeps the rules of `PasswordSettings`.
///
/// # Errors
/// The rules in force, under Mattermost's id for them.
pub fn check_rules(config: &Config, password: &str) -> Result<(), PasswordRules> {
    let minimum =
        usize::try_from(config.int(&config::PASSWORD_MINIMUM_LENGTH)).unwrap_or(MAX_BYTES);
    let mut kept = (minimum..=MAX_BYTES).contains(&password.len());
    let mut id = String::from("model.user.is_valid.pwd");
    let mut parts = Vec::new();
    type Kind = fn(char) -> bool;
    let kinds: [(_, &str, &str, Kind); 4] = [
        (
            &config::PASSWORD_LOWERCASE,
            "_lowercase",
            "at least one lowercase letter",
            |c| c.is_ascii_lowercase(),
        ),
        (
            &config::PASSWORD_UPPERCASE,
            "_uppercase",
            "at least one uppercase letter",
            |c| c.is_ascii_uppercase(),
        ),
        (
            &config::PASSWORD_NUMBER,
            "_number",
            "at least one number",
            |c| c.is_ascii_digit(),
        ),
        (
            &config::PASSWORD_SYMBOL,
            "_symbol",
            "at least one symbol (e.g. \"~!@#$%^&*()\")",
            is_symbol,
        ),
    ];
    for (setting, part, words, is) in kinds {
        if config.is_on(setting) {
            id.push_str(part);
            parts.push(words);
            kept &= password.contains(is);
        }
    }
    if kept {
        Ok(())
    } else {
        Err(PasswordRules {
            id: format!("{id}.app_error"),
            message: sentence(minimum, &parts),
        })
    }
}

/// Mattermost: exactly these count as symbols.
fn is_symbol(letter: char) -> bool {
    " !\"\\#$%&'()*+,-./:;<=>?@[]^_`|~".contains(letter)
}

fn sentence(minimum: usize, parts: &[&str]) -> String {
    let made_up = match parts {
        [] => String::new(),
        [one] => format!(" made up of {one}"),
        [all @ .., last] => format!(" made up of {}, and {last}", all.join(", ")),
    };
    format!("Your password must contain at least {minimum} characters{made_up}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_in_force_name_the_failure() {
        let config = Config::defaults();
        assert!(check_rules(&config, "password").is_ok());
        let rules = check_rules(&config, "passwor").unwrap_err();
        assert_eq!(rules.id, "model.user.is_valid.pwd.app_error");
        let config = Config::with(&[
            (&config::PASSWORD_MINIMUM_LENGTH, 10.into()),
            (&config::PASSWORD_LOWERCASE, true.into()),
            (&config::PASSWORD_UPPERCASE, true.into()),
            (&config::PASSWORD_NUMBER, true.into()),
            (&config::PASSWORD_SYMBOL, true.into()),
        ]);
        assert!(check_rules(&config, "Password-1").is_ok());
        let broken = [
            "Passwor-1",
            "password-1",
            "PASSWORD-1",
            "Password-x",
            "Password11",
            &format!("Aa-1{}", "x".repeat(69)),
        ];
        for password in broken {
            let rules = check_rules(&config, password).unwrap_err();
            assert_eq!(
                rules.id, "model.user.is_valid.pwd_lowercase_uppercase_number_symbol.app_error",
                "{password}"
            );
            assert_eq!(
                rules.message,
                "Your password must contain at least 10 characters made up of at least one lowercase letter, at least one uppercase letter, at least one number, and at least one symbol (e.g. \"~!@#$%^&*()\")."
            );
        }
    }
}
