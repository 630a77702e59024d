//! Passwords: Argon2id, always the same work, bounded memory.
//!
//! Callers run on the slow lane (`http/lane.rs`), so a storm of logins cannot starve token requests. There is one
//! buffer for all hashing, so one hash is made at a time, and the storm leaves the other processors alone.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::error::{AppError, INTERNAL, NO_MEMORY};
use crate::sync::Mutex;

/// The longest password in bytes. Mattermost: the limit of bcrypt, kept for every account.
pub const MAX_BYTES: usize = 72;

/// Where hashes are made; 19 MiB once there was one.
static MEMORY: Mutex<Vec<Block>> = Mutex::new(Vec::new());

/// How much work a hash is.
#[derive(Clone, Copy, Debug)]
pub enum Cost {
    /// 19 MiB, two passes, one lane: OWASP's parameters for Argon2id.
    Owasp,
    /// The least that Argon2 allows: for tests, where passwords protect nothing.
    Cheapest,
}

/// Makes and checks hashes.
pub struct Passwords {
    params: Params,
    /// The hash of nobody's password: checked when there is no account, so that both cases do the same work.
    decoy: String,
}

impl Passwords {
    /// # Errors
    /// When Argon2 refuses its own parameters.
    pub fn new(cost: Cost) -> Result<Passwords, AppError> {
        let params = match cost {
            Cost::Owasp => Params::new(19_456, 2, 1, None),
            Cost::Cheapest => Params::new(Params::MIN_M_COST, 1, 1, None),
        };
        let mut passwords = Passwords {
            params: params.map_err(internal)?,
            decoy: String::new(),
        };
        passwords.decoy = passwords.decoy()?;
        Ok(passwords)
    }

    /// The hash to store, as a PHC string.
    pub fn hash(&self, password: &str) -> Result<String, AppError> {
        let salt = Salt::new(&random_salt()?).map_err(internal)?;
        let output = compute(&self.params, password, &salt)?;
        self.phc(salt, &output)
    }

    /// Whether `password` belongs to `stored`; `None` or an empty hash (no such account, no password) does the same work
    /// and is false.
    pub fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, AppError> {
        let stored = stored.filter(|hash| !hash.is_empty());
        let hash = PasswordHash::new(stored.unwrap_or(&self.decoy)).map_err(internal)?;
        let params = Params::try_from(&hash).map_err(internal)?;
        let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
            return Err(internal("a stored hash lacks its parts"));
        };
        let output = compute(&params, password, &salt)?;
        // `Output` compares in constant time.
        Ok(Output::new(&output).map_err(internal)? == expected && stored.is_some())
    }

    fn phc(&self, salt: Salt, output: &[u8]) -> Result<String, AppError> {
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(internal)?,
            salt: Some(salt),
            hash: Some(Output::new(output).map_err(internal)?),
        };
        Ok(hash.to_string())
    }

    /// No password hashes to zeros: the decoy needs no work to make, which start-up would pay for.
    fn decoy(&self) -> Result<String, AppError> {
        self.phc(
            Salt::new(&random_salt()?).map_err(internal)?,
            &[0; Params::DEFAULT_OUTPUT_LEN],
        )
    }
}

fn compute(
    params: &Params,
    password: &str,
    salt: &Salt,
) -> Result<[u8; Params::DEFAULT_OUTPUT_LEN], AppError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let mut memory = MEMORY.lock();
    let blocks = params.block_count();
    if memory.len() < blocks {
        let more = blocks - memory.len();
        memory
            .try_reserve_exact(more)
            .map_err(|error| AppError::new(&NO_MEMORY).cause(error.to_string()))?;
        memory.resize_with(blocks, Block::default);
    }
    let memory = &mut memory[..blocks];
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory)
        .map_err(internal)?;
    Ok(output)
}

fn random_salt() -> Result<[u8; 16], AppError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(internal)?;
    Ok(salt)
}

fn internal(error: impl std::fmt::Display) -> AppError {
    AppError::new(&INTERNAL).cause(format!("password hashing: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(Cost::Cheapest).unwrap();
        let hash = passwords.hash("Correct-Horse-1").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(passwords.verify("Correct-Horse-1", Some(&hash)).unwrap());
        assert!(!passwords.verify("Correct-Horse-2", Some(&hash)).unwrap());
        assert!(!passwords.verify("Correct-Horse-1", None).unwrap());
        assert!(!passwords.verify("", Some("")).unwrap());
    }

    #[test]
    fn the_cost_is_what_owasp_asks_for() {
        let passwords = Passwords::new(Cost::Owasp).unwrap();
        assert!(
            passwords
                .decoy
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            passwords.decoy
        );
    }
}
