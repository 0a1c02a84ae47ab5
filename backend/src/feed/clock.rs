//! The clock: ticks on the wall clock's boundaries, each a pure function of its place.
//!
//! Nothing is stored but when the last ticks went out. One task per period ticks while anyone
//! follows. What it publishes does not go back: ticks wait when the clock is set back, unless that
//! is by more than cursors may be ahead. Then the feed starts anew at the wall clock's place.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use echoclock_shared::feed::{Period, Seq, Tick};
use echoclock_shared::limits::CURSOR_AHEAD_MAX;
use echoclock_shared::time::UnixMillis;
use tokio::sync::watch;

use super::{Batch, Bounds, Cursor, Entry, Feed, Shared};

mod leap;

mod wall;
use wall::Watched;
pub use wall::{SystemClock, WallClock};

/// The clock of every period.
#[derive(Debug)]
pub struct Clocks {
    feeds: [Arc<Shared<ClockFeed>>; Period::ALL.len()],
}

impl Clocks {
    /// Makes a feed per period on one wall clock.
    pub fn new(wall: &Arc<dyn WallClock>) -> Self {
        let wall: Arc<dyn WallClock> = Arc::new(Watched::new(Arc::clone(wall)));
        let feed = |period| Arc::new(Shared::new(ClockFeed::new(period, Arc::clone(&wall))));
        Self { feeds: Period::ALL.map(feed) }
    }

    /// Returns the feed of a period.
    pub fn feed(&self, period: Period) -> &Arc<Shared<ClockFeed>> {
        let found = self.feeds.iter().find(|feed| feed.feed().period() == period);
        found.expect("there is a feed for each period")
    }
}

/// The clock of one period.
#[derive(Clone, Debug)]
pub struct ClockFeed {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    period: Period,
    wall: Arc<dyn WallClock>,
    places: Mutex<Places>,
}

/// Where the feed is and was.
#[derive(Debug, Default)]
struct Places {
    /// Nothing while nobody follows.
    ticking: Option<Ticking>,
    /// The furthest place that was ever published.
    told: Seq,
}

/// What there is while anyone follows.
#[derive(Debug)]
struct Ticking {
    newest: watch::Sender<Seq>,
    /// The last ticks that went out, oldest first; at most [`EMISSIONS_MAX`], the oldest makes
    /// room and its ticks count as replays.
    emissions: VecDeque<Emission>,
}

/// Ticks that went out together: one, or more when the clock was set forward.
#[derive(Clone, Copy, Debug)]
struct Emission {
    first: Seq,
    last: Seq,
    sent: UnixMillis,
}

impl ClockFeed {
    /// Makes a clock that nobody follows yet.
    pub fn new(period: Period, wall: Arc<dyn WallClock>) -> Self {
        Self { inner: Arc::new(Inner { period, wall, places: Mutex::default() }) }
    }

    /// Returns the time from one tick to the next.
    pub fn period(&self) -> Period {
        self.inner.period
    }

    /// Returns whether the task that ticks is there.
    pub fn is_ticking(&self) -> bool {
        self.inner.places().ticking.is_some()
    }
}

impl Feed for ClockFeed {
    type Value = Tick;

    fn watch(&self) -> watch::Receiver<Seq> {
        let mut places = self.inner.places();
        if let Some(ticking) = &places.ticking {
            return ticking.newest.subscribe();
        }
        let now = self.inner.newest_by_the_wall();
        let (newest, receiver) = watch::channel(now);
        places.ticking = Some(Ticking { newest: newest.clone(), emissions: VecDeque::new() });
        places.told = places.told.max(now);
        tokio::spawn(tick(Arc::clone(&self.inner), newest));
        receiver
    }

    fn bounds(&self) -> Bounds {
        self.inner.bounds(&self.inner.places())
    }

    fn pace(&self) -> Option<Duration> {
        Some(self.inner.period.duration())
    }

    fn due(&self, seq: Seq) -> Option<UnixMillis> {
        Some(self.inner.period.tick(seq).due)
    }

