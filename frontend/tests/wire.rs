//! What passes on the links: their names in the server's ledgers, and both ends' view.

#![cfg(not(target_arch = "wasm32"))]

use std::cell::Cell;
use std::rc::Rc;

use echoclock_frontend::browser::{Answer, EventNews, SocketNews, StreamNews};
use echoclock_frontend::stores::Stores;
use echoclock_frontend::wire::{Book, Caught, News, ROWS_MAX, Row, SeenBy, Way, What, Wire};
use echoclock_shared::close::CloseCode;
use echoclock_shared::ledger::{self, Entry, Kind, Ledger, LedgerId, Piece, Totals};
use echoclock_shared::session::{
    CloseReport, Effect, Event, Intent, LinkId, Moment, Part, Session,
};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use leptos::prelude::Owner;
use serde_json::json;

/// Opens a link of the chat, as a session does.
fn link(session: &mut Session) -> LinkId {
    let effects = session.handle(Event::User(Intent::Connect(Part::Chat)), &Moment::default());
    let opened =
        |effect: &Effect| if let Effect::Open { link, .. } = effect { Some(*link) } else { None };
    effects.iter().find_map(opened).expect("a link is opened")
}

/// A wire with a link of the chat, at the time 5.
fn wire() -> (Wire, LinkId) {
    let (wire, link) = (Wire::new(|| UnixMillis::new(5), |_, _| {}), link(&mut Session::default()));
    wire.opened(Part::Chat, link, None);
    (wire, link)
}

#[test]
fn a_link_has_its_name_in_its_address_for_as_long_as_it_is_there() {
    let owner = Owner::new();
    owner.set();
    let stores = Stores::default();
    let (wire, id) = (stores.wire.wire(), LedgerId::from_random(0xf00d));
    let named = format!("link={id}");
    let link = link(&mut Session::default());
    assert_eq!(stores.wire.id_of(Part::Chat), None);
    wire.opened(Part::Chat, link, Some(id.clone()));
    assert_eq!(wire.with_ledger(link, "ws://h/echo".to_owned()), format!("ws://h/echo?{named}"));
    assert_eq!(wire.with_ledger(link, "http://h?a=1".to_owned()), format!("http://h?a=1&{named}"));
    wire.gone(link);
    assert_eq!(wire.with_ledger(link, "ws://h/echo".to_owned()), "ws://h/echo");
    assert_eq!(stores.wire.id_of(Part::Chat), Some(id), "its ledger can still be read");
    assert_eq!(stores.wire.id_of(Part::Clock), None);
    wire.opened(Part::Chat, link, None);
    assert_eq!(stores.wire.id_of(Part::Chat), None, "a link without a name has no ledger");
}

#[test]
fn nothing_is_even_looked_at_while_nobody_looks() {
    struct Untouchable;
    impl News for Untouchable {
        fn caught(&self) -> Option<Caught<'_>> {
            panic!("nobody looks")
        }
    }
    let (wire, link) = wire();
    let ear = wire.ear(link);
    ear.hears(&Untouchable);
    ear.says("hello");
    wire.tap();
    assert_eq!(wire.take().rows.len(), 0, "what was before is not there");
    ear.says("hello");
    wire.untap();
    ear.hears(&Untouchable);
    assert_eq!(wire.take().rows.len(), 0);
}

