//! Whatever may stand between the method and the version, asked by an admin.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patmost_fuzz::{secret, send};

fuzz_target!(|target: &[u8]| {
    let rest = format!(
        " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        secret()
    );
    send(&[b"GET ", target, rest.as_bytes()].concat());
});
