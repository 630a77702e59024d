//! Forms as `multipart/form-data` (RFC 7578), taken apart as they come. Keeps of the body no more than the piece it is given,
//! and the head of a part.

use crate::error::AppError;
use crate::http::Request;

/// Bytes of a part's head at most, with what may stand behind the line that begins it.
const HEAD: usize = 8 * 1024;

/// Letters of a boundary at most.
const BOUNDARY: usize = 200;

/// What a part of a form is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The name of its field; empty: it has none.
    pub name: String,
    /// The name of the file; empty: it is none.
    pub file_name: String,
}

/// What comes next in a form.
#[derive(Debug)]
pub enum Next<'b> {
    /// A part begins.
    Begin(Part),
    /// Bytes of it.
    Data(&'b [u8]),
    /// It is at its end.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the first part.
    Before,
    /// Behind a boundary: the head of a part, or the end of the form.
    Head,
    /// In a part.
    Body,
    /// Behind the last part.
    Behind,
}

/// A form on its way.
#[derive(Debug)]
pub struct Multipart {
    /// What ends a part, and stands before the first.
    delimiter: Vec<u8>,
    /// What came and could not be told yet.
    held: Vec<u8>,
    at: At,
}

impl Multipart {
    /// Begins a form with this `Content-Type`. `None` when that is another; an error when it does not say where parts end.
    pub fn new(content_type: &str) -> Option<Result<Multipart, ()>> {
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let boundary = parameter(parameters, "boundary").unwrap_or_default();
        if boundary.is_empty() || boundary.len() > BOUNDARY {
            return Some(Err(()));
        }
        Some(Ok(Multipart {
            delimiter: [b"\r\n--", boundary.as_bytes()].concat(),
            // Before the first part nothing need end.
            held: b"\r\n".to_vec(),
            at: At::Before,
        }))
    }

    /// Whether the form is at its end.
    pub fn is_complete(&self) -> bool {
        self.at == At::Behind
    }

    /// Takes the next bytes apart.
    ///
    /// # Errors
    /// What `next` refuses; `malformed`, when it is no form.
    pub fn take(
        &mut self,
        bytes: &[u8],
        malformed: impl Fn() -> AppError,
        mut next: impl FnMut(Next) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(bytes);
        let mut rest = input.as_slice();
        loop {
            match self.at {
                At::Before | At::Body => {
                    let is_body = self.at == At::Body;
                    let end = find(rest, &self.delimiter);
                    // What is at the end may be the beginning of a delimiter.
                    let kept = (self.delimiter.len() - 1).min(rest.len());
                    let (data, behind) = rest.split_at(end.unwrap_or(rest.len() - kept));
                    if is_body && !data.is_empty() {
                        next(Next::Data(data))?;
                    }
                    rest = behind;
                    if end.is_none() {
                        break;
                    }
                    rest = &rest[self.delimiter.len()..];
                    self.at = At::Head;
                    if is_body {
                        next(Next::End)?;
                    }
                }
                At::Head if rest.starts_with(b"--") => self.at = At::Behind,
                At::Head => match find(rest, b"\r\n\r\n") {
                    Some(end) if end <= HEAD => {
                        next(Next::Begin(part(&rest[..end])))?;
                        rest = &rest[end + 4..];
                        self.at = At::Body;
                    }
                    None if rest.len() <= HEAD => break,
                    _ => return Err(malformed()),
                },
                At::Behind => return Ok(()),
            }
        }
        self.held = rest.to_vec();
        Ok(())
    }
}

/// Where `sought` begins.
fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == sought[0]) {
        if bytes[from + at..].starts_with(sought) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// Reads the head of a part; lines that do not say what it is are left out.
fn part(head: &[u8]) -> Part {
    let head = String::from_utf8_lossy(head);
    let disposition = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut disposition =
        disposition.filter(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"));
    let Some((_, disposition)) = disposition.next() else {
        return Part::default();
    };
    let extended = parameter(disposition, "filename*").and_then(|text| unescaped(&text));
    Part {
        name: parameter(disposition, "name").unwrap_or_default(),
        file_name: extended
            .or_else(|| parameter(disposition, "filename"))
            .unwrap_or_default(),
    }
}

/// The value of a parameter in `; name=value; name="value"`.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    while !rest.is_empty() {
        let (key, value) = rest.trim_start_matches([';', ' ', '\t']).split_once('=')?;
        // Before the first parameter there may be a word without a value.
        let key = key.rsplit(';').next().unwrap_or_default().trim();
        let value = value.trim_start();
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (word, behind) = value.split_once(';').unwrap_or((value, ""));
                (word.trim().to_owned(), behind)
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = behind;
    }
    None
}

/// The text up to the quote that ends it, and what is behind that. A backslash stands for itself except before a quote or
/// another, as some browsers send the paths of Windows.
fn unquoted(text: &str) -> (String, &str) {
    let (mut value, mut letters) = (String::new(), text.char_indices().peekable());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, &text[at + 1..]),
            '\\' => match letters.next_if(|(_, next)| ['"', '\\'].contains(next)) {
                Some((_, next)) => value.push(next),
                None => value.push('\\'),
            },
            letter => value.push(letter),
        }
    }
    (value, "")
}

