//! What was done since the start and what is open, counted where it is done.
//!
//! Each thread counts in a part of its own, so that to count is one addition to memory that hardly any
//! other thread writes to. Who asks adds the parts up. How long something took is measured now and then,
//! for a look at a clock costs more than all the rest.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;

use crate::feed::clock::WallClock;

mod count;
pub(crate) use count::{Carries, Class, Count, Echo, Why};

mod times;
pub(crate) use times::Times;

/// What was done; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Work(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: [Part; PARTS],
    open: [AtomicUsize; Carries::COUNT],
    echo_times: Times,
    lags: [Times; Transport::ALL.len()],
    wall: Arc<dyn WallClock>,
}

/// What some of the threads have done. In cache lines of its own: processors fetch two at a time.
#[derive(Debug)]
#[repr(align(128))]
struct Part([AtomicU64; Count::COUNT]);

impl Work {
    /// Begins with nothing; lags are told by this clock.
    pub(crate) fn new(wall: Arc<dyn WallClock>) -> Self {
        Self(Arc::new(Inner {
            parts: [const { Part([const { AtomicU64::new(0) }; Count::COUNT]) }; PARTS],
            open: [const { AtomicUsize::new(0) }; Carries::COUNT],
            echo_times: Times::new(&ECHO_BOUNDS),
            lags: [const { Times::new(&LAG_BOUNDS) }; Transport::ALL.len()],
            wall,
        }))
    }

    /// Counts so many more.
    pub(crate) fn add(&self, count: Count, more: usize) {
        let part = &self.0.parts[PART.with(|part| *part)];
        part.0[count.index()].fetch_add(more as u64, Ordering::Relaxed);
    }

    /// Returns how many there were since the start.
    pub(crate) fn of(&self, count: Count) -> u64 {
        let parts = self.0.parts.iter();
        parts.map(|part| part.0[count.index()].load(Ordering::Relaxed)).sum()
    }

    /// Counts an echo of a message of so many bytes.
    pub(crate) fn echoed(&self, echo: Echo, bytes: usize) {
        self.add(Count::Echoes(echo), 1);
        self.add(Count::EchoBytes(echo), bytes);
    }

    /// Counts items that were given to a follower, the first of which was due then, if that is known.
    pub(crate) fn gave(
        &self,
        transport: Transport,
        items: usize,
        bytes: usize,
        due: Option<UnixMillis>,
    ) {
        self.add(Count::Items(transport), items);
        self.add(Count::ItemBytes(transport), bytes);
        if let Some(due) = due
            && is_measured()
        {
            self.0.lags[transport as usize].took(self.0.wall.now().since(due));
        }
    }

    /// Measures how long an echo took, now and then.
    pub(crate) fn time_echo(&self, took: impl FnOnce() -> Duration) {
        if is_measured() {
            self.0.echo_times.took(took());
        }
    }

    /// Returns how long echoes took, as far as that was measured.
    pub(crate) fn echo_times(&self) -> &Times {
        &self.0.echo_times
    }

    /// Returns how late items were, as far as that was measured.
    pub(crate) fn lags(&self, transport: Transport) -> &Times {
        &self.0.lags[transport as usize]
    }

    /// Counts a link as open for as long as what is returned lives.
    pub(crate) fn open(&self, carries: Carries) -> Opened {
        self.0.open[carries.index()].fetch_add(1, Ordering::Relaxed);
        Opened { work: self.clone(), carries }
    }

    /// Returns how many links are open.
    pub(crate) fn links(&self, carries: Carries) -> usize {
        self.0.open[carries.index()].load(Ordering::Relaxed)
    }
}

/// A link that is open, counted while this lives.
#[derive(Debug)]
pub(crate) struct Opened {
    work: Work,
    carries: Carries,
}

impl Opened {
    /// Returns what it carries.
    pub(crate) fn carries(&self) -> Carries {
        self.carries
    }

    /// Returns where to count what is done on it.
    pub(crate) fn work(&self) -> &Work {
        &self.work
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.work.0.open[self.carries.index()].fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether this one is measured, of what a thread does. Which ones are is left to chance, for what goes
/// round evenly would have the same one measured each time.
fn is_measured() -> bool {
    LUCK.with(|luck| {
        let (state, left) = luck.get();
        let next = match left.checked_sub(1) {
            Some(left) => (state, left),
            None => {
                // Knuth's generator, whose first bits are good enough.
                let state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state, state >> (u64::BITS - LEFT_OUT_BITS))
            }
        };
        luck.set(next);
        left == 0
    })
}

thread_local! {
    /// In which part this thread counts.
    static PART: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % PARTS
    };

    /// The state of the dice, and how many are left out until the next one is measured.
    static LUCK: Cell<(u64, u64)> = const { Cell::new((1, 0)) };
}

/// More threads than that share parts.
const PARTS: usize = 16;

/// Up to 15 are left out, so that of 17 two are measured.
const LEFT_OUT_BITS: u32 = 4;

/// Up to how many seconds echoes are told apart: the system takes some microseconds.
const ECHO_BOUNDS: [f64; 13] =
    [1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 0.05, 0.25, 1.0];

/// Up to how many seconds lags are told apart: an item says when it is due in milliseconds.
const LAG_BOUNDS: [f64; 13] =
    [1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::feed::clock::SystemClock;

    #[test]
    fn what_threads_have_done_is_added_up() {
        let work = Work::new(Arc::new(SystemClock));
        thread::scope(|scope| {
            for _ in 0..2 * PARTS {
                scope.spawn(|| (0..100).for_each(|_| work.echoed(Echo::Raw, 3)));
            }
        });
        let threads = 2 * PARTS as u64;
        assert_eq!(work.of(Count::Echoes(Echo::Raw)), 100 * threads);
        assert_eq!(work.of(Count::EchoBytes(Echo::Raw)), 300 * threads);
        assert_eq!(work.of(Count::Echoes(Echo::Chat)), 0);
    }

    #[test]
    fn the_first_is_measured_and_then_about_one_of_eight() {
        let measured = |times: usize, every: usize| {
            let work = Work::new(Arc::new(SystemClock));
            thread::scope(|scope| {
                scope.spawn(|| {
                    for n in 0..times {
                        if is_measured() && n % every == 0 {
                            work.0.echo_times.took(Duration::from_micros(60));
                        }
                    }
                });
            });
            work.echo_times().so_far().count
        };
        assert_eq!(measured(1, 1), 1);
        assert!((900..1_400).contains(&measured(10_000, 1)), "{}", measured(10_000, 1));
        // What comes round is measured as often as all else.
        assert!((900..1_400).contains(&measured(80_000, 8)), "{}", measured(80_000, 8));
    }

    #[test]
    fn a_link_is_open_while_it_lives() {
        let work = Work::new(Arc::new(SystemClock));
        let opened = [Carries::Chat, Carries::Chat, Carries::Raw].map(|it| work.open(it));
        assert_eq!((work.links(Carries::Chat), work.links(Carries::Raw)), (2, 1));
        drop(opened);
        assert_eq!((work.links(Carries::Chat), work.links(Carries::Raw)), (0, 0));
    }
}
