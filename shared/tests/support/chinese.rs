//! Chinese: how a thread comes to speak it, and what is wrong with a sentence that is none.

use std::fs;
use std::path::Path;

use echoclock_shared::text::{Catalogue, speak};

/// Has this thread speak Chinese, by the files that the page loads.
pub(crate) fn speak_chinese() {
    let read = |program| {
        let file = format!("../frontend/texts/{program}-zh-Hans.txt");
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))
            .expect("`cargo xtask texts` has written it")
    };
    speak(Catalogue::kept(["page", "check-view"].map(read).concat()).expect("a catalogue"));
}

/// Says what is wrong with a sentence: that it has no Chinese, or a word that is no name. Code, which
/// stands between backticks, may be anything.
pub(crate) fn complaint(sentence: &str) -> Option<String> {
    let words: String = sentence.split('`').step_by(2).collect();
    let is_chinese = words.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    let in_words = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let mut strange = words.split(|letter| !in_words(letter)).filter(|word| !is_name(word));
    match strange.next() {
        Some(word) => Some(format!("{word:?} in {sentence:?}")),
        None => (!is_chinese).then(|| format!("no Chinese: {sentence:?}")),
    }
}

/// Whether a word is the same in every language: names have a capital letter, a digit or a line.
fn is_name(word: &str) -> bool {
    let is_mark = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    let has_none = !word.contains(|letter: char| letter.is_ascii_alphabetic());
    has_none || word.contains(is_mark) || word.contains('_') || NAMES.contains(&word)
}

/// Names in small letters, and words of names.
const NAMES: &[&str] = &[
    "cache",
    "cloudflared",
    "cookie",
    "fetch",
    "forever",
    "frame",
    "https",
    "ms",
    "nginx",
    "nginx.conf",
    "ping",
    "s",
];

#[test]
fn a_sentence_that_is_not_chinese_is_told() {
    assert_eq!(complaint("nginx 在 60 s 后以 `close the stream` 结束（HTTP/1.1）。"), None);
    assert_eq!(
        complaint("服务器 closes 连接。"),
        Some("\"closes\" in \"服务器 closes 连接。\"".to_owned())
    );
    assert_eq!(complaint("WebSocket."), Some("no Chinese: \"WebSocket.\"".to_owned()));
}
