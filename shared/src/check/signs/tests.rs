//! Each symptom beside its look-alikes, on paths made by hand.

use proptest::prelude::*;

use super::{Passing, Sign, Symptom, lives};
use crate::check::chinese::{english, in_chinese};
use crate::check::evidence::Evidence;
use crate::check::observed::{Heard, Note, Outcome, ServerSide, Untold};
use crate::check::path::{EPOCH, Holds, Made, Path, stream};
use crate::check::probe::{Ask, Lane};

mod plain;

/// Finds the signs of a run, and asserts that they are the same in Chinese, and told in it.
fn find(evidence: &Evidence) -> Vec<Sign> {
    let found = super::find(evidence);
    let chinese = in_chinese(|| super::find(evidence));
    assert_eq!(found.len(), chinese.len());
    for (sign, told) in found.iter().zip(chinese) {
        assert_eq!(sign.symptom, told.symptom);
        assert_eq!((sign.lane, &sign.probes), (told.lane, &told.probes));
        let mut says = told.says.clone();
        if let Symptom::HeadersAdded { names } | Symptom::HeadersStripped { names } = &told.symptom
        {
            says = names.iter().fold(says, |says, name| says.replace(name, ""));
        }
        assert_eq!(english(&says), [""; 0], "{sign:?}: {}", told.says);
        assert_ne!(sign.says, told.says);
    }
    found
}

/// What is seen of a lane, notes aside.
fn faults(made: &Made, lane: Lane) -> Vec<(Symptom, Vec<String>)> {
    let signs = find(&made.evidence).into_iter().filter(|sign| sign.lane == lane);
    let signs = signs.filter(|sign| sign.symptom.weight() > super::Weight::Note);
    let ids = |sign: Sign| sign.probes.into_iter().map(|id| id.0).collect();
    signs.map(|sign| (sign.symptom.clone(), ids(sign))).collect()
}

const SMALL: &str = "150*(i64,w20)";
const SLOW: &str = "8*(i64,w300)";
const LARGE: &str = "40*(i1500,w50)";
const LARGE_FIRST: &str = "i2048,8*(w250,i64)";
const SILENT_HEAD: &str = "w2000,5*(i64,w200)";

fn streams(path: Path) -> Made {
    let mut made = Made::over(path);
    for (id, plan) in [
        ("events-small", SMALL),
        ("events-slow", SLOW),
        ("events-1500", LARGE),
        ("events-large-first", LARGE_FIRST),
        ("events-silent-head", SILENT_HEAD),
    ] {
        made.events(id, plan);
    }
    made
}

#[test]
fn what_is_held_back_is_told_by_how() {
    let all = ["small", "slow", "1500", "large-first", "silent-head"];
    for (holds, symptom, shown_by) in [
        (Holds::All, Symptom::HeldWhole, &all[..]),
        // Items of 1,500 bytes come in lumps of two and of three: of no one size.
        (Holds::Bytes(4_096), Symptom::HeldFor { bytes: 4_096 }, &["small", "slow"]),
        // It is filled each 320 ms by the one stream, and by the other never: no timer does that.
        (Holds::Bytes(1_000), Symptom::HeldFor { bytes: 1_024 }, &["small", "slow"]),
        (Holds::FirstBytes(4_096), Symptom::HeldFor { bytes: 4_096 }, &all[..2]),
        (Holds::Millis(200), Symptom::Coalesced { millis: 200 }, &all[..4]),
        (Holds::One, Symptom::OneLate, &["slow", "large-first", "silent-head"]),
    ] {
        let found = faults(&streams(Path { holds, ..Path::default() }), Lane::Events);
        let [(seen, probes)] = &found[..] else { panic!("{holds:?}: {found:?}") };
        assert_eq!(*seen, symptom, "{holds:?}");
        for id in shown_by {
            assert!(probes.contains(&format!("events-{id}")), "{holds:?} {id}: {probes:?}");
        }
    }
}

#[test]
fn healthy_paths_show_nothing() {
    let compressed = vec![("content-encoding", "gzip"), ("via", "1.1 cache"), ("x-new", "1")];
    for path in [
        Path::default(),
        Path { way: 150, ..Path::default() },
        Path { adds: compressed, ..Path::default() },
        // Two in a hundred are lost, and come a round trip and a timer later.
        Path { way: 150, jitter: [vec![0; 49], vec![500]].concat(), ..Path::default() },
        // The machine was busy for a second.
        Path { jitter: [vec![0; 70], vec![1_000], vec![0; 500]].concat(), ..Path::default() },
    ] {
        let mut made = streams(path.clone());
        made.socket("socket-slow", SLOW);
        made.socket("socket-small", SMALL);
        for lane in Lane::ALL.into_iter().filter(|lane| *lane != Lane::Requests) {
            assert_eq!(faults(&made, lane), [], "{path:?}");
        }
    }
}

