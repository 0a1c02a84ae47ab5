//! Bytes in pages of one size, added at one end and dropped at the other.
//!
//! What is kept of links comes and goes all the time, in all sizes. In pieces of one size it leaves no
//! holes behind in the system's memory, which would grow otherwise though no more is kept.

use std::collections::VecDeque;

/// A list of bytes.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pages: VecDeque<Box<[u8; PAGE]>>,
    /// Where the bytes begin, in the first page.
    start: usize,
    /// How many there are.
    len: usize,
}

impl Pages {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds bytes at the end.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (page, within) = self.place(self.len);
            if page == self.pages.len() {
                self.pages.push_back(Box::new([0; PAGE]));
            }
            let (now, later) = bytes.split_at(bytes.len().min(PAGE - within));
            self.pages[page][within..within + now.len()].copy_from_slice(now);
            self.len += now.len();
            bytes = later;
        }
    }

    /// Reads so many bytes from a place on; fewer where there are no more.
    pub(super) fn read(&self, from: usize, bytes: usize) -> Vec<u8> {
        let mut read = Vec::with_capacity(bytes.min(self.len.saturating_sub(from)));
        let mut rest = read.capacity();
        while rest > 0 {
            let (page, within) = self.place(from + read.len());
            let part = rest.min(PAGE - within);
            read.extend_from_slice(&self.pages[page][within..within + part]);
            rest -= part;
        }
        read
    }

    /// Drops so many bytes at the beginning.
    pub(super) fn drop_first(&mut self, bytes: usize) {
        let bytes = bytes.min(self.len);
        let (pages, start) = self.place(bytes);
        self.pages.drain(..pages);
        (self.start, self.len) = (start, self.len - bytes);
        self.give_back();
    }

    /// Keeps so many bytes, and drops those after them.
    pub(super) fn keep_first(&mut self, bytes: usize) {
        self.len = self.len.min(bytes);
        self.give_back();
    }

    /// Returns what it takes, in bytes.
    pub(super) fn cost(&self) -> usize {
        self.pages.len() * allocated(PAGE)
            + allocated(self.pages.capacity() * size_of::<Box<[u8; PAGE]>>())
    }

    /// Returns in which page a byte is, and where in it.
    fn place(&self, at: usize) -> (usize, usize) {
        let at = self.start + at;
        (at / PAGE, at % PAGE)
    }

    fn give_back(&mut self) {
        if self.len == 0 {
            *self = Self::default();
            return;
        }
        self.pages.truncate((self.start + self.len).div_ceil(PAGE));
    }
}

/// With what the system keeps beside it, half a KiB.
const PAGE: usize = 512 - size_of::<usize>();

/// Returns what the system takes for so many bytes of its own, more or less: it keeps a word beside
/// them, and gives them out in steps.
pub(super) fn allocated(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + size_of::<usize>()).next_multiple_of(STEP).max(2 * STEP) }
}

const STEP: usize = 2 * size_of::<usize>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept_in_order_and_given_back() {
        let mut dice = fastrand::Rng::with_seed(5);
        let (mut pages, mut plain) = (Pages::default(), VecDeque::new());
        for _ in 0..3_000 {
            match dice.u32(0..10) {
                0..6 => {
                    let bytes: Vec<u8> = (0..dice.usize(0..700)).map(|_| dice.u8(..)).collect();
                    pages.push(&bytes);
                    plain.extend(bytes);
                }
                6..9 => {
                    let bytes = dice.usize(0..900);
                    pages.drop_first(bytes);
                    plain.drain(..bytes.min(plain.len()));
                }
                _ => {
                    let bytes = dice.usize(0..3_000);
                    pages.keep_first(bytes);
                    plain.truncate(bytes);
                }
            }
            assert_eq!(pages.len(), plain.len());
            assert!(pages.pages.len() <= plain.len() / PAGE + 2);
            let from = dice.usize(0..=plain.len());
            let bytes = dice.usize(0..1_200);
            let expected: Vec<u8> = plain.iter().skip(from).take(bytes).copied().collect();
            assert_eq!(pages.read(from, bytes), expected);
        }
        pages.drop_first(usize::MAX);
        assert_eq!((pages.len(), pages.cost()), (0, 0));
    }
}
