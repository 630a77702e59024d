//! What a login's `User-Agent` tells of the browser, in Mattermost's words. A guess for people who read a list of
//! sessions; nothing depends on it.

/// Browser, operating system and platform.
#[derive(Debug, PartialEq, Eq)]
pub struct Agent {
    /// `Firefox/120.0`; `Unknown/0.0` for anything else than a browser.
    pub browser: String,
    /// `Windows 10`, `Mac OS`, `Linux`..., or nothing.
    pub os: &'static str,
    /// Mattermost: `Windows` when nothing is known.
    pub platform: &'static str,
}

/// Mark in the text -> name; the first that is there counts.
const BROWSERS: [(&str, &str); 5] = [
    ("Mattermost/", "Desktop App"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

/// Mark in the text -> operating system and platform; the first that is there counts.
const SYSTEMS: [(&str, &str, &str); 7] = [
    ("iPhone", "iOS", "iPhone"),
    ("iPad", "iOS", "iPad"),
    ("Android", "Android", "Linux"),
    ("Windows NT 10.0", "Windows 10", "Windows"),
    ("Windows", "Windows", "Windows"),
    ("Macintosh", "Mac OS", "Macintosh"),
    ("Linux", "Linux", "Linux"),
];

impl Agent {
    /// Reads the header.
    pub fn of(text: &str) -> Agent {
        let browser = BROWSERS
            .iter()
            .find_map(|(mark, name)| Some(format!("{name}/{}", version(text.split_once(mark)?.1))));
        let system = SYSTEMS.iter().find(|(mark, ..)| text.contains(mark));
        let (os, platform) = system.map_or(("", "Windows"), |(_, os, platform)| (*os, *platform));
        Agent {
            browser: browser.unwrap_or_else(|| "Unknown/0.0".into()),
            os,
            platform,
        }
    }
}

/// The first two numbers.
fn version(text: &str) -> String {
    let number = |part: Option<&str>| {
        let digits: String = part
            .unwrap_or_default()
            .chars()
            .take_while(char::is_ascii_digit)
            .take(6)
            .collect();
        if digits.is_empty() {
            "0".to_owned()
        } else {
            digits
        }
    };
    let mut parts = text.split('.');
    format!("{}.{}", number(parts.next()), number(parts.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_everything_else() {
        for (text, browser, os, platform) in [
            ("", "Unknown/0.0", "", "Windows"),
            ("curl/8.5.0", "Unknown/0.0", "", "Windows"),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                "Firefox/120.0",
                "Linux",
                "Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/119.0.0.0 Safari/537.36",
                "Chrome/119.0",
                "Windows 10",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/17.1 Safari/605",
                "Safari/17.1",
                "Mac OS",
                "Macintosh",
            ),
        ] {
            assert_eq!(
                Agent::of(text),
                Agent {
                    browser: browser.into(),
                    os,
                    platform
                },
                "{text}"
            );
        }
    }
}
