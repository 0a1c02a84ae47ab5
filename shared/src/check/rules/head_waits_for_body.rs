//! The head is sent with the first bytes of the body.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "head-waits-for-body",
    title: text!("The head waits for the first bytes of the body"),
    symptoms: &["head_late"],
    symptom: text!(
        "The head of a stream arrives only with its first item (a page's `onopen` is late), and \
         later items are prompt. Streams that say something at once show nothing."
    ),
    cause: text!(
        "A hop sends the head together with the first bytes of the body: nginx with \
         `proxy_buffering on` does, also by HTTP/1.1, and so does Caddy's `encode`, also where it \
         does not compress in the end. Measured with nginx 1.22.1 (a head 1.5 s before its first \
         item arrives with it; at once with `proxy_buffering off`) and Caddy 2.6.2."
    ),
    look_alikes: text!(
        "Where later items are late too the stream is held, and that is the finding."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering",
        "https://caddyserver.com/docs/caddyfile/directives/encode",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("HTTP/1.1 200 OK\nContent-Type: text/event-stream\n"),
            after: Lines::Configuration(
                "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n: hello\n\n",
            ),
            note: text!(
                "Say something right after the head: a comment or a `retry:` in an event stream, \
                 an empty line or an HTML comment elsewhere."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("location / {\n    proxy_pass http://backend;\n}"),
            after: Lines::Configuration(
                "location / {\n    proxy_pass http://backend;\n    proxy_buffering off;\n}",
            ),
            note: text!(
                "In the location of the streams; or have the server answer `X-Accel-Buffering: \
                 no`."
            ),
            tried_on: Some("nginx-postpones-head"),
        },
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration("encode gzip\nreverse_proxy backend:3000"),
            after: Lines::Configuration(
                "@still not path /api/*\nencode @still gzip\nreverse_proxy backend:3000",
            ),
            note: text!("Leaves the paths of live connections out."),
            tried_on: Some("caddy-compresses"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::HeadLate { millis } = sign.symptom else { return None };
    let told = told(sign, evidence);
    let with_item = |told: &Told<'_>| {
        let both = told.head_after().zip(told.item_after());
        both.is_some_and(|(head, item)| item.saturating_sub(head) < TOGETHER)
    };
    let is_live = |told: &Told<'_>| told.is_live() != Some(false);
    told.iter().any(|told| with_item(told) && is_live(told)).then(|| {
        Explained::medium(say!(
            "the head is {millis} ms late and comes with the first item; what follows is prompt",
            millis
        ))
    })?
}

/// How many milliseconds lie at most between what was sent together.
const TOGETHER: u64 = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn head_waits_for_body_is_told_by_what_follows() {
        let stream = |head| Sample::stream("silent", Lane::Events, |_| {}).head(head, &[]);
        for (sample, confidence) in [
            (stream(59).live(), Some(Confidence::Medium)),
            (stream(1_089).held(), None),
            (stream(1).items((3..13).map(|n| 60 + 100 * n)), None),
        ] {
            let symptom = Symptom::HeadLate { millis: 2_000 };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[sample], &["silent"]), confidence);
        }
    }
}
