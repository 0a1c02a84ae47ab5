//! Exchanges as a client and a server that stands for hyper write them, in whatever pieces.

use std::sync::{Arc, Mutex};

use super::*;
use crate::http1::Head;

/// What a witness was told, blocks put together.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Told {
    request: String,
    received: (u64, String),
    responses: Vec<String>,
    sent: (u64, String),
    ended: Option<(u64, How)>,
}

#[derive(Clone, Default)]
struct Book(Arc<Mutex<Told>>);

impl Book {
    fn write(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.0.lock().unwrap());
    }

    fn told(&self) -> Told {
        self.0.lock().unwrap().clone()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl Witness for Book {
    fn request(&mut self, head: Head<'_>) {
        self.write(|told| told.request += &text(head.0));
    }

    fn received(&mut self, size: u64, data: &[u8]) {
        self.write(|told| {
            told.received.0 += size;
            told.received.1 += &text(data);
        });
    }

    fn response(&mut self, head: Head<'_>) {
        self.write(|told| told.responses.push(text(head.0)));
    }

    fn sent(&mut self, size: u64, data: &[u8]) {
        self.write(|told| {
            told.sent.0 += size;
            told.sent.1 += &text(data);
        });
    }

    fn ended(&mut self, size: u64, how: How) {
        self.write(|told| assert_eq!(told.ended.replace((size, how)), None));
    }
}

const WAITS: Waits = Waits {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(90),
    rest: Duration::from_secs(20),
};

/// A request, the response to it, and what a witness is told of them.
struct Case {
    request: &'static str,
    response: &'static str,
    /// What the request's and the response's bodies carry, and how the exchange ends.
    told: (&'static str, &'static str, How),
}

const CASES: [Case; 9] = [
    Case {
        request: "GET /?a HTTP/1.1\r\nHost: x\r\n\r\n",
        response: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        told: ("", "ok", How::Sized),
    },
    Case {
        request: "\r\nHEAD /?a HTTP/1.1\nHost:x\n\n",
        response: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        told: ("", "", How::Sized),
    },
    Case {
        request: "POST /?a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        response: "HTTP/1.1 204 No Content\r\n\r\n",
        told: ("hello", "", How::Sized),
    },
    Case {
        request: "POST /?a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\n",
        response: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
        told: ("abcd", "abcd", How::Complete),
    },
    Case {
        request: "POST /?a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        response: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\ncontent-length: 1\r\n\r\ny",
        told: ("x", "y", How::Sized),
    },
    Case {
        request: "GET /?a HTTP/1.1\r\nIf-None-Match: *\r\n\r\n",
        response: "HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\n\r\n",
        told: ("", "", How::Sized),
    },
    Case {
        request: "GET /?a HTTP/1.1\r\n\r\n",
        response: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        told: ("", "", How::Sized),
    },
    Case {
        request: "GET /?a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        response: "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nz",
        told: ("", "z", How::Sized),
    },
    Case {
        request: "GET /?a HTTP/1.0\r\n\r\n",
        response: "HTTP/1.0 200 OK\r\n\r\nto the end",
        told: ("", "to the end", How::Complete),
    },
];

/// Runs exchanges one after the other, each written in pieces of a size.
fn run(cases: &[&Case], piece: usize) -> Vec<Told> {
    let now = Instant::now();
    let mut tracker = Tracker::new(now);
    let mut books = vec![];
    for (case, number) in cases.iter().zip(1..) {
        let book = Book::default();
        let mut witness: Option<Box<dyn Witness>> = Some(Box::new(book.clone()));
        for piece in case.request.as_bytes().chunks(piece) {
            tracker.received(piece, || now);
            // It is asked for once the head is whole, whatever has come of the body by then.
            witness = witness.and_then(|witness| tracker.claim(number, witness).err());
        }
        assert!(witness.is_none(), "{}", case.request);
        for piece in case.response.as_bytes().chunks(piece) {
            tracker.sent([piece], || now);
        }
        books.push(book);
    }
    tracker.closed(How::Dropped);
    books.iter().map(Book::told).collect()
}

fn check(case: &Case, told: &Told) {
    let (received, sent, how) = case.told;
    assert_eq!((&*told.received.1, &*told.sent.1), (received, sent), "{}", case.request);
    let (framing, ended) = told.ended.unwrap();
    assert_eq!(ended, how, "{}", case.request);
    let up = told.request.len() as u64 + told.received.0;
    assert_eq!(up, case.request.len() as u64, "{}: {told:?}", case.request);
    let heads: usize = told.responses.iter().map(String::len).sum();
    let down = heads as u64 + told.sent.0 + framing;
    assert_eq!(down, case.response.len() as u64, "{}: {told:?}", case.request);
}

#[test]
fn every_byte_of_an_exchange_is_told_once_whatever_its_shape() {
    for case in &CASES {
        for piece in [1, 2, 3, 7, 1024] {
            let told = run(&[case], piece);
            check(case, &told[0]);
        }
    }
}

#[test]
fn exchanges_follow_one_another() {
    for first in &CASES[..8] {
        for second in &CASES {
            for piece in [1, 5, 1024] {
                let told = run(&[first, second], piece);
                check(first, &told[0]);
                check(second, &told[1]);
            }
        }
    }
}

#[test]
fn a_chunk_is_a_block_of_its_own() {
    #[derive(Default)]
    struct Sizes(Arc<Mutex<Vec<u64>>>);
    impl Witness for Sizes {
        fn request(&mut self, _: Head<'_>) {}
        fn received(&mut self, _: u64, _: &[u8]) {}
        fn response(&mut self, _: Head<'_>) {}
        fn sent(&mut self, size: u64, _: &[u8]) {
            self.0.lock().unwrap().push(size);
        }
        fn ended(&mut self, _: u64, _: How) {}
    }
    let now = Instant::now();
    let mut tracker = Tracker::new(now);
    let sizes = Sizes::default();
    let seen = Arc::clone(&sizes.0);
    tracker.received(b"GET /?a HTTP/1.1\r\n\r\n", || now);
    assert!(tracker.claim(1, Box::new(sizes)).is_ok());
    tracker.sent(
        [&b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc"[..]],
        || now,
    );
    tracker.sent([&b"\r\n3\r\n"[..]], || now);
    tracker.sent([&b"def\r\n"[..]], || now);
    // The end of the second chunk's line came too late for its block, and goes with the third.
    assert_eq!(*seen.lock().unwrap(), [7, 4, 10]);
}

#[test]
fn requests_that_are_not_answered_yet_wait_their_turn() {
    let now = Instant::now();
    let mut tracker = Tracker::new(now);
    tracker.received(b"GET /?1 HTTP/1.1\r\n\r\nGET /?2 HTTP/1.1\r\n\r\n", || now);
    let (first, second) = (Book::default(), Book::default());
    assert!(tracker.claim(1, Box::new(first.clone())).is_ok());
    assert!(tracker.claim(3, Box::new(second.clone())).is_err(), "there is none");
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na";
    tracker.sent([&response[..]], || now);
    assert!(tracker.claim(2, Box::new(second.clone())).is_ok());
    assert_eq!(tracker.deadline(&WAITS), None);
    tracker.sent([&response[..30]], || now);
    tracker.closed(How::Left);
    assert_eq!(first.told().ended, Some((0, How::Sized)));
    assert_eq!(second.told().ended, Some((0, How::Left)));
}

#[test]
fn what_is_read_no_more_is_not_kept() {
    let now = Instant::now();
    for behind in ["", "GET /?3", "GET /?3 HTTP/1.1\r\n\r\n", "GET /?3 HTTP/1.1\r\n\r\nGET /?4"] {
        let mut tracker = Tracker::new(now);
        tracker.received(b"GET /?1 HTTP/1.1\r\n\r\nGET /?2 HTTP/1.1\r\n\r\n", || now);
        let response = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na";
        tracker.sent([&response[..]], || now);
        tracker.received(behind.as_bytes(), || now);
        tracker.reads_no_more();
        assert!(matches!(&tracker.inbound, Side::Head(reader) if !reader.has_begun()), "{behind}");
        assert!(tracker.claim(3, Box::new(Book::default())).is_err(), "{behind}");
        // The one that is being answered is followed to its end.
        let book = Book::default();
        assert!(tracker.claim(2, Box::new(book.clone())).is_ok(), "{behind}");
        tracker.sent([&response[..]], || now);
        assert_eq!(book.told().ended, Some((0, How::Sized)), "{behind}");
        assert!(!tracker.is_answering(), "{behind}");
    }
}

#[test]
fn a_request_without_a_query_is_not_kept() {
    let now = Instant::now();
    let mut tracker = Tracker::new(now);
    tracker.received(b"GET / HTTP/1.1\r\n\r\n", || now);
    assert!(tracker.claim(1, Box::new(Book::default())).is_err());
}

#[test]
fn a_request_that_nobody_will_claim_is_kept_no_longer() {
    let now = Instant::now();
    let mut tracker = Tracker::new(now);
    tracker.received(b"GET /?a HTTP/1.1\r\n\r\nGET /?b HTTP/1.1\r\n\r\n", || now);
    tracker.leave(1);
    assert!(tracker.claim(1, Box::new(Book::default())).is_err());
    // One that has a witness keeps it.
    let book = Book::default();
    assert!(tracker.claim(2, Box::new(book.clone())).is_ok());
    tracker.leave(2);
    tracker.closed(How::Left);
    assert_eq!(book.told().ended, Some((0, How::Left)));
}

#[test]
fn each_wait_has_its_own_deadline() {
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let mut tracker = Tracker::new(start);
    assert_eq!(
        tracker.deadline(&WAITS),
        Some((at(10), Limit::HeaderTimeout)),
        "nothing has come yet"
    );
    tracker.received(b"POST / HTTP/1.1\r\n", || at(3));
    tracker.received(b"Content-Length: 2\r\n", || at(8));
    assert_eq!(
        tracker.deadline(&WAITS),
        Some((at(13), Limit::HeaderTimeout)),
        "a head has 10 s, however it comes"
    );
    tracker.received(b"\r\na", || at(9));
    assert_eq!(tracker.deadline(&WAITS), None, "it is being answered");
    tracker.sent([&b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..]], || at(20));
    assert_eq!(
        tracker.deadline(&WAITS),
        Some((at(40), Limit::BodyIdleTimeout)),
        "the rest of its body may come"
    );
    tracker.received(b"b", || at(30));
    assert_eq!(tracker.deadline(&WAITS), Some((at(120), Limit::IdleTimeout)), "idle from here on");
    tracker.received(b"G", || at(100));
    assert_eq!(tracker.deadline(&WAITS), Some((at(110), Limit::HeaderTimeout)));
}

#[test]
fn what_is_no_http1_is_not_followed() {
    let now = Instant::now();
    let many = "GET / HTTP/1.1\r\n\r\n".repeat(PIPELINE_MAX + 1);
    for (received, sent, mode) in [
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", Mode::Http2),
        (&*many, "", Mode::TooMany),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n\u{1}", Mode::Other),
        ("no request", "HTTP/1.1 400 Bad Request\r\n\r\n", Mode::Other),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "", Mode::Other),
    ] {
        let mut tracker = Tracker::new(now);
        tracker.received(received.as_bytes(), || now);
        tracker.sent([sent.as_bytes()], || now);
        assert_eq!(tracker.mode(), mode, "{received}");
        let rest = (now + WAITS.rest, Limit::BodyIdleTimeout);
        let deadline = (mode == Mode::Other).then_some(rest);
        assert_eq!(tracker.deadline(&WAITS), deadline, "{received}");
    }
}
