//! Runs made by hand, for the tests of the rules.

use std::time::Duration;

use crate::check::evidence::{Client, Evidence};
use crate::check::observed::{Heard, Note, Observation, Outcome, ServerSide};
use crate::check::plan::Plan;
use crate::check::probe::{Ask, By, Form, Lane, Probe, ProbeId, SocketAsk, StreamAsk};
use crate::check::signs::{Sign, Symptom};
use crate::ledger::{self, Entry, Ledger, LedgerId, Totals, What};
use crate::time::UnixMillis;

/// A probe of a run and what came of it, as far as a rule looks.
#[derive(Clone, Debug)]
pub(in crate::check) struct Sample {
    probe: Probe,
    /// The bytes of each item.
    size: u32,
    heard: Vec<Note>,
    entries: Vec<Entry>,
}

/// Headers.
type Headers<'a> = &'a [(&'a str, &'a str)];

impl Sample {
    /// A stream of ten items of 64 bytes, 100 ms apart, of which nothing is noted yet.
    pub(in crate::check) fn stream(id: &str, lane: Lane, set: impl FnOnce(&mut StreamAsk)) -> Self {
        let form = match lane {
            Lane::Stream => Form::Lines,
            Lane::Frame => Form::Html,
            Lane::Requests | Lane::Poll | Lane::LongPoll | Lane::Events | Lane::Socket => {
                Form::Events
            }
        };
        let mut ask = StreamAsk {
            form,
            is_post: false,
            has_charset: false,
            unbuffered: false,
            no_transform: false,
            identity: false,
            plan: plan("10*(i64,w100)"),
            leaves_after: None,
        };
        set(&mut ask);
        Self::of(id, lane, Ask::Stream(ask))
    }

    /// A socket.
    pub(in crate::check) fn socket(id: &str) -> Self {
        let ask = SocketAsk { plan: plan("10*(i64,w100)"), says: vec![], closes: None };
        Self::of(id, Lane::Socket, Ask::Socket(ask))
    }

    /// Whatever is asked.
    pub(in crate::check) fn of(id: &str, lane: Lane, ask: Ask) -> Self {
        let probe = Probe {
            id: ProbeId(id.to_owned()),
            lane,
            title: String::new(),
            ask,
            deadline: Duration::from_secs(10),
            by: By::All,
        };
        Self { probe, size: 64, heard: vec![], entries: vec![] }.note(0, Heard::Asked)
    }

    /// Its items have so many bytes.
    pub(in crate::check) fn size(self, size: u32) -> Self {
        Self { size, ..self }
    }

    /// The client noted this, so many milliseconds after it asked.
    pub(in crate::check) fn note(mut self, millis: u64, what: Heard) -> Self {
        self.heard.push(Note { at: millis * 1_000, request: 1, what });
        self
    }

    /// A head came after so many milliseconds.
    pub(in crate::check) fn head(self, millis: u64, headers: Headers<'_>) -> Self {
        self.answer(millis, 200, None, headers)
    }

    /// An answer came, by this version of HTTP.
    pub(in crate::check) fn answer(
        self,
        millis: u64,
        status: u16,
        version: Option<&str>,
        headers: Headers<'_>,
    ) -> Self {
        let version = version.map(ToOwned::to_owned);
        self.note(millis, Heard::Head { status, version, headers: owned(headers) })
    }

    /// The items were sent from 50 ms on, 100 ms apart, and arrived at these times.
    pub(in crate::check) fn items(mut self, arrived: impl IntoIterator<Item = u64>) -> Self {
        for (n, at) in (0..).zip(arrived) {
            let sent = EPOCH + 50 + 100 * u64::from(n);
            let what = Heard::Item { n: n + 1, nonce: "a".to_owned(), sent, bytes: self.size };
            self = self.note(at, what);
        }
        self
    }

    /// The items arrived as they were sent.
    pub(in crate::check) fn live(self) -> Self {
        self.items((0..10).map(|n| 60 + 100 * n)).note(1_100, Heard::Ended)
    }

    /// Nothing arrived before the end.
    pub(in crate::check) fn held(self) -> Self {
        self.items((0..10).map(|_| 1_090)).note(1_100, Heard::Ended)
    }

    /// The request arrived at the server so many milliseconds after it was sent, with this version
    /// and these headers.
    pub(in crate::check) fn arrived(
        self,
        millis: u64,
        version: &str,
        headers: Headers<'_>,
    ) -> Self {
        let what = What::Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            version: version.to_owned(),
            headers: owned(headers),
        };
        self.entry(millis, what)
    }

    /// The server answered with this status.
    pub(in crate::check) fn answered(self, millis: u64, status: u16) -> Self {
        self.entry(millis, What::Response { status, headers: vec![] })
    }

    /// The server had said all.
    pub(in crate::check) fn over(self, millis: u64) -> Self {
        self.entry(millis, What::Ended { reason: ledger::NO_MORE.to_owned() })
    }

    fn entry(mut self, millis: u64, what: What) -> Self {
        let n = self.entries.len() as u64 + 1;
        let at = UnixMillis::new(EPOCH + millis);
        self.entries.push(Entry { n, at, request: n, size: 1, cut: false, computed: false, what });
        self
    }

    fn totals(&self) -> Totals {
        let requests =
            self.entries.iter().filter(|entry| matches!(entry.what, What::Request { .. }));
        Totals { requests: requests.count() as u64, ..Totals::default() }
    }

    fn observation(&self) -> Observation {
        let ledger = Ledger {
            link: LedgerId::from_random(1),
            now: UnixMillis::new(EPOCH),
            opened: UnixMillis::new(EPOCH),
            totals: self.totals(),
            dropped: 0,
            entries: self.entries.clone(),
        };
        let knows = !self.entries.is_empty();
        let ledger = if knows { ServerSide::Ledger(ledger) } else { ServerSide::Nothing };
        Observation {
            probe: self.probe.id.clone(),
            outcome: Outcome::Done,
            heard: self.heard.clone(),
            ledger,
        }
    }
}

/// A run of these probes.
pub(in crate::check) fn run(samples: &[Sample]) -> Evidence {
    Evidence {
        url: "http://127.0.0.1/".to_owned(),
        probes: samples.iter().map(|sample| sample.probe.clone()).collect(),
        observations: samples.iter().map(Sample::observation).collect(),
        client: Client::CommandLine,
        run: LedgerId::from_random(1),
        began: UnixMillis::new(EPOCH),
    }
}

/// A sign that these probes show.
pub(in crate::check) fn sign(symptom: Symptom, lane: Lane, probes: &[&str]) -> Sign {
    let probes = probes.iter().map(|id| ProbeId((*id).to_owned())).collect();
    Sign { symptom, lane, probes, says: String::new() }
}

fn plan(text: &str) -> Plan {
    text.parse().expect("a plan")
}

fn owned(headers: Headers<'_>) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    headers.iter().map(owned).collect()
}

/// When a run begins.
const EPOCH: u64 = 1_795_365_720_000;
