//! Every answer of every test is held against what `patmost openapi` says of its route.

use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use super::client::Answer;

/// What the program says of itself.
pub static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let program = Command::new(env!("CARGO_BIN_EXE_patmost"))
        .arg("openapi")
        .output()
        .unwrap();
    serde_json::from_slice(&program.stdout).unwrap()
});

/// What the connection itself may answer, the wrong host, and the way to a cleaned path: no route does.
const OF_NO_ROUTE: [u16; 7] = [301, 408, 414, 417, 421, 431, 505];

/// Fails when an answer is none that is described.
#[track_caller]
pub fn holds(method: &str, target: &str, answer: &Answer) {
    let path = target.split('?').next().unwrap();
    let Some(path) = path.strip_prefix("/api/v4") else {
        return;
    };
    // HEAD is GET without the body that is described.
    if OF_NO_ROUTE.contains(&answer.status) || ["HEAD", "OPTIONS"].contains(&method) {
        return;
    }
    let Some((route, operation)) = operation(method, path) else {
        let refused = answer.status >= 400;
        assert!(refused, "{method} {path} succeeds and is not described");
        return;
    };
    let (status, responses) = (answer.status, &operation["responses"]);
    let fault_of_server = [500, 503, 507].contains(&status);
    let Some(response) = responses
        .get(status.to_string())
        .or(responses.get("5XX").filter(|_| fault_of_server))
    else {
        panic!(
            "{method} {route} answers {status}: add it to the route's row in src/api/routes/table.rs"
        );
    };
    if let Err(why) = fits_response(resolved(response), answer) {
        panic!(
            "{method} {route} answers {status} otherwise than src/api/openapi/ says: {why:.400}\n{:.2000}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}

/// The description of a route: the first that fits in the order of the text, as `{` comes after all letters.
fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let fits = |pattern: &str| {
        let of_email = pattern.strip_suffix("{email}");
        let (mut parts, mut pattern) = (path.split('/'), pattern.split('/'));
        of_email.is_some_and(|before| path.len() > before.len() && path.starts_with(before))
            || loop {
                match (parts.next(), pattern.next()) {
                    (None, None) => return true,
                    (Some(part), Some(name))
                        if part == name || (name.starts_with('{') && !part.is_empty()) => {}
                    _ => return false,
                }
            }
    };
    let method = method.to_lowercase();
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    paths
        .iter()
        .filter(|(pattern, _)| fits(pattern))
        .find_map(|(pattern, methods)| Some((pattern.as_str(), methods.get(&method)?)))
}

/// What a `$ref` names.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        None => value,
        Some(name) => DESCRIPTION
            .pointer(name.strip_prefix('#').unwrap())
            .unwrap_or_else(|| panic!("{name} is not there: add it to src/api/openapi/objects.rs")),
    }
}

fn fits_response(response: &'static Value, answer: &Answer) -> Result<(), String> {
    let Some(content) = response.get("content").and_then(Value::as_object) else {
        let empty = answer.body.is_empty();
        return empty.then_some(()).ok_or("there is a body".into());
    };
    let sent = answer.header("content-type").unwrap_or_default();
    let sent = sent.split(';').next().unwrap();
    let any = sent.split('/').next().map(|kind| format!("{kind}/*"));
    let any = any.and_then(|any| content.get(&any));
    match content.get(sent).or(any).or(content.get("*/*")) {
        None => Err(format!("it is {sent:?}")),
        Some(media) if sent == "application/json" => fits(&media["schema"], &answer.json(), ""),
        Some(_) => Ok(()),
    }
}

/// Whether a value is as a schema says. Knows the words of JSON Schema that patmost's description uses, and no other.
pub fn fits(schema: &'static Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = resolved(schema);
    let known = schema.as_object().unwrap();
    if let Some(others) = known.get("oneOf").and_then(Value::as_array) {
        let fitting = others.iter().filter(|one| fits(one, value, at).is_ok());
        let count = fitting.count();
        return (count == 1)
            .then_some(())
            .ok_or(format!("{at}: {count} of oneOf fit"));
    }
    if value.is_null() && known.get("nullable") == Some(&true.into()) {
        return Ok(());
    }
    if let Some(values) = known.get("enum").and_then(Value::as_array)
        && !values.contains(value)
    {
        return Err(format!("{at}: {value} is none of {values:?}"));
    }
    match (known["type"].as_str().unwrap(), value) {
        ("boolean", Value::Bool(_)) => Ok(()),
        ("integer", Value::Number(number)) => {
            let least = known.get("minimum").and_then(Value::as_i64);
            let most = known.get("maximum").and_then(Value::as_i64);
            let within = number.as_i64().is_some_and(|number| {
                least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
            });
            within.then_some(()).ok_or(format!("{at}: {number}"))
        }
        ("string", Value::String(text)) => match known.get("pattern").and_then(Value::as_str) {
            Some(pattern) if !fits_pattern(pattern, text) => {
                Err(format!("{at}: {text:?} is not {pattern}"))
            }
            _ => Ok(()),
        },
        ("array", Value::Array(elements)) => elements
            .iter()
            .try_for_each(|element| fits(&known["items"], element, &format!("{at}/[]"))),
        ("object", Value::Object(members)) => {
            let required = known.get("required").and_then(Value::as_array);
            for name in required.into_iter().flatten().filter_map(Value::as_str) {
                if !members.contains_key(name) {
                    return Err(format!("{at}/{name} is absent"));
                }
            }
            members.iter().try_for_each(|(name, member)| {
                let at = format!("{at}/{name}");
                let described = schema["properties"].get(name);
                match described.or(known.get("additionalProperties")) {
                    Some(Value::Bool(false)) => Err(format!("{at} is not described")),
                    None | Some(Value::Bool(true)) => Ok(()),
                    Some(of) => fits(of, member, &at),
                }
            })
        }
        (kind, _) => Err(format!("{at}: {value} is no {kind}")),
    }
}

/// Patterns of answers; those of requests are looked at by `.ci/openapi`.
fn fits_pattern(pattern: &str, text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match pattern {
        "^[A-Za-z0-9]{26}$" | "^[a-z0-9]{26}$" => plain && text.len() == 26,
        "^([a-z0-9]{26}|pat_[a-z0-9]{32})$" => {
            let rest = text.strip_prefix("pat_").unwrap_or(text);
            let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
            is_plain && [26, 36].contains(&text.len())
        }
        "^([A-Za-z0-9]{26})?$" => plain && [0, 26].contains(&text.len()),
        r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$" => {
            let mut parts = text.split('.');
            parts.clone().count() == 3 && parts.all(|part| part.parse::<u16>().is_ok())
        }
        _ => panic!("tests/support/description.rs does not know the pattern {pattern}"),
    }
}