#[test]
fn the_page_s_end_of_a_link_is_told_as_it_passes() {
    let (wire, link) = wire();
    let ear = wire.ear(link);
    wire.tap();
    ear.opens("ws://h/echo");
    ear.hears(&SocketNews::Text("hé".to_owned()));
    ear.says("x".repeat(3_000).as_str());
    ear.hears(&SocketNews::Binary { bytes: 7 });
    ear.hears(&EventNews::Event { name: "ping", data: "{}".to_owned() });
    ear.hears(&StreamNews::Chunk(b"a\xff".to_vec()));
    ear.closes(CloseCode(4_000), "enough");
    let report = CloseReport { code: CloseCode(4_000), reason: "enough".to_owned(), clean: true };
    ear.hears(&SocketNews::Closed(report));
    wire.gone(link);
    ear.says("too late");
    let rows = wire.take().rows;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.what, row.way, row.size, row.says().chars().take(30).collect::<String>()))
        .collect();
    let (up, down) = (Some(Way::Up), Some(Way::Down));
    assert_eq!(
        told.iter()
            .map(|(what, way, size, says)| (*what, *way, *size, &**says))
            .collect::<Vec<_>>(),
        [
            (What::Opened, up, None, "ws://h/echo"),
            (What::Said(Kind::Text), down, Some(3), "hé"),
            (What::Said(Kind::Text), up, Some(3_000), "x".repeat(30).as_str()),
            (What::Said(Kind::Binary), down, Some(7), ""),
            (What::Event, down, Some(2), "ping: {}"),
            (What::Said(Kind::Body), down, Some(2), "a\u{fffd}"),
            (What::Said(Kind::Close), up, None, "4000 enough"),
            (What::Ended, None, None, "closed: 4000 enough"),
        ]
    );
    let page = (SeenBy::Page, Part::Chat, UnixMillis::new(5));
    assert!(rows.iter().all(|row| (row.seen_by, row.part, row.at) == page));
    assert_eq!(rows.iter().filter(|row| row.cut).count(), 1);
    assert_eq!(rows[2].raw.len(), 2_048);
}

#[test]
fn a_message_that_is_posted_is_told_with_its_answer_and_leaves_the_links_ledger_alone() {
    let ledgers = Rc::new(Cell::new(0));
    let named = Rc::clone(&ledgers);
    let wire = Wire::new(|| UnixMillis::new(5), move |_, _| named.set(named.get() + 1));
    let post = link(&mut Session::default());
    wire.tap();
    wire.posted(Part::Chat, post);
    let ear = wire.ear(post);
    ear.opens("http://h/echo/once");
    ear.says("hello");
    ear.hears(&None::<Answer>);
    wire.answered(post);
    wire.gone(post);
    let whats: Vec<_> = wire.take().rows.iter().map(|row| row.what).collect();
    assert_eq!(whats, [What::Opened, What::Said(Kind::Text), What::Ended]);
    assert_eq!(ledgers.get(), 0, "it takes the place of no other");
}

#[test]
fn a_link_that_is_let_go_without_a_word_says_so() {
    let (wire, link) = wire();
    wire.tap();
    wire.gone(link);
    wire.gone(link);
    let rows = wire.take().rows;
    assert_eq!(rows.iter().map(Row::says).collect::<Vec<_>>(), ["let go by the page"]);
}

#[test]
fn what_waits_to_be_taken_is_bounded() {
    let (wire, link) = wire();
    wire.tap();
    for _ in 0..ROWS_MAX + 2 {
        wire.ear(link).says("x");
    }
    let tapped = wire.take();
    assert_eq!((tapped.rows.len(), tapped.dropped), (ROWS_MAX, 2));
    assert_eq!(wire.take().rows.len(), 0);
}

/// A ledger of entries with these numbers, each a second after the one before, from the first at
/// the server's time 100,000.
fn ledger(numbers: &[u64]) -> Ledger {
    let at = |n: u64| UnixMillis::new(99_000 + n * 1_000);
    let entry = |n: &u64| Entry {
        n: *n,
        at: at(*n),
        request: 1,
        size: 40,
        cut: false,
        computed: false,
        what: ledger::What::Sent(Piece::of(Kind::Body, format!("tick {n}").as_bytes(), 99).0),
    };
    Ledger {
        link: LedgerId::from_random(1),
        now: at(*numbers.last().expect("an entry")),
        opened: at(1),
        totals: Totals::default(),
        dropped: 0,
        entries: numbers.iter().map(entry).collect(),
    }
}

fn raws(book: &Book) -> Vec<String> {
    book.rows().map(|row| row.raw.to_string()).collect()
}

