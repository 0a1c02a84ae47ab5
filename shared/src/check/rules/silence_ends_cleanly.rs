//! A hop ends a silent answer as if it were complete.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::Lane;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "silence-ends-cleanly",
    title: text!("A silent stream is ended as if it were complete"),
    symptoms: &["idle_cut", "ended_early"],
    symptom: text!(
        "A stream ends properly after so many seconds of silence, while the server's ledger says \
         that it had more to say. A client can't tell that it was cut."
    ),
    cause: text!(
        "A hop gives up on the server and closes the chunked body itself: Caddy with \
         `read_timeout` in its transport does. Measured with Caddy 2.6.2; nginx, HAProxy, Apache \
         and Varnish leave the body truncated instead."
    ),
    look_alikes: text!(
        "A truncated end is the mark of the other proxies. A server that ends its streams by \
         itself says so in its ledger."
    ),
    rests_on: &[
        "https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#the-http-transport",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration(
                "reverse_proxy backend:3000 {\n    transport http {\n        read_timeout 60s\n    \
                 }\n}",
            ),
            after: Lines::Configuration("reverse_proxy backend:3000"),
            note: text!(
                "Without the option there is no limit; on the paths of live connections none is \
                 needed."
            ),
            tried_on: Some("caddy-read-timeout"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("data: 1\n\n(silence)"),
            after: Lines::Configuration("data: 1\n\n: still here\n\n"),
            note: text!("A comment (or an item of your own) at least twice in that time."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    // A cut in a silence says so itself, however short that was.
    let is_silent = matches!(sign.symptom, Symptom::IdleCut { .. });
    if !(is_silent || sign.symptom == Symptom::EndedEarly) || sign.lane == Lane::Socket {
        return None;
    }
    let told = told(sign, evidence);
    let ended = told.iter().filter(|told| told.has_ended_properly());
    let silence = ended.filter_map(|told| told.silence_before_end()).min()?;
    (is_silent || silence >= SILENCE).then(|| {
        Explained::high(say!(
            "after {seconds} s of silence it ended properly, while the server had more to say",
            seconds = silence / 1_000
        ))
    })?
}

/// How many milliseconds without a byte are silence, where nothing else says so.
const SILENCE: u64 = 1_500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::observed::Heard;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn silence_ends_cleanly_is_told_by_the_proper_end() {
        let stream = || Sample::stream("idle", Lane::Events, |_| {}).items([60, 160]);
        let broke = Heard::Broke { error: "incomplete".to_owned() };
        let idle = Symptom::IdleCut { seconds: 3 };
        for (symptom, sample, confidence) in [
            (&idle, stream().note(3_160, Heard::Ended), Some(Confidence::High)),
            (&Symptom::EndedEarly, stream().note(3_160, Heard::Ended), Some(Confidence::High)),
            (&idle, stream().note(1_659, Heard::Ended), Some(Confidence::High)),
            (&Symptom::EndedEarly, stream().note(1_659, Heard::Ended), None),
            (&Symptom::EndedEarly, stream().note(260, Heard::Ended), None),
            (&idle, stream().note(3_160, broke), None),
            (&Symptom::Truncated, stream().note(3_160, Heard::Ended), None),
        ] {
            let found = sure(&RULE, symptom.clone(), Lane::Events, &[sample], &["idle"]);
            assert_eq!(found, confidence, "{symptom:?}");
        }
    }
}
