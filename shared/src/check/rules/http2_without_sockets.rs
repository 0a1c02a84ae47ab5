//! A hop speaks HTTP/2 and opens no sockets by it.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "http2-without-sockets",
    title: text!("A hop speaks HTTP/2, and opens no sockets by it"),
    symptoms: &["upgrade_answered", "upgrade_unanswered"],
    symptom: text!(
        "Plain requests are answered by HTTP/2; sockets fail, and no request for them reaches the \
         server."
    ),
    cause: text!(
        "A hop offers only HTTP/2 by ALPN, or announces sockets over HTTP/2 (RFC 8441) and does \
         not carry them out, so a browser has no way to open one."
    ),
    look_alikes: text!("Where plain requests are answered by HTTP/1.1 something refuses upgrades."),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc8441#section-3",
        "https://docs.haproxy.org/2.6/configuration.html#3.2-h2-workaround-bogus-websocket-clients",
        "https://github.com/haproxy/haproxy/issues/162",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("bind :443 ssl crt site.pem alpn h2"),
            after: Lines::Configuration("bind :443 ssl crt site.pem alpn h2,http/1.1"),
            note: text!(
                "Or, in `global`, `h2-workaround-bogus-websocket-clients`; on the server's line \
                 `ws h1`."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("ALPN: h2"),
            after: Lines::Configuration("ALPN: h2, http/1.1"),
            note: text!("Whatever ends TLS has to offer both."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    // An answer with a status came to an upgrade by HTTP/1.1: whoever gave it refuses upgrades. A page
    // is shown none.
    let is_without_answer = matches!(
        sign.symptom,
        Symptom::UpgradeAnswered { status: None } | Symptom::UpgradeUnanswered
    );
    if !is_without_answer {
        return None;
    }
    let shown = told(sign, evidence);
    let never_arrived = !shown.is_empty() && shown.iter().all(Told::never_arrived);
    let by_http2 = |told: Told<'_>| told.answered_by().is_some_and(|by| by.starts_with("HTTP/2"));
    (never_arrived && Told::all(evidence).any(by_http2)).then(|| {
        Explained::medium(words!(
            "plain requests are answered by HTTP/2, and sockets never reach the server"
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
    fn http2_without_sockets_is_told_by_the_version_of_plain_answers() {
        let plain = |version| {
            Sample::stream("small", Lane::Events, |_| {}).answer(1, 200, Some(version), &[])
        };
        let socket = || Sample::socket("open");
        let arrived = socket().arrived(1, "HTTP/1.1", &[]);
        for (samples, status, confidence) in [
            ([plain("HTTP/2.0"), socket()], None, Some(Confidence::Medium)),
            ([plain("HTTP/2.0"), socket()], Some(403), None),
            ([plain("HTTP/1.1"), socket()], None, None),
            ([plain("HTTP/2.0"), arrived], None, None),
        ] {
            let symptom = Symptom::UpgradeAnswered { status };
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &samples, &["open"]), confidence);
        }
    }
}
