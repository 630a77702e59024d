//! Message attachments: what integrations put below the message of a post, in the members that Mattermost gives each.
//!
//! The integration of an action (an address and a context, often with secrets) is stored for the call of the action, and is
//! in no answer and no event.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::id;

/// Mattermost's texts of an attachment; one that was not sent is empty.
const TEXTS: [&str; 13] = [
    "author_icon",
    "author_link",
    "author_name",
    "color",
    "fallback",
    "footer",
    "footer_icon",
    "image_url",
    "pretext",
    "text",
    "thumb_url",
    "title",
    "title_link",
];

/// Mattermost's texts of an action; one that was not sent is absent.
const TEXTS_OF_ACTIONS: [&str; 7] = [
    "cookie",
    "data_source",
    "default_option",
    "id",
    "name",
    "style",
    "type",
];

/// The members of an object that was sent. Names count in any case, and null is an object without members.
struct Members<'m>(Option<&'m Map<String, Value>>);

impl<'m> Members<'m> {
    /// Reads an object; `None` for a value of another type.
    fn of(value: &'m Value) -> Option<Members<'m>> {
        match value {
            Value::Null => Some(Members(None)),
            Value::Object(members) => Some(Members(Some(members))),
            _ => None,
        }
    }

    /// Returns the value of a member, null for one that was not sent.
    fn get(&self, name: &str) -> &'m Value {
        let Some(members) = self.0 else {
            return &Value::Null;
        };
        let any_case = || {
            let mut members = members.iter();
            members.find(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        let found = members.get_key_value(name).or_else(any_case);
        found.map_or(&Value::Null, |(_, value)| value)
    }

    /// Returns a text, empty for one that was not sent; `None` for a value of another type.
    fn text(&self, name: &str) -> Option<&'m str> {
        match self.get(name) {
            Value::Null => Some(""),
            value => value.as_str(),
        }
    }

    /// Returns the elements of a list, each read by `read`, or null for one that was not sent; `None` for a value of
    /// another type and for a list with an element that cannot be read.
    fn list(&self, name: &str, read: fn(&Value) -> Option<Value>) -> Option<Value> {
        match self.get(name) {
            Value::Null => Some(Value::Null),
            Value::Array(elements) => elements.iter().map(read).collect(),
            _ => None,
        }
    }
}

/// Returns the attachment with every member that Mattermost gives one, and no other; `None` if one is of another type.
pub fn complete(sent: &Value) -> Option<Value> {
    let members = Members::of(sent)?;
    let mut attachment = json!({"ts": members.get("ts")});
    attachment["id"] = match members.get("id") {
        Value::Null => 0.into(),
        number => number.as_i64()?.into(),
    };
    for name in TEXTS {
        attachment[name] = members.text(name)?.into();
    }
    attachment["fields"] = without_null(members.list("fields", field)?);
    let actions = without_null(members.list("actions", action)?);
    if actions.as_array().is_some_and(|list| !list.is_empty()) {
        attachment["actions"] = actions;
    }
    Some(attachment)
}

fn without_null(mut list: Value) -> Value {
    if let Some(elements) = list.as_array_mut() {
        elements.retain(|element| !element.is_null());
    }
    list
}

fn field(sent: &Value) -> Option<Value> {
    if sent.is_null() {
        return Some(Value::Null);
    }
    let members = Members::of(sent)?;
    let sent_short = || {
        members
            .0?
            .keys()
            .find(|name| name.eq_ignore_ascii_case("short"))
    };
    let short = match members.get("short") {
        Value::Bool(short) => *short,
        // Slack's clients write it as a text, too.
        Value::String(text) => text.to_ascii_lowercase().parse().ok()?,
        Value::Null if sent_short().is_none() => false,
        _ => return None,
    };
    Some(json!({"title": members.text("title")?, "value": members.get("value"), "short": short}))
}

fn action(sent: &Value) -> Option<Value> {
    if sent.is_null() {
        return Some(Value::Null);
    }
    let members = Members::of(sent)?;
    let mut action = json!({});
    for name in TEXTS_OF_ACTIONS {
        let text = members.text(name)?;
        if !text.is_empty() {
            action[name] = text.into();
        }
    }
    match members.get("disabled") {
        Value::Bool(true) => action["disabled"] = true.into(),
        Value::Bool(false) | Value::Null => {}
        _ => return None,
    }
    let options = members.list("options", option)?;
    if options.as_array().is_some_and(|list| !list.is_empty()) {
        action["options"] = options;
    }
    let integration = members.get("integration");
    if !integration.is_null() {
        action["integration"] = integration_of(&Members::of(integration)?)?;
    }
    Some(action)
}

fn option(sent: &Value) -> Option<Value> {
    if sent.is_null() {
        return Some(Value::Null);
    }
    let members = Members::of(sent)?;
    Some(json!({"text": members.text("text")?, "value": members.text("value")?}))
}

fn integration_of(members: &Members) -> Option<Value> {
    let mut integration = json!({});
    let url = members.text("url")?;
    if !url.is_empty() {
        integration["url"] = url.into();
    }
    match members.get("context") {
        Value::Null => {}
        Value::Object(context) if context.is_empty() => {}
        context @ Value::Object(_) => integration["context"] = context.clone(),
        _ => return None,
    }
    Some(integration)
}

/// Completes the attachments in the props of a post, and gives each action without an id a new one. Mattermost: one that
/// has a member of another type is left out, and what is no list becomes null.
pub fn complete_all(props: &mut Value) {
    let Some(attachments) = props.get_mut("attachments") else {
        return;
    };
    *attachments = match attachments {
        Value::Array(sent) => sent.iter().filter_map(complete).collect(),
        _ => Value::Null,
    };
    for action in actions_of(props) {
        if action.get("id").is_none() {
            action["id"] = id::new().into();
        }
    }
}

/// Returns every action of every attachment.
fn actions_of(props: &mut Value) -> impl Iterator<Item = &mut Value> {
    let attachments = props.get_mut("attachments").and_then(Value::as_array_mut);
    attachments
        .into_iter()
        .flatten()
        .filter_map(|attachment| attachment.get_mut("actions")?.as_array_mut())
        .flatten()
        .filter(|action| action.is_object())
}

/// Returns the action with the id, as it is stored, or `None` if there is none.
pub fn find_action<'p>(props: &'p Value, action_id: &str) -> Option<&'p Value> {
    let attachments = props.get("attachments")?.as_array()?.iter();
    let mut actions = attachments
        .filter_map(|attachment| attachment.get("actions")?.as_array())
        .flatten();
    actions.find(|action| action.get("id").and_then(Value::as_str) == Some(action_id))
}

