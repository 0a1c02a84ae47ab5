//! Sockets: whether they open, what passes over them, and how they end.

use std::time::Duration;

use super::{planned, probe};
use crate::check::probe::{Ask, Lane, Probe, Saying, SocketAsk};
use crate::words;

/// The probes of sockets.
pub(super) fn probes() -> [Probe; 9] {
    let plan = |plan: &str| SocketAsk { plan: planned(plan), says: vec![], closes: None };
    let closes = Some((4_001, CLIENT_REASON.to_owned()));
    [
        socket(
            "open",
            words!("opening, one message each way"),
            SocketAsk { says: vec![text(0, 64)], ..plan("i64,w1500") },
        ),
        socket("small", words!("messages of 64 bytes, fifty a second"), plan("150*(i64,w20)")),
        socket("slow", words!("messages of 64 bytes, three a second"), plan("8*(i64,w300)")),
        socket(
            "1500",
            words!("messages of 1,500 bytes, text and binary"),
            plan("20*(i1500,m1500,w100)"),
        ),
        socket("death", words!("a life of 5 s"), plan("10*(i64,w500)")),
        socket("ping", words!("a ping of the server's"), plan("w500,b,w1000,b,w500")),
        socket(
            "close-client",
            words!("a close by the client, with code and reason"),
            SocketAsk { closes, ..plan("i64,w5000") },
        ),
        socket(
            "close-server",
            words!("a close by the server, with code and reason"),
            plan("i64,w300,c4002"),
        ),
        socket(
            "sizes",
            words!("messages of 1 B to 1 MiB, text and binary"),
            SocketAsk {
                says: SIZES
                    .into_iter()
                    .flat_map(|bytes| [text(0, bytes), binary(0, bytes)])
                    .collect(),
                // As long as a slow path needs: the client closes as soon as all have come back.
                closes: Some((1_000, String::new())),
                ..plan("w24000")
            },
        ),
    ]
}

/// Around what frames, packets and buffers hold, up to what the server takes at most.
const SIZES: [u32; 12] =
    [1, 125, 126, 1_300, 1_500, 4_096, 16_384, 65_535, 65_536, 131_073, 524_288, 1_048_576];

/// What the client gives as its reason.
const CLIENT_REASON: &str = "as the probe says";

pub(super) fn socket(name: &str, title: &str, ask: SocketAsk) -> Probe {
    probe(format!("socket-{name}"), Lane::Socket, title, Ask::Socket(ask))
}

pub(super) const fn text(seconds: u64, bytes: u32) -> Saying {
    Saying { after: Duration::from_secs(seconds), bytes, is_binary: false }
}

const fn binary(seconds: u64, bytes: u32) -> Saying {
    Saying { after: Duration::from_secs(seconds), bytes, is_binary: true }
}
