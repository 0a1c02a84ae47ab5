//! The connections that there are, as far as some may have to go to make room for others.
//!
//! A connection on which nothing is under way can be closed at any time, and its client opens
//! another when it next wants something. So where there are as many connections as there may be,
//! those go that have rested for longest, and nobody can keep others out by saying nothing. Who has
//! just come has a moment to ask, so that a newcomer's request is not cut off on its way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Place;
use crate::client::Client;

/// A set of connections; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Seats(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What rests are counted from.
    start: Instant,
    // A mutex of the standard library, because nothing is awaited while it is held.
    room: Mutex<Room>,
}

#[derive(Debug, Default)]
struct Room {
    seats: HashMap<u64, (Arc<Guest>, Option<Place>)>,
    next: u64,
    /// How many were sent away and are not gone yet.
    leaving: usize,
    /// Until when nobody is looked for who rests, after a look in vain.
    busy_until: Option<Instant>,
}

/// A connection's seat, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    number: u64,
    guest: Arc<Guest>,
}

/// What a connection and those who look for room know of each other.
#[derive(Debug)]
pub(crate) struct Guest {
    client: Client,
    start: Instant,
    /// Since when it rests, in microseconds from the start; [`WORKS`] while something is under way,
    /// [`GONE`] for good once it was sent away. One value, so that nobody is sent away who has begun
    /// with something in the same moment.
    state: AtomicU64,
    sent_away: Notify,
    /// Whether it goes at once, whatever is under way.
    goes_at_once: bool,
    /// Whether something was under way when it learned that it has to go.
    goes_gently: AtomicBool,
}

impl Seats {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { start: Instant::now(), room: Mutex::default() }))
    }

    /// Takes a seat for a connection, with the place that it gives back at its end.
    pub(crate) fn sit(&self, client: Client, place: Option<Place>) -> Seat {
        let mut room = self.0.room();
        let asks_until = since(self.0.start).saturating_add(FIRST_WORD_MICROS);
        self.sit_in(&mut room, client, place, asks_until, false)
    }

    /// Takes one of `max` seats, of which one client has at most `own_max`, in place of the oldest
    /// where there is none left; nothing where too many are about to go.
    ///
    /// The oldest goes at once, whatever is under way: such seats are for what is answered in a
    /// moment, and a client that takes no answer would keep a seat by that.
    pub(crate) fn squeeze_in(&self, client: Client, own_max: usize, max: usize) -> Option<Seat> {
        let mut room = self.0.room();
        let is_own = |guest: &Guest| guest.client == client;
        if room.seats.values().filter(|(guest, _)| is_own(guest)).count() >= own_max {
            room.send_oldest_away(is_own).then_some(())?;
        }
        if room.seats.len() >= max {
            room.send_oldest_away(|_| true).then_some(())?;
        }
        Some(self.sit_in(&mut room, client, None, since(self.0.start), true))
    }

    /// Sends some of those away that have rested for longest; tells whether there were any.
    pub(crate) fn make_room(&self, now: Instant) -> bool {
        let mut room = self.0.room();
        if room.busy_until.is_some_and(|until| now < until) {
            return false;
        }
        if room.leaving >= LEAVING_MAX {
            return false;
        }
        let made = room.send_away(AT_ONCE, since(self.0.start));
        room.busy_until = (!made).then(|| now + LOOK_AGAIN_AFTER);
        made
    }

    fn sit_in(
        &self,
        room: &mut Room,
        client: Client,
        place: Option<Place>,
        rests_since: u64,
        goes_at_once: bool,
    ) -> Seat {
        let guest = Arc::new(Guest {
            client,
            start: self.0.start,
            state: AtomicU64::new(rests_since),
            sent_away: Notify::new(),
            goes_at_once,
            goes_gently: AtomicBool::new(false),
        });
        let number = room.next;
        room.next += 1;
        room.seats.insert(number, (Arc::clone(&guest), place));
        Seat { seats: self.clone(), number, guest }
    }
}

