//! Whatever may come on a WebSocket of an admin.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patmost_fuzz::{secret, send};

fuzz_target!(|frames: &[u8]| {
    let head = format!(
        "GET /api/v4/websocket HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        secret()
    );
    let answer = send(&[head.as_bytes(), frames].concat());
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{answer:?}");
});
