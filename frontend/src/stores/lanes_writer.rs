//! Writes the lanes' stores.

use echoclock_shared::feed::Period;
use echoclock_shared::session::{ClockReport, Follow, Moment, ServerClock, Session};
use echoclock_shared::transport::Transport;
use leptos::prelude::{GetUntracked, Update};

use super::clock_writer::ClockWriter;
use super::signals::set;
use super::{LaneStore, LanesStore, Mark, What};

#[derive(Debug)]
pub(super) struct LanesWriter {
    store: LanesStore,
    lanes: [LaneWriter; Transport::ALL.len()],
}

#[derive(Debug)]
struct LaneWriter {
    transport: Transport,
    store: LaneStore,
    clock: ClockWriter,
}

impl LanesWriter {
    pub(super) fn new(store: LanesStore) -> Self {
        let lanes = Transport::ALL.map(|transport| {
            let store = store.of(transport);
            LaneWriter { transport, store, clock: ClockWriter::new(store.clock) }
        });
        Self { store, lanes }
    }

    /// Copies what the lanes are.
    pub(super) fn copy(&self, session: &Session, now: &Moment) {
        for lane in &self.lanes {
            let follow = session.lane(lane.transport);
            lane.copy(follow);
            set(self.store.period, follow.period());
            set(self.store.ask_every, follow.asks_every());
        }
        set(self.store.offset_error, session.server_clock().error_at(now.mono));
    }

    /// Writes down what happened.
    pub(super) fn tell(
        &mut self,
        reports: Vec<(Transport, Moment, ClockReport)>,
        server_clock: &ServerClock,
    ) {
        if reports.is_empty() {
            return;
        }
        let period = self.store.period.get_untracked();
        for lane in &mut self.lanes {
            let of_lane = reports.iter().filter(|(transport, ..)| *transport == lane.transport);
            let of_lane: Vec<_> = of_lane.map(|(_, at, report)| (at, report)).collect();
            lane.tell(&of_lane, period, server_clock);
        }
    }
}

impl LaneWriter {
    fn copy(&self, follow: &Follow) {
        self.clock.copy(follow);
        set(self.store.requests, follow.requests());
        // Without a cursor, another clock is followed.
        if follow.cursor().is_none() && self.store.track.get_untracked().quantiles().is_some() {
            self.store.track.update(super::Track::forget_ticks);
        }
    }

    fn tell(
        &mut self,
        reports: &[(&Moment, &ClockReport)],
        period: Period,
        server_clock: &ServerClock,
    ) {
        let marks: Vec<_> = reports
            .iter()
            .filter_map(|(at, report)| {
                let what = what(report, at, period, server_clock)?;
                let is_anew = matches!(report, ClockReport::StartedAnew { .. });
                Some((is_anew, Mark { at: at.mono, what }))
            })
            .collect();
        if !marks.is_empty() {
            self.store.track.update(|track| {
                for (is_anew, mark) in marks {
                    if is_anew {
                        // What was told of the wrong time has nothing to do with what comes.
                        track.forget_ticks();
                    }
                    track.extend([mark]);
                }
            });
        }
        self.count_on_link(reports);
        let told = reports.iter().map(|(at, report)| (at.wall, (*report).clone()));
        self.clock.tell(told.collect());
    }

    fn count_on_link(&self, reports: &[(&Moment, &ClockReport)]) {
        let before = self.store.ticks_on_link.get_untracked();
        let ticks = reports.iter().fold(before, |ticks, (_, report)| match report {
            ClockReport::Opened(_) => 0,
            ClockReport::Ticked { .. } => ticks + 1,
            ClockReport::Gap { .. }
            | ClockReport::StartedAnew { .. }
            | ClockReport::CursorRefused { .. }
            | ClockReport::Missed { .. }
            | ClockReport::Garbled(_)
            | ClockReport::Ended(_) => ticks,
        });
        set(self.store.ticks_on_link, ticks);
        if ticks < before {
            // What was read is of the link before.
            set(self.store.ledger, None);
        }
    }
}

fn what(
    report: &ClockReport,
    at: &Moment,
    period: Period,
    server_clock: &ServerClock,
) -> Option<What> {
    Some(match report {
        ClockReport::Ticked { delay: Some(delay), .. } => {
            let late = u128::try_from(*delay).is_ok_and(|it| it > period.duration().as_micros());
            What::Live { delay: Some(*delay), late }
        }
        ClockReport::Ticked { tick, delay: None } if tick.sent.is_some() => {
            What::Live { delay: server_clock.micros_since(tick.due, at.mono), late: false }
        }
        ClockReport::Ticked { tick, delay: None } => {
            What::Replayed { age: server_clock.micros_since(tick.due, at.mono) }
        }
        ClockReport::Missed { .. }
        | ClockReport::Gap { .. }
        | ClockReport::StartedAnew { .. }
        | ClockReport::CursorRefused { .. } => What::Hole,
        ClockReport::Opened(_) => What::Opened,
        ClockReport::Ended(_) => What::Ended,
        ClockReport::Garbled(_) => return None,
    })
}
