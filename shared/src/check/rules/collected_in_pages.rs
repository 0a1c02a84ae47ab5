//! Answers by HTTP/1.0 are collected in pages.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live, told};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "collected-in-pages",
    title: text!("Answers by HTTP/1.0 are collected in pages"),
    symptoms: &["held_for", "held_whole", "head_late"],
    symptom: text!(
        "The head is late, then items arrive in bursts of exactly 4,096 bytes (8,192 where memory \
         pages have 8 KiB); a short stream arrives whole at its end. WebSockets are not touched. \
         The server's ledger shows requests by HTTP/1.0."
    ),
    cause: text!(
        "A hop asks the server by HTTP/1.0, so the answer comes without chunks and ends with the \
         connection, and the hop fills a buffer before it hands anything on. That is nginx before \
         1.29.7, where `proxy_http_version` is 1.0 unless it is set and `proxy_buffering` is on. \
         Measured with nginx 1.22.1: the head 644 ms late, then lumps of 4,096 bytes. Buffering \
         alone does no harm: by HTTP/1.1, in chunks, the same nginx passes every item on at once."
    ),
    look_alikes: text!(
        "A page filter holds only the first 4,096 bytes, and passes the rest on at once. A \
         compressor that holds answers says `Content-Encoding`, and the ledger shows HTTP/1.1. \
         Lumps of 4,096 bytes although the server was asked by HTTP/1.1 come from an outer hop \
         that asks an inner one by HTTP/1.0."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("location / {\n    proxy_pass http://backend;\n}"),
            after: Lines::Configuration(
                "location / {\n    proxy_pass http://backend;\n    proxy_http_version 1.1;\n    \
                 proxy_set_header Connection \"\";\n}",
            ),
            note: text!(
                "In the location of the streams. `proxy_buffering off;` there also mends it where \
                 HTTP/1.0 has to stay."
            ),
            tried_on: Some("nginx-first-example"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Content-Type: text/event-stream"),
            after: Lines::Configuration("Content-Type: text/event-stream\nX-Accel-Buffering: no"),
            note: text!(
                "A header of the answer, where the proxy is not yours: nginx heeds it by HTTP/1.0 \
                 too."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let in_pages = matches!(sign.symptom, Symptom::HeldFor { bytes } if is_pages(bytes));
    let is_other = matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeadLate { .. });
    let told = told(sign, evidence);
    if !(in_pages || is_other) || told.iter().any(|told| told.coding().is_some()) {
        return None;
    }
    let is_old = told.iter().any(|told| told.asked_by("HTTP/1.0"));
    let is_freed = is_live(sign, evidence, |ask| ask.unbuffered) == Some(true);
    match (is_old, is_freed, in_pages) {
        (true, true, _) => Explained::high(words!(
            "the server was asked by HTTP/1.0, and `X-Accel-Buffering: no` frees the stream"
        )),
        (true, false, true) => Explained::high(words!(
            "the server was asked by HTTP/1.0, and lumps have the size of a memory page"
        )),
        (true, false, false) => Explained::medium(words!("the server was asked by HTTP/1.0")),
        (false, true, true) => Explained::medium(words!(
            "lumps have the size of a memory page, and `X-Accel-Buffering: no` frees the stream; \
             the server was asked by a newer HTTP, so an outer hop asks an inner one by HTTP/1.0"
        )),
        // Anything may hold as much: without either there is nothing of nginx in it.
        (false, true, false) | (false, false, _) => None,
    }
}

/// Whether lumps are of whole memory pages, but for the bytes of framing that a client does not see.
fn is_pages(bytes: u64) -> bool {
    [4_096, 8_192].iter().any(|page| bytes.abs_diff(*page) <= 192)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn collected_in_pages_is_told_by_the_version_that_the_server_was_asked_by() {
        let held = |version| {
            Sample::stream("small", Lane::Events, |_| {})
                .arrived(1, version, &[])
                .head(900, &[])
                .held()
        };
        let freed = Sample::stream("unbuffered", Lane::Events, |ask| ask.unbuffered = true).live();
        let same = Sample::stream("unbuffered", Lane::Events, |ask| ask.unbuffered = true).held();
        let (whole, lumps) = (Symptom::HeldWhole, Symptom::HeldFor { bytes: 4_032 });
        let other = Symptom::HeldFor { bytes: 1_024 };
        for (symptom, samples, confidence) in [
            (&whole, [held("HTTP/1.0"), freed.clone()], Some(Confidence::High)),
            (&whole, [held("HTTP/1.0"), same.clone()], Some(Confidence::Medium)),
            (&lumps, [held("HTTP/1.0"), same.clone()], Some(Confidence::High)),
            (&lumps, [held("HTTP/1.1"), freed.clone()], Some(Confidence::Medium)),
            (&lumps, [held("HTTP/1.1"), same.clone()], None),
            (&other, [held("HTTP/1.1"), same.clone()], None),
            (&whole, [held("HTTP/1.1"), freed.clone()], None),
            (&Symptom::OneLate, [held("HTTP/1.0"), freed], None),
        ] {
            let found = sure(&RULE, symptom.clone(), Lane::Events, &samples, &["small"]);
            assert_eq!(found, confidence, "{symptom:?}");
        }
        let compressed = Sample::stream("small", Lane::Events, |_| {}).arrived(1, "HTTP/1.0", &[]);
        let compressed = compressed.head(900, &[("content-encoding", "gzip")]).held();
        assert_eq!(sure(&RULE, whole, Lane::Events, &[same, compressed], &["small"]), None);
    }
}
