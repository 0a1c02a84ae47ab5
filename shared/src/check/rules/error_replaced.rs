//! A hop answers errors with pages of its own.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "error-replaced",
    title: text!("Errors are replaced by the proxy's own pages"),
    symptoms: &["answer_replaced"],
    symptom: text!(
        "The server answers 404 or 500 with a body that says why, and the client gets another \
         status, or the status with a page of somebody else's."
    ),
    cause: text!(
        "A hop is told to answer errors itself: nginx's `proxy_intercept_errors` with \
         `error_page`, Apache's `ProxyErrorOverride`, HAProxy's `http-error` and `http-response \
         return`, Caddy's `handle_response`, Varnish's `vcl_backend_error` and `synth`. A client \
         that reads problems, or tells 404 from 503, goes wrong."
    ),
    look_alikes: text!("Where no request arrives at the server, something else answers."),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_intercept_errors",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxyerroroverride",
        "https://docs.haproxy.org/2.6/configuration.html#4.2-http-response%20return",
        "https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#intercepting-responses",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_intercept_errors on;"),
            after: Lines::Configuration("proxy_intercept_errors off;"),
            note: text!("In the location of the API."),
            tried_on: Some("nginx-own-errors"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyErrorOverride On"),
            after: Lines::Configuration("ProxyErrorOverride Off"),
            note: text!(
                "In the `Location` of the API; or `ProxyErrorOverride On 502 503` for what Apache \
                 alone knows."
            ),
            tried_on: Some("apache-own-errors"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration(
                "http-response return status 200 content-type text/plain string Sorry if { status \
                 404 500 }",
            ),
            after: Lines::Configuration(
                "http-request set-var(txn.path) path\nhttp-response return status 200 content-type \
                 text/plain string Sorry if { status 404 500 } !{ var(txn.path) -m beg /api/ }",
            ),
            note: text!("Leaves the API out; an answer does not know its path unless it is kept."),
            tried_on: Some("haproxy-own-errors"),
        },
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration(
                "reverse_proxy backend:3000 {\n    @error status 404 500\n    handle_response \
                 @error {\n        respond \"Sorry\"\n    }\n}",
            ),
            after: Lines::Configuration("reverse_proxy backend:3000"),
            note: text!("For the paths of the API."),
            tried_on: Some("caddy-own-errors"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    let Symptom::AnswerReplaced { sent, arrived } = sign.symptom else { return None };
    if sent < 400 {
        return None;
    }
    Explained::high(match sent == arrived {
        true => say!("the server's {sent} arrived with a body that it did not send", sent),
        false => say!("the server answered {sent}, and {arrived} arrived", sent, arrived),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn error_replaced_is_for_errors() {
        for (sent, arrived, confidence) in [
            (404, 200, Some(Confidence::High)),
            (500, 500, Some(Confidence::High)),
            (200, 200, None),
        ] {
            let symptom = Symptom::AnswerReplaced { sent, arrived };
            assert_eq!(sure(&RULE, symptom, Lane::Requests, &[], &[]), confidence);
        }
    }
}
