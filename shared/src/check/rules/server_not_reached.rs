//! A hop can't reach the server.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "server-not-reached",
    title: text!("The proxy does not reach the server"),
    symptoms: &["answered_elsewhere"],
    symptom: text!(
        "Requests are answered 502, 503, 504 or 520 to 526, and do not reach the server."
    ),
    cause: text!(
        "The proxy has another address for the server than it listens at, may not connect there, \
         or takes it for ill: a container's `localhost` is not its host's, a health check asks a \
         path that is not there, SELinux forbids Apache and nginx to connect."
    ),
    look_alikes: text!(
        "Where the request reaches the server and is given up, the answer was too late."
    ),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
        "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("echoclock serve --listen 127.0.0.1:3000"),
            after: Lines::Configuration("echoclock serve --listen 0.0.0.0:3000"),
            note: text!(
                "Where the proxy runs in a container or on another machine; let nothing but the \
                 proxy reach it."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration(
                "option httpchk GET /health\nserver one backend:3000 check",
            ),
            after: Lines::Configuration(
                "option httpchk GET /readyz\nserver one backend:3000 check",
            ),
            note: text!("A health check of a path that is there."),
            tried_on: Some("haproxy-wrong-health"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::AnsweredElsewhere { status } = sign.symptom else { return None };
    let never_arrived = told(sign, evidence).iter().any(Told::never_arrived);
    (never_arrived && matches!(status, 502..=504 | 520..=526)).then(|| {
        Explained::medium(say!(
            "{status} came from a proxy, and no request reached the server",
            status
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
    fn server_not_reached_is_told_by_what_never_arrived() {
        let asked = || Sample::stream("small", Lane::Events, |_| {});
        for (status, sample, confidence) in [
            (502, asked(), Some(Confidence::Medium)),
            (404, asked(), None),
            (502, asked().arrived(1, "HTTP/1.1", &[]), None),
        ] {
            let symptom = Symptom::AnsweredElsewhere { status };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[sample], &["small"]), confidence);
        }
    }
}
