//! What an account's fields may be. Mattermost: in this order, each with an id of its own.

use super::User;
use crate::error::{self, AppError, Failure};
use crate::secret::password::MAX_BYTES;

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
    first_of(&checks)
}

fn first_of(checks: &[(bool, &'static Failure)]) -> Result<(), AppError> {
    match checks.iter().find(|(kept, _)| !kept) {
        Some((_, failure)) => Err(AppError::new(failure)),
        None => Ok(()),
    }
}

/// How an account is logged in to, before its password is hashed.
///
/// # Errors
/// As [`check`].
pub fn check_login(user: &User, password: &str) -> Result<(), AppError> {
    let data = user.auth_data.as_deref().unwrap_or_default();
    let short = |text: &str, most: usize| text.len() <= most && !text.contains('\0');
    let by_service = !user.auth_service.is_empty();
    let checks: [(bool, &'static Failure); 4] = [
        (
            short(data, 128) && short(&user.auth_service, 32),
            &error::BAD_AUTH_DATA,
        ),
        (
            data.is_empty() || by_service,
            &error::AUTH_DATA_WITHOUT_SERVICE,
        ),
        (
            data.is_empty() || password.is_empty(),
            &error::AUTH_DATA_AND_PASSWORD,
        ),
        (password.len() <= MAX_BYTES, &error::PASSWORD_LIMIT),
    ];
    first_of(&checks)
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
    text.len() <= 128
        && text.to_lowercase() == text
        && dotted(local, of_local)
        && dotted(domain, of_domain)
}

/// Mattermost: languages that its clients speak; an account made with another one gets the default.
const LOCALES: [&str; 22] = [
    "bg", "de", "en", "en-AU", "es", "fa", "fr", "hu", "it", "ja", "ko", "nl", "pl", "pt-BR", "ro",
    "ru", "sv", "tr", "uk", "vi", "zh-CN", "zh-TW",
];

/// The language of a new account.
pub fn locale_or_default(locale: String) -> String {
    if LOCALES.contains(&locale.as_str()) {
        locale
    } else {
        "en".to_owned()
    }
}

/// Mattermost: letters that only change how a text looks, the direction of writing among them, are left out of names.
pub fn without_invisible(text: &str) -> String {
    let kept = |letter: &char| {
        !matches!(letter,
            '\u{340}' | '\u{341}' | '\u{17a3}' | '\u{17d3}' | '\u{2028}'..='\u{2029}' | '\u{202a}'..='\u{202e}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars().filter(kept).collect()
}

/// The languages of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el \
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj \
    kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj \
    om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr \
    ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Returns whether the text is a language tag of five letters at most, such as `en` or `pt-BR`.
///
/// Mattermost: a language of two letters must be one that there is.
fn is_locale(text: &str) -> bool {
    let language = text
        .split(['-', '_'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let is_known = match language.len() {
        2 => LANGUAGES.split_whitespace().any(|known| known == language),
        length => length == 3,
    };
    let part = |part: &str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= 5 && is_known && text.split(['-', '_']).all(part)
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
    fn what_cannot_be_seen_is_left_out_of_names() {
        assert_eq!(without_invisible("a\u{202e}b\u{feff}c é"), "abc é");
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
