//! Whatever a client may send first on a connection.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patmost_fuzz::send;

fuzz_target!(|bytes: &[u8]| {
    let answer = send(bytes);
    assert!(
        answer.is_empty() || answer.starts_with(b"HTTP/1."),
        "{answer:?}"
    );
});
