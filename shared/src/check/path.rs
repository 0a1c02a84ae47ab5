//! A path made by hand, for tests: what both sides note of a probe on it.

use std::time::Duration;

use super::evidence::{Client, Evidence};
use super::observed::{Heard, Note, Observation, Outcome, ServerSide};
use super::plan::{Plan, Step};
use super::probe::{Ask, By, Form, Lane, Probe, ProbeId, SocketAsk, StreamAsk};
use crate::ledger::{self, Entry, Kind, Ledger, LedgerId, Piece, Totals, What};
use crate::time::UnixMillis;

/// What a path does to what the server sends.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// How long anything takes one way, in milliseconds.
    pub(super) way: u64,
    /// What is added to each item in its turn, in milliseconds; those after it wait for it.
    pub(super) jitter: Vec<u64>,
    pub(super) holds: Holds,
    /// After how many milliseconds it is cut, and whether with a proper end.
    pub(super) cut: Option<(u64, bool)>,
    /// After which item nothing comes any more.
    pub(super) dies_after: Option<usize>,
    /// Whether the head waits for the first item.
    pub(super) is_head_late: bool,
    /// Headers that it adds to responses.
    pub(super) adds: Vec<(&'static str, &'static str)>,
}

/// How items are held back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Holds {
    Nothing,
    All,
    Bytes(u64),
    FirstBytes(u64),
    Millis(u64),
    One,
}

impl Default for Path {
    fn default() -> Self {
        Self {
            way: 1,
            jitter: vec![],
            holds: Holds::Nothing,
            cut: None,
            dies_after: None,
            is_head_late: false,
            adds: vec![],
        }
    }
}

/// The server's clock when the run begins.
pub(super) const EPOCH: u64 = 1_795_365_720_000;

/// A run over a path.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) evidence: Evidence,
    pub(super) path: Path,
    /// When the next probe begins, in milliseconds since the run began.
    pub(super) now: u64,
}

impl Made {
    /// Begins a run with the comparison of the clocks.
    pub(super) fn over(path: Path) -> Self {
        let evidence = Evidence {
            probes: vec![],
            observations: vec![],
            url: "http://proxy.test".to_owned(),
            client: Client::CommandLine,
            run: LedgerId::from_random(7),
            began: UnixMillis::new(EPOCH),
        };
        let mut made = Self { evidence, path, now: 5 };
        let way = made.path.way;
        let heard = (1..=4).flat_map(|request| {
            let at = 10 * u64::from(request);
            let answer =
                Heard::Answered { bytes: 9, is_same: true, server_time: Some(EPOCH + at + way) };
            let head = Heard::Head { status: 200, version: None, headers: vec![] };
            [(at, Heard::Asked), (at + 2 * way, head), (at + 2 * way, answer)]
                .map(|(at, what)| Note { at: at * 1_000, request, what })
        });
        let heard = heard.collect();
        let entries = (1..=4).map(|n| (EPOCH + n, request("HTTP/1.1", &[]))).collect();
        made.add("seen", Lane::Requests, Ask::Seen { times: 4 }, Outcome::Done, heard, entries);
        made
    }

    /// Adds a probe with what both sides noted.
    pub(super) fn add(
        &mut self,
        id: &str,
        lane: Lane,
        ask: Ask,
        outcome: Outcome,
        heard: Vec<Note>,
        entries: Vec<(u64, What)>,
    ) {
        let id = ProbeId(id.to_owned());
        let deadline = Duration::from_secs(20);
        let title = id.0.clone();
        self.evidence.probes.push(Probe {
            id: id.clone(),
            lane,
            title,
            ask,
            deadline,
            by: By::All,
        });
        let ledger = ledger(entries);
        self.evidence.observations.push(Observation { probe: id, outcome, heard, ledger });
        self.now += 1_000;
    }

    /// Adds a stream of events.
    pub(super) fn events(&mut self, id: &str, plan: &str) {
        let ask = Ask::Stream(stream(plan));
        self.planned(id, Lane::Events, ask, plan);
    }

