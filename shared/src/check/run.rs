//! Which probe runs when: a state machine that is given what happens, and says what to do.
//!
//! Whoever runs it (a page, the command line) carries out each [`Effect`], hands in each [`Event`] with
//! the time since the run began, and comes back at [`Run::next_deadline`]. Each probe has a deadline, and
//! so has the run, so that whatever hangs on the way ends here.

use std::time::Duration;

use super::evidence::{Client, Evidence};
use super::observed::{Note, Observation, Outcome, ServerSide, Untold};
use super::probe::{By, Probe};
use crate::ledger::{Ledger, LedgerId};
use crate::time::UnixMillis;

mod asking;
mod notes;
mod schedule;

pub use schedule::Slots;

use asking::{Asking, Step};
use notes::Notes;

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The probes, in the order in which they should begin.
    pub probes: Vec<Probe>,
    /// How many run side by side.
    pub slots: Slots,
    /// Who runs them; what it can't run is skipped.
    pub client: Client,
    /// The address that is checked, as the user gave it.
    pub url: String,
    /// How long all of it may take; less than a few seconds leave nothing.
    pub time: Duration,
    /// Whether the server keeps ledgers; where it does not, it is asked for none.
    pub has_ledgers: bool,
    /// A throw of 128 dice: the run's id.
    pub run: LedgerId,
    /// When it begins, by the client's clock.
    pub began: UnixMillis,
}

/// A run under way. Probes are named by their place among those of the [`Setup`].
#[derive(Debug)]
pub struct Run {
    setup: Setup,
    tracks: Vec<Track>,
    /// When the last event was handled.
    now: Duration,
    end: End,
}

/// Something that has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The run begins.
    Begin,
    /// The client has noted something of a probe. It noted the time itself, because that is what is judged.
    Noted(usize, Note),
    /// All of a probe's requests are over for the client.
    Ended(usize),
    /// The server's ledger of a probe has come: nothing where it knows none, or why it could not be had.
    Ledger(usize, Result<Option<Ledger>, String>),
    /// [`Run::next_deadline`] has passed.
    Deadline,
    /// The run is to stop, with what is known so far; the second time at once.
    Cancel,
}

/// Something to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Begin a probe.
    Start(usize),
    /// Let go of all that a probe has open; what still comes of it is ignored.
    Stop(usize),
    /// Ask the server for a probe's ledger.
    AskLedger(usize),
    /// Let go of that question.
    DropLedger(usize),
    /// A probe's [`Run::stage`] is another one.
    Moved(usize),
    /// All is known that will be.
    Finish,
}

/// How far a probe is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// It has not begun.
    Waiting,
    /// It is under way.
    Running,
    /// The server is asked for its side.
    Asking,
    /// All of it is known.
    Over(Outcome),
}

#[derive(Debug)]
struct Track {
    state: State,
    notes: Notes,
}

#[derive(Debug)]
enum State {
    Waiting,
    Running { since: Duration },
    Asking { outcome: Outcome, asking: Asking },
    Over { outcome: Outcome, ledger: ServerSide },
}

/// How near the run's end is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    /// At this time everything stops.
    At(Duration),
    /// Everything has stopped; up to this time ledgers are waited for.
    Closing(Duration),
    Finished,
}

impl Run {
    /// Makes a run, which [`Event::Begin`] sets going.
    pub fn new(setup: Setup) -> Self {
        let track = |probe| {
            let skipped = || State::Over { outcome: Outcome::Skipped, ledger: ServerSide::Nothing };
            let state = if can(setup.client, probe) { State::Waiting } else { skipped() };
            Track { state, notes: Notes::default() }
        };
        let tracks = setup.probes.iter().map(track).collect();
        let end = End::At(setup.time.saturating_sub(LEDGERS_WITHIN));
        Self { setup, tracks, now: Duration::ZERO, end }
    }

