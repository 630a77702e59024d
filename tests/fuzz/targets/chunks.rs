//! Whatever may come as the chunks of a body. What follows its end is the next request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patmost_fuzz::send;

const HEAD: &[u8] =
    b"POST /api/v4/users/ids HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

fuzz_target!(|chunks: &[u8]| {
    send(&[HEAD, chunks].concat());
});
