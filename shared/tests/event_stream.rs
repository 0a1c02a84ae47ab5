//! The decoder of event streams against the cases of the HTML standard, in every way to cut them.

use std::time::Duration;

use echoclock_shared::decode::TooLong;
use echoclock_shared::decode::sse::{Decoder, EVENT_MAX, Event};
use echoclock_shared::encode::sse;
use echoclock_shared::feed::{Item, Period, Seq};
use proptest::prelude::*;

/// A type, the data, and the last event ID.
type Told = (&'static str, &'static str, &'static str);

fn told(event: &Event) -> (&str, &str, &str) {
    (&event.kind, &event.data, &event.last_event_id)
}

fn read(chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<Event> {
    let mut decoder = Decoder::default();
    chunks
        .into_iter()
        .flat_map(|chunk| decoder.push(chunk.as_ref()).expect("short lines"))
        .collect()
}

const CASES: [(&[u8], &[Told]); 34] = [
    // The standard's own examples.
    (b"data: YHOO\ndata: +2\ndata: 10\n\n", &[("message", "YHOO\n+2\n10", "")]),
    (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        &[
            ("message", "first event", "1"),
            ("message", "second event", ""),
            ("message", " third event", ""),
        ],
    ),
    (b"data\n\ndata\ndata\n\ndata:", &[("message", "", ""), ("message", "\n", "")]),
    (b"data:test\n\ndata: test\n\n", &[("message", "test", ""), ("message", "test", "")]),
    (
        b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
        &[("add", "73857293", ""), ("remove", "2153", "")],
    ),
    // Line ends.
    (b"data: a\r\n\r\n", &[("message", "a", "")]),
    (b"data: a\r\r", &[("message", "a", "")]),
    (b"data: a\rdata: b\ndata: c\r\n\n", &[("message", "a\nb\nc", "")]),
    (b"data: a\n\r", &[("message", "a", "")]),
    (b"data: a\n\r\ndata: b\n\n", &[("message", "a", ""), ("message", "b", "")]),
    (b"data: a\n", &[]),
    (b"data: a\n\ndata: b", &[("message", "a", "")]),
    // A byte order mark, at the beginning only.
    (b"\xef\xbb\xbfdata: a\n\n", &[("message", "a", "")]),
    (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", &[]),
    (b"\n\xef\xbb\xbfdata: a\n\n", &[]),
    (b"\xef\xbbdata: a\n\ndata: b\n\n", &[("message", "b", "")]),
    // Comments and unknown fields.
    (b":\n\n: data: a\n:data: b\n\n", &[]),
    (b"data: a\n:comment\ndata: b\n\n", &[("message", "a\nb", "")]),
    (b"foo: bar\ndata: a\nDATA: b\n data: c\n\n", &[("message", "a", "")]),
    // Colons and spaces.
    (b"data: a: b\n\n", &[("message", "a: b", "")]),
    (b"data:\ta\n\n", &[("message", "\ta", "")]),
    (b"data : a\n\n", &[]),
    (b"data:\n\n", &[("message", "", "")]),
    // Types.
    (b"event: a\n\ndata: b\n\n", &[("message", "b", "")]),
    (b"event: a\nevent: b\ndata: c\n\ndata: d\n\n", &[("b", "c", ""), ("message", "d", "")]),
    (b"event\ndata: a\n\n", &[("message", "a", "")]),
    (b"event: message\ndata: a\n\n", &[("message", "a", "")]),
    // IDs.
    (b"id: 1\ndata: a\n\ndata: b\n\n", &[("message", "a", "1"), ("message", "b", "1")]),
    (b"id: 1\n\ndata: a\n\n", &[("message", "a", "1")]),
    (b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n", &[("message", "a", "1"), ("message", "b", "1")]),
    (b"id: 1\ndata: a\n\nid:\ndata: b\n\n", &[("message", "a", "1"), ("message", "b", "")]),
    // Characters.
    ("data: \u{7f}ü€🕰\u{feff}\n\n".as_bytes(), &[("message", "\u{7f}ü€🕰\u{feff}", "")]),
    (b"data: \xff\xe2\x82\n\n", &[("message", "\u{fffd}\u{fffd}", "")]),
    ("data: a\u{2028}b\u{85}c\u{b}d\u{c}e\n\n".as_bytes(), &[("message", "a\u{2028}b\u{85}c\u{b}d\u{c}e", "")]),
];

#[test]
fn the_standards_cases_are_read_in_whatever_chunks_they_arrive() {
    for (stream, expected) in CASES {
        let shown = String::from_utf8_lossy(stream);
        for cut in 0..=stream.len() {
            for second in cut..=stream.len() {
                let chunks = [&stream[..cut], &stream[cut..second], &stream[second..]];
                let events = read(chunks);
                let events: Vec<_> = events.iter().map(told).collect();
                assert_eq!(events, expected, "{shown:?} cut at {cut} and {second}");
            }
        }
        let events = read(stream.chunks(1));
        assert_eq!(events.iter().map(told).collect::<Vec<_>>(), expected, "{shown:?} by bytes");
    }
}

#[test]
fn retry_takes_digits_only() {
    for (line, retry) in [
        ("retry: 1500", Some(1_500)),
        ("retry:0", Some(0)),
        ("retry: 99999999999999999999999", Some(u64::MAX)),
        ("retry", None),
        ("retry:", None),
        ("retry: 1.5", None),
        ("retry: -1", None),
        ("retry: +1", None),
        ("retry: 1 ", None),
        ("retry: 1000x", None),
        ("retry: \u{661}", None),
        ("retry: 7\nretry: x", Some(7)),
    ] {
        let mut decoder = Decoder::default();
        decoder.push(format!("{line}\n").as_bytes()).expect("a short line");
        assert_eq!(decoder.retry(), retry.map(Duration::from_millis), "{line:?}");
    }
}

#[test]
fn what_never_ends_is_given_up() {
    let too_long = Err(TooLong { max: EVENT_MAX });
    let line = vec![b'x'; EVENT_MAX];
    let mut decoder = Decoder::default();
    assert_eq!(decoder.push(&line), Ok(vec![]));
    assert_eq!(decoder.push(b"x"), too_long);

    let mut decoder = Decoder::default();
    let half = [b"data:", &line[..EVENT_MAX / 2], b"\n"].concat();
    assert_eq!(decoder.push(&half), Ok(vec![]));
    assert_eq!(decoder.push(&half), too_long);
}

/// Streams out of the pieces that matter, so that most of them hold events.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data".to_vec()),
        Just(b"id".to_vec()),
        Just(b"event".to_vec()),
        Just(b"retry".to_vec()),
        Just(b":".to_vec()),
        Just(b": ".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"\0".to_vec()),
        "[a-z0-9 ü🕰]{0,6}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..3),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn chunks_make_no_difference(stream in streams(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let ends = cuts.iter().copied().chain([stream.len()]);
        let begins = [0].into_iter().chain(cuts.iter().copied());
        let chunks: Vec<_> = begins.zip(ends).map(|(begin, end)| &stream[begin..end]).collect();
        prop_assert_eq!(read(chunks), read([&stream]));
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same(places in proptest::collection::vec(0_u64..1 << 53, 1..20)) {
        let stream: String = places
            .iter()
            .map(|place| sse::message(Some(Seq::new(*place)), &Item::Value(Period::S1.tick(Seq::new(*place % (1 << 40))))))
            .collect();
        let events = read([stream]);
        prop_assert_eq!(events.len(), places.len());
        for (event, place) in events.iter().zip(places) {
            prop_assert_eq!(&event.last_event_id, &place.to_string());
            let tick = Period::S1.tick(Seq::new(place % (1 << 40)));
            prop_assert_eq!(serde_json::from_str::<Item<_>>(&event.data).expect("an item"), Item::Value(tick));
        }
    }
}
