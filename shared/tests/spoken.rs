//! What the path check says to who reads Chinese.

#[path = "support/chinese.rs"]
mod chinese;

#[path = "support/english.rs"]
mod english;

use chinese::in_chinese;
use echoclock_shared::check::rule::{Lines, Remedy, Rule};
use echoclock_shared::check::rules;
use echoclock_shared::text::Text;

#[test]
fn rules_are_told_in_chinese() {
    let wrong = in_chinese(|| {
        let of_rule =
            |rule: &'static Rule| texts(rule).into_iter().map(move |text| (rule.id, text.words()));
        let wrong = rules::ALL.iter().flat_map(of_rule).filter_map(|(id, says)| {
            let english = english::english(says);
            let is_chinese = says.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
            (!english.is_empty() || !is_chinese).then(|| format!("{id}: {english:?} in {says}"))
        });
        wrong.collect::<Vec<_>>()
    });
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
