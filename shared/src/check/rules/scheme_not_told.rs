//! The server does not learn that its clients come by https.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "scheme-not-told",
    title: text!("The server does not learn that clients come by https"),
    symptoms: &["scheme_lost"],
    symptom: text!(
        "The page came by https, and no `X-Forwarded-Proto` or `Forwarded` tells the server so: it \
         makes addresses with `http:`, and may take its own page for a foreign one."
    ),
    cause: text!(
        "Whatever ends TLS asks the server by plain HTTP and does not say that the client did not: \
         nginx, HAProxy, Apache and Varnish unless they are told to."
    ),
    look_alikes: text!(
        "A header that arrives and is not believed is a matter of the server's settings: see \
         `--trusted-proxy`."
    ),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc7239#section-5.4",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
        "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#requestheader",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_pass http://backend;"),
            after: Lines::Configuration(
                "proxy_pass http://backend;\nproxy_set_header X-Forwarded-Proto $scheme;",
            ),
            note: text!("Where TLS ends."),
            tried_on: Some("nginx-scheme-lost"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("frontend edge\n    bind :443 ssl crt site.pem"),
            after: Lines::Configuration(
                "frontend edge\n    bind :443 ssl crt site.pem\n    http-request set-header \
                 X-Forwarded-Proto https if { ssl_fc }",
            ),
            note: text!("Where TLS ends."),
            tried_on: Some("haproxy-scheme-lost"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyPass / http://backend:3000/ upgrade=websocket"),
            after: Lines::Configuration(
                "RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}\nProxyPass / \
                 http://backend:3000/ upgrade=websocket",
            ),
            note: text!("With mod_headers, where TLS ends."),
            tried_on: Some("apache-scheme-lost"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    (sign.symptom == Symptom::SchemeLost).then(|| {
        Explained::high(words!(
            "the address begins with https, and no header of the request tells the server so"
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn scheme_not_told_is_for_schemes() {
        for (symptom, confidence) in
            [(Symptom::SchemeLost, Some(Confidence::High)), (Symptom::AddressLost, None)]
        {
            assert_eq!(sure(&RULE, symptom, Lane::Requests, &[], &[]), confidence);
        }
    }
}