impl Inner {
    fn room(&self) -> MutexGuard<'_, Room> {
        // Each change is one step, so that it is whole wherever a holder may have panicked.
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Sends up to `many` of those away that rest; tells whether there were any.
    ///
    /// Their places are free at once, though they need a moment to go: how many may be about to
    /// is bounded.
    fn send_away(&mut self, many: usize, now: u64) -> bool {
        let many = many.min(LEAVING_MAX.saturating_sub(self.leaving));
        if many == 0 {
            return false;
        }
        let resting = |(number, (guest, _)): (&u64, &(Arc<Guest>, _))| {
            Some((guest.rests_since().filter(|since| *since <= now)?, *number))
        };
        let mut resting: Vec<_> = self.seats.iter().filter_map(resting).collect();
        // Where they are few, those who came a moment ago have their moment.
        let many = many.min((resting.len() / A_FEW).max(1));
        if many < resting.len() {
            resting.select_nth_unstable(many);
            resting.truncate(many);
        }
        let mut were_any = false;
        for (since, number) in resting {
            if self.seats.get(&number).is_some_and(|(guest, _)| guest.send_away(since)) {
                self.remove(number);
                were_any = true;
            }
        }
        were_any
    }

    /// Sends the oldest of these away, whatever it does; tells whether there was one that may go.
    fn send_oldest_away(&mut self, whom: impl Fn(&Guest) -> bool) -> bool {
        if self.leaving >= LEAVING_MAX {
            return false;
        }
        let these = self.seats.iter().filter(|(_, (guest, _))| whom(guest));
        let Some(oldest) = these.map(|(number, _)| *number).min() else { return false };
        if let Some((guest, _)) = self.seats.get(&oldest) {
            guest.send_away_anyhow();
        }
        self.remove(oldest);
        true
    }

    fn remove(&mut self, number: u64) {
        self.seats.remove(&number);
        self.leaving += 1;
    }
}

impl Seat {
    /// Returns what learns that the connection has to go.
    pub(crate) fn guest(&self) -> Arc<Guest> {
        Arc::clone(&self.guest)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut room = self.seats.0.room();
        if room.seats.remove(&self.number).is_none() {
            room.leaving -= 1;
        }
    }
}

impl Guest {
    /// Tells whether nothing is under way.
    pub(crate) fn note(&self, rests: bool) {
        let known = self.state.load(Ordering::Relaxed);
        if known == GONE || rests == (known != WORKS) {
            return;
        }
        let next = if rests { since(self.start) } else { WORKS };
        // Where that fails it was sent away meanwhile, for good.
        let _ = self.state.compare_exchange(known, next, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Whether it has to make room for others. Once something is noted to be under way and this is
    /// not so, it is not going to be, until that is over.
    pub(crate) fn is_sent_away(&self) -> bool {
        self.state.load(Ordering::Acquire) == GONE
    }

    /// Waits until it has to make room for others. One task waits at a time.
    pub(crate) async fn sent_away(&self) {
        while !self.is_sent_away() {
            self.sent_away.notified().await;
        }
    }

    /// Whether it goes at once when it is sent away, whatever is under way.
    pub(crate) fn goes_at_once(&self) -> bool {
        self.goes_at_once
    }

    /// Says that something was under way when it was sent away, which is brought to an end.
    pub(crate) fn go_gently(&self) {
        self.goes_gently.store(true, Ordering::Release);
    }

    /// Whether the client is to read its last answer's end though others wait for the room.
    pub(crate) fn goes_gently(&self) -> bool {
        self.goes_gently.load(Ordering::Acquire)
    }

    /// Sends it away if it has rested since then; tells whether it has.
    fn send_away(&self, since: u64) -> bool {
        let sent = self.state.compare_exchange(since, GONE, Ordering::AcqRel, Ordering::Acquire);
        if sent.is_ok() {
            self.sent_away.notify_one();
        }
        sent.is_ok()
    }

    /// Sends it away, whatever it does.
    pub(crate) fn send_away_anyhow(&self) {
        self.state.store(GONE, Ordering::Release);
        self.sent_away.notify_one();
    }

    fn rests_since(&self) -> Option<u64> {
        Some(self.state.load(Ordering::Relaxed)).filter(|since| *since < GONE)
    }
}

fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(GONE - 1)
}

/// Something is under way.
const WORKS: u64 = u64::MAX;

/// It was sent away.
const GONE: u64 = WORKS - 1;

/// How long one that has not asked yet makes no room: its request is on its way.
pub(crate) const FIRST_WORD: Duration = Duration::from_secs(2);

const FIRST_WORD_MICROS: u64 = FIRST_WORD.as_micros() as u64;

/// How many make room at once: all of them are looked through for it.
const AT_ONCE: usize = 16;

/// How many times more there have to be that rest.
const A_FEW: usize = 16;

/// How many may be about to go.
pub(crate) const LEAVING_MAX: usize = 64;

/// How long after a look in vain.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests;
