//! A hop lets so many requests or connections through.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "too-many-at-once",
    title: "A hop lets only so many requests through",
    symptoms: &["answered_elsewhere"],
    symptom: "Some requests are answered 429 or 503 by something that did not ask the server; others of the same \
              kind get through.",
    cause: "A hop bounds how many requests a client makes, or how many it has open, and live connections stay \
            open: nginx's `limit_conn` and `limit_req` (503 unless `limit_conn_status` says otherwise), \
            HAProxy's `maxconn` and stick tables, Cloudflare's rate limits (429), Envoy's circuit breakers \
            (1,024 connections, 503), Azure's Front Door (3,000 sockets).",
    look_alikes: "Where all requests are answered so, the server is not reached.",
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html",
        "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html",
        "https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking",
        "https://learn.microsoft.com/en-us/azure/frontdoor/standard-premium/websocket",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: "limit_conn addr 4;",
            after: "limit_conn addr 64;",
            note: "In the location of live connections: each stream and each socket counts for as long as it is \
                   open.",
            tried_on: None,
        },
        Remedy {
            hop: Hop::Haproxy,
            before: "server one backend:3000 maxconn 4",
            after: "server one backend:3000 maxconn 10000",
            note: "In the backend of live connections.",
            tried_on: None,
        },
        Remedy {
            hop: Hop::Envoy,
            before: "name: backend",
            after: "name: backend\ncircuit_breakers:\n  thresholds:\n    - max_connections: 100000\n      \
                    max_requests: 100000\n      max_pending_requests: 100000",
            note: "In the cluster.",
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::AnsweredElsewhere { status } = sign.symptom else { return None };
    let never_arrived = told(sign, evidence).iter().any(Told::never_arrived);
    let mut others = Told::all(evidence).filter(|told| !sign.probes.contains(&told.probe.id));
    let others_do = others.any(|told| told.status_sent().is_some());
    (never_arrived && others_do && matches!(status, 429 | 503)).then(|| {
        Explained::high(format!("{status} came for some requests, and others reached the server"))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn too_many_at_once_is_told_by_those_that_get_through() {
        let asked = |id: &str| Sample::stream(id, Lane::Events, |_| {});
        let answered = asked("other").arrived(1, "HTTP/1.1", &[]).answered(1, 200);
        for (status, other, confidence) in [
            (503, answered.clone(), Some(Confidence::High)),
            (503, asked("other"), None),
            (404, answered, None),
        ] {
            let samples = [asked("small"), other];
            let symptom = Symptom::AnsweredElsewhere { status };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &samples, &["small"]), confidence);
        }
    }
}
