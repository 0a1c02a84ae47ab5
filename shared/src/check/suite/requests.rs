//! Requests that end with their answer.

use std::time::Duration;

use super::{Depth, MEASURE, planned, probe};
use crate::check::probe::{Ask, Lane, Probe};
use crate::{say, words};

/// What all else is measured by, and what needs the network for itself.
pub(super) fn first() -> Vec<Probe> {
    let connections = Ask::Connections { streams: 8, plan: planned("i64,w1500,i64") };
    vec![
        probe(
            MEASURE,
            Lane::Requests,
            words!("the request as it arrives, and the clocks"),
            Ask::Seen { times: 6 },
        ),
        probe("connections", Lane::Requests, words!("eight streams side by side"), connections),
    ]
}

/// Questions that wait for their answer.
pub(super) fn waits(depth: Depth) -> impl Iterator<Item = Probe> {
    let longest = match depth {
        Depth::Quick => 25,
        Depth::Deep => 100,
    };
    let waits = [100, 55, 25, 20, 5].into_iter().filter(move |seconds| *seconds <= longest);
    waits.map(|seconds| {
        let wait = Duration::from_secs(seconds);
        let title = say!("an answer that comes after {seconds} s", seconds);
        probe(format!("wait-{seconds}s"), Lane::LongPoll, title, Ask::Wait { wait })
    })
}

/// Statuses, and bodies in one piece.
pub(super) fn last() -> impl Iterator<Item = Probe> {
    let statuses = [204, 404, 500].map(|code| {
        let title = say!("an answer of {code}", code);
        probe(format!("status-{code}"), Lane::Requests, title, Ask::Status { code })
    });
    let bodies = [("64k", "64 KiB", 64 * 1024), ("1m", "1 MiB", 1024 * 1024)];
    let bodies = bodies.map(|(name, size, bytes)| {
        [
            probe(
                format!("upload-{name}"),
                Lane::Requests,
                say!("{size} up", size),
                Ask::Upload { bytes },
            ),
            probe(
                format!("download-{name}"),
                Lane::Requests,
                say!("{size} down", size),
                Ask::Download { bytes },
            ),
        ]
    });
    statuses.into_iter().chain(bodies.into_iter().flatten())
}
