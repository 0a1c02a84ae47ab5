//! Connection attempts, by number.

/// One connection attempt. Late news of an older one is ignored.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LinkId(u64);

impl LinkId {
    /// Returns the attempt's number within its session.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Numbers the attempts of one session.
#[derive(Debug, Default)]
pub(super) struct LinkIds(u64);

impl LinkIds {
    pub(super) fn next(&mut self) -> LinkId {
        self.0 += 1;
        LinkId(self.0)
    }
}
