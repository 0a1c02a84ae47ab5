//! What waits to be written to a client.

use std::collections::VecDeque;

use super::head::Written;
use super::held::{Held, SMALL};
use crate::budget::{Budget, NoRoom};

/// Frames that wait to be written, in pieces.
#[derive(Debug)]
pub(super) struct Queue {
    budget: Budget,
    pieces: VecDeque<Held>,
    /// How much of the first piece is written.
    written: usize,
    /// How much is not.
    left: usize,
}

impl Queue {
    /// Begins with nothing.
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, pieces: VecDeque::new(), written: 0, left: 0 }
    }

    /// Returns how many bytes wait.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// Returns what is to be written next.
    pub(super) fn front(&self) -> Option<&[u8]> {
        self.pieces.front().map(|piece| &piece[self.written..])
    }

    /// Says that so much of the front is written, which is given back with its end.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.written += bytes;
        self.left -= bytes;
        if self.pieces.front().is_some_and(|piece| piece.len() == self.written) {
            self.pieces.pop_front();
            self.written = 0;
        }
        if self.left == 0 {
            self.pieces = VecDeque::new();
        }
    }

    /// Adds a frame.
    ///
    /// # Errors
    ///
    /// Where the budget has no room for it.
    pub(super) fn frame(&mut self, opcode: u8, payload: &[u8]) -> Result<(), NoRoom> {
        let header = Written::new(opcode, payload.len());
        self.add([header.bytes(), payload])
    }

    /// Adds a frame whose payload is kept already.
    ///
    /// # Errors
    ///
    /// Where the budget has no room for its header.
    pub(super) fn kept(&mut self, opcode: u8, payload: Held) -> Result<(), NoRoom> {
        if payload.len() <= SMALL {
            return self.frame(opcode, &payload);
        }
        self.add([Written::new(opcode, payload.len()).bytes(), &[]])?;
        self.left += payload.len();
        self.pieces.push_back(payload);
        Ok(())
    }

    /// Adds frames that answer what one read has brought, or the rest of them, which goes on always.
    pub(super) fn answers(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut piece = Held::new(&self.budget);
        piece.push_anyway(bytes);
        self.pieces.push_back(piece);
        self.left += bytes.len();
    }

    /// Adds both or none, to another piece where the last one would become large.
    fn add(&mut self, parts: [&[u8]; 2]) -> Result<(), NoRoom> {
        let bytes: usize = parts.iter().map(|part| part.len()).sum();
        match self.pieces.back_mut() {
            Some(last) if last.len() + bytes <= SMALL => last.push_all(parts)?,
            _ if bytes == 0 => {}
            Some(_) | None => {
                let mut piece = Held::new(&self.budget);
                piece.push_all(parts)?;
                self.pieces.push_back(piece);
            }
        }
        self.left += bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::Hits;

    fn written(queue: &mut Queue, at_once: usize) -> Vec<u8> {
        let mut written = vec![];
        while let Some(front) = queue.front() {
            let part = front[..front.len().min(at_once)].to_vec();
            queue.wrote(part.len());
            written.extend(part);
        }
        written
    }

    #[test]
    fn what_waits_is_written_in_order_and_given_back() {
        let budget = Budget::new(1024 * 1024, Hits::default());
        let large = vec![b'l'; 2 * SMALL];
        for at_once in [1, 7, 1000, SMALL, usize::MAX] {
            let mut queue = Queue::new(budget.clone());
            let mut kept = Held::new(&budget);
            kept.push(&large, large.len()).expect("room");
            queue.frame(1, b"first").expect("room");
            queue.kept(2, kept).expect("room");
            queue.frame(9, b"").expect("room");
            queue.answers(b"rest");
            assert_eq!(queue.left(), 7 + 10 + large.len() + 2 + 4);
            assert!(budget.used() >= queue.left(), "{}", budget.used());
            let header = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
            let expected = [b"\x81\x05first", &header[..], &large, b"\x89\0rest"].concat();
            assert!(written(&mut queue, at_once) == expected, "{at_once}");
            assert_eq!((queue.left(), budget.used(), queue.pieces.capacity()), (0, 0, 0));
        }
    }

    #[test]
    fn the_budget_bounds_what_waits() {
        let budget = Budget::new(3 * SMALL, Hits::default());
        let mut queue = Queue::new(budget.clone());
        queue.frame(2, &[0; 2 * SMALL]).expect("room");
        assert_eq!(queue.frame(2, &[0; 2 * SMALL]), Err(NoRoom));
        queue.frame(2, &[0; SMALL / 2]).expect("small ones go on");
        queue.answers(&[0; 2 * SMALL]);
        assert_eq!(queue.left(), 2 * SMALL + 10 + SMALL / 2 + 4 + 2 * SMALL);
        assert!(budget.used() >= queue.left(), "{}", budget.used());
    }
}
