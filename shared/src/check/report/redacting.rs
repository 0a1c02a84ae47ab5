//! A report without addresses, for those who pass it on.

use std::net::IpAddr;

use serde_json::Value;

use super::Report;

/// Returns a report in which a number stands for each address of the Internet protocol and for the host that
/// was checked: the same number for the same address, so that it still tells who is who.
pub fn redacted(report: &Report) -> Report {
    let mut names = Names { hosts: host_of(&report.url).into_iter().collect(), addresses: vec![] };
    let json = serde_json::to_string(report).expect("a report has string keys");
    let mut json: Value = serde_json::from_str(&json).expect("what was written is JSON");
    names.value(&mut json);
    // What stands for an address is a text, as the address is.
    serde_json::from_str(&json.to_string()).expect("texts in a report may be any")
}

/// What has a number so far.
struct Names {
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
}

impl Names {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut kept = text.to_owned();
        for (n, host) in self.hosts.iter().enumerate() {
            kept = kept.replace(host.as_str(), &format!("host-{}", n + 1));
        }
        let (mut redacted, mut rest) = (String::new(), kept.as_str());
        while let Some(start) = rest.find(is_of_address) {
            let (before, word) = rest.split_at(start);
            let word = &word[..word.find(|c| !is_of_address(c)).unwrap_or(word.len())];
            redacted += before;
            // A browser's version looks like an address (Chrome/130.0.0.0), and so do parts of names.
            let is_version = before.ends_with('/') && !before.ends_with("//");
            rest = &rest[start + word.len()..];
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let is_part = before.ends_with(is_letter) || rest.starts_with(is_letter);
            redacted += &if is_version || is_part { word.to_owned() } else { self.word(word) };
        }
        redacted + rest
    }

    /// Returns what stands for a word that may be an address, with or without a port.
    fn word(&mut self, word: &str) -> String {
        let bare = word.trim_end_matches(['.', ':']);
        let (address, after) = match bare.parse::<IpAddr>() {
            Ok(address) => (address, &word[bare.len()..]),
            Err(_) => {
                let Some((host, _)) = bare.split_once(':') else { return word.to_owned() };
                let Ok(address) = host.parse::<IpAddr>() else { return word.to_owned() };
                (address, &word[host.len()..])
            }
        };
        let place =
            self.addresses.iter().position(|known| *known == address).unwrap_or_else(|| {
                self.addresses.push(address);
                self.addresses.len() - 1
            });
        format!("address-{}{after}", place + 1)
    }
}

fn is_of_address(letter: char) -> bool {
    letter.is_ascii_hexdigit() || letter == '.' || letter == ':'
}

/// Returns an address's host, where it is a name.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    let is_name = host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('[');
    // Words that stand in a report for something else, too, would take its sense.
    (is_name && host.contains('.')).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_and_all_else_stays() {
        let mut names = Names { hosts: vec!["chat.example.org".to_owned()], addresses: vec![] };
        for (text, redacted) in [
            ("for=192.0.2.1, 192.0.2.7:4711", "for=address-1, address-2:4711"),
            ("\"[2001:db8::1]:443\" by 192.0.2.1.", "\"[address-3]:443\" by address-1."),
            ("https://chat.example.org/x", "https://host-1/x"),
            ("http://192.0.2.7:8080/", "http://address-2:8080/"),
            ("Mozilla/5.0 Chrome/130.0.0.0", "Mozilla/5.0 Chrome/130.0.0.0"),
            ("2026-11-22T16:42:00.250Z", "2026-11-22T16:42:00.250Z"),
            (
                "nginx/1.22.1, 1.1 varnish; after 0.3 s: dead",
                "nginx/1.22.1, 1.1 varnish; after 0.3 s: dead",
            ),
            ("hyper::Error, r::b", "hyper::Error, r::b"),
            ("é192.0.2.1é", "éaddress-1é"),
        ] {
            assert_eq!(names.text(text), redacted);
        }
        assert_eq!(
            host_of("https://a@chat.example.org:8443/x"),
            Some("chat.example.org".to_owned())
        );
        assert_eq!(host_of("http://localhost:3000"), None);
        assert_eq!(host_of("http://[::1]:3000"), None);
    }
}
