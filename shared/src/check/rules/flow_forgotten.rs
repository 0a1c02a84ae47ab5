//! A hop forgets a flow without telling either end.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "flow-forgotten",
    title: text!("A connection dies and nobody is told"),
    symptoms: &["silent_death"],
    symptom: text!(
        "A connection stays open on which nothing arrives any more, though the server goes on \
         sending; neither end is told."
    ),
    cause: text!(
        "A hop that only forwards packets has forgotten the flow: Azure's Load Balancer after 4 \
         minutes (silently unless TCP reset is switched on), Amazon's Network Load Balancer after \
         350 s, the NAT of a home, an office or a mobile network after 5 minutes or less, a tunnel \
         whose other end has moved. A firewall that drops what it dislikes looks the same."
    ),
    look_alikes: text!(
        "A proxy that cuts ends the connection, and a client is told. A page that was asleep finds \
         its connections dead too, which is not the path."
    ),
    rests_on: &[
        "https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-reset",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
        "https://www.rfc-editor.org/rfc/rfc5382#section-5",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!(
                "A connection that says nothing while there is nothing to say."
            )),
            after: Lines::Prose(text!(
                "A ping, a comment or an item every 25 seconds, and a client that connects anew \
                 when none has come for 60."
            )),
            note: text!("Only what both ends do can tell a dead connection from a silent one."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Azure,
            before: Lines::Configuration("\"idleTimeoutInMinutes\": 4, \"enableTcpReset\": false"),
            after: Lines::Configuration(
                "az network lb rule update --resource-group GROUP --lb-name BALANCER --name RULE \
                 --idle-timeout 30 --enable-tcp-reset true",
            ),
            note: text!("100 minutes at most."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Configuration("tcp.idle_timeout.seconds = 350"),
            after: Lines::Configuration(
                "aws elbv2 modify-listener-attributes --listener-arn ARN --attributes \
                 Key=tcp.idle_timeout.seconds,Value=3600",
            ),
            note: text!(
                "Of a TCP listener of a Network Load Balancer; a TLS listener keeps 350 s."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    (sign.symptom == Symptom::SilentDeath).then(|| {
        Explained::medium(words!(
            "the server went on sending, nothing arrived, and neither end was told"
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn flow_forgotten_is_a_death_that_nobody_is_told_of() {
        for (symptom, confidence) in [
            (Symptom::SilentDeath, Some(Confidence::Medium)),
            (Symptom::Truncated, None),
            (Symptom::IdleCut { seconds: 240 }, None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[], &[]), confidence);
        }
    }
}
