//! A chunked body without its framing (pure; RFC 9112, section 7.1).

use anyhow::{Context, Result, ensure};

/// Takes the framing off, in whatever pieces the body arrives.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    line: Vec<u8>,
    /// How much of a chunk and its line's end is to come.
    left: usize,
    state: State,
}

#[derive(Debug, Default, Eq, PartialEq)]
enum State {
    #[default]
    Size,
    Data,
    Trailer,
    End,
}

impl Chunks {
    /// Adds what `bytes` have of the body; returns how many of them belong to it.
    pub(super) fn read(&mut self, bytes: &[u8], body: &mut Vec<u8>) -> Result<usize> {
        let mut at = 0;
        while at < bytes.len() && self.state != State::End {
            if self.state == State::Data {
                let length = self.left.min(bytes.len() - at);
                // The last two bytes are a line's end.
                let data = self.left.saturating_sub(2).min(length);
                body.extend_from_slice(&bytes[at..at + data]);
                at += length;
                self.left -= length;
                if self.left == 0 {
                    self.state = State::Size;
                }
                continue;
            }
            self.line.push(bytes[at]);
            at += 1;
            ensure!(self.line.len() < LINE_MAX, "a chunk's size does not end");
            if self.line.ends_with(b"\r\n") {
                let line = std::mem::take(&mut self.line);
                self.begin(&line[..line.len() - 2])?;
            }
        }
        Ok(at)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state == State::End
    }

    fn begin(&mut self, line: &[u8]) -> Result<()> {
        if self.state == State::Trailer {
            if line.is_empty() {
                self.state = State::End;
            }
            return Ok(());
        }
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let digits = str::from_utf8(digits).context("a chunk's size is no number")?;
        let size = usize::from_str_radix(digits.trim(), 16);
        let size = size.context("a chunk's size is no number")?;
        (self.state, self.left) =
            if size == 0 { (State::Trailer, 0) } else { (State::Data, size + 2) };
        Ok(())
    }
}

const LINE_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_the_same_however_it_is_cut() {
        let sent = b"3\r\nabc\r\na;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\nmore";
        for cut in 1..sent.len() {
            let (mut chunks, mut body, mut taken) = (Chunks::default(), Vec::new(), 0);
            for piece in sent.chunks(cut) {
                taken += chunks.read(piece, &mut body).unwrap();
            }
            assert_eq!(body, b"abc0123456789", "cut by {cut}");
            assert_eq!((taken, chunks.has_ended()), (sent.len() - 4, true), "cut by {cut}");
        }
        let mut body = Vec::new();
        let mut cut_off = Chunks::default();
        cut_off.read(b"5\r\nab", &mut body).unwrap();
        assert!(!cut_off.has_ended() && body == b"ab");
        assert!(Chunks::default().read(b"x\r\n", &mut body).is_err());
    }
}
