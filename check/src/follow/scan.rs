//! Items within the bytes of any stream, however they are cut: their sizes, not what they say.

use super::tally::Passed;

/// As what a stream comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// `text/event-stream`.
    Events,
    /// A JSON value per line, by any of the names that are in use for it.
    Lines,
    /// Messages over a WebSocket.
    Socket,
    /// Something else, in which each piece that arrives is an item.
    Bytes,
}

impl Kind {
    /// Tells by what a response says of itself.
    pub(crate) fn of(content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        match media_type.to_ascii_lowercase().as_str() {
            "text/event-stream" => Self::Events,
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/jsonlines"
            | "application/json-seq"
            | "application/stream+json" => Self::Lines,
            _ => Self::Bytes,
        }
    }

    /// Returns what it is called in a sentence.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Events => "event stream",
            Self::Lines => "stream of lines",
            Self::Socket => "WebSocket",
            Self::Bytes => "response",
        }
    }
}

/// Finds items in bytes, and keeps none of them: its memory has a bound whatever comes.
#[derive(Debug)]
pub(crate) struct Scan {
    kind: Kind,
    line: Line,
    /// Whether the last byte was a carriage return, which a line feed may follow.
    was_return: bool,
    /// The bytes of the event that has not ended, and whether it has data.
    event: (u64, bool),
}

#[derive(Debug, Default)]
struct Line {
    /// Its bytes so far.
    bytes: u64,
    /// As much of its beginning as tells what it is.
    begins: [u8; FIELD.len() + 1],
    is_blank: bool,
}

impl Scan {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, line: Line::new(), was_return: false, event: (0, false) }
    }

    /// Takes some bytes, and returns what is whole with them.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<Passed> {
        match self.kind {
            Kind::Events => bytes.iter().filter_map(|byte| self.event_byte(*byte)).collect(),
            Kind::Lines => bytes.iter().filter_map(|byte| self.line_byte(*byte)).collect(),
            Kind::Socket | Kind::Bytes => vec![Passed::Item(bytes.len() as u64)],
        }
    }

    fn line_byte(&mut self, byte: u8) -> Option<Passed> {
        if byte != b'\n' {
            self.line.push(byte);
            return None;
        }
        let line = std::mem::replace(&mut self.line, Line::new());
        Some(if line.is_blank { Passed::Beat } else { Passed::Item(line.bytes + 1) })
    }

    /// A line of an event stream ends with CR, LF, or both, which count as one byte.
    fn event_byte(&mut self, byte: u8) -> Option<Passed> {
        let was_return = std::mem::replace(&mut self.was_return, byte == b'\r');
        match byte {
            b'\n' if was_return => None,
            b'\r' | b'\n' => self.event_line(),
            _ => {
                self.line.push(byte);
                None
            }
        }
    }

    fn event_line(&mut self) -> Option<Passed> {
        let line = std::mem::replace(&mut self.line, Line::new());
        if line.begins[0] == b':' && line.bytes > 0 {
            return Some(Passed::Beat);
        }
        if line.bytes > 0 {
            self.event.0 += line.bytes + 1;
            self.event.1 |= line.is_data();
            return None;
        }
        let (bytes, has_data) = std::mem::take(&mut self.event);
        has_data.then_some(Passed::Item(bytes + 1))
    }
}

impl Line {
    fn new() -> Self {
        Self { is_blank: true, ..Self::default() }
    }

    fn push(&mut self, byte: u8) {
        let place = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        if let Some(kept) = self.begins.get_mut(place) {
            *kept = byte;
        }
        self.bytes += 1;
        self.is_blank &= byte.is_ascii_whitespace();
    }

    /// Whether it is a line `data:`, or `data` alone.
    fn is_data(&self) -> bool {
        self.begins.starts_with(FIELD)
            && (self.bytes == FIELD.len() as u64 || self.begins.ends_with(b":"))
    }
}

/// The field of an event that makes it one.
const FIELD: &[u8] = b"data";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_whole_is_told_however_it_is_cut() {
        use Passed::{Beat, Item};
        for (kind, said, expected) in [
            (Kind::Events, "data: a\n\n", &[Item(9)][..]),
            (Kind::Events, "id: 1\r\ndata:a\r\ndata\r\n\r\n", &[Item(19)]),
            (Kind::Events, "data: a\r\rdata: b\r\r", &[Item(9), Item(9)]),
            (Kind::Events, ": ping\n\n:\n\n", &[Beat, Beat]),
            (Kind::Events, "retry: 5\nevent: x\n\ndatum: 1\n\ndata", &[]),
            (Kind::Lines, "{\"a\":1}\n\n \r\n{}\r\n{", &[Item(8), Beat, Beat, Item(4)]),
        ] {
            for size in [1, 2, 3, 100] {
                let mut scan = Scan::new(kind);
                let pieces = said.as_bytes().chunks(size);
                let whole: Vec<_> = pieces.flat_map(|piece| scan.push(piece)).collect();
                assert_eq!(whole, expected, "{said:?} by {size}");
            }
        }
        assert_eq!(Scan::new(Kind::Bytes).push(b"any\n\nthing"), [Item(10)]);
    }

    #[test]
    fn a_stream_says_what_it_is() {
        for (content_type, kind) in [
            ("text/event-stream", Kind::Events),
            ("Text/Event-Stream; charset=utf-8", Kind::Events),
            ("application/x-ndjson", Kind::Lines),
            ("application/jsonl ;x=1", Kind::Lines),
            ("text/html", Kind::Bytes),
            ("", Kind::Bytes),
        ] {
            assert_eq!(Kind::of(content_type), kind, "{content_type}");
        }
    }
}
