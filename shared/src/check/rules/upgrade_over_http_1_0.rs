//! The upgrade is passed on by a version of HTTP that has none.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "upgrade-over-http-1-0",
    title: text!("The upgrade is asked for by HTTP/1.0"),
    symptoms: &["upgrade_stripped", "upgrade_answered"],
    symptom: text!(
        "A socket fails with 426 or 400. The server's ledger shows its request with `Upgrade: \
         websocket`, on a line that says HTTP/1.0."
    ),
    cause: text!(
        "A WebSocket takes HTTP/1.1 at least (RFC 6455, section 4.1). nginx before 1.29.7 asks by \
         HTTP/1.0 unless it is told otherwise, also where it is told to set the headers. Measured \
         with nginx 1.22.1."
    ),
    look_alikes: text!("Where `Upgrade` is not there either, headers and version are missing."),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc6455#section-4.1",
        "https://nginx.org/en/docs/http/websocket.html",
    ],
    remedies: &[Remedy {
        hop: Hop::Nginx,
        before: Lines::Configuration(
            "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection \
             $connection_upgrade;",
        ),
        after: Lines::Configuration(
            "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header \
             Connection $connection_upgrade;",
        ),
        note: text!("In the location of the sockets."),
        tried_on: Some("nginx-upgrade-by-http10"),
    }],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if !matches!(sign.symptom, Symptom::UpgradeStripped | Symptom::UpgradeAnswered { .. }) {
        return None;
    }
    let shown = told(sign, evidence);
    let mut requests = shown.iter().filter_map(|told| told.arrived()).flatten();
    let is_it = requests
        .any(|request| request.version == "HTTP/1.0" && request.header("upgrade").is_some());
    is_it.then(|| {
        Explained::high(words!(
            "its request arrived with `Upgrade`, by HTTP/1.0, which knows no WebSocket"
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn upgrade_over_http_1_0_is_told_by_the_version() {
        let upgrade = [("Upgrade", "websocket")];
        for (version, headers, confidence) in [
            ("HTTP/1.0", &upgrade[..], Some(Confidence::High)),
            ("HTTP/1.1", &upgrade, None),
            ("HTTP/1.0", &[], None),
        ] {
            let sample = Sample::socket("open").arrived(1, version, headers);
            let found = sure(&RULE, Symptom::UpgradeStripped, Lane::Socket, &[sample], &["open"]);
            assert_eq!(found, confidence);
        }
    }
}
