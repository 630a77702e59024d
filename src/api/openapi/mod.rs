//! The description of the API (OpenAPI 3.0.3): `GET /openapi.json` and `patmost openapi`.
//!
//! Made from the table of endpoints. Owns what that table does not say: `parameters.rs` the parameters of paths and queries,
//! `objects.rs` the members of bodies and answers, `responses.rs` refusals. `operation.rs` has the words of these tables.

mod objects;
mod operation;
mod parameters;
mod responses;
mod schema;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use self::objects::BODIES;
pub(crate) use self::operation::shape;
pub use self::operation::{Operation, Shape};
use self::parameters::{PATH, Parameter, QUERY};
use self::schema::schema;
use super::routes::{Access, BASE, BESIDE, ROUTES, Route};
use super::{Answer, Context};
use crate::http::Response;
use crate::store::Tx;

/// The description as JSON, for people too.
pub static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document()));

/// `GET /openapi.json`
pub fn get(_: &Context, _: &Tx) -> Answer {
    Ok(Response::json(200, TEXT.as_str()))
}

/// How the description of a parameter or a body says that some of it changes nothing.
const WITHOUT_EFFECT: &str = "without effect";

/// Returns what Mattermost takes and patmost takes without effect: the endpoint, the names, and why.
pub fn without_effect() -> impl Iterator<Item = (String, String, String)> {
    let place = |route: &Route| format!("`{} {}`", route.method, route.path);
    ROUTES.iter().flat_map(move |route| {
        let of_query = QUERY.iter().filter_map(move |(name, _, does)| {
            let is_here = route.operation.query.contains(name);
            let why = does.strip_prefix("Without effect").filter(|_| is_here)?;
            let why = why.trim_start_matches([':', ',', ' ']).to_owned();
            Some((place(route), format!("`{name}`"), why))
        });
        let doc = match route.operation.body {
            Shape::One(name) => BODIES
                .iter()
                .find(|object| object.name == name)
                .map(|it| it.doc),
            _ => None,
        };
        let of_body = doc.into_iter().filter_map(move |doc| {
            let part = doc.split("; ").find(|part| part.contains(WITHOUT_EFFECT))?;
            let (names, why) = part.split_once(WITHOUT_EFFECT)?;
            let names = names
                .trim_end_matches(" is ")
                .trim_end_matches(" are ")
                .trim();
            let why = why.trim_start_matches([':', ' ']);
            Some((place(route), names.to_owned(), why.to_owned()))
        });
        of_query.chain(of_body)
    })
}

fn document() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let described = paths.entry(route.path).or_insert_with(|| json!({}));
        described[route.method.to_lowercase()] = operation(route);
    }
    for route in BESIDE {
        let method = route.method.to_lowercase();
        let described = json!({"servers": [{"url": "/"}], method: operation(route)});
        paths.insert(route.path.to_owned(), described);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "patmost",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The part of the Mattermost REST API v4 that patmost has. Bodies are JSON, whatever \
                `Content-Type` says; members that are not described are ignored. Any other path of Mattermost's is \
                answered with 501, an unknown one with 404. Incoming webhooks post beside it, at `/hooks/`.",
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        "servers": [{"url": BASE}],
        "security": credentials(),
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The secret of a personal access token or of a login"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "MMAUTHTOKEN", "description": "The same, as a browser sends it"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "With the cookie, for all but GET: the value of the cookie `MMCSRF`"},
            },
            "parameters": components(PATH, "path").chain(components(QUERY, "query")).collect::<Map<_, _>>(),
            "schemas": schema::components(),
            "responses": responses::components(),
        },
    })
}

/// Any one of these.
fn credentials() -> Vec<Value> {
    vec![json!({"bearer": []}), json!({"cookie": [], "csrf": []})]
}

fn components(
    parameters: &'static [Parameter],
    place: &'static str,
) -> impl Iterator<Item = (String, Value)> {
    parameters.iter().map(move |(name, of, does)| {
        let described = json!({
            "name": name,
            "in": place,
            "required": place == "path" || *of == "Old",
            "description": does,
            "schema": schema(Shape::One(of)),
        });
        (key(name, place), described)
    })
}

/// What a parameter is called among all: some names are in paths and in queries.
fn key(name: &str, place: &str) -> String {
    let is_in_both = place == "query" && PATH.iter().any(|(in_path, ..)| *in_path == name);
    if is_in_both {
        format!("{name}_in_query")
    } else {
        name.to_owned()
    }
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn operation(route: &Route) -> Value {
    let tag = route.path.split('/').nth(1).unwrap_or_default();
    let mut described = json!({"tags": [tag], "summary": route.doc});
    if route.access != Access::Session {
        let mut security = credentials();
        security.insert(0, json!({}));
        described["security"] = security.into();
    }
    let operation = &route.operation;
    let in_path = route.path.split(['{', '}']).skip(1).step_by(2);
    let of_path = in_path.clone().map(|name| key(name, "path"));
    let of_query = operation.query.iter().map(|name| key(name, "query"));
    let parameters: Vec<Value> = of_path
        .chain(of_query)
        .map(|key| reference("parameters", &key))
        .collect();
    described["operationId"] = operation.id.into();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if operation.body != Shape::Nothing {
        let content = json!({responses::media(operation.body): {"schema": schema(operation.body)}});
        described["requestBody"] = json!({"required": true, "content": content});
    }
    described["responses"] = responses::of(route, in_path.count() > 0);
    described
}
