//! A socket that dies seconds after it opened.

use crate::check::evidence::Evidence;
use crate::check::hops::{Hop, names_itself};
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "socket-lingers",
    title: text!("Sockets die two or three seconds after they opened"),
    symptoms: &["socket_reset"],
    symptom: text!(
        "A socket opens, works, and ends without a close frame (1006) after two to three seconds, \
         always."
    ),
    cause: text!(
        "Traefik 2.11.1 and 3.0.0-rc4 put the deadline that bounds the closing of a connection on \
         connections that were upgraded."
    ),
    look_alikes: text!(
        "A reset within the first second is the mark of something that inspects connections and \
         does not like this one; the cause can't be told from outside."
    ),
    rests_on: &[
        "https://github.com/traefik/traefik/issues/10598",
        "https://github.com/traefik/traefik/issues/10601",
    ],
    remedies: &[Remedy {
        hop: Hop::Traefik,
        before: Lines::Configuration("image: traefik:v2.11.1"),
        after: Lines::Configuration("image: traefik:v2.11.2"),
        note: text!("Or any later one; of version 3, 3.0.0-rc5."),
        tried_on: None,
    }],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::SocketReset { millis } = sign.symptom else { return None };
    if !LINGERING.contains(&millis) {
        return None;
    }
    let says = say!("sockets end {millis} ms after they opened", millis);
    if names_itself(evidence, Hop::Traefik) { Explained::high(says) } else { Explained::low(says) }
}

/// After how many milliseconds they die.
const LINGERING: std::ops::RangeInclusive<u64> = 1_800..=3_500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn socket_lingers_is_told_by_its_time() {
        for (millis, confidence) in [(2_100, Some(Confidence::Low)), (300, None), (9_000, None)] {
            let symptom = Symptom::SocketReset { millis };
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[], &[]), confidence);
        }
    }
}
