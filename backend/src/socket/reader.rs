//! What a client sends, as messages (RFC 6455, section 5): no clock, no I/O.

use std::ops::Range;

use super::end::{ClientClose, Fault};
use super::head::{CLOSE, CONTINUATION, Head, Mask, PING, TEXT};
use super::held::Held;
use crate::budget::Budget;

/// Puts a client's bytes together to messages.
#[derive(Debug)]
pub(super) struct Reader {
    wants: Wants,
    message_max: usize,
    /// The kind of the message under way.
    kind: Option<Kind>,
    /// What has come of it.
    message: Held,
    /// How much of that is known to be text.
    checked: usize,
    /// The frame of it that is under way.
    frame: Option<Frame>,
    /// How many bytes of messages have come.
    passed: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wants {
    Messages,
    /// Only to see how the client ends it.
    TheEnd,
    Nothing,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    left: u64,
    mask: Mask,
    is_last: bool,
}

/// Of what kind a message is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Text, which is UTF-8.
    Text,
    /// Any bytes.
    Binary,
}

/// What a frame is, or ends.
#[derive(Debug)]
pub(super) enum Step {
    /// A message is whole.
    Message(Kind, Body),
    /// A part of one has come.
    Part,
    /// A ping, with its payload.
    Ping(Range<usize>),
    /// A pong, or what nobody wants to know of.
    Other,
    /// The client ends the socket.
    Close(ClientClose),
}

/// Where a message is.
#[derive(Debug)]
pub(super) enum Body {
    /// In the input, behind a header that is longer than that of the same message from the server.
    Here(Range<usize>),
    /// It came in parts.
    Kept(Held),
}

/// Bytes as they came.
#[derive(Debug)]
pub(super) struct Input<'a> {
    pub(super) bytes: &'a mut [u8],
    /// How much of them has been looked at.
    pub(super) at: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Returns what has not been looked at.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Takes so many bytes, or as many as there are, without their mask.
    fn take(&mut self, bytes: u64, mask: Mask) -> Range<usize> {
        let left = self.bytes.len() - self.at;
        let taken = usize::try_from(bytes).map_or(left, |bytes| bytes.min(left));
        let range = self.at..self.at + taken;
        mask.off(&mut self.bytes[range.clone()]);
        self.at = range.end;
        range
    }
}

impl Reader {
    /// Begins before the first frame.
    pub(super) fn new(message_max: usize, budget: &Budget) -> Self {
        Self {
            wants: Wants::Messages,
            message_max,
            kind: None,
            message: Held::new(budget),
            checked: 0,
            frame: None,
            passed: 0,
        }
    }

    /// Whether a part of a message has come, and the rest has not.
    pub(super) fn is_under_way(&self) -> bool {
        self.kind.is_some()
    }

    /// Whether there is nothing to come any more: the client has ended the socket, or can't be
    /// followed.
    pub(super) fn is_over(&self) -> bool {
        self.wants == Wants::Nothing
    }

    /// Returns how many bytes of messages have come since the last time.
    pub(super) fn passed(&mut self) -> usize {
        std::mem::take(&mut self.passed)
    }

    /// Gives back what is kept, and goes on only to see how the client ends the socket: after a
    /// fault of its own making there is nothing to see any more.
    pub(super) fn only_the_end(&mut self, fault: Option<Fault>) {
        self.message.clear();
        self.kind = None;
        self.wants = match fault {
            _ if self.wants == Wants::Nothing => Wants::Nothing,
            Some(Fault::Protocol(_) | Fault::ReasonNotText) => Wants::Nothing,
            Some(Fault::NotText | Fault::TooBig | Fault::NoRoom) | None => Wants::TheEnd,
        };
    }

