//! Expectations, as they are written and judged.

use super::*;
use crate::sample;

fn parse(text: &str) -> Result<Expectation, String> {
    text.parse().map_err(|error: NotAnExpectation| error.to_string())
}

#[test]
fn what_is_expected_is_read_as_it_is_written() {
    for (text, terms) in [
        ("sse", &["sse"][..]),
        ("sse,socket,idle>=120s", &["sse", "socket", "idle>=120s"]),
        (" polling , long-polling.idle >= 1m ", &["polling", "long-polling.idle>=60s"]),
        ("requests,streaming,frame", &["requests", "streaming", "frame"]),
        ("socket.idle>=2h,socket", &["socket.idle>=7200s", "socket"]),
    ] {
        let Expectation(read) = parse(text).unwrap();
        let read: Vec<_> = read.iter().map(ToString::to_string).collect();
        assert_eq!(read, terms, "{text}");
    }
}

#[test]
fn what_is_not_known_is_refused_with_what_is() {
    const LANES: &str = "requests, polling, long-polling, streaming, frame, sse, socket";
    const EMPTY: &str = "something is expected between commas, such as sse,socket,idle>=120s";
    for (text, why) in [
        ("", EMPTY.to_owned()),
        ("sse,,socket", EMPTY.to_owned()),
        ("websocket", format!("\"websocket\" is none of {LANES}")),
        ("all.idle>=1s", format!("\"all\" is none of {LANES}")),
        ("sse=works", format!("\"sse=works\" is none of {LANES}")),
        ("idle>5s", format!("\"idle>5s\" is none of {LANES}")),
        (
            "socket.life>=5s",
            "\"life\" is not measured; what is, is idle, as in idle>=120s or socket.idle>=120s"
                .to_owned(),
        ),
        (
            "polling.idle>=5s",
            "short polling knows no silence; long-polling, streaming, frame, sse, socket do"
                .to_owned(),
        ),
        ("idle>=5", "\"5\" is no duration such as 90s, 2m or 1h, of a day at most".to_owned()),
    ] {
        assert_eq!(parse(text), Err(why), "{text}");
    }
}

#[test]
fn what_a_run_has_not_tested_does_not_hold() {
    let faulty = sample::faulty();
    for (text, expected) in [
        ("requests", &[("requests", Outcome::Held)][..]),
        ("sse", &[("sse", Outcome::NotHeld)]),
        ("socket", &[("socket", Outcome::NotHeld)]),
        ("frame", &[("frame", Outcome::NotTested)]),
        ("socket.idle>=30s", &[("socket.idle>=30s", Outcome::Held)]),
        ("socket.idle>=31s", &[("socket.idle>=31s", Outcome::NotTested)]),
        ("socket.idle>=50s", &[("socket.idle>=50s", Outcome::NotHeld)]),
        ("streaming.idle>=55s", &[("streaming.idle>=55s", Outcome::Held)]),
        ("streaming.idle>=56s", &[("streaming.idle>=56s", Outcome::NotTested)]),
        (
            "idle>=20s",
            &[
                ("streaming.idle>=20s", Outcome::Held),
                ("frame.idle>=20s", Outcome::NotTested),
                ("sse.idle>=20s", Outcome::NotTested),
                ("socket.idle>=20s", Outcome::Held),
            ],
        ),
    ] {
        let judged = parse(text).unwrap().judge(&faulty);
        let judged: Vec<_> = judged.iter().map(|it| (it.term.as_str(), it.outcome)).collect();
        assert_eq!(judged, expected, "{text}");
    }
}

#[test]
fn a_lane_works_for_certain_where_all_of_it_was_tested() {
    let mut checked = sample::healthy();
    let outcome = |checked: &Checked, text| parse(text).unwrap().judge(checked)[0].outcome;
    assert_eq!(outcome(&checked, "frame"), Outcome::Held);
    checked.report.not_tested = sample::faulty().report.not_tested;
    assert_eq!(outcome(&checked, "frame"), Outcome::NotTested, "a probe of it was stopped");
    assert_eq!(outcome(&checked, "socket"), Outcome::Held);
    checked.lanes = vec![Lane::Poll];
    assert_eq!(outcome(&checked, "socket"), Outcome::NotTested, "it was left out");
    assert_eq!(outcome(&checked, "idle>=1s"), Outcome::NotTested);
}
