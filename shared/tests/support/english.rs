//! Which English is left in what is said in another language.

/// Returns the English words of a text, other than names. What is quoted or in code is no word of the
/// project's, and what has digits or marks within is a name: of a header, a probe, a file, an address.
pub(crate) fn english(text: &str) -> Vec<&str> {
    let said = text.split('`').step_by(2).flat_map(unquoted);
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || "-_./:'#".contains(letter);
    let words = said.flat_map(move |said| said.split(move |letter| !is_of_word(letter)));
    let words =
        words.map(|word| word.trim_start_matches(['.', ':']).trim_end_matches(['.', ':', '-']));
    // A capital letter within a word makes it a name too.
    let is_small = |letter: char| letter.is_ascii_lowercase();
    let is_word = |word: &&str| {
        let is_alphabetic = word.bytes().all(|byte| byte.is_ascii_alphabetic());
        word.len() > 1 && is_alphabetic && word[1..].chars().all(is_small)
    };
    words.filter(is_word).filter(|word| !NAMES.contains(word)).collect()
}

/// Returns the parts of a text that are not between quotation marks.
fn unquoted(text: &str) -> impl Iterator<Item = &str> {
    text.split(['“', '”', '"']).step_by(2)
}

/// Names of protocols, products, units and headers, which are the same in all languages.
const NAMES: &[&str] = &[
    "Access",
    "Amazon",
    "Apache",
    "Application",
    "Avast",
    "Azure",
    "Balancer",
    "Cache",
    "Caching",
    "Caddy",
    "Cloudflare",
    "Connection",
    "Debian",
    "Door",
    "Echoclock",
    "Envoy",
    "Front",
    "Gateway",
    "Google",
    "Heroku",
    "Ingress",
    "Kaspersky",
    "Kubernetes",
    "Linux",
    "Load",
    "Markdown",
    "Nagle",
    "Network",
    "Quick",
    "Rules",
    "Service",
    "Traefik",
    "Tunnel",
    "Upgrade",
    "Varnish",
    "Web",
    "Worker",
    "cache",
    "charset",
    "cloudflared",
    "cookie",
    "fetch",
    "forever",
    "frame",
    "gzip",
    "https",
    "ms",
    "nginx",
    "no",
    "ping",
    "server",
    "via",
];

#[test]
fn english_is_told_from_names() {
    let text = "经 WebSocket 到达：`server: a b`，“the end”，x-real-ip，docs/PATHS.md，it was HTTP/2 held.";
    assert_eq!(english(text), ["it", "was", "held"]);
}
