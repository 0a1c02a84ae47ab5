//! What the arrivals of a stream look like as a whole.
//!
//! A late item or two is no fault: networks lose packets, and machines are busy. So what is judged is the
//! pattern of nearly all items.

use super::{Flow, Passed};

/// What was done to a stream's items, as their arrivals tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pattern {
    /// They came as they were sent, or with no pattern that anything but a slow path makes.
    Prompt,
    /// All came at the end.
    Whole,
    /// They came in lumps of so many bytes, the first of each so many milliseconds late.
    BySize {
        /// How many, in the middle of what was seen.
        bytes: u64,
        /// How late.
        millis: u64,
    },
    /// They came in lumps, whatever their size, the first of each so many milliseconds late.
    ByTime {
        /// How late, in the middle of what was seen.
        millis: u64,
        /// How many bytes they had, likewise.
        bytes: u64,
    },
    /// The first so many bytes came in a lump, and all else as it was sent.
    AtFirst {
        /// How many.
        bytes: u64,
    },
    /// Each came when the next was sent.
    OneLate,
    /// Each came so many milliseconds late, by itself.
    Delayed {
        /// How late, in the middle of what was seen.
        millis: u64,
    },
}

/// Returns what the arrivals of a stream look like; nothing where too few came to tell, or all were sent
/// at once.
pub fn pattern(flow: &Flow) -> Option<Pattern> {
    let span = flow.span();
    if flow.items.len() < ITEMS_MIN || span < SPAN_MIN {
        return None;
    }
    if is_whole(flow) {
        return Some(Pattern::Whole);
    }
    let lumps = lumps(flow);
    if let Some(bytes) = held_at_first(flow, &lumps) {
        return Some(Pattern::AtFirst { bytes });
    }
    if is_one_late(flow) {
        return Some(Pattern::OneLate);
    }
    let late = flow.late.iter().filter(|late| **late > LATE).count();
    if late * 2 < flow.items.len() {
        return Some(Pattern::Prompt);
    }
    Some(lumped(flow, &lumps).or_else(|| delayed(flow)).unwrap_or(Pattern::Prompt))
}

/// Items that arrived together.
#[derive(Clone, Debug, PartialEq)]
struct Lump {
    items: Vec<Passed>,
    /// By how much the first was late, in microseconds.
    late: i64,
    /// Its bytes, as they came.
    bytes: u64,
}

fn lumps(flow: &Flow) -> Vec<Lump> {
    let apart = (flow.period() * 500).clamp(TOGETHER_MIN, TOGETHER_MAX);
    let mut lumps: Vec<Lump> = vec![];
    let mut before = None;
    for (item, late) in flow.items.iter().zip(&flow.late) {
        let goes_on = before.is_some_and(|before| item.arrived.saturating_sub(before) <= apart);
        before = Some(item.arrived);
        match lumps.last_mut().filter(|_| goes_on) {
            Some(lump) => {
                lump.items.push(*item);
                lump.bytes += u64::from(item.bytes);
            }
            None => {
                lumps.push(Lump { items: vec![*item], late: *late, bytes: item.bytes.into() });
            }
        }
    }
    if !flow.pieces.is_empty() {
        for lump in &mut lumps {
            lump.bytes = bytes_around(lump, &flow.pieces, apart);
        }
    }
    lumps
}

/// Sums the pieces that came with a lump: the last item of a lump may be whole only with the next one's
/// bytes.
fn bytes_around(lump: &Lump, pieces: &[(u64, u32)], apart: u64) -> u64 {
    let (Some(first), Some(last)) = (lump.items.first(), lump.items.last()) else { return 0 };
    let around = first.arrived.saturating_sub(apart)..=last.arrived + apart;
    pieces.iter().filter(|(at, _)| around.contains(at)).map(|(_, bytes)| u64::from(*bytes)).sum()
}

/// Whether the first item came when the last was sent already.
fn is_whole(flow: &Flow) -> bool {
    let last_sent = flow.items.iter().map(|item| item.sent).max().unwrap_or_default();
    flow.items.iter().zip(&flow.late).all(|(item, late)| {
        let waited = i64::try_from((last_sent - item.sent) * 1_000).unwrap_or(i64::MAX);
        *late + WHOLE_SLACK >= waited
    })
}

fn held_at_first(flow: &Flow, lumps: &[Lump]) -> Option<u64> {
    let (first, rest) = lumps.split_first()?;
    let (held, after) = (first.items.len(), flow.late.get(first.items.len()..)?);
    if held < ITEMS_MIN || first.late < FIRST_LATE || after.len() < REST_MIN || rest.is_empty() {
        return None;
    }
    let prompt = after.iter().filter(|late| **late <= LATE).count();
    let largest = u64::from(first.items.iter().map(|item| item.bytes).max()?);
    (prompt * 5 >= after.len() * 4).then(|| page(first.bytes, largest)).flatten()
}

