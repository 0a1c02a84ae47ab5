//! Hosts' names, and where a report has them.

use serde_json::Value;

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// The address that was checked.
    Url,
    /// The value of a header of this name, in lower case.
    Header(&'a str),
    /// Anywhere else.
    Prose,
}

impl Place<'_> {
    /// Whether versions stand here that look like addresses: `Chrome/130.0.0.0`.
    pub(super) fn has_products(self) -> bool {
        matches!(self, Self::Header("user-agent" | "server"))
    }

    /// Whether a word that may be a host's name is one here.
    fn names_hosts(self) -> bool {
        match self {
            Self::Url => true,
            Self::Header(name) => NAMING.contains(&name),
            Self::Prose => false,
        }
    }
}

/// Hosts by their numbers, in lower case.
#[derive(Debug, Default)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// Knows the hosts that were checked, where these are names.
    pub(super) fn of<'a>(urls: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hosts: Vec<_> = urls.into_iter().filter_map(host_of).collect();
        hosts.dedup();
        Self(hosts)
    }

    /// Learns the hosts that headers name.
    pub(super) fn learn(&mut self, json: &Value) {
        match json {
            Value::Array(values) => {
                if let [Value::String(name), Value::String(text)] = values.as_slice() {
                    self.learn_of(&name.to_ascii_lowercase(), &text.to_ascii_lowercase());
                }
                values.iter().for_each(|value| self.learn(value));
            }
            Value::Object(fields) => fields.values().for_each(|value| self.learn(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn learn_of(&mut self, name: &str, text: &str) {
        if !NAMING.contains(&name) {
            return;
        }
        let is_address = ADDRESSES.contains(&name);
        let words = text.split(|c| !is_of_name(c) && c != '.').map(|word| word.trim_matches('.'));
        let mut found: Vec<_> = words
            .filter(|word| !is_address && is_dotted_name(word))
            .map(ToOwned::to_owned)
            .collect();
        if is_address && text.contains("//") {
            found.extend(host_of(text));
        }
        if name == "via" {
            found.extend(text.split(',').filter_map(received_by).map(ToOwned::to_owned));
        }
        for host in found {
            if !self.0.contains(&host) {
                self.0.push(host);
            }
        }
    }

    /// Returns a text with numbers in the hosts' places.
    pub(super) fn replaced(&self, text: &str, place: Place<'_>) -> String {
        let mut hosts: Vec<_> = self.0.iter().enumerate().collect();
        // The longest first: a name may end with another.
        hosts.sort_by_key(|(_, host)| std::cmp::Reverse(host.len()));
        // Words that stand in prose for something else, too, would take its sense.
        hosts.retain(|(_, host)| host.contains('.') || place.names_hosts());
        hosts.into_iter().fold(text.to_owned(), |text, (n, host)| {
            replaced(&text, host, &format!("host-{}", n + 1))
        })
    }
}

/// Replaces a name that stands for itself, in whatever case.
fn replaced(text: &str, host: &str, number: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut written, mut end) = (String::new(), 0);
    for (start, _) in lower.match_indices(host) {
        let is_part = lower[..start].ends_with(is_of_name)
            || lower[start + host.len()..].starts_with(is_of_name);
        if !is_part {
            written += &text[end..start];
            written += number;
            end = start + host.len();
        }
    }
    written + &text[end..]
}

/// Returns the host that was checked in lower case, where it is a name.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let host = host.split(':').next()?.trim_end_matches('.');
    let is_name = host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('[');
    (is_name && host != "localhost").then(|| host.to_owned())
}

/// Returns who received, of a part of `Via`, where it is no hop's own name.
fn received_by(part: &str) -> Option<&str> {
    let host = part.split_whitespace().nth(1)?.split(':').next()?;
    let is_name = host.contains(|c: char| c.is_ascii_alphabetic())
        && host.chars().all(|c| is_of_name(c) || c == '.');
    let is_hop = !host.contains('.') && PSEUDONYMS.iter().any(|hop| host.contains(hop));
    (is_name && !is_hop).then_some(host)
}

fn is_dotted_name(word: &str) -> bool {
    let last = word.rsplit_once('.').map_or("", |(_, last)| last);
    last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// The headers that name hosts.
const NAMING: [&str; 14] = [
    "access-control-allow-origin",
    "content-location",
    "forwarded",
    "host",
    "location",
    "origin",
    "referer",
    "set-cookie",
    "via",
    "x-cache",
    "x-cache-lookup",
    "x-forwarded-host",
    "x-forwarded-server",
    "x-served-by",
];

/// Those of them that are addresses, in whose paths are names of files.
const ADDRESSES: [&str; 5] =
    ["access-control-allow-origin", "content-location", "location", "origin", "referer"];

/// What proxies call themselves in `Via` instead of their host.
const PSEUDONYMS: [&str; 9] =
    ["apache", "caddy", "cloudflare", "envoy", "google", "haproxy", "nginx", "traefik", "varnish"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_host_is_known_however_it_was_written() {
        for (url, host) in [
            ("https://a@chat.example.org:8443/x", Some("chat.example.org")),
            ("Chat.Example.org.", Some("chat.example.org")),
            ("http://intranet/", Some("intranet")),
            ("http://localhost:3000", None),
            ("http://[::1]:3000", None),
            ("http://192.0.2.1/", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
        let hosts = Hosts::of(["chat.example.org"]);
        assert_eq!(hosts.replaced("İ at CHAT.example.Org:1!", Place::Prose), "İ at host-1:1!");
        let hosts = Hosts::of(["http://intranet/"]);
        assert_eq!(hosts.replaced("the intranet", Place::Prose), "the intranet");
        let place = Place::Header("host");
        assert_eq!(hosts.replaced("Intranet:80 intranets", place), "host-1:80 intranets");
    }

    #[test]
    fn hosts_that_headers_name_are_known_everywhere() {
        let mut hosts = Hosts::of(["https://example.org/"]);
        hosts.learn(&serde_json::json!([
            ["Via", "1.1 proxy07.corp.local:3128 (squid/5.2), 1.0 gate, 1.1 varnish"],
            ["x-cache", "HIT from proxy08.corp.local:3128"],
            ["location", "https://login.example.org/start.html?a=1.2"],
            ["server", "not.a.host"],
        ]));
        let place = Place::Header("via");
        for (text, place, redacted) in [
            ("1.1 Proxy07.corp.local:3128 (squid/5.2)", place, "1.1 host-2:3128 (squid/5.2)"),
            ("1.0 gate, 1.1 varnish", place, "1.0 host-3, 1.1 varnish"),
            ("the gate of proxy08.corp.local", Place::Prose, "the gate of host-4"),
            ("login.example.org, example.org", Place::Prose, "host-5, host-1"),
            ("not.a.host", Place::Prose, "not.a.host"),
        ] {
            assert_eq!(hosts.replaced(text, place), redacted);
        }
    }
}