#[test]
fn a_ledger_is_read_from_the_opening_and_from_when_the_book_begins() {
    let mut book = Book::default();
    book.begin(UnixMillis::new(8_500));
    // The server's tenth second is answered between the page's 9.9th and 10.1th.
    let (asked, answered) = (UnixMillis::new(9_900), UnixMillis::new(10_100));
    let all: Vec<u64> = (1..=10).collect();
    book.read(Part::Clock, &ledger(&all), asked, answered);
    let expected = ["tick 1", "tick 2", "tick 3", "tick 9", "tick 10"];
    assert_eq!(raws(&book), expected);
    let times: Vec<_> = book.rows().map(|row| row.at.get()).collect();
    assert_eq!(times, [1_000, 2_000, 3_000, 9_000, 10_000], "by the local clock");
    book.read(Part::Clock, &ledger(&all), asked, answered);
    assert_eq!(raws(&book), expected, "nothing is told twice");
    let more: Vec<u64> = (1..=11).collect();
    let later = |at: UnixMillis| UnixMillis::new(at.get() + 1_000);
    book.read(Part::Clock, &ledger(&more), later(asked), later(answered));
    assert_eq!(raws(&book)[5..], ["tick 11"]);
    book.clear();
    book.read(Part::Clock, &ledger(&more), later(asked), later(answered));
    assert_eq!(raws(&book), [""; 0], "what was forgotten does not come back");
    book.follow(|_| false);
    book.read(Part::Clock, &ledger(&more), later(asked), later(answered));
    assert_eq!(raws(&book)[..3], ["tick 1", "tick 2", "tick 3"], "it is another time's link");
}

#[test]
fn both_ends_stand_in_one_order_and_the_oldest_rows_make_room() {
    let (wire, link) = wire();
    wire.tap();
    let mut book = Book::default();
    let said = |text: &str| {
        wire.ear(link).says(text);
        wire.take()
    };
    book.take(said("at 5"));
    let at = UnixMillis::new(4);
    book.read(Part::Clock, &ledger(&[1]), at, at);
    book.take(said("at 5, too"));
    assert_eq!(raws(&book), ["tick 1", "at 5", "at 5, too"]);
    let ids: Vec<_> = book.rows().map(|row| row.id).collect();
    assert_eq!(ids, [2, 1, 3], "each has a number of its own");
    for _ in 0..ROWS_MAX {
        book.take(said("more"));
    }
    assert_eq!((book.rows().len(), book.dropped(), book.written()), (ROWS_MAX, 3, 1_003));
    book.clear();
    assert_eq!((book.rows().len(), book.dropped(), book.written()), (0, 0, 1_003));
}

#[test]
fn heads_are_written_out_and_rows_are_found_and_exported() {
    let headers = vec![("host".to_owned(), "h".to_owned()), ("cookie".to_owned(), "x".to_owned())];
    let entry = Entry {
        n: 1,
        at: UnixMillis::new(7),
        request: 1,
        size: 123,
        cut: true,
        computed: true,
        what: ledger::What::Request {
            method: "GET".to_owned(),
            target: "/api/clock".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers,
        },
    };
    let row = Row::of_entry(&entry, Part::Lane(Transport::LongPoll), UnixMillis::new(8));
    assert_eq!(&*row.raw, "GET /api/clock HTTP/1.1\nhost: h\ncookie: x");
    for (text, holds) in [("host", true), ("server", true), ("request", true), ("tick", false)] {
        assert_eq!(row.holds(text, str::to_lowercase), holds, "{text}");
    }
    let read: serde_json::Value = serde_json::from_str(&row.to_json()).expect("a line of JSON");
    assert_eq!(
        read,
        json!({
            "at": "1970-01-01T00:00:00.008Z",
            "seen_by": "server",
            "part": "lane",
            "transport": "long_poll",
            "way": "to the server",
            "what": "request",
            "size": 123,
            "computed": true,
            "raw": "GET /api/clock HTTP/1.1\nhost: h\ncookie: x",
            "cut": true,
        })
    );
}
