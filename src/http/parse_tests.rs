//! The heads that are taken and the heads that are refused, as tables.

use super::*;

/// What `httparse` is trusted to refuse, said in another way: no control characters but the line ends and tabs, no CR
/// but before LF, no folded line.
fn is_clean(bytes: &[u8]) -> bool {
    let mut pairs =
        std::iter::once((b'\n', bytes[0])).chain(bytes.windows(2).map(|two| (two[0], two[1])));
    pairs.all(|(before, byte)| {
        let control = byte < 0x20 && !matches!(byte, b'\r' | b'\n' | b'\t') || byte == 0x7f;
        let torn = (before == b'\r') != (byte == b'\n');
        let folded = before == b'\n' && matches!(byte, b' ' | b'\t');
        !control && !torn && !folded
    })
}

fn parse(text: &[u8]) -> Result<Option<Head>, Refusal> {
    let limits = Limits::default();
    let end = Scanner::default().find_end(text, &limits)?;
    let Some(end) = end else { return Ok(None) };
    let parsed = head(&text[..end], ([127, 0, 0, 1], 1).into(), &limits)?;
    let bytes = text[..end].strip_prefix(b"\r\n").unwrap_or(&text[..end]);
    assert!(is_clean(bytes), "{:?}", String::from_utf8_lossy(bytes));
    Ok(Some(parsed))
}

/// A GET in HTTP/1.1 with a host and these lines.
fn get(lines: &str) -> Result<Option<Head>, Refusal> {
    parse(format!("GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n").as_bytes())
}

fn taken(lines: &str) -> Head {
    get(lines).unwrap().unwrap()
}

#[test]
fn a_head_becomes_a_request() {
    let head = parse(
        b"\r\nPOST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nX:  v\tw \r\nContent-Length: 007\r\n\r\nrest",
    )
    .unwrap()
    .unwrap();
    let request = &head.request;
    assert_eq!(
        (
            request.method.as_str(),
            request.path.as_str(),
            request.query("c")
        ),
        ("POST", "/a b", Some("d"))
    );
    assert_eq!(request.header("x"), Some("v\tw"));
    assert!(matches!(head.framing, Framing::Length(7)) && head.keep_alive && !head.http10);
}

#[test]
fn keep_alive_is_by_version_and_connection() {
    let rows = [
        ("", true, false),
        ("Connection: close\r\n", false, false),
        ("Connection: x, CLOSE\r\n", false, false),
        ("Connection: Keep-Alive\r\n", true, true),
        (
            "Connection: keep-alive\r\nConnection: close\r\n",
            false,
            false,
        ),
    ];
    for (lines, in_11, in_10) in rows {
        assert_eq!(taken(lines).keep_alive, in_11, "{lines}");
        let old = parse(format!("GET / HTTP/1.0\r\n{lines}\r\n").as_bytes())
            .unwrap()
            .unwrap();
        assert_eq!((old.keep_alive, old.http10), (in_10, true), "{lines}");
    }
}

#[test]
fn the_authority_of_an_absolute_target_is_the_host() {
    let head = parse(b"GET http://real:1/p HTTP/1.1\r\nHost: other\r\n\r\n")
        .unwrap()
        .unwrap();
    assert_eq!(
        head.request.headers.all("host").collect::<Vec<_>>(),
        ["real:1"]
    );
    assert_eq!(head.request.path, "/p");
}

#[test]
fn framings() {
    assert!(matches!(
        taken("Transfer-Encoding: Chunked\r\n").framing,
        Framing::Chunked(_)
    ));
    assert!(matches!(
        taken("Content-Length: 100000000000000000\r\n").framing,
        Framing::Length(100_000_000_000_000_000)
    ));
    assert!(matches!(
        taken("Content-Length: 18446744073709551616\r\n").framing,
        Framing::Length(usize::MAX)
    ));
    assert!(taken("Expect: 100-Continue\r\n").expects_continue);
    assert_eq!(
        get("Expect: a-miracle\r\n").unwrap_err(),
        Refusal::ExpectationFailed
    );
}

#[test]
fn lines_that_are_refused() {
    let rows = [
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\ncontent-length: 2\r\n",
        "Content-Length: 1, 1\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: 1 1\r\n",
        "Content-Length: 0x1\r\n",
        "Content-Length:\r\n",
        "Content-Length: 1.0\r\n",
        "Content-Length : 1\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: chunked\x0b\r\n",
        "X: a\r\n b\r\n",
        "X: a\r\n\tb\r\n",
        " X: a\r\n",
        "X: a\x00b\r\n",
        "X: a\x08b\r\n",
        "X: a\x7fb\r\n",
        "X: a\rb\r\n",
        "X: a\nY: b\r\n",
        "Content-Length: 1\u{a0}\r\n",
        "Transfer-Encoding: chunked\u{a0}\r\n",
        "\u{e4}: x\r\n",
        "X\r\n",
        ": x\r\n",
        "X y: z\r\n",
        "Host: h\r\n",
        "X: a\r\r\n",
    ];
    for lines in rows {
        assert!(
            matches!(get(lines), Err(Refusal::BadRequest(_))),
            "{lines:?} {:?}",
            get(lines).map(|_| ())
        );
    }
}

