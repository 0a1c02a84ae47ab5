//! A compressor gives each item out when the next one comes.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live, told};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "compressed-one-late",
    title: text!("A compressor is always one item behind"),
    symptoms: &["one_late"],
    symptom: text!(
        "The head is prompt and says `Content-Encoding`; each item arrives when the next one is \
         sent. A clock that ticks each second looks healthy with it, and is a second old."
    ),
    cause: text!(
        "HAProxy's `compression algo` without `compression type` compresses all types, event \
         streams too, and its compressor gives an item out only with the next one. Measured with \
         HAProxy 2.6.12; it heeds `Cache-Control: no-transform`."
    ),
    look_alikes: text!(
        "Something that holds the last piece of what it is given does the same without \
         compressing."
    ),
    rests_on: &["https://docs.haproxy.org/2.6/configuration.html#4.2-compression%20algo"],
    remedies: &[
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("compression algo gzip"),
            after: Lines::Configuration(
                "compression algo gzip\ncompression type text/css application/javascript \
                 application/json",
            ),
            note: text!(
                "Lists what is compressed, so that streams are not; a forever frame is \
                 `text/html`."
            ),
            tried_on: Some("haproxy-compresses"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Cache-Control: no-store"),
            after: Lines::Configuration("Cache-Control: no-store, no-transform"),
            note: text!("A header of the answer, where the proxy is not yours: HAProxy heeds it."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != Symptom::OneLate {
        return None;
    }
    let told = told(sign, evidence);
    let coding = told.iter().find_map(|told| told.coding())?;
    if is_live(sign, evidence, |ask| ask.no_transform || ask.identity) == Some(true) {
        Explained::high(say!(
            "the answer is compressed ({coding}) and late by one item; not compressed it is prompt",
            coding
        ))
    } else {
        Explained::medium(say!("the answer is compressed ({coding}) and late by one item", coding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn compressed_one_late_is_told_by_the_coding() {
        let gzip = [("content-encoding", "gzip")];
        let late = |headers| {
            let stream = Sample::stream("small", Lane::Events, |_| {}).head(2, headers);
            stream.items((0..10).map(|n| 160 + 100 * n))
        };
        let plain = Sample::stream("other", Lane::Events, |ask| ask.no_transform = true).live();
        let again = Sample::stream("other", Lane::Events, |ask| ask.no_transform = true).held();
        for (samples, confidence) in [
            ([late(&gzip), plain.clone()], Some(Confidence::High)),
            ([late(&gzip), again], Some(Confidence::Medium)),
            ([late(&[]), plain], None),
        ] {
            let found = sure(&RULE, Symptom::OneLate, Lane::Events, &samples, &["small"]);
            assert_eq!(found, confidence);
        }
    }
}
