//! Bodies of forms: URL-encoded, and multipart (RFC 7578) with texts in it.

use std::borrow::Cow;

/// A field of a form: its name and its text.
pub type Field = (String, String);

/// Fields of a form at most; further ones are not read.
const FIELDS: usize = 128;

/// What `Content-Type` says a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media<'t> {
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// `multipart/form-data`, with its boundary.
    Multipart(&'t str),
    /// Anything else.
    Other,
}

/// Reads `Content-Type`; `None` for what cannot be one. Mattermost: a bad parameter behind a type does no harm.
pub fn media_type(text: &str) -> Option<Media<'_>> {
    let (media, parameters) = text.split_once(';').unwrap_or((text, ""));
    let media = media.trim().to_ascii_lowercase();
    let token = |text: &str| {
        let letter = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&byte);
        !text.is_empty() && text.bytes().all(letter)
    };
    let is_type = match media.split_once('/') {
        Some((kind, subtype)) => token(kind) && token(subtype),
        None => token(&media),
    };
    is_type.then(|| match media.as_str() {
        "application/x-www-form-urlencoded" => Media::UrlEncoded,
        "multipart/form-data" => Media::Multipart(boundary(parameters)),
        _ => Media::Other,
    })
}

/// Returns the boundary among the parameters of a media type, empty if there is none.
fn boundary(parameters: &str) -> &str {
    let mut parameters = parameters
        .split(';')
        .filter_map(|part| part.split_once('='));
    let found = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    found.map_or("", |(_, value)| value.trim().trim_matches('"'))
}

/// Returns the fields of a URL-encoded body. A bad escape stays as it is.
pub fn url_encoded(body: &[u8]) -> Vec<Field> {
    let body = String::from_utf8_lossy(body);
    let parts = body.split('&').filter(|part| !part.is_empty());
    let field = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name), decoded(value))
    };
    parts.take(FIELDS).map(field).collect()
}

fn decoded(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let escaped = match (digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (Some(high), Some(low)) if *byte == b'%' => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        out.push(match (escaped, byte) {
            (Some(letter), _) => letter,
            (None, b'+') => b' ',
            (None, other) => *other,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Returns the fields of a multipart body, files left out; `None` if it is cut off or no multipart body.
pub fn multipart(body: &[u8], boundary: &str) -> Option<Vec<Field>> {
    if boundary.is_empty() {
        return None;
    }
    // Every delimiter but the first has a line break before it, which is not of the part.
    let delimiter = format!("\r\n--{boundary}");
    let body: Cow<[u8]> = [b"\r\n", body].concat().into();
    let mut rest = behind(&body, delimiter.as_bytes())?.1;
    let mut fields = Vec::new();
    while !rest.starts_with(b"--") {
        let (part, next) = behind(rest, delimiter.as_bytes())?;
        let (head, value) = behind(part, b"\r\n\r\n")?;
        if let Some(name) = field_name(&String::from_utf8_lossy(head))
            && fields.len() < FIELDS
        {
            fields.push((name, String::from_utf8_lossy(value).into_owned()));
        }
        rest = next;
    }
    Some(fields)
}

/// Cuts bytes at the first place of a mark: what is before it, and what is behind; `None` if it is nowhere.
fn behind<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes
        .windows(mark.len())
        .position(|window| window == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}

/// Returns the name in the head of a part, or `None` if it has none or the part is a file.
fn field_name(head: &str) -> Option<String> {
    let is_disposition = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case("content-disposition")
    };
    let line = head.lines().find(is_disposition)?;
    let mut parameters = line
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='));
    if parameters
        .clone()
        .any(|(name, _)| name.trim().eq_ignore_ascii_case("filename"))
    {
        return None;
    }
    let (_, name) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("name"))?;
    Some(name.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_told_apart() {
        for (text, media) in [
            ("application/json", Some(Media::Other)),
            ("text", Some(Media::Other)),
            (
                "Application/X-WWW-Form-URLEncoded; charset=utf-8",
                Some(Media::UrlEncoded),
            ),
            (
                "multipart/form-data; boundary=\"a b\"",
                Some(Media::Multipart("a b")),
            ),
            ("multipart/form-data", Some(Media::Multipart(""))),
            ("", None),
            ("/", None),
            ("a/", None),
            ("a b/c", None),
        ] {
            assert_eq!(media_type(text), media, "{text:?}");
        }
    }

    #[test]
    fn fields_are_decoded() {
        let fields = url_encoded(b"payload=%7B%22a%22%3A+1%7D&bad=%zz%4&&alone");
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            fields,
            [
                field("payload", "{\"a\": 1}"),
                field("bad", "%zz%4"),
                field("alone", "")
            ]
        );
    }

    #[test]
    fn parts_are_read_and_files_are_left_out() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na\r\nb\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n--b--\r\n";
        let fields = multipart(body.as_bytes(), "b").unwrap();
        assert_eq!(fields, [("text".to_owned(), "a\r\nb".to_owned())]);
        for cut in [
            "",
            "--b\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\na",
        ] {
            assert_eq!(multipart(cut.as_bytes(), "b"), None, "{cut:?}");
        }
        assert_eq!(multipart(body.as_bytes(), ""), None);
    }
}