    /// Takes what has happened at a time since the run began, and returns what is to be done, in order.
    pub fn handle(&mut self, event: Event, at: Duration) -> Vec<Effect> {
        let stood_still = at.saturating_sub(self.now) > PULSE + self.patience();
        self.now = self.now.max(at);
        let mut effects = vec![];
        if self.end == End::Finished {
            return effects;
        }
        if stood_still {
            self.stop_under_way(Outcome::Asleep, &mut effects);
        }
        match event {
            Event::Begin | Event::Deadline => {}
            Event::Noted(which, note) => {
                let track = &mut self.tracks[which];
                if matches!(track.state, State::Running { .. }) {
                    track.notes.take(note);
                }
            }
            Event::Ended(which) => {
                if matches!(self.tracks[which].state, State::Running { .. }) {
                    self.ended(which, Outcome::Done, &mut effects);
                }
            }
            Event::Ledger(which, answer) => self.ledger(which, answer),
            Event::Cancel => match self.end {
                End::At(_) => self.close(self.now + LAST_LEDGERS_WITHIN, &mut effects),
                End::Closing(_) | End::Finished => self.end = End::Closing(self.now),
            },
        }
        self.pass_deadlines(&mut effects);
        self.ask_ledgers(&mut effects);
        self.start(&mut effects);
        if self.tracks.iter().all(|track| matches!(track.state, State::Over { .. })) {
            self.end = End::Finished;
            effects.push(Effect::Finish);
        }
        effects
    }

    /// Returns when [`Event::Deadline`] is due, as a time since the run began; nothing once it is over.
    pub fn next_deadline(&self) -> Option<Duration> {
        let end = match self.end {
            End::At(at) | End::Closing(at) => at,
            End::Finished => return None,
        };
        let of_probes = self.setup.probes.iter().zip(&self.tracks);
        let due = of_probes.filter_map(|(probe, track)| match &track.state {
            State::Running { since } => Some((*since + probe.deadline).min(self.now + PULSE)),
            State::Asking { asking, .. } => asking.due(self.may_ask()),
            State::Waiting | State::Over { .. } => None,
        });
        due.chain(self.next_room()).chain([end]).min()
    }

    /// Returns how far a probe is.
    pub fn stage(&self, which: usize) -> Stage {
        match &self.tracks[which].state {
            State::Waiting => Stage::Waiting,
            State::Running { .. } => Stage::Running,
            State::Asking { .. } => Stage::Asking,
            State::Over { outcome, .. } => Stage::Over(*outcome),
        }
    }

    /// Returns the probes, by their places.
    pub fn probes(&self) -> &[Probe] {
        &self.setup.probes
    }

    /// Whether it came to its end by itself: nothing was stopped with it, or not begun for want of time.
    pub fn is_complete(&self) -> bool {
        let mut all = self.setup.probes.iter().zip(&self.tracks);
        all.all(|(probe, track)| match track.state {
            State::Over { outcome: Outcome::Done | Outcome::Late | Outcome::Asleep, .. } => true,
            State::Over { outcome: Outcome::Skipped, .. } => !can(self.setup.client, probe),
            State::Over { outcome: Outcome::Cancelled, .. }
            | State::Waiting
            | State::Running { .. }
            | State::Asking { .. } => false,
        })
    }

    /// Returns what is known so far.
    pub fn evidence(&self) -> Evidence {
        let observation = |(probe, track): (&Probe, &Track)| {
            let (outcome, ledger) = match &track.state {
                State::Waiting => return None,
                State::Running { .. } => {
                    (Outcome::Cancelled, ServerSide::Unknown(Untold::NotAsked))
                }
                State::Asking { outcome, asking } => (*outcome, asking.known()),
                State::Over { outcome, ledger } => (*outcome, ledger.clone()),
            };
            let heard = track.notes.all();
            Some(Observation { probe: probe.id.clone(), outcome, heard, ledger })
        };
        let observations = self.setup.probes.iter().zip(&self.tracks).filter_map(observation);
        Evidence {
            observations: observations.collect(),
            probes: self.setup.probes.clone(),
            url: self.setup.url.clone(),
            client: self.setup.client,
            run: self.setup.run.clone(),
            began: self.setup.began,
        }
    }

    fn pass_deadlines(&mut self, effects: &mut Vec<Effect>) {
        for which in 0..self.tracks.len() {
            let deadline = self.setup.probes[which].deadline;
            if matches!(self.tracks[which].state, State::Running { since } if since + deadline <= self.now)
            {
                effects.push(Effect::Stop(which));
                self.ended(which, Outcome::Late, effects);
            }
        }
        match self.end {
            End::At(at) if at <= self.now => self.close(self.now + LEDGERS_WITHIN, effects),
            End::Closing(at) if at <= self.now => self.settle(effects),
            End::At(_) | End::Closing(_) | End::Finished => {}
        }
    }

