//! A hop answers itself what it should hand on.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "not-routed",
    title: text!("Something else answers for the server"),
    symptoms: &["answered_elsewhere"],
    symptom: text!(
        "Requests are answered 404, 405 or 200 with a page, and do not reach the server."
    ),
    cause: text!(
        "The proxy has no route for these paths, or one for pages that fits first: a static site \
         with a fallback to its `index.html`, a `location` that leaves `/api/` out, a prefix that \
         is cut off on one side only. Some proxies take a method such as POST for none of theirs \
         (405)."
    ),
    look_alikes: text!(
        "502, 503 and 504 are for servers that can't be reached; 401, 403 and redirects ask for a \
         login."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_core_module.html#location",
        "https://caddyserver.com/docs/caddyfile/directives#directive-order",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("location / {\n    try_files $uri /index.html;\n}"),
            after: Lines::Configuration(
                "map $http_upgrade $connection_upgrade {\n    default upgrade;\n    \"\" \
                 \"\";\n}\n\nlocation / {\n    try_files $uri /index.html;\n}\n\nlocation /api/ \
                 {\n    proxy_pass http://backend;\n    proxy_http_version 1.1;\n    \
                 proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection \
                 $connection_upgrade;\n    proxy_buffering off;\n}",
            ),
            note: text!(
                "`map` stands in `http`, beside the server; `proxy_pass` has no `/` at its end, so \
                 that the path stays whole."
            ),
            tried_on: Some("nginx-not-routed"),
        },
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration(
                "example.org {\n    try_files {path} /index.html\n    file_server\n}",
            ),
            after: Lines::Configuration(
                "example.org {\n    handle /api/* {\n        reverse_proxy backend:3000\n    }\n    \
                 handle {\n    try_files {path} /index.html\n    file_server\n    }\n}",
            ),
            note: text!("`handle` and not `handle_path`, so that the path stays whole."),
            tried_on: Some("caddy-not-routed"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("FallbackResource /index.html"),
            after: Lines::Configuration(
                "ProxyPass /api/ http://backend:3000/api/ upgrade=websocket\nFallbackResource \
                 /index.html",
            ),
            note: text!("In the virtual host."),
            tried_on: Some("apache-not-routed"),
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    let Symptom::AnsweredElsewhere { status } = sign.symptom else { return None };
    let told = told(sign, evidence);
    let never_arrived = told.iter().any(Told::never_arrived);
    (never_arrived && UNROUTED.contains(&status)).then(|| {
        Explained::medium(say!("{status} came from something that did not ask the server", status))
    })?
}

/// What a proxy says of paths and methods that it does not know.
const UNROUTED: [u16; 5] = [200, 400, 404, 405, 501];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn not_routed_is_told_by_the_status() {
        let asked = || Sample::stream("small", Lane::Events, |_| {});
        for (status, sample, confidence) in [
            (404, asked(), Some(Confidence::Medium)),
            (504, asked(), None),
            (404, asked().arrived(1, "HTTP/1.1", &[]), None),
        ] {
            let symptom = Symptom::AnsweredElsewhere { status };
            assert_eq!(sure(&RULE, symptom, Lane::Events, &[sample], &["small"]), confidence);
        }
    }
}
