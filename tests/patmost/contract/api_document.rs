//! What Mattermost's own API document has, and what becomes of it here: an endpoint is done or known as absent, a parameter is
//! done, refused by its name, or listed as without effect.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::description::DESCRIPTION;
use crate::support::*;

/// The endpoints of the document: `tests/wire/api_document.txt`.
const DOCUMENT: &str = include_str!("../../wire/api_document.txt");

/// Parameters that the document has and Mattermost's source has not: these endpoints take them by another name.
const WRITTEN_ONLY: &[(&str, &str)] = &[
    ("GET /users/autocomplete", "team_id"),
    ("GET /users/autocomplete", "channel_id"),
    // The source takes a body.
    ("DELETE /users/{}/status/custom/recent", "emoji"),
    ("DELETE /users/{}/status/custom/recent", "text"),
    ("DELETE /users/{}/status/custom/recent", "duration"),
    ("DELETE /users/{}/status/custom/recent", "expires_at"),
];

/// Parameters that Mattermost's source has and its document has not.
const IN_SOURCE: &[(&str, &str)] = &[
    ("DELETE /channels/{}", "permanent"),
    ("DELETE /users/{}", "permanent"),
    ("GET /channels/{}/posts", "skipFetchThreads"),
    ("GET /channels/{}/posts", "collapsedThreads"),
    ("GET /channels/{}/posts", "collapsedThreadsExtended"),
    ("GET /config/client", "format"),
    ("GET /files/{}", "download"),
    ("GET /users/autocomplete", "in_team"),
    ("GET /users/autocomplete", "in_channel"),
    ("GET /users/{}/audits", "page"),
    ("GET /users/{}/audits", "per_page"),
    ("POST /files", "client_id"),
    ("POST /users/usernames", "since"),
];

/// Parameters that only patmost has.
const OWN: &[(&str, &str)] = &[
    ("GET /config/environment", "include_source"),
    ("GET /users/tokens", "include_usage"),
    ("GET /users/tokens", "include_total_count"),
    ("GET /users/tokens", "user_id"),
    ("GET /users/tokens", "state"),
    ("GET /users/tokens", "unused_since"),
    ("GET /users/tokens", "expires_before"),
    ("GET /users/tokens", "scope"),
    ("GET /users/tokens", "sort"),
    ("GET /users/tokens/non_compliant/count", "days"),
    ("POST /users/tokens/search", "include_usage"),
    ("GET /users/{}/sessions", "include_current"),
    ("GET /users/{}/tokens", "include_usage"),
];

/// An endpoint of the document.
struct Documented {
    method: &'static str,
    path: &'static str,
    query: BTreeSet<&'static str>,
    body: BTreeSet<&'static str>,
}

impl Documented {
    fn name(&self) -> String {
        name(self.method, self.path)
    }
}

/// Method and path, whatever the parts of the path are called.
fn name(method: &str, path: &str) -> String {
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => "{}",
        false => part,
    });
    format!(
        "{} {}",
        method.to_uppercase(),
        parts.collect::<Vec<_>>().join("/")
    )
}

fn document() -> Vec<Documented> {
    let rows = DOCUMENT.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let mut parts = line.split('|').map(str::trim);
        let (method, path) = parts.next().unwrap().split_once(' ').unwrap();
        let mut words = || {
            parts
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect()
        };
        Documented {
            method,
            path,
            query: words(),
            body: words(),
        }
    })
    .collect()
}

/// What each endpoint of patmost takes in the query and in the body.
fn taken() -> BTreeMap<String, (BTreeSet<String>, Option<BTreeSet<String>>)> {
    let mut endpoints = BTreeMap::new();
    for (path, methods) in DESCRIPTION["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters
                .map(resolved)
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| parameter.text("name"))
                .collect();
            let content = operation["requestBody"]["content"].as_object();
            let schema = content.and_then(|content| Some(&content.values().next()?["schema"]));
            let members = schema.and_then(|schema| {
                let members = resolved(schema)["properties"].as_object()?;
                Some(members.keys().cloned().collect())
            });
            endpoints.insert(name(method, path), (query, members));
        }
    }
    endpoints
}

/// The part of the description that a reference names.
fn resolved(part: &'static Value) -> &'static Value {
    match part["$ref"].as_str() {
        Some(reference) => DESCRIPTION.pointer(&reference[1..]).unwrap(),
        None => part,
    }
}

#[test]
fn every_endpoint_of_the_document_is_done_or_known_as_absent() {
    let mm = fresh();
    let unknown = document().into_iter().filter(|endpoint| {
        let parts = endpoint
            .path
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => "x1",
                false => part,
            });
        let path = parts.collect::<Vec<_>>().join("/");
        let answer = mm.send(&mm.anonymous().request(endpoint.method, &path));
        String::from_utf8_lossy(&answer.body).contains("api.context.404.app_error")
    });
    assert_eq!(
        unknown.map(|endpoint| endpoint.name()).collect::<Vec<_>>(),
        Vec::<String>::new(),
        "src/api/absent.rs lacks these"
    );
}

#[test]
fn every_parameter_of_the_document_is_described_here() {
    let (taken, mut missing) = (taken(), Vec::new());
    for endpoint in document() {
        let name = endpoint.name();
        let Some((query, body)) = taken.get(&name) else {
            continue;
        };
        for parameter in endpoint.query {
            let only_written = WRITTEN_ONLY.contains(&(&name, parameter));
            if !query.contains(parameter) && !only_written {
                missing.push(format!("{name}: {parameter} in the query"));
            }
        }
        for member in endpoint.body {
            // A list, or a form, has no members.
            if body.as_ref().is_some_and(|body| !body.contains(member)) {
                missing.push(format!("{name}: {member} in the body"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_parameter_that_the_document_lacks_is_of_the_source_or_our_own() {
    let document: BTreeMap<_, _> = document().into_iter().map(|it| (it.name(), it)).collect();
    let mut beyond = BTreeSet::new();
    for (name, (query, _)) in taken() {
        let Some(documented) = document.get(&name) else {
            continue;
        };
        for parameter in query {
            if !documented.query.contains(&*parameter) {
                beyond.insert((name.clone(), parameter));
            }
        }
    }
    let known = IN_SOURCE.iter().chain(OWN);
    let known = known.map(|(name, parameter)| ((*name).to_owned(), (*parameter).to_owned()));
    assert_eq!(beyond, known.collect());
}

/// The other way round, a debug build refuses to look for a parameter that the table of routes does not give its endpoint.
#[test]
fn a_described_parameter_is_taken_by_a_handler() {
    let mut source = String::new();
    let mut folders = vec![std::path::PathBuf::from("src/api")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // The description is no handler.
                folders.extend((!path.ends_with("openapi")).then_some(path));
            } else {
                source += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    let parameters = DESCRIPTION["components"]["parameters"].as_object().unwrap();
    let unused = parameters.values().filter(|parameter| {
        let is_without_effect = parameter.text("description").starts_with("Without effect");
        parameter["in"] == "query"
            && !is_without_effect
            && !source.contains(&format!("\"{}\"", parameter.text("name")))
    });
    let unused: Vec<_> = unused.map(|parameter| parameter.text("name")).collect();
    assert_eq!(unused, Vec::<String>::new());
    assert!(
        !source.contains(".request.query(") || source.matches("request.query(").count() <= 3,
        "handlers ask their context, which knows what their endpoint takes"
    );
}
