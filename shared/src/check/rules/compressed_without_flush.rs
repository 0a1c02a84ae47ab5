//! A compressor that is not flushed with each item.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live, told};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "compressed-without-flush",
    title: text!("A compressor keeps items until it has enough"),
    symptoms: &["held_whole", "held_for"],
    symptom: text!(
        "Streams arrive whole at their end, or in lumps, with a `Content-Encoding`; with \
         `no-transform`, or to a client that takes no compression, they pass item by item."
    ),
    cause: text!(
        "Something on the way compresses answers and never flushes the compressor: the \
         `compression` middleware of Node.js as development servers and Next.js use it, a \
         compressing middleware of the application's own, or Traefik's `compress` for answers \
         below 1,024 bytes."
    ),
    look_alikes: text!(
        "nginx does not heed `no-transform`, and is freed by `X-Accel-Buffering: no`. Caddy holds \
         only streams whose first item is large. HAProxy is one item late and no more."
    ),
    rests_on: &[
        "https://github.com/expressjs/compression#server-sent-events",
        "https://github.com/facebook/create-react-app/issues/1633",
        "https://doc.traefik.io/traefik/middlewares/http/compress/",
        "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Cache-Control: no-store"),
            after: Lines::Configuration("Cache-Control: no-store, no-transform"),
            note: text!(
                "A header of the answer: development servers and most middlewares heed it."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Traefik,
            before: Lines::Configuration("http:\n  middlewares:\n    squeeze:\n      compress: {}"),
            after: Lines::Configuration(
                "http:\n  middlewares:\n    squeeze:\n      compress:\n        \
                 excludedContentTypes:\n          - text/event-stream\n          - \
                 application/x-ndjson\n          - text/html",
            ),
            note: text!(
                "In the dynamic configuration; or leave the middleware off the router of the \
                 streams."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if !matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeldFor { .. }) {
        return None;
    }
    let told = told(sign, evidence);
    let coding = told.iter().find_map(|told| told.coding())?;
    let lives = |is_asked: fn(&crate::check::probe::StreamAsk) -> bool| {
        is_live(sign, evidence, is_asked) == Some(true)
    };
    if lives(|ask| ask.no_transform) {
        Explained::medium(say!(
            "the answer is compressed ({coding}), and `no-transform` frees it",
            coding
        ))
    } else if lives(|ask| ask.identity) {
        Explained::medium(say!(
            "the answer is compressed ({coding}), and a client that takes no compression gets it \
             at once",
            coding
        ))
    } else {
        Explained::low(say!("the answer is compressed ({coding})", coding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn compressed_without_flush_is_told_by_no_transform_and_by_a_client_that_takes_none() {
        let gzip = [("content-encoding", "gzip")];
        let stream = Sample::stream("small", Lane::Events, |_| {});
        let held = stream.clone().head(1_090, &gzip).held();
        let plain = stream.head(1_090, &[]).held();
        let untouched = Sample::stream("other", Lane::Events, |ask| ask.no_transform = true);
        let identity = Sample::stream("other", Lane::Events, |ask| ask.identity = true);
        for (samples, confidence) in [
            ([held.clone(), untouched.clone().live()], Some(Confidence::Medium)),
            ([held.clone(), identity.live()], Some(Confidence::Medium)),
            ([held, untouched.clone().held()], Some(Confidence::Low)),
            ([plain, untouched.live()], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Events, &samples, &["small"]);
            assert_eq!(found, confidence);
        }
    }
}
