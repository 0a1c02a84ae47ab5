//! Sentences with code in them.

/// A stretch of a sentence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stretch<'a> {
    /// Words.
    Words(&'a str),
    /// What stands between backticks.
    Code(&'a str),
}

/// Takes a sentence apart at its backticks; one that has no other is a mark like any other.
pub fn stretches(sentence: &str) -> Vec<Stretch<'_>> {
    let (mut stretches, mut rest) = (vec![], sentence);
    while let Some((words, behind)) = rest.split_once('`')
        && let Some((code, behind)) = behind.split_once('`')
    {
        stretches.extend([Stretch::Words(words), Stretch::Code(code)]);
        rest = behind;
    }
    stretches.push(Stretch::Words(rest));
    stretches.retain(|it| !matches!(it, Stretch::Words("") | Stretch::Code("")));
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use Stretch::{Code, Words};

    #[test]
    fn code_stands_between_backticks() {
        for (sentence, apart) in [
            ("no code", vec![Words("no code")]),
            ("set `gzip off;` there", vec![Words("set "), Code("gzip off;"), Words(" there")]),
            ("`a``b`", vec![Code("a"), Code("b")]),
            ("a ` alone", vec![Words("a ` alone")]),
            ("`a` and ` alone", vec![Code("a"), Words(" and ` alone")]),
            ("``", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(stretches(sentence), apart, "{sentence}");
        }
    }
}
