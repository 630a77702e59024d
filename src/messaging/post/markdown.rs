//! Slack's links as those of Markdown, which is what Mattermost shows.

/// Returns the text with each `<address|words>` as a link in Markdown.
pub fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out += &rest[..at];
        rest = &rest[at..];
        match link(&rest[1..]) {
            Some((address, words, behind)) => {
                out += &format!("[{words}]({address})");
                rest = behind;
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Reads a link behind its `<`: address, words, and what comes behind it; `None` if it is none.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let bar = text.find(['<', '|'])?;
    let (address, behind) = text.split_at(bar);
    let (words, behind) = behind.strip_prefix('|')?.split_once('>')?;
    (!address.is_empty() && !words.is_empty()).then_some((address, words, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_with_words_become_markdown() {
        for (slack, markdown) in [
            ("a <http://a|words> b", "a [words](http://a) b"),
            ("<http://a|1><http://b|2>", "[1](http://a)[2](http://b)"),
            ("<<http://a|1>", "<[1](http://a)"),
            ("<http://a>", "<http://a>"),
            ("<|words>", "<|words>"),
            ("<http://a|>", "<http://a|>"),
            ("<http://a|words", "<http://a|words"),
            ("no link", "no link"),
        ] {
            assert_eq!(links(slack), markdown, "{slack}");
        }
    }
}
