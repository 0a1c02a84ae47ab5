//! A compressor fills a buffer that is sent at the end.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::{is_live, told};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "compressed-in-buffer",
    title: text!("Compressed answers wait in the proxy's buffer"),
    symptoms: &["held_whole", "head_late"],
    symptom: text!(
        "Nothing arrives before the end, the head neither, and the answer says `Content-Encoding: \
         gzip`. `no-transform` changes nothing, `X-Accel-Buffering: no` frees the stream. Often \
         only the forever frame is hit, because nginx compresses `text/html` as soon as `gzip` is \
         on."
    ),
    cause: text!(
        "nginx compresses what it buffers: with `gzip on`, `proxy_buffering on` and the answer's \
         type among `gzip_types`, nothing is flushed before the end. `text/html` is always among \
         them, and Debian's nginx.conf has `gzip on`. Measured with nginx 1.22.1: one burst at the \
         end; `proxy_buffering off` flushes each item, still compressed, and `Cache-Control: \
         no-transform` is ignored."
    ),
    look_alikes: text!(
        "Caddy holds only streams whose first item is large. Varnish sends the head at once. A \
         compressor in front of a development server heeds `no-transform`. Compression alone is no \
         fault: nginx without buffering and Apache's mod_deflate compress and deliver at once."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_gzip_module.html#gzip_types",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration(
                "gzip on;\n\nlocation / {\n    proxy_pass http://backend;\n}",
            ),
            after: Lines::Configuration(
                "gzip on;\n\nlocation / {\n    proxy_pass http://backend;\n    proxy_buffering \
                 off;\n}",
            ),
            note: text!(
                "In the location of the streams: they stay compressed. `gzip off;` there mends it \
                 too."
            ),
            tried_on: Some("nginx-gzip-buffered"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Content-Type: text/event-stream"),
            after: Lines::Configuration("Content-Type: text/event-stream\nX-Accel-Buffering: no"),
            note: text!("A header of the answer, where the proxy is not yours."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if !matches!(sign.symptom, Symptom::HeldWhole | Symptom::HeadLate { .. }) {
        return None;
    }
    let told = told(sign, evidence);
    let coding = told.iter().find_map(|told| told.coding())?;
    let is_freed = is_live(sign, evidence, |ask| ask.unbuffered) == Some(true);
    let is_untouched = is_live(sign, evidence, |ask| ask.no_transform) == Some(true);
    (is_freed && !is_untouched).then(|| {
        Explained::high(say!(
            "the answer is compressed ({coding}), `X-Accel-Buffering: no` frees the stream and \
             `no-transform` does not",
            coding
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn compressed_in_buffer_is_told_by_what_frees_it() {
        let gzip = [("content-encoding", "gzip")];
        let held = Sample::stream("small", Lane::Frame, |_| {}).head(1_090, &gzip).held();
        let plain = Sample::stream("small", Lane::Frame, |_| {}).head(1_090, &[]).held();
        let unbuffered = Sample::stream("unbuffered", Lane::Frame, |ask| ask.unbuffered = true);
        let untouched = Sample::stream("no-transform", Lane::Frame, |ask| ask.no_transform = true);
        let (freed, is_held) = (unbuffered.clone().live(), unbuffered.held());
        let (heeded, ignored) = (untouched.clone().live(), untouched.held());
        for (samples, confidence) in [
            ([held.clone(), freed.clone(), ignored.clone()], Some(Confidence::High)),
            ([held.clone(), freed.clone(), heeded], None),
            ([held, is_held, ignored.clone()], None),
            ([plain, freed, ignored], None),
        ] {
            let found = sure(&RULE, Symptom::HeldWhole, Lane::Frame, &samples, &["small"]);
            assert_eq!(found, confidence);
        }
    }
}
