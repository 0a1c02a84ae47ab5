//! Something on the way refuses the upgrade.

use crate::check::evidence::Evidence;
use crate::check::hops::{Hop, names_itself};
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "upgrade-refused-on-way",
    title: text!("Something on the way refuses sockets"),
    symptoms: &["upgrade_answered"],
    symptom: text!(
        "A socket is answered 403, 404 or 400, or its connection is closed, and no request for it \
         reaches the server; plain requests do."
    ),
    cause: text!(
        "A hop knows no upgrade on this route: Envoy without `upgrade_configs` (403, 404), a \
         gateway whose rules let only some methods or headers pass, a filter of a company that \
         allows no WebSockets. Over plain `ws://` some forward proxies answer 403 themselves, \
         where `wss://` passes in a tunnel."
    ),
    look_alikes: text!(
        "Where the upgrade reaches the server, and 403 is its own answer, the origin was refused."
    ),
    rests_on: &[
        "https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/upgrades",
        "https://github.com/envoyproxy/envoy/issues/20062",
        "https://github.com/socketio/socket.io/issues/1277",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Envoy,
            before: Lines::Configuration("http_connection_manager:\n  route_config: …"),
            after: Lines::Configuration(
                "http_connection_manager:\n  upgrade_configs:\n    - upgrade_type: websocket\n  \
                 route_config: …",
            ),
            note: text!("In the connection manager, or on the route alone."),
            tried_on: None,
        },
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
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::UpgradeAnswered { status } = sign.symptom else { return None };
    let told = told(sign, evidence);
    let never_arrived = !told.is_empty() && told.iter().all(Told::never_arrived);
    if !never_arrived {
        return None;
    }
    let says = match status {
        Some(status) => {
            say!("the upgrade is answered {status} before it reaches the server", status)
        }
        None => words!("the upgrade is refused before it reaches the server").to_owned(),
    };
    if names_itself(evidence, Hop::Envoy) { Explained::high(says) } else { Explained::medium(says) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn upgrade_refused_on_way_is_told_by_what_never_arrived() {
        let socket = || Sample::socket("open");
        let upgrade = [("Upgrade", "websocket")];
        for (sample, confidence) in [
            (socket(), Some(Confidence::Medium)),
            (socket().answer(1, 403, None, &[("server", "envoy")]), Some(Confidence::High)),
            (socket().arrived(1, "HTTP/1.1", &upgrade), None),
        ] {
            let symptom = Symptom::UpgradeAnswered { status: Some(403) };
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[sample], &["open"]), confidence);
        }
    }
}
