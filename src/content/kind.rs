//! What a file is: its type by the ending of its name, what a browser is told of it, and what its first bytes say of a
//! picture.

/// Types by the endings of names.
#[rustfmt::skip]
const TYPES: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"), ("aac", "audio/aac"), ("avi", "video/x-msvideo"), ("avif", "image/avif"),
    ("bmp", "image/bmp"), ("css", "text/css; charset=utf-8"), ("csv", "text/csv; charset=utf-8"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), ("flac", "audio/flac"),
    ("gif", "image/gif"), ("gz", "application/gzip"), ("heic", "image/heic"), ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"), ("jpeg", "image/jpeg"), ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"), ("json", "application/json"), ("log", "text/plain; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"), ("mjs", "text/javascript; charset=utf-8"), ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"), ("mp4", "video/mp4"), ("mpeg", "video/mpeg"), ("mpg", "video/mpeg"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"), ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"), ("pdf", "application/pdf"), ("png", "image/png"), ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"), ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"), ("tar", "application/x-tar"), ("tif", "image/tiff"), ("tiff", "image/tiff"),
    ("txt", "text/plain; charset=utf-8"), ("wasm", "application/wasm"), ("wav", "audio/wav"), ("webm", "video/webm"),
    ("webp", "image/webp"), ("xhtml", "application/xhtml+xml"), ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "text/xml; charset=utf-8"), ("yaml", "application/yaml"), ("yml", "application/yaml"),
    ("zip", "application/zip"),
];

/// Mattermost: types that a browser may show in place. None of them can hold a script.
const SHOWN: [&str; 11] = [
    "image/jpeg",
    "image/png",
    "image/bmp",
    "image/gif",
    "image/tiff",
    "image/webp",
    "video/avi",
    "video/mpeg",
    "video/mp4",
    "audio/mpeg",
    "audio/wav",
];

/// Types that a browser would run; it is told that they are text. Mattermost: without the last three.
const RUN: [&str; 5] = [
    "text/html",
    "text/javascript",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
];

/// Returns the type of a file by the ending of its name. Mattermost: empty when nobody knows it.
pub fn of_extension(extension: &str) -> &'static str {
    let known = TYPES.iter().find(|(ending, _)| *ending == extension);
    known.map_or("", |(_, kind)| kind)
}

/// Returns what a browser is told that a file of the type is, and whether it may show it in place.
pub fn told(kind: &'static str) -> (&'static str, bool) {
    if kind.is_empty() {
        return ("application/octet-stream", false);
    }
    if RUN.iter().any(|run| kind.starts_with(run)) {
        return ("text/plain", false);
    }
    (kind, SHOWN.contains(&kind))
}

/// Returns the type of a picture by its first bytes. `None` for what is no PNG, JPEG or GIF.
pub fn of_picture(bytes: &[u8]) -> Option<&'static str> {
    let beginnings: [(&[u8], _); 4] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
    ];
    let known = beginnings
        .iter()
        .find(|(begin, _)| bytes.starts_with(begin));
    known.map(|(_, kind)| *kind)
}

/// Returns width and height of a picture, if its first bytes say so.
pub fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    match of_picture(bytes)? {
        "image/png" if bytes.get(12..16) == Some(b"IHDR") => {
            let number =
                |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
            Some((number(16)?, number(20)?))
        }
        "image/gif" => {
            let number =
                |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
            Some((number(6)?.into(), number(8)?.into()))
        }
        "image/jpeg" => jpeg_dimensions(bytes),
        _ => None,
    }
}

/// Goes from one segment of a JPEG to the next, up to that of the frame.
fn jpeg_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut at = 2;
    loop {
        let [0xff, marker] = *bytes.get(at..at + 2)? else {
            return None;
        };
        match marker {
            // Those between that are no frame: tables of Huffman codes, a reserved one, arithmetic coding.
            0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) => {
                return Some((number(at + 7)?.into(), number(at + 5)?.into()));
            }
            // The picture itself begins: no frame came.
            0xda | 0xd9 => return None,
            0xff => at += 1,
            _ => at += 2 + usize::from(number(at + 2)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_text_and_what_is_not_known_is_not_shown() {
        for (ending, is_told) in [
            ("png", ("image/png", true)),
            ("mp4", ("video/mp4", true)),
            ("pdf", ("application/pdf", false)),
            ("txt", ("text/plain; charset=utf-8", false)),
            ("html", ("text/plain", false)),
            ("svg", ("text/plain", false)),
            ("xhtml", ("text/plain", false)),
            ("xml", ("text/plain", false)),
            ("mjs", ("text/plain", false)),
            ("exe", ("application/octet-stream", false)),
        ] {
            assert_eq!(told(of_extension(ending)), is_told, "{ending}");
        }
    }

    #[test]
    fn the_endings_are_in_order_and_each_once() {
        assert!(TYPES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn first_bytes_tell_the_size_of_a_picture() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\0\x20";
        assert_eq!(dimensions(png), Some((256, 32)));
        assert_eq!(dimensions(b"GIF89a\x02\0\x03\0"), Some((2, 3)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04JF\xff\xff\xc0\0\x11\x08\0\x10\x01\x20";
        assert_eq!(dimensions(jpeg), Some((288, 16)));
        for whole in [&png[..], b"GIF89a\x02\0\x03\0", jpeg] {
            for end in 0..whole.len() {
                assert_eq!(dimensions(&whole[..end]), None, "{end}");
            }
        }
        for other in [
            &b"<svg></svg>"[..],
            b"\xff\xd8\xff\xff\xff\xff",
            b"\xff\xd8\xff\xda\0\x02",
        ] {
            assert_eq!(dimensions(other), None);
        }
    }
}
