//! Whatever may come as the body of a request. The first byte chooses the endpoint, asked by an admin.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use patmost_fuzz::{secret, send};
use serde_json::Value;

/// Each endpoint that takes a body, as `METHOD /path`, from the description of the API; an id of nobody for each parameter.
static ENDPOINTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let description: Value = serde_json::from_str(include_str!("../../snapshots/openapi.json"))
        .expect("the description");
    let paths = description["paths"].as_object().expect("paths");
    let mut endpoints = Vec::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            if operation.get("requestBody").is_some() {
                let parts = path.split('/').map(|part| match part {
                    "{user_id}" => "me",
                    part if part.starts_with('{') => "abcdefghijklmnopqrstuvwxyz",
                    part => part,
                });
                let path = parts.collect::<Vec<_>>().join("/");
                endpoints.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    assert!(endpoints.len() > 40, "{endpoints:?}");
    endpoints
});

fuzz_target!(|input: &[u8]| {
    let [choice, body @ ..] = input else {
        return;
    };
    let endpoint = &ENDPOINTS[usize::from(*choice) % ENDPOINTS.len()];
    let head = format!(
        "{endpoint} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        secret(),
        body.len()
    );
    send(&[head.as_bytes(), body].concat());
});