#[test]
fn what_is_compressed_or_added_is_noted() {
    let adds = vec![("content-encoding", "gzip"), ("via", "1.1 cache")];
    let signs = find(&streams(Path { adds, ..Path::default() }).evidence);
    let coding = "gzip".to_owned();
    assert!(
        signs.iter().any(|sign| sign.symptom == Symptom::Compressed { coding: coding.clone() })
    );
    let names = vec!["via".to_owned()];
    assert!(
        signs.iter().any(|sign| sign.symptom == Symptom::HeadersAdded { names: names.clone() })
    );
}

#[test]
fn a_head_that_waits_is_told_from_a_stream_that_is_held() {
    let made = streams(Path { is_head_late: true, ..Path::default() });
    assert_eq!(faults(&made, Lane::Events), []);
    let late = Symptom::HeadLate { millis: 2_000 };
    let notes = find(&made.evidence);
    let note = notes.iter().find(|sign| sign.symptom == late).expect("a note");
    assert_eq!((note.probes.len(), note.probes[0].0.as_str()), (1, "events-silent-head"));
    let held = streams(Path { holds: Holds::All, is_head_late: true, ..Path::default() });
    let signs = find(&held.evidence);
    assert!(!signs.iter().any(|sign| sign.symptom.is_like(&late)), "{signs:?}");
}

#[test]
fn an_end_is_told_by_how_and_by_when() {
    let busy = "60*(i64,w500)";
    for (plans, cut, symptom) in [
        (&["150*(i64,w20)"][..], (1_500, false), Symptom::Truncated),
        (&["150*(i64,w20)"], (1_500, true), Symptom::EndedEarly),
        (&[busy, "80*(i64,w500)"], (3_000, false), Symptom::Lifetime { seconds: 3 }),
        (&[busy], (15_000, false), Symptom::Lifetime { seconds: 15 }),
        (&[busy], (15_000, true), Symptom::Lifetime { seconds: 15 }),
        (&["i64,w30000,i64"], (15_000, false), Symptom::IdleCut { seconds: 15 }),
        (&["i64,w30000,i64"], (15_000, true), Symptom::IdleCut { seconds: 15 }),
        (&["150*(i64,w20)", "8*(i64,w300)", "w2000,i64"], (2_000, true), Symptom::EndedEarly),
        // What is cut at the same age with traffic was not cut because of its silence.
        (&[busy, "i64,w30000,i64"], (15_000, false), Symptom::Lifetime { seconds: 15 }),
    ] {
        let mut made = Made::over(Path { cut: Some(cut), ..Path::default() });
        for (n, plan) in plans.iter().enumerate() {
            made.events(&format!("events-{n}"), plan);
        }
        let found = faults(&made, Lane::Events);
        let found: Vec<_> = found.into_iter().map(|(symptom, _)| symptom).collect();
        assert_eq!(found, [symptom], "{plans:?} {cut:?}");
    }
}

/// A run in which these links begin so many milliseconds after one another, and one event breaks them all.
fn broken_at_once(plans: &[&str], apart: u64, event: u64) -> Made {
    let mut made = Made::over(Path::default());
    for (n, plan) in (0..).zip(plans) {
        made.now = 1_000 + n * apart;
        made.path.cut = Some((event - n * apart, false));
        if n % 2 == 0 {
            made.events(&format!("events-{n}"), plan);
        } else {
            made.socket(&format!("socket-{n}"), plan);
        }
    }
    made
}

#[test]
fn what_one_event_breaks_has_no_lifetime() {
    let busy = "60*(i64,w500)";
    // Of one age, and too young for that to tell anything.
    let together = broken_at_once(&[busy; 4], 0, 5_000);
    // Of several ages, and old.
    let apart = broken_at_once(&[busy; 4], 2_000, 20_000);
    let kept = broken_at_once(&[busy, busy, "i64,9*(w6000,i64)", "i64,9*(w6000,b)"], 2_000, 25_000);
    let silent = "i64,w60000,i64";
    let silent = broken_at_once(&[busy, busy, silent, silent], 2_000, 25_000);
    for made in [together, apart, kept, silent] {
        for lane in [Lane::Events, Lane::Socket] {
            let found = faults(&made, lane);
            let is_truncated = |(symptom, _): &(Symptom, _)| *symptom == Symptom::Truncated;
            assert!(!found.is_empty() && found.iter().all(is_truncated), "{lane}: {found:?}");
        }
    }
}

#[test]
fn what_breaks_at_one_old_age_has_a_lifetime_though_all_began_together() {
    let made = broken_at_once(&["60*(i64,w500)"; 4], 0, 15_000);
    for lane in [Lane::Events, Lane::Socket] {
        let found: Vec<_> = faults(&made, lane).into_iter().map(|(symptom, _)| symptom).collect();
        assert_eq!(found, [Symptom::Lifetime { seconds: 15 }], "{lane}");
    }
}

