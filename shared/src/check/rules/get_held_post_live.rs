//! Answers to GET are held, answers to POST are not.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live, told};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "get-held-post-live",
    title: text!("Answers to GET are held, answers to POST are not"),
    symptoms: &["held_whole", "held_for"],
    symptom: text!(
        "An event stream asked for by GET arrives at its end; the same one by POST passes item by \
         item."
    ),
    cause: text!(
        "A hop treats answers to GET as what a cache may keep and reads them first: Cloudflare's \
         Quick Tunnels are reported to."
    ),
    look_alikes: text!("Where POST is held too the method is not the reason."),
    rests_on: &[
        "https://github.com/cloudflare/cloudflared/issues/1449",
        "https://github.com/cloudflare/cloudflared/issues/1496",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Cloudflare,
            before: Lines::Configuration("cloudflared tunnel --url http://localhost:3000"),
            after: Lines::Configuration("cloudflared tunnel run NAME"),
            note: text!("A named tunnel, and a cache rule \"Bypass cache\" for its host."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("new EventSource(\"/events\")"),
            after: Lines::Configuration("fetch(\"/events\", { method: \"POST\" })"),
            note: text!("Read the stream by fetch, and have the server answer POST with it."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let is_it = matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeldFor { .. });
    let shown = told(sign, evidence);
    let plain =
        !shown.is_empty() && shown.iter().all(|told| told.stream().is_some_and(|ask| !ask.is_post));
    let is_post_live = is_live(sign, evidence, |ask| ask.is_post) == Some(true);
    (is_it && plain && is_post_live).then(|| {
        Explained::high(words!("the same stream passes at once when it is asked for by POST"))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn get_held_post_live_is_told_by_the_method() {
        let get = Sample::stream("get", Lane::Events, |_| {}).held();
        let post = Sample::stream("post", Lane::Events, |ask| ask.is_post = true);
        let other = Sample::stream("other", Lane::Events, |_| {}).live();
        for (samples, shown_by, confidence) in [
            ([get.clone(), post.clone().live()], &["get"][..], Some(Confidence::High)),
            ([get.clone(), post.held()], &["get", "post"], None),
            ([get, other], &["get"], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, shown_by);
            assert_eq!(found, confidence);
        }
    }
}