    /// Adds a socket.
    pub(super) fn socket(&mut self, id: &str, plan: &str) {
        let ask = Ask::Socket(SocketAsk { plan: read(plan), says: vec![], closes: None });
        self.planned(id, Lane::Socket, ask, plan);
    }

    /// Adds what a path makes of a plan.
    fn planned(&mut self, id: &str, lane: Lane, ask: Ask, plan: &str) {
        let is_socket = lane == Lane::Socket;
        let way = self.path.way;
        let begin = self.now + way;
        let (said, end) = said(&read(plan), begin);
        let mut arrivals = self.path.arrivals(&said, end);
        let cut = self.path.cut.filter(|(age, _)| begin + age < end);
        if let Some((age, _)) = cut {
            arrivals.retain(|(_, at)| *at <= begin + age + way);
        }
        if let Some(last) = self.path.dies_after {
            arrivals.truncate(last);
        }
        let head = match (self.path.is_head_late, arrivals.first()) {
            (true, Some((_, first))) => *first,
            (_, _) => self.path.head(begin, end),
        };
        let mut heard = vec![(self.now, Heard::Asked)];
        let headers: Vec<_> =
            self.path.adds.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        heard.push((
            head,
            if is_socket {
                Heard::Opened { extensions: String::new() }
            } else {
                Heard::Head { status: 200, version: Some("HTTP/1.1".into()), headers }
            },
        ));
        for ((n, sent, bytes), at) in &arrivals {
            heard.push((*at, Heard::Piece { bytes: *bytes }));
            let nonce = id.to_owned();
            heard.push((*at, Heard::Item { n: *n, nonce, sent: EPOCH + sent, bytes: *bytes }));
        }
        let dead = self.path.dies_after.is_some_and(|last| last < said.len());
        match (cut, dead, is_socket) {
            (Some((age, false)), ..) => {
                heard.push((begin + age + way, Heard::Broke { error: "reset".into() }));
            }
            (Some((age, true)), ..) => heard.push((begin + age + way, Heard::Ended)),
            (None, true, _) => {}
            (None, false, true) => {
                let last = arrivals.iter().map(|(_, at)| *at).max().unwrap_or(end);
                let at = last.max(end + way);
                heard.push((at, Heard::Closed { code: 1_000, reason: "the end".into() }));
            }
            (None, false, false) => {
                let last = arrivals.iter().map(|(_, at)| *at).max().unwrap_or(end);
                heard.push((last.max(end + way), Heard::Ended));
            }
        }
        let over = cut.map_or(end, |(age, _)| begin + age);
        let mut entries = vec![(EPOCH + begin, request("HTTP/1.1", &UPGRADE))];
        let status = if is_socket { 101 } else { 200 };
        entries.push((EPOCH + begin, What::Response { status, headers: vec![] }));
        for (n, sent, _) in said.iter().filter(|(_, sent, _)| *sent <= over) {
            let raw = format!("data: {{\"n\":{n},");
            let kind = if is_socket { Kind::Text } else { Kind::Body };
            entries.push((EPOCH + sent, What::Sent(Piece { kind, raw, hex: false })));
        }
        let reason = if cut.is_some() { ledger::LEFT } else { ledger::NO_MORE };
        if is_socket && cut.is_none() {
            let raw = "1000 the end".to_owned();
            entries.push((EPOCH + over, What::Sent(Piece { kind: Kind::Close, raw, hex: false })));
        }
        entries.push((EPOCH + over, What::Ended { reason: reason.to_owned() }));
        let heard = heard.into_iter().map(|(at, what)| Note { at: at * 1_000, request: 1, what });
        let outcome = if dead { Outcome::Late } else { Outcome::Done };
        self.add(id, lane, ask, outcome, heard.collect(), entries);
    }
}

type Said = (u32, u64, u32);