#[test]
fn a_socket_that_breaks_at_once_is_told_from_one_that_lives_for_a_while() {
    for (age, symptom) in
        [(300, Symptom::SocketReset { millis: 300 }), (12_000, Symptom::Lifetime { seconds: 12 })]
    {
        let mut made = Made::over(Path { cut: Some((age, false)), ..Path::default() });
        made.socket("socket-life", "60*(i64,w500)");
        let found = faults(&made, Lane::Socket);
        assert_eq!(found, [(symptom, vec!["socket-life".to_owned()])]);
    }
}

#[test]
fn what_dies_without_a_word_is_told_from_what_is_cut() {
    let mut made = Made::over(Path { dies_after: Some(1), ..Path::default() });
    made.events("idle-events-15", "i64,w15000,i64,w200,i64");
    made.socket("idle-socket-15", "i64,w15000,i64,w200,i64");
    for lane in [Lane::Events, Lane::Socket] {
        let found: Vec<_> = faults(&made, lane).into_iter().map(|(symptom, _)| symptom).collect();
        assert_eq!(found, [Symptom::SilentDeath], "{lane}");
    }
    let of = |life: &super::Life| (life.lane, life.with, life.survived, life.cut);
    let lives: Vec<_> = lives(&made.evidence).iter().map(of).collect();
    assert_eq!(
        lives,
        [
            (Lane::Events, Passing::Nothing, None, Some(15)),
            (Lane::Socket, Passing::Nothing, None, Some(15)),
        ]
    );
}

#[test]
fn the_ladder_tells_what_was_survived_and_what_was_cut() {
    let mut made = Made::over(Path { cut: Some((50_000, false)), ..Path::default() });
    for seconds in [15, 30, 55, 60] {
        made.events(&format!("idle-{seconds}"), &format!("i64,w{seconds}000,i64,w200,i64"));
    }
    let lives = lives(&made.evidence);
    assert_eq!((lives[0].survived, lives[0].cut), (Some(30), Some(50)));
    let found: Vec<_> =
        faults(&made, Lane::Events).into_iter().map(|(symptom, _)| symptom).collect();
    assert_eq!(found, [Symptom::IdleCut { seconds: 50 }]);
}

#[test]
fn a_cut_that_races_with_the_end_of_a_silence_is_that_silences() {
    for cut in [14_990, 15_000, 15_040] {
        let mut made = Made::over(Path { cut: Some((cut, false)), ..Path::default() });
        made.events("idle-15", "i64,w15000,i64,w200,i64");
        let found = faults(&made, Lane::Events);
        let found: Vec<_> = found.into_iter().map(|(symptom, _)| symptom).collect();
        assert_eq!(found, [Symptom::IdleCut { seconds: 15 }], "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// However late single items are, and however much they are late by: no pattern, no fault.
    #[test]
    fn jitter_is_no_fault(
        way in 0_u64..200,
        jitter in proptest::collection::vec(prop_oneof![
            8 => 0_u64..40,
            2 => 0_u64..150,
            1 => 200_u64..700,
        ], 150..400),
    ) {
        let made = streams(Path { way, jitter, ..Path::default() });
        prop_assert_eq!(faults(&made, Lane::Events), []);
    }

    /// A path whose delay swings within a width, whatever the width.
    #[test]
    fn a_swinging_delay_is_no_fault(
        width in 1_u64..400,
        swings in proptest::collection::vec(any::<u64>(), 300),
    ) {
        let jitter = swings.into_iter().map(|swing| swing % width).collect();
        let made = streams(Path { way: 20, jitter, ..Path::default() });
        prop_assert_eq!(faults(&made, Lane::Events), []);
    }
}

#[test]
fn a_stream_whose_server_is_not_known_ended_early_where_it_came_faster_than_it_could() {
    let held_until = |millis: u64| {
        let at = |what| Note { at: millis * 1_000, request: 1, what };
        let item = |n| Heard::Item { n, nonce: "a".to_owned(), sent: EPOCH + millis, bytes: 64 };
        let head = Heard::Head { status: 200, version: None, headers: vec![] };
        let asked = Note { at: 0, request: 1, what: Heard::Asked };
        let held = std::iter::once(head).chain((1..=10).map(item)).chain([Heard::Ended]);
        let heard = std::iter::once(asked).chain(held.map(at)).collect();
        let mut made = Made::over(Path::default());
        let ask = Ask::Stream(stream("10*(i64,w100)"));
        made.add("held", Lane::Events, ask, Outcome::Done, heard, vec![]);
        let seen = made.evidence.observations.last_mut().expect("it was added");
        seen.ledger = ServerSide::Unknown(Untold::NotInTime);
        find(&made.evidence)
    };
    for (millis, is_early) in [(1_100, false), (300, true)] {
        let signs = held_until(millis);
        let has_ended = signs.iter().any(|sign| sign.symptom == Symptom::EndedEarly);
        assert_eq!(has_ended, is_early, "{millis} ms: {signs:?}");
    }
}
