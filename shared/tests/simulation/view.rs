//! What a person at the page would have seen, and what must be true of it.

use echoclock_shared::echo::SendKey;
use echoclock_shared::feed::{Item, Seq};
use echoclock_shared::session::{Cause, ChatReport, ClockReport, Ended, Part, Report, Way};
use std::collections::HashMap;

/// The page's history, and the properties that hold at every moment.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) said: Vec<(SendKey, String)>,
    pub(crate) echoed: Vec<(SendKey, String)>,
    pub(crate) refused: Vec<SendKey>,
    pub(crate) sent: u64,
    pub(crate) silent: u64,
    pub(crate) gaps: u64,
    /// How often a clock went on at a place that it had passed before.
    pub(crate) started_anew: u64,
    /// How often a stream was refused for a while.
    pub(crate) turned_away: u64,
    pub(crate) went_over: u64,
    pub(crate) by_post: u64,
    /// The last tick of each part.
    last_tick: HashMap<Part, Seq>,
}

impl View {
    pub(crate) fn show(&mut self, report: Report) {
        match report {
            Report::Chat(report) => self.chat(report),
            Report::Clock(part, report) => self.clock(part, report),
            Report::Info(_) => {}
        }
    }

    /// The user has turned to another clock, which counts otherwise.
    pub(crate) fn another_clock(&mut self, part: Part) {
        self.last_tick.remove(&part);
    }

    fn chat(&mut self, report: ChatReport) {
        match report {
            ChatReport::Queued { key, text } => self.said.push((key, text)),
            ChatReport::Sent { .. } => self.sent += 1,
            ChatReport::Echoed { key, text, way, .. } => {
                self.echoed.push((key, text));
                self.by_post += u64::from(way == Way::Post);
            }
            ChatReport::PostingBegun => self.went_over += 1,
            ChatReport::Refused { key, .. } => self.refused.push(key),
            ChatReport::Ended(ended) => self.silent += u64::from(ended.cause == Cause::Silent),
            ChatReport::Garbled(what) => panic!("the server's message can't be read: {what}"),
            ChatReport::NotSaid { .. }
            | ChatReport::Complained(_)
            | ChatReport::Opened { .. }
            | ChatReport::PostingEnded(_) => {}
        }
    }

    fn clock(&mut self, part: Part, report: ClockReport) {
        match report {
            ClockReport::Ticked { tick, .. } => self.item(part, Item::Value(tick.seq)),
            ClockReport::Gap { oldest, .. } => self.item(part, Item::gap(oldest)),
            ClockReport::StartedAnew { after, oldest } => {
                assert!(oldest <= after, "{part:?} starts anew after {after} at {oldest}");
                self.started_anew += 1;
                self.item(part, Item::gap(oldest));
            }
            ClockReport::Missed { count, before } => {
                panic!("{part:?} missed {count} ticks before {before}")
            }
            ClockReport::CursorRefused { .. } => self.another_clock(part),
            ClockReport::Garbled(what) => panic!("the clock's message can't be read: {what}"),
            ClockReport::Ended(Ended { cause: Cause::Refused(_), open_for }) => {
                assert_eq!(open_for, None, "{part:?} was refused and counts as open");
                self.turned_away += 1;
            }
            ClockReport::Opened(_) | ClockReport::Ended(_) => {}
        }
    }

    /// Ticks follow each other without a hole, unless a gap says otherwise.
    fn item(&mut self, part: Part, item: Item<Seq>) {
        match item {
            Item::Gap { gap } => {
                self.gaps += 1;
                self.last_tick.insert(part, gap.oldest.minus(1));
            }
            Item::Value(seq) => {
                let expected = self.last_tick.insert(part, seq).map(|last| last.plus(1));
                assert!(
                    expected.is_none_or(|expected| expected == seq),
                    "{part:?} shows tick {seq} instead of {expected:?}"
                );
            }
        }
    }
}