    /// Stops everything, and leaves the ledgers a while.
    fn close(&mut self, until: Duration, effects: &mut Vec<Effect>) {
        self.end = End::Closing(until);
        for which in 0..self.tracks.len() {
            if matches!(self.tracks[which].state, State::Waiting) {
                self.over(which, Outcome::Skipped, ServerSide::Nothing, effects);
            }
        }
        self.stop_under_way(Outcome::Cancelled, effects);
    }

    fn stop_under_way(&mut self, outcome: Outcome, effects: &mut Vec<Effect>) {
        for which in 0..self.tracks.len() {
            if matches!(self.tracks[which].state, State::Running { .. }) {
                effects.push(Effect::Stop(which));
                self.ended(which, outcome, effects);
            }
        }
    }

    /// How much later than it asked to the run may be woken, and not have stood still.
    const fn patience(&self) -> Duration {
        match self.setup.client {
            Client::CommandLine => Duration::from_secs(2),
            // A page out of sight is woken once a minute, and what comes to it meanwhile is handed in.
            Client::Browser => Duration::from_secs(65),
        }
    }

    /// Takes of all ledgers what is known of them.
    fn settle(&mut self, effects: &mut Vec<Effect>) {
        for which in 0..self.tracks.len() {
            if let State::Asking { outcome, asking } = &self.tracks[which].state {
                if asking.is_under_way() {
                    effects.push(Effect::DropLedger(which));
                }
                let (outcome, known) = (*outcome, asking.known());
                self.over(which, outcome, known, effects);
            }
        }
    }

    fn ended(&mut self, which: usize, outcome: Outcome, effects: &mut Vec<Effect>) {
        if !self.setup.has_ledgers {
            let ledger = ServerSide::Unknown(Untold::NoLedgers);
            return self.over(which, outcome, ledger, effects);
        }
        let left = self.tracks[which].notes.has_left() || outcome != Outcome::Done;
        let asking = Asking::new(&self.setup.probes[which].ask, left, self.now);
        self.tracks[which].state = State::Asking { outcome, asking };
        effects.push(Effect::Moved(which));
    }

    fn over(
        &mut self,
        which: usize,
        outcome: Outcome,
        ledger: ServerSide,
        effects: &mut Vec<Effect>,
    ) {
        self.tracks[which].state = State::Over { outcome, ledger };
        effects.push(Effect::Moved(which));
    }

    fn ledger(&mut self, which: usize, answer: Result<Option<Ledger>, String>) {
        let Track { state, notes } = &mut self.tracks[which];
        if let State::Asking { asking, .. } = state {
            let has_heard_it = notes.has_heard_the_server(&self.setup.probes[which].ask);
            asking.answered(answer.map_err(Untold::Failed), has_heard_it, self.now);
        }
    }

    fn ask_ledgers(&mut self, effects: &mut Vec<Effect>) {
        for which in 0..self.tracks.len() {
            let may_ask = self.may_ask();
            let State::Asking { outcome, asking } = &mut self.tracks[which].state else { continue };
            let outcome = *outcome;
            match asking.step(self.now, may_ask) {
                Step::Wait => {}
                Step::Ask => effects.push(Effect::AskLedger(which)),
                Step::Drop => effects.push(Effect::DropLedger(which)),
                Step::Settled(known) => self.over(which, outcome, known, effects),
            }
        }
    }

    fn may_ask(&self) -> bool {
        let under_way = |track: &&Track| matches!(&track.state, State::Asking { asking, .. } if asking.is_under_way());
        self.tracks.iter().filter(under_way).count() < self.setup.slots.asides as usize
    }
}

/// Whether a client can run a probe.
const fn can(client: Client, probe: &Probe) -> bool {
    match (probe.by, client) {
        (By::All, _) | (By::CommandLine, Client::CommandLine) | (By::Browser, Client::Browser) => {
            true
        }
        (By::CommandLine, Client::Browser) | (By::Browser, Client::CommandLine) => false,
    }
}

/// How often the run looks at the clock while probes are under way: where it could not, what they noted tells
/// of the client, and not of the path.
const PULSE: Duration = Duration::from_secs(1);

/// How long before the run's end everything stops, so that the ledgers can still be read.
const LEDGERS_WITHIN: Duration = Duration::from_secs(4);

/// How long ledgers are waited for where somebody has stopped the run, and waits.
const LAST_LEDGERS_WITHIN: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