impl Path {
    fn head(&self, begin: u64, end: u64) -> u64 {
        let held = match self.holds {
            Holds::All => end - begin,
            Holds::Millis(millis) => millis,
            Holds::Nothing | Holds::Bytes(_) | Holds::FirstBytes(_) | Holds::One => 0,
        };
        begin + held + self.way
    }

    /// Returns when each item arrives.
    fn arrivals(&self, said: &[Said], end: u64) -> Vec<(Said, u64)> {
        let mut released = vec![];
        let mut lump = None;
        for (place, item) in said.iter().enumerate() {
            let (_, sent, _) = *item;
            let total = said[..=place].iter().map(|(_, _, size)| u64::from(*size)).sum::<u64>();
            let at = match self.holds {
                Holds::Nothing => sent,
                Holds::All => end,
                Holds::One => said.get(place + 1).map_or(end, |next| next.1),
                Holds::FirstBytes(first) => {
                    let mut sum = 0;
                    let full = said.iter().find(|(_, _, size)| {
                        sum += u64::from(*size);
                        sum >= first
                    });
                    full.map_or(end, |full| full.1).max(sent)
                }
                Holds::Bytes(page) => {
                    let whole = total.div_ceil(page) * page;
                    let mut sum = 0;
                    let full = said.iter().find(|(_, _, size)| {
                        sum += u64::from(*size);
                        sum >= whole
                    });
                    full.map_or(end, |full| full.1)
                }
                Holds::Millis(millis) => {
                    let opened = *lump.get_or_insert(sent);
                    if sent > opened + millis {
                        lump = Some(sent);
                    }
                    lump.unwrap_or(sent) + millis
                }
            };
            released.push((*item, at));
        }
        let mut before = 0;
        for (place, (_, at)) in released.iter_mut().enumerate() {
            let jitter = self.jitter.get(place % self.jitter.len().max(1)).copied();
            before = before.max(*at + self.way + jitter.unwrap_or_default());
            *at = before;
        }
        released
    }
}

/// Returns what a plan says and when, and when it is over.
fn said(plan: &Plan, begin: u64) -> (Vec<Said>, u64) {
    let (mut said, mut now, mut n) = (vec![], begin, 0);
    for step in plan.steps() {
        match step {
            Step::Wait(millis) => now += u64::from(millis),
            Step::Item(bytes) | Step::Binary(bytes) => {
                n += 1;
                said.push((n, now, bytes));
            }
            Step::Beat | Step::Close(_) | Step::Cut => {}
        }
    }
    (said, now)
}

pub(super) fn stream(plan: &str) -> StreamAsk {
    StreamAsk {
        form: Form::Events,
        is_post: false,
        has_charset: false,
        unbuffered: false,
        no_transform: false,
        identity: false,
        plan: read(plan),
        leaves_after: None,
    }
}

pub(super) fn read(plan: &str) -> Plan {
    plan.parse().unwrap()
}

pub(super) fn request(version: &str, headers: &[(&str, &str)]) -> What {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (method, target) = ("GET".to_owned(), "/".to_owned());
    What::Request { method, target, version: version.to_owned(), headers }
}

pub(super) const UPGRADE: [(&str, &str); 3] =
    [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];

pub(super) fn ledger(entries: Vec<(u64, What)>) -> ServerSide {
    if entries.is_empty() {
        return ServerSide::Nothing;
    }
    let requests = entries.iter().filter(|(_, what)| matches!(what, What::Request { .. })).count();
    let now = entries.iter().map(|(at, _)| *at).max().unwrap_or_default();
    let entries = (1..).zip(entries).map(|(n, (at, what))| {
        let at = UnixMillis::new(at);
        Entry { n, at, request: 1, size: 1, cut: false, computed: false, what }
    });
    ServerSide::Ledger(Ledger {
        link: LedgerId::from_random(1),
        now: UnixMillis::new(now),
        opened: UnixMillis::new(EPOCH),
        totals: Totals { requests: requests as u64, received: 100, sent: 300 },
        dropped: 0,
        entries: entries.collect(),
    })
}
