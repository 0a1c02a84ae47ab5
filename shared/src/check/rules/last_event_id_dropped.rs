//! The header that an event stream resumes by does not arrive.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "last-event-id-dropped",
    title: text!("The header that event streams resume by is lost"),
    symptoms: &["headers_stripped", "resume_lost"],
    symptom: text!(
        "An `EventSource` that reconnects misses what was said meanwhile; the server's ledger \
         shows its request without `Last-Event-ID`."
    ),
    cause: text!(
        "A hop hands on only the headers that it knows: an allow-list of a CDN (CloudFront's \
         origin request policy), of a gateway or of a filter, nginx with \
         `proxy_pass_request_headers off` or with the header set to nothing."
    ),
    look_alikes: text!(
        "Where the header arrives and the stream still goes on from elsewhere, a cache has \
         answered, or the server keeps less than was asked for."
    ),
    rests_on: &[
        "https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass_request_headers",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_set_header Last-Event-ID \"\";"),
            after: Lines::Configuration("proxy_set_header Last-Event-ID $http_last_event_id;"),
            note: text!("Or without either line: nginx hands the header on by itself."),
            tried_on: Some("nginx-drops-last-event-id"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("http-request del-header Last-Event-ID"),
            after: Lines::Configuration(
                "http-request del-header Last-Event-ID unless { path_beg /api/ }",
            ),
            note: text!("Leaves the API out; or take the line away."),
            tried_on: Some("haproxy-drops-last-event-id"),
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Prose(text!("An origin request policy that leaves headers out.")),
            after: Lines::Prose(text!("The managed origin request policy `AllViewer`.")),
            note: text!("For the CloudFront behaviour of the streams."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("Last-Event-ID: 42"),
            after: Lines::Configuration("GET /events?after=42"),
            note: text!(
                "Take the place to resume from out of the address as well; a client that \
                 reconnects by itself can say it there."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let is_named = |names: &[String]| names.iter().any(|name| name == "last-event-id");
    let is_stripped =
        matches!(&sign.symptom, Symptom::HeadersStripped { names } if is_named(names));
    let shown = told(sign, evidence);
    let mut requests = shown.iter().filter_map(|told| told.arrived()).flatten();
    let is_without = sign.symptom == Symptom::ResumeLost
        && requests.any(|request| request.header("last-event-id").is_none());
    (is_stripped || is_without).then(|| {
        Explained::high(words!("the request was sent with `Last-Event-ID` and arrived without it"))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn last_event_id_dropped_is_told_by_what_arrived() {
        let resumed = |headers| {
            [Sample::stream("resume", Lane::Events, |_| {}).arrived(1, "HTTP/1.1", headers)]
        };
        let (with, without) = (resumed(&[("Last-Event-ID", "1")]), resumed(&[]));
        let lost = |name: &str| Symptom::HeadersStripped { names: vec![name.to_owned()] };
        for (symptom, samples, confidence) in [
            (lost("last-event-id"), &without, Some(Confidence::High)),
            (lost("cache-control"), &without, None),
            (Symptom::ResumeLost, &without, Some(Confidence::High)),
            (Symptom::ResumeLost, &with, None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Events, samples, &["resume"]), confidence);
        }
    }
}
