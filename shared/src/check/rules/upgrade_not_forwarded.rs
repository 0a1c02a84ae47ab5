//! The request for an upgrade is passed on without it.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::{say, text};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "upgrade-not-forwarded",
    title: text!("The request for an upgrade is passed on without it"),
    symptoms: &["upgrade_stripped"],
    symptom: text!(
        "A socket fails at once (1006, or 426, or 400 with `Can \"Upgrade\" only to \
         \"WebSocket\"`). The server's ledger shows its request without `Upgrade`, with \
         `Connection: close` or `keep-alive`."
    ),
    cause: text!(
        "`Upgrade` and `Connection` are for one hop (RFC 9110, section 7.6.1), so a proxy that is \
         not told to hand an upgrade on takes them out. Measured: nginx unless both are set, \
         Apache where a plain `http://` route fits first, Varnish without `pipe`, Caddy with \
         `header_up -Upgrade`, HAProxy with `del-header Upgrade`."
    ),
    look_alikes: text!(
        "Where the upgrade is still there, and the request came by HTTP/1.0, only the version is \
         missing."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/websocket.html",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#protoupgrade",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy_wstunnel.html",
        "https://varnish-cache.org/docs/7.1/users-guide/vcl-example-websockets.html",
        "https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("location / {\n    proxy_pass http://backend;\n}"),
            after: Lines::Configuration(
                "map $http_upgrade $connection_upgrade {\n    default upgrade;\n    \"\" \
                 \"\";\n}\n\nlocation / {\n    proxy_pass http://backend;\n    proxy_http_version \
                 1.1;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header \
                 Connection $connection_upgrade;\n}",
            ),
            note: text!("`map` stands in `http`, beside the server."),
            tried_on: Some("nginx-first-example"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyPass / http://backend:3000/"),
            after: Lines::Configuration("ProxyPass / http://backend:3000/ upgrade=websocket"),
            note: text!(
                "From 2.4.47 on. Before it, with mod_proxy_wstunnel: `ProxyPass /ws \
                 ws://backend:3000/ws`, above the line that fits all, for the first one that fits \
                 counts."
            ),
            tried_on: Some("apache-no-upgrade"),
        },
        Remedy {
            hop: Hop::Varnish,
            before: Lines::Configuration("sub vcl_recv {\n    return (pass);\n}"),
            after: Lines::Configuration(
                "sub vcl_recv {\n    if (req.http.upgrade ~ \"(?i)websocket\") {\n        return \
                 (pipe);\n    }\n    return (pass);\n}\n\nsub vcl_pipe {\n    if \
                 (req.http.upgrade) {\n        set bereq.http.upgrade = req.http.upgrade;\n        \
                 set bereq.http.connection = req.http.connection;\n    }\n}",
            ),
            note: text!("Before all else in `vcl_recv`."),
            tried_on: Some("varnish-no-pipe"),
        },
        Remedy {
            hop: Hop::Caddy,
            before: Lines::Configuration("reverse_proxy backend:3000 {\n    header_up -Upgrade\n}"),
            after: Lines::Configuration("reverse_proxy backend:3000"),
            note: text!("Caddy hands upgrades on by itself."),
            tried_on: Some("caddy-drops-upgrade"),
        },
        Remedy {
            hop: Hop::Haproxy,
            before: Lines::Configuration("http-request del-header Upgrade"),
            after: Lines::Configuration(
                "http-request del-header Upgrade unless { hdr(Upgrade) -i websocket }",
            ),
            note: text!(
                "HAProxy hands upgrades on by itself; lines that set these headers are not needed \
                 either."
            ),
            tried_on: Some("haproxy-drops-upgrade"),
        },
        Remedy {
            hop: Hop::Amazon,
            before: Lines::Prose(text!(
                "A CloudFront behaviour whose origin request policy leaves headers out."
            )),
            after: Lines::Prose(text!(
                "The managed origin request policy `AllViewer`, with the cache policy \
                 `CachingDisabled`."
            )),
            note: text!("For the paths of sockets."),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != Symptom::UpgradeStripped {
        return None;
    }
    let shown = told(sign, evidence);
    let mut requests = shown.iter().filter_map(|told| told.arrived()).flatten();
    let stripped = requests.find(|request| request.header("upgrade").is_none())?;
    let version = &stripped.version;
    Explained::high(match stripped.header("connection") {
        Some(connection) => say!(
            "its request arrived by {version} without `Upgrade`, and with {connection} for \
             `Connection`",
            version,
            connection
        ),
        None => say!(
            "its request arrived by {version} without `Upgrade`, and with nothing for `Connection`",
            version
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn upgrade_not_forwarded_is_told_by_what_arrived() {
        let socket = || Sample::socket("open");
        for (sample, confidence) in [
            (socket().arrived(1, "HTTP/1.0", &[("Connection", "close")]), Some(Confidence::High)),
            (socket().arrived(1, "HTTP/1.0", &[("Upgrade", "websocket")]), None),
            (socket(), None),
        ] {
            let found = sure(&RULE, Symptom::UpgradeStripped, Lane::Socket, &[sample], &["open"]);
            assert_eq!(found, confidence);
        }
    }
}
