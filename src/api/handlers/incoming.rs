//! The endpoint by which incoming webhooks post.

use serde_json::{Map, Value, json};

use crate::api::form::{self, Media};
use crate::api::{Answer, Context, json as of_json};
use crate::error::{self, AppError};
use crate::http::Response;
use crate::messaging::incoming::{self, Payload};
use crate::messaging::post::attachment;

/// `POST /hooks/{hook_secret}`, which stands beside the API.
pub fn post(cx: &Context) -> Answer {
    let payload = payload(cx)?;
    incoming::deliver(cx.app, &cx.anyone, cx.param("hook_secret"), payload)?;
    Ok(Response::new(200, "text/plain", "ok"))
}

fn payload(cx: &Context) -> Result<Payload, AppError> {
    let malformed = || AppError::new(&error::WEBHOOK_FORM);
    let media = match cx.request.header("content-type").unwrap_or_default() {
        "" => Media::Other,
        sent => form::media_type(sent).ok_or_else(malformed)?,
    };
    let payload_of = |fields: &[form::Field]| {
        let field = fields.iter().find(|(name, _)| name == "payload");
        field.map(|(_, text)| of_text(text.as_bytes()))
    };
    match media {
        Media::Other => of_text(cx.body()),
        Media::UrlEncoded => {
            let in_query = || cx.query("payload");
            let fields = form::url_encoded(cx.body());
            payload_of(&fields).unwrap_or_else(|| of_text(in_query().as_bytes()))
        }
        Media::Multipart(boundary) => {
            let fields = form::multipart(cx.body(), boundary).ok_or_else(malformed)?;
            payload_of(&fields).unwrap_or_else(|| of_fields(&fields).ok_or_else(malformed))
        }
    }
}

/// Reads the fields of a multipart body; `None` if one is unknown. Mattermost knows the names without `_`; here those of
/// JSON are known as well.
fn of_fields(fields: &[form::Field]) -> Option<Payload> {
    let mut payload = Payload::default();
    for (name, text) in fields {
        let field = match name.to_ascii_lowercase().as_str() {
            "text" => &mut payload.text,
            "username" => &mut payload.username,
            "iconurl" | "icon_url" => &mut payload.icon_url,
            "iconemoji" | "icon_emoji" => &mut payload.icon_emoji,
            "channelname" | "channel" => &mut payload.channel,
            "type" => &mut payload.kind,
            _ => return None,
        };
        field.clone_from(text);
    }
    Some(payload)
}

/// Reads JSON. Mattermost: where it is none, line breaks and tabs within texts are taken for what they seem to be.
fn of_text(text: &[u8]) -> Result<Payload, AppError> {
    let read = |text: &[u8]| of_json::typed::<Value>(text, "").ok();
    let value = read(text).or_else(|| read(&escaped(text)));
    let payload = value.and_then(|value| of_value(&value));
    payload.ok_or_else(|| AppError::new(&error::WEBHOOK_BODY))
}

/// Reads a payload; `None` for a value or a member of another type.
fn of_value(value: &Value) -> Option<Payload> {
    let empty = Map::new();
    let members = match value {
        Value::Null => &empty,
        value => value.as_object()?,
    };
    let get = |name: &str| {
        let any_case = || {
            members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        members
            .get_key_value(name)
            .or_else(any_case)
            .map_or(&Value::Null, |(_, value)| value)
    };
    let text = |name: &str| match get(name) {
        Value::Null => Some(String::new()),
        value => value.as_str().map(str::to_owned),
    };
    Some(Payload {
        text: text("text")?,
        username: text("username")?,
        icon_url: text("icon_url")?,
        icon_emoji: text("icon_emoji")?,
        channel: text("channel")?,
        props: match get("props") {
            Value::Null => Map::new(),
            props => props.as_object()?.clone(),
        },
        attachments: match get("attachments") {
            Value::Null => None,
            list => Some(attachments(list.as_array()?)?),
        },
        kind: text("type")?,
    })
}

/// Completes attachments; null is left out, and `None` if one has a member of another type.
fn attachments(sent: &[Value]) -> Option<Vec<Value>> {
    let mut holder = json!({"attachments": []});
    let complete: Option<Vec<Value>> = sent
        .iter()
        .filter(|one| !one.is_null())
        .map(attachment::complete)
        .collect();
    holder["attachments"] = complete?.into();
    attachment::complete_all(&mut holder);
    holder["attachments"].as_array().cloned()
}

/// Returns JSON with line breaks and tabs within its texts escaped.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let (mut within, mut after_backslash) = (false, false);
    for byte in text {
        match byte {
            b'\n' if within => out.extend_from_slice(b"\\n"),
            b'\t' if within => out.extend_from_slice(b"\\t"),
            _ => out.push(*byte),
        }
        within ^= *byte == b'"' && !after_backslash;
        after_backslash = within && *byte == b'\\' && !after_backslash;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_within_texts_are_escaped() {
        let sent = b"{\n\t\"text\": \"a\n\tb \\\" c\nd\"\n}";
        let payload = of_text(sent).unwrap();
        assert_eq!(payload.text, "a\n\tb \" c\nd");
        assert!(of_text(b"{\"text\": \"a").is_err());
    }

    #[test]
    fn a_member_of_another_type_spoils_the_payload() {
        for spoilt in [
            "[]",
            "1",
            r#"{"text": 1}"#,
            r#"{"props": []}"#,
            r#"{"attachments": {}}"#,
            r#"{"attachments": [{"text": 1}]}"#,
        ] {
            assert!(of_text(spoilt.as_bytes()).is_err(), "{spoilt}");
        }
        assert!(of_text(b"null").unwrap().text.is_empty());
        let payload = of_text(br#"{"TEXT": "a", "attachments": [null, {}]}"#).unwrap();
        assert_eq!(payload.attachments.unwrap().len(), 1);
    }
}
