//! What a line says: each field in a bounded length, and without characters that would move a
//! terminal's cursor or its text.

use std::fmt::{self, Write};

use tracing::field::Field;
use tracing_subscriber::fmt::format::Writer;

/// Writes a field; the message without its name.
pub(super) fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    match field.name() {
        MESSAGE => {}
        // What the bridge from `log` has told already.
        name if name.starts_with("log.") => return Ok(()),
        name => write!(writer, "{}=", name.trim_start_matches("r#"))?,
    }
    bounded(writer, value, FIELD_MAX)
}

/// Writes a value, up to `max` bytes of it and how many there are more.
pub(super) fn bounded(to: &mut dyn Write, value: &dyn fmt::Debug, max: usize) -> fmt::Result {
    let mut bounded = Bounded { to, room: max, more: 0 };
    write!(bounded, "{value:?}")?;
    match bounded.more {
        0 => Ok(()),
        more => write!(to, "… and {more} bytes more"),
    }
}

/// Writes on what fits, and counts the rest.
struct Bounded<'a> {
    to: &'a mut dyn Write,
    room: usize,
    more: usize,
}

impl Bounded<'_> {
    fn write(&mut self, text: &str) -> fmt::Result {
        if self.more > 0 || text.len() > self.room {
            self.more += text.len();
            return Ok(());
        }
        self.room -= text.len();
        self.to.write_str(text)
    }
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Most of what is logged is plain.
        if text.len() <= self.room && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.write(text);
        }
        let mut utf8 = [0; 4];
        for c in text.chars() {
            if moves_text(c) {
                self.write(&c.escape_unicode().to_string())?;
            } else {
                self.write(c.encode_utf8(&mut utf8))?;
            }
        }
        Ok(())
    }
}

/// Whether a character is a control character, or turns what is around it (Unicode Standard Annex
/// 9, section 2).
fn moves_text(c: char) -> bool {
    let turns = matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || turns
}

/// The field that holds a line's message.
pub(super) const MESSAGE: &str = "message";

/// How much of one field is written, in bytes.
pub(super) const FIELD_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_cut_at_a_character_and_what_moves_text_is_escaped() {
        for (value, max, written) in [
            ("plain", 5, "plain"),
            ("plain", 4, "plai… and 1 bytes more"),
            ("naïve", 3, "na… and 4 bytes more"),
            ("", 0, ""),
            ("a\nb\x1b[31m\u{9b}\u{202e}", 99, "a\\u{a}b\\u{1b}[31m\\u{9b}\\u{202e}"),
            // Once something is left out, so is all that follows.
            ("ab\ncd", 3, "ab… and 7 bytes more"),
        ] {
            let mut told = String::new();
            bounded(&mut told, &format_args!("{value}"), max).expect("a string takes all");
            assert_eq!(told, written, "{value:?}");
        }
    }
}
