//! A hop does not tell the server that the client has gone.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "leaving-not-told",
    title: text!("The server is not told that a client has gone"),
    symptoms: &["client_gone_unheard"],
    symptom: text!(
        "A client leaves a stream, and the server goes on writing to it; the number of open \
         streams only grows."
    ),
    cause: text!(
        "A hop keeps its connection to the server when the client's has ended: a cache that \
         fetches on for whoever comes next (measured with Varnish 7.1.1 without `pass`), \
         cloudflared and development servers' proxies by their issues."
    ),
    look_alikes: text!(
        "Who only notices when there is something to write tells late, with the next item or \
         comment: a server, or nginx with `proxy_ignore_client_abort on` (measured with 1.22.1)."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_client_abort",
        "https://github.com/cloudflare/cloudflared/issues/166",
        "https://github.com/vitejs/vite/issues/12157",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration("sub vcl_recv {\n    return (hash);\n}"),
            after: Lines::Configuration(
                "sub vcl_recv {\n    if (req.url ~ \"/api/\" && !req.http.upgrade) {\n        \
                 return (pass);\n    }\n    return (hash);\n}",
            ),
            note: text!("Before all else in `vcl_recv`; sockets are left to `return (pipe)`."),
            tried_on: Some("varnish-shares"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("backend live\n    server one backend:3000"),
            after: Lines::Configuration(
                "backend live\n    option abortonclose\n    server one backend:3000",
            ),
            note: text!(
                "For requests that wait for a server or for their answer; streams end with the \
                 client anyway."
            ),
            tried_on: None,
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Prose(text!("A stream that ends when the client does.")),
            after: Lines::Prose(text!(
                "A stream that ends after some minutes, and a socket that ends when a ping is not \
                 answered."
            )),
            note: text!("Clients come back and resume; those that have gone do not."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    (sign.symptom == Symptom::ClientGoneUnheard).then(|| {
        Explained::high(words!(
            "the client had left, and the server's ledger does not show that it was told"
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn leaving_not_told_is_for_clients_that_have_gone() {
        for (symptom, confidence) in
            [(Symptom::ClientGoneUnheard, Some(Confidence::High)), (Symptom::SilentDeath, None)]
        {
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[], &[]), confidence);
        }
    }
}
