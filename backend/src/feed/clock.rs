//! The clock: ticks on the wall clock's boundaries, each a pure function of its place.
//!
//! Nothing is stored but when the last ticks went out. One task per period ticks while anyone
//! follows; what it publishes never goes back, so that ticks wait when the clock is set back.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use echoclock_shared::feed::{Period, Seq, Tick};
use echoclock_shared::limits::CURSOR_AHEAD_MAX;
use echoclock_shared::time::UnixMillis;
use tokio::sync::watch;

use super::{Batch, Bounds, Cursor, Entry, Feed, Shared};

/// The clock on the wall, which can be set forward and back at any moment.
pub trait WallClock: fmt::Debug + Send + Sync + 'static {
    /// Returns the instant that it shows.
    fn now(&self) -> UnixMillis;

    /// Returns when it shows `at`, or sooner: the caller looks at the clock again.
    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl WallClock for SystemClock {
    fn now(&self) -> UnixMillis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // Timers know nothing of a wall clock that is set, so none is trusted for long.
        Box::pin(tokio::time::sleep(at.since(self.now()).min(TRUST_A_TIMER_FOR)))
    }
}

/// The clock of every period.
#[derive(Debug)]
pub struct Clocks {
    feeds: [Arc<Shared<ClockFeed>>; Period::ALL.len()],
}

impl Clocks {
    /// Makes a feed per period on one wall clock.
    pub fn new(wall: &Arc<dyn WallClock>) -> Self {
        let feed = |period| Arc::new(Shared::new(ClockFeed::new(period, Arc::clone(wall))));
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
    ticking: Mutex<Option<Ticking>>,
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
        Self { inner: Arc::new(Inner { period, wall, ticking: Mutex::new(None) }) }
    }

    /// Returns the time from one tick to the next.
    pub fn period(&self) -> Period {
        self.inner.period
    }

    /// Returns whether the task that ticks is there.
    pub fn is_ticking(&self) -> bool {
        self.inner.ticking().is_some()
    }
}

impl Feed for ClockFeed {
    type Value = Tick;

    fn watch(&self) -> watch::Receiver<Seq> {
        let mut ticking = self.inner.ticking();
        if let Some(ticking) = &*ticking {
            return ticking.newest.subscribe();
        }
        let (newest, receiver) = watch::channel(self.inner.newest_by_the_wall());
        *ticking = Some(Ticking { newest: newest.clone(), emissions: VecDeque::new() });
        tokio::spawn(tick(Arc::clone(&self.inner), newest));
        receiver
    }

    fn bounds(&self) -> Bounds {
        let ticking = self.inner.ticking();
        self.inner.bounds(ticking.as_ref())
    }

    fn pace(&self) -> Option<Duration> {
        Some(self.inner.period.duration())
    }

    async fn after(&self, cursor: Cursor, limit: usize) -> Batch<Tick> {
        let ticking = self.inner.ticking();
        let Bounds { oldest, newest, .. } = self.inner.bounds(ticking.as_ref());
        let next = cursor.seen.plus(1);
        let gap = (next < oldest).then_some(oldest);
        let entries = (next.max(oldest).get()..=newest.get())
            .take(limit)
            .map(|place| {
                let seq = Seq::new(place);
                let live = ticking.as_ref().filter(|_| seq > cursor.live_after);
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
    /// Publishes the ticks that are due, if any.
    fn emit(&self) {
        let mut ticking = self.ticking();
        let sent = self.wall.now();
        let last = self.period.newest_at(sent);
        if let Some(ticking) = &mut *ticking {
            let published = *ticking.newest.borrow();
            if last > published {
                if ticking.emissions.len() == EMISSIONS_MAX {
                    ticking.emissions.pop_front();
                }
                ticking.emissions.push_back(Emission { first: published.plus(1), last, sent });
                ticking.newest.send_replace(last);
            }
        }
    }

    /// Stops ticking, unless someone has come to follow since the last one left.
    fn retire(&self) -> bool {
        let mut ticking = self.ticking();
        let followed = ticking.as_ref().is_some_and(|t| t.newest.receiver_count() > 0);
        if !followed {
            *ticking = None;
        }
        !followed
    }

    fn bounds(&self, ticking: Option<&Ticking>) -> Bounds {
        let newest = match ticking {
            Some(ticking) => *ticking.newest.borrow(),
            None => self.newest_by_the_wall(),
        };
        let ahead = u64::try_from(CURSOR_AHEAD_MAX.as_millis()).unwrap_or(u64::MAX);
        Bounds {
            oldest: newest.minus(self.period.retained() - 1),
            newest,
            furthest: newest.plus(ahead.div_ceil(self.period.millis())),
        }
    }

    fn newest_by_the_wall(&self) -> Seq {
        self.period.newest_at(self.wall.now())
    }

    fn ticking(&self) -> MutexGuard<'_, Option<Ticking>> {
        self.ticking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticking {
    fn sent(&self, seq: Seq) -> Option<UnixMillis> {
        let mut newest_first = self.emissions.iter().rev();
        let emission = newest_first.find(|emission| emission.first <= seq)?;
        (seq <= emission.last).then_some(emission.sent)
    }
}

/// How long the system clock may be set without the ticks following.
const TRUST_A_TIMER_FOR: Duration = Duration::from_millis(250);

/// For how many of the last ticks it is known when they went out.
const EMISSIONS_MAX: usize = 256;