fn is_one_late(flow: &Flow) -> bool {
    let apart =
        |two: &[Passed]| super::clocks::signed(two[1].sent.saturating_sub(two[0].sent) * 1_000);
    let pairs = flow.items.windows(2).map(apart).zip(&flow.late);
    let wide: Vec<_> = pairs.filter(|(apart, _)| *apart >= ONE_LATE_APART).collect();
    let with_the_next = wide.iter().filter(|(apart, late)| (*late - apart).abs() <= NEAR).count();
    wide.len() >= ITEMS_MIN && with_the_next * 5 >= wide.len() * 4
}

/// Tells lumps by their size from lumps by time: a buffer has the size of a page or of several, and a
/// timer goes off soon.
fn lumped(flow: &Flow, lumps: &[Lump]) -> Option<Pattern> {
    // The end flushes whatever is there, and the start may hold a head as well.
    let middle = lumps.get(..lumps.len().checked_sub(1)?)?;
    let together: usize =
        middle.iter().map(|lump| lump.items.len()).filter(|items| *items > 1).sum();
    let in_all: usize = middle.iter().map(|lump| lump.items.len()).sum();
    if middle.len() < 2 || together * 5 < in_all * 4 {
        return None;
    }
    let mut late: Vec<_> = middle.iter().map(|lump| lump.late).collect();
    let mut bytes: Vec<_> = middle.iter().map(|lump| lump.bytes).collect();
    let millis = u64::try_from(middle_of(&mut late) / 1_000).unwrap_or_default();
    let bytes = middle_of(&mut bytes);
    let largest = u64::from(flow.items.iter().map(|item| item.bytes).max().unwrap_or_default());
    let slack = if flow.pieces.is_empty() { largest } else { PIECE_SLACK };
    if let Some(bytes) = page(bytes, slack) {
        return Some(Pattern::BySize { bytes, millis });
    }
    // A network that stood still now and then leaves a few lumps, too, of whatever size.
    if middle.len() < LUMPS_MIN {
        return None;
    }
    let mut sizes: Vec<_> = middle.iter().map(|lump| super::clocks::signed(lump.bytes)).collect();
    if millis > TIMER_MAX && are_alike(&mut sizes) {
        return Some(Pattern::BySize { bytes, millis });
    }
    let is_a_timer = (TIMER_MIN..=TIMER_MAX).contains(&millis) && are_alike(&mut late);
    is_a_timer.then_some(Pattern::ByTime { millis, bytes })
}

fn delayed(flow: &Flow) -> Option<Pattern> {
    let mut late = flow.late.clone();
    let millis = u64::try_from(middle_of(&mut late) / 1_000).ok()?;
    (millis >= TIMER_MIN && are_alike(&mut late)).then_some(Pattern::Delayed { millis })
}

/// Whether what was measured lies close together, but for a sixth at either end.
fn are_alike(measured: &mut [i64]) -> bool {
    let middle = middle_of(measured);
    let spared = measured.len() / 6;
    measured[measured.len() - 1 - spared] - measured[spared] <= middle / 8
}

/// Returns the size of a buffer that a lump is as large as: 4,096 bytes, or twice that, and so on.
fn page(bytes: u64, slack: u64) -> Option<u64> {
    let mut pages = (12..=17).map(|power| 1_u64 << power);
    // What an item takes must not make any size fit.
    let slack = slack.min(PAGE_SLACK_MAX) + PIECE_SLACK;
    pages.find(|page| bytes.abs_diff(*page) <= slack)
}

fn middle_of<N: Copy + Default + Ord>(numbers: &mut [N]) -> N {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// How few items tell a pattern.
const ITEMS_MIN: usize = 3;

/// Over how many milliseconds they have to be sent.
const SPAN_MIN: u64 = 400;

/// How much later than on an idle path is late, in microseconds; likewise below.
const LATE: i64 = 60_000;

/// What arrives so close together came together, whatever it was sent apart.
const TOGETHER_MIN: u64 = 2_000;
const TOGETHER_MAX: u64 = 60_000;

/// How much before the last was sent the first may come, where all came at once.
const WHOLE_SLACK: i64 = 60_000;

/// How late the first item of a stream is whose beginning is held.
const FIRST_LATE: i64 = 300_000;

/// How many items after the first lump tell that it was only the first.
const REST_MIN: usize = 5;

/// How far apart items have to be sent for one that waits for the next to be told from one that is
/// merely late.
const ONE_LATE_APART: i64 = 150_000;

/// How closely it has to arrive with the next.
const NEAR: i64 = 40_000;

/// How many lumps make a timer.
const LUMPS_MIN: usize = 4;

/// Between which lengths timers are that glue what is written (in milliseconds): the usual one
/// takes 200 ms.
const TIMER_MIN: u64 = 120;
const TIMER_MAX: u64 = 450;

/// By how many bytes a lump may differ from a buffer's size: what framing and heads take.
const PIECE_SLACK: u64 = 64;
const PAGE_SLACK_MAX: u64 = 192;
