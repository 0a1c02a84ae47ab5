//! A cache compresses what it fetches.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "compressed-for-cache",
    title: text!("A cache compresses the stream as it fetches it"),
    symptoms: &["held_whole"],
    symptom: text!(
        "The head arrives at once, and says `Content-Encoding: gzip`; the body arrives whole at \
         its end."
    ),
    cause: text!(
        "Varnish compresses what it fetches where `beresp.do_gzip` is set for the type, and its \
         compressor gives nothing out before it is full. Measured with Varnish 7.1.1."
    ),
    look_alikes: text!(
        "nginx holds the head too. HAProxy's compressor gives each item out when the next one \
         comes."
    ),
    rests_on: &["https://varnish-cache.org/docs/7.1/users-guide/compression.html"],
    remedies: &[Remedy {
        hop: Hop::Varnish,
        before: Lines::Configuration(
            "sub vcl_backend_response {\n    set beresp.do_gzip = true;\n}",
        ),
        after: Lines::Configuration(
            "sub vcl_backend_response {\n    if (beresp.http.Content-Type ~ \
             \"event-stream|ndjson|html\") {\n        set beresp.do_gzip = false;\n        set \
             beresp.uncacheable = true;\n    } else {\n        set beresp.do_gzip = true;\n    \
             }\n}",
        ),
        note: text!("Names the types of the streams; a forever frame is `text/html`."),
        tried_on: Some("varnish-compresses"),
    }],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != Symptom::HeldWhole {
        return None;
    }
    let told = told(sign, evidence);
    let prompt = told.iter().find(|told| {
        let before_items = told.head_after().zip(told.item_after());
        told.coding().is_some() && before_items.is_some_and(|(head, item)| item - head > APART)
    });
    let coding = prompt?.coding()?;
    let says =
        say!("the head came at once, and the body, compressed ({coding}), only at its end", coding);
    let names_itself = told.iter().any(|told| told.header("x-varnish").is_some());
    if names_itself { Explained::high(says) } else { Explained::medium(says) }
}

/// By how many milliseconds the head is before the body where it was not held with it.
const APART: u64 = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn compressed_for_cache_is_told_by_the_prompt_head() {
        let gzip = ("content-encoding", "gzip");
        let stream = Sample::stream("small", Lane::Events, |_| {});
        for (sample, confidence) in [
            (stream.clone().head(2, &[gzip]), Some(Confidence::Medium)),
            (stream.clone().head(2, &[gzip, ("x-varnish", "5")]), Some(Confidence::High)),
            (stream.clone().head(1_090, &[gzip]), None),
            (stream.head(2, &[]), None),
        ] {
            let samples = [sample.held()];
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, &["small"]);
            assert_eq!(found, confidence);
        }
    }
}
