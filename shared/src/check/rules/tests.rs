//! What every rule has.

use std::collections::BTreeSet;

use super::ALL;
use crate::text::Text;

#[test]
fn ids_are_plain_and_each_is_one_rules() {
    let ids: BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), ALL.len());
    for id in ids {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(id.bytes().all(is_plain), "{id}");
    }
}

#[test]
fn each_rule_says_all_there_is_to_say() {
    for rule in ALL {
        let id = rule.id;
        let title = rule.title.words();
        assert!(!title.ends_with('.') && title.len() > 15, "{id}: its title is none");
        for text in [rule.symptom, rule.cause, rule.look_alikes].map(Text::words) {
            assert!(text.len() > 30 && text.ends_with('.'), "{id}: no sentence: {text:?}");
        }
        assert!(!rule.rests_on.is_empty(), "{id}: rests on nothing");
        for address in rule.rests_on {
            assert!(address.starts_with("https://") && !address.contains(' '), "{id}: {address}");
        }
        assert!(!rule.symptoms.is_empty(), "{id}: explains nothing");
        assert!(!rule.remedies.is_empty(), "{id}: nothing mends it");
        let hops: BTreeSet<_> = rule.remedies.iter().map(|remedy| remedy.hop).collect();
        assert_eq!(hops.len(), rule.remedies.len(), "{id}: two remedies for one hop");
        for remedy in rule.remedies {
            let note = remedy.note.words();
            let texts = [remedy.before.words(), remedy.after.words(), note];
            assert!(texts.iter().all(|text| !text.trim().is_empty()), "{id}: {:?}", remedy.hop);
            assert!(note.ends_with('.'), "{id}: no sentence: {note:?}");
            assert_ne!(remedy.before, remedy.after, "{id}: changes nothing");
            for lines in [remedy.before, remedy.after] {
                let ends = lines.words().ends_with('.');
                assert_eq!(
                    lines.is_prose(),
                    ends,
                    "{id}: prose, and nothing else, is told: {lines}"
                );
            }
        }
    }
}
