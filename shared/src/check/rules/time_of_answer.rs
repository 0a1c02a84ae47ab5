//! A hop gives an answer so much time in all.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "time-of-answer",
    title: text!("A connection may last only so long, whatever passes on it"),
    symptoms: &["lifetime"],
    symptom: text!(
        "Connections are cut after so many seconds from their beginning, with traffic flowing; \
         keep-alives change nothing."
    ),
    cause: text!(
        "A hop bounds the time of an answer and not its silence: Envoy's route 15 s (`timeout`), \
         Google's backend service 30 s (for WebSockets a lifetime), Amazon's API Gateway 29 s \
         (sockets 2 hours), Varnish 600 s (`send_timeout` is for the whole answer; measured with 5 \
         s: cut after 5.03 s), Azure's Front Door 4 hours for sockets. A hop that reloads its \
         configuration cuts too, but not at the same age."
    ),
    look_alikes: text!("A limit on silence lets connections with traffic live."),
    rests_on: &[
        "https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
        "https://cloud.google.com/load-balancing/docs/https#timeouts_and_retries",
        "https://varnish-cache.org/docs/7.1/reference/varnishd.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
        "https://learn.microsoft.com/en-us/azure/frontdoor/standard-premium/websocket",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Envoy,
            before: Lines::Configuration("route:\n  cluster: backend"),
            after: Lines::Configuration(
                "route:\n  cluster: backend\n  timeout: 0s\n  idle_timeout: 3600s",
            ),
            note: text!("On the route of live connections."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Google,
            before: Lines::Configuration("timeoutSec: 30"),
            after: Lines::Configuration(
                "apiVersion: cloud.google.com/v1\nkind: BackendConfig\nmetadata:\n  name: \
                 live\nspec:\n  timeoutSec: 86400",
            ),
            note: text!(
                "In Kubernetes; elsewhere `gcloud compute backend-services update NAME \
                 --timeout=86400`."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration("varnishd -p send_timeout=600"),
            after: Lines::Configuration("varnishd -p send_timeout=86400"),
            note: text!("Or `return (pipe);` in `vcl_recv` for the paths of streams."),
            tried_on: Some("varnish-send-timeout"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!(
                "A client that takes the end of a connection for an error."
            )),
            after: Lines::Prose(text!(
                "A client that connects anew at once, and resumes from the last item it has seen."
            )),
            note: text!(
                "An `EventSource` does so by itself, with `Last-Event-ID`; it is the remedy where \
                 the proxy is not yours."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    let Symptom::Lifetime { seconds } = sign.symptom else { return None };
    Explained::high(say!(
        "connections are cut after {seconds} s, though something passes on them",
        seconds
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn time_of_answer_is_a_lifetime_and_no_silence() {
        for (symptom, confidence) in [
            (Symptom::Lifetime { seconds: 15 }, Some(Confidence::High)),
            (Symptom::IdleCut { seconds: 15 }, None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[], &[]), confidence);
        }
    }
}
