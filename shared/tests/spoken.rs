//! What the path check says to who reads Chinese.

#[path = "support/chinese.rs"]
mod chinese;

use chinese::{complaint, speak_chinese};
use echoclock_shared::check::rule::{Lines, Remedy, Rule};
use echoclock_shared::check::rules;
use echoclock_shared::text::Text;

#[test]
fn rules_are_told_in_chinese() {
    speak_chinese();
    let wrong: Vec<_> = rules::ALL
        .iter()
        .flat_map(|rule| texts(rule).into_iter().map(move |text| (rule.id, text)))
        .filter_map(|(id, text)| Some(format!("{id}: {}", complaint(text.words())?)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All that a rule says.
fn texts(rule: &Rule) -> Vec<Text> {
    let of_remedy = |remedy: &Remedy| {
        let prose = [remedy.before, remedy.after].into_iter().filter_map(|lines| match lines {
            Lines::Prose(text) => Some(text),
            Lines::Configuration(_) => None,
        });
        prose.chain([remedy.note]).collect::<Vec<_>>()
    };
    let mut texts = vec![rule.title, rule.symptom, rule.cause, rule.look_alikes];
    texts.extend(rule.remedies.iter().flat_map(of_remedy));
    texts
}
