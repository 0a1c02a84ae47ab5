//! Where a source says a text.

use std::collections::BTreeSet;

/// The macros, and how many texts each begins with, the number of `counted!` apart.
const MACROS: [(&str, usize); 4] = [("text!", 1), ("words!", 1), ("say!", 1), ("counted!", 2)];

/// Returns what a source says, outside of its comments and tests.
pub(crate) fn texts(source: &str) -> Vec<String> {
    let source = source.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code = source.lines().filter(is_code).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (name, count) in MACROS {
        for (place, _) in code.match_indices(name) {
            let before = code[..place].chars().next_back();
            if before.is_none_or(|before| !before.is_alphanumeric() && before != '_') {
                let mut rest = &code[place + name.len()..];
                for _ in 0..count {
                    let (text, after) = literal(rest);
                    found.push((place, text));
                    rest = after;
                }
            }
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, text)| text).collect()
}

/// Reads the next string literal: what it says, and what is behind it.
fn literal(code: &str) -> (String, &str) {
    let (_, body) = code.split_once('"').expect("a macro of texts is given a literal");
    let mut text = String::new();
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => return (text, rest),
            '\\' => {
                let escaped = rest.chars().next().expect("an escape has a letter");
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    '\n' => rest = rest.trim_start(),
                    'n' => text.push('\n'),
                    '"' | '\\' => text.push(escaped),
                    _ => panic!("an escape that is not known: {escaped:?}"),
                }
            }
            _ => text.push(c),
        }
    }
    panic!("a literal does not end: {body:.40}")
}

/// Returns the names of a text's gaps.
pub(crate) fn gaps(text: &str) -> BTreeSet<&str> {
    let gaps = text.split('{').skip(1);
    gaps.filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

#[test]
fn texts_are_found_where_they_are_said() {
    let source = r#"
        // say!("a comment")
        view! { <b aria-label=words!("one")>{say!("{n} \"two\" \
            or more", n)}</b> }
        counted!(held, "{held} is", "{held} are", held); not_words!("no");
#[cfg(test)]
mod tests {
    words!("nor this")
"#;
    assert_eq!(texts(source), ["one", "{n} \"two\" or more", "{held} is", "{held} are"]);
    assert_eq!(gaps("{n} of {most}").into_iter().collect::<Vec<_>>(), ["most", "n"]);
}
