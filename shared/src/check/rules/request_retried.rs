//! A request is sent again when its answer is late.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "request-retried",
    title: text!("A request whose answer is late, or an error, is sent again"),
    symptoms: &["sent_twice"],
    symptom: text!(
        "A long poll arrives twice at the server, the second time when a hop has waited for the \
         first as long as it does; the client asked once. Requests by POST usually arrive once."
    ),
    cause: text!(
        "A hop asks another server, or the same one again, when one has not answered in its time: \
         nginx with several servers (`proxy_next_upstream error timeout` is its default), \
         HAProxy's `retry-on`, Varnish's `return (retry)`, Envoy's `retry_policy`, Traefik's \
         `retry` middleware. Some do so as soon as the server has answered with an error \
         (HAProxy's `all-retryable-errors`). Measured with nginx 1.22.1 (two requests and a 504) \
         and HAProxy 2.6.12."
    ),
    look_alikes: text!(
        "Where the second request arrives with the first one, whatever the server answers, \
         requests are mirrored."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream",
        "https://docs.haproxy.org/2.6/configuration.html#4.2-retry-on",
        "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter",
        "https://doc.traefik.io/traefik/middlewares/http/retry/",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_next_upstream error timeout;"),
            after: Lines::Configuration("proxy_next_upstream off;"),
            note: text!(
                "In the location of polls and streams. The first line is the default, so it may \
                 not be there; a longer `proxy_read_timeout` belongs to it."
            ),
            tried_on: Some("nginx-asks-twice"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("retry-on all-retryable-errors"),
            after: Lines::Configuration("retry-on conn-failure"),
            note: text!("In the backend of live connections."),
            tried_on: Some("haproxy-asks-twice"),
        },
        Remedy {
            hop: Hop::Envoy,
            before: Lines::Configuration("retry_policy:\n  retry_on: 5xx,reset"),
            after: Lines::Configuration("retry_policy:\n  retry_on: connect-failure"),
            note: text!("On the route of live connections."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Traefik,
            before: Lines::Configuration("middlewares:\n  - retry"),
            after: Lines::Configuration("middlewares: []"),
            note: text!("A router of its own for live connections, without that middleware."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!("A GET that changes something.")),
            after: Lines::Prose(text!(
                "A GET that may be repeated, with a cursor that the client names."
            )),
            note: text!("Whatever is retried is then harmless."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if !matches!(sign.symptom, Symptom::SentTwice { .. }) {
        return None;
    }
    let told = told(sign, evidence);
    if let Some(after) = told.iter().filter_map(Told::retried_after).max() {
        return Explained::high(say!(
            "it arrived a second time {seconds} s after the first, when a hop had waited for so \
             long",
            seconds = after.as_secs()
        ));
    }
    let has_failed = !told.is_empty() && told.iter().all(Told::has_failed);
    has_failed.then(|| {
        Explained::high(words!(
            "only what the server answers with an error of its own arrives again"
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
    fn request_retried_is_told_by_the_time_between() {
        for (second, confidence) in [(4_001, Some(Confidence::High)), (3, None)] {
            let twice = Sample::stream("wait", Lane::LongPoll, |_| {});
            let twice = twice.arrived(1, "HTTP/1.1", &[]).arrived(second, "HTTP/1.1", &[]);
            let symptom = Symptom::SentTwice { times: 2 };
            assert_eq!(sure(&RULE, symptom, Lane::LongPoll, &[twice], &["wait"]), confidence);
        }
    }

    #[test]
    fn what_failed_is_retried_at_once() {
        for (status, confidence) in [(500, Some(Confidence::High)), (200, None)] {
            let twice = Sample::stream("status", Lane::Requests, |_| {});
            let twice = twice.arrived(1, "HTTP/1.1", &[]).answered(1, status);
            let twice = twice.arrived(3, "HTTP/1.1", &[]).answered(3, status);
            let symptom = Symptom::SentTwice { times: 2 };
            let samples = [twice];
            let other = &super::super::request_mirrored::RULE;
            let [retried, mirrored] = [&RULE, other]
                .map(|rule| sure(rule, symptom.clone(), Lane::Requests, &samples, &["status"]));
            assert_eq!((retried, mirrored.is_some()), (confidence, confidence.is_none()));
        }
    }
}
