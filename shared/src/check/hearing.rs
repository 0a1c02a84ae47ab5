//! What arrives, as notes: the same for every client.

use super::body;
use super::item::{Planned, SIZE_MIN};
use super::observed::Heard;
use super::probe::{Form, Saying};
use crate::decode::{Ending, Lines, TooLong};

/// Reads the items of a planned stream out of its bytes, however they are cut.
#[derive(Debug)]
pub struct StreamHearing {
    form: Form,
    lines: Lines,
    /// The data of the event that has not ended, and the bytes of its lines.
    event: (String, usize),
}

impl StreamHearing {
    /// Listens to a stream.
    pub fn new(form: Form) -> Self {
        let ending = if form == Form::Events { Ending::Any } else { Ending::Lf };
        Self { form, lines: Lines::new(ending, LINE_MAX), event: (String::new(), 0) }
    }

    /// Takes some bytes, and returns what is whole with them.
    ///
    /// # Errors
    ///
    /// Where something comes that no plan says.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Heard>, TooLong> {
        let mut heard = vec![];
        let (form, event) = (self.form, &mut self.event);
        self.lines.push(chunk, |line| {
            heard.extend(match form {
                Form::Events => event_line(event, line),
                Form::Lines if line.trim_ascii().is_empty() => Some(Heard::Beat),
                Form::Lines => Some(item(line, line.len() + 1)),
                Form::Html => html_line(line),
            });
            Ok(())
        })?;
        Ok(heard)
    }
}

fn event_line(event: &mut (String, usize), line: &[u8]) -> Option<Heard> {
    let (data, bytes) = event;
    *bytes += line.len() + 1;
    if line.starts_with(b":") {
        *bytes = 0;
        return Some(Heard::Beat);
    }
    if line.is_empty() {
        let (data, bytes) = std::mem::take(event);
        return (!data.is_empty()).then(|| item(data.as_bytes(), bytes));
    }
    // What is longer than any item is none, and needs no more room.
    if data.len() < LINE_MAX {
        let line = String::from_utf8_lossy(line);
        data.push_str(line.strip_prefix("data:").unwrap_or_default());
    }
    None
}

fn html_line(line: &[u8]) -> Option<Heard> {
    let comment = line.strip_prefix(b"<!--")?.strip_suffix(b"-->")?;
    Some(if comment.is_empty() { Heard::Beat } else { item(comment, line.len() + 1) })
}

/// An item that does not say what it should has the number 0.
fn item(json: &[u8], bytes: usize) -> Heard {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    match planned(json) {
        Some(Planned { n, nonce, at, .. }) => Heard::Item { n, nonce, sent: at, bytes },
        None => Heard::Item { n: 0, nonce: String::new(), sent: 0, bytes },
    }
}

fn planned(json: &[u8]) -> Option<Planned> {
    let planned: Planned = serde_json::from_str(str::from_utf8(json).ok()?).ok()?;
    planned.filling.bytes().all(|byte| byte == b'x').then_some(planned)
}

/// Tells the messages of a plan from those that come back.
#[derive(Debug, Default)]
pub struct SocketHearing {
    /// What was said and has not come back, oldest first.
    said: Vec<(u32, Vec<u8>, bool)>,
    count: u32,
}

impl SocketHearing {
    /// Returns what the client says next, and its note.
    pub fn say(&mut self, saying: Saying) -> (Vec<u8>, Heard) {
        self.count += 1;
        let message = words(self.count, saying);
        self.said.push((self.count, message.clone(), saying.is_binary));
        (message, Heard::Said { n: self.count, bytes: saying.bytes })
    }

    /// Takes a message.
    pub fn message(&mut self, message: &[u8], is_binary: bool) -> Heard {
        let same =
            self.said.iter().position(|(_, said, kind)| said == message && *kind == is_binary);
        if let Some(place) = same {
            let (n, ..) = self.said.remove(place);
            return Heard::Echoed { n, is_same: true };
        }
        if self.said.is_empty() || planned(message).is_some() {
            return item(message, message.len());
        }
        let (n, ..) = self.said.remove(0);
        Heard::Echoed { n, is_same: false }
    }

