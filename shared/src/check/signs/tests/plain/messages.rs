//! A socket that is for what the client says.

use super::*;
use crate::check::probe::Saying;

#[test]
fn a_socket_for_messages_breaks_of_what_was_said_alone() {
    let saying = |bytes| Saying { after: Duration::ZERO, bytes, is_binary: false };
    let ask = SocketAsk {
        plan: read("w24000"),
        says: vec![saying(64), saying(65_536)],
        closes: Some((1_000, String::new())),
    };
    let said = |n, bytes| (300 * u64::from(n), Heard::Said { n, bytes });
    let back = |n| (300 * u64::from(n) + 100, Heard::Echoed { n, is_same: true });
    let over = Symptom::OverLimit { passed: 64, failed: 65_536 };
    let close = |at, is_sent| (at, frame(is_sent, Kind::Close, "1000"));
    for (heard, server, symptoms) in [
        (
            vec![said(1, 64), back(1), said(2, 65_536), back(2), (700, Heard::Left)],
            vec![close(701, false), close(701, true)],
            vec![],
        ),
        // It is broken off, or swallowed and given up.
        (
            vec![said(1, 64), back(1), said(2, 65_536), closed(1_006, "")],
            vec![(605, ended(ledger::LEFT))],
            vec![over.clone()],
        ),
        (
            vec![said(1, 64), back(1), said(2, 65_536), (5_700, Heard::Left)],
            vec![close(5_701, false), close(5_701, true)],
            vec![over],
        ),
    ] {
        let told = format!("{heard:?}");
        assert_eq!(open(ask.clone(), heard, server), symptoms, "{told}");
    }
}

#[test]
fn a_message_that_is_still_under_way_is_told_from_one_that_is_lost() {
    let saying = |bytes| Saying { after: Duration::ZERO, bytes, is_binary: false };
    let ask = SocketAsk {
        plan: read("w24000"),
        says: [64, 65_536, 1_048_576].map(saying).to_vec(),
        closes: Some((1_000, String::new())),
    };
    // By the pace of the second, the third takes sixteen times as long.
    for (pace, is_lost) in [(10, true), (300, true), (500, false), (4_000, false)] {
        let heard = vec![
            (300, Heard::Said { n: 1, bytes: 64 }),
            (302, Heard::Echoed { n: 1, is_same: true }),
            (400, Heard::Said { n: 2, bytes: 65_536 }),
            (402 + pace, Heard::Echoed { n: 2, is_same: true }),
            (5_000, Heard::Said { n: 3, bytes: 1_048_576 }),
            (25_000, Heard::Left),
        ];
        let over = Symptom::OverLimit { passed: 65_536, failed: 1_048_576 };
        let symptoms = if is_lost { vec![over] } else { vec![] };
        let close = |is_sent| (25_001, frame(is_sent, Kind::Close, "1000"));
        assert_eq!(open(ask.clone(), heard, vec![close(false), close(true)]), symptoms, "{pace}");
    }
}
