//! What passes on a link, as figures: bounded, however much it is.

use std::time::Duration;

use serde::Serialize;

/// Something whole that passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Passed {
    /// An item of so many bytes, with its framing.
    Item(u64),
    /// A comment, an empty line or a ping.
    Beat,
}

/// Counts what passes; times are since the request.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// When the last of anything passed, which is the head at first.
    last: Duration,
    first_item: Option<Duration>,
    silence: Duration,
    items: u64,
    bytes: u64,
    largest: u64,
    beats: u64,
    /// The lump under way: when it began, when its last item came, how many items and bytes it has.
    lump: Option<(Duration, Duration, u64, u64)>,
    lumps: Vec<Lump>,
    lumps_past: u64,
}

/// Items that arrived at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Lump {
    began: Duration,
    items: u64,
    bytes: u64,
}

/// What was measured; times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Measures {
    /// How many items came.
    pub(crate) items: u64,
    /// The bytes of all, and of the largest.
    pub(crate) bytes: u64,
    pub(crate) largest: u64,
    /// How long after the head the first came.
    pub(crate) first_after: Option<u64>,
    /// At how many moments items came.
    pub(crate) moments: u64,
    /// At how many of them more than one came, and how many at the most.
    pub(crate) lumps: u64,
    pub(crate) most_at_once: u64,
    /// How many lumps are of whole pages of 4,096 bytes, to within their last item.
    pub(crate) page_lumps: u64,
    /// How far apart these moments were: half of them less, nearly all of them less, the furthest.
    pub(crate) median: Option<u64>,
    pub(crate) p95: Option<u64>,
    pub(crate) furthest: Option<u64>,
    /// Comments, empty lines and pings.
    pub(crate) beats: u64,
    /// The longest time in which nothing came, and after which something came again.
    pub(crate) longest_silence: u64,
    /// For how long nothing had come at the end.
    pub(crate) last_silence: u64,
    /// Whether there were more moments than are kept; spacing and lumps are of the first ones then.
    pub(crate) is_cut: bool,
}

impl Tally {
    /// Begins once the head is there.
    pub(crate) fn new(head: Duration) -> Self {
        Self { last: head, ..Self::default() }
    }

    /// Takes what passed.
    pub(crate) fn take(&mut self, at: Duration, passed: Passed) {
        self.silence = self.silence.max(at.saturating_sub(self.last));
        self.last = self.last.max(at);
        let Passed::Item(bytes) = passed else {
            self.beats += 1;
            return;
        };
        self.first_item.get_or_insert(at);
        self.items += 1;
        self.bytes += bytes;
        self.largest = self.largest.max(bytes);
        match &mut self.lump {
            Some((_, last, items, all)) if at.saturating_sub(*last) <= TOGETHER => {
                (*last, *items, *all) = (at, *items + 1, *all + bytes);
            }
            _ => {
                self.close_lump();
                self.lump = Some((at, at, 1, bytes));
            }
        }
    }

    /// Returns what was measured up to the end.
    pub(crate) fn measure(mut self, head: Duration, end: Duration) -> Measures {
        self.close_lump();
        let mut apart: Vec<_> =
            self.lumps.windows(2).map(|pair| millis(pair[1].began - pair[0].began)).collect();
        apart.sort_unstable();
        // There are as many as are kept at most, so the product fits.
        let at =
            |percent: usize| apart.get((apart.len() * percent / 100).min(apart.len().max(1) - 1));
        let lumps = || self.lumps.iter().filter(|lump| lump.items > 1);
        Measures {
            items: self.items,
            bytes: self.bytes,
            largest: self.largest,
            first_after: self.first_item.map(|at| millis(at.saturating_sub(head))),
            moments: self.lumps.len() as u64 + self.lumps_past,
            lumps: lumps().count() as u64,
            most_at_once: self.lumps.iter().map(|lump| lump.items).max().unwrap_or_default(),
            page_lumps: lumps().filter(|lump| lump.is_of_pages()).count() as u64,
            median: at(50).copied(),
            p95: at(95).copied(),
            furthest: apart.last().copied(),
            beats: self.beats,
            longest_silence: millis(self.silence),
            last_silence: millis(end.saturating_sub(self.last)),
            is_cut: self.lumps_past > 0,
        }
    }

    fn close_lump(&mut self) {
        let Some((began, _, items, bytes)) = self.lump.take() else { return };
        if self.lumps.len() < MOMENTS_MAX {
            self.lumps.push(Lump { began, items, bytes });
        } else {
            self.lumps_past += 1;
        }
    }
}

impl Lump {
    /// Whether it is as large as buffers are, short of less than one of its items.
    const fn is_of_pages(self) -> bool {
        let past = self.bytes % PAGE;
        let item = self.bytes / self.items;
        // Where items are large, any lump is near some page's end.
        let is_small = item * 8 <= PAGE;
        is_small && self.bytes >= PAGE - item && (past < item || PAGE - past < item)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What arrives closer together has arrived at once.
const TOGETHER: Duration = Duration::from_millis(5);

/// How many moments are kept.
const MOMENTS_MAX: usize = 20_000;

/// The size that buffers have.
const PAGE: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(head: u64, passed: &[(u64, Passed)], end: u64) -> Measures {
        let mut tally = Tally::new(Duration::from_millis(head));
        for (at, passed) in passed {
            tally.take(Duration::from_millis(*at), *passed);
        }
        tally.measure(Duration::from_millis(head), Duration::from_millis(end))
    }

    #[test]
    fn an_even_stream_has_its_spacing() {
        let items: Vec<_> = (1..=20).map(|n| (n * 100, Passed::Item(64))).collect();
        let measures = measured(50, &items, 5_000);
        assert_eq!((measures.items, measures.bytes, measures.largest), (20, 1_280, 64));
        assert_eq!(measures.first_after, Some(50));
        let spacing = (measures.median, measures.p95, measures.furthest);
        assert_eq!(spacing, (Some(100), Some(100), Some(100)));
        assert_eq!((measures.moments, measures.lumps, measures.most_at_once), (20, 0, 1));
        assert_eq!((measures.longest_silence, measures.last_silence), (100, 3_000));
    }

    #[test]
    fn what_comes_at_once_is_a_lump() {
        let lump = |at: u64| (0..64).map(move |n| (at + n / 32, Passed::Item(64)));
        let passed: Vec<_> =
            lump(1_000).chain([(1_500, Passed::Beat)]).chain(lump(3_000)).collect();
        let measures = measured(0, &passed, 3_001);
        assert_eq!((measures.items, measures.beats), (128, 1));
        assert_eq!((measures.moments, measures.lumps, measures.page_lumps), (2, 2, 2));
        assert_eq!((measures.most_at_once, measures.median), (64, Some(2_000)));
        assert_eq!(measures.longest_silence, 1_500, "a comment breaks a silence");
    }

    #[test]
    fn nothing_has_no_spacing() {
        let measures = measured(10, &[], 1_010);
        assert_eq!(measures, Measures { last_silence: 1_000, ..Measures::default() });
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let moments = MOMENTS_MAX as u64 + 5;
        let items: Vec<_> = (0..moments).map(|n| (n * 10, Passed::Item(1))).collect();
        let measures = measured(0, &items, 1);
        assert!(measures.is_cut);
        assert_eq!((measures.items, measures.moments), (moments, moments));
    }
}
