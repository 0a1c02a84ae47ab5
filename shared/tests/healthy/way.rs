//! How a healthy path takes what passes on it.

/// A path that does no wrong. Times are in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// How long anything takes, up and down.
    pub(crate) up: u64,
    pub(crate) down: u64,
    /// Within how much a delay swings.
    pub(crate) swing: u64,
    /// Of so many pieces one comes a timer later, as one that was lost.
    pub(crate) lost_of: u64,
    /// How many bytes get through in a second, up and down.
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    /// By how many milliseconds the server's clock is ahead of the client's.
    pub(crate) ahead: i64,
    /// What it adds to answers.
    pub(crate) adds: Vec<(String, String)>,
}

impl Way {
    pub(crate) fn any(dice: &mut fastrand::Rng) -> Self {
        let all = [("via", "1.1 cache"), ("x-cache", "MISS"), ("content-encoding", "gzip")];
        let adds = all.into_iter().filter(|_| dice.bool());
        let adds = adds.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            up: dice.u64(50..200_000),
            down: dice.u64(50..200_000),
            swing: dice.choice([1, 5_000, 40_000, 150_000]).unwrap_or(1),
            lost_of: dice.choice([u64::MAX, 200, 50]).unwrap_or(u64::MAX),
            bytes_up: dice.choice([10_000_000, 300_000, 60_000]).unwrap_or(300_000),
            bytes_down: dice.choice([10_000_000, 1_000_000, 300_000]).unwrap_or(300_000),
            ahead: dice.i64(-3_600_000..3_600_000),
            adds,
        }
    }
}

/// One direction of a connection: what passes stays in its order.
#[derive(Debug)]
pub(crate) struct Direction {
    takes: u64,
    swing: u64,
    lost_of: u64,
    bytes: u64,
    through: u64,
    last: u64,
}

impl Direction {
    pub(crate) fn up(way: &Way) -> Self {
        Self::new(way, way.up, way.bytes_up)
    }

    pub(crate) fn down(way: &Way) -> Self {
        Self::new(way, way.down, way.bytes_down)
    }

    fn new(way: &Way, takes: u64, bytes: u64) -> Self {
        Self { takes, swing: way.swing, lost_of: way.lost_of, bytes, through: 0, last: 0 }
    }

    /// Returns when all of so many bytes has arrived that was sent at a time.
    pub(crate) fn arrives(&mut self, at: u64, bytes: u64, dice: &mut fastrand::Rng) -> u64 {
        self.through = self.through.max(at) + bytes * 1_000_000 / self.bytes;
        let lost = if dice.u64(0..self.lost_of) == 0 { 300_000 } else { 0 };
        self.last = self.last.max(self.through + self.takes + dice.u64(0..self.swing) + lost);
        self.last
    }
}
