//! What signs and rules ask of a run: the same questions, each put in one way.

use std::time::Duration;

use crate::check::evidence::Evidence;
use crate::check::flow::{self, Arrived, Server, named};
use crate::check::observed::{Heard, Note, Observation, ServerSide};
use crate::check::plan::Plan;
use crate::check::probe::{Ask, Form, Probe, StreamAsk};

/// A probe, and what both sides tell of it.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Told<'a> {
    pub(in crate::check) probe: &'a Probe,
    pub(in crate::check) seen: &'a Observation,
    /// The server's half, where it has one.
    pub(in crate::check) server: Option<Server<'a>>,
}

impl<'a> Told<'a> {
    pub(in crate::check) fn of(probe: &'a Probe, seen: &'a Observation) -> Self {
        Self { probe, seen, server: Server::of(seen) }
    }

    /// Returns all that was begun.
    pub(in crate::check) fn all(evidence: &'a Evidence) -> impl Iterator<Item = Self> {
        evidence.pairs().map(|(probe, seen)| Self::of(probe, seen))
    }

    /// Returns how many items are planned, and whether it is a stream or a socket with a plan at all.
    pub(in crate::check) fn planned(&self) -> Option<u32> {
        let ask = &self.probe.ask;
        let is_several = matches!(ask, Ask::Twins(_) | Ask::Connections { .. });
        ask.plan().filter(|_| !is_several).map(Plan::items)
    }

