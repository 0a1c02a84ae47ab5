//! An event stream: the HTML standard, section 9.2.6, "Interpreting an event stream".

use std::time::Duration;

use super::TooLong;
use super::lines::{Ending, Lines};

/// Reads events out of chunks, as a browser's `EventSource` does.
#[derive(Debug)]
pub struct Decoder {
    lines: Lines,
    /// How much of a byte order mark is still to be looked for.
    mark: Mark,
    fields: Fields,
}

/// One event that was dispatched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Its type, `message` where the stream names none.
    pub kind: String,
    /// Its data, the lines set apart by line feeds.
    pub data: String,
    /// The last event ID when it came, which may be an earlier event's.
    pub last_event_id: String,
}

/// The fields of the event that has not ended yet, and what outlives it.
#[derive(Debug, Default)]
struct Fields {
    kind: String,
    /// At most [`EVENT_MAX`] bytes.
    data: String,
    id: String,
    retry: Option<Duration>,
}

/// What is known of the stream's beginning, where a byte order mark is no part of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mark {
    /// So many of its bytes have come, and nothing else.
    Awaited(usize),
    Settled,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            lines: Lines::new(Ending::Any, EVENT_MAX),
            mark: Mark::Awaited(0),
            fields: Fields::default(),
        }
    }
}

impl Decoder {
    /// Takes a chunk and returns the events that end in it. What is left without an end when the
    /// stream ends is no event.
    ///
    /// # Errors
    ///
    /// Where a line or an event does not end within [`EVENT_MAX`]; nothing sensible can follow.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = vec![];
        let mut line = |line: &[u8]| {
            events.extend(self.fields.take(&String::from_utf8_lossy(line))?);
            Ok(())
        };
        let mut chunk = chunk;
        while let (Mark::Awaited(come), Some((first, rest))) = (self.mark, chunk.split_first()) {
            if *first == BYTE_ORDER_MARK[come] {
                let come = come + 1;
                let whole = come == BYTE_ORDER_MARK.len();
                self.mark = if whole { Mark::Settled } else { Mark::Awaited(come) };
                chunk = rest;
            } else {
                self.mark = Mark::Settled;
                self.lines.push(&BYTE_ORDER_MARK[..come], &mut line)?;
            }
        }
        self.lines.push(chunk, line)?;
        Ok(events)
    }

    /// Returns how long the stream wants a client to wait before it reconnects, if it said so.
    pub const fn retry(&self) -> Option<Duration> {
        self.fields.retry
    }
}

impl Fields {
    /// Takes a line, and returns the event that an empty one ends.
    fn take(&mut self, line: &str) -> Result<Option<Event>, TooLong> {
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.kind),
            "data" => {
                if self.data.len() + value.len() >= EVENT_MAX {
                    return Err(TooLong { max: EVENT_MAX });
                }
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                let millis = value.parse().unwrap_or(u64::MAX);
                self.retry = Some(Duration::from_millis(millis));
            }
            // A comment has no name; a field that is not known means nothing.
            _ => {}
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Option<Event> {
        let kind = std::mem::take(&mut self.kind);
        let mut data = std::mem::take(&mut self.data);
        data.pop()?;
        Some(Event {
            kind: if kind.is_empty() { "message".to_owned() } else { kind },
            data,
            last_event_id: self.id.clone(),
        })
    }
}

/// How much of an event is kept, in bytes.
pub const EVENT_MAX: usize = 1024 * 1024;

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
