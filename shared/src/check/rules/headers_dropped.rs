//! Headers of an answer do not arrive.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::list::listed;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "headers-dropped",
    title: text!("Headers of answers are taken out"),
    symptoms: &["headers_stripped"],
    symptom: text!("The server's ledger shows headers of an answer that the client does not get."),
    cause: text!(
        "A hop takes them out: nginx's `proxy_hide_header`, Apache's `Header unset`, HAProxy's \
         `http-response del-header`, Caddy's `header_down -Name`, Varnish's `unset \
         resp.http.Name`, or a filter with a list of its own. Without `Cache-Control: no-store` \
         the next cache may keep a stream; without `Retry-After` clients come back too soon; \
         without a policy pages lose their protection."
    ),
    look_alikes: text!(
        "A page from another origin is shown few headers, whatever arrives; the command line sees \
         all."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_hide_header",
        "https://httpd.apache.org/docs/2.4/mod/mod_headers.html#header",
        "https://docs.haproxy.org/2.6/configuration.html#4.2-http-response%20del-header",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_hide_header Cache-Control;"),
            after: Lines::Configuration("proxy_pass_header Cache-Control;"),
            note: text!("In the location of the API."),
            tried_on: Some("nginx-hides-headers"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("Header unset Cache-Control"),
            after: Lines::Configuration(
                "Header unset Cache-Control \"expr=! %{REQUEST_URI} =~ m#^/api/#\"",
            ),
            note: text!("Leaves the API out."),
            tried_on: Some("apache-drops-headers"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("http-response del-header Cache-Control"),
            after: Lines::Configuration(
                "http-request set-var(txn.path) path\nhttp-response del-header Cache-Control \
                 unless { var(txn.path) -m beg /api/ }",
            ),
            note: text!("Leaves the API out."),
            tried_on: Some("haproxy-drops-headers"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, _: &Evidence) -> Option<Explained> {
    let Symptom::HeadersStripped { names } = &sign.symptom else { return None };
    let lost: Vec<_> = names.iter().filter(|name| *name != "last-event-id").cloned().collect();
    (!lost.is_empty()).then(|| {
        Explained::high(say!(
            "the server sent {names}, which did not arrive",
            names = listed(&lost)
        ))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};

    #[test]
    fn headers_dropped_is_for_those_of_answers() {
        for (name, confidence) in
            [("cache-control", Some(Confidence::High)), ("last-event-id", None)]
        {
            let symptom = Symptom::HeadersStripped { names: vec![name.to_owned()] };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[], &[]), confidence);
        }
    }
}