    /// Goes on to the end of a frame; returns nothing where there is too little for that.
    ///
    /// # Errors
    ///
    /// Where the client did something wrong, as soon as that can be known.
    pub(super) fn next(&mut self, input: &mut Input<'_>) -> Result<Option<Step>, Fault> {
        if self.wants == Wants::Nothing {
            input.at = input.bytes.len();
            return Ok(None);
        }
        if self.frame.is_some() {
            return self.go_on(input);
        }
        let Some(head) = Head::read(input.rest())? else { return Ok(None) };
        if head.opcode >= CLOSE {
            return self.control(head, input);
        }
        if self.wants == Wants::Messages {
            let kind = match (head.opcode, self.kind) {
                (CONTINUATION, Some(kind)) => kind,
                (CONTINUATION, None) => {
                    return Err(Fault::Protocol("a message begins with its continuation"));
                }
                (_, Some(_)) => return Err(Fault::Protocol("a message begins within another one")),
                (TEXT, None) => Kind::Text,
                (_, None) => Kind::Binary,
            };
            let room = (self.message_max - self.message.len()) as u64;
            if head.size > room {
                return Err(Fault::TooBig);
            }
            let is_here = (input.rest().len() - head.length) as u64 >= head.size;
            if is_here && head.is_last && self.kind.is_none() {
                input.at += head.length;
                let range = input.take(head.size, head.mask);
                self.passed += range.len();
                if kind == Kind::Text {
                    std::str::from_utf8(&input.bytes[range.clone()]).map_err(|_| Fault::NotText)?;
                }
                return Ok(Some(Step::Message(kind, Body::Here(range))));
            }
            self.kind = Some(kind);
        }
        input.at += head.length;
        self.frame = Some(Frame { left: head.size, mask: head.mask, is_last: head.is_last });
        self.go_on(input)
    }

    /// Takes what has come of a message's frame.
    fn go_on(&mut self, input: &mut Input<'_>) -> Result<Option<Step>, Fault> {
        let Some(frame) = &mut self.frame else { return Ok(None) };
        let range = input.take(frame.left, frame.mask);
        frame.mask = frame.mask.after(range.len());
        frame.left -= range.len() as u64;
        self.passed += range.len();
        let Frame { left, is_last, .. } = *frame;
        if left == 0 {
            self.frame = None;
        }
        if self.wants == Wants::Messages {
            let so_far = self.message.len() + range.len();
            // A frame is no larger than a message may be. Where it is not the last, nobody knows how
            // many follow, and each of them may be small.
            let expected = if is_last { so_far + left as usize } else { self.message_max };
            self.message.push(&input.bytes[range], expected)?;
            if self.kind == Some(Kind::Text) {
                self.checked += text(&self.message[self.checked..])?;
            }
        }
        match (left, is_last) {
            (0, true) => self.end().map(Some),
            (0, false) => Ok(Some(Step::Part)),
            _ => Ok(None),
        }
    }

    fn end(&mut self) -> Result<Step, Fault> {
        let (kind, message) = (self.kind.take(), self.message.take());
        let checked = std::mem::take(&mut self.checked);
        match kind {
            Some(Kind::Text) if checked < message.len() => Err(Fault::NotText),
            Some(kind) => Ok(Step::Message(kind, Body::Kept(message))),
            None => Ok(Step::Other),
        }
    }

    /// Takes a control frame, once it is whole.
    fn control(&mut self, head: Head, input: &mut Input<'_>) -> Result<Option<Step>, Fault> {
        if ((input.rest().len() - head.length) as u64) < head.size {
            return Ok(None);
        }
        input.at += head.length;
        let payload = input.take(head.size, head.mask);
        Ok(Some(match head.opcode {
            CLOSE => {
                // Also where something is wrong with it, no other one follows.
                self.message.clear();
                self.wants = Wants::Nothing;
                Step::Close(ClientClose::read(&input.bytes[payload])?)
            }
            PING => Step::Ping(payload),
            _ => Step::Other,
        }))
    }
}

/// Returns how much of this is text; the rest may be the begin of a character.
fn text(bytes: &[u8]) -> Result<usize, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(Fault::NotText),
    }
}

#[cfg(test)]
mod tests;
