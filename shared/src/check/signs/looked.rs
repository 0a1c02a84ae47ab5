//! A run's notes, as all families of signs look at them.

use std::ops::Deref;

use crate::check::evidence::Evidence;
use crate::check::flow::{Clocks, Flow, How, Server, named};
use crate::check::observed::{Heard, Observation, Outcome, ServerSide};
use crate::check::probe::Lane;
use crate::check::told::Told;

/// A run, with its clocks compared.
#[derive(Debug)]
pub(super) struct Looked<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) clocks: Clocks,
    /// Each probe that was begun and has told something.
    pub(super) probes: Vec<Timed<'a>>,
}

/// What is told of a probe, and how its first request flowed.
#[derive(Clone, Debug)]
pub(super) struct Timed<'a> {
    told: Told<'a>,
    pub(super) flow: Flow,
}

impl<'a> Looked<'a> {
    pub(super) fn at(evidence: &'a Evidence) -> Self {
        let clocks = Clocks::of(evidence);
        let probes = evidence.pairs().filter_map(|(probe, seen)| {
            let has_run = match seen.outcome {
                Outcome::Done | Outcome::Late => true,
                Outcome::Cancelled | Outcome::Asleep | Outcome::Skipped => false,
            };
            // What the server had no room for is no path's doing.
            let flow = Flow::of(seen, 1, &clocks).filter(|_| has_run && refusal(seen).is_none())?;
            Some(Timed { told: Told::of(probe, seen), flow })
        });
        Self { evidence, clocks, probes: probes.collect() }
    }

    /// Returns what is told of a lane.
    pub(super) fn of_lane(&self, lane: Lane) -> impl Iterator<Item = &Timed<'a>> {
        self.probes.iter().filter(move |told| told.probe.lane == lane)
    }

    /// Returns by how many microseconds the client noticed something before the server's instant, in
    /// milliseconds since 1970, was due; less than zero where after it.
    pub(super) fn before(&self, at: u64, said: u64) -> Option<i64> {
        Some(self.clocks.due(said)? - i64::try_from(at).ok()?)
    }
}

impl Timed<'_> {
    /// Returns when it ended for the client, other than by the client's own leaving.
    pub(super) fn ended(&self) -> Option<(u64, How)> {
        self.flow.end.filter(|end| end.how != How::Left).map(|end| (end.at, end.how))
    }

    /// Whether it has begun: what is answered otherwise than by opening is no socket.
    pub(super) fn has_begun(&self) -> bool {
        match self.probe.ask.socket() {
            Some(_) => self.has_opened(),
            None => self.flow.head.is_some() || !self.flow.items.is_empty(),
        }
    }

    /// Returns when what it opened was there: when its head was due, or at least was asked for.
    pub(super) fn began(&self) -> u64 {
        self.flow.head.unwrap_or(self.flow.asked)
    }
}

impl<'a> Deref for Timed<'a> {
    type Target = Told<'a>;

    fn deref(&self) -> &Told<'a> {
        &self.told
    }
}

/// Returns the status of the server's own "no room", where a probe was answered so: a problem (RFC 9457)
/// that its ledger shows. A hop on the way may answer the same, and can't write it there; where the server
/// could not be asked, or its ledger has not kept all, it is given the benefit of the doubt.
pub(in crate::check) fn refusal(seen: &Observation) -> Option<u16> {
    let is_whole = match &seen.ledger {
        ServerSide::Ledger(ledger) => ledger.dropped == 0,
        ServerSide::Nothing => true,
        ServerSide::Unknown(_) => false,
    };
    seen.heard.iter().find_map(|note| {
        let Heard::Head { status, headers, .. } = &note.what else { return None };
        let is_problem = named(headers, "content-type").any(|kind| kind.starts_with(PROBLEM));
        let mut own = Server::of(seen).into_iter().flat_map(Server::responses);
        let is_own = own.any(|(_, own, _)| own == *status) || !is_whole;
        (matches!(status, 429 | 503) && is_problem && is_own).then_some(*status)
    })
}

/// The type of the server's refusals.
const PROBLEM: &str = "application/problem+json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::observed::Untold;
    use crate::check::probe::Ask;
    use crate::check::sample::{Sample, run};

    #[test]
    fn a_refusal_is_the_servers_own_where_its_ledger_shows_it() {
        let problem = ("content-type", PROBLEM);
        let later = ("retry-after", "3");
        let asked = || Sample::of("it", Lane::Requests, Ask::Seen { times: 1 });
        let arrived = |status| asked().arrived(1, "HTTP/1.1", &[]).answered(2, status);
        for (sample, status, headers, refused) in [
            (arrived(429), 429, &[problem, later][..], Some(429)),
            (arrived(200), 429, &[problem, later], None),
            (arrived(429), 429, &[later], None),
            (arrived(404), 404, &[problem, later], None),
            // A gateway's own.
            (asked(), 503, &[problem, later], None),
        ] {
            let evidence = run(&[sample.answer(3, status, None, headers)]);
            assert_eq!(refusal(&evidence.observations[0]), refused, "{status} {headers:?}");
        }
        let mut seen = run(&[asked().answer(3, 503, None, &[problem])]).observations.remove(0);
        seen.ledger = ServerSide::Unknown(Untold::NotInTime);
        assert_eq!(refusal(&seen), Some(503), "nobody can tell");
        let mut seen = run(&[arrived(200).answer(3, 503, None, &[problem])]).observations.remove(0);
        if let ServerSide::Ledger(ledger) = &mut seen.ledger {
            ledger.dropped = 1;
        }
        assert_eq!(refusal(&seen), Some(503), "it may have stood there");
    }
}
