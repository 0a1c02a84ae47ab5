//! What was found beside what had to be found (pure).

use std::collections::BTreeSet;

use echoclock_shared::check::report::Report;
use serde::Serialize;
use serde_json::Value;

use super::label::Cause;

/// A sign of a finding, on one lane.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Found {
    /// The rule that explains it; nothing where the cause is unknown.
    pub(super) rule: Option<String>,
    pub(super) symptom: String,
    pub(super) lane: String,
}

/// What came of the comparison.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Verdict {
    /// What had to be found and was not.
    pub(super) misses: Vec<String>,
    /// What was found and is not there.
    pub(super) alarms: Vec<String>,
    /// What it was, and what it was taken for; each pair once.
    pub(super) taken: BTreeSet<(String, String)>,
}

impl Verdict {
    pub(super) fn is_right(&self) -> bool {
        self.misses.is_empty() && self.alarms.is_empty()
    }
}

/// The name of what is not there, or not found.
pub(super) const NOTHING: &str = "(nothing)";

/// Returns what a report finds.
pub(super) fn found(report: &Report) -> Vec<Found> {
    let signs = report.findings.iter().flat_map(|finding| {
        finding.signs.iter().map(|sign| Found {
            rule: finding.rule.clone(),
            symptom: name_of(&sign.symptom),
            lane: name_of(&sign.lane),
        })
    });
    let each: BTreeSet<_> = signs.collect();
    each.into_iter().collect()
}

/// Compares what was found with what had to be and what may be found.
pub(super) fn judge(expects: &[Cause], may: &[Cause], found: &[Found]) -> Verdict {
    let mut verdict = Verdict::default();
    let strange: Vec<_> = found
        .iter()
        .filter(|found| !expects.iter().chain(may).any(|cause| cause.is(found)))
        .collect();
    for cause in expects {
        let name = cause.name();
        for lane in &cause.lanes {
            let here = |found: &Found| found.lane == *lane;
            if found.iter().any(|found| here(found) && cause.is(found)) {
                verdict.taken.insert((name.clone(), name.clone()));
                continue;
            }
            verdict.misses.push(format!("{name} on {lane}"));
            let other = strange.iter().find(|found| here(found));
            let other = other.map_or(NOTHING.to_owned(), |found| found.name());
            verdict.taken.insert((name.clone(), other));
        }
    }
    for found in strange {
        verdict.alarms.push(format!("{} ({}) on {}", found.name(), found.symptom, found.lane));
        let is_told = verdict.taken.iter().any(|(_, taken)| *taken == found.name());
        if !is_told {
            verdict.taken.insert((NOTHING.to_owned(), found.name()));
        }
    }
    if expects.is_empty() && verdict.alarms.is_empty() {
        verdict.taken.insert((NOTHING.to_owned(), NOTHING.to_owned()));
    }
    verdict
}

impl Cause {
    fn is(&self, found: &Found) -> bool {
        let is_rule = self.rule.as_ref().is_none_or(|rule| found.rule.as_ref() == Some(rule));
        let is_symptom = self.symptom.as_ref().is_none_or(|symptom| found.symptom == *symptom);
        is_rule && is_symptom && self.lanes.contains(&found.lane)
    }

    /// What it is called in tables.
    fn name(&self) -> String {
        self.rule.clone().or(self.symptom.clone()).unwrap_or_default()
    }
}

impl Found {
    /// What it is called in tables: a question mark stands for the cause that is unknown.
    fn name(&self) -> String {
        self.rule.clone().unwrap_or_else(|| format!("{}?", self.symptom))
    }
}

/// The name that a report's JSON has for a symptom or a lane.
fn name_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        Ok(Value::Object(fields)) => fields["symptom"].as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(rule: Option<&str>, symptom: Option<&str>, lanes: &[&str]) -> Cause {
        let lanes = lanes.iter().map(|lane| (*lane).to_owned()).collect();
        Cause { rule: rule.map(Into::into), symptom: symptom.map(Into::into), lanes }
    }

    fn seen(rule: Option<&str>, symptom: &str, lane: &str) -> Found {
        Found { rule: rule.map(Into::into), symptom: symptom.into(), lane: lane.into() }
    }

    #[test]
    fn what_is_missing_and_what_is_not_there_are_told_apart() {
        let pages = cause(Some("in-pages"), Some("held_for"), &["events", "frame"]);
        let whole = cause(None, Some("head_late"), &["events"]);
        let on = |rule, lane| seen(rule, "held_for", lane);
        let right = [on(Some("in-pages"), "events"), on(Some("in-pages"), "frame")];
        let other = [on(Some("in-pages"), "events"), on(Some("packed"), "frame")];
        let unknown = [on(Some("in-pages"), "events"), on(None, "frame")];
        let late = seen(None, "head_late", "events");
        for (found, misses, alarms, taken) in [
            (&right[..], 0, 0, ("in-pages", "in-pages")),
            (&[right[0].clone(), right[1].clone(), late][..], 0, 0, ("in-pages", "in-pages")),
            (&right[..1], 1, 0, ("in-pages", NOTHING)),
            (&other[..], 1, 1, ("in-pages", "packed")),
            (&unknown[..], 1, 1, ("in-pages", "held_for?")),
        ] {
            let may = std::slice::from_ref(&whole);
            let verdict = judge(std::slice::from_ref(&pages), may, found);
            assert_eq!((verdict.misses.len(), verdict.alarms.len()), (misses, alarms), "{found:?}");
            assert!(verdict.taken.contains(&(taken.0.into(), taken.1.into())), "{verdict:?}");
        }
        let alarm = judge(&[], &[], &right[..1]);
        assert_eq!((alarm.misses.len(), alarm.alarms.len()), (0, 1));
        assert!(judge(&[], &[], &[]).is_right());
    }
}