    fn live(&self, cursor: Cursor) -> Option<Entry<Tick>> {
        let places = self.inner.places();
        let ticking = places.ticking.as_ref()?;
        let seq = cursor.seen.plus(1);
        if seq != *ticking.newest.borrow() || seq <= cursor.live_after {
            return None;
        }
        let sent = Some(ticking.sent(seq)?);
        Some(Entry { seq, sent, value: Tick { sent, ..self.inner.period.tick(seq) } })
    }

    async fn after(&self, cursor: Cursor, limit: usize) -> Batch<Tick> {
        let places = self.inner.places();
        let Bounds { oldest, newest, .. } = self.inner.bounds(&places);
        let next = cursor.seen.plus(1);
        let gap = (next < oldest).then_some(oldest);
        let entries = (next.max(oldest).get()..=newest.get())
            .take(limit)
            .map(|place| {
                let seq = Seq::new(place);
                let live = places.ticking.as_ref().filter(|_| seq > cursor.live_after);
                let sent = live.and_then(|ticking| ticking.sent(seq));
                Entry { seq, sent, value: Tick { sent, ..self.inner.period.tick(seq) } }
            })
            .collect();
        Batch { gap, entries }
    }
}

/// Ticks until nobody follows.
async fn tick(clock: Arc<Inner>, newest: watch::Sender<Seq>) {
    loop {
        let next = newest.borrow().plus(1);
        let due = clock.period.tick(next).due;
        tokio::select! {
            () = clock.wall.sleep_until(due) => clock.emit(),
            () = newest.closed() => {
                if clock.retire() {
                    return;
                }
            }
        }
    }
}

impl Inner {
    /// Publishes the ticks that are due, if any, or starts anew.
    fn emit(&self) {
        let sent = self.wall.now();
        let last = self.period.newest_at(sent);
        let mut places = self.places();
        let Places { ticking: Some(ticking), told } = &mut *places else { return };
        let published = *ticking.newest.borrow();
        if published > self.furthest(last) {
            // What was published of the wrong time goes out once more, each at its own.
            ticking.emissions.clear();
        } else if last > published {
            if ticking.emissions.len() == EMISSIONS_MAX {
                ticking.emissions.pop_front();
            }
            ticking.emissions.push_back(Emission { first: published.plus(1), last, sent });
            *told = last.max(*told);
        } else {
            return;
        }
        ticking.newest.send_replace(last);
    }

    /// Stops ticking, unless someone has come to follow since the last one left.
    fn retire(&self) -> bool {
        let mut places = self.places();
        let followed = places.ticking.as_ref().is_some_and(|t| t.newest.receiver_count() > 0);
        if !followed {
            places.ticking = None;
        }
        !followed
    }

    fn bounds(&self, places: &Places) -> Bounds {
        let newest = match &places.ticking {
            Some(ticking) => *ticking.newest.borrow(),
            None => self.newest_by_the_wall(),
        };
        Bounds {
            oldest: newest.minus(self.period.retained() - 1),
            newest,
            furthest: self.furthest(newest),
            told: places.told,
        }
    }

    /// Returns how far ahead of the newest place a cursor may be.
    fn furthest(&self, newest: Seq) -> Seq {
        let ahead = u64::try_from(CURSOR_AHEAD_MAX.as_millis()).unwrap_or(u64::MAX);
        newest.plus(ahead.div_ceil(self.period.millis()))
    }

    fn newest_by_the_wall(&self) -> Seq {
        self.period.newest_at(self.wall.now())
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticking {
    fn sent(&self, seq: Seq) -> Option<UnixMillis> {
        let mut newest_first = self.emissions.iter().rev();
        let emission = newest_first.find(|emission| emission.first <= seq)?;
        (seq <= emission.last).then_some(emission.sent)
    }
}

/// For how many of the last ticks it is known when they went out.
const EMISSIONS_MAX: usize = 256;
