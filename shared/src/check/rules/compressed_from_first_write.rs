//! A compressor is chosen by the first write, and not flushed.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "compressed-from-first-write",
    title: text!("A stream that begins with a large item is compressed and held"),
    symptoms: &["held_whole"],
    symptom: text!(
        "A stream whose first item is over 512 bytes is compressed and arrives whole at its end; \
         the same stream with a small first item is not compressed and passes item by item."
    ),
    cause: text!(
        "Caddy's `encode` decides by the first write whether an answer is worth compressing (512 \
         bytes are the least), and Caddy 2.6 does not flush the compressor with each item. \
         Measured with Caddy 2.6.2; later versions flush it."
    ),
    look_alikes: text!(
        "nginx holds compressed streams whatever their first item is, and does not heed \
         `no-transform`; Varnish sends the head at once."
    ),
    rests_on: &[
        "https://caddyserver.com/docs/caddyfile/directives/encode",
        "https://github.com/caddyserver/caddy/blob/master/modules/caddyhttp/encode/encode.go",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration("encode gzip\nreverse_proxy backend:3000"),
            after: Lines::Configuration(
                "@still not path /api/*\nencode @still gzip\nreverse_proxy backend:3000",
            ),
            note: text!(
                "Leaves the paths of live connections out; later versions of Caddy flush the \
                 compressor."
            ),
            tried_on: Some("caddy-compresses"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Cache-Control: no-store"),
            after: Lines::Configuration("Cache-Control: no-store, no-transform"),
            note: text!("A header of the answer, where the proxy is not yours: Caddy heeds it."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != Symptom::HeldWhole {
        return None;
    }
    let shown = told(sign, evidence);
    let coding = shown.iter().find_map(|told| told.coding())?;
    let is_compressed = |told: &Told<'_>| told.coding().is_some();
    let with_small_first: Vec<_> = Told::all(evidence)
        .filter(|told| told.probe.lane == sign.lane && !is_compressed(told))
        .filter(|told| first_item(told).is_some_and(|bytes| bytes < WORTH_IT))
        .collect();
    let large = shown.iter().filter(|told| is_compressed(told));
    let all_large =
        large.clone().count() > 0 && large.filter_map(first_item).all(|bytes| bytes >= WORTH_IT);
    let small_passes = with_small_first.iter().any(|told| told.is_live() == Some(true));
    (all_large && small_passes).then(|| {
        Explained::high(say!(
            "compressed ({coding}) and held are only streams whose first item is large; those that \
             begin with a small one pass at once, not compressed",
            coding
        ))
    })?
}

/// The bytes of the first item that a stream was asked for.
fn first_item(told: &Told<'_>) -> Option<u32> {
    told.stream()?.plan.first_item()
}

/// From how many bytes on Caddy finds an answer worth compressing.
const WORTH_IT: u32 = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn compressed_from_first_write_is_told_by_the_size_of_the_first_item() {
        let gzip = [("content-encoding", "gzip")];
        let large = |ask: &mut crate::check::probe::StreamAsk| {
            ask.plan = "i2048,9*(w100,i64)".parse().expect("a plan");
        };
        let held = Sample::stream("large-first", Lane::Events, large).head(1_090, &gzip).held();
        let small = Sample::stream("small", Lane::Events, |_| {});
        let live = small.clone().head(1, &[]).live();
        let small_held = small.clone().head(1_090, &gzip).held();
        let small_compressed = small.head(1, &gzip).live();
        for (samples, shown_by, confidence) in [
            ([held.clone(), live], &["large-first"][..], Some(Confidence::High)),
            ([held.clone(), small_held], &["large-first", "small"], None),
            ([held, small_compressed], &["large-first"], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, shown_by);
            assert_eq!(found, confidence);
        }
    }
}
