//! What is larger than a limit does not get through.

use super::super::frame::Frame;
use super::super::head::Head;
use super::{Fate, Fault};

/// Refuses bodies of more bytes.
pub(super) struct Bodies(pub(super) u64);

impl Fault for Bodies {
    fn refuses(&self, request: &Head) -> Option<u16> {
        request.length().filter(|length| *length > self.0).map(|_| 413)
    }
}

/// Ends a socket with a frame of more bytes.
pub(super) struct Messages(pub(super) usize);

impl Fault for Messages {
    fn frame(&self, frame: &mut Frame) -> Fate {
        if frame.payload.len() > self.0 { Fate::Closed(1009) } else { Fate::Passes }
    }
}
