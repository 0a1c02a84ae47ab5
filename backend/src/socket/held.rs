//! Bytes that are kept for a client, with their share of the memory's budget.

use std::collections::TryReserveError;
use std::ops::Deref;

use crate::budget::{Budget, NoRoom, Share};

/// Bytes that are kept from one moment in which something passes to the next.
///
/// Where there are none, nothing is kept for them either. All of them are counted. Up to [`SMALL`] they
/// go on always, which the number of sockets bounds; what is larger is refused where there is no room.
#[derive(Debug)]
pub(super) struct Held {
    bytes: Vec<u8>,
    share: Share,
}

impl Held {
    /// Begins without bytes.
    pub(super) fn new(budget: &Budget) -> Self {
        Self { bytes: Vec::new(), share: budget.share() }
    }

    /// Keeps more bytes; `expected` is how many there will be at the most, as far as is known.
    ///
    /// # Errors
    ///
    /// Where the budget has no room for them.
    pub(super) fn push(&mut self, more: &[u8], expected: usize) -> Result<(), NoRoom> {
        let needed = self.bytes.len() + more.len();
        if needed > self.bytes.capacity() {
            self.grow(needed, expected)?;
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    /// Keeps more bytes also where the budget has no room: what one read has brought, or its answers.
    pub(super) fn push_anyway(&mut self, more: &[u8]) {
        if more.is_empty() {
            return;
        }
        let needed = self.bytes.len() + more.len();
        if needed > self.bytes.capacity() {
            self.share.grow_anyway(needed);
            self.bytes.reserve_exact(more.len());
        }
        self.bytes.extend_from_slice(more);
    }

    /// Keeps both, or none.
    ///
    /// # Errors
    ///
    /// Where the budget has no room for all of them.
    pub(super) fn push_all(&mut self, parts: [&[u8]; 2]) -> Result<(), NoRoom> {
        let needed = self.bytes.len() + parts.iter().map(|part| part.len()).sum::<usize>();
        if needed > self.bytes.capacity() {
            let doubled = self.bytes.capacity().saturating_mul(2).min(SMALL);
            self.grow(needed, doubled)?;
        }
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        Ok(())
    }

    /// Grows by doubling, so that one who announces much and sends little takes little; a large
    /// message is moved a few times for that.
    fn grow(&mut self, needed: usize, expected: usize) -> Result<(), NoRoom> {
        let doubled = self.bytes.capacity().saturating_mul(2).max(FIRST);
        let capacity = expected.min(doubled).max(needed);
        if capacity > SMALL {
            self.share.resize(capacity)?;
        } else {
            self.share.grow_anyway(capacity);
        }
        let reserved = self.bytes.try_reserve_exact(capacity - self.bytes.len());
        reserved.map_err(|_: TryReserveError| NoRoom)
    }

    /// Returns the bytes, and keeps none.
    pub(super) fn take(&mut self) -> Self {
        let nothing = Self { bytes: Vec::new(), share: self.share.beside() };
        std::mem::replace(self, nothing)
    }

    /// Gives all back.
    pub(super) fn clear(&mut self) {
        if self.bytes.capacity() > 0 {
            self.take();
        }
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Allows to change the bytes, but not how many there are.
impl AsMut<[u8]> for Held {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

/// So much goes on where the budget has no room: a chat message of the largest text, unless most of its
/// characters have to be escaped, and what one turn of a follower says.
pub(super) const SMALL: usize = 32 * 1024;

/// What is taken at first for what may become large.
const FIRST: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::Hits;

    #[test]
    fn all_is_counted_as_far_as_it_has_come() {
        let budget = Budget::new(100 * 1024, Hits::default());
        let mut held = Held::new(&budget);
        for (more, expected, length, capacity) in [
            (10, 10, 10, 10),
            (1, 11, 11, 11),
            (0, 1 << 40, 11, 11),
            (1, 1 << 40, 12, 4 * 1024),
            (SMALL - 12, 1 << 40, SMALL, SMALL),
            (1, 1 << 40, SMALL + 1, 2 * SMALL),
            (SMALL, 80 * 1024, 2 * SMALL + 1, 80 * 1024),
        ] {
            held.push(&vec![b'x'; more], expected).expect("room");
            assert_eq!((held.len(), held.bytes.capacity()), (length, capacity), "{more}");
            assert_eq!(budget.used(), capacity, "{more}");
        }
        assert_eq!(held.push(&[b'x'; 32 * 1024], 1 << 40), Err(NoRoom));
        let taken = held.take();
        assert_eq!((taken.len(), held.len(), budget.used()), (2 * SMALL + 1, 0, 80 * 1024));
        drop(taken);
        assert_eq!((budget.used(), held.bytes.capacity()), (0, 0));
        let budget = Budget::new(0, Hits::default());
        let mut held = Held::new(&budget);
        held.push(&[b'x'; SMALL], SMALL).expect("what is small goes on");
        assert_eq!(held.push(b"x", SMALL + 1), Err(NoRoom));
        held.push_anyway(&[b'x'; SMALL]);
        assert_eq!((held.len(), budget.used()), (2 * SMALL, 2 * SMALL));
        held.clear();
        assert_eq!(budget.used(), 0);
    }
}
