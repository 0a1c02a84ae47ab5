//! Lines out of chunks.

/// How a line ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// A line feed, whatever is before it.
    Lf,
    /// A line feed, a carriage return, or one of each in this order.
    Any,
}

/// Cuts chunks into lines. A chunk may end anywhere, within a character or a line's end too.
#[derive(Debug)]
pub(crate) struct Lines {
    ending: Ending,
    max: usize,
    /// The line that has not ended yet, at most `max` bytes.
    begun: Vec<u8>,
    /// Whether the last chunk ended in a carriage return, so that a line feed belongs to it.
    returned: bool,
}

/// More came without an end than a decoder keeps.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("longer than {max} bytes")]
pub struct TooLong {
    /// How many bytes it keeps.
    pub max: usize,
}

impl Lines {
    pub(crate) const fn new(ending: Ending, max: usize) -> Self {
        Self { ending, max, begun: Vec::new(), returned: false }
    }

    /// Takes a chunk, and hands out the lines that end in it, without their ends.
    ///
    /// # Errors
    ///
    /// Where a line is longer than is kept, or `line` fails; nothing sensible can follow.
    pub(crate) fn push(
        &mut self,
        mut chunk: &[u8],
        mut line: impl FnMut(&[u8]) -> Result<(), TooLong>,
    ) -> Result<(), TooLong> {
        while !chunk.is_empty() {
            if std::mem::take(&mut self.returned) && chunk[0] == b'\n' {
                chunk = &chunk[1..];
                continue;
            }
            let end = chunk.iter().position(|byte| self.ends(*byte)).unwrap_or(chunk.len());
            if self.begun.len() + end > self.max {
                return Err(TooLong { max: self.max });
            }
            let (head, rest) = chunk.split_at(end);
            let Some((ended_by, rest)) = rest.split_first() else {
                self.begun.extend_from_slice(head);
                return Ok(());
            };
            self.returned = *ended_by == b'\r';
            chunk = rest;
            if self.begun.is_empty() {
                line(head)?;
            } else {
                self.begun.extend_from_slice(head);
                line(&self.begun)?;
                self.begun.clear();
            }
        }
        Ok(())
    }

    fn ends(&self, byte: u8) -> bool {
        byte == b'\n' || byte == b'\r' && self.ending == Ending::Any
    }
}
