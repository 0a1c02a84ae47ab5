//! What was found beside what had to be found (pure).

use std::collections::BTreeSet;

use echoclock_shared::check::report::Report;
use echoclock_shared::check::signs::Sign;
use serde::Serialize;
use serde_json::Value;

use super::label::{Cause, UNKNOWN};

/// A sign of a finding, on one lane.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Found {
    /// The rule that explains it; nothing where the cause is unknown.
    pub(super) rule: Option<String>,
    pub(super) symptom: String,
    pub(super) lane: String,
    /// Whether it is no fault.
    pub(super) is_note: bool,
}

/// What is to be found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    /// What has to be.
    pub(super) expects: &'a [Cause],
    /// What may be beside it.
    pub(super) may: &'a [Cause],
    /// What has to be noted.
    pub(super) notes: &'a [Cause],
    /// What must not be noted.
    pub(super) gone: &'a [Cause],
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
    let seen = |rule: Option<&String>, sign: &Sign, is_note| Found {
        rule: rule.cloned(),
        symptom: name_of(&sign.symptom),
        lane: name_of(&sign.lane),
        is_note,
    };
    let faults = report.findings.iter().flat_map(|finding| {
        finding.signs.iter().map(move |sign| seen(finding.rule.as_ref(), sign, false))
    });
    let notes = report.notes.iter().map(|sign| seen(None, sign, true));
    let each: BTreeSet<_> = faults.chain(notes).collect();
    each.into_iter().collect()
}

/// Compares what was found with what had to be and what may be found.
pub(super) fn judge(wanted: Wanted<'_>, found: &[Found]) -> Verdict {
    let mut verdict = Verdict::default();
    let (notes, faults): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.is_note);
    let is_meant =
        |found: &&&Found| wanted.expects.iter().chain(wanted.may).any(|cause| cause.is(found));
    let strange: Vec<_> = faults.iter().filter(|found| !is_meant(found)).collect();
    for cause in wanted.expects {
        let name = cause.name();
        for lane in &cause.lanes {
            let here = |found: &Found| found.lane == *lane;
            if faults.iter().any(|found| here(found) && cause.is(found)) {
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
    for cause in wanted.notes {
        let is_noted =
            |lane: &&String| notes.iter().any(|note| note.lane == **lane && cause.is(note));
        let missed = cause.lanes.iter().filter(|lane| !is_noted(lane));
        verdict.misses.extend(missed.map(|lane| format!("the note {} on {lane}", cause.name())));
    }
    let left = notes.iter().filter(|note| wanted.gone.iter().any(|cause| cause.is(note)));
    verdict.alarms.extend(left.map(|note| format!("the note {} on {}", note.symptom, note.lane)));
    if wanted.expects.is_empty() && verdict.is_right() {
        verdict.taken.insert((NOTHING.to_owned(), NOTHING.to_owned()));
    }
    verdict
}

impl Cause {
    fn is(&self, found: &Found) -> bool {
        let is_rule = match self.rule.as_deref() {
            None => true,
            Some(UNKNOWN) => found.rule.is_none(),
            Some(rule) => found.rule.as_deref() == Some(rule),
        };
        let is_symptom = self.symptom.as_ref().is_none_or(|symptom| found.symptom == *symptom);
        is_rule && is_symptom && self.lanes.contains(&found.lane)
    }

    /// What it is called in tables.
    fn name(&self) -> String {
        let symptom = self.symptom.clone().unwrap_or_default();
        match self.rule.as_deref() {
            None => symptom,
            Some(UNKNOWN) => format!("{symptom}?"),
            Some(rule) => rule.to_owned(),
        }
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
        let (symptom, lane) = (symptom.into(), lane.into());
        Found { rule: rule.map(Into::into), symptom, lane, is_note: false }
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
            let [expects, may] = [&pages, &whole].map(std::slice::from_ref);
            let verdict = judge(Wanted { expects, may, ..Wanted::default() }, found);
            assert_eq!((verdict.misses.len(), verdict.alarms.len()), (misses, alarms), "{found:?}");
            assert!(verdict.taken.contains(&(taken.0.into(), taken.1.into())), "{verdict:?}");
        }
        let unknown = [cause(Some(UNKNOWN), Some("held_for"), &["frame"])];
        let wanted = Wanted { expects: &unknown, ..Wanted::default() };
        assert!(judge(wanted, &[on(None, "frame")]).is_right());
        assert!(!judge(wanted, &[on(Some("packed"), "frame")]).is_right());
        let alarm = judge(Wanted::default(), &right[..1]);
        assert_eq!((alarm.misses.len(), alarm.alarms.len()), (0, 1));
        assert!(judge(Wanted::default(), &[]).is_right());
    }

    #[test]
    fn a_note_is_no_fault_and_may_have_to_be_there_or_to_be_gone() {
        let late = [cause(None, Some("head_late"), &["events"])];
        let note = |lane| Found { is_note: true, ..seen(None, "head_late", lane) };
        let has = Wanted { notes: &late, ..Wanted::default() };
        let lost = Wanted { gone: &late, ..Wanted::default() };
        for (wanted, found, is_right) in [
            (Wanted::default(), vec![note("events")], true),
            (has, vec![note("events"), note("frame")], true),
            (has, vec![note("frame")], false),
            // Where it is a fault it is no note.
            (has, vec![seen(None, "head_late", "events")], false),
            (lost, vec![note("frame")], true),
            (lost, vec![note("events")], false),
        ] {
            let verdict = judge(wanted, &found);
            assert_eq!(verdict.is_right(), is_right, "{found:?}: {verdict:?}");
        }
    }
}