    /// Returns how the stream was asked for, where it is one.
    pub(in crate::check) fn stream(&self) -> Option<&'a StreamAsk> {
        self.probe.ask.stream()
    }

    /// Whether its items come in such a form.
    pub(in crate::check) fn is_form(&self, form: Form) -> bool {
        self.probe.ask.form() == Some(form)
    }

    /// Whether the stream's items arrived about as they were sent, as far as they did; nothing where
    /// there are too few of them to tell, or they were sent too close together.
    pub(in crate::check) fn is_live(self) -> Option<bool> {
        if self.stream()?.plan.items() < ITEMS_MIN {
            return None;
        }
        let lags = self.lags();
        if lags.len() < ITEMS_MIN as usize {
            return Some(false);
        }
        let sent = || flow::items(self.seen, 1).into_iter().map(|item| item.sent);
        if sent().max()? - sent().min()? < SPAN_MIN {
            return None;
        }
        let late = lags.iter().filter(|lag| **lag > LATE).count();
        Some(late * 5 <= lags.len())
    }

    /// Returns how many bytes of items came in one lump at the beginning, where what followed was
    /// prompt.
    pub(in crate::check) fn first_lump(self) -> Option<u64> {
        let items = flow::items(self.seen, 1);
        let lags = self.lags();
        let first = items.first()?;
        let lump = items.iter().take_while(|item| item.arrived - first.arrived < TOGETHER).count();
        let is_late = lags[0] >= LUMP_LAG;
        let rest = &lags[lump..];
        let is_rest_prompt =
            rest.len() >= ITEMS_MIN as usize && rest.iter().all(|lag| *lag < LUMP_LAG);
        let bytes = items[..lump].iter().map(|item| u64::from(item.bytes)).sum();
        (lump > 1 && is_late && is_rest_prompt).then_some(bytes)
    }

    /// Returns by how many milliseconds each item lags behind the quickest one: the clocks differ by
    /// what is the same for all.
    fn lags(self) -> Vec<u64> {
        let items = flow::items(self.seen, 1);
        let delays = items.iter().map(|item| (item.arrived / 1_000).wrapping_sub(item.sent));
        // Arrivals count from the run's beginning and sendings from 1970, so all of them wrap alike.
        let least = delays.clone().map(u64::cast_signed).min().unwrap_or_default();
        delays.map(|delay| delay.cast_signed().abs_diff(least)).collect()
    }

    /// Returns the client's notes with the times when they were made, in microseconds.
    pub(in crate::check) fn heard(&self) -> impl DoubleEndedIterator<Item = &'a Note> + use<'a> {
        self.seen.heard.iter()
    }

    /// Returns each request's first head: which request, when, its status and its headers.
    pub(in crate::check) fn heads(
        &self,
    ) -> impl Iterator<Item = (u32, u64, u16, &'a [(String, String)])> + use<'a> {
        self.heard().filter_map(|note| {
            let Heard::Head { status, headers, .. } = &note.what else { return None };
            Some((note.request, note.at, *status, &headers[..]))
        })
    }

    /// Returns the status of the first answer that the client got.
    pub(in crate::check) fn status(&self) -> Option<u16> {
        self.heads().next().map(|(_, _, status, _)| status)
    }

    /// Returns a header of an answer, as the client saw it.
    pub(in crate::check) fn header(&self, name: &str) -> Option<&'a str> {
        self.heads().find_map(|(.., headers)| named(headers, name).next())
    }

    /// Whether it is a socket that has opened.
    pub(in crate::check) fn has_opened(&self) -> bool {
        self.heard().any(|note| matches!(note.what, Heard::Opened { .. }))
    }

    /// Returns how the answer was compressed on its way.
    pub(in crate::check) fn coding(&self) -> Option<&'a str> {
        self.header("content-encoding").filter(|coding| *coding != "identity")
    }

    /// Returns the version of HTTP that the client got its answer by, where it can tell.
    pub(in crate::check) fn answered_by(&self) -> Option<&'a str> {
        self.heard().find_map(|note| {
            let Heard::Head { version, .. } = &note.what else { return None };
            version.as_deref()
        })
    }

    /// Returns after how many milliseconds the head was there.
    pub(in crate::check) fn head_after(&self) -> Option<u64> {
        self.first(|what| matches!(what, Heard::Head { .. }))
    }

    /// Returns after how many milliseconds the first item was there.
    pub(in crate::check) fn item_after(&self) -> Option<u64> {
        self.first(|what| matches!(what, Heard::Item { .. }))
    }

    fn first(&self, is_it: impl Fn(&Heard) -> bool) -> Option<u64> {
        let asked = self.heard().find(|note| matches!(note.what, Heard::Asked))?.at;
        let it = self.heard().find(|note| is_it(&note.what))?.at;
        Some(it.saturating_sub(asked) / 1_000)
    }

    /// Whether the client waited for as long as the server had something to say, and it ended then.
    pub(in crate::check) fn waited_for_all(&self) -> bool {
        let arrived = self.arrived().and_then(|all| all.first().map(|request| request.at));
        let finished = self.server.and_then(Server::finished);
        let took = arrived.zip(finished).map(|(from, to)| to.saturating_sub(from));
        let waited = self.first(is_end);
        took.zip(waited).is_some_and(|(took, waited)| waited >= took)
    }

    /// Returns for how many milliseconds nothing had come when the connection ended by itself.
    pub(in crate::check) fn silence_before_end(&self) -> Option<u64> {
        let end = self.heard().find(|note| is_end(&note.what))?;
        let before = self.heard().rfind(|note| note.at <= end.at && !is_end(&note.what))?;
        Some((end.at - before.at) / 1_000)
    }

    /// Whether the response ended as it should, as far as the client can tell.
    pub(in crate::check) fn has_ended_properly(&self) -> bool {
        self.heard().any(|note| matches!(note.what, Heard::Ended))
    }

    /// Returns its requests as they arrived; nothing where the server could not be asked.
    pub(in crate::check) fn arrived(&self) -> Option<Vec<Arrived<'a>>> {
        match self.seen.ledger {
            ServerSide::Unknown(_) => None,
            ServerSide::Nothing | ServerSide::Ledger(_) => {
                Some(self.server.into_iter().flat_map(Server::requests).collect())
            }
        }
    }

    /// Returns after how long its request arrived again, where that was because the first one had waited
    /// for too long.
    pub(in crate::check) fn retried_after(&self) -> Option<Duration> {
        self.arrived_apart().filter(|apart| *apart >= RETRY)
    }

    /// Returns how long lies between its first two requests as they arrived.
    pub(in crate::check) fn arrived_apart(&self) -> Option<Duration> {
        let requests = self.arrived()?;
        let [first, second, ..] = &requests[..] else { return None };
        Some(Duration::from_millis(second.at.saturating_sub(first.at)))
    }

    /// Whether nothing of it has arrived at the server, for certain.
    pub(in crate::check) fn never_arrived(&self) -> bool {
        let no_request = self.server.is_some_and(|server| server.0.totals.requests == 0);
        self.seen.ledger == ServerSide::Nothing || no_request
    }

    /// Whether the server was asked by this version of HTTP.
    pub(in crate::check) fn asked_by(&self, version: &str) -> bool {
        self.arrived().is_some_and(|all| all.iter().any(|request| request.version == version))
    }

    /// Returns the status that the server answered with first.
    pub(in crate::check) fn status_sent(&self) -> Option<u16> {
        self.server?.responses().next().map(|(_, status, _)| status)
    }

    /// Whether the server itself answered with an error of its own.
    pub(in crate::check) fn has_failed(&self) -> bool {
        self.status_sent().is_some_and(|status| status >= 500)
    }
}

fn is_end(what: &Heard) -> bool {
    matches!(what, Heard::Ended | Heard::Closed { .. } | Heard::Broke { .. })
}

/// From when on a second request is one that came for the first one's lateness.
pub(in crate::check) const RETRY: Duration = Duration::from_secs(1);

/// How many items a stream has at least that shows how they pass.
const ITEMS_MIN: u32 = 3;

/// Over how many milliseconds they are sent at least.
const SPAN_MIN: u64 = 200;

/// How many milliseconds an item lags behind the quickest one that is held and not only slow.
const LATE: u64 = 400;

/// How many milliseconds it lags at least in a first lump.
const LUMP_LAG: u64 = 150;

/// How many microseconds lie at most between what comes in one lump.
const TOGETHER: u64 = 30_000;
