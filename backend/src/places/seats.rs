//! The connections that there are, as far as some may have to go to make room for others.
//!
//! A connection on which nothing is under way can be closed at any time, and its client opens
//! another when it next wants something. So where there are as many connections as there may be,
//! those go that have rested for longest, and nobody can keep others out by saying nothing.

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
    /// Since when it rests, in microseconds from the start; [`WORKS`] while something is under way.
    rests_since: AtomicU64,
    is_sent_away: AtomicBool,
    sent_away: Notify,
}

impl Seats {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner { start: Instant::now(), room: Mutex::default() }))
    }

    /// Takes a seat for a connection, with the place that it gives back at its end.
    pub(crate) fn sit(&self, client: Client, place: Option<Place>) -> Seat {
        let mut room = self.0.room();
        self.sit_in(&mut room, client, place)
    }

    /// Takes one of `max` seats, of which one client has at most `own_max`, in place of one that
    /// rests where there is none left; nothing where there is none of those either.
    pub(crate) fn squeeze_in(&self, client: Client, own_max: usize, max: usize) -> Option<Seat> {
        let mut room = self.0.room();
        let is_own = |guest: &Guest| guest.client == client;
        if room.seats.values().filter(|(guest, _)| is_own(guest)).count() >= own_max {
            room.send_away(1, is_own).then_some(())?;
        }
        if room.seats.len() >= max {
            room.send_away(1, |_| true).then_some(())?;
        }
        Some(self.sit_in(&mut room, client, None))
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
        let made = room.send_away(AT_ONCE, |_| true);
        room.busy_until = (!made).then(|| now + LOOK_AGAIN_AFTER);
        made
    }

    fn sit_in(&self, room: &mut Room, client: Client, place: Option<Place>) -> Seat {
        let start = self.0.start;
        let guest = Arc::new(Guest {
            client,
            start,
            rests_since: AtomicU64::new(since(start)),
            is_sent_away: AtomicBool::new(false),
            sent_away: Notify::new(),
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
    fn send_away(&mut self, many: usize, whom: impl Fn(&Guest) -> bool) -> bool {
        let many = many.min(LEAVING_MAX.saturating_sub(self.leaving));
        if many == 0 {
            return false;
        }
        let resting = |(number, (guest, _)): (&u64, &(Arc<Guest>, _))| {
            Some((guest.rests_since().filter(|_| whom(guest))?, *number))
        };
        let mut resting: Vec<_> = self.seats.iter().filter_map(resting).collect();
        // Where they are few, those who came a moment ago have their moment.
        let many = many.min((resting.len() / A_FEW).max(1));
        if many < resting.len() {
            resting.select_nth_unstable(many);
            resting.truncate(many);
        }
        for (_, number) in &resting {
            if let Some((guest, _)) = self.seats.remove(number) {
                guest.send_away();
                self.leaving += 1;
            }
        }
        !resting.is_empty()
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
        let rested = self.rests_since.load(Ordering::Relaxed) != WORKS;
        if rests != rested {
            let since = if rests { since(self.start) } else { WORKS };
            self.rests_since.store(since, Ordering::Relaxed);
        }
    }

    /// Whether it has to make room for others.
    pub(crate) fn is_sent_away(&self) -> bool {
        self.is_sent_away.load(Ordering::Acquire)
    }

    /// Waits until it has to make room for others. One task waits at a time.
    pub(crate) async fn sent_away(&self) {
        while !self.is_sent_away() {
            self.sent_away.notified().await;
        }
    }

    fn send_away(&self) {
        self.is_sent_away.store(true, Ordering::Release);
        self.sent_away.notify_one();
    }

    fn rests_since(&self) -> Option<u64> {
        Some(self.rests_since.load(Ordering::Relaxed)).filter(|since| *since != WORKS)
    }
}

fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(WORKS - 1)
}

/// Something is under way.
const WORKS: u64 = u64::MAX;

/// How many make room at once: all of them are looked through for it.
const AT_ONCE: usize = 16;

/// How many times more there have to be that rest.
const A_FEW: usize = 16;

/// How many may be about to go.
pub(crate) const LEAVING_MAX: usize = 64;

/// How long after a look in vain.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn client(number: u8) -> Client {
        IpAddr::from([192, 0, 2, number]).into()
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_rest_for_longest_make_room() {
        let seats = Seats::new();
        let mut guests = vec![];
        for _ in 0..2 * A_FEW + 2 {
            guests.push(seats.sit(client(1), None));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        // One works, and one has worked a moment ago.
        guests[0].guest().note(false);
        guests[1].guest().note(false);
        guests[1].guest().note(true);
        assert!(seats.make_room(Instant::now()));
        let gone: Vec<_> = guests.iter().map(|seat| seat.guest().is_sent_away()).collect();
        let expected: Vec<_> = (0..2 * A_FEW + 2).map(|it| (2..4).contains(&it)).collect();
        assert_eq!(gone, expected);
        guests[2].guest().sent_away().await;

        while seats.make_room(Instant::now()) {}
        let gone = guests[1..].iter().filter(|seat| seat.guest().is_sent_away()).count();
        assert_eq!(gone, 2 * A_FEW + 1, "all that rest, one by one");
        assert!(!guests[0].guest().is_sent_away());
        guests[0].guest().note(true);
        assert!(!seats.make_room(Instant::now()), "one has looked a moment ago");
        tokio::time::advance(LOOK_AGAIN_AFTER).await;
        assert!(seats.make_room(Instant::now()));
        drop(guests);
        let room = seats.0.room();
        assert_eq!((room.seats.len(), room.leaving), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn not_more_are_about_to_go_than_may_be() {
        let seats = Seats::new();
        let sat: Vec<_> = (0..2 * LEAVING_MAX).map(|_| seats.sit(client(1), None)).collect();
        while seats.make_room(Instant::now()) {}
        let gone = sat.iter().filter(|seat| seat.guest().is_sent_away()).count();
        assert_eq!(gone, LEAVING_MAX);
        let (gone, _stay): (Vec<_>, Vec<_>) =
            sat.into_iter().partition(|seat| seat.guest().is_sent_away());
        drop(gone);
        assert!(seats.make_room(Instant::now()), "they are gone");
    }

    #[tokio::test(start_paused = true)]
    async fn who_squeezes_in_takes_its_own_seat_first() {
        let seats = Seats::new();
        let mut sat = vec![];
        for number in [1, 1, 2, 3] {
            tokio::time::advance(Duration::from_millis(1)).await;
            sat.push(seats.squeeze_in(client(number), 2, 4).expect("there are four"));
        }
        let gone = |sat: &[Seat]| -> Vec<bool> {
            sat.iter().map(|seat| seat.guest().is_sent_away()).collect()
        };
        sat.push(seats.squeeze_in(client(3), 2, 4).expect("the oldest goes"));
        assert_eq!(gone(&sat), [true, false, false, false, false]);
        sat.push(seats.squeeze_in(client(3), 2, 4).expect("its own goes"));
        assert_eq!(gone(&sat), [true, false, false, true, false, false]);
        for seat in &sat[1..] {
            seat.guest().note(false);
        }
        assert!(seats.squeeze_in(client(3), 2, 4).is_none(), "its own are both at work");
        assert!(seats.squeeze_in(client(4), 2, 4).is_none(), "all are at work");
    }
}
