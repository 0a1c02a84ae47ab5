//! Only event streams are handed on at once.

use crate::check::evidence::Evidence;
use crate::check::hops::{Hop, names_itself};
use crate::check::probe::Form;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live_as, told};
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "only-events-flushed",
    title: text!("Only event streams are handed on at once"),
    symptoms: &["held_whole", "held_for"],
    symptom: text!(
        "`text/event-stream` passes item by item; JSON lines and pages are held, not compressed, \
         or are answered with 524 when they take long."
    ),
    cause: text!(
        "A hop flushes by the answer's type: Cloudflare's tunnels hand on at once what is \
         `text/event-stream` (or gRPC), and anything else by size or at its end."
    ),
    look_alikes: text!("Where only pages are held, bodies are inspected."),
    rests_on: &[
        "https://github.com/cloudflare/cloudflared/issues/199",
        "https://github.com/cloudflare/cloudflared/issues/1095",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Content-Type: application/x-ndjson"),
            after: Lines::Configuration("Content-Type: text/event-stream"),
            note: text!("Use Server-Sent Events on this path, by `EventSource` or by fetch."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Cloudflare,
            before: Lines::Prose(text!("No cache rule for the host.")),
            after: Lines::Prose(text!(
                "A cache rule for the host of live connections: \"Bypass cache\"."
            )),
            note: text!("Under Caching, Cache Rules."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if !matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeldFor { .. }) {
        return None;
    }
    let is_other = |told: &Told<'_>| {
        !told.is_form(Form::Events) && told.coding().is_none() && !told.asked_by("HTTP/1.0")
    };
    let shown = told(sign, evidence);
    let are_others = !shown.is_empty() && shown.iter().all(is_other);
    let passes = |form| is_live_as(form, sign, evidence);
    let is_held = |form| passes(form) == Some(false);
    let by_type = passes(Form::Events) == Some(true) && is_held(Form::Lines) && is_held(Form::Html);
    if !(are_others && by_type) {
        return None;
    }
    let says = words!(
        "event streams pass at once, and the same items as JSON lines or as a page are held"
    );
    if names_itself(evidence, Hop::Cloudflare) {
        Explained::high(says)
    } else {
        Explained::medium(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn only_events_flushed_is_told_by_the_type_that_passes() {
        let events = Sample::stream("events", Lane::Events, |_| {});
        let lines = Sample::stream("lines", Lane::Stream, |_| {});
        let page = Sample::stream("page", Lane::Frame, |_| {});
        let cloudflare = events.clone().head(1, &[("cf-ray", "1")]).live();
        let (live, held) = (events.clone().live(), events.held());
        for (samples, confidence) in [
            ([live.clone(), lines.clone().held(), page.clone().held()], Some(Confidence::Medium)),
            ([cloudflare, lines.clone().held(), page.clone().held()], Some(Confidence::High)),
            ([held, lines.clone().held(), page.clone().held()], None),
            ([live, lines.held(), page.live()], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Stream, &samples, &["lines"]);
            assert_eq!(found, confidence);
        }
        // What is larger fills the buffer, and passes.
        let large = |ask: &mut crate::check::probe::StreamAsk| {
            ask.plan = "10*(i1500,w100)".parse().expect("a plan");
        };
        let filled = Sample::stream("filled", Lane::Events, large).live();
        let [events, lines, page] = [Lane::Events, Lane::Stream, Lane::Frame]
            .map(|lane| Sample::stream(&format!("{lane:?}"), lane, |_| {}).held());
        let samples = [filled, events, lines, page];
        assert_eq!(sure(&RULE, Symptom::HeldWhole, Lane::Stream, &samples, &["Stream"]), None);
    }
}
