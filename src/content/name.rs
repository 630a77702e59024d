//! Names of files, made safe: whoever gets a file sees what its name is, and no path is in it.

/// Letters of a name at most.
const LETTERS: usize = 255;

/// Letters of an ending that a name keeps when it is cut.
const ENDING: usize = 16;

/// Returns the name without the folders before it and without what does not show or turns the text around. A name with
/// nothing left is `file`.
pub fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|letter| !is_hidden(*letter)).collect();
    let shown = shown.trim().trim_end_matches('.');
    match shown.trim_start_matches('.') {
        "" => "file".to_owned(),
        _ => cut(shown),
    }
}

/// Whether a letter does not show, or turns the text around.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Cuts a name that is too long, and leaves its ending.
fn cut(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    let kept = if ending.chars().count() > ENDING {
        ""
    } else {
        ending
    };
    let room = LETTERS - kept.chars().count();
    name.chars().take(room).chain(kept.chars()).collect()
}

/// Returns the ending of a name, in lower case and without its dot; empty: it has none.
pub fn extension(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_safe() {
        let long = "a".repeat(300);
        for (sent, safe_name) in [
            ("a.txt", "a.txt"),
            ("Grüße 1.pdf", "Grüße 1.pdf"),
            ("../../etc/passwd", "passwd"),
            (r"C:\temp\evil.exe", "evil.exe"),
            ("a/b/", "file"),
            ("..", "file"),
            ("", "file"),
            (" . ", "file"),
            (".profile", ".profile"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("a\r\nSet-Cookie: x\0.txt", "aSet-Cookie: x.txt"),
            (&format!("{long}.jpeg"), &format!("{}.jpeg", &long[..250])),
            (&format!("x.{long}"), &format!("x.{}", &long[..253])),
        ] {
            assert_eq!(safe(sent), safe_name, "{sent:?}");
        }
    }

    #[test]
    fn endings_are_in_lower_case() {
        for (name, ending) in [("a.TXT", "txt"), ("a.tar.gz", "gz"), ("a", ""), ("a.", "")] {
            assert_eq!(extension(name), ending, "{name}");
        }
    }
}
