//! The server does not learn whom it serves.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "address-not-told",
    title: text!("The server does not learn the client's address"),
    symptoms: &["address_lost"],
    symptom: text!(
        "Requests come by a proxy, and no `X-Forwarded-For` or `Forwarded` tells for whom; all \
         clients look like one, and share the limits of one."
    ),
    cause: text!(
        "The proxy does not say for whom it asks: nginx and Varnish's `pipe` unless they are told \
         to, HAProxy without `option forwardfor`. Apache, Caddy, Traefik, Envoy and the clouds say \
         it by themselves."
    ),
    look_alikes: text!(
        "A header that arrives and is not believed is a matter of the server's settings: see \
         `--trusted-proxy`."
    ),
    rests_on: &[
        "https://www.rfc-editor.org/rfc/rfc7239",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
        "https://docs.haproxy.org/2.6/configuration.html#option%20forwardfor",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_pass http://backend;"),
            after: Lines::Configuration(
                "proxy_pass http://backend;\nproxy_set_header X-Forwarded-For $remote_addr;",
            ),
            note: text!("At the outermost nginx; an inner one takes `$proxy_add_x_forwarded_for`."),
            tried_on: Some("nginx-address-lost"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("backend live\n    server one backend:3000"),
            after: Lines::Configuration(
                "backend live\n    option forwardfor\n    server one backend:3000",
            ),
            note: text!("In the backend, the frontend or `defaults`."),
            tried_on: Some("haproxy-address-lost"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyAddHeaders Off"),
            after: Lines::Configuration("ProxyAddHeaders On"),
            note: text!("It is on unless it is switched off."),
            tried_on: Some("apache-address-lost"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration("sub vcl_recv {\n    unset req.http.X-Forwarded-For;\n}"),
            after: Lines::Configuration(
                "sub vcl_recv {\n    set req.http.X-Forwarded-For = client.ip;\n}",
            ),
            note: text!("Varnish adds the client by itself before `vcl_recv`."),
            tried_on: Some("varnish-address-lost"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    (sign.symptom == Symptom::AddressLost).then(|| {
        Explained::high(words!(
            "requests come by a proxy, and no header of theirs tells a client's address"
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn address_not_told_is_for_addresses() {
        for (symptom, confidence) in
            [(Symptom::AddressLost, Some(Confidence::High)), (Symptom::SchemeLost, None)]
        {
            assert_eq!(sure(&RULE, symptom, Lane::Requests, &[], &[]), confidence);
        }
    }
}
