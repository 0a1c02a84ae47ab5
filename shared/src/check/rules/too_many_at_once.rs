//! A hop lets so many requests or connections through.

use std::mem::discriminant;

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::observed::Heard;
use crate::check::probe::Lane;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "too-many-at-once",
    title: text!("A hop lets only so many requests through"),
    symptoms: &["answered_elsewhere", "upgrade_answered"],
    symptom: text!(
        "Some requests are answered 429 or 503 by something that did not ask the server; others of \
         the same kind get through."
    ),
    cause: text!(
        "A hop bounds how many requests a client makes, or how many it has open, and live \
         connections stay open: nginx's `limit_conn` and `limit_req` (503 unless \
         `limit_conn_status` says otherwise), HAProxy's `maxconn` and stick tables, Cloudflare's \
         rate limits (429), Envoy's circuit breakers (1,024 connections, 503), Azure's Front Door \
         (3,000 sockets)."
    ),
    look_alikes: text!("Where all requests are answered so, the server is not reached."),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html",
        "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html",
        "https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking",
        "https://learn.microsoft.com/en-us/azure/frontdoor/standard-premium/websocket",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("limit_conn addr 4;"),
            after: Lines::Configuration("limit_conn addr 64;"),
            note: text!(
                "In the location of live connections: each stream and each socket counts for as \
                 long as it is open."
            ),
            tried_on: Some("nginx-few-connections"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("server one backend:3000 maxconn 4"),
            after: Lines::Configuration("server one backend:3000 maxconn 10000"),
            note: text!("In the backend of live connections."),
            tried_on: Some("haproxy-few-connections"),
        },
        Remedy {
            hop: Hop::Envoy,
            before: Lines::Configuration("name: backend"),
            after: Lines::Configuration(
                "name: backend\ncircuit_breakers:\n  thresholds:\n    - max_connections: 100000\n      \
                 max_requests: 100000\n      max_pending_requests: 100000",
            ),
            note: text!("In the cluster."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let (Symptom::AnsweredElsewhere { status } | Symptom::UpgradeAnswered { status: Some(status) }) =
        sign.symptom
    else {
        return None;
    };
    let told = told(sign, evidence);
    let asked = |told: &Told<'_>| told.heard().filter(|note| note.what == Heard::Asked).count();
    let arrived = |told: &Told<'_>| told.arrived().map_or(0, |all| all.len());
    let is_missing = told.iter().any(|told| arrived(told) < asked(told));
    // Where nothing of a kind gets through, it is not their number.
    // Plain requests are all of one kind.
    let is_plain = |told: &Told<'_>| told.probe.lane == Lane::Requests;
    let is_alike = |one: &Told<'_>, other: &Told<'_>| {
        discriminant(&one.probe.ask) == discriminant(&other.probe.ask)
            || is_plain(one) && is_plain(other)
    };
    let mut alike = Told::all(evidence).filter(|other| told.iter().any(|one| is_alike(one, other)));
    let others_do = alike.any(|other| arrived(&other) > 0);
    (is_missing && others_do && matches!(status, 429 | 503)).then(|| {
        Explained::high(say!(
            "{status} came for some requests, and others of the same kind reached the server",
            status
        ))
    })?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::check::probe::Ask;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn too_many_at_once_is_told_by_those_that_get_through() {
        let asked = |id: &str| Sample::stream(id, Lane::Events, |_| {});
        let answered = asked("other").arrived(1, "HTTP/1.1", &[]).answered(1, 200);
        let wait = Ask::Wait { wait: Duration::from_secs(5) };
        let of_another_kind =
            Sample::of("other", Lane::LongPoll, wait).arrived(1, "HTTP/1.1", &[]).answered(1, 200);
        for (status, other, confidence) in [
            (503, answered.clone(), Some(Confidence::High)),
            (503, of_another_kind, None),
            (503, asked("other"), None),
            (404, answered, None),
        ] {
            let samples = [asked("small"), other];
            let symptom = Symptom::AnsweredElsewhere { status };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &samples, &["small"]), confidence);
        }
    }
}
