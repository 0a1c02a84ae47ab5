//! What the book keeps, and what it lets go.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use echoclock_shared::ledger::{Kind, Piece, Totals};

use super::*;
use crate::hits::Hits;

/// A book whose bounds are small, and the moment at which it began.
fn book(limits: LedgerLimits) -> (Book, Now) {
    let now = Now { wall: UnixMillis::new(1_000), mono: Instant::now() };
    (Book::new(limits, Hits::default()), now)
}

fn id(name: impl Into<u128>) -> LedgerId {
    LedgerId::from_random(name.into())
}

fn client(last: u8) -> Client {
    IpAddr::from(Ipv4Addr::new(192, 0, 2, last)).into()
}

/// Opens a link, writes an entry and closes it again.
fn pass(book: &mut Book, name: impl Into<u128>, client: Client, now: Now, text: &str) {
    let place = book.open(&id(name), client, now);
    book.note(place, now, said(1, text));
    book.close(place);
}

/// Everything that is counted twice is the same both times.
fn adds_up(book: &Book) {
    let costs: usize = book.links.values().map(|kept| kept.cost()).sum();
    assert_eq!(book.bytes, costs);
    assert_eq!(book.by_id.len(), book.links.len());
    assert_eq!(book.order.len(), book.links.len());
    let shares = book.clients.values();
    assert_eq!(shares.clone().map(|share| share.bytes).sum::<usize>(), costs);
    assert_eq!(shares.clone().map(|share| share.links).sum::<usize>(), book.links.len());
    assert_eq!(shares.map(|share| share.order.len()).sum::<usize>(), book.links.len());
    let weights = book.clients.iter().map(|(client, it)| (it.weight(&book.limits), *client));
    assert_eq!(book.heaviest, weights.collect());
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
    let first = book.open(&id(1_u8), client(1), now);
    book.note(first, now, said(3, "one"));
    let second = book.open(&id(1_u8), client(1), later(now, Duration::from_millis(5)));
    book.note(
        second,
        now,
        Note { what: What::Received(Piece::of(Kind::Body, b"x", 9).0), ..said(4, "") },
    );
    book.note(first, now, said(5, "two"));
    let ledger = book.read(&id(1_u8), now).expect("a ledger");
    assert_eq!(ledger.totals, Totals { requests: 2, received: 4, sent: 8 });
    assert_eq!(ledger.opened, UnixMillis::new(1_000));
    assert_eq!(ledger.entries.iter().map(|entry| entry.request).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(book.read(&id(2_u8), now), None);
}

#[test]
fn the_opening_and_the_newest_are_kept() {
    let limits = LedgerLimits { entries: 5, first: 2, ..LedgerLimits::default() };
    let (mut book, now) = book(limits);
    let place = book.open(&id(1_u8), client(1), now);
    for n in 1..=9 {
        book.note(place, now, said(10, "tick"));
        let ledger = book.read(&id(1_u8), now).expect("a ledger");
        assert_eq!(ledger.dropped, u64::saturating_sub(n, 5));
        assert_eq!(ledger.totals.sent, 10 * n, "what is dropped counts");
    }
    assert_eq!(numbers(&book.read(&id(1_u8), now).expect("a ledger")), [1, 2, 7, 8, 9]);
}

#[test]
fn a_link_takes_a_bounded_share() {
    let limits = LedgerLimits { link_bytes: 4_000, first: 1, ..LedgerLimits::default() };
    let (mut book, now) = book(limits);
    let place = book.open(&id(1_u8), client(1), now);
    for _ in 0..50 {
        book.note(place, now, said(1, &"x".repeat(300)));
        assert!(book.bytes <= 4_000, "{}", book.bytes);
    }
    let kept = numbers(&book.read(&id(1_u8), now).expect("a ledger"));
    assert_eq!((kept.first(), kept.last()), (Some(&1), Some(&50)));
    // One entry that is over the bound by itself is not kept.
    book.note(place, now, said(1, &"x".repeat(5_000)));
    let ledger = book.read(&id(1_u8), now).expect("a ledger");
    assert_eq!((numbers(&ledger), ledger.dropped), (vec![1], 50));
}

#[test]
fn the_link_that_was_silent_for_longest_makes_room() {
    let small = LedgerLimits::default();
    let (mut one, now) = book(small);
    pass(&mut one, 1_u8, client(1), now, "1");
    for limits in
        [LedgerLimits { links: 2, ..small }, LedgerLimits { bytes: 2 * one.bytes, ..small }]
    {
        let (mut book, now) = book(limits);
        let places = [1_u8, 2].map(|name| book.open(&id(name), client(1), now));
        book.note(places[1], now, said(1, "2"));
        book.note(places[0], now, said(1, "1"));
        let third = book.open(&id(3_u8), client(1), now);
        book.note(third, now, said(1, "3"));
        let known = [1_u8, 2, 3].map(|name| book.read(&id(name), now).is_some());
        assert_eq!(known, [true, false, true], "{limits:?}");
        assert!(book.bytes <= limits.bytes);
        // What the forgotten link goes on to say is not taken for another's of its id.
        book.note(places[1], now, said(1, "late"));
        assert_eq!(book.read(&id(2_u8), now), None);
        book.open(&id(2_u8), client(1), now);
        book.note(places[1], now, said(1, "late"));
        book.close(places[1]);
        assert_eq!(book.read(&id(2_u8), now).map(|ledger| ledger.entries.len()), Some(0));
        adds_up(&book);
    }
}

#[test]
fn what_one_client_does_costs_another_nothing() {
    let limits = LedgerLimits { links: 100, bytes: 200_000, ..LedgerLimits::default() };
    let (mut book, now) = book(limits);
    let (victim, attacker) = (client(1), client(2));
    let open = book.open(&id(1_u8), victim, now);
    pass(&mut book, 2_u8, victim, now, "over");
    for name in 0..10_000_u128 {
        pass(&mut book, 1_000 + name, attacker, now, &"x".repeat(name as usize % 3_000));
        assert!(book.links.len() <= limits.links && book.bytes <= limits.bytes);
        if name % 1_000 == 0 {
            adds_up(&book);
        }
    }
    book.note(open, now, said(1, "still here"));
    let ledger = book.read(&id(1_u8), now).expect("something is open on it");
    assert_eq!((numbers(&ledger), ledger.dropped), (vec![1], 0));
    assert!(book.read(&id(2_u8), now).is_some(), "the other one makes room before");
    // The attacker has what nobody else wants.
    assert!(book.links.len() > 50, "{}", book.links.len());
}

#[test]
fn a_link_that_something_is_open_on_makes_room_last() {
    let limits = LedgerLimits { links: 100, ..LedgerLimits::default() };
    for attackers in [1, 100] {
        let (mut book, now) = book(limits);
        let open = [1_u8, 2].map(|name| book.open(&id(name), client(1), now));
        let twice = book.open(&id(1_u8), client(1), now);
        book.close(twice);
        for name in 0..10_000_u128 {
            let whose = client(1 + (name % attackers) as u8);
            pass(&mut book, 1_000 + name, whose, now, "x");
        }
        adds_up(&book);
        for place in open {
            book.note(place, now, said(1, "still here"));
        }
        let kept = [1_u8, 2].map(|name| book.read(&id(name), now).map(|it| it.entries.len()));
        assert_eq!(kept, [Some(1), Some(1)], "{attackers} attackers");
        // Once nothing is open on it, it makes room as others do.
        book.close(open[0]);
        for name in 0..10_000_u128 {
            pass(&mut book, 100_000 + name, client(1), now, "x");
        }
        let known = [1_u8, 2].map(|name| book.read(&id(name), now).is_some());
        assert_eq!(known, [false, true], "{attackers} attackers");
        adds_up(&book);
    }
}

#[test]
fn whatever_clients_do_the_bounds_hold_and_the_sums_are_right() {
    for seed in 0..20 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let age = Duration::from_secs(50);
        let limits = LedgerLimits {
            links: dice.usize(1..40),
            bytes: dice.usize(5_000..100_000),
            link_bytes: dice.usize(1_000..20_000),
            entries: dice.usize(1..40),
            age,
            ..LedgerLimits::default()
        };
        let (mut book, mut now) = book(limits);
        let mut open: Vec<Place> = vec![];
        for _ in 0..5_000 {
            now = later(now, Duration::from_millis(dice.u64(0..100)));
            let name = id(dice.u8(0..80));
            let one = (!open.is_empty()).then(|| dice.usize(0..open.len()));
            match (dice.u8(0..10), one) {
                (0..3, _) => open.push(book.open(&name, client(dice.u8(0..5)), now)),
                (3..8, Some(one)) => {
                    book.note(open[one], now, said(1, &"x".repeat(dice.usize(0..2_000))));
                }
                (8, Some(one)) => book.close(open.swap_remove(one)),
                _ => drop(book.read(&name, now)),
            }
            assert!(book.links.len() <= limits.links);
            assert!(book.bytes <= limits.bytes || book.links.len() == 1, "{limits:?}");
        }
        adds_up(&book);
        open.into_iter().for_each(|place| book.close(place));
        assert!(!book.tend(later(now, 2 * age)), "seed {seed}");
        adds_up(&book);
    }
}

