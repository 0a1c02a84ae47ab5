//! A hop takes bodies up to a size.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::probe::{Ask, Lane};
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "body-too-large",
    title: text!("A hop takes bodies only up to a size"),
    symptoms: &["over_limit"],
    symptom: text!(
        "A request with a large body is answered 413 (or its connection is closed), and does not \
         reach the server; smaller ones do."
    ),
    cause: text!(
        "A hop bounds the bodies of requests: nginx 1 MiB (`client_max_body_size`), Caddy where \
         `request_body` says so, ModSecurity 128 KiB without files, Amazon's API Gateway 10 MB, \
         Cloudflare 100 MB. Apache's `LimitRequestBody` does not bound what it hands on (measured \
         with 2.4.71)."
    ),
    look_alikes: text!(
        "Where small bodies pass and those of a packet's size hang, packets are lost."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size",
        "https://httpd.apache.org/docs/2.4/mod/core.html#limitrequestbody",
        "https://caddyserver.com/docs/caddyfile/directives/request_body",
        "https://doc.traefik.io/traefik/middlewares/http/buffering/#maxrequestbodybytes",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("client_max_body_size 64k;"),
            after: Lines::Configuration("client_max_body_size 4m;"),
            note: text!("In the server or the location; `0` bounds nothing."),
            tried_on: Some("nginx-small-bodies"),
        },
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration("request_body {\n    max_size 64KB\n}"),
            after: Lines::Configuration("request_body {\n    max_size 4MB\n}"),
            note: text!("In the site."),
            tried_on: Some("caddy-small-bodies"),
        },
        Remedy {
            hop: Hop::Traefik,
            before: Lines::Configuration("buffering:\n  maxRequestBodyBytes: 65536"),
            after: Lines::Configuration("buffering:\n  maxRequestBodyBytes: 4194304"),
            note: text!("In the middleware; live connections do without it altogether."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!("One request with all of it.")),
            after: Lines::Prose(text!("Several, each below the limit.")),
            note: text!("Where the proxy is not yours."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::OverLimit { passed, failed } = sign.symptom else { return None };
    let told = told(sign, evidence);
    let is_up = told.iter().any(|told| matches!(told.probe.ask, Ask::Upload { .. }));
    if sign.lane != Lane::Requests || !is_up {
        return None;
    }
    let status = told.iter().find_map(|told| told.status());
    match status {
        Some(413) => Explained::high(say!(
            "{passed} bytes pass and {failed} do not: 413 is for bodies that are too large",
            passed,
            failed
        )),
        Some(status) => Explained::medium(say!(
            "{passed} bytes pass and {failed} do not; they are answered {status}",
            passed,
            failed,
            status
        )),
        None => Explained::low(say!(
            "{passed} bytes pass and {failed} do not; nothing answers them",
            passed,
            failed
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn body_too_large_is_told_by_the_status() {
        let up = || Sample::of("upload", Lane::Requests, Ask::Upload { bytes: 1_048_576 });
        let down = Sample::of("upload", Lane::Requests, Ask::Download { bytes: 1_048_576 });
        for (sample, confidence) in [
            (up().answer(1, 413, None, &[]), Some(Confidence::High)),
            (up().answer(1, 400, None, &[]), Some(Confidence::Medium)),
            (up(), Some(Confidence::Low)),
            (down, None),
        ] {
            let symptom = Symptom::OverLimit { passed: 65_536, failed: 1_048_576 };
            assert_eq!(sure(&RULE, symptom, Lane::Requests, &[sample], &["upload"]), confidence);
        }
    }
}
