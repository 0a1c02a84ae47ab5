//! A hop ends a socket instead of handing on how it was closed.

use crate::check::evidence::Evidence;
use crate::check::hops::{Hop, names_itself};
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "close-not-relayed",
    title: text!("How a socket was closed is not handed on"),
    symptoms: &["close_lost"],
    symptom: text!(
        "A socket that one end closes with a code and a reason is closed at the other without them \
         (1005, 1006), sometimes only after 30 seconds."
    ),
    cause: text!(
        "A hop that reads WebSocket frames, a gateway or a filter, closes its two connections on \
         its own account; a hop that only carries bytes can't lose a frame. Apache's \
         mod_proxy_wstunnel may keep the server's connection open after the close."
    ),
    look_alikes: text!(
        "A connection that breaks off ends with 1006 as well, and the server's ledger shows that \
         it has sent no close."
    ),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5",
        "https://github.com/websockets/ws/issues/2257",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!("A meaning that only the close code carries.")),
            after: Lines::Prose(text!("A message that says why, before the close.")),
            note: text!("Messages pass where codes do not."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyPass /ws ws://backend:3000/ws"),
            after: Lines::Configuration(
                "ProxyPass /ws ws://backend:3000/ws\nSetEnvIf Request_URI \"^/ws\" \
                 proxy-nokeepalive=1",
            ),
            note: text!("Where the end is 30 seconds late."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != Symptom::CloseLost {
        return None;
    }
    let says = words!(
        "what one end closed with is not what arrived, so a hop closes sockets on its own account"
    );
    if names_itself(evidence, Hop::Apache) { Explained::medium(says) } else { Explained::low(says) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn close_not_relayed_is_surer_behind_apache() {
        let by = |server| [Sample::socket("close").head(1, &[("server", server)])];
        for (symptom, samples, confidence) in [
            (Symptom::CloseLost, by("Apache"), Some(Confidence::Medium)),
            (Symptom::CloseLost, by("other"), Some(Confidence::Low)),
            (Symptom::FramesAltered, by("Apache"), None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &samples, &["close"]), confidence);
        }
    }
}
