//! What is too long for one post becomes several.

use serde_json::{Map, Value};

use crate::error::{self, AppError};
use crate::messaging::post::{MESSAGE_LETTERS, OfIntegration, PROPS_LETTERS};

/// Mattermost: letters of the props that are the client's, as JSON.
const CLIENT_LETTERS: usize = PROPS_LETTERS - 400;

/// Posts at most that one request makes: a body of many small attachments would be many more.
const POSTS: usize = 20;

/// Returns the posts that hold the message and the attachments between them, each with all the other props.
///
/// # Errors
/// The other props are too long for any post; there would be too many.
pub fn split(
    kind: &str,
    message: String,
    props: &Map<String, Value>,
    attachments: Vec<Value>,
) -> Result<Vec<OfIntegration>, AppError> {
    let empty = || OfIntegration {
        kind: kind.to_owned(),
        message: String::new(),
        props: props.clone(),
        root_id: String::new(),
    };
    let too_long = || AppError::named(&error::WEBHOOK_SPLIT, &CLIENT_LETTERS.to_string());
    if letters(props) > CLIENT_LETTERS {
        return Err(too_long());
    }
    let mut posts = Vec::new();
    let mut rest = message.as_str();
    while let Some((end, _)) = rest.char_indices().nth(MESSAGE_LETTERS) {
        let message = rest[..end].to_owned();
        posts.push(OfIntegration { message, ..empty() });
        rest = &rest[end..];
    }
    let message = rest.to_owned();
    posts.push(OfIntegration { message, ..empty() });
    for mut attachment in attachments {
        // It goes into the last post; where that is full, into a new one; where it fills one alone, its text is cut.
        loop {
            if posts.len() > POSTS {
                return Err(too_long());
            }
            let Some(last) = posts.last_mut() else {
                return Err(too_long());
            };
            let list = last
                .props
                .entry("attachments")
                .or_insert_with(|| Value::Array(Vec::new()));
            let Some(list) = list.as_array_mut() else {
                return Err(too_long());
            };
            let others = list.len();
            list.push(attachment.clone());
            let excess = letters(&last.props).saturating_sub(CLIENT_LETTERS);
            if excess == 0 {
                break;
            }
            if let Some(list) = last
                .props
                .get_mut("attachments")
                .and_then(Value::as_array_mut)
            {
                list.pop();
            }
            if others > 0 {
                posts.push(empty());
                continue;
            }
            let text = attachment["text"].as_str().unwrap_or_default();
            // A letter may be written as several in JSON, so cutting may have to go on.
            let kept = text
                .chars()
                .count()
                .checked_sub(excess)
                .ok_or_else(too_long)?;
            attachment["text"] = text.chars().take(kept).collect::<String>().into();
        }
    }
    Ok(posts)
}

fn letters(props: &Map<String, Value>) -> usize {
    let text = serde_json::to_string(props).unwrap_or_default();
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(message: &str, attachments: Vec<Value>) -> Vec<(usize, usize)> {
        let posts = split("", message.to_owned(), &Map::new(), attachments).unwrap();
        let parts = posts.iter().map(|post| {
            let attachments = post.props.get("attachments");
            let attachments = attachments.and_then(Value::as_array).map_or(0, Vec::len);
            (post.message.chars().count(), attachments)
        });
        parts.collect()
    }

    #[test]
    fn a_long_message_is_several_posts_and_attachments_come_with_the_last() {
        let long = "\u{e4}".repeat(MESSAGE_LETTERS + 1);
        assert_eq!(of("m", vec![]), [(1, 0)]);
        let small = || json!({"text": "t"});
        assert_eq!(
            of(&long, vec![small(), small()]),
            [(MESSAGE_LETTERS, 0), (1, 2)]
        );
        let half = || json!({"text": "t".repeat(CLIENT_LETTERS / 2)});
        assert_eq!(of("m", vec![half(), half()]), [(1, 1), (0, 1)]);
    }

    #[test]
    fn a_long_attachment_is_cut_and_too_many_are_refused() {
        // In JSON each of these is two letters.
        let text = "\"".repeat(CLIENT_LETTERS * 2 / 3);
        let posts = split("", String::new(), &Map::new(), vec![json!({"text": text})]).unwrap();
        assert_eq!(posts.len(), 1);
        assert!(letters(&posts[0].props) <= CLIENT_LETTERS);
        let long = json!({"title": "t".repeat(CLIENT_LETTERS), "text": ""});
        assert!(split("", String::new(), &Map::new(), vec![long]).is_err());
        let many = vec![json!({"text": "t".repeat(CLIENT_LETTERS / 2)}); POSTS * 2];
        assert!(split("", String::new(), &Map::new(), many).is_err());
        let props = json!({"a": "a".repeat(CLIENT_LETTERS)});
        assert!(split("", String::new(), props.as_object().unwrap(), vec![]).is_err());
    }
}
