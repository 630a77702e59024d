//! What a route answers: its success, and refusals, most of which look the same everywhere.

use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::operation::Shape::{
    self, File, Files, NewEmoji, NewPicture, Nothing, One, Picture, Plain, Upgrade,
};
use super::reference;
use super::schema::schema;
use crate::api::routes::Route;

/// A refusal's status, its name, what it means, and how it looks.
type Refusal = (&'static str, &'static str, &'static str, Shape);

#[rustfmt::skip]
static REFUSALS: &[Refusal] = &[
    ("206", "PartialContent",  "The part of it that `Range` asks for", File),
    ("304", "NotModified",     "The client has it already: `If-None-Match` names its `Etag`", Nothing),
    ("400", "BadRequest",      "Something in the path, the query or the body is missing or bad", One("Error")),
    ("401", "Unauthorized",    "No credential, or one that is refused", One("Error")),
    ("403", "Forbidden",       "Not allowed", One("Error")),
    ("404", "NotFound",        "Not there, or an unknown path: then without `request_id`", One("NotFound")),
    ("413", "TooLarge",        "The body is larger than `ServiceSettings.MaximumPayloadSizeBytes`", One("Error")),
    // Mattermost: not JSON.
    ("429", "TooManyRequests", "Too many requests, where `RateLimitSettings.Enable` is on", Plain),
    ("500", "Unhealthy",       "The data file does not answer: as in 200, with `UNHEALTHY`; or as any fault of the server", One("Object")),
    ("501", "NotImplemented",  "Switched off, or a part of Mattermost that patmost has not", One("Error")),
    ("5XX", "ServerError",     "A fault of the server, or it cannot work at the moment; nothing was changed", One("Error")),
];

/// The refusals by name.
pub fn components() -> Map<String, Value> {
    REFUSALS
        .iter()
        .map(|(_, name, means, shape)| ((*name).to_owned(), response(means, *shape)))
        .collect()
}

/// All answers of a route.
pub fn of(route: &Route, has_path_parameters: bool) -> Value {
    let operation = &route.operation;
    // Bad input, a bad credential, too many requests, and faults of the server: from any route.
    let mut statuses: Vec<String> = ["400", "401", "429", "5XX"].map(str::to_owned).into();
    if has_path_parameters {
        // A part of the path with letters that it cannot have is another path.
        statuses.push("404".into());
    }
    if route.method != "GET" {
        // A page of another origin.
        statuses.push("403".into());
    }
    if operation.body != Nothing {
        statuses.push("413".into());
    }
    statuses.extend(operation.refusals.iter().map(u16::to_string));
    let mut responses: Map<_, _> = statuses
        .into_iter()
        .map(|status| (status.clone(), refusal(&status, operation)))
        .collect();
    let (status, shape) = operation.success;
    let means = match status {
        101 => "Switching Protocols",
        201 => "Created",
        _ => "OK",
    };
    responses.insert(status.to_string(), response(means, shape));
    responses.into()
}

fn refusal(status: &str, operation: &Operation) -> Value {
    match REFUSALS.iter().find(|(known, ..)| *known == status) {
        // Mattermost: what is no upgrade to a WebSocket is not refused in JSON.
        Some((.., means, _))
            if operation.success.1 == Upgrade && ["400", "403"].contains(&status) =>
        {
            let mut refusal = response(means, Plain);
            // What is not even a request is, like everywhere.
            refusal["content"][media(One("Error"))] = json!({"schema": schema(One("Error"))});
            refusal
        }
        Some((_, name, ..)) => reference("responses", name),
        None => response("Refused", One("Error")),
    }
}

fn response(means: &str, shape: Shape) -> Value {
    if [Nothing, Upgrade].contains(&shape) {
        return json!({"description": means});
    }
    json!({"description": means, "content": {media(shape): {"schema": schema(shape)}}})
}

/// The type of a body.
pub fn media(shape: Shape) -> &'static str {
    match shape {
        Picture => "image/*",
        File => "*/*",
        Files | NewEmoji | NewPicture => "multipart/form-data",
        Plain => "text/plain",
        _ => "application/json",
    }
}
