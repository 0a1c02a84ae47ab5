//! Signs and the rules that explain them.

use std::cmp::Reverse;

use super::{Finding, Paste, sentences};
use crate::check::evidence::Evidence;
use crate::check::hops::Seen;
use crate::check::rule::{Explained, Rule};
use crate::check::rules;
use crate::check::signs::Sign;
use crate::{say, words};

/// Explains each sign by the rule that is surest of it, worst first; signs of one rule are one finding.
pub(super) fn findings(evidence: &Evidence, faults: &[Sign], hops: &[Seen]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = vec![];
    for sign in faults {
        let explained = explained(sign, evidence, rules::ALL);
        let rule = explained.as_ref().map(|(rule, _)| rule.id);
        let is_same = |finding: &&mut Finding| finding.is_of(rule, std::slice::from_ref(sign));
        let same = findings.iter_mut().find(is_same);
        match (same, explained) {
            (Some(finding), explained) => {
                finding.signs.push(sign.clone());
                if let Some((_, explained)) = explained
                    && Some(explained.confidence) > finding.confidence
                {
                    finding.confidence = Some(explained.confidence);
                    finding.because = explained.because;
                }
            }
            (None, Some((rule, explained))) => {
                findings.push(by_rule(rule, explained, sign.clone(), hops));
            }
            (None, None) => findings.push(unknown(sign.clone())),
        }
    }
    findings.sort_by_key(|finding| {
        let worst = finding.signs.iter().map(|sign| sign.symptom.weight()).max();
        Reverse((worst, finding.signs.len()))
    });
    findings
}

/// Says of a note where it is told why it is there, if that is known.
pub(super) fn with_its_rule(note: Sign, evidence: &Evidence) -> Sign {
    match explained(&note, evidence, rules::ALL) {
        Some((rule, _)) => {
            let (title, place) = (rule.title, rule.place());
            let says = say!("{says} {title}: see {place}.", says = note.says, title, place);
            Sign { says, ..note }
        }
        None => note,
    }
}

/// Returns the rule that is surest of a sign; of several that are, the first.
fn explained<'a>(
    sign: &Sign,
    evidence: &Evidence,
    rules: &'a [Rule],
) -> Option<(&'a Rule, Explained)> {
    let explained = rules.iter().filter_map(|rule| Some((rule, (rule.explains)(sign, evidence)?)));
    explained.rev().max_by_key(|(_, explained)| explained.confidence)
}

fn by_rule(rule: &Rule, explained: Explained, sign: Sign, hops: &[Seen]) -> Finding {
    let shows = |hop| hops.iter().position(|seen| seen.hop == hop);
    let mut remedies: Vec<_> = rule.remedies.iter().collect();
    remedies.sort_by_key(|remedy| shows(remedy.hop).unwrap_or(usize::MAX));
    let hop = remedies.first().map(|remedy| remedy.hop).filter(|hop| shows(*hop).is_some());
    let paste = |remedy: &&crate::check::rule::Remedy| Paste {
        hop: remedy.hop,
        before: remedy.before.words().to_owned(),
        before_is_prose: remedy.before.is_prose(),
        after: remedy.after.words().to_owned(),
        after_is_prose: remedy.after.is_prose(),
        note: remedy.note.words().to_owned(),
    };
    Finding {
        rule: Some(rule.id.to_owned()),
        confidence: Some(explained.confidence),
        title: rule.title.words().to_owned(),
        cause: rule.cause.words().to_owned(),
        because: explained.because,
        signs: vec![sign],
        hop,
        remedies: remedies.iter().map(paste).collect(),
    }
}

fn unknown(sign: Sign) -> Finding {
    Finding {
        rule: None,
        confidence: None,
        title: sentences::title(&sign.symptom),
        cause: String::new(),
        because: words!("The cause is unknown: no rule fits what was seen.").to_owned(),
        signs: vec![sign],
        hop: None,
        remedies: vec![],
    }
}
