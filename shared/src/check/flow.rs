//! How a stream flowed: what was sent when, and what arrived when.

use std::time::Duration;

use super::observed::{Heard, Note, Observation, Outcome};
use super::plan::Step;
use super::probe::Probe;

mod clocks;
pub use clocks::Clocks;

mod server;
pub use server::{Arrived, Sender, Server, named};

mod pattern;
pub use pattern::{Pattern, pattern};

/// An item on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passed {
    /// Its number.
    pub n: u32,
    /// When it was said, in milliseconds since 1970 by the server's clock.
    pub sent: u64,
    /// When it arrived, in microseconds since the run began.
    pub arrived: u64,
    /// Its bytes.
    pub bytes: u32,
}

/// Returns the items of one request of an observation, in the order of their arrival, but for those that
/// arrived changed: these have no number.
pub fn items(observation: &Observation, request: u32) -> Vec<Passed> {
    let passed = of_request(observation, request).filter_map(|note| {
        let Heard::Item { n, sent, bytes, .. } = note.what else { return None };
        (n > 0).then_some(Passed { n, sent, arrived: note.at, bytes })
    });
    passed.collect()
}

/// One request of a probe, as its client saw it, and how late its items were.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// When it was asked for, in microseconds since the run began; likewise below.
    pub asked: u64,
    /// When the head was there, or the socket was open.
    pub head: Option<u64>,
    /// What arrived, in the order of its arrival.
    pub items: Vec<Passed>,
    /// By how much each of them was later than it would be on an idle path.
    pub late: Vec<i64>,
    /// Bytes as they came, where the client can tell: when, and how many.
    pub pieces: Vec<(u64, u32)>,
    /// When the client last noticed anything, its own end aside.
    pub last: u64,
    /// How it ended for the client; nothing where it was still open when the probe was given up.
    pub end: Option<End>,
}

/// How a request ended for the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct End {
    /// When.
    pub at: u64,
    /// How.
    pub how: How,
}

/// A way to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// As a response should.
    Proper,
    /// A socket's close, with its code; without a close frame it is [`How::Broken`].
    Closed(u16),
    /// In the middle.
    Broken,
    /// By the client, on purpose.
    Left,
}

impl Flow {
    /// Reads off what a client noted of a request; nothing where it has not begun.
    pub fn of(observation: &Observation, request: u32, clocks: &Clocks) -> Option<Self> {
        let notes = || of_request(observation, request);
        let asked = notes().find(|note| note.what == Heard::Asked)?.at;
        let items = items(observation, request);
        let late = items.iter().map(|item| clocks.lateness(item)).collect();
        let is_head = |note: &&Note| is_head(&note.what);
        let mut pieces = vec![];
        let mut last = asked;
        for note in notes() {
            if let Heard::Piece { bytes } = note.what {
                pieces.push((note.at, bytes));
            }
            if how(&note.what).is_none() {
                last = note.at;
            }
        }
        let mut ends = notes().filter_map(|note| Some(End { at: note.at, how: how(&note.what)? }));
        // Whoever gives up has seen no end.
        let end =
            ends.next().filter(|end| end.how != How::Left || observation.outcome == Outcome::Done);
        let head = notes().find(is_head).map(|note| note.at);
        Some(Self { asked, head, items, late, pieces, last, end })
    }

    /// Returns how far apart items were sent, from the first to the last that arrived, in milliseconds.
    pub fn span(&self) -> u64 {
        let sent = || self.items.iter().map(|item| item.sent);
        sent().max().unwrap_or_default() - sent().min().unwrap_or_default()
    }

    /// Returns the time between two items as they were sent, in milliseconds: what half of them exceed.
    pub fn period(&self) -> u64 {
        let pairs = self.items.windows(2);
        let mut apart: Vec<_> = pairs.map(|two| two[1].sent.saturating_sub(two[0].sent)).collect();
        apart.sort_unstable();
        apart.get(apart.len() / 2).copied().unwrap_or_default()
    }
}

/// Returns how long it was silent at a moment of a plan, and how long that silence was to be: from the
/// last thing that either side had to say, be it only a beat.
pub fn silence_at(probe: &Probe, elapsed: Duration) -> Option<(Duration, Duration)> {
    let said_by_client = probe.ask.socket().map_or(&[][..], |ask| &ask.says);
    let mut moments: Vec<_> = said_by_client.iter().map(|saying| saying.after).collect();
    let mut now = Duration::ZERO;
    moments.push(now);
    for step in probe.ask.plan()?.steps() {
        match step {
            Step::Wait(millis) => now += Duration::from_millis(millis.into()),
            Step::Item(_) | Step::Binary(_) | Step::Beat | Step::Close(_) | Step::Cut => {
                moments.push(now);
            }
        }
    }
    moments.push(now);
    let before = moments.iter().filter(|moment| **moment <= elapsed).max()?;
    let after = moments.iter().filter(|moment| **moment > elapsed).min().unwrap_or(before);
    Some((elapsed - *before, *after - *before))
}

fn of_request(observation: &Observation, request: u32) -> impl Iterator<Item = &Note> {
    observation.heard.iter().filter(move |note| note.request == request)
}

const fn is_head(what: &Heard) -> bool {
    matches!(what, Heard::Head { .. } | Heard::Opened { .. })
}

fn how(what: &Heard) -> Option<How> {
    match what {
        Heard::Ended => Some(How::Proper),
        Heard::Closed { code: 1_006, .. } | Heard::Broke { .. } => Some(How::Broken),
        Heard::Closed { code, .. } => Some(How::Closed(*code)),
        Heard::Left => Some(How::Left),
        Heard::Asked
        | Heard::Head { .. }
        | Heard::Opened { .. }
        | Heard::Piece { .. }
        | Heard::Item { .. }
        | Heard::Beat
        | Heard::Said { .. }
        | Heard::Echoed { .. }
        | Heard::Answered { .. } => None,
    }
}
