//! What both sides note of a probe on a healthy path.

use echoclock_shared::check::evidence::{Client, link_of};
use echoclock_shared::check::observed::{Heard, Note, Observation, Outcome, ServerSide};
use echoclock_shared::check::plan::{CLOSE_REASON, Plan, Step};
use echoclock_shared::check::probe::{Ask, By, Probe, SocketAsk};
use echoclock_shared::ledger::{self, Entry, Kind, Ledger, LedgerId, Piece, Totals, What};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;

use super::way::{Direction, Way};

/// A run over a path.
pub(crate) struct Made<'a> {
    pub(crate) way: Way,
    /// When the run began, in milliseconds since 1970.
    pub(crate) began: u64,
    pub(crate) client: Client,
    pub(crate) dice: &'a mut fastrand::Rng,
}

/// Both sides' notes of one probe, each with its time in microseconds since the run began.
#[derive(Default)]
struct Notes {
    heard: Vec<(u64, u32, Heard)>,
    entries: Vec<(u64, u32, What)>,
}

/// One request: which, when it had arrived whole, and its way back.
struct Request {
    n: u32,
    arrived: u64,
    down: Direction,
}

impl Made<'_> {
    pub(crate) fn observed(&mut self, probe: &Probe) -> Observation {
        let is_by = match probe.by {
            By::All => true,
            By::CommandLine => self.client == Client::CommandLine,
            By::Browser => self.client == Client::Browser,
        };
        let mut notes = Notes::default();
        if !is_by {
            let (outcome, ledger) = (Outcome::Skipped, ServerSide::Nothing);
            return Observation { probe: probe.id.clone(), outcome, heard: vec![], ledger };
        }
        let begins = self.dice.u64(0..20_000_000);
        self.carry_out(probe, begins, &mut notes);
        self.told(probe, begins, notes)
    }

    fn carry_out(&mut self, probe: &Probe, begins: u64, notes: &mut Notes) {
        match &probe.ask {
            Ask::Seen { times } => {
                let mut at = begins;
                for n in 1..=*times {
                    at = self.answered(n, at, 200, [200, 200], 0, notes);
                }
            }
            Ask::Stream(ask) => {
                let leaves = ask.leaves_after.map(|after| after.as_micros() as u64);
                self.stream(1, begins, &ask.plan, leaves, notes);
            }
            Ask::Twins(ask) => {
                let over = [1, 2].map(|n| self.stream(n, begins, &ask.plan, None, notes));
                self.stream(3, over[0].max(over[1]), &ask.plan, None, notes);
            }
            Ask::Connections { streams, plan } => {
                for n in 1..=*streams {
                    self.stream(n, begins, plan, None, notes);
                }
            }
            Ask::Socket(ask) => self.socket(begins, ask, notes),
            Ask::Follow { transport: Transport::Poll | Transport::LongPoll, items, .. } => {
                let mut at = begins;
                for n in 1..=*items {
                    at = self.answered(n, at, 200, [200, 200], 900_000, notes);
                }
            }
            Ask::Follow { transport: Transport::Socket, items, .. } => {
                let plan = plan_of(*items);
                self.socket(begins, &SocketAsk { plan, says: vec![], closes: None }, notes);
            }
            Ask::Follow { items, .. } => {
                self.stream(1, begins, &plan_of(*items), None, notes);
            }
            Ask::Wait { wait } => {
                self.answered(1, begins, 200, [200, 200], wait.as_micros() as u64, notes);
            }
            Ask::Upload { bytes } => {
                self.answered(1, begins, 200, [u64::from(*bytes), 100], 0, notes);
            }
            Ask::Download { bytes } => {
                self.answered(1, begins, 200, [200, u64::from(*bytes)], 0, notes);
            }
            Ask::Status { code } => {
                self.answered(1, begins, *code, [200, 100], 0, notes);
            }
        }
    }

    fn asked(&mut self, n: u32, at: u64, bytes: u64, notes: &mut Notes) -> Request {
        notes.heard.push((at, n, Heard::Asked));
        let arrived = Direction::up(&self.way).arrives(at, bytes, self.dice);
        let headers = ["last-event-id", "x-forwarded-for"].map(|name| (name.into(), "7".into()));
        let (method, target) = ("GET".to_owned(), "/".to_owned());
        let version = "HTTP/1.1".to_owned();
        let upgrade = [("connection", "Upgrade"), ("upgrade", "websocket")];
        let upgrade = upgrade.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = headers.into_iter().chain(upgrade).collect();
        notes.entries.push((arrived, n, What::Request { method, target, version, headers }));
        Request { n, arrived, down: Direction::down(&self.way) }
    }

    /// Notes a head on both sides, and returns when it was there.
    fn head(&mut self, request: &mut Request, at: u64, status: u16, notes: &mut Notes) -> u64 {
        let own = vec![("cache-control".to_owned(), "no-store".to_owned())];
        let headers = own.iter().chain(&self.way.adds).cloned().collect();
        notes.entries.push((at, request.n, What::Response { status, headers: own }));
        let there = request.down.arrives(at, 200, self.dice);
        let head = Heard::Head { status, version: None, headers };
        notes.heard.push((there, request.n, head));
        there
    }

    /// Notes a question and its answer, so many bytes each, and returns when that was whole.
    fn answered(
        &mut self,
        n: u32,
        at: u64,
        status: u16,
        bytes: [u64; 2],
        after: u64,
        notes: &mut Notes,
    ) -> u64 {
        let mut request = self.asked(n, at, bytes[0], notes);
        let answers = request.arrived + after;
        self.head(&mut request, answers, status, notes);
        let whole = request.down.arrives(answers, bytes[1], self.dice);
        let server_time = Some(self.server(answers));
        notes.heard.push((whole, n, Heard::Piece { bytes: bytes[1] as u32 }));
        notes.heard.push((
            whole,
            n,
            Heard::Answered { bytes: bytes[1], is_same: true, server_time },
        ));
        whole
    }

    fn stream(
        &mut self,
        n: u32,
        at: u64,
        plan: &Plan,
        leaves: Option<u64>,
        notes: &mut Notes,
    ) -> u64 {
        let mut request = self.asked(n, at, 200, notes);
        let arrived = request.arrived;
        let head = self.head(&mut request, arrived, 200, notes);
        let left = leaves.map(|after| head + after);
        // Who has left is heard of a way later.
        let told = left.map(|left| Direction::up(&self.way).arrives(left, 60, self.dice));
        let over = self.planned(&mut request, plan, told, left, Kind::Body, notes);
        let end = request.down.arrives(over, 5, self.dice);
        let (heard, reason) = match left {
            Some(left) => ((left, n, Heard::Left), ledger::LEFT),
            None => ((end, n, Heard::Ended), ledger::NO_MORE),
        };
        notes.heard.push(heard);
        notes.entries.push((over, n, What::Ended { reason: reason.to_owned() }));
        end
    }

    /// Notes what a plan says until the server is told that the client has left, and returns when it was
    /// over.
    fn planned(
        &mut self,
        request: &mut Request,
        plan: &Plan,
        told: Option<u64>,
        left: Option<u64>,
        kind: Kind,
        notes: &mut Notes,
    ) -> u64 {
        let (mut now, mut item) = (request.arrived, 0);
        let is_told = |now: u64| told.is_some_and(|told| told <= now);
        for step in plan.steps() {
            let (raw, kind, bytes) = match step {
                Step::Wait(millis) => {
                    now += u64::from(millis) * 1_000;
                    continue;
                }
                _ if is_told(now) => break,
                Step::Item(bytes) | Step::Binary(bytes) => {
                    item += 1;
                    (format!("data: {{\"n\":{item},"), kind, bytes)
                }
                Step::Beat if kind == Kind::Text => (String::new(), Kind::Ping, 2),
                Step::Beat => (":\n".to_owned(), kind, 2),
                Step::Close(code) => (format!("{code} {CLOSE_REASON}"), Kind::Close, 20),
                Step::Cut => continue,
            };
            let there = request.down.arrives(now, bytes.into(), self.dice);
            let heard = match step {
                Step::Item(_) | Step::Binary(_) => {
                    let nonce = format!("nonce {}", request.n);
                    Some(Heard::Item { n: item, nonce, sent: self.server(now), bytes })
                }
                Step::Beat => Some(Heard::Beat),
                Step::Wait(_) | Step::Close(_) | Step::Cut => None,
            };
            let heard = heard.filter(|_| left.is_none_or(|left| there <= left));
            notes.heard.extend(heard.map(|what| (there, request.n, what)));
            notes.entries.push((now, request.n, sent(kind, raw)));
            if kind == Kind::Ping {
                let back = Direction::up(&self.way).arrives(there, 6, self.dice);
                notes.entries.push((back, request.n, received(Kind::Pong, String::new())));
            }
        }
        told.map_or(now, |told| now.min(told.max(request.arrived)))
    }

    fn socket(&mut self, begins: u64, ask: &SocketAsk, notes: &mut Notes) {
        let mut request = self.asked(1, begins, 400, notes);
        let own = What::Response { status: 101, headers: vec![] };
        notes.entries.push((request.arrived, 1, own));
        let opened = request.down.arrives(request.arrived, 200, self.dice);
        notes.heard.push((opened, 1, Heard::Opened { extensions: String::new() }));
        let over = self.planned(&mut request, &ask.plan, None, None, Kind::Text, notes);
        let (mut up, mut down) = (Direction::up(&self.way), Direction::down(&self.way));
        let mut free = opened;
        let mut is_all_said = true;
        for (n, saying) in (1..).zip(&ask.says) {
            let said = free.max(opened + saying.after.as_micros() as u64);
            let there = up.arrives(said, saying.bytes.into(), self.dice);
            let is_heard = there < over;
            let back = down.arrives(there, saying.bytes.into(), self.dice);
            let ends = down_of_end(over, &self.way);
            if said >= ends {
                is_all_said = false;
                break;
            }
            notes.heard.push((said, 1, Heard::Said { n, bytes: saying.bytes }));
            if !is_heard {
                is_all_said = false;
                break;
            }
            let kind = if saying.is_binary { Kind::Binary } else { Kind::Text };
            notes.entries.push((there, 1, received(kind, "x".to_owned())));
            notes.entries.push((there, 1, sent(kind, "x".to_owned())));
            notes.heard.push((back, 1, Heard::Echoed { n, is_same: true }));
            free = back.min(said + ECHO_WITHIN);
        }
        let last_item = notes.heard.iter().filter(|note| matches!(note.2, Heard::Item { .. }));
        let last_item = last_item.map(|note| note.0).max().unwrap_or(opened);
        let close = ask.closes.clone().filter(|_| is_all_said && free.max(last_item) < over);
        match close {
            Some((code, reason)) => {
                let at = up.arrives(free.max(last_item), 30, self.dice);
                let raw = format!("{code} {reason}").trim_end().to_owned();
                notes.entries.push((at, 1, received(Kind::Close, raw.clone())));
                notes.entries.push((at, 1, sent(Kind::Close, raw)));
                let back = down.arrives(at, 30, self.dice);
                notes.entries.push((at, 1, What::Ended { reason: ledger::LEFT.to_owned() }));
                // What the plan had still to say, nobody says, and what comes to one who left is not heard.
                let left = free.max(last_item);
                notes.heard.retain(|note| note.0 <= left);
                notes.heard.push((left, 1, Heard::Left));
                notes.heard.push((back, 1, Heard::Closed { code, reason }));
            }
            None => {
                let closed = ask.plan.steps().find_map(|step| match step {
                    Step::Close(code) => Some(code),
                    Step::Wait(_) | Step::Item(_) | Step::Binary(_) | Step::Beat | Step::Cut => {
                        None
                    }
                });
                let (code, reason) = closed.map_or((1_000, ""), |code| (code, CLOSE_REASON));
                if closed.is_none() {
                    notes.entries.push((over, 1, sent(Kind::Close, "1000".to_owned())));
                }
                let reason_of = ledger::NO_MORE.to_owned();
                notes.entries.push((over, 1, What::Ended { reason: reason_of }));
                let there = request.down.arrives(over, 30, self.dice).max(free);
                notes.heard.push((there, 1, Heard::Closed { code, reason: reason.to_owned() }));
            }
        }
    }

    /// The server's clock, at a time of the run.
    fn server(&self, at: u64) -> u64 {
        (self.began + at / 1_000).saturating_add_signed(self.way.ahead)
    }

    /// Puts both sides' notes together, as far as there was time for them.
    fn told(&mut self, probe: &Probe, begins: u64, mut notes: Notes) -> Observation {
        let given_up = begins + probe.deadline.as_micros() as u64;
        notes.heard.sort_by_key(|note| note.0);
        notes.entries.sort_by_key(|entry| entry.0);
        let is_late = notes.heard.last().is_some_and(|note| note.0 > given_up);
        notes.heard.retain(|note| note.0 <= given_up);
        notes.entries.retain(|entry| entry.0 <= given_up);
        let outcome = if is_late { Outcome::Late } else { Outcome::Done };
        let asked = notes.heard.iter().filter(|note| note.2 == Heard::Asked).count() as u64;
        let entries = (1..).zip(notes.entries).map(|(n, (at, request, what))| {
            let at = UnixMillis::new(self.server(at));
            Entry { n, at, request: request.into(), size: 1, cut: false, computed: false, what }
        });
        let totals = Totals { requests: asked, received: 100, sent: 300 };
        let ledger = Ledger {
            link: link_of(&LedgerId::from_random(7), &probe.id),
            now: UnixMillis::new(self.server(given_up)),
            opened: UnixMillis::new(self.server(begins)),
            totals,
            dropped: 0,
            entries: entries.collect(),
        };
        let heard =
            notes.heard.into_iter().map(|(at, request, what)| Note { at, request, what }).collect();
        let ledger = ServerSide::Ledger(ledger);
        Observation { probe: probe.id.clone(), outcome, heard, ledger }
    }
}

/// How long a client waits for a message to come back, in microseconds.
const ECHO_WITHIN: u64 = 5_000_000;

/// When a client hears at the earliest that a server has closed.
fn down_of_end(over: u64, way: &Way) -> u64 {
    over + way.down
}

/// A clock's items, one a second.
fn plan_of(items: u32) -> Plan {
    format!("{items}*(i64,w1000)").parse().expect("it is a plan")
}

fn sent(kind: Kind, raw: String) -> What {
    What::Sent(Piece { kind, raw, hex: false })
}

fn received(kind: Kind, raw: String) -> What {
    What::Received(Piece { kind, raw, hex: false })
}
