//! Something asks for a login before it hands anything on.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "login-in-front",
    title: text!("Something asks for a login, or refuses"),
    symptoms: &["answered_elsewhere"],
    symptom: text!(
        "Requests are answered 401, 403, 407, 511 or a redirect, and do not reach the server."
    ),
    cause: text!(
        "An access gateway or a single sign-on in front of the server wants a cookie that this \
         client does not have, or that has run out; a firewall for web applications dislikes a \
         path or a method; a network wants its terms to be accepted (511), a forward proxy a \
         password (407)."
    ),
    look_alikes: text!("A 403 that the server's ledger shows is the server's own."),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.5",
        "https://www.rfc-editor.org/rfc/rfc6585#section-6",
        "https://developers.cloudflare.com/cloudflare-one/identity/service-tokens/",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Client,
            before: Lines::Configuration("echoclock check https://example.org"),
            after: Lines::Configuration(
                "echoclock check https://example.org --header \"Cookie: session=…\"",
            ),
            note: text!("With what the gateway asks for; in a browser, log in first and reload."),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Cloudflare,
            before: Lines::Prose(text!("An Access application for all of the host.")),
            after: Lines::Prose(text!(
                "A service token for this client, in `CF-Access-Client-Id` and \
                 `CF-Access-Client-Secret`."
            )),
            note: text!("Both are headers of the request."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    let Symptom::AnsweredElsewhere { status } = sign.symptom else { return None };
    let is_it = matches!(status, 301 | 302 | 303 | 307 | 308 | 401 | 403 | 407 | 511);
    is_it.then(|| {
        Explained::medium(say!(
            "{status} came from something that stands before the server",
            status
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn login_in_front_is_told_by_the_status() {
        for (status, confidence) in
            [(401, Some(Confidence::Medium)), (302, Some(Confidence::Medium)), (404, None)]
        {
            let symptom = Symptom::AnsweredElsewhere { status };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[], &[]), confidence);
        }
    }
}
