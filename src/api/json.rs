//! JSON bodies, read as Mattermost reads them.
//!
//! Mattermost (Go's decoder): the first value counts and what follows is ignored; unknown members are ignored; a member
//! of the wrong type counts as missing, and so does `null`; names of members match in any case; half a surrogate
//! pair becomes U+FFFD.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Map, Value};

use crate::error::AppError;

/// The members of a JSON object.
#[derive(Debug, Default, Deserialize)]
pub struct Object(Map<String, Value>);

/// Texts by name; one that is missing is an empty one.
#[derive(Debug, Default)]
pub struct Texts(HashMap<String, String>);

impl Texts {
    /// Everything that was sent, by name.
    pub fn into_members(self) -> HashMap<String, String> {
        self.0
    }

    /// A text.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// A body that must be an object; `name` is what Mattermost calls it when it is not.
///
/// # Errors
/// 400 when it is no JSON, `null`, or something else than an object.
pub fn object(body: &[u8], name: &str) -> Result<Object, AppError> {
    match first(body) {
        Some(Value::Object(members)) => Ok(Object(members)),
        _ => Err(AppError::body_param(name)),
    }
}

/// A body of a few named values. Mattermost: what is no object is an empty one here, so the first missing member is what
/// the client is told.
pub fn values_by_name(body: &[u8]) -> Object {
    object(body, "").unwrap_or_default()
}

/// A body of a few named texts. Mattermost: one value that is no text spoils the whole of it, and names count as they are
/// written.
pub fn texts_by_name(body: &[u8]) -> Texts {
    texts_of(values_by_name(body).0)
}

fn texts_of(members: Map<String, Value>) -> Texts {
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Null => Some((name, String::new())),
        _ => None,
    };
    let texts = members.into_iter().map(text).collect::<Option<_>>();
    Texts(texts.unwrap_or_default())
}

/// A body of a few named texts, in which the named switches may stand as well.
pub fn texts_and_switches_by_name(body: &[u8], switches: &[&str]) -> Texts {
    let mut members = values_by_name(body).0;
    members.retain(|name, value| !(value.is_boolean() && switches.contains(&name.as_str())));
    texts_of(members)
}

/// A body that must be a list of texts.
///
/// # Errors
/// 400 when it is anything else.
pub fn texts(body: &[u8], name: &str) -> Result<Vec<String>, AppError> {
    let malformed = || AppError::body_param(name);
    let Some(Value::Array(values)) = first(body) else {
        return Err(malformed());
    };
    let text = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(malformed()),
    };
    values.into_iter().map(text).collect()
}

/// A body of a known shape.
///
/// # Errors
/// 400 when it has another.
pub fn typed<T: DeserializeOwned>(body: &[u8], name: &str) -> Result<T, AppError> {
    first(body).ok_or_else(|| AppError::body_param(name))
}

/// Half a surrogate pair, which is rare, is looked for only in what was refused.
fn first<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let read = |body: &[u8]| Deserializer::from_slice(body).into_iter().next()?.ok();
    read(body).or_else(|| read(&whole_pairs(body)))
}

/// U+FFFD in place of half a surrogate pair, which JavaScript sends when it cuts an emoji in two.
fn whole_pairs(text: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (size, is_half) = match code_unit(rest) {
            Some(0xd800..=0xdbff) if matches!(code_unit(&rest[6..]), Some(0xdc00..=0xdfff)) => {
                (12, false)
            }
            Some(unit) => (6, (0xd800..=0xdfff).contains(&unit)),
            None if rest.starts_with(br"\") && rest.len() > 1 => (2, false),
            None => (1, false),
        };
        let (part, others) = rest.split_at(size);
        whole.extend_from_slice(if is_half { br"\ufffd" } else { part });
        rest = others;
    }
    whole
}

/// The number of an escape `\u1234` that the text begins with.
fn code_unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    digits.iter().try_fold(0, |number, digit| {
        Some(number * 16 + char::from(*digit).to_digit(16)?)
    })
}

impl Object {
    /// Everything that was sent.
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A member as it was sent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let any_case = || {
            self.0
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        self.0.get(name).or_else(any_case)
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A text that is not empty.
    ///
    /// # Errors
    /// 400 with the member's name.
    pub fn required(&self, name: &str) -> Result<&str, AppError> {
        let text = self.text(name).filter(|text| !text.is_empty());
        text.ok_or_else(|| AppError::body_param(name))
    }

    /// A switch.
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_counts() {
        assert_eq!(
            object(br#"{"a":"1"} trailing"#, "x").unwrap().text("a"),
            Some("1")
        );
        assert_eq!(texts(b"[\"a\",\"b\"]]", "x").unwrap(), ["a", "b"]);
    }

    #[test]
    fn what_is_no_object_is_refused_by_name() {
        for body in [
            "",
            "null",
            "[]",
            "1",
            "\"a\"",
            "{",
            "{\"a\":}",
            "\u{feff}{}",
            "nul",
        ] {
            let error = object(body.as_bytes(), "user").unwrap_err();
            assert_eq!(
                error.message(),
                "Invalid or missing user in request body.",
                "{body}"
            );
        }
        assert!(object(b"{\"a\":\"\xff\"}", "user").is_err());
        assert!(object("[".repeat(100_000).as_bytes(), "user").is_err());
    }

    #[test]
    fn half_a_surrogate_pair_becomes_another_character() {
        for (sent, read) in [
            (r"\ud83d", "\u{fffd}"),
            (r"\uDE00.", "\u{fffd}."),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
            (r"\ud83d\\ude00", "\u{fffd}\\ude00"),
            (r"\\ud83d \u00e9", "\\ud83d \u{e9}"),
        ] {
            let body = format!(r#"{{"a":"{sent}"}}"#);
            let body = object(body.as_bytes(), "x").unwrap();
            assert_eq!(body.text("a"), Some(read), "{sent}");
        }
        for cut in [
            r#"{"a":"\"#,
            r#"{"a":"\u"#,
            r#"{"a":"\ud8"#,
            r#"{"a":"\ud83d"#,
            r#"{"a":"\u+123"}"#,
            r#"\ud83d"#,
        ] {
            assert!(object(cut.as_bytes(), "x").is_err(), "{cut}");
        }
    }

    #[test]
    fn one_value_that_is_no_text_spoils_a_body_of_texts() {
        let text = |body: &[u8]| texts_by_name(body).text("a").to_owned();
        assert_eq!(text(br#"{"a":"1","b":null}"#), "1");
        for spoilt in [r#"{"a":"1","b":2}"#, r#"{"A":"1"}"#, "[]", "{"] {
            assert_eq!(text(spoilt.as_bytes()), "", "{spoilt}");
        }
    }

    #[test]
    fn members_are_found_in_any_case_and_by_type() {
        let body = object(br#"{"Name":"a","flag":true,"number":1,"none":null}"#, "x").unwrap();
        assert_eq!(
            (body.text("name"), body.bool("FLAG")),
            (Some("a"), Some(true))
        );
        assert_eq!(
            (body.text("number"), body.text("none"), body.bool("name")),
            (None, None, None)
        );
    }
}
