//! How long things took, by classes of time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many times there were in each class; to add one takes no lock.
#[derive(Debug)]
pub(crate) struct Times {
    /// Up to how many seconds each class goes; what is longer has no class.
    bounds: &'static [f64; CLASSES],
    classes: [AtomicU64; CLASSES],
    longer: AtomicU64,
    nanos: AtomicU64,
}

/// What there was so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SoFar {
    /// All of them together, in seconds.
    pub(crate) sum: f64,
    /// How many they were.
    pub(crate) count: u64,
    /// How many took no longer than a class' bound and longer than that of the one before; the last
    /// class has none.
    pub(crate) classes: Vec<(f64, u64)>,
}

impl Times {
    /// Begins with none.
    pub(super) const fn new(bounds: &'static [f64; CLASSES]) -> Self {
        Self {
            bounds,
            classes: [const { AtomicU64::new(0) }; CLASSES],
            longer: AtomicU64::new(0),
            nanos: AtomicU64::new(0),
        }
    }

    /// Adds one.
    pub(super) fn took(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let class = self.bounds.iter().position(|bound| seconds <= *bound);
        let class = class.map_or(&self.longer, |class| &self.classes[class]);
        class.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Returns what there was so far.
    pub(crate) fn so_far(&self) -> SoFar {
        let classes = self.bounds.iter().copied().zip(&self.classes);
        let classes = classes.chain([(f64::INFINITY, &self.longer)]);
        let classes: Vec<_> =
            classes.map(|(bound, class)| (bound, class.load(Ordering::Relaxed))).collect();
        SoFar {
            sum: Duration::from_nanos(self.nanos.load(Ordering::Relaxed)).as_secs_f64(),
            count: classes.iter().map(|(_, count)| count).sum(),
            classes,
        }
    }
}

/// How many classes there are.
const CLASSES: usize = 13;

#[cfg(test)]
mod tests {
    use super::super::LAG_BOUNDS;
    use super::*;

    #[test]
    fn each_time_is_in_the_first_class_that_takes_it() {
        let times = Times::new(&LAG_BOUNDS);
        for millis in [0, 1, 2, 3, 60_000, 60_001] {
            times.took(Duration::from_millis(millis));
        }
        let SoFar { sum, count, classes } = times.so_far();
        assert_eq!((sum, count), (120.007, 6));
        let taken: Vec<_> = classes.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(taken, [(0.001, 2), (0.002, 1), (0.005, 1), (60.0, 1), (f64::INFINITY, 1)]);
    }
}
