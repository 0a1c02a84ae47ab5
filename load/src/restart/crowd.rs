//! Followers of all six ways who come back when they are sent away, as the page's session does.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use echoclock_shared::session::Backoff;

use crate::fleet::{Fleet, Id, Lost, Way};

/// All followers.
#[derive(Debug)]
pub(super) struct Crowd {
    followers: Vec<Follower>,
    /// Whose a link is.
    links: HashMap<Id, usize>,
    dice: fastrand::Rng,
    /// How often somebody came back.
    returns: u64,
    /// For how long somebody heard nothing before that at the most.
    longest: Duration,
}

/// One of them, over all its links.
#[derive(Clone, Copy, Debug)]
struct Follower {
    way: Way,
    cursor: Option<u64>,
    state: State,
    /// Attempts in a row without an item.
    failures: u32,
    /// Since when it hears nothing.
    away: Option<Instant>,
    /// What it had heard on links that are over.
    heard: Heard,
}

#[derive(Clone, Copy, Debug)]
enum State {
    On(Id),
    ComesBack(Instant),
}

#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    items: u64,
    missed: u64,
    repeated: u64,
}

impl Crowd {
    pub(super) fn new(followers: usize) -> Self {
        let now = Instant::now();
        let ways = Way::CLOCK.into_iter().cycle().take(followers);
        let followers = ways.map(|way| Follower {
            way,
            cursor: None,
            state: State::ComesBack(now),
            failures: 0,
            away: None,
            heard: Heard::default(),
        });
        Self {
            followers: followers.collect(),
            links: HashMap::new(),
            dice: fastrand::Rng::with_seed(5),
            returns: 0,
            longest: Duration::ZERO,
        }
    }

    /// All come, a few at a time.
    pub(super) fn come(&mut self, fleet: &mut Fleet) -> Result<()> {
        let mut at = Instant::now();
        for several in self.followers.chunks_mut(AT_ONCE) {
            several.iter_mut().for_each(|follower| follower.state = State::ComesBack(at));
            at += APART;
        }
        while self.links.len() < self.followers.len() {
            self.goes_on(fleet, APART)?;
        }
        Ok(())
    }

    /// Time passes: links end, and those whose wait is over come back.
    pub(super) fn goes_on(&mut self, fleet: &mut Fleet, time: Duration) -> Result<()> {
        fleet.run(time)?;
        let now = Instant::now();
        for lost in std::mem::take(&mut fleet.lost) {
            self.is_sent_away(&lost, now);
        }
        for (number, follower) in self.followers.iter_mut().enumerate() {
            match follower.state {
                State::On(id) => {
                    let hears = fleet.items(id).is_some_and(|items| items.count > 0);
                    if hears && let Some(away) = follower.away.take() {
                        follower.failures = 0;
                        self.longest = self.longest.max(now - away);
                    }
                }
                State::ComesBack(at) if at <= now => {
                    let id = fleet.open_after(follower.way, CLOCK, follower.cursor)?;
                    follower.state = State::On(id);
                    self.links.insert(id, number);
                }
                State::ComesBack(_) => {}
            }
        }
        Ok(())
    }

    /// Goes on until everybody has heard so many more items.
    pub(super) fn until_all_hear(
        &mut self,
        fleet: &mut Fleet,
        items: u64,
        limit: Duration,
    ) -> Result<()> {
        let heard = |follower: &Follower, fleet: &Fleet| follower.all(fleet).items;
        let wanted: Vec<_> =
            self.followers.iter().map(|follower| heard(follower, fleet) + items).collect();
        let began = Instant::now();
        loop {
            let late = self.followers.iter().zip(&wanted);
            let mut late = late.filter(|(follower, wanted)| heard(follower, fleet) < **wanted);
            let Some((first, _)) = late.next() else { return Ok(()) };
            ensure!(
                began.elapsed() < limit,
                "{} hear too little within {limit:?}, the first by {:?}",
                1 + late.count(),
                first.way
            );
            self.goes_on(fleet, Duration::from_millis(50))?;
        }
    }

    /// What has come of it so far.
    pub(super) fn tells(&self) -> String {
        format!(
            "{} followers have come back {} times, after {:.1} s at the most",
            self.followers.len(),
            self.returns,
            self.longest.as_secs_f64()
        )
    }

    /// Nobody has missed a tick, or was told one twice.
    pub(super) fn judge(&self, fleet: &Fleet) -> Result<()> {
        for way in Way::CLOCK {
            let those = self.followers.iter().filter(|follower| follower.way == way);
            let all: Vec<_> = those.map(|follower| follower.all(fleet)).collect();
            let (missed, repeated): (u64, u64) = (
                all.iter().map(|heard| heard.missed).sum(),
                all.iter().map(|heard| heard.repeated).sum(),
            );
            ensure!(
                missed == 0 && repeated == 0,
                "{way:?}: {missed} ticks are missed, {repeated} come twice"
            );
        }
        // Short polls alone end no connection with the server's.
        let others = self.followers.iter().filter(|follower| follower.way != Way::Poll).count();
        ensure!(self.returns > 0 || others == 0, "nobody was sent away");
        Ok(())
    }

    fn is_sent_away(&mut self, lost: &Lost, now: Instant) {
        let Some(number) = self.links.remove(&lost.id) else { return };
        let follower = &mut self.followers[number];
        follower.heard.add(lost.items.count, lost.items.missed, lost.items.repeated);
        follower.cursor = lost.items.last.or(follower.cursor);
        if lost.items.count > 0 {
            follower.failures = 0;
        }
        follower.failures += 1;
        follower.away.get_or_insert(now);
        let wait = Backoff::default().wait(follower.failures, self.dice.u16(..));
        follower.state = State::ComesBack(now + wait);
        self.returns += 1;
    }
}

impl Follower {
    /// What it has heard on all its links.
    fn all(&self, fleet: &Fleet) -> Heard {
        let mut all = self.heard;
        if let State::On(id) = self.state
            && let Some(items) = fleet.items(id)
        {
            all.add(items.count, items.missed, items.repeated);
        }
        all
    }
}

impl Heard {
    fn add(&mut self, items: u64, missed: u64, repeated: u64) {
        self.items += items;
        self.missed += missed;
        self.repeated += repeated;
    }
}

/// The page's own clock.
const CLOCK: &str = "&every=1s";
const AT_ONCE: usize = 20;
const APART: Duration = Duration::from_millis(20);
