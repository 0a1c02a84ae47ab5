//! Requests are sent twice at once.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::{RETRY, Told};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "request-mirrored",
    title: text!("Requests are sent to the server twice"),
    symptoms: &["sent_twice"],
    symptom: text!(
        "Each request arrives twice at the server, both within a moment; the client asked once and \
         gets one answer."
    ),
    cause: text!(
        "A hop mirrors requests, and the mirror is the same server: nginx's `mirror`, Traefik's \
         mirroring service, Envoy's `request_mirror_policies`. Or a filter asks for itself what a \
         client asks for, to look into the answer."
    ),
    look_alikes: text!("Where the second one comes seconds later, the first was given up."),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_mirror_module.html",
        "https://doc.traefik.io/traefik/routing/services/#mirroring-service",
        "https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration(
                "location / {\n    mirror /mirror;\n    proxy_pass http://backend;\n}",
            ),
            after: Lines::Configuration(
                "location / {\n    mirror off;\n    proxy_pass http://backend;\n}",
            ),
            note: text!("For live connections; the mirror may go on for the rest."),
            tried_on: Some("nginx-mirrors"),
        },
        Remedy {
            hop: Hop::Traefik,
            before: Lines::Configuration(
                "services:\n  live:\n    mirroring:\n      service: backend",
            ),
            after: Lines::Configuration(
                "services:\n  live:\n    loadBalancer:\n      servers:\n        - url: \
                 http://backend:3000",
            ),
            note: text!("A service of its own for live connections."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Envoy,
            before: Lines::Configuration(
                "route:\n  cluster: backend\n  request_mirror_policies:\n    - cluster: mirror",
            ),
            after: Lines::Configuration("route:\n  cluster: backend"),
            note: text!("On the route of live connections."),
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
    let sound: Vec<_> = told.into_iter().filter(|told| !told.has_failed()).collect();
    let apart =
        sound.iter().filter_map(Told::arrived_apart).max().filter(|apart| *apart < RETRY)?;
    Explained::medium(say!(
        "both arrived within {millis} ms, so it is sent twice from the beginning",
        millis = apart.as_millis()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn request_mirrored_is_told_by_the_time_between() {
        for (second, confidence) in [(3, Some(Confidence::Medium)), (4_001, None)] {
            let twice = Sample::stream("wait", Lane::LongPoll, |_| {});
            let twice = twice.arrived(1, "HTTP/1.1", &[]).arrived(second, "HTTP/1.1", &[]);
            let symptom = Symptom::SentTwice { times: 2 };
            assert_eq!(sure(&RULE, symptom, Lane::LongPoll, &[twice], &["wait"]), confidence);
        }
    }
}
