//! Secrets in a text that a client wrote: where they may hide, in whatever encoding of a path.

use std::borrow::Cow;

use super::{PREFIX, SecretHash, is_prefixed};
use crate::id;

/// Letters of a secret.
const LETTERS: usize = 26;

/// Letters of a secret that begins with `pat_`.
const PREFIXED_LETTERS: usize = 36;

/// Encodings within each other that are undone.
const DEPTH: usize = 8;

/// Returns the text without percent-encoding, also where that is encoded once more. A bad escape stays as it is.
pub fn decoded(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..DEPTH {
        match decoded_once(&text) {
            Some(next) => text = Cow::Owned(next),
            None => break,
        }
    }
    text
}

/// Returns the text with one layer of percent-encoding undone, or `None` if there is none.
fn decoded_once(text: &str) -> Option<String> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    (out.len() < bytes.len()).then(|| String::from_utf8_lossy(&out).into_owned())
}

/// Letters of a word that is searched: to look at every part of a longer one would be a lot of work for whoever sends it.
const WORD_LETTERS: usize = 1024;

/// Returns the parts of the text that have the form of a secret, with the hash of each.
pub fn candidates(text: &str) -> impl Iterator<Item = (&str, SecretHash)> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| word.len() <= WORD_LETTERS)
        .flat_map(|word| {
            let last = word.len().checked_sub(LETTERS);
            let windows = last.map(|last| (0..=last).map(|at| &word[at..at + LETTERS]));
            windows.into_iter().flatten()
        })
        .filter(|part| id::is_valid(part))
        .map(|part| (part, SecretHash::of(part)))
}

/// Returns the parts of the text that are secrets of tokens by their form alone, whether or not a token has them.
pub fn prefixed(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices(PREFIX).map(|(at, _)| at);
    let parts = starts.filter_map(|at| text.get(at..at + PREFIXED_LETTERS));
    parts.filter(|part| is_prefixed(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_of_encoding_is_undone() {
        for (text, plain) in [
            ("/users/a%62c", "/users/abc"),
            ("/users/a%2562c", "/users/abc"),
            ("%zz%4", "%zz%4"),
            ("%ff", "\u{fffd}"),
            ("plain", "plain"),
        ] {
            assert_eq!(decoded(text), plain, "{text}");
        }
    }

    #[test]
    fn prefixed_secrets_are_found_by_their_form() {
        let secret = crate::secret::Secret::prefixed();
        let text = format!("/a/pat_/{}x?pat_", secret.reveal());
        assert_eq!(prefixed(&text).collect::<Vec<_>>(), [secret.reveal()]);
    }

    #[test]
    fn secrets_are_found_within_longer_words() {
        let secret = "w9qdkbs5ajyzxgcdsqe9ff6f1r";
        for text in [secret.to_owned(), format!("/users/x{secret}9?a={secret}")] {
            assert!(candidates(&text).any(|(part, _)| part == secret), "{text}");
        }
        assert_eq!(candidates("w9qdkbs5ajyzxgcdsqe9ff6f1").count(), 0);
    }
}
