//! Messages that arrive changed, as filters do it that write frames anew.

use super::super::frame::Frame;
use super::{Fate, Fault};

/// Changes a letter; text stays text.
pub(super) struct AltersFrames;

impl Fault for AltersFrames {
    fn frame(&self, frame: &mut Frame) -> Fate {
        if frame.is_data() {
            for byte in frame.payload.iter_mut().filter(|byte| **byte == b'x') {
                *byte = b'y';
            }
        }
        Fate::Passes
    }
}
