//! The server refuses a socket because its host was rewritten.

use crate::check::evidence::Evidence;
use crate::check::hops::Hop;
use crate::check::rule::{Explained, Lines, Remedy, Rule};
use crate::check::shown::told;
use crate::check::signs::{Sign, Symptom};
use crate::check::told::Told;
use crate::{say, text, words};

/// See `docs/PATHS.md`.
pub(super) const RULE: Rule = Rule {
    id: "origin-refused",
    title: text!("The server takes its own page for a foreign one"),
    symptoms: &["upgrade_answered"],
    symptom: text!(
        "A socket is answered 403 behind the proxy and opens without it; the upgrade reaches the \
         server, and the 403 is the server's own. `Host` in the ledger is not the host of the \
         address."
    ),
    cause: text!(
        "A server compares a socket's `Origin` with `Host`, and the proxy has put its own name for \
         the server there: nginx sends `$proxy_host` unless it is told otherwise, Apache unless \
         `ProxyPreserveHost` is on."
    ),
    look_alikes: text!(
        "A 403 that the server's ledger does not show comes from something on the way."
    ),
    rests_on: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypreservehost",
        "https://github.com/grafana/grafana/issues/34537",
    ],
    remedies: &[
        Remedy {
            hop: Hop::Nginx,
            before: Lines::Configuration("proxy_pass http://backend;"),
            after: Lines::Configuration(
                "proxy_pass http://backend;\nproxy_set_header Host $http_host;",
            ),
            note: text!("In the location; `$http_host` keeps the port."),
            tried_on: Some("nginx-rewrites-host"),
        },
        Remedy {
            hop: Hop::Apache,
            before: Lines::Configuration("ProxyPass / http://backend:3000/ upgrade=websocket"),
            after: Lines::Configuration(
                "ProxyPreserveHost On\nProxyPass / http://backend:3000/ upgrade=websocket",
            ),
            note: text!("In the virtual host."),
            tried_on: Some("apache-rewrites-host"),
        },
        Remedy {
            hop: Hop::Server,
            before: Lines::Configuration("echoclock serve"),
            after: Lines::Configuration("echoclock serve --allow-origin https://example.org"),
            note: text!(
                "With the page's own origin; other servers have a setting for their public \
                 address."
            ),
            tried_on: None,
        },
    ],
    explains,
};

fn explains(sign: &Sign, evidence: &Evidence) -> Option<Explained> {
    if sign.symptom != (Symptom::UpgradeAnswered { status: Some(403) }) {
        return None;
    }
    let told = told(sign, evidence);
    // Its gate stands before its ledger.
    let is_own = |told: &&Told<'_>| {
        let kind = told.header("content-type").unwrap_or_default();
        told.never_arrived() && kind.starts_with(PROBLEM)
    };
    if told.iter().any(|told| is_own(&told)) {
        return Explained::high(words!("the 403 has the form of the server's own refusals"));
    }
    let refused = told.iter().find(|told| told.status_sent() == Some(403))?;
    match refused.arrived()?.first()?.header("host") {
        None => Explained::high(words!("the server itself refused it; `Host` arrived as nothing")),
        Some(host) => {
            let says = say!("the server itself refused it; `Host` arrived as {host}", host);
            let is_rewritten = !is_host_of(host, &evidence.url);
            if is_rewritten { Explained::high(says) } else { Explained::low(says) }
        }
    }
}

/// The type of the server's refusals (RFC 9457).
const PROBLEM: &str = "application/problem+json";

/// Whether a `Host` is that of an address, as the URL standard compares them (section 3.5): in whatever
/// case, and with the scheme's own port given or left out.
fn is_host_of(host: &str, url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let own = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let parts = |authority: &str| {
        // What follows the last colon within brackets is a part of an address.
        let (name, port) = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .unwrap_or((authority, ""));
        let port = if port.is_empty() { Some(own) } else { port.parse::<u16>().ok() };
        (name.to_ascii_lowercase(), port)
    };
    parts(host) == parts(authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::rule::{Confidence, sure};
    use crate::check::sample::Sample;

    #[test]
    fn origin_refused_is_told_by_the_host_and_by_who_refused() {
        let socket = |host| Sample::socket("open").arrived(1, "HTTP/1.1", &[("Host", host)]);
        for (sample, confidence) in [
            (socket("backend").answered(1, 403), Some(Confidence::High)),
            (socket("127.0.0.1").answered(1, 403), Some(Confidence::Low)),
            (socket("backend").answered(1, 101), None),
            (Sample::socket("open"), None),
            (
                Sample::socket("open").answer(1, 403, None, &[("content-type", PROBLEM)]),
                Some(Confidence::High),
            ),
            (Sample::socket("open").answer(1, 403, None, &[("content-type", "text/html")]), None),
        ] {
            let symptom = Symptom::UpgradeAnswered { status: Some(403) };
            assert_eq!(sure(&RULE, symptom, Lane::Socket, &[sample], &["open"]), confidence);
        }
    }

    #[test]
    fn hosts_are_compared_as_addresses_are() {
        for (host, url, is_same) in [
            ("chat.example.org", "https://chat.example.org/api/", true),
            ("Chat.Example.ORG", "https://chat.example.org/", true),
            ("chat.example.org", "HTTPS://CHAT.example.org:443?a", true),
            ("chat.example.org:443", "https://chat.example.org", true),
            ("chat.example.org:80", "http://chat.example.org/", true),
            ("chat.example.org:", "http://me@chat.example.org/", true),
            ("[::1]:3000", "http://[::1]:3000/", true),
            ("[FE80::1]", "http://[fe80::1]:80/", true),
            // The other scheme's port, and one that is lost on the way.
            ("chat.example.org:80", "https://chat.example.org/", false),
            ("chat.example.org", "https://chat.example.org:8443/", false),
            // Parts of it, which are other hosts.
            ("example.org", "https://chat.example.org/", false),
            ("chat", "https://chat.example.org/", false),
            ("api", "https://chat.example.org/api/", false),
            ("[::1]", "http://[::1]:3000/", false),
            ("nothing", "chat.example.org", false),
        ] {
            assert_eq!(is_host_of(host, url), is_same, "{host} of {url}");
        }
    }
}
