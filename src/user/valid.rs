//! What an account's fields may be. Mattermost: in this order, each with an id of its own.

use super::User;
use crate::error::{self, AppError, Failure};

/// # Errors
/// The first field that is not as it must be.
pub fn check(user: &User) -> Result<(), AppError> {
    let short = |text: &str, most: usize| text.chars().count() <= most && !text.contains('\0');
    let checks: [(bool, &'static Failure); 7] = [
        (is_username(&user.username), &error::BAD_USERNAME),
        (is_email(&user.email), &error::BAD_EMAIL),
        (short(&user.nickname, 64), &error::BAD_NICKNAME),
        (short(&user.position, 128), &error::BAD_POSITION),
        (short(&user.first_name, 64), &error::BAD_FIRST_NAME),
        (short(&user.last_name, 64), &error::BAD_LAST_NAME),
        (is_locale(&user.locale), &error::BAD_LOCALE),
    ];
    match checks.iter().find(|(kept, _)| !kept) {
        Some((_, failure)) => Err(AppError::new(failure)),
        None => Ok(()),
    }
}

/// 1 to 64 of `a-z0-9.-_`, and none of the names that mean something in a message.
pub fn is_username(text: &str) -> bool {
    const RESERVED: [&str; 4] = ["all", "channel", "matterbot", "system"];
    let letters = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte));
    (1..=64).contains(&text.len()) && letters && !RESERVED.contains(&text)
}

/// An address as in RFC 5322 without its folklore: no quotes, no comments, no display name.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let dotted = |part: &str, letter: fn(char) -> bool| {
        part.split('.')
            .all(|label| !label.is_empty() && label.chars().all(letter))
    };
    let of_local = |letter: char| {
        letter.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(letter)
            || !letter.is_ascii()
    };
    let of_domain = |letter: char| {
        letter.is_ascii_alphanumeric() || letter == '-' || letter == '_' || !letter.is_ascii()
    };
    text.chars().count() <= 128
        && text.to_lowercase() == text
        && dotted(local, of_local)
        && dotted(domain, of_domain)
}

/// A language tag such as `en` or `pt-BR`.
fn is_locale(text: &str) -> bool {
    let part = |part: &str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= 20 && text.split(['-', '_']).all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames() {
        for good in ["a", "alice", "a.b-c_9", "9", &"x".repeat(64)] {
            assert!(is_username(good), "{good}");
        }
        for bad in [
            "",
            "Alice",
            "a b",
            "ä",
            "a@b",
            "all",
            "channel",
            "matterbot",
            "system",
            &"x".repeat(65),
            "a\0",
        ] {
            assert!(!is_username(bad), "{bad}");
        }
    }

    #[test]
    fn addresses() {
        for good in [
            "a@b",
            "a.b+c@example.com",
            "bot@localhost",
            "o'hara@example.com",
        ] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "x".repeat(117));
        for bad in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b@c",
            "a..b@c",
            ".a@b",
            "A@b",
            "a@b\r\nc",
            "<a@b>",
            "Name <a@b>",
            "a@b\0",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
