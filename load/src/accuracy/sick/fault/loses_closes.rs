//! Closes that arrive as the end of the connection alone, without their code.

use super::super::frame::{CLOSE, Frame};
use super::{Fate, Fault};

pub(super) struct LosesCloses;

impl Fault for LosesCloses {
    fn frame(&self, frame: &mut Frame) -> Fate {
        if frame.opcode == CLOSE { Fate::Ends } else { Fate::Passes }
    }
}
