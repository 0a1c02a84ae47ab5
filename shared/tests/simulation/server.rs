//! The simulated server: what it answers, and the receipts that it keeps of what it was told.

use std::time::Duration;

use echoclock_shared::echo::{Fault, FaultCode, FromBrowser, FromServer, SendKey};
use echoclock_shared::feed::{ConnectTime, Item, Period, Seq, Tick};
use echoclock_shared::info::{Done, Info, Open, Seen, Verdict};
use echoclock_shared::limits::CURSOR_AHEAD_MAX;
use echoclock_shared::problem::Problem;
use echoclock_shared::time::UnixMillis;

/// How many items back this server replays; few, so that gaps happen.
const RETAINED: u64 = 30;

/// One server process after another.
#[derive(Debug, Default)]
pub(crate) struct Server {
    /// The process that runs, if one does.
    pub(crate) running: Option<u32>,
    /// Whether the last process still refuses what comes, and says so.
    pub(crate) drains: bool,
    processes: u32,
    clock: UnixMillis,
    /// The furthest that the process's clock ever was before it was set.
    furthest: UnixMillis,
    started: Duration,
    /// The key of every message that ever arrived, in order of arrival.
    pub(crate) receipts: Vec<SendKey>,
}

impl Server {
    pub(crate) fn start(&mut self, clock: UnixMillis, now: Duration) {
        if self.running.is_none() {
            self.processes += 1;
            self.running = Some(self.processes);
            self.drains = false;
            self.clock = clock;
            self.furthest = UnixMillis::default();
            self.started = now;
        }
    }

    /// Sets the clock to where it would have stood when the schedule began.
    pub(crate) fn set_clock(&mut self, clock: UnixMillis, now: Duration) {
        self.furthest = self.furthest.max(self.wall(now));
        self.clock = clock;
    }

    pub(crate) fn wall(&self, now: Duration) -> UnixMillis {
        self.clock.plus(now)
    }

    pub(crate) fn hello(&self, now: Duration) -> FromServer {
        FromServer::Hello { instance: self.name(), version: String::new(), now: self.wall(now) }
    }

    pub(crate) fn connect_time(&self, every: Period, now: Duration) -> ConnectTime {
        ConnectTime { now: self.wall(now), instance: self.name(), every }
    }

    pub(crate) fn answer(&mut self, message: FromBrowser, now: Duration) -> FromServer {
        match message {
            FromBrowser::Ping => FromServer::Pong { now: self.wall(now) },
            FromBrowser::Say { key, text } => {
                self.receipts.push(key);
                if text.starts_with("refuse") {
                    let message = "not that".to_owned();
                    return FromServer::Error(Fault {
                        code: FaultCode::BadField,
                        key: Some(key),
                        message,
                    });
                }
                FromServer::Echo { key, text, received: self.wall(now) }
            }
        }
    }

    /// Returns the items after a cursor and the cursor after them, by the rules of the clock's feed.
    pub(crate) fn after(
        &self,
        every: Period,
        cursor: Option<Seq>,
        now: Duration,
    ) -> (Vec<Item<Tick>>, Seq) {
        let newest = every.newest_at(self.wall(now));
        let Some(cursor) = cursor else {
            return (vec![Item::Value(every.tick(newest))], newest);
        };
        if cursor > self.furthest_cursor(every, now) {
            return (vec![Item::gap(newest), Item::Value(every.tick(newest))], newest);
        }
        if cursor >= newest {
            return (Vec::new(), newest.min(cursor));
        }
        let oldest = newest.minus(RETAINED - 1);
        let gap = (cursor.plus(1) < oldest).then(|| Item::gap(oldest));
        let first = cursor.plus(1).max(oldest);
        let ticks = (first.get()..=newest.get()).map(|seq| Item::Value(every.tick(Seq::new(seq))));
        (gap.into_iter().chain(ticks).collect(), newest)
    }

    /// Whether a request for what comes after `cursor` would be refused.
    pub(crate) fn refuses(&self, every: Period, cursor: Option<Seq>, now: Duration) -> bool {
        let told = every.newest_at(self.furthest);
        cursor.is_some_and(|cursor| cursor > self.furthest_cursor(every, now).max(told))
    }

    /// Returns how far ahead a cursor may be.
    pub(crate) fn furthest_cursor(&self, every: Period, now: Duration) -> Seq {
        every.newest_at(self.wall(now).plus(CURSOR_AHEAD_MAX))
    }

    /// Returns how long it is to the next tick.
    pub(crate) fn until_next(&self, every: Period, now: Duration) -> Duration {
        let next = every.tick(every.newest_at(self.wall(now)).plus(1));
        next.due.since(self.wall(now)).max(Duration::from_millis(1))
    }

    pub(crate) fn info(&self, now: Duration) -> Box<Info> {
        Box::new(Info {
            version: String::new(),
            instance: self.name(),
            now: self.wall(now),
            started: self.wall(self.started),
            draining: false,
            socket: Verdict { allowed: true, reason: None },
            pass: None,
            opening: None,
            check: true,
            raw: true,
            ledgers: true,
            open: Open::default(),
            bounds: None,
            done: Done::default(),
            request: Seen::default(),
        })
    }

    fn name(&self) -> String {
        self.processes.to_string()
    }
}

/// What a question is answered whose cursor is refused.
pub(crate) fn cursor_problem() -> Problem {
    Problem {
        title: "Bad Request".to_owned(),
        status: 400,
        detail: "too far ahead".to_owned(),
        parameter: Some("after".to_owned()),
    }
}

/// Why a server that stops takes nothing new.
pub(crate) fn draining_problem() -> Problem {
    Problem {
        title: "Service Unavailable".to_owned(),
        status: 503,
        detail: "the server is about to stop".to_owned(),
        parameter: None,
    }
}
