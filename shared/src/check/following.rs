//! The clock's items, as each transport brings them.

use super::observed::Heard;
use crate::decode::{self, Ending, Lines, TooLong, sse};
use crate::feed::{Item, Seq, Tick};
use crate::transport::Transport;

/// Reads the clock's items out of what a transport brings, however it is cut.
///
/// They are numbered from the first one; where a stream goes on after an item, from that.
#[derive(Debug)]
pub struct ClockHearing {
    reads: Reads,
    /// The item before the one that has the number 1.
    before: Option<Seq>,
    newest: Option<Seq>,
}

#[derive(Debug)]
enum Reads {
    /// Whole texts: the answers of polls, messages.
    Whole,
    Lines {
        lines: Lines,
        is_script: bool,
    },
    Events(sse::Decoder),
}

impl ClockHearing {
    /// Listens to a transport, which goes on after an item where it was asked to.
    pub fn new(transport: Transport, resumes: Option<Seq>) -> Self {
        let lines = |is_script| Reads::Lines { lines: Lines::new(Ending::Lf, LINE_MAX), is_script };
        let reads = match transport {
            Transport::Poll | Transport::LongPoll | Transport::Socket => Reads::Whole,
            Transport::Stream => lines(false),
            Transport::Frame => lines(true),
            Transport::Events => Reads::Events(sse::Decoder::default()),
        };
        Self { reads, before: resumes, newest: resumes }
    }

    /// Takes what has come, a poll's answer or a message as a whole, and returns the items in it.
    ///
    /// # Errors
    ///
    /// Where something comes that no clock says.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Heard>, TooLong> {
        let mut texts: Vec<String> = vec![];
        match &mut self.reads {
            Reads::Whole => texts.push(String::from_utf8_lossy(chunk).into_owned()),
            Reads::Lines { lines, is_script } => {
                let is_script = *is_script;
                lines.push(chunk, |line| {
                    let line = String::from_utf8_lossy(line);
                    let text = if is_script { script(&line) } else { Some(&*line) };
                    texts.extend(text.map(ToOwned::to_owned));
                    Ok(())
                })?;
            }
            Reads::Events(decoder) => {
                texts.extend(decoder.push(chunk)?.into_iter().map(|event| event.data));
            }
        }
        Ok(texts.iter().flat_map(|text| self.items(text)).collect())
    }

    /// Returns the place of the newest item.
    pub const fn newest(&self) -> Option<Seq> {
        self.newest
    }

    fn items(&mut self, text: &str) -> Vec<Heard> {
        let page = decode::page(text).or_else(|_| serde_json::from_str(text).map(|it| vec![it]));
        let ticks: Vec<_> = page.into_iter().flatten().filter_map(tick).collect();
        let bytes = u32::try_from(text.len() / ticks.len().max(1)).unwrap_or(u32::MAX);
        ticks.into_iter().map(|tick| self.note(tick, bytes)).collect()
    }

    fn note(&mut self, tick: Tick, bytes: u32) -> Heard {
        self.newest = self.newest.max(Some(tick.seq));
        let before = *self.before.get_or_insert(tick.seq.minus(1));
        let n = tick.seq.get().saturating_sub(before.get());
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        let sent = tick.sent.unwrap_or(tick.due).get();
        Heard::Item { n, nonce: String::new(), sent, bytes }
    }
}

fn tick(item: Item<Tick>) -> Option<Tick> {
    match item {
        Item::Value(tick) => Some(tick),
        Item::Gap { .. } => None,
    }
}

/// What a script of the forever frame says.
fn script(line: &str) -> Option<&str> {
    let (_, said) = line.rsplit_once("post(")?;
    said.strip_suffix(")</script>")
}

/// The longest page of a poll is far below.
const LINE_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{frame, json, page};
    use crate::time::UnixMillis;

    fn tick(seq: u64) -> Tick {
        let due = UnixMillis::new(seq * 1_000);
        Tick { seq: Seq::new(seq), due, sent: Some(due) }
    }

    #[test]
    fn items_are_heard_over_every_transport() {
        let hello = serde_json::json!({ "instance": "a" });
        let frame = frame::head(&hello) + &frame::message(&tick(8)) + &frame::ping();
        let events = "event: connecttime\ndata: {\"instance\":\"a\"}\n\nid: 8\ndata: ".to_owned()
            + &json(&tick(8))
            + "\n\n";
        for (transport, said) in [
            (Transport::Poll, page(&[json(&tick(8))])),
            (Transport::LongPoll, page(&[json(&tick(8))])),
            (Transport::Stream, (json(&tick(8)) + "\n").into_bytes()),
            (Transport::Frame, frame.into_bytes()),
            (Transport::Events, events.into_bytes()),
            (Transport::Socket, json(&tick(8)).into_bytes()),
        ] {
            for (resumes, expected) in [(None, 1), (Some(5), 3)] {
                let mut hearing = ClockHearing::new(transport, resumes.map(Seq::new));
                let heard = hearing.push(&said).unwrap();
                let [Heard::Item { n, sent, .. }] = heard[..] else {
                    panic!("{transport}: {heard:?}")
                };
                assert_eq!((n, sent), (expected, 8_000), "{transport}");
                assert_eq!(hearing.newest(), Some(Seq::new(8)));
            }
        }
    }
}