#[test]
fn first_lines_that_are_refused() {
    let rows = [
        ("GET / HTTP/2.0\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("GET / HTTP/1.2\r\n", 505),
        ("GET / HTTP/0.9\r\n", 505),
        ("GET / HTTP/2\r\n", 505),
        ("GET /\r\n", 400),
        ("GET\r\n", 400),
        ("GET  / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1 \r\n", 400),
        (" GET / HTTP/1.1\r\n", 400),
        ("GET / http/1.1\r\n", 400),
        ("GET / HTTP/11.1\r\n", 400),
        ("GET / HTTP/1.1\n", 400),
        ("\n", 400),
        ("\r\n\r\n", 400),
        ("G(T / HTTP/1.1\r\n", 400),
        ("\x16\x03\x01", 400),
        ("GET\t/ HTTP/1.1\r\n", 400),
        ("GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ];
    for (text, status) in rows {
        assert_eq!(
            parse(text.as_bytes()).map(|_| ()).unwrap_err().status(),
            status,
            "{text:?}"
        );
    }
}

#[test]
fn sizes_are_bounded_before_the_end_is_seen() {
    let limits = Limits::default();
    let rows = [
        (format!("GET /{}", "a".repeat(9000)), Refusal::TargetTooLong),
        (
            format!("GET /{} HTTP/1.1\r\n", "a".repeat(8192)),
            Refusal::TargetTooLong,
        ),
        ("G".repeat(9000), Refusal::TargetTooLong),
        (
            format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(1 << 20)),
            Refusal::HeadTooLarge,
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nX: {}\r\n\r\n",
                "a".repeat(limits.head_bytes - 22)
            ),
            Refusal::HeadTooLarge,
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "X: y\r\n".repeat(64)),
            Refusal::HeadTooLarge,
        ),
    ];
    for (text, refusal) in rows {
        assert_eq!(
            parse(text.as_bytes()).map(|_| ()),
            Err(refusal),
            "{}",
            &text[..20]
        );
    }
    assert!(get(&"X: y\r\n".repeat(63)).unwrap().is_some());
    assert!(
        parse(format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(8191)).as_bytes())
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_trickle_and_a_rush_are_read_alike() {
    let limits = Limits::default();
    let text = b"\r\nGET /a HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\nGET";
    let mut scanner = Scanner::default();
    for size in 0..text.len() - 3 {
        assert_eq!(scanner.find_end(&text[..size], &limits), Ok(None), "{size}");
    }
    assert_eq!(
        scanner.find_end(&text[..text.len() - 3], &limits),
        Ok(Some(text.len() - 3))
    );
    assert_eq!(
        Scanner::default().find_end(text, &limits),
        Ok(Some(text.len() - 3))
    );
}

/// A small generator of its own: reproducible, and no package for it.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % sides
    }
}

#[test]
fn random_and_damaged_heads_never_panic_and_stay_clean() {
    let good = b"POST /a%20b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
    let pieces = b"\r\n\0 \t:%/?#\x7f\xff\xc3,;0aH";
    let mut dice = Dice(1);
    for _ in 0..30_000 {
        let mut text = good.to_vec();
        for _ in 0..dice.roll(4) {
            let at = dice.roll(text.len());
            match dice.roll(3) {
                0 => text[at] = pieces[dice.roll(pieces.len())],
                1 => text.insert(at, dice.roll(256) as u8),
                _ => drop(text.remove(at)),
            }
        }
        if let Ok(Some(head)) = parse(&text) {
            let twice = head.request.header("content-length").is_some()
                && head.request.header("transfer-encoding").is_some();
            assert!(!twice && !head.request.path.contains('\0'), "{text:?}");
        }
    }
}

/// Every text of up to five of the bytes that mean something, after a request line.
#[test]
fn every_short_text_is_answered_somehow() {
    let alphabet = b"\r\n: \ta\0";
    let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
    for _ in 0..5 {
        texts = texts
            .iter()
            .flat_map(|text| {
                alphabet
                    .iter()
                    .map(move |byte| [text.as_slice(), &[*byte]].concat())
            })
            .collect();
        for text in &texts {
            drop(parse(text));
            drop(parse(
                &[b"GET / HTTP/1.1\r\n", text.as_slice(), b"\r\n\r\n"].concat(),
            ));
        }
    }
}
