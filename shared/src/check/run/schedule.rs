//! Who may begin beside whom.

use std::time::Duration;

use super::{Effect, End, Run, State};
use crate::check::evidence::Client;
use crate::check::probe::{Ask, Probe};
use crate::transport::Transport;

/// How many probes run side by side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Slots {
    /// Requests: what a browser opens to an origin less what it needs for the rest.
    pub requests: u32,
    /// Sockets, which are not counted among those.
    pub sockets: u32,
    /// How many of both at once whose items' times are looked at: too many disturb each other.
    pub timed: u32,
    /// Questions for ledgers, at the same time.
    pub asides: u32,
}

impl Slots {
    /// Returns how many a client runs side by side.
    pub const fn of(client: Client) -> Self {
        match client {
            // A browser opens six connections to an origin over HTTP/1.1, sockets aside; the clock beside
            // the chat and the question for a ledger need one each.
            Client::Browser => Self { requests: 4, sockets: 32, timed: 4, asides: 1 },
            // A program opens as many as it likes; what is timed is kept apart.
            Client::CommandLine => Self { requests: 64, sockets: 64, timed: 8, asides: 4 },
        }
    }
}

/// What a probe does to others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Manner {
    /// Little passes, and it takes its time.
    Calm,
    /// It is about when things arrive.
    Timed,
    /// So much passes that others' times are spoilt.
    Bulk,
    /// It is about how many requests pass side by side.
    Alone,
}

impl Run {
    /// Starts what there is room for, in order.
    pub(super) fn start(&mut self, effects: &mut Vec<Effect>) {
        if !matches!(self.end, End::At(_)) {
            return;
        }
        let mut one_waits_alone = false;
        for which in 0..self.tracks.len() {
            let probe = &self.setup.probes[which];
            let is_waiting = matches!(self.tracks[which].state, State::Waiting);
            if !is_waiting || one_waits_alone && need(probe).requests > 0 {
                continue;
            }
            if self.has_room(which) {
                self.tracks[which].state = State::Running { since: self.now };
                effects.extend([Effect::Start(which), Effect::Moved(which)]);
            } else {
                // It stands early, and would have to wait for all that began before it.
                one_waits_alone |= manner(probe) == Manner::Alone;
            }
        }
    }

    /// Returns when something that runs stops keeping others waiting, or what waits alone waits no more.
    pub(super) fn next_room(&self) -> Option<Duration> {
        let waits = self.tracks.iter().any(|track| matches!(track.state, State::Waiting));
        let windows = self.running().filter_map(|(probe, since)| match manner(probe) {
            Manner::Bulk | Manner::Alone => Some(since + HOLDS_UP_MAX),
            Manner::Calm | Manner::Timed => None,
        });
        let windows = windows.chain([HOLDS_UP_MAX]);
        windows.filter(|at| waits && *at > self.now).min()
    }

    fn has_room(&self, which: usize) -> bool {
        let probe = &self.setup.probes[which];
        let slots = self.setup.slots;
        let need = need(probe);
        let mut taken = Need::default();
        let mut timed = 0;
        let mut fresh_bulk = false;
        let mut fresh_alone = false;
        for (running, since) in self.running() {
            let is_fresh = since + HOLDS_UP_MAX > self.now;
            taken.requests += self::need(running).requests.min(slots.requests);
            taken.sockets += self::need(running).sockets;
            match manner(running) {
                Manner::Calm => {}
                Manner::Timed => timed += 1,
                Manner::Bulk => fresh_bulk |= is_fresh,
                Manner::Alone => fresh_alone |= is_fresh,
            }
        }
        let fits = taken.requests + need.requests.min(slots.requests) <= slots.requests
            && taken.sockets + need.sockets <= slots.sockets;
        match manner(probe) {
            Manner::Alone => taken.requests == 0 || fits && self.now >= HOLDS_UP_MAX,
            _ if fresh_alone && need.requests > 0 => false,
            Manner::Calm => fits,
            Manner::Timed => fits && timed < slots.timed && !fresh_bulk,
            Manner::Bulk => fits && timed == 0,
        }
    }

    fn running(&self) -> impl Iterator<Item = (&Probe, Duration)> {
        let all = self.setup.probes.iter().zip(&self.tracks);
        all.filter_map(|(probe, track)| match track.state {
            State::Running { since } => Some((probe, since)),
            State::Waiting | State::Asking { .. } | State::Over { .. } => None,
        })
    }
}

/// What a probe takes of the slots.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    requests: u32,
    sockets: u32,
}

fn need(probe: &Probe) -> Need {
    match &probe.ask {
        Ask::Socket(_) | Ask::Follow { transport: Transport::Socket, .. } => {
            Need { requests: 0, sockets: 1 }
        }
        Ask::Twins(_) => Need { requests: 2, sockets: 0 },
        Ask::Connections { streams, .. } => Need { requests: *streams, sockets: 0 },
        Ask::Seen { .. }
        | Ask::Stream(_)
        | Ask::Follow { .. }
        | Ask::Wait { .. }
        | Ask::Upload { .. }
        | Ask::Download { .. }
        | Ask::Status { .. } => Need { requests: 1, sockets: 0 },
    }
}

fn manner(probe: &Probe) -> Manner {
    let by_pace = |time| if time > LONG { Manner::Calm } else { Manner::Timed };
    match &probe.ask {
        Ask::Stream(ask) | Ask::Twins(ask) => by_pace(ask.plan.time()),
        Ask::Socket(ask) if ask.says.iter().any(|saying| saying.bytes > BULK) => Manner::Bulk,
        Ask::Socket(_) if probe.deadline > LONG => Manner::Calm,
        Ask::Socket(ask) => by_pace(ask.plan.time()),
        Ask::Upload { .. } | Ask::Download { .. } => Manner::Bulk,
        Ask::Connections { .. } => Manner::Alone,
        Ask::Seen { .. } | Ask::Follow { .. } | Ask::Wait { .. } | Ask::Status { .. } => {
            Manner::Calm
        }
    }
}

/// How long one probe may keep others from beginning: what hangs delays nobody for longer.
const HOLDS_UP_MAX: Duration = Duration::from_secs(4);

/// What takes longer says little at a time.
const LONG: Duration = Duration::from_secs(13);

/// A message of more bytes than this is felt beside it.
const BULK: u32 = 64 * 1024;
