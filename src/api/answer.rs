//! Answers in JSON, and the one place where an [`AppError`] becomes HTTP.

use serde::Serialize;

use crate::error::{AppError, NOT_FOUND};
use crate::http::Response;

/// What a handler gives back.
pub type Answer = Result<Response, AppError>;

/// 200 and the value.
pub fn json(value: &impl Serialize) -> Response {
    with_status(200, value)
}

/// 200 and a value that has a secret: it is kept nowhere on the way.
pub fn secret(value: &impl Serialize) -> Response {
    json(value).with("Cache-Control", "no-store")
}

/// 201 and the value.
pub fn created(value: &impl Serialize) -> Response {
    with_status(201, value)
}

/// Mattermost: the acknowledgement of everything that has no other answer.
pub fn ok() -> Response {
    Response::json(200, r#"{"status":"OK"}"#)
}

/// A refusal: Mattermost's five fields. `detailed_error` is told in developer mode, and always on an unknown path.
pub fn refusal(error: &AppError, request_id: &str, developer: bool) -> Response {
    // Mattermost: an unknown path is refused before the request gets its id.
    let unknown_path = error.is(&NOT_FOUND);
    let body = Body {
        id: error.id(),
        message: error.message(),
        detailed_error: if developer || unknown_path {
            error.detailed()
        } else {
            ""
        },
        request_id: (!unknown_path).then_some(request_id),
        status_code: error.status(),
    };
    with_status(error.status(), &body)
}

/// Mattermost: the five fields of every refusal.
#[derive(Serialize)]
struct Body<'e> {
    id: &'e str,
    message: &'e str,
    detailed_error: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'e str>,
    status_code: u16,
}

/// The status and the value.
pub fn with_status(status: u16, value: &impl Serialize) -> Response {
    // Room for an account: most answers do not grow in steps.
    let mut text = Vec::with_capacity(1024);
    match serde_json::to_writer(&mut text, value) {
        Ok(()) => Response::json(status, escape(text)),
        Err(error) => {
            log::error!("an answer could not be written as JSON: {error}");
            Response::json(500, "{}")
        }
    }
}

/// Mattermost (Go's encoder): what could end a script or a line inside HTML is escaped. None of these letters stands
/// outside a string of JSON.
fn escape(json: Vec<u8>) -> Vec<u8> {
    const ESCAPED: [(&str, &str); 5] = [
        ("<", r"\u003c"),
        (">", r"\u003e"),
        ("&", r"\u0026"),
        ("\u{2028}", r"\u2028"),
        ("\u{2029}", r"\u2029"),
    ];
    // The last two begin with 0xe2. Most answers have none of them, and one look at the bytes tells: at all of them, which
    // is many at once, where an early end would be one after the other.
    let special = |found, byte: &u8| found | matches!(byte, b'<' | b'>' | b'&' | 0xe2);
    if !json.iter().fold(false, special) {
        return json;
    }
    let mut escaped = Vec::with_capacity(json.len() + 64);
    let mut rest = json.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        let special = |(letter, _): &&(&str, &str)| rest.starts_with(letter.as_bytes());
        match ESCAPED.iter().find(special) {
            Some((letter, text)) => {
                escaped.extend_from_slice(text.as_bytes());
                rest = &rest[letter.len()..];
            }
            None => {
                escaped.push(*first);
                rest = behind;
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_escaped_and_means_the_same() {
        let sent = json(&"<a> & \u{2028}");
        assert_eq!(sent.body, br#""\u003ca\u003e \u0026 \u2028""#);
        assert_eq!(
            serde_json::from_slice::<String>(&sent.body).unwrap(),
            "<a> & \u{2028}"
        );
    }

    #[test]
    fn details_are_told_in_developer_mode_only() {
        let error = || AppError::body_param("user").detail("more");
        let body = |developer| String::from_utf8(refusal(&error(), "r", developer).body).unwrap();
        assert!(body(true).contains("more"));
        assert!(!body(false).contains("more"));
    }
}
