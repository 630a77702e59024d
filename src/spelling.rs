//! What somebody meant who misspelt a name.

/// Returns the name that is most like the text, in any case; `None` when all are too different: more than a third of its letters
/// would have to change.
pub fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let text = text.to_lowercase();
    let with_distance = |name: &'n str| (distance(&text, &name.to_lowercase()), name);
    let (distance, name) = names
        .into_iter()
        .map(with_distance)
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= name.chars().count().div_ceil(3)).then_some(name)
}

/// Counts the letters that have to be added, removed, changed or swapped with the next to come from one text to the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut letter_before = None;
    for (row, letter) in one.chars().enumerate() {
        let mut next = vec![row + 1];
        for (column, meant) in other.iter().enumerate() {
            let changed = last[column] + usize::from(letter != *meant);
            let mut least = changed.min(last[column + 1] + 1).min(next[column] + 1);
            let is_swap = column > 0
                && Some(*meant) == letter_before
                && other.get(column - 1) == Some(&letter);
            if let (true, Some(swapped)) = (is_swap, before.get(column.wrapping_sub(1))) {
                least = least.min(swapped + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
        letter_before = Some(letter);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_like_a_name_suggests_it() {
        let names = ["help", "token create", "token list", "serve"];
        for (text, name) in [
            ("hepl", Some("help")),
            ("HELP", Some("help")),
            ("token crate", Some("token create")),
            ("tokn list", Some("token list")),
            ("sevre", Some("serve")),
            ("something", None),
            ("", None),
        ] {
            assert_eq!(nearest(text, names), name, "{text}");
        }
    }
}
