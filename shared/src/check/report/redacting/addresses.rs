//! Addresses of the Internet protocol in texts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses by their numbers.
#[derive(Debug, Default)]
pub(super) struct Addresses(Vec<IpAddr>);

impl Addresses {
    /// Returns a text with numbers in the addresses' places; `has_products` tells whether versions such as
    /// `Chrome/130.0.0.0` stand in it, which look like addresses.
    pub(super) fn replaced(&mut self, text: &str, has_products: bool) -> String {
        // The fourth version's first, since addresses of the sixth may end with them.
        let is_of_four = |c: char| c.is_ascii_digit() || c == '.';
        let text = with_words(text, is_of_four, |before, word, _| {
            let is_version = has_products
                && before.strip_suffix('/').is_some_and(|name| name.ends_with(is_of_word));
            self.numbered(word, |word| word.parse::<Ipv4Addr>().ok().filter(|_| !is_version))
        });
        let is_of_six = |c: char| c.is_ascii_hexdigit() || c == ':';
        with_words(&text, is_of_six, |before, word, after| {
            // Paths of programs look like addresses (`hyper::Error`), and so do parts of names.
            let is_apart = word.starts_with(':') && !word.starts_with("::");
            let is_part =
                before.ends_with(is_of_word) && !is_apart || after.starts_with(is_of_word);
            if is_part {
                return None;
            }
            let six = |word: &str| word.parse::<Ipv6Addr>().ok();
            self.numbered(word, six).or_else(|| {
                let (address, port) = word.rsplit_once(':')?;
                Some(format!("{}:{port}", self.numbered(address, six)?))
            })
        })
    }

    /// Returns what stands for a word that is an address, beside punctuation.
    fn numbered<A: Into<IpAddr>>(
        &mut self,
        word: &str,
        read: impl Fn(&str) -> Option<A>,
    ) -> Option<String> {
        let is_mark = |c| c == '.' || c == ':';
        let start = if word.starts_with("::") { 0 } else { word.find(|c| !is_mark(c))? };
        let end =
            if word.ends_with("::") { word.len() } else { word.trim_end_matches(is_mark).len() };
        let address = read(word.get(start..end)?)?.into();
        let known = self.0.iter().position(|known| *known == address);
        let place = known.unwrap_or_else(|| {
            self.0.push(address);
            self.0.len() - 1
        });
        Some(format!("{}address-{}{}", &word[..start], place + 1, &word[end..]))
    }
}

/// Replaces words made of some letters, where `replace` has something for what is before a word, the word,
/// and what is after it.
fn with_words(
    text: &str,
    is_of_it: impl Fn(char) -> bool,
    mut replace: impl FnMut(&str, &str, &str) -> Option<String>,
) -> String {
    let (mut written, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(&is_of_it) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|c| !is_of_it(c)).unwrap_or(word.len()));
        written += before;
        written += replace(before, word, after).as_deref().unwrap_or(word);
        rest = after;
    }
    written + rest
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_and_all_else_stays() {
        let mut addresses = Addresses::default();
        for (text, redacted) in [
            ("for=192.0.2.1, 192.0.2.7:4711", "for=address-1, address-2:4711"),
            ("\"[2001:db8::1]:443\" by 192.0.2.1.", "\"[address-3]:443\" by address-1."),
            ("http://192.0.2.7:8080/", "http://address-2:8080/"),
            ("peer:192.0.2.1, a:192.0.2.1", "peer:address-1, a:address-1"),
            ("proxy/192.0.2.1 /192.0.2.1/x", "proxy/address-1 /address-1/x"),
            ("::ffff:192.0.2.1:443, 192.0.2.1.Done", "::ffff:address-1:443, address-1.Done"),
            ("peer:2001:db8::1. ::1 fe80::", "peer:address-3. address-4 address-5"),
            ("2001:db8:1:2:3:4:5:6:443", "address-6:443"),
            ("2026-11-22T16:42:00.250Z", "2026-11-22T16:42:00.250Z"),
            (
                "nginx/1.22.1, 1.1 varnish; after 0.3 s: dead, 1.2.3.4.5",
                "nginx/1.22.1, 1.1 varnish; after 0.3 s: dead, 1.2.3.4.5",
            ),
            ("hyper::Error, r::b", "hyper::Error, r::b"),
            ("é192.0.2.1é", "éaddress-1é"),
        ] {
            assert_eq!(addresses.replaced(text, false), redacted);
        }
        let agent = "Mozilla/5.0 Chrome/130.0.0.0 (192.0.2.1)";
        let redacted = "Mozilla/5.0 Chrome/130.0.0.0 (address-1)";
        assert_eq!(addresses.replaced(agent, true), redacted);
    }
}
