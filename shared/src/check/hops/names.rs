//! What hops say of themselves, in headers that the client or the server saw.

use super::{Hop, Seen};
use crate::check::evidence::Evidence;
use crate::check::observed::{Heard, ServerSide};
use crate::ledger::What;
use crate::{fill, text};

/// Finds the hops that name themselves, each once.
pub(super) fn find(evidence: &Evidence) -> Vec<Seen> {
    let mut found: Vec<Seen> = vec![];
    let answers = evidence.observations.iter().flat_map(|seen| {
        seen.heard.iter().filter_map(|note| {
            let Heard::Head { headers, .. } = &note.what else { return None };
            Some(headers)
        })
    });
    let requests = evidence.observations.iter().flat_map(|seen| {
        let entries = match &seen.ledger {
            ServerSide::Ledger(ledger) => &ledger.entries[..],
            ServerSide::Nothing | ServerSide::Unknown(_) => &[],
        };
        entries.iter().filter_map(|entry| {
            let What::Request { headers, .. } = &entry.what else { return None };
            Some(headers)
        })
    });
    let answers =
        answers.flatten().map(|header| (header, text!("the answer carries `{header}`"), ANSWERS));
    let requests = requests
        .flatten()
        .map(|header| (header, text!("the request carries `{header}`"), REQUESTS));
    for ((name, value), carries, marks) in answers.chain(requests) {
        let name = name.to_ascii_lowercase();
        for mark in marks.iter().chain(EITHER) {
            if mark.fits(&name, value) && !found.iter().any(|seen| seen.hop == mark.hop) {
                let header = format!("{name}: {}", shortened(value));
                let because = fill!(carries, header);
                found.push(Seen { hop: mark.hop, is_named: true, because });
            }
        }
    }
    found
}

/// A header by which a hop is known.
struct Mark {
    /// Its name; with a `*` at the end, how it begins.
    name: &'static str,
    /// What its value holds, in lower case; anything where it is empty.
    value: &'static str,
    hop: Hop,
}

impl Mark {
    fn fits(&self, name: &str, value: &str) -> bool {
        let is_named = match self.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.name,
        };
        is_named && value.to_ascii_lowercase().contains(self.value)
    }
}

const fn mark(name: &'static str, value: &'static str, hop: Hop) -> Mark {
    Mark { name, value, hop }
}

/// In answers.
const ANSWERS: &[Mark] = &[
    mark("server", "nginx", Hop::Nginx),
    mark("server", "openresty", Hop::Nginx),
    mark("server", "tengine", Hop::Nginx),
    mark("server", "caddy", Hop::Caddy),
    mark("server", "haproxy", Hop::Haproxy),
    mark("server", "apache", Hop::Apache),
    mark("server", "varnish", Hop::Varnish),
    mark("server", "envoy", Hop::Envoy),
    mark("server", "istio-envoy", Hop::Envoy),
    mark("server", "traefik", Hop::Traefik),
    mark("server", "cloudflare", Hop::Cloudflare),
    mark("server", "awselb", Hop::Amazon),
    mark("server", "cloudfront", Hop::Amazon),
    mark("server", "microsoft-azure-application-gateway", Hop::Azure),
    mark("server", "google frontend", Hop::Google),
    mark("cf-ray", "", Hop::Cloudflare),
    mark("cf-cache-status", "", Hop::Cloudflare),
    mark("x-amz-cf-*", "", Hop::Amazon),
    mark("x-amzn-*", "", Hop::Amazon),
    mark("x-amz-apigw-id", "", Hop::Amazon),
    mark("x-azure-ref*", "", Hop::Azure),
];

/// In requests, as they arrive.
const REQUESTS: &[Mark] = &[
    mark("cf-ray", "", Hop::Cloudflare),
    mark("cf-connecting-ip", "", Hop::Cloudflare),
    mark("cdn-loop", "cloudflare", Hop::Cloudflare),
    mark("x-amz-cf-id", "", Hop::Amazon),
    mark("x-amzn-trace-id", "", Hop::Amazon),
    mark("x-azure-*", "", Hop::Azure),
    mark("x-appgw-trace-id", "", Hop::Azure),
    mark("x-cloud-trace-context", "", Hop::Google),
];

/// In both.
const EITHER: &[Mark] = &[
    mark("x-varnish", "", Hop::Varnish),
    mark("x-envoy-*", "", Hop::Envoy),
    mark("via", "varnish", Hop::Varnish),
    mark("via", "caddy", Hop::Caddy),
    mark("via", "haproxy", Hop::Haproxy),
    mark("via", "cloudfront", Hop::Amazon),
    mark("via", "1.1 google", Hop::Google),
    mark("via", "nginx", Hop::Nginx),
    mark("via", "apache", Hop::Apache),
];

/// Cuts a value to what names its hop.
fn shortened(value: &str) -> &str {
    &value[..value.floor_char_boundary(VALUE_MAX)]
}

/// How much of a value is told, in bytes.
const VALUE_MAX: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::probe::Lane;
    use crate::check::sample::{Sample, run};

    #[test]
    fn hops_are_known_by_their_headers() {
        let asked = || Sample::stream("seen", Lane::Events, |_| {});
        let answer = |name, value| asked().head(1, &[(name, value)]);
        let request = |name, value| asked().arrived(1, "HTTP/1.1", &[(name, value)]);
        for (sample, hops) in [
            (answer("server", "nginx/1.22.1"), &[Hop::Nginx][..]),
            (answer("server", "Caddy"), &[Hop::Caddy]),
            (answer("server", "Apache/2.4.71 (Debian)"), &[Hop::Apache]),
            (answer("via", "1.1 varnish (Varnish/7.1)"), &[Hop::Varnish]),
            (request("X-Varnish", "32770"), &[Hop::Varnish]),
            (answer("x-envoy-upstream-service-time", "3"), &[Hop::Envoy]),
            (request("x-envoy-expected-rq-timeout-ms", "15000"), &[Hop::Envoy]),
            (answer("cf-ray", "8a-FRA"), &[Hop::Cloudflare]),
            (answer("via", "1.1 abc.cloudfront.net (CloudFront)"), &[Hop::Amazon]),
            (request("X-Amzn-Trace-Id", "(30 bytes, not shown)"), &[Hop::Amazon]),
            (answer("x-azure-ref", "x"), &[Hop::Azure]),
            (answer("via", "1.1 google"), &[Hop::Google]),
            (answer("server", "MyServer"), &[]),
            (answer("x-served-by", "nginx"), &[]),
            (answer("server", "nginx").head(2, &[("cf-ray", "1")]), &[Hop::Nginx, Hop::Cloudflare]),
        ] {
            let found = find(&run(&[sample]));
            assert_eq!(found.iter().map(|seen| seen.hop).collect::<Vec<_>>(), hops);
            assert!(found.iter().all(|seen| seen.is_named && seen.because.contains('`')));
        }
    }
}
