//! The request for an upgrade vanishes on the way.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "upgrade-swallowed",
    title: text!("The request for an upgrade is never answered"),
    symptoms: &["upgrade_unanswered"],
    symptom: text!(
        "A socket stays \"connecting\", and no request for it reaches the server; plain requests \
         do."
    ),
    cause: text!(
        "A transparent or forward proxy on port 80 does not understand the upgrade and waits for \
         something else, or security software holds the connection while it looks into it."
    ),
    look_alikes: text!(
        "Where the server's ledger shows that it has agreed to the upgrade, its answer is kept \
         back."
    ),
    rests_on: &[
        "https://github.com/socketio/socket.io/issues/1277",
        "https://www.rfc-editor.org/rfc/rfc6455#section-10.3",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("ws://"),
            after: Lines::Configuration("wss://"),
            note: text!(
                "Serve the page and the socket by https on port 443: what can't look into it hands \
                 it on."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Client,
            before: Lines::Prose(text!("Web protection that scans connections.")),
            after: Lines::Prose(text!("An exception for the server's host.")),
            note: text!("Where it happens on some machines of a network only."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let told = told(sign, evidence);
    let never_arrived = !told.is_empty() && told.iter().all(Told::never_arrived);
    if sign.symptom != Symptom::UpgradeUnanswered || !never_arrived {
        return None;
    }
    let says = words!("the request for the upgrade was sent and never reached the server");
    if evidence.url.starts_with("http:") { Explained::medium(says) } else { Explained::low(says) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn upgrade_swallowed_is_told_by_what_never_arrived() {
        let upgrade = [("Upgrade", "websocket")];
        for (symptom, sample, confidence) in [
            (Symptom::UpgradeUnanswered, Sample::socket("open"), Some(Confidence::Medium)),
            (
                Symptom::UpgradeUnanswered,
                Sample::socket("open").arrived(1, "HTTP/1.1", &upgrade),
                None,
            ),
            (Symptom::UpgradeStripped, Sample::socket("open"), None),
        ] {
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[sample], &["open"]), confidence);
        }
    }
}
