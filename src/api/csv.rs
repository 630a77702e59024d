//! Lines of comma-separated values (RFC 4180).

/// Returns a line of values. One that a spreadsheet would take for a formula gets an apostrophe before it.
pub fn line(values: &[&str]) -> String {
    let quoted = values.iter().map(|value| {
        let is_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let value = value.replace('"', "\"\"");
        match (is_formula, value.contains([',', '"', '\n', '\r'])) {
            (true, _) => format!("\"'{value}\""),
            (false, true) => format!("\"{value}\""),
            (false, false) => value,
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn what_is_no_plain_word_is_quoted() {
        assert_eq!(line(&["a", "", "b c"]), "a,,b c\r\n");
        assert_eq!(
            line(&["a,b", "say \"hi\"", "two\nlines"]),
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"
        );
        assert_eq!(line(&["=1+1", "@x"]), "\"'=1+1\",\"'@x\"\r\n");
    }
}
