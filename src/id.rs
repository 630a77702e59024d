//! The 26-letter ids: 130 random bits in Mattermost's base 32.

/// Mattermost's alphabet (z-base-32), used for ids and for secrets.
const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// Letters of an id and of a secret.
pub const LENGTH: usize = 26;

/// A new id from the operating system's randomness.
///
/// # Panics
/// When the operating system has no randomness: nothing safe could be done without it.
#[allow(clippy::expect_used)]
pub fn new() -> String {
    let mut bytes = [0u8; LENGTH];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    letters(&bytes)
}

/// One letter for each byte, of which five bits count.
pub fn letters(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// Whether the text has the form of an id. Mattermost: letters of either case and digits, 26 of them.
pub fn is_valid(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_is_valid_and_new() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| new()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| is_valid(id)));
    }

    #[test]
    fn every_letter_is_as_likely_as_the_others() {
        let all: Vec<u8> = (0..=255).collect();
        let text = letters(&all);
        assert!(
            ALPHABET
                .iter()
                .all(|letter| text.bytes().filter(|byte| byte == letter).count() == 8)
        );
    }
}
