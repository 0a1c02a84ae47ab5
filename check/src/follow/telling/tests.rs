//! What is told of links made by hand.

use super::*;
use crate::follow::followed::SCHEMA;
use echoclock_shared::time::UnixMillis;
use std::time::Duration;

fn followed() -> Followed {
    let headers = [
        ("server", "nginx\u{1b}[31m"),
        ("content-type", "text/event-stream"),
        ("content-encoding", "gzip"),
        ("set-cookie", "secret=1"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let head = Head::new(200, "HTTP/1.1".to_owned(), Duration::from_millis(1_200), headers);
    let measures = Measures {
        items: 600,
        bytes: 38_400,
        largest: 64,
        first_after: Some(0),
        moments: 9,
        lumps: 9,
        most_at_once: 65,
        page_lumps: 8,
        median: Some(3_200),
        p95: Some(3_210),
        furthest: Some(12_000),
        beats: 1,
        longest_silence: 12_000,
        last_silence: 10_000,
        is_cut: false,
    };
    let end = End::Closed { code: 1_001, reason: "<b>`away`".to_owned() };
    Followed {
        schema: SCHEMA,
        program: "1.0.0".to_owned(),
        url: "https://chat.example.org/events".to_owned(),
        began: UnixMillis::new(1_795_365_720_250),
        took: 30_004,
        kind: Kind::Events,
        says: says(Kind::Events, &head, &measures, &end, 30_004),
        not_told: not_told(),
        head,
        measures,
        end,
    }
}

#[test]
fn what_was_followed_stands_on_a_terminal() {
    insta::assert_snapshot!(text(&followed()));
}

#[test]
fn what_was_followed_as_markdown() {
    insta::assert_snapshot!(markdown(&followed()));
}

#[test]
fn what_was_followed_as_json() {
    insta::assert_json_snapshot!(followed());
}

#[test]
fn a_silence_that_ended_it_has_done_harm() {
    let measures =
        Measures { longest_silence: 11_000, last_silence: 60_000, ..Measures::default() };
    assert_eq!(
        silence(&measures, &End::Open),
        ["The longest silence that did no harm was of 60.0 s."]
    );
    assert_eq!(
        silence(&measures, &End::Ended),
        [
            "The longest silence that did no harm was of 11.0 s.",
            "Nothing had come for 60.0 s when it ended: silence may be why.",
        ]
    );
    assert_eq!(silence(&Measures::default(), &End::Ended), [""; 0]);
}

#[test]
fn ends_are_told_apart() {
    let broke = End::Broke { error: "reset".to_owned() };
    let closed = End::Closed { code: 1_005, reason: String::new() };
    for (kind, end, says) in [
        (Kind::Lines, End::Open, "The stream of lines was still open after 2.5 s."),
        (Kind::Bytes, End::Ended, "The response ended properly after 2.5 s."),
        (Kind::Socket, closed, "The WebSocket was closed after 2.5 s, without a code."),
        (Kind::Socket, broke, "The WebSocket broke off after 2.5 s: reset"),
    ] {
        assert_eq!(ended(kind, &end, 2_500), says);
    }
}
