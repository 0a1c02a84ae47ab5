//! Small writes are packed together.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "small-writes-packed",
    title: text!("Small writes are packed into larger ones"),
    symptoms: &["coalesced"],
    symptom: text!(
        "Items arrive in groups, about 200 ms apart, and the head may come with the first group. A \
         socket's round trip is as short as ever."
    ),
    cause: text!(
        "HAProxy has the system wait for full packets while it forwards an HTTP answer, and the \
         system waits 200 ms at most. Measured with HAProxy 2.6.12: the head after 204 ms, 3 ms \
         with `option http-no-delay`. Sockets are not packed."
    ),
    look_alikes: text!(
        "A buffer holds so many bytes, however long that takes. Nagle's algorithm in an old hop \
         packs too, for as long as the client's system waits with its acknowledgement (40 to 200 \
         ms)."
    ),
    rests_on: &["https://docs.haproxy.org/2.6/configuration.html#option%20http-no-delay"],
    remedies: &[Remedy {
        hop: Hop::Haproxy,
        before: Lines::Configuration("backend live\n    server one backend:3000"),
        after: Lines::Configuration(
            "backend live\n    option http-no-delay\n    server one backend:3000",
        ),
        note: text!("In the backend or the frontend of the streams, or in `defaults`."),
        tried_on: Some("haproxy-packs"),
    }],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    let Symptom::Coalesced { millis } = sign.symptom else { return None };
    if PACKED.contains(&millis) {
        Explained::high(say!(
            "groups are {millis} ms apart: as long as a system waits for a packet to be full",
            millis
        ))
    } else {
        Explained::low(say!("groups are {millis} ms apart: something packs small writes", millis))
    }
}

/// How many milliseconds a system waits for a packet to be full.
const PACKED: std::ops::RangeInclusive<u64> = 150..=260;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn small_writes_packed_is_told_by_its_time() {
        for (symptom, confidence) in [
            (Symptom::Coalesced { millis: 204 }, Some(Confidence::High)),
            (Symptom::Coalesced { millis: 500 }, Some(Confidence::Low)),
            (Symptom::HeldWhole, None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[], &[]), confidence);
        }
    }
}
