//! What the program says of its own endpoints: as it is written down, sound, and true of what the real server answered.
//! That it is true of patmost is seen in every test, see `support/description.rs`.

use std::collections::BTreeSet;

use crate::support::description::{DESCRIPTION, fits, resolved};
use crate::support::*;

/// Every route of the API and its description; those beside it have a server of their own.
fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
    let paths = DESCRIPTION["paths"].as_object().unwrap().iter();
    let paths = paths.filter(|(_, methods)| methods.get("servers").is_none());
    let of_path = |(path, methods): (&'static String, &'static Value)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    };
    paths.flat_map(of_path).collect()
}

/// Each value of a member of the name, wherever it is.
fn all(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member.as_str() {
                    Some(text) if key == name => found.push(text.to_owned()),
                    _ => all(member, name, found),
                }
            }
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| all(element, name, found)),
        _ => {}
    }
}

#[test]
fn the_description_is_as_the_snapshot_says() {
    snapshot("openapi.json", &format!("{:#}\n", *DESCRIPTION));
}

#[test]
fn anyone_reads_the_description_over_http() {
    assert_eq!(fresh().anonymous().get("/openapi.json").ok(), *DESCRIPTION);
}

#[test]
fn every_route_is_described_and_no_other() {
    let mut described: Vec<_> = operations()
        .iter()
        .map(|(method, path, _)| (method.to_uppercase(), (*path).to_owned()))
        .collect();
    let mut routes = endpoints();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
}

#[test]
fn every_route_has_a_name_a_summary_and_one_success() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "two routes are called {name}");
        assert!(!operation.text("summary").is_empty(), "{method} {path}");
        let statuses = operation["responses"].as_object().unwrap().keys();
        let successes: Vec<_> = statuses
            // A part of a file is the same success.
            .filter(|status| status.starts_with('2') && *status != "206" || *status == "101")
            .collect();
        assert_eq!(successes.len(), 1, "{method} {path}: {successes:?}");
    }
}

#[test]
fn the_variable_parts_of_each_path_are_described() {
    for (method, path, operation) in operations() {
        let in_path: Vec<_> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let parameters = operation["parameters"].as_array();
        let described: Vec<_> = parameters
            .into_iter()
            .flatten()
            .map(resolved)
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(described, in_path, "{method} {path}");
    }
}

#[test]
fn every_component_of_the_description_is_used_and_defined() {
    let mut named = Vec::new();
    all(&DESCRIPTION, "$ref", &mut named);
    let named: BTreeSet<String> = named.into_iter().collect();
    let there: BTreeSet<String> = ["parameters", "schemas", "responses"]
        .iter()
        .flat_map(|kind| {
            let things = DESCRIPTION["components"][kind].as_object().unwrap().keys();
            things.map(move |name| format!("#/components/{kind}/{name}"))
        })
        .collect();
    assert_eq!(named, there, "see src/api/openapi/");
}

#[test]
fn recorded_answers_fit_the_description() {
    let object = |name: &str| &DESCRIPTION["components"]["schemas"][name];
    let ping = &DESCRIPTION["paths"]["/system/ping"]["get"]["responses"]["200"]["content"];
    for (recorded, schema) in [
        ("audit", object("Audit")),
        ("bot", object("Bot")),
        ("channel", object("Channel")),
        ("error", object("Error")),
        ("ping", &ping["application/json"]["schema"]),
        ("post", object("Post")),
        ("role", object("Role")),
        ("session_of_a_login", object("Session")),
        ("session_of_a_token", object("Session")),
        ("team_member", object("TeamMember")),
        ("token", object("UserAccessToken")),
        ("user", object("User")),
    ] {
        let mut answer = wire(recorded);
        if recorded == "token" {
            // The recorded server is older than the lifetime of tokens.
            answer["expires_at"] = 0.into();
        }
        if recorded == "post" {
            // It is older than posts that always say which files they have.
            answer["file_ids"] = Value::Array(Vec::new());
        }
        fits(schema, &answer, recorded).unwrap();
    }
}

/// An answer of the real server of version 5.37, with what 11.x adds to it.
fn wire(name: &str) -> Value {
    let path = format!(
        "{}/tests/snapshots/wire/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut recorded: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let added: Value = serde_json::from_str(include_str!("../../snapshots/wire_11.json")).unwrap();
    if let Some(added) = added[name].as_object() {
        recorded.as_object_mut().unwrap().extend(added.clone());
    }
    recorded
}
