//! What a socket waits for, and how long: pure, time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Limits;
use crate::progress::{Pace, Progress};

/// The waits of one socket.
///
/// One that is idle is asked for a sign of life now and then; any byte is one. While a message is
/// under way, or a write is blocked, the client is judged by how many bytes pass.
#[derive(Debug)]
pub(super) struct Waits {
    ping_every: Duration,
    silence: Duration,
    /// When the last byte came, as far as anybody wanted to read it.
    heard: Instant,
    /// When the client was last asked for a sign of life.
    asked: Instant,
    receiving: Progress,
    sending: Progress,
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
    /// It does not read.
    Stalled,
}

impl Waits {
    /// Begins with a socket that was opened at this instant.
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        let rate = u64::from(limits.min_rate);
        let receiving = Pace { grace: limits.socket_silence, rate };
        let sending = Pace { grace: limits.write_timeout, rate };
        Self {
            ping_every: limits.socket_ping_every,
            silence: limits.socket_silence,
            heard: now,
            asked: now,
            receiving: Progress::new(receiving, now),
            sending: Progress::new(sending, now),
            is_blocked: false,
        }
    }

    /// Says that something came: so many bytes of messages, of which one is under way or not.
    pub(super) fn received(&mut self, bytes: usize, is_under_way: bool, now: Instant) {
        self.heard = now;
        match (self.receiving.deadline(), is_under_way) {
            (None, false) => {}
            (None, true) => self.receiving.waits(now),
            (Some(_), true) => self.receiving.passed(bytes, now),
            (Some(_), false) => self.receiving.rests(now),
        }
    }

    /// Says that the client was asked for a sign of life.
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked = now;
    }

    /// Says that a write is blocked, before which so many bytes went out.
    pub(super) fn blocked(&mut self, bytes: usize, now: Instant) {
        self.is_blocked = true;
        self.sending.passed(bytes, now);
        self.sending.waits(now);
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
        self.sending.rests(now);
        self.heard = now;
        if is_under_way {
            self.receiving.waits(now);
        }
    }

    /// Returns what is due next, and when.
    pub(super) fn next(&self) -> (Instant, Due) {
        if let Some(at) = self.sending.deadline() {
            return (at, Due::Stalled);
        }
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
    fn a_blocked_write_is_all_that_counts() {
        let mut socket = Socket::open();
        socket.waits.received(10, true, socket.at(0));
        socket.waits.blocked(0, socket.at(0));
        assert!(socket.waits.is_blocked());
        assert_eq!(socket.next(), (30, Due::Stalled));
        for second in 1..1_000 {
            socket.waits.blocked(2_000, socket.at(second));
            assert_eq!(socket.next(), (second + 30, Due::Stalled));
        }
        socket.waits.goes_on(true, socket.at(1_000));
        assert!(!socket.waits.is_blocked());
        assert_eq!(socket.next(), (1_030, Due::Ping));
        socket.waits.asked(socket.at(1_030));
        socket.waits.asked(socket.at(1_060));
        // Both at once: the message is the better reason.
        assert_eq!(socket.next(), (1_075, Due::Slow));
    }
}