#[test]
fn a_link_is_forgotten_some_time_after_its_last_entry() {
    let (mut book, now) = book(LedgerLimits::default());
    let age = LedgerLimits::default().age;
    let place = book.open(&id(1_u8), client(1), now);
    pass(&mut book, 2_u8, client(2), now, "over");
    let half = later(now, age / 2);
    book.note(place, half, said(1, "still here"));
    book.close(place);
    let full = later(now, age + Duration::from_secs(1));
    assert!(book.wants_tending());
    assert!(!book.wants_tending(), "somebody does");
    assert!(book.read(&id(1_u8), full).is_some());
    assert_eq!(book.links.len(), 1, "nobody asked for the other, and it is gone too");
    assert!(book.tend(full));
    let after = later(half, age + Duration::from_millis(1));
    assert!(!book.tend(after));
    assert!(book.wants_tending(), "nobody does any more");
    assert_eq!((book.links.len(), book.bytes, book.links.capacity()), (0, 0, 0));
    adds_up(&book);
    // The id begins anew, and what is open on it is not forgotten.
    assert_eq!(book.open(&id(1_u8), client(1), after).request, 1);
    let much_later = later(after, 10 * age);
    assert!(book.tend(much_later));
    assert!(book.read(&id(1_u8), much_later).is_some());
}
