//! A run's notes, as all families of signs look at them.

use crate::check::evidence::Evidence;
use crate::check::flow::{Clocks, Flow, How, Server};
use crate::check::observed::{Heard, Observation, Outcome, ServerSide};
use crate::check::probe::{Ask, Lane, Probe};

/// A run, with its clocks compared.
#[derive(Debug)]
pub(super) struct Looked<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) clocks: Clocks,
    /// Each probe that was begun and has told something.
    pub(super) probes: Vec<Told<'a>>,
}

/// A probe, and what both sides tell of it.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    pub(super) probe: &'a Probe,
    pub(super) seen: &'a Observation,
    /// The server's half, where it has one.
    pub(super) server: Option<Server<'a>>,
    /// The first request.
    pub(super) flow: Flow,
}

impl<'a> Looked<'a> {
    pub(super) fn at(evidence: &'a Evidence) -> Self {
        let clocks = Clocks::of(evidence);
        let probes = evidence.pairs().filter_map(|(probe, seen)| {
            let has_run = match seen.outcome {
                Outcome::Done | Outcome::Late => true,
                Outcome::Cancelled | Outcome::Skipped => false,
            };
            let flow = Flow::of(seen, 1, &clocks).filter(|_| has_run)?;
            Some(Told { probe, seen, server: Server::of(seen), flow })
        });
        let probes = probes.filter(|told| !told.is_refused()).collect();
        Self { evidence, clocks, probes }
    }

    /// Returns what is told of a lane.
    pub(super) fn of_lane(&self, lane: Lane) -> impl Iterator<Item = &Told<'a>> {
        self.probes.iter().filter(move |told| told.probe.lane == lane)
    }

    /// Returns by how many microseconds the client noticed something before the server's instant, in
    /// milliseconds since 1970, was due; less than zero where after it.
    pub(super) fn before(&self, at: u64, said: u64) -> Option<i64> {
        Some(self.clocks.due(said)? - i64::try_from(at).ok()?)
    }
}

impl<'a> Told<'a> {
    /// Returns each request's first head: which request, when, its status and its headers.
    pub(super) fn heads(&self) -> impl Iterator<Item = (u32, u64, u16, &'a [(String, String)])> {
        self.seen.heard.iter().filter_map(|note| {
            let Heard::Head { status, headers, .. } = &note.what else { return None };
            Some((note.request, note.at, *status, &headers[..]))
        })
    }

    /// Returns the first head's status.
    pub(super) fn status(&self) -> Option<u16> {
        self.heads().next().map(|(_, _, status, _)| status)
    }

    /// Whether the server has noted nothing, and could be asked.
    pub(super) fn is_unknown_to_the_server(&self) -> bool {
        let no_request = self.server.is_some_and(|server| server.0.totals.requests == 0);
        self.seen.ledger == ServerSide::Nothing || no_request
    }

    /// Whether the server itself had no room for it: that is no path's doing.
    pub(super) fn is_refused(&self) -> bool {
        self.heads().any(|(_, _, status, headers)| is_refusal(status, headers))
    }

    /// Returns how many items are planned, and whether it is a stream or a socket with a plan at all.
    pub(super) fn planned(&self) -> Option<u32> {
        match &self.probe.ask {
            Ask::Stream(ask) => Some(ask.plan.items()),
            Ask::Socket(ask) => Some(ask.plan.items()),
            Ask::Seen { .. }
            | Ask::Twins(_)
            | Ask::Follow { .. }
            | Ask::Wait { .. }
            | Ask::Upload { .. }
            | Ask::Download { .. }
            | Ask::Status { .. }
            | Ask::Connections { .. } => None,
        }
    }

    /// Returns when it ended for the client, other than by the client's own leaving.
    pub(super) fn ended(&self) -> Option<(u64, How)> {
        self.flow.end.filter(|end| end.how != How::Left).map(|end| (end.at, end.how))
    }

    /// Whether it has begun: what is answered otherwise than by opening is no socket.
    pub(super) fn has_begun(&self) -> bool {
        match &self.probe.ask {
            Ask::Socket(_) => self.has_opened(),
            Ask::Seen { .. }
            | Ask::Stream(_)
            | Ask::Twins(_)
            | Ask::Follow { .. }
            | Ask::Wait { .. }
            | Ask::Upload { .. }
            | Ask::Download { .. }
            | Ask::Status { .. }
            | Ask::Connections { .. } => self.flow.head.is_some() || !self.flow.items.is_empty(),
        }
    }

    /// Whether it is a socket that has opened.
    pub(super) fn has_opened(&self) -> bool {
        self.seen.heard.iter().any(|note| matches!(note.what, Heard::Opened { .. }))
    }

    /// Returns when what it opened was there: when its head was due, or at least was asked for.
    pub(super) fn began(&self) -> u64 {
        self.flow.head.unwrap_or(self.flow.asked)
    }
}

/// Whether an answer is the server's own "no room": its problems have a type of their own (RFC 9457).
pub(in crate::check) fn is_refusal(status: u16, headers: &[(String, String)]) -> bool {
    let mut types = crate::check::flow::named(headers, "content-type");
    matches!(status, 429 | 503) && types.any(|kind| kind.starts_with("application/problem+json"))
}
