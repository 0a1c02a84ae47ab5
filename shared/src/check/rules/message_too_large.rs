//! A hop takes messages up to a size.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::observed::Heard;
use crate::check::probe::Lane;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "message-too-large",
    title: text!("A hop takes messages only up to a size"),
    symptoms: &["over_limit"],
    symptom: text!(
        "A message over a size does not come back, or the socket is closed with 1009; smaller ones \
         pass."
    ),
    cause: text!(
        "A gateway that speaks WebSocket itself bounds messages: Amazon's API Gateway 128 KiB \
         (frames of 32 KiB), security software with a buffer of its own. Proxies that only carry \
         bytes (nginx, HAProxy, Apache, Caddy, Varnish, Envoy, Traefik) know no messages and bound \
         none."
    ),
    look_alikes: text!(
        "Where messages of a packet's size hang already, packets are lost. A 1009 that the \
         server's ledger shows is the server's own limit."
    ),
    rests_on: &[
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
        "https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!("One message with all of it.")),
            after: Lines::Prose(text!("Several, each below the limit.")),
            note: text!("Frames alone do not help: it is the message that is bounded."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Prose(text!("An API Gateway for WebSockets.")),
            after: Lines::Prose(text!(
                "An Application Load Balancer, which carries sockets as they are."
            )),
            note: text!("The quota of 128 KiB can't be raised."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::OverLimit { passed, failed } = sign.symptom else { return None };
    if sign.lane != Lane::Socket {
        return None;
    }
    let told = told(sign, evidence);
    let says_so = told.iter().any(|told| {
        told.heard().any(|note| matches!(note.what, Heard::Closed { code: 1_009, .. }))
    });
    if says_so {
        Explained::high(say!(
            "messages of {passed} bytes come back, and one of {failed} does not: the socket is \
             closed with 1009, which the server did not say",
            passed,
            failed
        ))
    } else {
        Explained::medium(say!(
            "messages of {passed} bytes come back, and one of {failed} does not",
            passed,
            failed
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn message_too_large_is_told_by_the_close_code() {
        let closed = |code| {
            let closed = Heard::Closed { code, reason: String::new() };
            [Sample::socket("sizes").note(100, closed)]
        };
        let limit = Symptom::OverLimit { passed: 65_536, failed: 262_144 };
        for (lane, samples, confidence) in [
            (Lane::Socket, closed(1_009), Some(Confidence::High)),
            (Lane::Socket, closed(1_006), Some(Confidence::Medium)),
            (Lane::Requests, closed(1_009), None),
        ] {
            assert_eq!(sure(&RULE, limit.clone(), lane, &samples, &["sizes"]), confidence);
        }
    }
}
