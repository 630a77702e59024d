//! Secrets: what is shown once, what is stored, and what is neither shown nor stored.
//!
//! A secret is the credential of a session or of a personal access token. Only its SHA-256 is stored; a look-up is by
//! that hash, so nothing that is compared depends on the secret letter by letter.

pub mod password;
pub mod search;

use sha2::{Digest, Sha256};

use crate::id;

/// The text of a credential, shown once. It has no `Serialize` and prints as `Secret(...)`.
#[derive(Clone)]
pub struct Secret(String);

/// SHA-256 of a secret in hexadecimal: what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretHash(String);

impl Secret {
    /// A new secret: 26 letters, 130 bits from the operating system's randomness.
    pub fn new() -> Secret {
        Secret(id::of(id::Kind::Secret))
    }

    /// Returns a new secret of a token that scanners for secrets find: `pat_`, 26 letters with 130 bits of randomness, and 6 letters
    /// by which it is told from any other text.
    pub fn prefixed() -> Secret {
        let letters = id::of(id::Kind::Secret);
        let sum = checksum(&letters);
        Secret(format!("{PREFIX}{letters}{sum}"))
    }

    /// A secret that was chosen by somebody: for tests, where it protects nothing.
    pub fn chosen(text: String) -> Secret {
        Secret(text)
    }

    /// What is stored of this secret.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }

    /// The text, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What the secrets of tokens begin with, where a setting says so.
const PREFIX: &str = "pat_";

/// Letters of the checksum of such a secret.
const SUM: usize = 6;

/// Returns the checksum of the letters of a secret: the first 30 bits of SHA-256, five bits a letter. Whoever has no key can check
/// it, so it tells a secret from a text that only looks like one, and nothing more.
fn checksum(letters: &str) -> String {
    let digest = Sha256::digest(format!("{PREFIX}{letters}"));
    id::letters(&digest[..SUM])
}

/// Whether the text is a secret that begins with `pat_`, by its form and checksum alone.
pub fn is_prefixed(text: &str) -> bool {
    let rest = text.strip_prefix(PREFIX);
    let parts = rest
        .filter(|rest| rest.is_ascii())
        .and_then(|rest| rest.split_at_checked(id::LENGTH));
    parts.is_some_and(|(letters, sum)| id::is_valid(letters) && sum == checksum(letters))
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(...)")
    }
}

impl SecretHash {
    /// The hash of what a caller sent.
    pub fn of(text: &str) -> SecretHash {
        SecretHash(hex::encode(Sha256::digest(text.as_bytes())))
    }

    /// A hash that was stored.
    pub fn stored(text: String) -> SecretHash {
        SecretHash(text)
    }

    /// 64 hexadecimal letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The CSRF token of a session: derived from its secret, so that it need not be stored.
pub fn csrf_token(session_secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"csrf:");
    hash.update(session_secret.as_bytes());
    id::letters(&hash.finalize()[..id::LENGTH])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new();
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }

    #[test]
    fn a_prefixed_secret_is_known_by_its_checksum() {
        let secret = Secret::prefixed();
        let text = secret.reveal();
        assert_eq!(text.len(), 36);
        assert!(is_prefixed(text));
        let other = if text.ends_with('y') { "b" } else { "y" };
        for bad in [
            &text[1..],
            &text[..35],
            &format!("{text}y"),
            &format!("{}{other}", &text[..35]),
            "pat_",
            "pat_\u{e4}",
        ] {
            assert!(!is_prefixed(bad), "{bad}");
        }
    }

    #[test]
    fn the_hash_is_the_published_sha_256() {
        assert_eq!(
            SecretHash::of("abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_csrf_token_is_steady_and_says_nothing_of_the_secret() {
        let secret = Secret::new();
        assert_eq!(csrf_token(secret.reveal()), csrf_token(secret.reveal()));
        assert_ne!(csrf_token(secret.reveal()), secret.reveal());
    }
}
