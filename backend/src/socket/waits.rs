//! What a socket waits for, and how long: pure, time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Limits;
use crate::progress::{Pace, Progress, Spent};

/// The waits of one socket.
///
/// One that is idle is asked for a sign of life now and then; any byte is one. While a message is
/// under way, the client is judged by how many bytes of it pass; while a write is blocked, nothing is
/// wanted of it here, because what carries the bytes judges who does not read.
#[derive(Debug)]
pub(super) struct Waits {
    ping_every: Duration,
    silence: Duration,
    /// When the last byte came, as far as anybody wanted to read it.
    heard: Instant,
    /// When the client was last asked for a sign of life.
    asked: Instant,
    receiving: Progress,
    is_blocked: bool,
}

/// What a deadline is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    /// The client is to be asked for a sign of life.
    Ping,
    /// It has given none.
    Silent,
    /// Its message comes too slowly.
    Slow,
}

impl Waits {
    /// Begins with a socket that was opened at this instant.
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        let receiving = Pace { grace: limits.socket_silence, rate: limits.min_rate.into() };
        Self {
            ping_every: limits.socket_ping_every,
            silence: limits.socket_silence,
            heard: now,
            asked: now,
            receiving: Progress::new(receiving, now),
            is_blocked: false,
        }
    }

    /// Says that something came: so many bytes of messages, of which one is under way or not.
    pub(super) fn received(&mut self, bytes: usize, is_under_way: bool, now: Instant) {
        self.heard = now;
        self.receiving.passed(bytes, now);
        if is_under_way { self.receiving.waits(now) } else { self.receiving.rests(now) }
    }

    /// Says that the client was asked for a sign of life.
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked = now;
    }

    /// Says that a write is blocked.
    pub(super) fn blocked(&mut self, now: Instant) {
        self.is_blocked = true;
        // Nobody reads meanwhile.
        self.receiving.rests(now);
    }

    /// Whether a write is blocked.
    pub(super) fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// Says that all is written, and that it is read on; a message may be under way.
    pub(super) fn goes_on(&mut self, is_under_way: bool, now: Instant) {
        self.is_blocked = false;
        self.heard = now;
        if is_under_way {
            self.receiving.waits(now);
        }
    }

    /// Returns what used up the patience with a message that is too slow.
    pub(super) fn spent(&self) -> Spent {
        self.receiving.spent()
    }

    /// Returns what is due next, and when, unless a write is blocked.
    pub(super) fn next(&self) -> (Instant, Due) {
        let ping = self.heard.max(self.asked) + self.ping_every;
        let silent = self.heard + self.silence;
        let life = if silent <= ping { (silent, Due::Silent) } else { (ping, Due::Ping) };
        match self.receiving.deadline() {
            Some(at) if at <= life.0 => (at, Due::Slow),
            Some(_) | None => life,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Socket {
        waits: Waits,
        start: Instant,
    }

    impl Socket {
        fn open() -> Self {
            let start = Instant::now();
            Self { waits: Waits::new(&Limits::default(), start), start }
        }

        fn at(&self, seconds: u64) -> Instant {
            self.start + Duration::from_secs(seconds)
        }

        fn next(&self) -> (u64, Due) {
            let (at, due) = self.waits.next();
            ((at - self.start).as_secs(), due)
        }
    }

    #[test]
    fn an_idle_socket_is_asked_twice_and_then_given_up() {
        let mut socket = Socket::open();
        assert_eq!(socket.next(), (30, Due::Ping));
        socket.waits.asked(socket.at(30));
        assert_eq!(socket.next(), (60, Due::Ping));
        socket.waits.asked(socket.at(60));
        assert_eq!(socket.next(), (75, Due::Silent));
        socket.waits.received(0, false, socket.at(70));
        assert_eq!(socket.next(), (100, Due::Ping));
    }

    #[test]
    fn a_message_under_way_goes_on_as_long_as_it_gets_on() {
        let mut socket = Socket::open();
        socket.waits.received(10, true, socket.at(0));
        for second in 1..1_000 {
            socket.waits.received(100_000, true, socket.at(second));
            assert_eq!(socket.next(), (second + 30, Due::Ping));
        }
        // Signs of life are none of the message.
        for second in [1_020, 1_040, 1_060] {
            socket.waits.received(0, true, socket.at(second));
        }
        assert_eq!(socket.next(), (999 + 75, Due::Slow));
        socket.waits.received(10, false, socket.at(1_070));
        assert_eq!(socket.next(), (1_100, Due::Ping));
    }

    #[test]
    fn what_passes_while_a_write_is_blocked_uses_no_patience_up() {
        let mut socket = Socket::open();
        socket.waits.received(10, true, socket.at(0));
        for second in 0..1_000 {
            socket.waits.blocked(socket.at(second));
            assert!(socket.waits.is_blocked());
        }
        socket.waits.goes_on(true, socket.at(1_000));
        assert!(!socket.waits.is_blocked());
        assert_eq!(socket.next(), (1_030, Due::Ping));
        socket.waits.asked(socket.at(1_030));
        socket.waits.asked(socket.at(1_060));
        // Both at once: the message is the better reason.
        assert_eq!(socket.next(), (1_075, Due::Slow));
    }

    #[test]
    fn what_ends_a_message_counts_like_what_begins_it() {
        let mut socket = Socket::open();
        socket.waits.received(10, true, socket.at(0));
        // A message ends, the next one begins, and each read may bring both.
        for n in 1..100 {
            socket.waits.received(60_000, n % 2 == 0, socket.at(n * 50 - 1));
            socket.waits.received(10, true, socket.at(n * 50));
            let least = socket.at(n * 50 + 74);
            assert!(socket.waits.receiving.deadline() >= Some(least), "{n}");
        }
    }
}
