//! What the words of a search for posts mean.

use crate::clock::{DAY, Millis, midnight};

/// Words and flags of a search that are looked at.
const PARTS: usize = 20;

/// What a post that is found has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Words and phrases, in lower case.
    pub words: Vec<String>,
    /// Those that it must not have.
    pub excluded_words: Vec<String>,
    /// Usernames of its author; none: anybody.
    pub from: Vec<String>,
    /// Usernames of who must not be its author.
    pub excluded_from: Vec<String>,
    /// Names of its channel; none: any.
    pub channels: Vec<String>,
    /// Names of channels that it must not be in.
    pub excluded_channels: Vec<String>,
    /// It was made at this time or later.
    pub since: Option<Millis>,
    /// It was made before this time.
    pub until: Option<Millis>,
}

impl Terms {
    /// Reads what was typed: words, `"phrases"`, `word*`, `-word`, `from:`, `in:`, `before:`, `after:` and `on:`. Days are those
    /// of a clock that is so many seconds ahead of UTC.
    pub fn parse(typed: &str, seconds_ahead: i64) -> Terms {
        let mut terms = Terms::default();
        let mut parts = parts(typed).into_iter().take(PARTS);
        while let Some(part) = parts.next() {
            let (excluded, bare) = match part.strip_prefix('-') {
                Some(bare) if !bare.is_empty() => (true, bare),
                _ => (false, part.as_str()),
            };
            match bare.split_once(':') {
                Some((flag @ ("from" | "in" | "channel" | "before" | "after" | "on"), value)) => {
                    // Mattermost: a blank may stand behind the colon.
                    let value = match value {
                        "" => parts.next().unwrap_or_default(),
                        value => value.to_owned(),
                    };
                    terms.add_flag(
                        flag,
                        value.trim_start_matches(['@', '~']),
                        excluded,
                        seconds_ahead,
                    );
                }
                _ => {
                    let word = bare.trim_matches('"').trim_end_matches('*');
                    let words = if excluded {
                        &mut terms.excluded_words
                    } else {
                        &mut terms.words
                    };
                    if !word.is_empty() {
                        words.push(word.to_owned());
                    }
                }
            }
        }
        terms
    }

    fn add_flag(&mut self, flag: &str, value: &str, excluded: bool, seconds_ahead: i64) {
        let day = || midnight(value).map(|at| at - seconds_ahead * 1000);
        match (flag, excluded) {
            ("from", false) => self.from.push(value.to_owned()),
            ("from", true) => self.excluded_from.push(value.to_owned()),
            ("in" | "channel", false) => self.channels.push(value.to_owned()),
            ("in" | "channel", true) => self.excluded_channels.push(value.to_owned()),
            // Mattermost: a day that is none, or that is excluded, says nothing.
            ("before", false) => self.until = day().or(self.until),
            ("after", false) => self.since = day().map(|at| at + DAY).or(self.since),
            ("on", false) => {
                self.since = day().or(self.since);
                self.until = day().map(|at| at + DAY).or(self.until);
            }
            _ => {}
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Terms::default()
    }
}

/// Splits what was typed at blanks, but not within quotation marks; in lower case.
fn parts(typed: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for letter in typed.to_lowercase().chars() {
        quoted ^= letter == '"';
        if letter.is_whitespace() && !quoted {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(letter);
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: &[&str]) -> Vec<String> {
        of.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn words_phrases_and_flags_are_told_apart() {
        let terms = Terms::parse(
            r#"Deploy* "two words" -bad -"no way" from:@ann -from:bob in: ~Town-Square -in:x http://a a:b - """#,
            0,
        );
        assert_eq!(
            terms.words,
            texts(&["deploy", "two words", "http://a", "a:b", "-"])
        );
        assert_eq!(terms.excluded_words, texts(&["bad", "no way"]));
        assert_eq!(terms.from, texts(&["ann"]));
        assert_eq!(terms.excluded_from, texts(&["bob"]));
        assert_eq!(terms.channels, texts(&["town-square"]));
        assert_eq!(terms.excluded_channels, texts(&["x"]));
        assert!(
            Terms::parse(" - \"\" ", 0).words == texts(&["-"])
                && Terms::parse(" \"\" ", 0).is_empty()
        );
    }

    #[test]
    fn days_are_those_of_the_client() {
        let noon = 951_782_400_000;
        let of = |typed: &str, ahead| {
            let terms = Terms::parse(typed, ahead);
            (terms.since, terms.until)
        };
        // 29 February 2000 begins at this time in UTC.
        assert_eq!(of("on:2000-02-29", 0), (Some(noon), Some(noon + DAY)));
        assert_eq!(
            of("after:2000-02-29", 3600),
            (Some(noon + DAY - 3_600_000), None)
        );
        assert_eq!(
            of("before:2000-02-29", -3600),
            (None, Some(noon + 3_600_000))
        );
        for typed in [
            "on:2000-02-30",
            "on:x",
            "on:",
            "-on:2000-02-29",
            "after:20000-01-01",
        ] {
            assert_eq!(of(typed, 0), (None, None), "{typed}");
        }
    }
}