/// Writes the props of a post as clients may see them: without the integrations of actions.
pub fn serialize_for_clients<S: Serializer>(
    props: &Value,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if props.get("attachments").is_none() {
        return props.serialize(serializer);
    }
    let mut shown = props.clone();
    remove_integrations(&mut shown);
    shown.serialize(serializer)
}

/// Removes the integrations from attachments, which only the server may know.
pub fn remove_integrations(props: &mut Value) {
    for action in actions_of(props) {
        if let Some(members) = action.as_object_mut() {
            members.retain(|name, _| !name.eq_ignore_ascii_case("integration"));
        }
    }
}

/// Writes into the metadata of a post what is embedded in it.
pub fn show_embeds(metadata: &mut Value, props: &Value) {
    if props.get("attachments").is_some() {
        metadata["embeds"] = json!([{"type": "message_attachment"}]);
    } else if let Some(members) = metadata.as_object_mut() {
        members.remove("embeds");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_has_all_members_and_only_those() {
        let sent = json!({"Text": "t", "unknown": 1, "fields": [{"title": "a", "value": 1, "short": "TRUE"}, null]});
        let complete = complete(&sent).unwrap();
        assert_eq!(complete["text"], "t");
        assert_eq!(
            complete["fields"],
            json!([{"title": "a", "value": 1, "short": true}])
        );
        assert_eq!(
            (&complete["color"], &complete["ts"]),
            (&json!(""), &Value::Null)
        );
        assert!(complete.get("unknown").is_none() && complete.get("actions").is_none());
    }

    #[test]
    fn a_member_of_another_type_spoils_its_attachment() {
        for spoilt in [
            json!("text"),
            json!({"text": 1}),
            json!({"id": 1.5}),
            json!({"fields": {}}),
            json!({"fields": [{"short": "yes"}]}),
            json!({"fields": [{"short": null}]}),
            json!({"actions": [{"disabled": "true"}]}),
            json!({"actions": [{"options": [{"text": 1}]}]}),
            json!({"actions": [{"integration": {"context": []}}]}),
        ] {
            assert_eq!(complete(&spoilt), None, "{spoilt}");
        }
        let mut props = json!({"attachments": [{"text": 1}, {"text": "a"}]});
        complete_all(&mut props);
        assert_eq!(props["attachments"].as_array().map(Vec::len), Some(1));
        let mut props = json!({"attachments": "text"});
        complete_all(&mut props);
        assert_eq!(props, json!({"attachments": null}));
    }

    #[test]
    fn an_integration_is_stored_and_not_shown() {
        let mut props = json!({"attachments": [{"actions": [{"name": "Go", "Integration": {"URL": "http://a", "context": {"k": 1}}}]}]});
        complete_all(&mut props);
        let action = &props["attachments"][0]["actions"][0];
        let id = action["id"].as_str().unwrap();
        assert!(id::is_valid(id));
        assert_eq!(
            find_action(&props, id).unwrap()["integration"],
            json!({"url": "http://a", "context": {"k": 1}})
        );
        let shown = serialize_for_clients(&props, serde_json::value::Serializer).unwrap();
        assert_eq!(
            shown["attachments"][0]["actions"],
            json!([{"id": id, "name": "Go"}])
        );
    }
}
