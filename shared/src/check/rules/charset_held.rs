//! A type with a charset is not taken for a stream.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live, told};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "charset-held",
    title: text!("A type that says its charset is not taken for a stream"),
    symptoms: &["held_whole", "held_for", "coalesced"],
    symptom: text!(
        "A stream whose type says `; charset=utf-8` is held; the same one without it passes."
    ),
    cause: text!(
        "A hop compares the whole `Content-Type` with `text/event-stream`, as cloudflared did in \
         2020."
    ),
    look_alikes: text!("Where the bare type is held too the charset is not the reason."),
    rests_on: &["https://github.com/cloudflare/cloudflared/issues/262"],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Content-Type: text/event-stream; charset=utf-8"),
            after: Lines::Configuration("Content-Type: text/event-stream"),
            note: text!(
                "Event streams are UTF-8 always (WHATWG HTML, section 9.2), so nothing is lost."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Cloudflare,
            before: Lines::Prose(text!("cloudflared of 2020 or older.")),
            after: Lines::Configuration("cloudflared update"),
            note: text!("Later versions compare the type alone."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let is_it = matches!(
        sign.symptom,
        Symptom::HeldWhole | Symptom::HeldFor { .. } | Symptom::Coalesced { .. }
    );
    let shown = told(sign, evidence);
    let with_charset = !shown.is_empty()
        && shown.iter().all(|told| told.stream().is_some_and(|ask| ask.has_charset));
    let is_bare_live = is_live(sign, evidence, |ask| !ask.has_charset) == Some(true);
    (is_it && with_charset && is_bare_live).then(|| {
        Explained::high(words!("the same stream passes at once when its type says no charset"))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn charset_held_is_told_by_the_bare_type() {
        let charset = Sample::stream("charset", Lane::Events, |ask| ask.has_charset = true).held();
        let bare = Sample::stream("bare", Lane::Events, |_| {});
        for (samples, shown_by, confidence) in [
            ([charset.clone(), bare.clone().live()], &["charset"][..], Some(Confidence::High)),
            ([charset.clone(), bare.clone().held()], &["charset", "bare"], None),
            ([charset, bare.live()], &["bare"], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, shown_by);
            assert_eq!(found, confidence);
        }
    }
}
