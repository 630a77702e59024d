//! What is in a file, on its way to a client.

use std::sync::Arc;

use crate::api::text::encoded;
use crate::api::{Answer, Context};
use crate::app::App;
use crate::content::{self, kind};
use crate::error::{self, AppError};
use crate::http::{Download, Response, Transfer};
use crate::messaging::file::{self, FileInfo};
use crate::store::Tx;

/// A file that is shown runs nothing, is in no frame, and loads nothing but itself.
const POLICY: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// `GET /files/{file_id}`: the file, or a range of it.
pub fn get(cx: &Context, tx: &Tx) -> Answer {
    let file = file::readable(tx, cx.caller()?, cx.id("file_id")?)?;
    let size = u64::try_from(file.size).unwrap_or(0);
    let range = match cx.request.header("range").and_then(parse_range) {
        // A range of another state of the file would not fit; but a file does not change.
        Some(range) => Some(
            range
                .within(size)
                .ok_or_else(|| AppError::new(&error::FILE_RANGE))?,
        ),
        None => None,
    };
    let (start, end) = range.unwrap_or((0, size));
    Ok(cx.unless_known(&file.id, || {
        let contents = Contents {
            app: Arc::clone(cx.app),
            file_id: file.id.clone(),
        };
        let response = Response {
            status: if range.is_some() { 206 } else { 200 },
            download: Some(Transfer::new(Arc::new(contents), start, end)),
            ..Response::default()
        };
        let response = described(response, &file, cx.flag("download"));
        match range {
            Some((start, end)) => response.with(
                "Content-Range",
                format!("bytes {start}-{}/{size}", end.saturating_sub(1)),
            ),
            None => response,
        }
    }))
}

/// Mattermost: the header lines that keep a browser from taking a file for a page.
fn described(response: Response, file: &FileInfo, is_forced: bool) -> Response {
    let (told, is_shown) = kind::told(file.mime_type);
    let way = match is_shown && !is_forced {
        true => "inline",
        false => "attachment",
    };
    let name = encoded(&file.name);
    response
        .with("Content-Type", told)
        .with(
            "Content-Disposition",
            format!("{way};filename=\"{name}\"; filename*=UTF-8''{name}"),
        )
        .with("Content-Security-Policy", POLICY)
        .with("X-Frame-Options", "DENY")
        .with("Cache-Control", "private, max-age=86400")
        .with("Accept-Ranges", "bytes")
}

/// What is in a file.
struct Contents {
    app: Arc<App>,
    file_id: String,
}

impl std::fmt::Debug for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Contents").field(&self.file_id).finish()
    }
}

impl Download for Contents {
    fn piece(&self, start: u64) -> Option<Vec<u8>> {
        let start = i64::try_from(start).ok()?;
        let read = |tx: &Tx| Ok(content::sql::piece(tx, &self.file_id, start)?);
        self.app.store.read(read).unwrap_or_else(|error| {
            log::error!("a file could not be read to its end: {error}");
            None
        })
    }
}

/// A range as a client asks for it (RFC 9110, 14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// From a byte to another, that one included, or to the end.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

/// Reads the header line. `None`, which means the whole, for more than one range and for what is none.
fn parse_range(text: &str) -> Option<Range> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| text.parse::<u64>().ok();
    match (first, last) {
        ("", last) => Some(Range::Last(number(last)?)),
        (first, "") => Some(Range::From(number(first)?, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Range::From(first, Some(last)))
        }
    }
}

impl Range {
    /// Returns first byte and end of the range in a file of this size. `None` when it has none of it.
    fn within(self, size: u64) -> Option<(u64, u64)> {
        let (start, end) = match self {
            Range::From(first, last) => {
                let end = last.map_or(size, |last| last.saturating_add(1));
                (first, end.min(size))
            }
            Range::Last(bytes) => (size.saturating_sub(bytes), size),
        };
        (start < end).then_some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lie_within_the_file() {
        for (text, range) in [
            ("bytes=0-0", Some((0, 1))),
            ("bytes=2-", Some((2, 10))),
            ("bytes=2-99", Some((2, 10))),
            ("bytes=-3", Some((7, 10))),
            ("bytes=-99", Some((0, 10))),
            ("bytes=10-", None),
            ("bytes=-0", None),
            ("bytes=18446744073709551615-18446744073709551615", None),
        ] {
            assert_eq!(parse_range(text).unwrap().within(10), range, "{text}");
        }
        for text in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=3-2",
            "bytes=0-1,3-4",
            "lines=0-1",
        ] {
            assert_eq!(parse_range(text), None, "{text}");
        }
    }
}
