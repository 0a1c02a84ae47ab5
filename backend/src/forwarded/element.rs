//! The syntax of `Forwarded` (RFC 7239, section 4).

use std::iter::Peekable;
use std::str::Chars;

/// What one proxy says: names in lower case, and their values without quotes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Element(Vec<(String, String)>);

impl Element {
    /// Returns a value; of several, the first.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Writes it with other values.
    pub(super) fn shown<'a>(&'a self, show: impl Fn(&str, &'a str) -> &'a str) -> String {
        let pair =
            |(name, value): &'a (String, String)| format!("{name}={}", quoted(show(name, value)));
        self.0.iter().map(pair).collect::<Vec<_>>().join(";")
    }
}

/// Reads a field line; nothing where it makes no sense.
///
/// A value that should stand in quotes, such as an address with a port, is read without them too.
pub(super) fn elements(line: &str) -> Option<Vec<Element>> {
    let mut left = line.chars().peekable();
    let (mut elements, mut element) = (vec![], Element::default());
    loop {
        skip_spaces(&mut left);
        if left.peek().is_some_and(|c| !is_end(*c)) {
            element.0.push(pair(&mut left)?);
            skip_spaces(&mut left);
        }
        match left.next() {
            Some(';') => {}
            end @ (Some(',') | None) => {
                let whole = std::mem::take(&mut element);
                // An element may be empty (RFC 9110, section 5.6.1).
                elements.extend(Some(whole).filter(|whole| !whole.0.is_empty()));
                if end.is_none() {
                    return Some(elements);
                }
            }
            Some(_) => return None,
        }
    }
}

fn pair(left: &mut Peekable<Chars<'_>>) -> Option<(String, String)> {
    let mut name = String::new();
    while let Some(c) = left.next_if(|c| is_token(*c)) {
        name.push(c.to_ascii_lowercase());
    }
    let is_named = !name.is_empty() && left.next() == Some('=');
    let value = if left.next_if_eq(&'"').is_some() { until_quote(left)? } else { plain(left) };
    is_named.then_some((name, value))
}

fn until_quote(left: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut value = String::new();
    loop {
        match left.next()? {
            '"' => return Some(value),
            '\\' => value.push(left.next()?),
            c => value.push(c),
        }
    }
}

fn plain(left: &mut Peekable<Chars<'_>>) -> String {
    let mut value = String::new();
    while let Some(c) = left.next_if(|c| !is_end(*c) && !is_space(*c)) {
        value.push(c);
    }
    value
}

fn quoted(value: &str) -> String {
    if !value.is_empty() && value.chars().all(is_token) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#))
}

fn skip_spaces(left: &mut Peekable<Chars<'_>>) {
    while left.next_if(|c| is_space(*c)).is_some() {}
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

const fn is_end(c: char) -> bool {
    matches!(c, ';' | ',')
}

/// RFC 9110, section 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_says_is_read_and_written() {
        for (line, written) in [
            ("for=192.0.2.43", Some("for=192.0.2.43")),
            ("For=\"[2001:db8:cafe::17]:4711\"", Some("for=\"[2001:db8:cafe::17]:4711\"")),
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                Some("for=192.0.2.60;proto=http;by=203.0.113.43"),
            ),
            ("for=192.0.2.43, for=198.51.100.17", Some("for=192.0.2.43, for=198.51.100.17")),
            (
                "for=a;;host=\"h, i; \\\"j\\\\\" ,\t, for=_b;",
                Some("for=a;host=\"h, i; \\\"j\\\\\", for=_b"),
            ),
            ("for=192.0.2.43:80 ; host=h:8080", Some("for=\"192.0.2.43:80\";host=\"h:8080\"")),
            ("for=[::1]", Some("for=\"[::1]\"")),
            ("for=", Some("for=\"\"")),
            ("", Some("")),
            (" , ;, ", Some("")),
            ("for", None),
            ("for=\"open", None),
            ("for=\"open\\", None),
            ("for=\"a\"b", None),
            ("for=a b", None),
            ("=a", None),
            ("for =a", None),
            ("(for)=a", None),
        ] {
            let read = elements(line);
            let write = |read: &Vec<Element>| {
                read.iter().map(|e| e.shown(|_, value| value)).collect::<Vec<_>>().join(", ")
            };
            assert_eq!(read.as_ref().map(write).as_deref(), written, "{line}");
            // What was written is read as the same.
            assert_eq!(written.map(elements), written.map(|_| read), "{line}");
        }
    }

    #[test]
    fn names_know_no_case_and_the_first_counts() {
        let read = elements("FOR=a;for=b;Proto=https").unwrap();
        let said = ["for", "proto", "host"].map(|name| read[0].get(name));
        assert_eq!(said, [Some("a"), Some("https"), None]);
    }
}
