//! What a lane has cost.

use echoclock_shared::feed::{Item, Tick};
use echoclock_shared::ledger::{Entry, Ledger, What};

/// The server's ledger of a lane's link, and what it brought.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneLedger {
    /// As the server answered.
    pub ledger: Ledger,
    /// How many ticks had arrived on the link by then.
    pub ticks: u64,
}

impl LaneLedger {
    /// Returns how many bytes went both ways.
    pub const fn bytes(&self) -> u64 {
        self.ledger.totals.received + self.ledger.totals.sent
    }

    /// Returns how many bytes each tick took besides its own JSON, of which `tick` is an example;
    /// nothing before the first one.
    pub fn overhead(&self, tick: Tick) -> Option<u64> {
        let live = Tick { sent: tick.sent.or(Some(tick.due)), ..tick };
        let own = serde_json::to_string(&Item::Value(live)).map_or(0, |json| json.len());
        let each = self.bytes().checked_div(self.ticks)?;
        Some(each.saturating_sub(own as u64))
    }

    /// Returns the first request and what followed on it, oldest first, as far as that is kept.
    pub fn opening(&self) -> impl Iterator<Item = &Entry> {
        self.of_request(self.ledger.entries.first().map(|entry| entry.request))
    }

    /// Returns the newest request whose head is kept and what followed on it; nothing where that
    /// is the first one.
    pub fn newest(&self) -> impl Iterator<Item = &Entry> {
        let is_head = |entry: &&Entry| matches!(entry.what, What::Request { .. });
        let newest = self.ledger.entries.iter().rfind(is_head).map(|entry| entry.request);
        self.of_request(newest.filter(|request| *request > 1))
    }

    fn of_request(&self, request: Option<u64>) -> impl Iterator<Item = &Entry> {
        self.ledger.entries.iter().filter(move |entry| Some(entry.request) == request)
    }
}

#[cfg(test)]
mod tests {
    use echoclock_shared::feed::{Period, Seq};
    use echoclock_shared::ledger::{LedgerId, Totals};
    use echoclock_shared::time::UnixMillis;

    use super::*;

    fn entry(request: u64, is_head: bool) -> Entry {
        let what = if is_head {
            What::Request {
                method: "GET".to_owned(),
                target: "/".to_owned(),
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
            }
        } else {
            What::Ended { reason: String::new() }
        };
        Entry {
            n: 1,
            at: UnixMillis::default(),
            request,
            size: 0,
            cut: false,
            computed: false,
            what,
        }
    }

    fn ledger(ticks: u64, bytes: u64, entries: Vec<Entry>) -> LaneLedger {
        let ledger = Ledger {
            link: LedgerId::from_random(1),
            now: UnixMillis::default(),
            opened: UnixMillis::default(),
            totals: Totals { requests: 1, received: bytes / 4, sent: bytes - bytes / 4 },
            dropped: 0,
            entries,
        };
        LaneLedger { ledger, ticks }
    }

    #[test]
    fn overhead_is_what_is_not_the_ticks_own() {
        let tick = Period::S1.tick(Seq::new(1_795_365_725));
        let own = r#"{"seq":1795365725,"due":"2026-11-22T16:42:05.000Z","sent":"2026-11-22T16:42:05.000Z"}"#;
        let own = own.len() as u64;
        for (ticks, bytes, overhead) in [
            (0, 500, None),
            (1, 500, Some(500 - own)),
            (10, 10 * (own + 7) + 3, Some(7)),
            (10, 10, Some(0)),
        ] {
            assert_eq!(
                ledger(ticks, bytes, Vec::new()).overhead(tick),
                overhead,
                "{ticks} {bytes}"
            );
        }
    }

    #[test]
    fn the_first_exchange_and_the_newest_are_found() {
        let entries = [(1, true), (1, false), (5, false), (6, true), (6, false)];
        let ledger = ledger(1, 1, entries.map(|(request, head)| entry(request, head)).into());
        assert_eq!((ledger.opening().count(), ledger.newest().count()), (2, 2));
        let ledger = LaneLedger {
            ledger: Ledger { entries: vec![entry(1, true)], ..ledger.ledger },
            ticks: 1,
        };
        assert_eq!((ledger.opening().count(), ledger.newest().count()), (1, 0));
    }
}
