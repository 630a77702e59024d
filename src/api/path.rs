//! Patterns of paths: one syntax and one matcher for the endpoints, for what Mattermost has beyond them, and for the fixture.
//!
//! In a pattern, `{name}` matches one segment of the path, and `*` at the end matches the rest, also when that is empty.

use std::collections::HashMap;

use super::context::Params;

/// Tells by a parameter's name which letters its value may have. A value that may have slashes takes the rest of the path.
type Letters = fn(&str) -> fn(char) -> bool;

/// Returns the letters of a parameter of the API. Mattermost: a segment with any other letter is another path.
fn letters_of(name: &str) -> fn(char) -> bool {
    match name {
        "email" => |_| true,
        "username" => |letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter),
        "category" | "preference_name" | "team_name" | "channel_name" => {
            |letter| letter.is_ascii_alphanumeric() || "_-".contains(letter)
        }
        "emoji_name" => |letter| letter.is_ascii_alphanumeric() || "_-+".contains(letter),
        "role_name" => {
            |letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
        }
        _ => |letter| letter.is_ascii_alphanumeric(),
    }
}

/// Returns whether the whole path fits the pattern. A parameter matches any segment that is not empty.
pub fn fits(pattern: &str, path: &str) -> bool {
    walk(pattern, path, |_| |letter| letter != '/', |_, _| {})
}

/// Returns whether the whole path fits the pattern; on the way, gives `take` the name and value of each parameter.
fn walk<'n, 'p>(
    pattern: &'n str,
    path: &'p str,
    letters: Letters,
    mut take: impl FnMut(&'n str, &'p str),
) -> bool {
    // `None` behind the last segment; an empty text is one more segment.
    let mut rest = Some(path);
    for part in pattern.split('/') {
        if part == "*" {
            return true;
        }
        let Some(text) = rest else {
            return false;
        };
        let parameter = parameter(part).map(|name| (name, letters(name)));
        let (segment, after) = match text.split_once('/') {
            Some((segment, after)) if !parameter.is_some_and(|(_, allows)| allows('/')) => {
                (segment, Some(after))
            }
            _ => (text, None),
        };
        match parameter {
            Some((name, allows)) if !segment.is_empty() && segment.chars().all(allows) => {
                take(name, segment);
            }
            None if segment == part => {}
            _ => return false,
        }
        rest = after;
    }
    rest.is_none()
}

/// Returns the name of the parameter that a part of a pattern stands for, or `None` if the part is literal.
fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// Rows of a table by the pattern of their path. Each path is held against those few that begin alike.
pub struct PathIndex<T> {
    /// By the first segment, which is literal in every pattern; in the order of the table.
    rows: HashMap<&'static str, Vec<PathRow<T>>>,
}

struct PathRow<T> {
    method: &'static str,
    pattern: &'static str,
    /// The least and the greatest number of slashes that a path may have.
    slashes: (usize, usize),
    value: T,
}

impl<T> PathIndex<T> {
    /// Indexes the rows of a table: method, pattern, value.
    pub fn new(table: impl IntoIterator<Item = (&'static str, &'static str, T)>) -> PathIndex<T> {
        let mut rows = HashMap::<_, Vec<_>>::new();
        for (method, pattern, value) in table {
            let last = pattern.rsplit('/').next().unwrap_or_default();
            let is_open = last == "*" || parameter(last).is_some_and(|name| letters_of(name)('/'));
            let least = slashes(pattern.trim_end_matches("/*"));
            let most = if is_open { usize::MAX } else { least };
            let begin_alike = rows.entry(first_segment(pattern)).or_default();
            begin_alike.push(PathRow {
                method,
                pattern,
                slashes: (least, most),
                value,
            });
        }
        PathIndex { rows }
    }

    /// Returns the first row that fits, with the parameters of the path, or `None` if none does.
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Option<(&T, Params<'p>)> {
        let begin_alike = self.rows.get(first_segment(path))?;
        let count = slashes(path);
        let mut params = Vec::new();
        let row = begin_alike.iter().find(|row| {
            let (least, most) = row.slashes;
            if count < least || count > most || row.method != method {
                return false;
            }
            params.clear();
            walk(row.pattern, path, letters_of, |name, value| {
                params.push((name, value));
            })
        })?;
        Some((&row.value, params))
    }
}

fn slashes(path: &str) -> usize {
    path.bytes().filter(|byte| *byte == b'/').count()
}

fn first_segment(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_the_whole_path_or_not_at_all() {
        for (pattern, path, fit) in [
            ("/api/v4/posts", "/api/v4/posts", true),
            ("/api/v4/posts", "/api/v4/posts/x", false),
            ("/api/v4/posts", "/api/v4/posts/", false),
            ("/api/v4/posts/{id}", "/api/v4/posts/x", true),
            ("/api/v4/posts/{id}", "/api/v4/posts", false),
            ("/api/v4/posts/{id}", "/api/v4/posts/", false),
            ("/{email}", "/a@b", true),
            ("/{email}", "/a@b/c", false),
            ("/api/v4/*", "/api/v4/users/me/tokens", true),
            ("/api/v4/*", "/api/v4", true),
            ("/*", "/", true),
            ("/api/v4/*", "/api/v5/users", false),
            ("users", "/users", false),
            ("", "/", false),
        ] {
            assert_eq!(fits(pattern, path), fit, "{pattern} {path}");
        }
    }

    #[test]
    fn the_first_row_that_fits_is_found_with_its_parameters() {
        let index = PathIndex::new([
            ("GET", "/a/{id}/c", 1),
            ("GET", "/a/{id}/{role_name}", 2),
            ("GET", "/a/x/d", 3),
            ("GET", "/a/b/{email}", 4),
            ("POST", "/a/*", 5),
        ]);
        let find = |method, path| index.find(method, path).map(|(row, params)| (*row, params));
        assert_eq!(find("GET", "/a/x/c"), Some((1, vec![("id", "x")])));
        let both = vec![("id", "x"), ("role_name", "d")];
        assert_eq!(find("GET", "/a/x/d"), Some((2, both)));
        let email = |value| Some((4, vec![("email", value)]));
        assert_eq!(find("GET", "/a/b/C@/d"), email("C@/d"));
        assert_eq!(find("GET", "/a/b/c/"), email("c/"));
        for path in ["/a", "/a/x/y/z/1/2/3/4/5"] {
            assert_eq!(find("POST", path), Some((5, vec![])));
            assert_eq!(find("GET", path), None);
        }
        for path in ["", "/", "a/x/c", "/a/b/", "/a/x-y/c", "/a/x/D"] {
            assert_eq!(find("GET", path), None, "{path}");
        }
    }
}
