//! What the book keeps, and what it lets go.

use std::time::Duration;

use echoclock_shared::ledger::{Kind, Piece};

use super::*;

/// A book whose bounds are small, and the moment at which it began.
fn book(limits: LedgerLimits) -> (Book, Now) {
    let now = Now { wall: UnixMillis::new(1_000), mono: Instant::now() };
    (Book::new(limits), now)
}

fn id(name: u8) -> LedgerId {
    LedgerId::from_random(name.into())
}

fn said(size: u64, text: &str) -> Note {
    let what = What::Sent(Piece { kind: Kind::Text, raw: text.to_owned(), hex: false });
    Note { size, what, cut: false, computed: false }
}

fn later(now: Now, by: Duration) -> Now {
    Now { wall: now.wall.plus(by), mono: now.mono + by }
}

fn numbers(ledger: &Ledger) -> Vec<u64> {
    ledger.entries.iter().map(|entry| entry.n).collect()
}

#[test]
fn requests_of_one_id_share_a_ledger() {
    let (mut book, now) = book(LedgerLimits::default());
    let first = book.open(&id(1), now);
    book.note(&id(1), first, now, said(3, "one"));
    let second = book.open(&id(1), later(now, Duration::from_millis(5)));
    book.note(
        &id(1),
        second,
        now,
        Note { what: What::Received(Piece::of(Kind::Body, b"x", 9).0), ..said(4, "") },
    );
    book.note(&id(1), first, now, said(5, "two"));
    let ledger = book.read(&id(1), now).expect("a ledger");
    assert_eq!(ledger.totals, Totals { requests: 2, received: 4, sent: 8 });
    assert_eq!(ledger.opened, UnixMillis::new(1_000));
    assert_eq!(ledger.entries.iter().map(|entry| entry.request).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(book.read(&id(2), now), None);
}

#[test]
fn the_opening_and_the_newest_are_kept() {
    let limits = LedgerLimits { entries: 5, first: 2, ..LedgerLimits::default() };
    let (mut book, now) = book(limits);
    let place = book.open(&id(1), now);
    for n in 1..=9 {
        book.note(&id(1), place, now, said(10, "tick"));
        let ledger = book.read(&id(1), now).expect("a ledger");
        assert_eq!(ledger.dropped, u64::saturating_sub(n, 5));
        assert_eq!(ledger.totals.sent, 10 * n, "what is dropped counts");
    }
    assert_eq!(numbers(&book.read(&id(1), now).expect("a ledger")), [1, 2, 7, 8, 9]);
}

#[test]
fn a_link_takes_a_bounded_share() {
    let limits = LedgerLimits { link_bytes: 4_000, first: 1, ..LedgerLimits::default() };
    let (mut book, now) = book(limits);
    let place = book.open(&id(1), now);
    for _ in 0..50 {
        book.note(&id(1), place, now, said(1, &"x".repeat(300)));
        assert!(book.bytes <= 4_000, "{}", book.bytes);
    }
    let kept = numbers(&book.read(&id(1), now).expect("a ledger"));
    assert_eq!((kept.first(), kept.last()), (Some(&1), Some(&50)));
    // One entry that is over the bound by itself is not kept.
    book.note(&id(1), place, now, said(1, &"x".repeat(5_000)));
    let ledger = book.read(&id(1), now).expect("a ledger");
    assert_eq!((numbers(&ledger), ledger.dropped), (vec![1], 50));
}

#[test]
fn the_link_that_was_silent_for_longest_makes_room() {
    let small = LedgerLimits::default();
    for limits in [
        LedgerLimits { links: 2, ..small },
        LedgerLimits { bytes: 2 * (32 + size_of::<Entry>() + 9), ..small },
    ] {
        let (mut book, now) = book(limits);
        let places = [1, 2].map(|name| book.open(&id(name), now));
        book.note(&id(2), places[1], now, said(1, "2"));
        book.note(&id(1), places[0], now, said(1, "1"));
        let third = book.open(&id(3), now);
        book.note(&id(3), third, now, said(1, "3"));
        let known = [1, 2, 3].map(|name| book.read(&id(name), now).is_some());
        assert_eq!(known, [true, false, true], "{limits:?}");
        assert!(book.bytes <= limits.bytes);
        // What the forgotten link goes on to say is not taken for another's of its id.
        book.note(&id(2), places[1], now, said(1, "late"));
        assert_eq!(book.read(&id(2), now), None);
        book.open(&id(2), now);
        book.note(&id(2), places[1], now, said(1, "late"));
        assert_eq!(book.read(&id(2), now).map(|ledger| ledger.entries.len()), Some(0));
    }
}

#[test]
fn a_link_is_forgotten_some_time_after_its_last_entry() {
    let (mut book, now) = book(LedgerLimits::default());
    let age = LedgerLimits::default().age;
    let place = book.open(&id(1), now);
    book.open(&id(2), now);
    let half = later(now, age / 2);
    book.note(&id(1), place, half, said(1, "still here"));
    let full = later(now, age + Duration::from_secs(1));
    assert!(book.read(&id(1), full).is_some());
    assert_eq!(book.links.len(), 1, "nobody asked for the other, and it is gone too");
    let after = later(half, age + Duration::from_millis(1));
    assert_eq!(book.read(&id(1), after), None);
    assert_eq!((book.links.len(), book.bytes), (0, 0));
    // The id begins anew.
    assert_eq!(book.open(&id(1), after).request, 1);
}