/// A text as RFC 5987 has it: `UTF-8''a%20b`. `None` when it is none, or no UTF-8.
fn unescaped(text: &str) -> Option<String> {
    let (charset, text) = text.split_once('\'')?;
    let (_, text) = text.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let digits = rest
            .get(1..3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &rest[3..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns what is in the first part of each name that is a file, or is none, as it is wanted. `None` for a name that the form
/// has not so.
///
/// # Errors
/// What `malformed` makes, when the body is no form or breaks off.
pub fn parts<const N: usize>(
    request: &Request,
    wanted: [(&str, bool); N],
    malformed: impl Fn() -> AppError + Copy,
) -> Result<[Option<Vec<u8>>; N], AppError> {
    let content_type = request.header("content-type").unwrap_or_default();
    let form = Multipart::new(content_type).and_then(Result::ok);
    let mut form = form.ok_or_else(malformed)?;
    let mut found = [const { None }; N];
    let mut open = None;
    form.take(&request.body, malformed, |next| {
        match next {
            Next::Begin(part) => {
                let is_file = !part.file_name.is_empty();
                open = wanted
                    .iter()
                    .position(|wanted| *wanted == (&*part.name, is_file))
                    .filter(|at| found[*at].is_none());
                if let Some(at) = open {
                    found[at] = Some(Vec::new());
                }
            }
            Next::Data(data) => {
                if let Some(part) = open.and_then(|at| found[at].as_mut()) {
                    part.extend(data);
                }
            }
            Next::End => open = None,
        }
        Ok(())
    })?;
    match form.is_complete() {
        true => Ok(found),
        false => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error;

    /// The parts of a form and what is in them, cut into pieces of `step`; and whether it was complete.
    fn parts(form: &str, step: usize) -> Result<(Vec<(Part, String)>, bool), AppError> {
        let kind = "multipart/form-data; charset=x; boundary=\"b\"";
        let mut multipart = Multipart::new(kind).unwrap().unwrap();
        let (mut parts, mut ends) = (Vec::<(Part, String)>::new(), 0);
        for piece in form.as_bytes().chunks(step) {
            let malformed = || AppError::new(&error::FILE_READ_REQUEST);
            multipart.take(piece, malformed, |next| {
                match next {
                    Next::Begin(part) => parts.push((part, String::new())),
                    Next::Data(data) => {
                        let text = &mut parts.last_mut().unwrap().1;
                        text.push_str(std::str::from_utf8(data).unwrap());
                    }
                    Next::End => ends += 1,
                }
                Ok(())
            })?;
        }
        assert!(!multipart.is_complete() || ends == parts.len());
        Ok((parts, multipart.is_complete()))
    }

    fn named(name: &str, file_name: &str) -> Part {
        Part {
            name: name.into(),
            file_name: file_name.into(),
        }
    }

    #[test]
    fn a_form_is_taken_apart_however_it_arrives() {
        let form = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\nabc\r\n--b  \r\n\
            Content-Type: text/plain\r\ncontent-disposition: form-data; name=files; filename=\"a\\\"b;c.txt\"\r\n\r\n\
            one\r\n--\r\n--a\r\r\n\r\n--b\r\n\r\nno name\r\n--b\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--b--\r\nepilogue";
        for step in 1..form.len() {
            let (parts, is_complete) = parts(form, step).unwrap();
            assert!(is_complete, "{step}");
            let all = [
                (named("channel_id", ""), "abc".to_owned()),
                (
                    named("files", "a\"b;c.txt"),
                    "one\r\n--\r\n--a\r\r\n".to_owned(),
                ),
                (Part::default(), "no name".to_owned()),
                (named("empty", ""), String::new()),
            ];
            assert_eq!(parts, all, "{step}");
        }
        for end in 0..form.find("b--\r\nepilogue").unwrap() {
            assert!(!parts(&form[..end], 7).unwrap().1, "{end}");
        }
    }

    #[test]
    fn names_of_files_are_read_in_each_way_of_writing_them() {
        for (written, name) in [
            ("filename=\"a b.txt\"", "a b.txt"),
            ("filename=a.txt", "a.txt"),
            ("filename=\"C:\\temp\\a.txt\"", "C:\\temp\\a.txt"),
            ("filename=\"x\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe", "Grüße"),
            ("filename*=utf-8'en'a%20b%", "a b%"),
            ("filename=\"x\"; filename*=latin1''%FC", "x"),
            ("filename=\"x\"; filename*=utf-8''%FF", "x"),
            ("filename=\"Grüße\"", "Grüße"),
        ] {
            let head = format!("Content-Disposition: form-data; name=\"files\"; {written}");
            assert_eq!(part(head.as_bytes()), named("files", name), "{written}");
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert!(Multipart::new("application/json").is_none());
        for kind in ["multipart/form-data", "multipart/form-data; boundary=\"\""] {
            assert!(Multipart::new(kind).unwrap().is_err(), "{kind}");
        }
        let long = format!("--b\r\nX: {}", "x".repeat(9000));
        assert!(parts(&long, 100).is_err());
        assert!(!parts(&"x".repeat(9000), 100).unwrap().1);
    }
}