    /// Whether all that was said has come back.
    pub const fn is_answered(&self) -> bool {
        self.said.is_empty()
    }
}

/// What a client says: each time something else.
fn words(n: u32, saying: Saying) -> Vec<u8> {
    let bytes = body::bytes(saying.bytes).into_iter();
    let [shift, ..] = n.to_le_bytes();
    let shifted = bytes.map(|byte| byte.wrapping_add(shift));
    if saying.is_binary {
        shifted.collect()
    } else {
        shifted.map(|byte| b'a' + byte % 26).collect()
    }
}

/// The largest item of any plan is far below.
const LINE_MAX: usize = 64 * 1024 + SIZE_MIN as usize;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::item::beat;
    use std::time::Duration;

    fn planned_item(n: u32) -> Planned {
        Planned { n, nonce: "0a1b2c3d".to_owned(), at: 1_795_365_720_250, filling: String::new() }
    }

    #[test]
    fn items_and_beats_are_heard_however_they_are_cut() {
        for form in Form::ALL {
            let said = [
                planned_item(1).framed(form, 64),
                beat(form).to_owned(),
                planned_item(2).framed(form, 1_500),
            ]
            .concat();
            let item = |n, bytes| {
                let (nonce, sent) = ("0a1b2c3d".to_owned(), 1_795_365_720_250);
                Heard::Item { n, nonce, sent, bytes }
            };
            for size in [1, 7, 64, 4_096] {
                let mut hearing = StreamHearing::new(form);
                let pieces = said.as_bytes().chunks(size);
                let heard: Vec<_> = pieces.flat_map(|piece| hearing.push(piece).unwrap()).collect();
                assert_eq!(heard, [item(1, 64), Heard::Beat, item(2, 1_500)], "{form:?} {size}");
            }
        }
    }

    #[test]
    fn an_item_that_was_changed_is_told() {
        let changed = planned_item(1).framed(Form::Lines, 100).replace("xxx", "xyx");
        let heard = StreamHearing::new(Form::Lines).push(changed.as_bytes()).unwrap();
        assert!(matches!(heard[..], [Heard::Item { n: 0, bytes: 100, .. }]), "{heard:?}");
    }

    #[test]
    fn an_event_without_an_end_takes_bounded_room() {
        let mut hearing = StreamHearing::new(Form::Events);
        let line = format!("data:{}\n", "x".repeat(1_000));
        for _ in 0..1_000 {
            assert_eq!(hearing.push(line.as_bytes()).unwrap(), []);
        }
        assert!(hearing.event.0.len() <= LINE_MAX + 1_000);
        let heard = hearing.push(b"\n").unwrap();
        assert!(matches!(heard[..], [Heard::Item { n: 0, bytes: 1_006_001, .. }]), "{heard:?}");
    }

    #[test]
    fn what_comes_back_is_told_from_what_is_planned() {
        let saying = |bytes, is_binary| Saying { after: Duration::ZERO, bytes, is_binary };
        let mut hearing = SocketHearing::default();
        let (first, _) = hearing.say(saying(1, false));
        let (second, noted) = hearing.say(saying(300, true));
        assert_eq!(noted, Heard::Said { n: 2, bytes: 300 });
        let item = planned_item(1).message(64);
        assert!(matches!(hearing.message(item.as_bytes(), false), Heard::Item { n: 1, .. }));
        assert_eq!(hearing.message(&second, true), Heard::Echoed { n: 2, is_same: true });
        assert_eq!(hearing.message(&first, true), Heard::Echoed { n: 1, is_same: false });
        assert!(hearing.is_answered());
        assert!(matches!(hearing.message(b"?", false), Heard::Item { n: 0, .. }));
    }
}
