//! JSON schemas: of the objects in `objects.rs`, of the configuration, and of the words that the tables use.

use serde_json::{Map, Value, json};

use super::objects::{ANSWERS, BODIES, Object};
use super::operation::Shape;
use crate::config::{Kind, SETTINGS};

/// The schemas of all objects by name.
pub fn components() -> Map<String, Value> {
    let mut schemas = Map::new();
    for object in ANSWERS {
        let mut closed = properties(object);
        closed["additionalProperties"] = false.into();
        schemas.insert(object.name.into(), closed);
    }
    for object in BODIES {
        schemas.insert(object.name.into(), properties(object));
    }
    schemas.insert("Config".into(), config());
    let one_or_several = [Shape::One("ChannelMember"), Shape::List("ChannelMember")].map(schema);
    schemas.insert("ChannelMembers".into(), json!({"oneOf": one_or_several}));
    let list_or_page = [Shape::List("Team"), Shape::One("TeamsPage")].map(schema);
    schemas.insert("TeamsFound".into(), json!({"oneOf": list_or_page}));
    let list_or_page = [
        Shape::List("UserAccessTokenSanitized"),
        Shape::One("TokensPage"),
    ]
    .map(schema);
    schemas.insert("TokensFound".into(), json!({"oneOf": list_or_page}));
    let list_or_page = [Shape::List("ChannelOfTeam"), Shape::One("ChannelsPage")].map(schema);
    schemas.insert("ChannelsFound".into(), json!({"oneOf": list_or_page}));
    let list_or_page = [
        Shape::List("IncomingWebhook"),
        Shape::One("IncomingWebhooksPage"),
    ]
    .map(schema);
    schemas.insert(
        "IncomingWebhooksFound".into(),
        json!({"oneOf": list_or_page}),
    );
    schemas
}

fn properties(object: &Object) -> Value {
    let members = object.required.iter().chain(object.optional);
    let properties: Map<_, _> = members
        .map(|(name, of)| ((*name).to_owned(), schema(*of)))
        .collect();
    let mut described =
        json!({"type": "object", "description": object.doc.trim(), "properties": properties});
    if !object.required.is_empty() {
        described["required"] = object.required.iter().map(|(name, _)| *name).collect();
    }
    described
}

/// The settings that do something; others are kept as they are.
fn config() -> Value {
    let mut sections = json!({});
    for setting in SETTINGS {
        let mut of = match setting.kind {
            Kind::Bool(_) => json!({"type": "boolean"}),
            Kind::Int(_, least, most, _) => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Kind::Either(_, values, _) => json!({"type": "integer", "enum": values}),
            Kind::OneOf(words, _) => json!({"type": "string", "enum": words}),
            Kind::Version(..) => {
                json!({"type": "string", "pattern": r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$"})
            }
            Kind::Networks | Kind::Url(_) => json!({"type": "string"}),
            Kind::Text(_, _, most, _) => json!({"type": "string", "maxLength": most}),
        };
        of["description"] = setting.does.into();
        of["default"] = setting.default();
        sections[setting.section]["type"] = "object".into();
        sections[setting.section]["properties"][setting.name] = of;
    }
    json!({"type": "object", "description": "The configuration, or a part of it", "properties": sections})
}

/// A shape as a JSON schema.
pub fn schema(shape: Shape) -> Value {
    match shape {
        Shape::One(name) => {
            word(name).unwrap_or_else(|| json!({"$ref": format!("#/components/schemas/{name}")}))
        }
        Shape::List(of) => json!({"type": "array", "items": schema(Shape::One(of))}),
        Shape::Map(of) => {
            json!({"type": "object", "additionalProperties": schema(Shape::One(of))})
        }
        Shape::Plain => json!({"type": "string"}),
        Shape::Picture | Shape::File => json!({"type": "string", "format": "binary"}),
        Shape::NewEmoji => json!({
            "type": "object",
            "description": "The `name` of the emoji and its `creator_id`, who is the caller, as JSON; a PNG, JPEG or GIF of 512 KiB at most",
            "properties": {"emoji": schema(Shape::One("Text")), "image": schema(Shape::Picture)},
            "required": ["emoji", "image"],
        }),
        Shape::NewPicture => json!({
            "type": "object",
            "description": "A PNG, JPEG or GIF",
            "properties": {"image": schema(Shape::Picture)},
            "required": ["image"],
        }),
        Shape::Files => json!({
            "type": "object",
            "description": "Without a form, the file itself. In a form, each of `files` may have one of `client_ids`",
            "properties": {
                "channel_id": schema(Shape::One("Id")),
                "client_ids": schema(Shape::List("Text")),
                "files": {"type": "array", "items": schema(Shape::File)},
            },
        }),
        Shape::Nothing | Shape::Upgrade => Value::Null,
    }
}

/// The words that the tables use beside the names of objects.
fn word(name: &str) -> Option<Value> {
    let pattern = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let one_of = |values: &[&str]| json!({"type": "string", "enum": values});
    Some(match name {
        "Text" => json!({"type": "string"}),
        "Texts" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        "Pinned" => {
            let by = json!({"oneOf": [{"type": "boolean"}, {"type": "string"}]});
            json!({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": by}})
        }
        "Flag" => json!({"type": "boolean"}),
        "Object" => json!({"type": "object"}),
        "Number" => json!({"type": "integer", "format": "int64"}),
        "Count" => json!({"type": "integer", "format": "int64", "minimum": 0}),
        "Limit" => json!({"type": "integer", "minimum": 0, "maximum": 1000}),
        "Time" => {
            json!({"type": "integer", "format": "int64", "minimum": 0, "description": "Milliseconds since 1970; 0: never"})
        }
        "Id" => pattern("^[A-Za-z0-9]{26}$"),
        "IdOrEmpty" => pattern("^([A-Za-z0-9]{26})?$"),
        "IdOrSelf" => pattern("^(self|[A-Za-z0-9]{26})$"),
        "CountOrNull" => json!({"type": "integer", "nullable": true, "minimum": 0}),
        "UserId" => pattern("^(me|[A-Za-z0-9]{26})$"),
        "Secret" => pattern("^([a-z0-9]{26}|pat_[a-z0-9]{32})$"),
        "Username" => pattern("^[a-z0-9_-][a-z0-9._-]{0,63}$"),
        "Name" => pattern("^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$"),
        "Word" => pattern("^[A-Za-z0-9_-]+$"),
        "RoleName" => pattern("^[a-z0-9_]+$"),
        "Emoji" => pattern("^[A-Za-z0-9_+-]{1,64}$"),
        "Email" => json!({"type": "string", "format": "email", "maxLength": 128}),
        "Empty" => one_of(&[""]),
        "OK" => one_of(&["OK"]),
        "Old" => one_of(&["old"]),
        "Direction" => one_of(&["", "up", "down"]),
        "Presence" => one_of(&["online", "away", "dnd", "offline"]),
        "TeamType" => one_of(&["O", "I"]),
        "ChannelType" => one_of(&["O", "P", "D", "G"]),
        "NewChannelType" => one_of(&["O", "P"]),
        "TextOrNull" => json!({"type": "string", "nullable": true}),
        "TextsOrNull" => json!({"type": "array", "nullable": true, "items": {"type": "string"}}),
        "FlagOrNull" => json!({"type": "boolean", "nullable": true}),
        "ObjectOrNull" => json!({"type": "object", "nullable": true}),
        "ListOrNull" => json!({"type": "array", "nullable": true, "items": {"type": "object"}}),
        _ => return None,
    })
}
